//! Takes an error's status and issues, gives the reply state its Spine code means; never the code's display, its issue
//! type or its system, which vary. Only a practice's own not-found is an absence (HAZ-006, HAZ-038).
//! Source: GP Connect 1.6.2 error handling; Spine Secure Proxy error table.

use crate::fault::{Fault, failed, our_side};
use fhir::{ReplyState, outcome::Issue, reply::Withholder};

/// What a refusal means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refused {
    pub(crate) state: ReplyState,
    /// The practice or the proxy is unwell: its breaker counts it.
    pub(crate) is_sick: bool,
    /// Our request, registration or configuration is wrong: our alarm rings.
    pub(crate) is_our_fault: bool,
    /// For the audit and the log: a code of ours, never the source's text.
    pub(crate) code: &'static str,
}

/// The codes whose meaning does not hang on the status.
const OURS: [&str; 14] = [
    "INVALID_NHS_NUMBER",
    "INVALID_IDENTIFIER_SYSTEM",
    "INVALID_IDENTIFIER_VALUE",
    "BAD_REQUEST",
    "CONFLICTING_VALUES",
    "DUPLICATE_REJECTED",
    "INVALID_RESOURCE",
    "INVALID_PARAMETER",
    "REFERENCE_NOT_FOUND",
    "ASID_CHECK_FAILED",
    "MISSING_OR_INVALID_HEADER",
    "ACCESS_DENIED_SSL",
    "UNSUPPORTED_MEDIA_TYPE",
    "MESSAGE_NOT_WELL_FORMED",
];

const FAILED: [&str; 5] = [
    "INVALID_PATIENT_DEMOGRAPHICS",
    "NO_RECORD_FOUND",
    "ORGANISATION_NOT_FOUND",
    "PRACTITIONER_NOT_FOUND",
    "INTERNAL_SERVER_ERROR",
];

/// `issues` is empty where the body was no FHIR.
pub(super) fn classify(status: u16, issues: &[Issue]) -> Refused {
    let codes = || issues.iter().filter_map(|issue| issue.spine_code.as_deref());
    let Some(code) = codes().next() else {
        return by_status(status, !issues.is_empty());
    };
    if code.bytes().all(|byte| byte.is_ascii_digit()) {
        return by_proxy(code, issues);
    }
    match code {
        "NO_PATIENT_CONSENT" => withheld("at the person's request", "NO_PATIENT_CONSENT"),
        "NO_ORGANISATION_CONSENT" | "NO_ORGANISATIONAL_CONSENT" => {
            withheld("it has no sharing agreement", "NO_ORGANISATION_CONSENT")
        }
        "NO_RELATIONSHIP" => withheld("it sees no relationship with the person", "NO_RELATIONSHIP"),
        "ACCESS DENIED" => quiet(ReplyState::NotShared, "ACCESS DENIED"),
        "NOT_IMPLEMENTED" => quiet(ReplyState::NotShared, "NOT_IMPLEMENTED"),
        // The practice says the same of a person it may not speak of: so do we.
        "PATIENT_NOT_FOUND" | "PATIENT_SENSITIVE" if status == 404 => {
            quiet(ReplyState::AnsweredEmpty, "PATIENT_NOT_FOUND")
        }
        code => match OURS.iter().chain(&FAILED).find(|known| **known == code) {
            Some(known) if OURS.contains(known) => ours(known),
            Some(known) => {
                Refused { is_sick: status >= 500, ..quiet(failed("answered with an error"), known) }
            }
            None => by_status(status, true),
        },
    }
}

/// The proxy's own errors carry the status as their code. Its 403 is never an objection.
fn by_proxy(code: &str, issues: &[Issue]) -> Refused {
    let says = |word: &str| {
        issues.iter().any(|issue| {
            [&issue.text, &issue.diagnostics].into_iter().flatten().any(|text| text.contains(word))
        })
    };
    match code {
        "403" => Refused { is_our_fault: true, ..quiet(ReplyState::NotShared, "proxy 403") },
        "400" if says("VARIES_FROM_TARGETURL") => ours("proxy endpoint varies"),
        "502" | "500" | "503" | "504" => {
            Refused { is_sick: true, ..quiet(failed("could not be reached"), "proxy 5xx") }
        }
        _ => ours("proxy 4xx"),
    }
}

fn by_status(status: u16, is_fhir: bool) -> Refused {
    let fault = Fault::Status(status);
    match status {
        // A page of some machine in between refuses for nobody.
        403 | 404 if !is_fhir => quiet(failed("answered with an error"), "not FHIR"),
        401 | 400 | 402 | 405..=428 => ours("status 4xx"),
        _ => Refused { is_sick: fault.is_sick(), ..quiet(fault.state(), "status") },
    }
}

fn quiet(state: ReplyState, code: &'static str) -> Refused {
    Refused { state, is_sick: false, is_our_fault: false, code }
}

fn ours(code: &'static str) -> Refused {
    Refused { is_our_fault: true, ..quiet(our_side("our request was not accepted"), code) }
}

fn withheld(words: &str, code: &'static str) -> Refused {
    quiet(ReplyState::Withheld(Withholder::Source(words.to_owned())), code)
}
