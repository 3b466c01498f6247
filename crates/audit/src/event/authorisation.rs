//! Takes an opening that was permitted, refused or met an objection, gives the decision as BALP's AuthZconsent. Its list of entities
//! is closed, so what else was recorded stands in the details of what it was decided on.
//! Source: IHE BALP 1.1, IHE.BasicAudit.AuthZconsent.

use super::{
    codes,
    entities::Details,
    frame::{Event, Frame, Outcome},
};
use crate::{Objection, entry::Kind};
use serde_json::{Value, json};

const CANNOT_RECORD: &str = "cannot-record";
const OBJECTED: &str = "objected";

pub(super) fn decision(frame: &Frame<'_>) -> Event {
    let outcome = outcome(frame);
    let mut event = Event::new(codes::dcm("110113"), "E", outcome);
    event.subtype = Some(codes::authz_consent());
    event.because = because(frame).filter(|_| outcome != Outcome::Success);
    let agents = [frame.host(), frame.user(), frame.organisation()];
    let entry = frame.placed.entry;
    // A denial is a decision too: this profile, unlike the others, takes any outcome.
    let is_whole = agents.iter().all(Option::is_some) && entry.whom.is_some();
    event.profile = Some("AuthZconsent").filter(|_| is_whole);
    event.agents = agents.into_iter().flatten().chain([frame.authoriser()]).collect();
    let objection = entry.objection.as_ref().map(|objection| consent_of(frame, objection));
    event.entities = frame.patient().into_iter().chain([agreement(frame)]).chain(objection).collect();
    event
}

fn outcome(frame: &Frame<'_>) -> Outcome {
    let entry = frame.placed.entry;
    let decided = entry.decision.as_ref();
    if decided.is_some_and(|decision| decision.reasons.iter().any(|reason| reason == CANNOT_RECORD)) {
        return Outcome::Major;
    }
    let is_denied = match entry.kind {
        Kind::Objection => entry.objection.as_ref().is_some_and(|objection| objection.state == OBJECTED),
        _ => decided.is_none_or(|decision| decision.outcome != "permit"),
    };
    if is_denied { Outcome::Refused } else { Outcome::Success }
}

fn because(frame: &Frame<'_>) -> Option<String> {
    let entry = frame.placed.entry;
    let reasons = entry.decision.iter().flat_map(|decision| &decision.reasons).map(String::as_str);
    let objected = entry.objection.iter().filter(|objection| objection.state == OBJECTED);
    let reasons: Vec<&str> =
        reasons.chain(objected.map(|_| OBJECTED)).chain(entry.cause.as_deref()).collect();
    (!reasons.is_empty()).then(|| reasons.join("; "))
}

/// What it was decided on: the sharing agreement in force.
fn agreement(frame: &Frame<'_>) -> Value {
    let entry = frame.placed.entry;
    let id = entry.configuration.as_deref().unwrap_or_default();
    let what = codes::named("Consent", Some(&frame.ours("agreement")), id);
    let mut details = Details::default();
    details.add("opening", entry.opening.as_ref().map(|opening| opening.as_str()).unwrap_or_default());
    if let Some(decision) = &entry.decision {
        details.add("decision", &decision.outcome);
        details.add("policies", &decision.policies.join(" "));
        for (source, slice) in &decision.slices {
            let levels: Vec<String> =
                slice.iter().map(|(category, level)| format!("{category}={level}")).collect();
            details.add("slice", &format!("{source}: {}", levels.join(" ")));
        }
    }
    for line in &entry.sources {
        details.line(line);
    }
    details.0.extend(frame.said().0);
    consent(what, details)
}

/// The person's own wish, as it was known.
fn consent_of(frame: &Frame<'_>, objection: &Objection) -> Value {
    let mut details = Details::default();
    details.add("source", objection.source.as_deref().unwrap_or_default());
    details.add("age-s", &objection.age_s.map(|age| age.to_string()).unwrap_or_default());
    consent(codes::named("Consent", Some(&frame.ours("objection")), &objection.state), details)
}

fn consent(what: Value, details: Details) -> Value {
    json!({"type": codes::coding(codes::RESOURCE_TYPES, "Consent"), "what": what, "detail": details.0})
}
