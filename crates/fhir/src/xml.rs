//! Takes one FHIR resource in XML, gives the same resource in JSON, digits and narrative as sent. Refuses what is not
//! XML, has a document type, is not FHIR or nests too deep: nothing is guessed and nothing is left out.
//! Source: FHIR R4, section 2.6.1 (XML) and section 2.6.2 (JSON).

/// What the names of elements say about their JSON form.
mod shape;
/// Checks that come before any tree is built.
mod check;

pub use check::{ATTRIBUTES_MAX, DEPTH_MAX as XML_DEPTH_MAX, NotXml, check};
use roxmltree::{Attribute, Document, Node, ParsingOptions};
use std::collections::HashMap;

const FHIR: &str = "http://hl7.org/fhir";
const XHTML: &str = "http://www.w3.org/1999/xhtml";

/// What the readers of JSON take, less what one element can add.
const DEPTH_MAX: usize = 60;
const NODES_MAX: u32 = 1_000_000;

/// Why a file is no FHIR resource in XML.
#[derive(Debug, thiserror::Error)]
pub enum NotFhirXml {
    #[error("not XML, or XML with a document type")]
    Xml(#[source] roxmltree::Error),
    #[error("`{0}` is no FHIR resource")]
    Resource(String),
    #[error("`{0}` holds what FHIR has no place for")]
    Stray(String),
    #[error("nested deeper than {DEPTH_MAX} elements")]
    Deep,
}

/// The resource as JSON text. What is not in the XML is not in the JSON.
pub fn to_json(xml: &str) -> Result<String, NotFhirXml> {
    let options = ParsingOptions { allow_dtd: false, nodes_limit: NODES_MAX, ..ParsingOptions::default() };
    let document = Document::parse_with_options(xml, options).map_err(NotFhirXml::Xml)?;
    resource(document.root_element(), 0)
}

/// One member of a JSON object: its name and its value as JSON text.
type Member = (String, String);

/// An element as JSON text.
enum Read {
    Complex(String),
    /// Its value, and the object of its id and extensions.
    Primitive(Option<String>, Option<String>),
}

fn resource(node: Node<'_, '_>, depth: usize) -> Result<String, NotFhirXml> {
    let name = name(node);
    if node.tag_name().namespace() != Some(FHIR) || !shape::is_resource(name) {
        return Err(NotFhirXml::Resource(name.to_owned()));
    }
    let mut members = vec![("resourceType".to_owned(), literal(name))];
    members.extend(attributes(node, &[])?);
    members.extend(children(node, depth)?);
    Ok(object(&members))
}

fn element(node: Node<'_, '_>, depth: usize) -> Result<Read, NotFhirXml> {
    if depth > DEPTH_MAX {
        return Err(NotFhirXml::Deep);
    }
    if node.tag_name().namespace() == Some(XHTML) && name(node) == "div" {
        return narrative(node);
    }
    if node.tag_name().namespace() != Some(FHIR) {
        return Err(stray(node));
    }
    if let Some(inner) = wrapped(node) {
        return Ok(Read::Complex(resource(inner, depth + 1)?));
    }
    let mut members = attributes(node, &["id", "url"])?;
    members.extend(children(node, depth + 1)?);
    let rest = (!members.is_empty()).then(|| object(&members));
    let value = node.attribute("value").map(|value| shape::primitive(node, value));
    match (value, rest) {
        (None, None) => Err(stray(node)),
        (None, Some(rest)) if !only_extensions(node) || !shape::is_primitive(name(node)) => {
            Ok(Read::Complex(rest))
        }
        (value, rest) => Ok(Read::Primitive(value, rest)),
    }
}

/// Narrative is one string, as it stands in the file.
fn narrative<'i>(node: Node<'_, 'i>) -> Result<Read, NotFhirXml> {
    let text: &'i str = node.document().input_text();
    let sent = text.get(node.range()).ok_or_else(|| stray(node))?;
    Ok(Read::Primitive(Some(literal(sent)), None))
}

