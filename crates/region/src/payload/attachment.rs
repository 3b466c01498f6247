//! Takes a document a partner holds, gives the attachment of its DocumentReference, and puts the document itself beside it
//! as a Binary of the same server, unless it is sent inside, too large, gone, or was never there.
//! Source: FHIR R4 and STU3 Attachment and Binary; IHE MHD (ITI-67, ITI-68).

use super::{papers::paper, shelf::Shelf};
use crate::people::facts::{Document, Flaw};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

/// `content` is what the version calls the bytes of a Binary: `data` in R4, `content` in STU3.
pub(super) fn attachment(shelf: &mut Shelf<'_>, key: &str, fact: &Document, content: &str) -> Value {
    let Some(paper) = paper(fact) else {
        return json!({ "title": "File size 18551238 bytes greater than maximum allowable (5MB)" });
    };
    let id = shelf.id("Binary", key);
    let bytes = STANDARD.encode(&paper.bytes);
    let (url, inside) = if fact.inline { (None, Some(&bytes)) } else { (Some(format!("Binary/{id}")), None) };
    let attachment = json!({
        "contentType": paper.content_type,
        "data": inside,
        "url": url,
        "size": paper.size,
        "hash": paper.hash,
        "title": fact.title,
        "creation": shelf.on(fact.on),
    });
    if !fact.inline && fact.flaw != Flaw::Missing {
        let binary = json!({
            "resourceType": "Binary",
            "id": id,
            "contentType": paper.content_type,
            "securityContext": shelf.subject(),
            // A Binary without its bytes stands for one that has been deleted.
            content: (fact.flaw != Flaw::Deleted).then_some(&bytes),
        });
        shelf.put(binary);
    }
    attachment
}
