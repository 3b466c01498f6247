//! Examples published in XML, as JSON: enough of it for the law, written apart from any other reader of XML.
//! Also their count, taken from the XML itself.

use roxmltree::{Document, Node};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Elements read here as arrays: those whose JSON the normaliser walks, and a few more.
#[rustfmt::skip]
const MANY: [&str; 32] = [
    "address", "answer", "category", "coding", "component", "contained", "content", "dosage", "dosageInstruction", "doseAndRate",
    "entry", "extension", "given", "hasMember", "interpretation", "item", "line", "manifestation", "note", "participant",
    "performer", "prefix", "protocolApplied", "qualification", "reaction", "reasonCode", "referenceRange", "result", "section",
    "suffix", "supportingInfo", "telecom",
];

fn name<'a>(node: Node<'a, '_>) -> &'a str {
    node.tag_name().name()
}

fn is_resource(node: Node<'_, '_>) -> bool {
    node.is_element() && name(node).starts_with(char::is_uppercase)
}

pub(crate) fn to_json(text: &str) -> Vec<u8> {
    let document = Document::parse(text).expect("a published example is XML");
    serde_json::to_vec(&value(document.root_element())).expect("JSON")
}

fn value(node: Node<'_, '_>) -> Value {
    if name(node) == "div" {
        return Value::String(
            node.document().input_text().get(node.range()).expect("its own text").to_owned(),
        );
    }
    if let Some(written) = node.attribute("value") {
        return primitive(node, written);
    }
    if let Some(resource) = node.children().find(|child| is_resource(*child)) {
        return value(resource);
    }
    let mut members = Map::new();
    if is_resource(node) {
        members.insert("resourceType".to_owned(), name(node).into());
    }
    members.extend(node.attributes().map(|one| (one.name().to_owned(), one.value().into())));
    for child in node.children().filter(Node::is_element) {
        let many = MANY.contains(&name(child)) || (name(child) == "identifier" && is_resource(node));
        let read = value(child);
        match members.get_mut(name(child)) {
            Some(Value::Array(all)) => all.push(read),
            Some(first) => *first = Value::Array(vec![first.take(), read]),
            None => {
                let read = if many { Value::Array(vec![read]) } else { read };
                members.insert(name(child).to_owned(), read);
            }
        }
    }
    Value::Object(members)
}

/// Booleans, and numbers beside a unit; everything else is text here.
fn primitive(node: Node<'_, '_>, written: &str) -> Value {
    let beside =
        |sibling: &str| node.parent().is_some_and(|up| up.children().any(|one| name(one) == sibling));
    match written {
        "true" | "false" => Value::Bool(written == "true"),
        _ if name(node) == "value" && beside("unit") => {
            serde_json::from_str(written).unwrap_or_else(|_| written.into())
        }
        _ => written.into(),
    }
}

/// Entries of a Bundle by type, those of Bundles inside it too, or the one resource; ended allergies inside Lists on
/// their own.
pub(super) fn counted(text: &str) -> BTreeMap<String, usize> {
    let document = Document::parse(text).expect("a published example is XML");
    let mut waiting: Vec<Node<'_, '_>> = vec![document.root_element()];
    let mut counts = BTreeMap::new();
    while let Some(resource) = waiting.pop() {
        let is_root = resource == document.root_element();
        if name(resource) == "Bundle" {
            let entries = resource.children().filter(|node| name(*node) == "entry");
            waiting.extend(entries.map(|entry| inner(entry, "resource").next().expect("a resource")));
        }
        if name(resource) != "Bundle" || !is_root {
            *counts.entry(name(resource).to_owned()).or_default() += 1;
        }
        let ended = inner(resource, "contained").filter(|one| name(*one) == "AllergyIntolerance").count();
        if name(resource) == "List" && ended > 0 {
            *counts.entry(crate::normalise::CONTAINED_ALLERGY.to_owned()).or_default() += ended;
        }
    }
    counts
}

/// The resources in children of that name.
fn inner<'a, 'i: 'a>(node: Node<'a, 'i>, wrapper: &'a str) -> impl Iterator<Item = Node<'a, 'i>> {
    let wrappers = node.children().filter(move |child| name(*child) == wrapper);
    wrappers.flat_map(|child| child.children().filter(|one| is_resource(*one)))
}
