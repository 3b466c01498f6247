//! Takes how every search ended, gives the one reply: each category's own state where it differs, and no silence that
//! could read as emptiness (HAZ-006, HAZ-017). Pure.

use super::{patient::One, search::SearchEnd};
use crate::{fault::Fault, question::Question};
use fhir::{
    Category,
    reply::{Format, Payload, Reply, ReplyState, Warning},
};
use std::collections::BTreeMap;

/// No Patient has the number there: the contract of a FHIR search, so an answer.
pub(super) fn person_not_known(question: &Question, as_at: Option<String>) -> Reply {
    let warning = Warning {
        code: "person-not-known".to_owned(),
        category: None,
        text: "this partner does not know the person".to_owned(),
    };
    Reply { as_at, warnings: vec![warning], ..question.reply(ReplyState::AnsweredEmpty) }
}

/// Joins the ends of all searches. Their order is the table's, so the same answers give the same reply.
pub(super) fn combine(
    question: &Question,
    format: Format,
    patient: One,
    ends: Vec<SearchEnd>,
    undeclared: &[Category],
) -> Reply {
    let states = category_states(question, &ends, undeclared);
    let state = source_state(&ends, !patient.warnings.is_empty());
    let mut reply = question.reply(state);
    reply.by_category.extend(states);
    (reply.warnings, reply.as_at) = (patient.warnings, patient.as_at);
    if question.categories.contains(&Category::Demographics) {
        let category = Some(Category::Demographics);
        reply.payloads.push(Payload { format, category, text: patient.text });
    }
    for end in ends {
        let failed = end.partly_failed(question).filter(|warning| !reply.warnings.contains(warning));
        reply.warnings.extend(failed);
        for warning in end.warnings {
            if !reply.warnings.contains(&warning) {
                reply.warnings.push(warning);
            }
        }
        reply.payloads.extend(end.payloads);
        // The oldest receipt is the honest one.
        reply.as_at = match (reply.as_at.take(), end.as_at) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
    }
    reply
}

impl SearchEnd {
    /// A failed search among good ones is said, beside the state of its category.
    fn partly_failed(&self, question: &Question) -> Option<Warning> {
        self.fault.as_ref()?;
        let category = self.search.category(question);
        let text = "a part of what was asked for did not arrive".to_owned();
        Some(Warning { code: "search-failed".to_owned(), category, text })
    }
}

fn source_state(ends: &[SearchEnd], patient_warns: bool) -> ReplyState {
    let faults: Vec<&Fault> = ends.iter().filter_map(|end| end.fault.as_ref()).collect();
    if let Some(first) = faults.first().filter(|_| faults.len() == ends.len()) {
        return first.state();
    }
    let warns = patient_warns || !faults.is_empty() || ends.iter().any(|end| !end.warnings.is_empty());
    match (warns, ends.iter().any(|end| end.matches > 0)) {
        (true, _) => ReplyState::AnsweredWithWarnings,
        (false, true) => ReplyState::Answered,
        (false, false) => ReplyState::AnsweredEmpty,
    }
}

/// A category is only empty when every search made for it came back whole and empty.
fn category_states(
    question: &Question,
    ends: &[SearchEnd],
    undeclared: &[Category],
) -> BTreeMap<Category, ReplyState> {
    let mut states: BTreeMap<_, _> = undeclared.iter().map(|c| (*c, ReplyState::NotShared)).collect();
    for category in question.categories.iter().filter(|category| !undeclared.contains(category)) {
        let mut own = ends.iter().filter(|end| end.search.serves(question, *category)).peekable();
        if own.peek().is_none() {
            continue;
        }
        let own: Vec<&SearchEnd> = own.collect();
        let fault = own.iter().find_map(|end| end.fault.as_ref());
        let is_empty = own.iter().all(|end| end.matches == 0 && end.warnings.is_empty());
        match fault {
            Some(fault) => states.insert(*category, fault.state()),
            None if is_empty => states.insert(*category, ReplyState::AnsweredEmpty),
            None => None,
        };
    }
    states
}
