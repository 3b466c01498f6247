//! Takes one question for the person's registered practice, gives one reply: the practice's endpoint is looked up, then
//! the safety categories and the rest are asked for side by side, so that a slow history holds no allergy up.
//! Source: GP Connect Access Record: Structured 1.6.2 (FHIR STU3), through the Spine Secure Proxy.

use crate::{
    asking::ObjectionReply,
    document,
    fault::Fault,
    guard::Verdict,
    national::{
        National,
        sds::{Endpoint, NoEndpoint},
    },
    question::{Ended, Question},
    source::{ConfigFault, SourceConfig},
    sources::{KindOfSource, Source, Surroundings},
    wire::{self, Answer, Bounds},
};
use fhir::{OdsCode, Reply, ReplyState};
use futures_util::{FutureExt, future::BoxFuture};
use parameters::{Area, Ask};
use record::{Received, Seen};
use refused::Refused;
use reqwest::{Client, RequestBuilder};
use std::sync::Arc;

/// The unsigned token that names the professional.
mod token;
/// What is asked for, and in which of the two requests.
mod parameters;
/// What the Spine's error codes mean.
mod refused;
/// Reading the Bundle a practice answers with.
mod record;
/// What the two requests together say.
mod reply;
/// The objection question.
pub(crate) mod objection;

const INTERACTION: &str = "urn:nhs:names:services:gpconnect:fhir:operation:gpc.getstructuredrecord-1";
const OPERATION: &str = "Patient/$gpc.getstructuredrecord";
/// As the specification spells it: no blank before the charset.
const MEDIA_TYPE: &str = "application/fhir+json;charset=utf-8";

/// The registered practice of each person, over GP Connect.
pub(crate) const KIND: KindOfSource =
    KindOfSource { name: "gp-connect", speaks: "GP Connect (FHIR STU3)", is_practice: true, build };

/// The way to every practice.
struct GpConnect {
    client: Client,
    national: Arc<National>,
}

fn build(_source: &SourceConfig, around: &Surroundings) -> Result<Arc<dyn Source>, ConfigFault> {
    let client = wire::client(&around.limits).map_err(ConfigFault::Client)?;
    Ok(Arc::new(GpConnect { client, national: Arc::clone(&around.national) }))
}

impl Source for GpConnect {
    fn ask<'a>(&'a self, question: &'a Question, bounds: &'a Bounds) -> BoxFuture<'a, Ended> {
        ask(self, question, bounds).boxed()
    }

    fn objection<'a>(
        &'a self,
        question: &'a Question,
        bounds: &'a Bounds,
    ) -> BoxFuture<'a, (ObjectionReply, Verdict)> {
        objection::ask(self, question, bounds).boxed()
    }
}

/// How one of the requests ended.
enum End {
    Received(Box<Received>),
    Refused(Refused),
    Fault(Fault),
    WrongPerson,
    Differs(Vec<String>),
}

/// Asks. Ends within the bounds' deadline; cancel-safe.
async fn ask(gp: &GpConnect, question: &Question, bounds: &Bounds) -> Ended {
    let Some(practice) = &question.practice else {
        return Ended::well(question.reply(crate::fault::failed("no practice to ask")));
    };
    let endpoint = match gp.national.sds.find(practice, INTERACTION, &question.opening, bounds).await {
        Ok(endpoint) => endpoint,
        Err(missing) => return without_endpoint(question, practice, &missing),
    };
    let asks = parameters::asks(&question.categories);
    let ends =
        futures_util::future::join_all(asks.iter().map(|ask| exchange(gp, question, &endpoint, ask, bounds)));
    let ends = ends.await;
    if ends.iter().any(|end| matches!(end, End::WrongPerson)) {
        return Ended::wrong_person(question);
    }
    // A practice that holds other details of the person is not half believed (HAZ-037).
    if let Some(differs) = ends.iter().filter(|end| matches!(end, End::Differs(_))).find_map(state) {
        let reply = Reply { asked: Some(practice.to_string()), ..question.reply(differs) };
        return Ended::well(reply);
    }
    let sick = !ends.is_empty() && ends.iter().all(is_sick);
    let reply = reply::combine(question, practice, asks.into_iter().zip(ends).collect());
    Ended { reply, verdict: if sick { Verdict::Sick } else { Verdict::Well } }
}

