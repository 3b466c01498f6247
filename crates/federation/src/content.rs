//! Takes what a server sent for a document, gives its bytes: raw ones as they are, a FHIR Binary unwrapped. The type it
//! claims is passed on as claimed. Source: FHIR R4 and STU3 Binary (`data`, once `content`); Attachment.hash.

use crate::{
    document,
    fault::{Fault, unreadable},
    open::{Content, Opening},
    wire::{self, Answer},
};
use aws_lc_rs::digest;
use base64::{Engine, engine::general_purpose::STANDARD};
use fhir::{Json, Object};

const FHIR_JSON: &str = "application/fhir+json";
const NOT_DESCRIBED: &str = "is not the document its entry describes";
const EMPTY: &str = "sent a document without content";
const OCTETS: &str = "application/octet-stream";

pub(crate) enum Sent {
    Content(Content),
    /// A Binary with nothing in it.
    Nothing,
}

/// As its entry describes it, or unreadable: empty, or another document than the hash is of.
pub(crate) fn checked(sent: Sent, hash: Option<&str>) -> Opening {
    match sent {
        Sent::Content(content) if content.bytes.is_empty() => Opening::well(unreadable(EMPTY)),
        Sent::Content(content) if hash.is_some_and(|hash| !has_hash(&content.bytes, hash)) => {
            Opening::well(unreadable(NOT_DESCRIBED))
        }
        Sent::Content(content) => Opening::content(content),
        Sent::Nothing => Opening::well(unreadable(EMPTY)),
    }
}

/// The claimed type first, where it is one; what cannot be sent as it is may come wrapped.
pub(crate) fn accept(claimed: Option<&str>) -> String {
    match claimed.map(wire::bare_type).filter(|claimed| is_type(claimed) && claimed != FHIR_JSON) {
        Some(claimed) => format!("{claimed}, {FHIR_JSON};q=0.9, */*;q=0.1"),
        None => format!("{FHIR_JSON}, */*;q=0.9"),
    }
}

/// `type/subtype` of RFC 9110 tokens: anything else could write a header.
fn is_type(text: &str) -> bool {
    let is_token = |part: &str| {
        !part.is_empty()
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$&^_.+-".contains(&byte))
    };
    text.split_once('/').is_some_and(|(kind, subtype)| is_token(kind) && is_token(subtype))
}

/// FHIR JSON is a Binary to unwrap, unless the document itself was said to be FHIR.
pub(crate) fn sent(answer: Answer, claimed: Option<&str>) -> Result<Sent, Fault> {
    let claims_json = claimed.map(wire::bare_type).is_some_and(|claimed| claimed == answer.media_type);
    if !answer.media_type.ends_with("json") {
        return Ok(Sent::Content(Content { bytes: answer.body, media_type: answer.media_type }));
    }
    let kind = document::checked(&answer).map(|text| {
        let root = Json::of(text).object();
        let kind = root.as_ref().and_then(|root| root.text("resourceType").map(|kind| kind.into_owned()));
        (kind, root.as_ref().and_then(unwrapped))
    });
    match kind {
        Ok((Some(kind), content)) if kind == "Binary" => Ok(content.map_or(Sent::Nothing, Sent::Content)),
        Ok((Some(kind), _)) if kind == "OperationOutcome" => Err(Fault::ErrorInside),
        _ if claims_json => Ok(Sent::Content(Content { bytes: answer.body, media_type: answer.media_type })),
        Ok(_) => Err(Fault::NotARecord),
        Err(fault) => Err(fault),
    }
}

/// The content of a Binary. `None`: it has none that can be decoded.
fn unwrapped(binary: &Object<'_>) -> Option<Content> {
    let text = binary.text("data").or_else(|| binary.text("content"))?;
    decoded(&text, binary.text("contentType").as_deref())
}

/// The content of an attachment that carries it.
pub(crate) fn inside(attachment: &Object<'_>) -> Option<Content> {
    decoded(&attachment.text("data")?, attachment.text("contentType").as_deref())
}

/// Servers break long lines.
fn decoded(text: &str, media_type: Option<&str>) -> Option<Content> {
    let text: String = text.chars().filter(|c| !c.is_ascii_whitespace()).collect();
    let media_type = media_type.map_or_else(|| OCTETS.to_owned(), wire::bare_type);
    Some(Content { bytes: STANDARD.decode(text).ok()?, media_type })
}

/// SHA-1 in base64, as FHIR has it; some servers encode the hexadecimal digits instead, or send them bare.
fn has_hash(bytes: &[u8], hash: &str) -> bool {
    let digest = digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, bytes);
    let hexadecimal: String = digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    let said = hash.trim();
    said == STANDARD.encode(digest.as_ref())
        || said.eq_ignore_ascii_case(&hexadecimal)
        || STANDARD.decode(said).is_ok_and(|said| said.eq_ignore_ascii_case(hexadecimal.as_bytes()))
}
