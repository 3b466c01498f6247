//! Takes one document that an earlier answer named, gives its bytes: its entry is read again, must still be about the
//! person and name the same content, and only this server's own addresses are asked (HAZ-004, HAZ-020, HAZ-041).
//! Source: FHIR R4 and STU3 DocumentReference, Binary; IHE MHD ITI-68.

use super::{
    About, Server, paging,
    patient::{self, Found},
};
use crate::{
    content::{self, Sent},
    document,
    fault::{Fault, failed, our_side},
    open::{Content, OpenQuestion, Opening},
    subject::{self, OnePatient},
    wire::{Answer, Bounds},
};
use fhir::{Json, Object, ReplyState, Retrieval, reply::Withholder};
use reqwest::{Method, Url};

const CHANGED: &str = "its entry has changed: open the record again";
const GONE: &str = "the document is no longer there";
const DELETED: &str = "the document was deleted at its source";
const ELSEWHERE: &str = "the document lies at an address this gateway may not ask";

/// Under these labels nothing is released without an exception. Source: HL7 v3-Confidentiality; HL7 v3-ActCode, information sensitivity.
const RESTRICTED: [&str; 9] = ["R", "V", "SEX", "STD", "HIV", "SDV", "ETH", "ETHUD", "OPIOIDUD"];

/// An entry withdrawn as wrong is not opened, whatever still lies there.
const WITHDRAWN: &str = "entered-in-error";

/// Opens. Ends within the bounds' deadline; cancel-safe.
pub(super) async fn open(server: &Server, question: &OpenQuestion, bounds: &Bounds) -> Opening {
    let about = About::of_document(question);
    let Some(address) = question.retrieval.resource.as_deref().and_then(|name| entry_address(server, name))
    else {
        return Opening::well(our_side("the document's entry is not named"));
    };
    // Side by side: each says alone whether there is anything to open.
    let person = patient::find(server, &about, bounds);
    let entry = server.fetch(server.request(Method::GET, address, &about), about.now, bounds);
    let (person, entry) = tokio::join!(person, entry);
    let patient = match person {
        Ok(Found::One(patient)) => patient.one,
        Ok(Found::OtherPerson) => return Opening::wrong_person(),
        Ok(Found::Several) => return Opening::well(ReplyState::Withheld(Withholder::PolicyAmbiguous)),
        Ok(Found::Differs(fields)) => {
            return Opening::well(ReplyState::Withheld(Withholder::PolicyDiffers(fields)));
        }
        Ok(Found::Nobody(_)) => return Opening::well(failed(CHANGED)),
        Err(fault) => return Opening::fault(&fault),
    };
    let attachment = match entry.and_then(|answer| named(&answer, &patient, question)) {
        Ok(Named::Attachment(attachment)) => attachment,
        Ok(Named::Nothing(opening)) => return *opening,
        Err(fault) => return Opening::fault(&fault),
    };
    match attachment.lies {
        Lies::Inside(content) => content::checked(Sent::Content(content), attachment.hash.as_deref()),
        Lies::At(url) => fetched(server, question, &url, attachment.hash.as_deref(), bounds).await,
    }
}

/// `DocumentReference/{id}` and nothing else.
fn entry_address(server: &Server, name: &str) -> Option<String> {
    let id = name.strip_prefix("DocumentReference/").filter(|id| super::is_id(id))?;
    Some(server.address(&format!("DocumentReference/{id}")))
}

/// What the entry says today of the content asked for.
struct Attachment {
    lies: Lies,
    hash: Option<String>,
}

enum Lies {
    At(String),
    Inside(Content),
}

enum Named {
    Attachment(Attachment),
    Nothing(Box<Opening>),
}

