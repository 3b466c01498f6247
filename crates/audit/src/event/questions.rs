//! Takes what was asked, disclosed, printed or ended without an answer, gives BALP's queries, reads and disclosures: a question runs
//! from the gateway to the source, a document the other way. Failures follow the same pattern and claim nothing.
//! Source: IHE BALP 1.1, PatientQuery, Query, PatientRead, PrivacyDisclosure.Source; viewer.md (reply states).

use super::{
    agents::{FROM, TO},
    codes,
    frame::{Event, Frame, Outcome},
};
use crate::cause;
use crate::{
    SourceLine,
    entry::{Kind, cause::POSSIBLY_SHOWN},
};
use serde_json::{Value, json};

/// An opening of one document.
const DOCUMENT: &str = "document";
/// How an opening ends that got an answer and did not pass it on.
const NOT_SHOWN: &str = "not shown";

/// A question about to be put: how it went stands in a later entry.
pub(super) fn asked(frame: &Frame<'_>) -> Vec<Event> {
    frame.placed.entry.sources.iter().map(|line| exchange(frame, line, Outcome::Open)).collect()
}

/// The answer, and its release to the professional's organisation.
pub(super) fn disclosed(frame: &Frame<'_>) -> Vec<Event> {
    let told = |line| [exchange(frame, line, Outcome::Success).during(line), released(frame, line)];
    frame.placed.entry.sources.iter().flat_map(told).collect()
}

/// One failure for each source that gave nothing to be shown.
pub(super) fn ended(frame: &Frame<'_>) -> Vec<Event> {
    let entry = frame.placed.entry;
    let unlisted = entry.detail.get(POSSIBLY_SHOWN).filter(|_| entry.kind == Kind::Sweep);
    let unlisted = unlisted.iter().flat_map(|names| names.split(' ')).map(|name| SourceLine {
        source: name.to_owned(),
        state: Some(POSSIBLY_SHOWN.to_owned()),
        ..SourceLine::default()
    });
    let lines = entry.sources.iter().cloned().chain(unlisted);
    lines.filter_map(|line| failure(frame, &line)).collect()
}

fn failure(frame: &Frame<'_>, line: &SourceLine) -> Option<Event> {
    let entry = frame.placed.entry;
    let state = line.state.as_deref().unwrap_or("no state was recorded");
    let not_shown = entry.cause.as_deref().filter(|cause| cause.starts_with(NOT_SHOWN));
    let (outcome, because) = match (outcome_of(state), not_shown) {
        (Outcome::Success, None) => return None,
        (Outcome::Success, Some(cause)) if cause.ends_with("not recorded") => (Outcome::Major, cause),
        (Outcome::Success, Some(cause)) => (Outcome::Refused, cause),
        (outcome, _) => (outcome, state),
    };
    let mut event = exchange(frame, line, outcome).during(line);
    event.because = Some(because.to_owned());
    Some(event)
}

/// What a reply state means as an outcome; a state nobody knows is a failure.
fn outcome_of(state: &str) -> Outcome {
    match state {
        "answered" | "answered-with-warnings" | "answered-empty" | "stale" => Outcome::Success,
        "withheld(by policy: access not recorded)" | POSSIBLY_SHOWN => Outcome::Major,
        state if ["withheld", "not-shared", "not-asked"].iter().any(|start| state.starts_with(start)) => {
            Outcome::Refused
        }
        _ => Outcome::Failed,
    }
}

fn exchange(frame: &Frame<'_>, line: &SourceLine, outcome: Outcome) -> Event {
    let is_document = frame.placed.entry.flags.iter().any(|flag| flag == DOCUMENT);
    if is_document { read(frame, line, outcome) } else { query(frame, line, outcome) }
}

fn query(frame: &Frame<'_>, line: &SourceLine, outcome: Outcome) -> Event {
    let mut event = Event::new(codes::rest(), "E", outcome).claims("PatientQuery");
    event.subtype = Some(codes::coding(codes::RESTFUL, "search-type"));
    event.agents = agents(frame, frame.recorder(FROM), frame.source(TO, &line.source));
    event.entities = entities(frame, vec![frame.query(line), frame.manifest(line)]);
    event
}

