//! Takes the address of one document as its entry named it, gives its bytes. Only an address below the practice's own
//! service root is asked for (HAZ-041); what comes is neither believed nor kept here (HAZ-020).
//! Source: GP Connect Access Document 1.6.2, retrieve a document; FHIR STU3 Binary.

use super::below;
use crate::{
    content::{self, Sent},
    document,
    fault::{Fault, failed},
    open::{Content, OpenQuestion, Opening},
    sources::gp_connect::{
        GpConnect,
        capability::READ_DOCUMENT,
        refused::{self, Refused},
        route::{self, NotSent, Request, Who},
    },
    wire::{Answer, Bounds},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use fhir::{Json, ReplyState};
use reqwest::{Method, Url};

const NOT_SENT: &str = "the practice does not send it (too large, or no longer there)";
const ELSEWHERE: &str = "it lies at an address this gateway may not ask";
const NO_ADDRESS: &str = "its entry names no address to open it at";
const NO_RECORD_FOUND: &str = "NO_RECORD_FOUND";

pub(super) async fn open(gp: &GpConnect, who: &Who<'_>, question: &OpenQuestion, bounds: &Bounds) -> Opening {
    let Some(address) = &question.retrieval.url else {
        return Opening::well(failed(NO_ADDRESS));
    };
    let root = match gp.route.reach(who, &READ_DOCUMENT, bounds).await {
        Ok(root) => root,
        Err(missing) => return Opening::unasked(missing.state()),
    };
    // Below another root the same id is another document: only a whole address says which (HAZ-004).
    let path = Url::parse(address).ok().and_then(|_| below::path(&root, address));
    let Some(path) = path else {
        tracing::warn!(source.id = %question.source, "a document's address lies outside the practice's own");
        return Opening::well(failed(ELSEWHERE));
    };
    let request =
        Request { capability: &READ_DOCUMENT, method: Method::GET, path, query: Vec::new(), body: None };
    match gp.route.send(who, &request, bounds).await {
        Ok(route::Sent { answer, .. }) if answer.status == 200 => {
            let hash = question.retrieval.hash.as_deref();
            let sent = content(&answer).map(Sent::Content);
            sent.map_or_else(|fault| Opening::fault(&fault), |sent| content::checked(sent, hash))
        }
        Ok(route::Sent { answer, by_gateway, .. }) => refusal(refused::refuse(&answer, by_gateway)),
        Err(NotSent::NoEndpoint(missing)) => Opening::unasked(missing.state()),
        Err(NotSent::Fault(fault)) => Opening::fault(&fault),
    }
}

fn refusal(refused: Refused) -> Opening {
    let state = match refused.state {
        _ if refused.code == NO_RECORD_FOUND => failed(NOT_SENT),
        // The person's record is not given any more; that is not an empty document.
        ReplyState::AnsweredEmpty => failed(NOT_SENT),
        state => state,
    };
    Opening { verdict: refused.verdict, ..Opening::well(state) }
}

fn content(answer: &Answer) -> Result<Content, Fault> {
    let binary = Json::of(document::checked(answer)?).object().ok_or(Fault::NotARecord)?;
    let is_binary = binary.text("resourceType").as_deref() == Some("Binary");
    let content = binary.text("content").filter(|_| is_binary).ok_or(Fault::NotARecord)?;
    // Some systems wrap the lines.
    let content: Vec<u8> = content.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let bytes = STANDARD.decode(content).map_err(|_| Fault::NotARecord)?;
    if bytes.is_empty() {
        return Err(Fault::NotARecord);
    }
    let media_type = binary.text("contentType").unwrap_or_default();
    let media_type = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    Ok(Content { bytes, media_type })
}
