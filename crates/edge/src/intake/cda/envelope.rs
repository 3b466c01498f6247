//! Takes a SOAP 1.1 envelope with an ITK DistributionEnvelope, that envelope alone, or a bare ClinicalDocument, gives each
//! ClinicalDocument as XML text that can be read alone. Refuses a manifest that counts other payloads than came, and what
//! is compressed or encrypted, by name. Source: ITK 2.2, distribution envelope (`urn:nhs-itk:ns:201005`); SOAP 1.1.

use crate::format::Unusable;
use crate::unit::Refused;
use base64::{Engine, engine::general_purpose::STANDARD};
use fhir::xml::check;
use roxmltree::{Document, Node, ParsingOptions};

pub(super) const HL7: &str = "urn:hl7-org:v3";
const ITK: &str = "urn:nhs-itk:ns:201005";
const SOAP: &str = "http://schemas.xmlsoap.org/soap/envelope/";
const ADDRESSING: &str = "http://www.w3.org/2005/08/addressing";
const NODES_MAX: u32 = 2_000_000;
/// A distribution envelope that carries more is no set of reports.
const PAYLOADS_MAX: usize = 1_000;

/// Namespaces declared round one payload, at most.
const NAMESPACES_MAX: usize = 200;

/// What came in one piece.
pub(super) struct Received {
    /// In the order sent, each the XML of one ClinicalDocument or why it cannot be read.
    pub(super) documents: Vec<Result<String, Refused>>,
    pub(super) envelope: Head,
}

/// What of the envelope is kept.
#[derive(Default, Clone)]
pub(super) struct Head {
    pub(super) tracking: Option<String>,
    pub(super) sender: Option<String>,
    /// For whom it was sent, and whether as a copy.
    pub(super) interaction: Option<String>,
    pub(super) message_id: Option<String>,
    pub(super) action: Option<String>,
    pub(super) payload_ids: Vec<String>,
}

/// A tree without document type, entities or anything from elsewhere.
pub(super) fn tree(text: &str) -> Result<Document<'_>, roxmltree::Error> {
    let options = ParsingOptions { allow_dtd: false, nodes_limit: NODES_MAX, ..ParsingOptions::default() };
    Document::parse_with_options(text, options)
}

pub(super) fn read(bytes: &[u8]) -> Result<Received, Unusable> {
    let whole = |reason: String| Unusable::Whole(reason);
    let text = check(bytes).map_err(|not| whole(not.to_string()))?;
    let document = tree(text).map_err(|_| whole("not well-formed XML".to_owned()))?;
    let root = document.root_element();
    if root.has_tag_name((HL7, "ClinicalDocument")) {
        return Ok(Received { documents: vec![Ok(text.to_owned())], envelope: Head::default() });
    }
    let found = root.descendants().find(|node| node.has_tag_name((ITK, "DistributionEnvelope")));
    let is_around = root.has_tag_name((SOAP, "Envelope")) || root.has_tag_name((ITK, "DistributionEnvelope"));
    let envelope = found
        .filter(|_| is_around)
        .ok_or_else(|| whole("neither a ClinicalDocument nor an ITK distribution envelope".to_owned()))?;
    let payloads: Vec<Node<'_, '_>> =
        child(envelope, "payloads").map(|all| children(all, "payload")).unwrap_or_default();
    let manifest = child(envelope, "header").and_then(|header| child(header, "manifest"));
    let items = manifest.map(|manifest| children(manifest, "manifestitem")).unwrap_or_default();
    counted(&payloads, manifest, &items, child(envelope, "payloads"))?;
    let documents = payloads.iter().map(|payload| document_of(*payload, &items)).collect();
    Ok(Received { documents, envelope: head(root, envelope, &payloads) })
}

/// What an answer over SOAP must name, of a message that could not be used as well.
pub(super) fn addressed(bytes: &[u8]) -> Option<Head> {
    let document = check(bytes).ok().and_then(|text| tree(text).ok())?;
    let root = document.root_element();
    let envelope = root.descendants().find(|node| node.has_tag_name((ITK, "DistributionEnvelope")));
    let payloads = envelope.and_then(|found| child(found, "payloads")).map(|all| children(all, "payload"));
    Some(head(root, envelope.unwrap_or(root), &payloads.unwrap_or_default()))
}

/// The manifest, its own count and the count of the payloads must all say what came (HAZ-042: half a message is none).
fn counted(
    payloads: &[Node<'_, '_>],
    manifest: Option<Node<'_, '_>>,
    items: &[Node<'_, '_>],
    around: Option<Node<'_, '_>>,
) -> Result<(), Unusable> {
    let came = payloads.len();
    if came == 0 || came > PAYLOADS_MAX {
        return Err(Unusable::Whole(format!("{came} payloads in its envelope")));
    }
    let said = |node: Option<Node<'_, '_>>| node.and_then(|node| node.attribute("count")).map(str::to_owned);
    let claims = [said(manifest), said(around), manifest.map(|_| items.len().to_string())];
    match claims.into_iter().flatten().find(|claim| claim.trim().parse() != Ok(came)) {
        Some(claim) if claim.trim().parse::<u32>().is_ok() => {
            Err(Unusable::Whole(format!("its manifest counts {} payloads and {came} came", claim.trim())))
        }
        Some(_) => Err(Unusable::Whole("its manifest gives no readable count of payloads".to_owned())),
        None => Ok(()),
    }
}

