//! What the operator's monitoring reads at `/metrics`: takes what happens in the program, gives counts and durations under a
//! closed list of labels. No person, no professional, no host, no opening: sources, ways in and kinds of end only (HAZ-049).
//! Every name stands in `docs/look-up/metrics.md`. Source: OpenMetrics 1.0.

/// One family of figures.
mod family;
/// As text.
mod text;

use crate::program::{admission::Rank, alerts::Rule};
use access::{Refusal, launch::Route};
use audit::{Millis, watch::Rule as Counted};
use family::{About, Axis, Counters, Durations, axis};
use std::{collections::BTreeMap, sync::Arc, time::Duration};
use text::{Kind, Text};

/// Seconds of a part of a page, up to its end by any means.
const PAGE_S: &[f64] = &[0.05, 0.1, 0.25, 0.5, 1.0, 1.5, 3.0, 6.0, 8.0];
/// Seconds of one source, up to its deadline.
const SOURCE_S: &[f64] = &[0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0, 6.0];
/// Seconds of a write of the audit, up to when it counts as not recorded.
const AUDIT_S: &[f64] = &[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0];

/// What a source's question can end in: [`fhir::ReplyState::name`].
const STATES: [&str; 16] = [
    "answered",
    "answered-with-warnings",
    "answered-empty",
    "did-not-answer(timed out)",
    "did-not-answer(failed)",
    "did-not-answer(failed: our side)",
    "did-not-answer(breaker open)",
    "unreadable",
    "withheld(by the source)",
    "withheld(by policy: identity)",
    "withheld(by policy: ambiguous)",
    "withheld(by policy: access not recorded)",
    "withheld(by policy: objection)",
    "withheld(by policy: objection unknown)",
    "not-shared",
    "not-asked",
];
/// What a launch through an OpenID provider is called until it is known which; and a host's server with a token.
const OTHER_WAYS_IN: [&str; 2] = ["provider", "fhir"];
const LISTENERS: [&str; 4] = ["public", "admin", "back-channel", "office"];
/// Raised at the moment itself, where no list of them is kept.
const MORE_RULES: [&str; 3] = ["PO-06", "PO-29", "CS-01"];

/// Everything that is counted.
pub(crate) struct Metrics {
    openings: Counters,
    shed: Counters,
    refusals: Counters,
    launches_refused: Counters,
    first_section: Durations,
    page: Durations,
    questions: Counters,
    answers: Durations,
    received: Counters,
    audit: Durations,
    door: Counters,
    alerts: Counters,
    certificates: Counters,
    spans: Counters,
    begun: Millis,
}

/// What stands at the moment it is read.
#[derive(Default)]
pub(crate) struct Now {
    pub(crate) version: &'static str,
    /// As in [`crate::program::admission::Admission::figures`].
    pub(crate) admission: [usize; 3],
    /// Source and [`federation::Stance`], by name.
    pub(crate) breakers: Vec<(String, federation::Stance)>,
    /// Source, and how many questions at once it is asked.
    pub(crate) places: Vec<(String, usize)>,
    /// Source, and how many requests were sent to it once more since the program began.
    pub(crate) repeats: Vec<(String, u64)>,
    /// Bytes of sources' answers.
    pub(crate) answers_held: usize,
    pub(crate) audit_writable: bool,
    pub(crate) audit_frozen: bool,
    pub(crate) agreement_generation: u64,
    pub(crate) agreement_refused: bool,
    pub(crate) certificates_refused: bool,
    /// By the name of its file in the configuration.
    pub(crate) certificate_days: BTreeMap<String, i64>,
}

const fn about(name: &'static str, unit: &'static str, help: &'static str) -> About {
    About { name, unit, help }
}

fn ways_in() -> Axis {
    axis("way_in", Route::ALL.map(Route::name))
}

