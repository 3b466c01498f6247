//! Takes what each capability brought, gives the practice's one reply: an area switched off is not shared, an area without
//! its List is not empty, and a practice that gave no record has said nothing about any category (HAZ-006). Pure.

use crate::{fault::failed, question::Question};
use fhir::{
    Category, OdsCode, Reply, ReplyState,
    reply::{NotAsked, Payload, Warning},
};
use std::collections::BTreeMap;

const NO_RECORD: &str = "no record given";

/// One request, or several of one capability.
pub(super) struct Part {
    /// The categories whose state hangs on it.
    pub(super) covers: Vec<Category>,
    /// Those that ended otherwise than the part.
    pub(super) own: BTreeMap<Category, ReplyState>,
    pub(super) outcome: Result<Brought, ReplyState>,
}

/// What came.
#[derive(Default)]
pub(super) struct Brought {
    pub(super) payloads: Vec<Payload>,
    pub(super) warnings: Vec<Warning>,
    pub(super) has_items: bool,
    /// Something in it must be said.
    pub(super) warns: bool,
    pub(super) practice_name: Option<String>,
}

impl Part {
    pub(super) fn without(covers: Vec<Category>, state: ReplyState) -> Self {
        Self { covers, own: BTreeMap::new(), outcome: Err(state) }
    }
}

pub(super) fn combine(question: &Question, practice: &OdsCode, parts: Vec<Part>) -> Reply {
    let mut reply = question.reply(source_state(&parts));
    reply.asked = Some(practice.to_string());
    // What no capability here can carry is not shared through it; the person's details come with every Bundle.
    let mut by_category = uncovered(question, &parts);
    for part in parts {
        match part.outcome {
            Ok(brought) => take(&mut reply, brought),
            Err(state) => by_category.extend(unanswered(&part.covers, &state)),
        }
        by_category.extend(part.own);
    }
    if reply.state == ReplyState::AnsweredEmpty && reply.payloads.is_empty() {
        reply.warnings.push(warning("no-record-given", None, "the practice gave no record for this person"));
    }
    reply.by_category.extend(by_category);
    reply
}

fn source_state(parts: &[Part]) -> ReplyState {
    let brought = || parts.iter().filter_map(|part| part.outcome.as_ref().ok());
    if brought().next().is_none() {
        let nothing = || ReplyState::NotAsked(NotAsked("your role does not include them".to_owned()));
        let mut states = parts.iter().filter_map(|part| part.outcome.as_ref().err());
        return states.next().cloned().unwrap_or_else(nothing);
    }
    let warns = parts.iter().any(|part| part.outcome.is_err()) || brought().any(|brought| brought.warns);
    match (warns, brought().any(|brought| brought.has_items)) {
        (true, _) => ReplyState::AnsweredWithWarnings,
        (false, true) => ReplyState::Answered,
        (false, false) => ReplyState::AnsweredEmpty,
    }
}

fn take(reply: &mut Reply, brought: Brought) {
    if let Some(name) = brought.practice_name {
        reply.asked = Some(name);
    }
    // Every answer carries the same Patient: what is said of it is said once.
    for warning in brought.warnings {
        if !reply.warnings.contains(&warning) {
            reply.warnings.push(warning);
        }
    }
    reply.payloads.extend(brought.payloads);
}

/// Refused or failed: an absent record says nothing about any category.
fn unanswered(covers: &[Category], state: &ReplyState) -> BTreeMap<Category, ReplyState> {
    let state = not_empty(state);
    covers.iter().map(|category| (*category, state.clone())).collect()
}

/// The state of a category for which a practice gave no record.
pub(super) fn not_empty(state: &ReplyState) -> ReplyState {
    match state {
        ReplyState::AnsweredEmpty => failed(NO_RECORD),
        other => other.clone(),
    }
}

fn uncovered(question: &Question, parts: &[Part]) -> BTreeMap<Category, ReplyState> {
    let is_covered = |category: &&Category| {
        **category == Category::Demographics || parts.iter().any(|part| part.covers.contains(category))
    };
    let uncovered = question.categories.iter().filter(|category| !is_covered(category));
    uncovered.map(|category| (*category, ReplyState::NotShared)).collect()
}

pub(super) fn warning(code: &str, category: Option<Category>, text: &str) -> Warning {
    Warning { code: code.to_owned(), category, text: text.to_owned() }
}
