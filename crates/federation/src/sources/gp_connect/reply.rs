//! Takes how the two requests ended, gives the practice's one reply: an area switched off is not shared, an area without
//! its List is not empty, and a practice that gave no record has said nothing about any category (HAZ-006). Pure.

use super::{
    End,
    parameters::{Area, Ask},
    record::Received,
    state,
};
use crate::{fault::failed, question::Question};
use fhir::{
    Category, OdsCode, Reply, ReplyState,
    reply::{Format, NotAsked, Payload, Warning},
};
use std::collections::BTreeMap;

const LINKED_DOCUMENTS: &str = "only documents that stand in a consultation are listed";
const NO_RECORD: &str = "no record given";

pub(super) fn combine(question: &Question, practice: &OdsCode, ends: Vec<(Ask, End)>) -> Reply {
    let states: Vec<Option<ReplyState>> = ends.iter().map(|(_, end)| state(end)).collect();
    let mut reply = question.reply(source_state(&ends, &states));
    reply.asked = Some(practice.to_string());
    // What this capability cannot carry is not shared through it; the person's details come with every Bundle.
    let mut by_category: BTreeMap<Category, ReplyState> = uncovered(question, &ends);
    if question.categories.contains(&Category::Documents) && brings_linked_documents(&ends) {
        by_category.insert(Category::Documents, ReplyState::AnsweredWithWarnings);
        reply.warnings.push(warning("linked-documents-only", Some(Category::Documents), LINKED_DOCUMENTS));
    }
    for ((ask, end), state) in ends.into_iter().zip(states) {
        match (end, state) {
            (End::Received(received), _) => {
                by_category.extend(area_states(&ask.areas, &received));
                take(&mut reply, &ask.areas, *received);
            }
            (_, Some(state)) => by_category.extend(unanswered(&ask.areas, &state)),
            (_, None) => {}
        }
    }
    if reply.state == ReplyState::AnsweredEmpty && reply.payloads.is_empty() {
        reply.warnings.push(warning("no-record-given", None, "the practice gave no record for this person"));
    }
    reply.by_category.extend(by_category);
    reply
}

fn source_state(ends: &[(Ask, End)], states: &[Option<ReplyState>]) -> ReplyState {
    if states.iter().all(Option::is_some) {
        let first = states.iter().flatten().next();
        let nothing = || ReplyState::NotAsked(NotAsked("your role does not include them".to_owned()));
        return first.cloned().unwrap_or_else(nothing);
    }
    let facts = || {
        ends.iter().filter_map(|(ask, end)| match end {
            End::Received(received) => Some((ask, &received.facts)),
            _ => None,
        })
    };
    let told = |warning: &Warning| warning.code != "trace-id";
    let warns = states.iter().any(Option::is_some)
        || facts().any(|(ask, facts)| {
            facts.lists_warn
                || facts.warnings.iter().any(told)
                || ask.areas.iter().any(|area| !facts.lists.contains(area.list))
        });
    match (warns, facts().any(|(_, facts)| facts.has_items)) {
        (true, _) => ReplyState::AnsweredWithWarnings,
        (false, true) => ReplyState::Answered,
        (false, false) => ReplyState::AnsweredEmpty,
    }
}

fn take(reply: &mut Reply, areas: &[Area], received: Received) {
    let facts = received.facts;
    if let Some(name) = facts.practice_name {
        reply.asked = Some(name);
    }
    for area in areas.iter().filter(|area| facts.switched_off.contains(area.parameter)) {
        let text = format!("the practice does not share {}", area.words);
        reply.warnings.push(warning("not-implemented", Some(area.category), &text));
    }
    // Both answers carry the same Patient: what is said of it is said once.
    for warning in facts.warnings {
        if !reply.warnings.contains(&warning) {
            reply.warnings.push(warning);
        }
    }
    reply.payloads.push(Payload { format: Format::GpConnectStu3, category: None, text: received.text });
}

/// The states of categories that differ: all their areas off, or an area for which no List came.
fn area_states(areas: &[Area], received: &Received) -> BTreeMap<Category, ReplyState> {
    let facts = &received.facts;
    let is_off = |area: &&Area| facts.switched_off.contains(area.parameter);
    let mut states = BTreeMap::new();
    for area in areas {
        let own = || areas.iter().filter(|other| other.category == area.category);
        if own().all(|area| is_off(&area)) {
            states.insert(area.category, ReplyState::NotShared);
        } else if own().any(|area| !is_off(&area) && !facts.lists.contains(area.list)) {
            states.insert(area.category, failed("its list of them did not come"));
        }
    }
    states
}

/// Refused or failed: an absent record says nothing about any category.
fn unanswered(areas: &[Area], state: &ReplyState) -> BTreeMap<Category, ReplyState> {
    let state = match state {
        ReplyState::AnsweredEmpty => failed(NO_RECORD),
        other => other.clone(),
    };
    areas.iter().map(|area| (area.category, state.clone())).collect()
}

/// A structured record names the documents of its consultations; the practice's other documents have a capability of their own.
fn brings_linked_documents(ends: &[(Ask, End)]) -> bool {
    let has_consultations = |ask: &Ask| ask.areas.iter().any(|area| area.category == Category::Consultations);
    ends.iter().any(|(ask, end)| matches!(end, End::Received(_)) && has_consultations(ask))
}

fn uncovered(question: &Question, ends: &[(Ask, End)]) -> BTreeMap<Category, ReplyState> {
    let is_covered = |category| {
        category == Category::Demographics
            || ends.iter().any(|(ask, _)| ask.areas.iter().any(|area| area.category == category))
    };
    let uncovered = question.categories.iter().filter(|category| !is_covered(**category));
    uncovered.map(|category| (*category, ReplyState::NotShared)).collect()
}

fn warning(code: &str, category: Option<Category>, text: &str) -> Warning {
    Warning { code: code.to_owned(), category, text: text.to_owned() }
}