impl Metrics {
    /// `sources` are the configured ones; no other is ever named.
    pub(crate) fn new<'a>(sources: impl Iterator<Item = &'a str> + Clone, begun: Millis) -> Arc<Self> {
        let source = || axis("source", sources.clone());
        let of_launch = Route::ALL.map(Route::name).into_iter().chain(OTHER_WAYS_IN);
        Arc::new(Self {
            openings: Counters::new(OPENINGS, vec![axis("what", WHAT), ways_in(), axis("outcome", OUTCOMES)]),
            shed: Counters::new(SHED, vec![axis("rank", Rank::ALL.map(Rank::name))]),
            refusals: Counters::new(REFUSALS, vec![ways_in(), axis("refusal", refusals())]),
            launches_refused: Counters::new(
                LAUNCHES_REFUSED,
                vec![axis("way_in", of_launch), axis("reason", REASONS)],
            ),
            first_section: Durations::new(FIRST_SECTION, PAGE_S, Vec::new()),
            page: Durations::new(PAGE, PAGE_S, Vec::new()),
            questions: Counters::new(
                QUESTIONS,
                vec![source(), axis("what", ["record", "document"]), axis("state", STATES)],
            ),
            answers: Durations::new(ANSWERS, SOURCE_S, vec![source()]),
            received: Counters::new(RECEIVED, vec![source()]),
            audit: Durations::new(AUDIT, AUDIT_S, vec![axis("outcome", WRITES)]),
            door: Counters::new(DOOR, vec![axis("listener", LISTENERS), axis("reason", TURNED_AWAY)]),
            alerts: Counters::new(ALERTS, vec![axis("rule", rules())]),
            certificates: Counters::new(CERTIFICATES, vec![axis("outcome", ["taken", "refused"])]),
            spans: Counters::new(SPANS, vec![axis("outcome", ["sent", "dropped"])]),
            begun,
        })
    }

    /// An opening has ended. `what` as in [`crate::entries::Story::what`]; `cause` as in its close.
    pub(crate) fn ended(&self, what: &str, way_in: &str, cause: &str) {
        self.openings.one(&[what, way_in, outcome(cause)]);
    }

    /// There was no place.
    pub(crate) fn shed(&self, rank: Rank) {
        self.shed.one(&[rank.name()]);
    }

    /// Nothing opened.
    pub(crate) fn refused(&self, way_in: &str, refusal: &Refusal) {
        self.refusals.one(&[way_in, refusal.code()]);
    }

    /// `reason` as the audit keeps it.
    pub(crate) fn launch_refused(&self, way_in: &str, reason: &str) {
        self.launches_refused.one(&[way_in, class(reason)]);
    }

    pub(crate) fn first_section(&self, after: Duration) {
        self.first_section.took(&[], after);
    }

    pub(crate) fn page(&self, after: Duration) {
        self.page.took(&[], after);
    }

    /// One question to its end. What was never asked took no time.
    pub(crate) fn question(&self, source: &str, what: &str, ended: (&fhir::ReplyState, u64, u64)) {
        let (state, elapsed_ms, size_bytes) = ended;
        self.questions.one(&[source, what, state.name()]);
        self.received.add(&[source], size_bytes);
        if elapsed_ms > 0 {
            self.answers.took(&[source], Duration::from_millis(elapsed_ms));
        }
    }

    pub(crate) fn wrote(&self, after: Duration, ended: Result<(), audit::Fault>) {
        let outcome = match ended {
            Ok(()) => "recorded",
            Err(audit::Fault::Rejected(_)) => "rejected",
            Err(audit::Fault::Unavailable) => "unavailable",
            Err(audit::Fault::Unknown) => "unknown",
        };
        self.audit.took(&[outcome], after);
    }

    /// `reason` is one of [`TURNED_AWAY`].
    pub(crate) fn turned_away(&self, listener: &str, reason: &str) {
        self.door.one(&[listener, reason]);
    }

    /// One that stands in the log since `at`. What was raised before this program began is not counted again.
    pub(crate) fn alert(&self, rule: &str, at: Millis) {
        if at >= self.begun {
            self.alerts.one(&[rule]);
        }
    }

    /// Files of certificates changed: `taken` or `refused`.
    pub(crate) fn certificates(&self, outcome: &str) {
        self.certificates.one(&[outcome]);
    }

    /// Spans of traces: `sent` or `dropped`.
    pub(crate) fn spans(&self, outcome: &str, count: usize) {
        self.spans.add(&[outcome], u64::try_from(count).unwrap_or(u64::MAX));
    }

    /// The whole exposition.
    pub(crate) fn text(&self, now: &Now) -> String {
        let mut text = Text::default();
        text.family(&BUILD, Kind::Info);
        text.sample((BUILD.name, "_info"), &[("version", now.version)], 1);
        self.openings.tell(&mut text);
        let [places, taken, waiting] = now.admission;
        text.gauge(&IN_FLIGHT, taken);
        text.gauge(&WAITING, waiting);
        text.gauge(&PLACES, places);
        self.shed.tell(&mut text);
        self.refusals.tell(&mut text);
        self.launches_refused.tell(&mut text);
        self.first_section.tell(&mut text);
        self.page.tell(&mut text);
        self.questions.tell(&mut text);
        self.answers.tell(&mut text);
        self.received.tell(&mut text);
        text.family(&BREAKER, Kind::StateSet);
        for (source, stands) in &now.breakers {
            for stance in federation::Stance::ALL {
                let labels = [("source", source.as_str()), (BREAKER.name, stance.name())];
                text.sample((BREAKER.name, ""), &labels, u8::from(stance == *stands));
            }
        }
        text.family(&SOURCE_PLACES, Kind::Gauge);
        for (source, places) in &now.places {
            text.sample((SOURCE_PLACES.name, ""), &[("source", source.as_str())], places);
        }
        text.family(&REPEATS, Kind::Counter);
        for (source, count) in &now.repeats {
            text.sample((REPEATS.name, "_total"), &[("source", source.as_str())], count);
        }
        text.gauge(&HELD, now.answers_held);
        self.audit.tell(&mut text);
        text.gauge(&WRITABLE, u8::from(now.audit_writable));
        text.gauge(&FROZEN, u8::from(now.audit_frozen));
        self.door.tell(&mut text);
        self.alerts.tell(&mut text);
        text.gauge(&GENERATION, now.agreement_generation);
        text.gauge(&REFUSED, u8::from(now.agreement_refused));
        self.certificates.tell(&mut text);
        text.gauge(&CERTIFICATES_REFUSED, u8::from(now.certificates_refused));
        text.family(&CERTIFICATE_DAYS, Kind::Gauge);
        for (file, days) in &now.certificate_days {
            text.sample((CERTIFICATE_DAYS.name, ""), &[("file", file.as_str())], days);
        }
        self.spans.tell(&mut text);
        text.end()
    }
}