/// One request and its answer, classified.
async fn exchange(
    gp: &GpConnect,
    question: &Question,
    endpoint: &Endpoint,
    ask: &Ask,
    bounds: &Bounds,
) -> End {
    let trace_id = uuid::Uuid::new_v4().to_string();
    let request = request(gp, question, endpoint, &ask.areas, &trace_id);
    let answer = match wire::fetch(request, bounds).await {
        Ok(answer) => answer,
        Err(fault) => return End::Fault(fault),
    };
    if answer.status != 200 {
        return refuse(&answer);
    }
    let (person, root) = (question.person.clone(), endpoint.root.clone());
    let opened = document::open(answer, move |bundle| Ok(record::inspect(bundle, &person, &root, &trace_id)));
    match opened.await {
        Err(fault) => End::Fault(fault),
        Ok(document) => match document.seen {
            Seen::NotARecord => End::Fault(Fault::NotARecord),
            Seen::WrongPerson => End::WrongPerson,
            Seen::Differs(fields) => End::Differs(fields),
            Seen::Record(facts) => End::Received(Box::new(Received { text: document.text, facts: *facts })),
        },
    }
}

/// A refusal is classified by its Spine code; a body that is no FHIR proves nothing but failure (HAZ-038).
fn refuse(answer: &Answer) -> End {
    let issues = document::checked(answer).map(document::issues).unwrap_or_default();
    let refused = refused::classify(answer.status, &issues);
    if refused.is_our_fault {
        tracing::error!(
            http.status = answer.status,
            spine.code = refused.code,
            "GP Connect refused our request"
        );
    }
    End::Refused(refused)
}

fn request(
    gp: &GpConnect,
    question: &Question,
    endpoint: &Endpoint,
    areas: &[Area],
    trace_id: &str,
) -> RequestBuilder {
    let token = token::unsigned(&token::Claims {
        issuer: gp.national.ssp.as_str().trim_end_matches('/'),
        audience: &endpoint.root,
        asker: &question.asker,
        issued_s: question.now.as_second(),
    });
    let number = question.person.number().map(fhir::NhsNumber::digits).unwrap_or_default();
    // The practice's whole address stands behind the proxy's, its own `https://` included.
    let url = format!("{}/{}/{OPERATION}", gp.national.ssp.as_str().trim_end_matches('/'), endpoint.root);
    gp.client
        .post(url)
        .header("Accept", MEDIA_TYPE)
        .header("Content-Type", MEDIA_TYPE)
        .header("Ssp-TraceID", trace_id)
        .header("Ssp-From", &gp.national.asid)
        .header("Ssp-To", &endpoint.asid)
        .header("Ssp-InteractionID", INTERACTION)
        .bearer_auth(token)
        .body(parameters::body(number, areas).to_string())
}

/// The directory's own trouble is not the practice's: it leaves the practice's breaker alone.
fn without_endpoint(question: &Question, practice: &OdsCode, missing: &NoEndpoint) -> Ended {
    let reply = question.reply(missing.state());
    Ended::well(Reply { asked: Some(practice.to_string()), ..reply })
}

fn is_sick(end: &End) -> bool {
    match end {
        End::Fault(fault) => fault.is_sick(),
        End::Refused(refused) => refused.is_sick,
        End::Received(_) | End::WrongPerson | End::Differs(_) => false,
    }
}

/// The state one request alone would give.
fn state(end: &End) -> Option<ReplyState> {
    match end {
        End::Received(_) => None,
        End::Refused(refused) => Some(refused.state.clone()),
        End::Fault(fault) => Some(fault.state()),
        End::WrongPerson => Some(ReplyState::Withheld(fhir::reply::Withholder::PolicyIdentity)),
        End::Differs(fields) => {
            Some(ReplyState::Withheld(fhir::reply::Withholder::PolicyDiffers(fields.clone())))
        }
    }
}

#[cfg(test)]
mod tests;