fn read(frame: &Frame<'_>, line: &SourceLine, outcome: Outcome) -> Event {
    let mut event = Event::new(codes::rest(), "R", outcome).claims("PatientRead");
    event.subtype = Some(codes::coding(codes::RESTFUL, "read"));
    event.agents = agents(frame, frame.recorder(TO), frame.source(FROM, &line.source));
    event.entities = entities(frame, vec![frame.released_object(line, "3")]);
    event
}

fn released(frame: &Frame<'_>, line: &SourceLine) -> Event {
    let mut event = Event::new(codes::dcm("110106"), "R", Outcome::Success);
    event.subtype = Some(codes::coding(codes::ISO_21089, "disclose"));
    let recipient = frame.recipient();
    if recipient.is_some() && frame.placed.entry.whom.is_some() {
        event = event.claims("PrivacyDisclosure.Source");
    }
    let custodian = frame.custodian(line.partner.as_deref());
    let people = frame.user().into_iter().chain(frame.host());
    event.agents =
        [frame.recorder(FROM)].into_iter().chain(recipient).chain(custodian).chain(people).collect();
    let role = if frame.placed.entry.flags.iter().any(|flag| flag == DOCUMENT) { "3" } else { "4" };
    event.entities = entities(frame, vec![frame.released_object(line, role)]);
    event
}

/// A print or a download of what was shown.
pub(super) fn printed(frame: &Frame<'_>) -> Event {
    let nothing = SourceLine::default();
    released(frame, frame.placed.entry.sources.first().unwrap_or(&nothing))
}

/// Somebody is looked for nationally: about to be, found, not found. A miss is an answer.
pub(super) fn find(frame: &Frame<'_>) -> Event {
    let entry = frame.placed.entry;
    let outcome = match entry.cause.as_deref() {
        Some(said) if said == cause::FOUND || cause::MISSES.contains(&said) => Outcome::Success,
        Some(cause::TOO_MANY) => Outcome::Refused,
        Some(cause::LOOKS) | None => Outcome::Open,
        Some(_) => Outcome::Failed,
    };
    let mut event = Event::new(codes::rest(), "E", outcome);
    event = match (&entry.whom, entry.cause.as_deref()) {
        (Some(_), _) => event.claims("PatientQuery"),
        (None, Some("nobody")) => event.claims("Query"),
        // Somebody was found by their details, and the entry does not say whom.
        (None, _) => event,
    };
    event.subtype = Some(codes::coding(codes::RESTFUL, "search-type"));
    event.because = entry.cause.clone();
    event.agents = agents(frame, frame.recorder(FROM), frame.source(TO, "pds"));
    event.entities = entities(frame, vec![frame.query(&SourceLine::default())]);
    event
}

/// An edge node's answer to a gateway: whether it was searched or read by id is not recorded.
pub(super) fn answer(frame: &Frame<'_>) -> Event {
    let mut event = Event::new(codes::rest(), "R", Outcome::Success);
    event.agents =
        [frame.recorder(FROM)].into_iter().chain(frame.user()).chain(frame.organisation()).collect();
    let request = frame.placed.entry.detail.get("request").filter(|id| !id.trim().is_empty());
    let request = request.map(
        |id| json!({"type": codes::entity_type(codes::X_REQUEST_ID), "what": {"identifier": {"value": id}}}),
    );
    event.entities = entities(frame, request.into_iter().collect());
    event
}

fn agents(frame: &Frame<'_>, gateway: Value, source: Value) -> Vec<Value> {
    let people = frame.user().into_iter().chain(frame.organisation()).chain(frame.host());
    [gateway, source].into_iter().chain(people).collect()
}

fn entities(frame: &Frame<'_>, of_its_own: Vec<Value>) -> Vec<Value> {
    frame.patient().into_iter().chain(of_its_own).chain(frame.opening()).chain([frame.rest()]).collect()
}