const HELD: About =
    about("shcr_answers_held_bytes", "bytes", "Room that is taken for sources' answers, of 512 MiB.");
const SOURCE_PLACES: About = about(
    "shcr_source_places",
    "",
    "How many questions at once a source is asked now; where it stands for many practices, the one asked least.",
);
const REPEATS: About = about(
    "shcr_source_requests_repeated",
    "",
    "Requests that were sent once more, since nobody had begun to answer them.",
);
const OPENINGS: About =
    about("shcr_openings", "", "Openings that ended, by what was opened, way in and how they ended.");
const REFUSALS: About =
    about("shcr_refusals", "", "Requests for a record that opened nothing, by way in and refusal.");
const LAUNCHES_REFUSED: About =
    about("shcr_launches_refused", "", "Launches that were refused, by way in and class of reason.");
const FIRST_SECTION: About =
    about("shcr_first_section_seconds", "seconds", "From the request to the first clinical section.");
const PAGE: About =
    about("shcr_page_seconds", "seconds", "From the request to the end of a page that came to its end.");
const QUESTIONS: About =
    about("shcr_source_questions", "", "How sources ended, by source, what was asked and state.");
const ANSWERS: About =
    about("shcr_source_answer_seconds", "seconds", "How long a source that was asked took to its end.");
const RECEIVED: About = about("shcr_source_received_bytes", "bytes", "Bytes of answers read from a source.");
const AUDIT: About =
    about("shcr_audit_write_seconds", "seconds", "How long a write of the audit was waited for.");
const DOOR: About =
    about("shcr_door_refusals", "", "Callers that a listener turned away before anything was asked.");
const ALERTS: About = about("shcr_alerts", "", "Alerts read from the log since the program began, by rule.");
const BUILD: About = about("shcr_build", "", "The program that runs.");
const IN_FLIGHT: About =
    about("shcr_openings_in_flight", "", "Openings of records and documents that are under way.");
const WAITING: About = about("shcr_openings_waiting", "", "Whoever waits for a place, for 300 ms at most.");
const PLACES: About = about("shcr_openings_places", "", "How many openings may be under way at once.");
const SHED: About =
    about("shcr_openings_shed", "", "Whoever found no place and was asked to try again, by rank.");