fn document_of(payload: Node<'_, '_>, items: &[Node<'_, '_>]) -> Result<String, Refused> {
    let id = payload.attribute("id");
    let item = items.iter().find(|item| id.is_some() && item.attribute("id") == id);
    let says =
        |name: &str| item.and_then(|item| item.attribute(name)).is_some_and(|value| value.trim() == "true");
    for name in ["compressed", "encrypted"] {
        if says(name) {
            return Err(Refused::at("manifestitem", format!("a payload that is {name} is not read")));
        }
    }
    if let Some(inline) = payload.children().find(|node| node.has_tag_name((HL7, "ClinicalDocument"))) {
        return alone(inline).ok_or_else(|| Refused::at("payload", "its document cannot be read by itself"));
    }
    if payload.children().any(|node| node.is_element()) {
        return Err(Refused::at("payload", "it holds something else than a ClinicalDocument"));
    }
    let text: String =
        payload.text().unwrap_or_default().chars().filter(|c| !c.is_ascii_whitespace()).collect();
    if text.is_empty() {
        return Err(Refused::at("payload", "it is empty"));
    }
    let bytes =
        STANDARD.decode(text).map_err(|_| Refused::at("payload", "it is neither a document nor base64"))?;
    let xml = check(&bytes).map_err(|not| Refused::at("payload", not.to_string()))?;
    let document = tree(xml).map_err(|_| Refused::at("payload", "not well-formed XML"))?;
    if !document.root_element().has_tag_name((HL7, "ClinicalDocument")) {
        return Err(Refused::at("payload", "it holds something else than a ClinicalDocument"));
    }
    Ok(xml.to_owned())
}

/// The element as it stands in the envelope; where it leans on a namespace declared further out, that declaration is the one
/// thing added.
fn alone(node: Node<'_, '_>) -> Option<String> {
    let sent = node.document().input_text().get(node.range())?;
    let stands = |text: &str| {
        tree(text).is_ok_and(|alone| alone.root_element().has_tag_name((HL7, "ClinicalDocument")))
    };
    if stands(sent) {
        return Some(sent.to_owned());
    }
    let tag = sent.split_once('>').map(|(tag, _)| tag)?;
    let outer = node.parent().filter(|outer| outer.namespaces().len() <= NAMESPACES_MAX)?;
    let missing = outer.namespaces().filter_map(|declared| {
        let name = declared.name().map_or_else(|| "xmlns".to_owned(), |prefix| format!("xmlns:{prefix}"));
        let has = tag.split_ascii_whitespace().any(|word| word.split('=').next() == Some(name.as_str()));
        let is_ours = declared.name() != Some("xml") && !has;
        is_ours.then(|| format!(" {name}=\"{}\"", super::narrative::escape(declared.uri())))
    });
    let missing: String = missing.collect();
    let name_ends = sent.find(|c: char| c.is_ascii_whitespace() || c == '>' || c == '/')?;
    let (name, rest) = sent.split_at_checked(name_ends)?;
    let mended = format!("{name}{missing}{rest}");
    stands(&mended).then_some(mended)
}

fn head(root: Node<'_, '_>, envelope: Node<'_, '_>, payloads: &[Node<'_, '_>]) -> Head {
    let header = child(envelope, "header");
    let at = |name: &str, attribute: &str| {
        header
            .and_then(|header| child(header, name))
            .and_then(|node| node.attribute(attribute))
            .map(str::to_owned)
    };
    let spec =
        header.and_then(|header| child(header, "handlingSpecification")).map(|all| children(all, "spec"));
    let interaction = spec
        .unwrap_or_default()
        .into_iter()
        .find(|spec| spec.attribute("key").is_some_and(|key| key.ends_with(":interaction")));
    let addressing = |name: &str| {
        let found = root.descendants().find(|node| node.has_tag_name((ADDRESSING, name)));
        found.and_then(|node| node.text()).map(|text| text.trim().to_owned())
    };
    Head {
        tracking: header.and_then(|header| header.attribute("trackingid")).map(str::to_owned),
        sender: at("senderAddress", "uri"),
        interaction: interaction.and_then(|spec| spec.attribute("value")).map(str::to_owned),
        message_id: addressing("MessageID"),
        action: addressing("Action"),
        payload_ids: payloads
            .iter()
            .filter_map(|payload| payload.attribute("id"))
            .map(str::to_owned)
            .collect(),
    }
}

fn child<'a, 'i>(node: Node<'a, 'i>, name: &str) -> Option<Node<'a, 'i>> {
    node.children().find(|child| child.has_tag_name((ITK, name)))
}

fn children<'a, 'i>(node: Node<'a, 'i>, name: &str) -> Vec<Node<'a, 'i>> {
    node.children().filter(|child| child.has_tag_name((ITK, name))).collect()
}
