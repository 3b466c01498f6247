//! Takes the objection question for a partner that keeps a register, gives what its Consents say as signs. Only a whole answer
//! about this very person can be rested on; what it says against sharing counts however little else came (HAZ-022). The
//! number travels as that of the person does (HAZ-049).
//! Source: FHIR R4 and STU3 Consent; FHIR R4 3.2.1.5.5 (chained search); IHE PCF 1.1, ITI-108.

/// What one searchset of Consents says.
mod said;

use super::{About, Server};
use crate::{
    asking::ObjectionReply,
    document,
    fault::{self, Fault},
    guard::Verdict,
    question::Question,
    source::PersonSearch,
    wire::Bounds,
};
use fhir::{NhsNumber, ReplyState, nhs_number, reply::Withholder};
use reqwest::{Method, RequestBuilder};
use said::{Said, Whose};

type Parameters = [(&'static str, String)];

/// Asks under every number the server goes by. Cancel-safe.
pub(super) async fn ask(server: &Server, question: &Question, bounds: &Bounds) -> (ObjectionReply, Verdict) {
    let (mut signs, mut state, mut verdict) = (Vec::new(), ReplyState::Answered, Verdict::Well);
    for number in server.asked_under(&question.person) {
        match search(server, question, number, bounds).await {
            Ok(Said { whose: Whose::SomebodyElses, .. }) => {
                let elapsed_ms = bounds.elapsed_ms();
                let state = ReplyState::Withheld(Withholder::PolicyIdentity);
                return (ObjectionReply { signs: Vec::new(), state, elapsed_ms }, Verdict::WrongPerson);
            }
            Ok(said) => {
                if !said.is_whole || said.whose == Whose::NotSaid {
                    state = fault::unreadable("sent an answer that is not whole");
                }
                signs.extend(said.signs);
            }
            Err(fault) => (state, verdict) = (fault.state(), fault.verdict()),
        }
    }
    (ObjectionReply { signs, state, elapsed_ms: bounds.elapsed_ms() }, verdict)
}

/// With the Patient, by whom it can be told whose the Consents are; a strict server that cannot include it is asked once
/// without.
async fn search(
    server: &Server,
    question: &Question,
    number: &NhsNumber,
    bounds: &Bounds,
) -> Result<Said, Fault> {
    let parameters = [
        ("patient.identifier", format!("{}|{}", nhs_number::SYSTEM, number.digits())),
        ("_include", "Consent:patient".to_owned()),
    ];
    match one(server, question, &parameters, bounds).await {
        Err(Fault::Status(400)) => {
            one(server, question, parameters.get(..1).unwrap_or_default(), bounds).await
        }
        ended => ended,
    }
}

async fn one(
    server: &Server,
    question: &Question,
    parameters: &Parameters,
    bounds: &Bounds,
) -> Result<Said, Fault> {
    let answer = server.fetch(request(server, question, parameters), question.now, bounds).await?;
    let (person, base, today) = (question.person.clone(), server.address(""), question.today());
    let read = document::open(answer, move |bundle| {
        said::read(bundle, &person, base.trim_end_matches('/'), today).ok_or(Fault::NotARecord)
    });
    Ok(read.await?.seen)
}

fn request(server: &Server, question: &Question, parameters: &Parameters) -> RequestBuilder {
    let about = About::of(question);
    let request = match server.person_search {
        PersonSearch::Post => {
            server.request(Method::POST, server.address("Consent/_search"), &about).form(parameters)
        }
        PersonSearch::Get => server.request(Method::GET, server.address("Consent"), &about).query(parameters),
    };
    request.header("Prefer", "handling=strict")
}

#[cfg(test)]
mod tests;