/// `contained`, `resource`, `outcome`: an element around a whole resource.
fn wrapped<'a, 'i>(node: Node<'a, 'i>) -> Option<Node<'a, 'i>> {
    let mut inner = node.children().filter(Node::is_element);
    let first = inner.next().filter(|one| shape::is_resource(name(*one)))?;
    (inner.next().is_none() && node.attributes().len() == 0).then_some(first)
}

fn only_extensions(node: Node<'_, '_>) -> bool {
    node.children().filter(Node::is_element).all(|child| name(child) == "extension")
}

/// Members of that node's attributes. `value` is for the caller; `xsi:` and `xml:` say nothing about the resource.
fn attributes(node: Node<'_, '_>, members: &[&str]) -> Result<Vec<Member>, NotFhirXml> {
    let own = |attribute: &Attribute<'_, '_>| attribute.namespace().is_none();
    let mut read = Vec::new();
    for attribute in node.attributes().filter(own) {
        match attribute.name() {
            name if members.contains(&name) => read.push((name.to_owned(), literal(attribute.value()))),
            "value" if !members.is_empty() => {}
            _ => return Err(stray(node)),
        }
    }
    Ok(read)
}

/// Children by name, each name where it stands first.
fn children(node: Node<'_, '_>, depth: usize) -> Result<Vec<Member>, NotFhirXml> {
    let mut groups: Vec<(&str, Vec<Read>)> = Vec::new();
    // Looked up by name: a hostile element may have a million children of a million names (HAZ-041).
    let mut places: HashMap<&str, usize> = HashMap::new();
    for child in node.children() {
        if child.is_element() {
            let read = element(child, depth + 1)?;
            let place = *places.entry(name(child)).or_insert(groups.len());
            match groups.get_mut(place) {
                Some((_, reads)) => reads.push(read),
                None => groups.push((name(child), vec![read])),
            }
        } else if child.is_text() && child.text().is_some_and(|text| !text.trim().is_empty()) {
            return Err(stray(node));
        }
    }
    Ok(groups.into_iter().flat_map(|(key, reads)| members(name(node), key, reads)).collect())
}

/// The member of one name, and its shadow `_name` where a primitive has an id or extensions.
fn members(parent: &str, key: &str, reads: Vec<Read>) -> Vec<Member> {
    let array = reads.len() > 1 || shape::repeats(parent, key);
    let parts = reads.into_iter().map(|read| match read {
        Read::Complex(object) => (Some(object), None),
        Read::Primitive(value, rest) => (value, rest),
    });
    let (values, rests): (Vec<_>, Vec<_>) = parts.unzip();
    let member = |key: String, parts: Vec<Option<String>>| {
        parts.iter().any(Option::is_some).then(|| (key, listed(parts, array)))
    };
    member(key.to_owned(), values).into_iter().chain(member(format!("_{key}"), rests)).collect()
}

/// In an array `null` keeps the place of what is not there.
fn listed(parts: Vec<Option<String>>, array: bool) -> String {
    let texts: Vec<String> =
        parts.into_iter().map(|part| part.unwrap_or_else(|| "null".to_owned())).collect();
    let texts = texts.join(",");
    if array { format!("[{texts}]") } else { texts }
}

fn object(members: &[Member]) -> String {
    let members: Vec<String> =
        members.iter().map(|(key, value)| format!("{}:{value}", literal(key))).collect();
    format!("{{{}}}", members.join(","))
}

/// Text as a JSON string.
fn literal(text: &str) -> String {
    serde_json::Value::String(text.to_owned()).to_string()
}

fn name<'a>(node: Node<'a, '_>) -> &'a str {
    node.tag_name().name()
}

fn stray(node: Node<'_, '_>) -> NotFhirXml {
    NotFhirXml::Stray(name(node).to_owned())
}

#[cfg(test)]
mod tests;
