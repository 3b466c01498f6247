//! Takes a pointer, gives the document behind it: through the Spine Secure Proxy where its address says so, else straight
//! from a host this gateway may reach; any other address is not followed (HAZ-041). A telephone number is no document.
//! Source: NRL retrieval, DocumentReference.content; sources, section 6.

use super::{Keeper, Locator};
use crate::{
    auth::Credentials,
    content,
    fault::{Fault, failed},
    federation::closed_state,
    guard::{Guard, Verdict, Visit},
    national::token::{self, Claims, Shape},
    open::{OpenQuestion, Opening},
    wire::{Answer, Bounds, path::climbs},
};
use reqwest::{RequestBuilder, Url};
use std::sync::Arc;

const INTERACTION: &str = "urn:nhs:names:services:nrl:DocumentReference.content.read";

pub(super) async fn open(locator: &Locator, question: &OpenQuestion, bounds: &Bounds) -> Opening {
    let pointer = &question.retrieval;
    if pointer.is_contact() {
        return Opening::well(failed("gives a telephone number, not a document"));
    }
    let Some(address) = pointer.url.as_deref() else {
        return Opening::well(failed("gives no address for the document"));
    };
    let way = match locator.way(question, address, &bounds.request_id()) {
        Ok(way) => way,
        Err(words) => return Opening::well(failed(words)),
    };
    let visit =
        Visit { clock: fhir::date::clock(question.now), opening: question.opening.clone(), at: question.now };
    let ticket = match way.guard.enter(visit).await {
        Ok(ticket) => ticket,
        Err(closed) => return Opening::well(closed_state(closed, &question.opening)),
    };
    let request = way.request.header("Accept", content::accept(pointer.content_type.as_deref()));
    let asked = way.credentials.fetch(request, question.now, bounds).await;
    let opening =
        asked.and_then(|answer| opened(answer, question)).unwrap_or_else(|fault| Opening::fault(&fault));
    ticket.end(opening.verdict);
    // Whoever keeps the document is told of it; the locator had no part in it (HAZ-035).
    Opening { verdict: Verdict::Well, ..opening }
}

/// How one document is asked for, and whose guard it passes.
struct Way<'a> {
    request: RequestBuilder,
    credentials: &'a Credentials,
    guard: &'a Arc<Guard>,
}

/// The proxy reads our token in the request.
static WITH_TOKEN: Credentials = Credentials::None;

impl Locator {
    fn way(&self, question: &OpenQuestion, address: &str, id: &str) -> Result<Way<'_>, &'static str> {
        if let Some(behind) = address.strip_prefix("ssp://") {
            let request = self.through_proxy(question, behind)?.header("Ssp-TraceID", id);
            return Ok(Way { request, credentials: &WITH_TOKEN, guard: &self.proxy_guard });
        }
        let (keeper, url) = self.keeper(address)?;
        let request = keeper.client.get(url).header("X-Request-Id", id);
        let request = request.header("X-Correlation-Id", &question.opening);
        Ok(Way { request, credentials: &keeper.credentials, guard: &keeper.guard })
    }

    /// `ssp://{proxy}/{percent-encoded address}`: whatever proxy a pointer names, ours is the one asked.
    fn through_proxy(&self, question: &OpenQuestion, behind: &str) -> Result<RequestBuilder, &'static str> {
        let target = behind.split_once('/').map(|(_, target)| target).filter(|target| !climbs(target));
        let target = target.ok_or("gives an address that cannot be followed")?;
        let asid = question.retrieval.asid.as_deref().filter(|asid| is_asid(asid));
        let asid = asid.ok_or("does not say which system holds the document")?;
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

/// Anything else could write a header.
fn is_asid(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
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
