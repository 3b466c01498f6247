//! Takes a test question, tries at a FHIR server what an opening never would, and says how it answered: the statement of what
//! it can do, a person nobody knows, a parameter that does not exist, and no credentials.
//! Source: FHIR R4 CapabilityStatement, 3.1.1.5 (Prefer: handling), 3.2.0 (security).

use super::{
    About, Server, Version,
    table::{self, Search},
};
use crate::{
    auth::Credentials,
    document,
    probe::{Check, NOBODY},
    question::Question,
    source::PersonSearch,
    wire::{self, Answer, Bounds},
};
use fhir::{Json, bundle::Bundle, nhs_number, outcome};
use reqwest::{Method, RequestBuilder};

pub(super) async fn checks(server: &Server, question: &Question, bounds: &Bounds) -> Vec<Check> {
    vec![
        statement(server, question, bounds).await,
        unknown_person(server, question, bounds).await,
        strict(server, question, bounds).await,
        locked(server, question, bounds).await,
    ]
}

fn check(
    id: &'static str,
    expects: &'static str,
    source: &'static str,
    met: Option<bool>,
    found: String,
) -> Check {
    Check { id, expects, source, met, found }
}

async fn statement(server: &Server, question: &Question, bounds: &Bounds) -> Check {
    let capability = server.capabilities.current(server, question.now, bounds).await;
    let version = capability.as_ref().map(|capability| capability.version);
    let (met, found) = match version {
        None => (false, "none could be read: asked by configuration alone".to_owned()),
        Some(None) => (false, "it declares neither STU3 nor R4".to_owned()),
        Some(Some(own)) if own == server.configured => (true, words(own).to_owned()),
        Some(Some(own)) => (
            false,
            format!("it declares {}, the configuration says {}", words(own), words(server.configured)),
        ),
    };
    check(
        "statement",
        "a CapabilityStatement of the configured version at /metadata",
        "FHIR R4 CapabilityStatement",
        Some(met),
        found,
    )
}

fn words(version: Version) -> &'static str {
    match version {
        Version::Stu3 => "STU3",
        Version::R4 => "R4",
    }
}

/// By the server's own way of being asked.
fn about_nobody(server: &Server, question: &Question) -> RequestBuilder {
    let identifier = [("identifier", format!("{}|{NOBODY}", nhs_number::SYSTEM))];
    match server.person_search {
        PersonSearch::Post => server
            .request(Method::POST, server.address("Patient/_search"), &About::of(question))
            .form(&identifier),
        PersonSearch::Get => {
            server.request(Method::GET, server.address("Patient"), &About::of(question)).query(&identifier)
        }
    }
}

async fn unknown_person(server: &Server, question: &Question, bounds: &Bounds) -> Check {
    let answer = server.fetch(about_nobody(server, question), question.now, bounds).await;
    let (met, found) = match answer {
        Err(fault) => (None, fault.to_string()),
        Ok(answer) if answer.status != 200 => (Some(false), format!("status {}", answer.status)),
        Ok(answer) => match patients(&answer) {
            None => (Some(false), "no searchset".to_owned()),
            Some(0) => (Some(true), "an empty searchset".to_owned()),
            Some(count) => (Some(false), format!("{count} Patients")),
        },
    };
    let expects = "a person nobody knows is an empty searchset";
    check("unknown-person", expects, "FHIR R4 3.1.0 (search)", met, found)
}

fn patients(answer: &Answer) -> Option<usize> {
    let bundle = Bundle::read(Json::of(document::checked(answer).ok()?))?;
    Some(bundle.of_type("Patient").count())
}

/// A parameter that is not known may be left out of the search, but not in silence: the answer would be wider.
async fn strict(server: &Server, question: &Question, bounds: &Bounds) -> Check {
    let capability = server.capabilities.current(server, question.now, bounds).await;
    let can = |search: &&&Search| capability.as_ref().is_none_or(|can| can.can_search(search.resource_type));
    let searches = table::searches(server.configured, question);
    let kind = searches.iter().find(can).map_or("Patient", |search| search.resource_type);
    let request = server.request(Method::GET, server.address(kind), &About::of(question));
    let request = request.header("Prefer", "handling=strict").query(&[("no-such-parameter", "1")]);
    let (met, found) = match server.fetch(request, question.now, bounds).await {
        Err(fault) => (None, fault.to_string()),
        Ok(answer) if answer.status == 400 => (Some(true), "refused with 400".to_owned()),
        Ok(answer) if answer.status == 200 && says_so(&answer) => {
            (Some(true), "answered, and said so".to_owned())
        }
        Ok(answer) => (Some(false), format!("status {} without a word", answer.status)),
    };
    let expects = "an unknown parameter is refused or named under handling=strict";
    check("strict", expects, "FHIR R4 3.1.1.5 (handling)", met, found)
}

fn says_so(answer: &Answer) -> bool {
    let bundle = document::checked(answer).ok().and_then(|text| Bundle::read(Json::of(text)));
    bundle.is_some_and(|bundle| {
        let mut outcomes = bundle.of_type("OperationOutcome");
        outcomes.any(|entry| outcome::issues(&entry.resource).is_some_and(|issues| !issues.is_empty()))
    })
}

/// Whoever has no key must get nothing. A client certificate cannot be left away by a client that has one.
async fn locked(server: &Server, question: &Question, bounds: &Bounds) -> Check {
    let (met, found) = match &server.credentials {
        Credentials::None => (None, "it is asked with a client certificate, or with nothing".to_owned()),
        Credentials::Key(..) | Credentials::Token(_) => {
            match wire::fetch(super::named(about_nobody(server, question), bounds), bounds).await {
                Err(fault) => (None, fault.to_string()),
                Ok(answer) if matches!(answer.status, 401 | 403) => {
                    (Some(true), format!("refused with {}", answer.status))
                }
                Ok(answer) => (Some(false), format!("answered with {}", answer.status)),
            }
        }
    };
    let expects = "a request without credentials is refused";
    check("locked", expects, "FHIR R4 3.2.0 (security)", met, found)
}
