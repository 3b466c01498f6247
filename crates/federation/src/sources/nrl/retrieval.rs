//! Takes a pointer, gives the document behind it: through the Spine Secure Proxy where its address says so, else straight
//! from a host this gateway may reach; any other address is not followed (HAZ-041). A telephone number is no document.
//! Source: NRL retrieval, DocumentReference.content; sources, section 6.

use super::{Keeper, Locator};
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
    let claimed = content::accept(pointer.content_type.as_deref());
    let asked = match address.strip_prefix("ssp://") {
        Some(behind) => match locator.through_proxy(question, behind) {
            Ok(request) => fetch(request.header("Accept", claimed), bounds).await,
            Err(words) => return Opening::well(failed(words)),
        },
        None => match locator.keeper(address) {
            Ok((keeper, url)) => {
                let request = keeper.client.get(url).header("Accept", claimed);
                let request = request.header("X-Request-Id", uuid::Uuid::new_v4().to_string());
                let request = request.header("X-Correlation-Id", &question.opening);
                keeper.credentials.fetch(request, question.now, bounds).await
            }
            Err(words) => return Opening::well(failed(words)),
        },
    };
    asked.and_then(|answer| opened(answer, question)).unwrap_or_else(|fault| Opening::fault(&fault))
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

    /// Whose address it is. The locator's own credentials never go there.
    fn keeper(&self, address: &str) -> Result<(&Keeper, Url), &'static str> {
        let url = Url::parse(address).map_err(|_| "gives an address that cannot be followed")?;
        let is_bare = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
        let keeper = self.keepers.iter().find(|keeper| is_bare && keeper.origin.origin() == url.origin());
        Ok((keeper.ok_or("lies at an address this gateway may not ask")?, url))
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
