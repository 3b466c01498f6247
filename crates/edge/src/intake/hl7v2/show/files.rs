//! Takes files inside a message (ED) and texts, gives a DocumentReference with a Binary for each. What cannot be decoded is
//! named and not served: that it exists is said (HAZ-017). Source: HL7 v2.5.1 2.A.24; FHIR R4 DocumentReference, Binary.

use super::super::message::Piece;
use super::super::time::Moment;
use super::json::Object;
use super::{Desk, Served, patient, reference, resource, terms};
use base64::Engine as _;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig, general_purpose::STANDARD};

/// One file, or why there is none.
#[derive(Clone)]
pub(super) struct Content {
    pub(super) title: Option<String>,
    pub(super) content_type: Option<String>,
    pub(super) bytes: Option<Vec<u8>>,
}

/// A document, as it is to be served.
pub(super) struct Paper {
    pub(super) name: String,
    pub(super) identifiers: Vec<Object>,
    pub(super) status: &'static str,
    pub(super) doc_status: Option<&'static str>,
    pub(super) kind: Option<Object>,
    pub(super) description: Option<String>,
    /// `R` or `V`.
    pub(super) confidentiality: Option<&'static str>,
    pub(super) created: Option<Moment>,
    pub(super) recorded: Option<Moment>,
    pub(super) authors: Vec<Object>,
    pub(super) authenticator: Option<Object>,
    pub(super) contents: Vec<Content>,
    /// `replaces`, `appends`, and the name of the other.
    pub(super) relates: Vec<(&'static str, String)>,
    pub(super) encounter: Option<String>,
    pub(super) related: Vec<Object>,
    pub(super) unit: Option<String>,
}

/// Puts it on the desk; gives its attachments.
pub(super) fn put(paper: Paper, desk: &mut Desk<'_, '_>) -> Vec<Object> {
    let id = desk.id(&format!("DocumentReference\n{}", paper.name));
    let mut attachments = Vec::new();
    for (place, content) in paper.contents.iter().enumerate() {
        attachments.push(attachment(&paper, place, content, desk));
    }
    if attachments.is_empty() {
        attachments.push(Object::new().with("title", "The sender announced it without its text"));
    }
    let contents = attachments.iter().map(|attachment| Object::new().with("attachment", attachment.clone()));
    let relates = paper.relates.iter().map(|(code, name)| {
        let target = reference("DocumentReference", &desk.id(&format!("DocumentReference\n{name}")));
        Object::new().with("code", *code).with("target", target)
    });
    let encounter = paper.encounter.as_deref().map(|id| vec![reference("Encounter", id)]);
    let context = Object::new().with("encounter", encounter).with("related", paper.related.clone());
    let recorded = paper.recorded.as_ref().and_then(|at| at.instant()).map(str::to_owned);
    let document = resource("DocumentReference", &id)
        .with("identifier", paper.identifiers.clone())
        .with("status", paper.status)
        .with("docStatus", paper.doc_status)
        .with("type", paper.kind.clone())
        .with("subject", patient())
        .with("date", recorded)
        .with("author", paper.authors.clone())
        .with("authenticator", paper.authenticator.clone())
        .with("custodian", desk.partner())
        .with("relatesTo", relates.collect::<Vec<_>>())
        .with("description", paper.description.clone())
        .with("securityLabel", paper.confidentiality.map(|code| vec![label(code)]))
        .with("content", contents.collect::<Vec<_>>())
        .with("context", context);
    let served = Served { kind: "DocumentReference", id: &id, dataset: "documents", unit: paper.unit };
    desk.put(served, &document);
    attachments
}

/// A file's Binary, and how the document names it.
fn attachment(paper: &Paper, place: usize, content: &Content, desk: &mut Desk<'_, '_>) -> Object {
    let created = paper.created.as_ref().map(|at| at.text.clone());
    let Some(bytes) = &content.bytes else {
        let title = content.title.clone().unwrap_or_else(|| "Sent in a form that cannot be opened".into());
        return Object::new().with("contentType", content.content_type.clone()).with("title", title);
    };
    let id = desk.id(&format!("Binary\n{}\n{place}", paper.name));
    let content_type = content.content_type.clone().unwrap_or_else(|| "application/octet-stream".into());
    let security = paper.confidentiality.map(|code| vec![coding(code)]);
    let binary = resource("Binary", &id)
        .with("meta", Object::new().with("security", security))
        .with("contentType", content_type.as_str())
        .with("securityContext", patient())
        .with("data", STANDARD.encode(bytes));
    let served = Served { kind: "Binary", id: &id, dataset: "documents", unit: paper.unit.clone() };
    desk.put(served, &binary);
    Object::new()
        .with("contentType", content_type)
        .with("url", format!("Binary/{id}"))
        .with("size", super::json::Node::number(&bytes.len().to_string()))
        .with("title", content.title.clone())
        .with("creation", created)
}

fn coding(code: &str) -> Object {
    const CONFIDENTIALITY: &str = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality";
    let words = if code == "V" { "very restricted" } else { "restricted" };
    Object::new().with("system", CONFIDENTIALITY).with("code", code).with("display", words)
}

fn label(code: &str) -> Object {
    Object::new().with("coding", vec![coding(code)])
}

/// ED: application, type, subtype, encoding, data.
pub(super) fn content(field: Piece<'_>, title: Option<String>) -> Content {
    let part = |number: usize| field.first(number).text();
    let bytes = part(5).and_then(|_| decode(&part(4).unwrap_or_default(), &field.first(5).lines()));
    let content_type = declared(part(2), part(3)).or_else(|| sniffed(bytes.as_deref()?));
    let lost = || Some("Sent incomplete or in an encoding that cannot be read".to_owned());
    let title = if bytes.is_some() { title } else { lost() };
    Content { title, content_type, bytes }
}

/// Lines of text as a file.
pub(super) fn written(text: String, title: Option<String>) -> Content {
    Content { title, content_type: Some("text/plain; charset=utf-8".into()), bytes: Some(text.into_bytes()) }
}

fn decode(encoding: &str, data: &str) -> Option<Vec<u8>> {
    let packed = || data.chars().filter(|c| !c.is_whitespace()).collect::<String>();
    match encoding.to_ascii_lowercase().as_str() {
        "base64" => {
            let lenient =
                GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
            GeneralPurpose::new(&base64::alphabet::STANDARD, lenient).decode(packed()).ok()
        }
        "hex" => {
            let digits: Vec<u8> = packed()
                .chars()
                .map(|c| c.to_digit(16))
                .map(|d| u8::try_from(d?).ok())
                .collect::<Option<_>>()?;
            let pairs = digits.chunks_exact(2);
            let is_whole = pairs.remainder().is_empty();
            let bytes = pairs.map(|pair| pair.iter().fold(0, |byte, digit| byte * 16 + digit));
            is_whole.then(|| bytes.collect())
        }
        "a" | "" => Some(data.as_bytes().to_vec()),
        _ => None,
    }
}

/// A media type stands whole in either place, or as a subtype alone.
fn declared(kind: Option<String>, subtype: Option<String>) -> Option<String> {
    let whole = [&subtype, &kind].into_iter().flatten().find(|part| part.contains('/'));
    if let Some(whole) = whole {
        return Some(whole.to_ascii_lowercase());
    }
    let known = match subtype?.to_ascii_lowercase().as_str() {
        "pdf" => "application/pdf",
        "rtf" => "application/rtf",
        "html" => "text/html",
        "xml" => "application/xml",
        "plain" | "txt" | "text" => "text/plain",
        "jpeg" | "jpg" => "image/jpeg",
        "png" => "image/png",
        "tiff" | "tif" => "image/tiff",
        "gif" => "image/gif",
        "dicom" => "application/dicom",
        _ => return None,
    };
    Some(known.to_owned())
}

/// By its first bytes, where nothing was declared.
fn sniffed(bytes: &[u8]) -> Option<String> {
    const SIGNS: [(&[u8], &str); 6] = [
        (b"%PDF-", "application/pdf"),
        (b"\x89PNG\r\n", "image/png"),
        (b"\xff\xd8\xff", "image/jpeg"),
        (b"{\\rtf", "application/rtf"),
        (b"II*\0", "image/tiff"),
        (b"MM\0*", "image/tiff"),
    ];
    let found = SIGNS.iter().find(|(sign, _)| bytes.starts_with(sign));
    found.map(|(_, kind)| (*kind).to_owned())
}

/// A document's kind in words, for messages that name none.
pub(super) fn unnamed() -> Object {
    terms::text("Document")
}