const BREAKER: About =
    about("shcr_source_breaker", "", "Whether a source is asked; of many practices, the one worst off.");
const WRITABLE: About =
    about("shcr_audit_writable", "", "1: openings can be recorded. 0: the door is closed, nothing opens.");
const FROZEN: About = about("shcr_audit_frozen", "", "1: the log contradicts itself and takes nothing more.");
const GENERATION: About =
    about("shcr_agreement_generation", "", "How often the sharing agreement was swapped, from 1.");
const REFUSED: About =
    about("shcr_agreement_refused", "", "1: the agreement's files as they stand are not in force.");

const CERTIFICATES: About = about(
    "shcr_certificate_reloads",
    "",
    "How often changed certificates were looked at, by what came of it.",
);
const CERTIFICATES_REFUSED: About = about(
    "shcr_certificates_refused",
    "",
    "1: some certificates as they stand in their files are not in use.",
);

const CERTIFICATE_DAYS: About = about(
    "shcr_certificate_days",
    "days",
    "Days until the first certificate in a file runs out; fewer than none: it has.",
);
const SPANS: About =
    about("shcr_trace_spans", "", "Spans for a collector of traces, by whether it took them.");

const WHAT: [&str; 4] = ["record", "find", "searchset", "document"];
const OUTCOMES: [&str; 5] = ["complete", "client-gone", "objection", "view-ended", "not-shown"];
const WRITES: [&str; 4] = ["recorded", "rejected", "unavailable", "unknown"];
/// Why a listener turned somebody away.
pub(crate) const TURNED_AWAY: [&str; 8] = [
    "malformed",
    "head-too-slow",
    "body-too-slow",
    "length-required",
    "body-too-large",
    "address-too-long",
    "head-too-large",
    "handshake",
];
const REASONS: [&str; 9] = [
    "replay",
    "forged",
    "certificate",
    "time",
    "too-many",
    "unreachable",
    "wrong-listener",
    "not-recorded",
    "claim",
];

/// How an opening ended, in the few words there are for it.
pub(crate) fn outcome(cause: &str) -> &'static str {
    match cause {
        "complete" => "complete",
        "client-gone" => "client-gone",
        "objection" => "objection",
        cause if cause.starts_with("not shown") => "not-shown",
        // Whatever ends a view.
        _ => "view-ended",
    }
}

/// The many checks of a launch in a few classes; what is none of them is a claim that was missing or wrong.
fn class(reason: &str) -> &'static str {
    let is = |parts: &[&str]| parts.iter().any(|part| reason.contains(part));
    match reason {
        "replay" => "replay",
        "certificate" => "certificate",
        "too many launches" => "too-many",
        "public listener" => "wrong-listener",
        "audit" => "not-recorded",
        _ if is(&["signature", "encryption", "subject_token_hash", "mix-up", "nonce"]) => "forged",
        _ if is(&["unreachable"]) => "unreachable",
        _ if reason.split(' ').any(|part| ["exp", "iat", "nbf", "lifetime", "timestamp"].contains(&part)) => {
            "time"
        }
        _ => "claim",
    }
}

fn refusals() -> Vec<&'static str> {
    let all = [
        Refusal::LaunchUsedOrExpired,
        Refusal::LaunchNotAccepted,
        Refusal::LaunchIncomplete,
        Refusal::HostUnreachable,
        Refusal::NoRole,
        Refusal::NoRelationship,
        Refusal::Purpose,
        Refusal::OwnRecord,
        Refusal::IdentityMismatch { fields: Vec::new() },
        Refusal::NoSharedRecord,
        Refusal::Objection,
        Refusal::CannotRecord,
        Refusal::Busy,
        Refusal::ViewEnded,
    ];
    all.iter().map(Refusal::code).collect()
}

fn rules() -> Vec<&'static str> {
    let at_once = Rule::ALL.map(Rule::id);
    let mut rules: Vec<_> =
        at_once.into_iter().chain(Counted::ALL.map(Counted::id)).chain(MORE_RULES).collect();
    rules.sort_unstable();
    rules.dedup();
    rules
}

#[cfg(test)]
mod tests;
