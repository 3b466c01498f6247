//! Takes a pointer, gives the document behind it: through the Spine Secure Proxy where its address says so, else straight
//! from a host this gateway may reach; any other address is not followed (HAZ-041). A telephone number is no document.
//! Source: NRL retrieval, DocumentReference.content; sources, section 6.

use super::Locator;
use crate::{
    content,
    fault::{Fault, failed},
    national::token::{self, Claims, Shape},
    open::{OpenQuestion, Opening},
    wire::{Answer, Bounds, fetch},
};
use reqwest::{RequestBuilder, Url};

const INTERACTION: &str = "urn:nhs:names:services:nrl:DocumentReference.content.read";

pub(super) async fn open(locator: &Locator, question: &OpenQuestion, bounds: &Bounds) -> Opening {
    let pointer = &question.retrieval;
    if pointer.is_contact() {
        return Opening::well(failed("gives a telephone number, not a document"));
    }
    let Some(address) = pointer.url.as_deref() else {
        return Opening::well(failed("gives no address for the document"));
    };
    let request = match address.strip_prefix("ssp://") {
        Some(behind) => locator.through_proxy(question, behind),
        None => locator.direct(address),
    };
    match request {
        Ok(request) => {
            let claimed = question.retrieval.content_type.as_deref();
            let request = request.header("Accept", content::accept(claimed));
            let answer = fetch(request, bounds).await;
            answer.and_then(|answer| opened(answer, question)).unwrap_or_else(|fault| Opening::fault(&fault))
        }
        Err(words) => Opening::well(failed(words)),
    }
}

impl Locator {
    /// `ssp://{proxy}/{percent-encoded address}`: whatever proxy a pointer names, ours is the one asked.
    fn through_proxy(&self, question: &OpenQuestion, behind: &str) -> Result<RequestBuilder, &'static str> {
        let (_, target) = behind.split_once('/').ok_or("gives an address that cannot be followed")?;
        let asid =
            question.retrieval.asid.as_deref().ok_or("does not say which system holds the document")?;
        let own = self.national.ssp.as_str().trim_end_matches('/');
        let token = token::unsigned(&Claims {
            shape: Shape::Stu3,
            scope: "patient/*.read conf/N",
            issuer: own,
            audience: target,
            asker: &question.asker,
            number: question.person.number().map(fhir::NhsNumber::digits).unwrap_or_default(),
            issued_s: question.now.as_second(),
        });
        let request = self.to_proxy.get(format!("{own}/{target}"));
        let request = request.header("Ssp-TraceID", uuid::Uuid::new_v4().to_string());
        let request = request.header("Ssp-From", &self.national.asid).header("Ssp-To", asid);
        Ok(request.header("Ssp-InteractionID", INTERACTION).bearer_auth(token))
    }

    /// Without our credentials: they are the locator's, not the keeper's.
    fn direct(&self, address: &str) -> Result<RequestBuilder, &'static str> {
        let url = Url::parse(address).map_err(|_| "gives an address that cannot be followed")?;
        let may_reach = self.retrieve_from.iter().any(|from| from.origin() == url.origin());
        let is_bare = url.username().is_empty() && url.password().is_none();
        if may_reach && is_bare {
            Ok(self.to_keepers.get(url))
        } else {
            Err("lies at an address this gateway may not ask")
        }
    }
}

fn opened(answer: Answer, question: &OpenQuestion) -> Result<Opening, Fault> {
    let pointer = &question.retrieval;
    match answer.status {
        200 => {}
        404 | 410 => return Ok(Opening::well(failed("no longer has the document"))),
        _ => return Err(Fault::of(&answer)),
    }
    let sent = content::sent(answer, pointer.content_type.as_deref())?;
    Ok(content::checked(sent, pointer.hash.as_deref()))
}
