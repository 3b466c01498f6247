//! Takes an error's status and issues, gives the reply state its Spine code means; never the code's display, its issue
//! type or its system, which vary. Only a practice's own not-found is an absence (HAZ-006, HAZ-038).
//! Source: GP Connect 1.6.2 error handling; Spine Secure Proxy error table.

use crate::{
    document,
    fault::{Fault, failed, our_side},
    guard::Verdict,
    wire::Answer,
};
use fhir::{ReplyState, outcome::Issue, reply::Withholder};

/// What a refusal means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refused {
    pub(crate) state: ReplyState,
    /// What it tells the practice's guard.
    pub(crate) verdict: Verdict,
    /// Our request, registration or configuration is wrong: our alarm rings.
    pub(crate) is_our_fault: bool,
    /// For the audit and the log: a code of ours, never the source's text.
    pub(crate) code: &'static str,
}

/// The codes whose meaning does not hang on the status.
const OURS: [&str; 15] = [
    "INVALID_ODS_CODE",
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

/// The capability is not switched on at this practice: a blank, not an underline.
const ACCESS_DENIED: &str = "ACCESS DENIED";
const NOT_IMPLEMENTED: &str = "NOT_IMPLEMENTED";
/// The person dissented to sharing.
const DISSENT: &str = "NO_PATIENT_CONSENT";
pub(super) const AT_REQUEST: &str = "at the person's request";

/// How the proxy says that an address is not the practice's any more.
const OTHER_ADDRESS: &str = "VARIES_FROM_TARGETURL";

impl Refused {
    /// The practice does not have the capability, as opposed to refusing this request.
    pub(super) fn is_off(&self) -> bool {
        matches!(self.code, ACCESS_DENIED | NOT_IMPLEMENTED)
    }

    /// The person's own wish, which holds for all that the practice has (HAZ-022).
    pub(super) fn is_dissent(&self) -> bool {
        self.code == DISSENT
    }
}

/// A refusal is classified by its Spine code; a body that is no FHIR proves nothing but failure (HAZ-038).
pub(super) fn refuse(answer: &Answer, by_gateway: bool) -> Refused {
    let issues = issues(answer);
    let refused = match answer.status {
        // Whoever on the way is busy: it is left alone as long as it asks.
        429 | 503 if matches!(Fault::of(answer), Fault::AskedToWait(_)) => {
            let fault = Fault::of(answer);
            Refused { verdict: fault.verdict(), ..quiet(fault.state(), "asked to wait") }
        }
        // The gateway's own doorkeeper: it says nothing of the person and nothing of the practice.
        401 | 403 if by_gateway && issues.iter().all(|issue| issue.spine_code.is_none()) => ours("gateway"),
        status => classify(status, &issues),
    };
    if refused.is_our_fault {
        tracing::error!(
            http.status = answer.status,
            spine.code = refused.code,
            "GP Connect refused our request"
        );
    }
    refused
}

/// The proxy knows another address for the practice than the one we called.
pub(super) fn is_other_address(answer: &Answer) -> bool {
    answer.status == 400 && says(&issues(answer), OTHER_ADDRESS)
}

fn issues(answer: &Answer) -> Vec<Issue> {
    document::checked(answer).map(document::issues).unwrap_or_default()
}

fn says(issues: &[Issue], word: &str) -> bool {
    let texts = issues.iter().flat_map(|issue| [&issue.text, &issue.diagnostics]);
    texts.flatten().any(|text| text.contains(word))
}

/// `issues` is empty where the body was no FHIR.
pub(super) fn classify(status: u16, issues: &[Issue]) -> Refused {
    let codes = || issues.iter().filter_map(|issue| issue.spine_code.as_deref());
    let Some(code) = codes().next() else {
        return by_status(status, !issues.is_empty());
    };
    // Whatever stands beside it.
    if codes().any(|code| code == DISSENT) {
        return withheld(AT_REQUEST, DISSENT);
    }
    if code.bytes().all(|byte| byte.is_ascii_digit()) {
        return by_proxy(code, issues);
    }
    match code {
        "NO_ORGANISATION_CONSENT" | "NO_ORGANISATIONAL_CONSENT" => {
            withheld("it has no sharing agreement", "NO_ORGANISATION_CONSENT")
        }
        "NO_RELATIONSHIP" => withheld("it sees no relationship with the person", "NO_RELATIONSHIP"),
        "NON_AUTHORITATIVE" => withheld("it is not the person's registered practice", "NON_AUTHORITATIVE"),
        ACCESS_DENIED => quiet(ReplyState::NotShared, ACCESS_DENIED),
        NOT_IMPLEMENTED => quiet(ReplyState::NotShared, NOT_IMPLEMENTED),
        // The practice says the same of a person it may not speak of: so do we.
        "PATIENT_NOT_FOUND" | "PATIENT_SENSITIVE" if status == 404 => {
            quiet(ReplyState::AnsweredEmpty, "PATIENT_NOT_FOUND")
        }
        code => match OURS.iter().chain(&FAILED).find(|known| **known == code) {
            Some(known) if OURS.contains(known) => ours(known),
            Some(known) => {
                let verdict = if status >= 500 { Verdict::Sick } else { Verdict::Well };
                Refused { verdict, ..quiet(failed("answered with an error"), known) }
            }
            None => by_status(status, true),
        },
    }
}

/// The proxy's own errors carry the status as their code. Its 403 is never an objection.
fn by_proxy(code: &str, issues: &[Issue]) -> Refused {
    let says = |word: &str| says(issues, word);
    match code {
        "403" => Refused { is_our_fault: true, ..quiet(ReplyState::NotShared, "proxy 403") },
        "400" if says(OTHER_ADDRESS) => ours("proxy endpoint varies"),
        "502" | "500" | "503" | "504" => {
            Refused { verdict: Verdict::Sick, ..quiet(failed("could not be reached"), "proxy 5xx") }
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
        _ => Refused { verdict: fault.verdict(), ..quiet(fault.state(), "status") },
    }
}

fn quiet(state: ReplyState, code: &'static str) -> Refused {
    Refused { state, verdict: Verdict::Well, is_our_fault: false, code }
}

fn ours(code: &'static str) -> Refused {
    Refused { is_our_fault: true, ..quiet(our_side("our request was not accepted"), code) }
}

fn withheld(words: &str, code: &'static str) -> Refused {
    quiet(ReplyState::Withheld(Withholder::Source(words.to_owned())), code)
}