fn named(answer: &Answer, patient: &OnePatient, question: &OpenQuestion) -> Result<Named, Fault> {
    let sealed = &question.retrieval;
    let nothing = |opening| Ok(Named::Nothing(Box::new(opening)));
    match answer.status {
        200 => {}
        404 => return nothing(Opening::well(failed(GONE))),
        410 => return nothing(Opening::well(failed(DELETED))),
        _ => return Err(Fault::of(answer)),
    }
    let text = document::checked(answer)?;
    let entry = Json::of(text).object().ok_or(Fault::NotARecord)?;
    match entry.text("resourceType").as_deref() {
        Some("DocumentReference") => {}
        Some("OperationOutcome") => return Err(Fault::ErrorInside),
        _ => return Err(Fault::NotARecord),
    }
    if !patient.is_about(&entry) {
        return nothing(Opening::wrong_person());
    }
    if !subject::has_subject(&entry) {
        return nothing(Opening::well(ReplyState::Withheld(Withholder::PolicyIdentity)));
    }
    let is_same = entry
        .text("id")
        .is_some_and(|id| sealed.resource.as_deref() == Some(&*format!("DocumentReference/{id}")));
    let is_withdrawn = entry.text("status").as_deref() == Some(WITHDRAWN);
    let is_let_out = question.opens_restricted || !is_restricted(&entry);
    let may_open = is_same && !is_withdrawn && is_let_out;
    match attachment(&entry, sealed).filter(|_| may_open) {
        Some(attachment) => Ok(Named::Attachment(attachment)),
        None => nothing(Opening::well(failed(CHANGED))),
    }
}

/// Without an exception no restricted entry is listed with a way to it: this one was restricted since (HAZ-023).
fn is_restricted(entry: &Object<'_>) -> bool {
    let of_resource = entry.object("meta").map(|meta| meta.objects("security")).unwrap_or_default();
    let of_document = entry.objects("securityLabel");
    let of_document = of_document.iter().flat_map(|label| label.objects("coding"));
    let mut labels = of_resource.into_iter().chain(of_document);
    labels.any(|label| label.text("code").is_some_and(|code| RESTRICTED.contains(&&*code)))
}

/// The attachment that the record named: the same address, or the content inside, and no other hash than it had.
fn attachment(entry: &Object<'_>, sealed: &Retrieval) -> Option<Attachment> {
    let contents = entry.objects("content");
    contents.iter().filter_map(|content| content.object("attachment")).find_map(|attachment| {
        let text = |key| attachment.text(key).map(|text| text.into_owned());
        let (url, hash) = (text("url"), text("hash"));
        if url != sealed.url || (sealed.hash.is_some() && hash != sealed.hash) {
            return None;
        }
        let lies = match url {
            Some(url) => Lies::At(url),
            None => Lies::Inside(content::inside(&attachment)?),
        };
        Some(Attachment { lies, hash })
    })
}

async fn fetched(
    server: &Server,
    question: &OpenQuestion,
    url: &str,
    hash: Option<&str>,
    bounds: &Bounds,
) -> Opening {
    let Some(url) = below_base(server, url, bounds) else {
        tracing::warn!(source.id = %question.source, "a document's address was not followed");
        return Opening::well(failed(ELSEWHERE));
    };
    let claimed = question.retrieval.content_type.as_deref();
    let request =
        server.request_as(Method::GET, url, &About::of_document(question), &content::accept(claimed));
    let answer = match server.fetch(request, question.now, bounds).await {
        Ok(answer) => answer,
        Err(fault) => return Opening::fault(&fault),
    };
    match answer.status {
        200 => {}
        404 => return Opening::well(failed(GONE)),
        410 => return Opening::well(failed(DELETED)),
        _ => return Opening::fault(&Fault::of(&answer)),
    }
    match content::sent(answer, claimed) {
        Ok(sent) => content::checked(sent, hash),
        Err(fault) => Opening::fault(&fault),
    }
}

/// Relative addresses start at the base, whose path no address may leave.
fn below_base(server: &Server, url: &str, bounds: &Bounds) -> Option<Url> {
    let base = Url::parse(&server.address("")).ok()?;
    paging::follow(&server.base, &base, url, bounds.limits.next_link_chars).ok()
}
