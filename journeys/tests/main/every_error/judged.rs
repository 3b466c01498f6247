//! Takes what a desk saw and how the audit has every opening of its person, gives each row with both side by side, and what
//! of it must not be.

use super::{
    desk::{Day, Desk, Lane, Seen},
    row::{AS_BEFORE, Expected, NO_OPENING, Row},
};
use journeys::auditor::Closed;

/// How one row read.
pub(super) struct Round {
    pub(super) row: Row,
    pub(super) state: String,
    pub(super) words: String,
    /// What was different about every other source.
    pub(super) others: String,
    /// What must not be.
    pub(super) complaints: Vec<String>,
}

/// The audit of one opening.
#[derive(Clone, Copy)]
struct Audited<'a> {
    own: &'a Closed,
    /// The opening with everything in order, where there was one.
    before: Option<&'a Closed>,
    /// The sources something was wrong with, by their ids.
    broken: &'a [&'static str],
}

/// The person's openings come in the order in which the desk saw them, the one with everything in order first.
pub(super) fn judge(desk: &Desk, day: Day, closed: &[&Closed]) -> Vec<Round> {
    let Day { before, reloads } = day;
    let records = reloads.iter().filter(|reload| reload.is_record).count();
    assert_eq!(closed.len(), before + records, "HAZ-029: {}: one close for every opening", desk.family);
    let mut closed = closed.iter().copied().skip(before.saturating_sub(1));
    let before = if desk.begins_in_order { closed.next() } else { None };
    let mut rounds = Vec::new();
    for reload in reloads {
        let own = if reload.is_record { closed.next() } else { None };
        let lanes: Vec<(&Lane, Row, Seen)> = desk
            .lanes
            .iter()
            .zip(reload.lanes)
            .filter_map(|(lane, seen)| seen.map(|(row, seen)| (lane, row, seen)))
            .collect();
        let broken: Vec<&str> = lanes.iter().map(|(lane, ..)| lane.source).collect();
        let audited = own.map(|own| Audited { own, before, broken: &broken });
        rounds.extend(lanes.into_iter().map(|(lane, row, seen)| match audited {
            Some(audited) => of_opening(lane, row, seen, audited),
            None => of_none(row, seen),
        }));
    }
    rounds
}

fn of_opening(lane: &Lane, row: Row, seen: Seen, audited: Audited<'_>) -> Round {
    let Seen { words, mut complaints } = seen;
    let Audited { own, before, broken } = audited;
    let state = own.states.get(lane.source).cloned().unwrap_or_default();
    let expected = state_of(lane, row.expected, before);
    if !expected.split(" or ").any(|one| one == state) {
        complaints.push(format!("the audit has `{state}`, not `{expected}`"));
    }
    let disclosed = own.disclosed.get(lane.source).cloned();
    if disclosed != state.starts_with("answered").then(|| state.clone()) {
        complaints.push(format!("HAZ-029: its disclosure is `{disclosed:?}`"));
    }
    let others = before.map(|before| differences(own, before, broken)).unwrap_or_default();
    complaints.extend(others.iter().map(|other| format!("HAZ-035: {other}")));
    let trace = before.filter(|before| before.trace != own.trace).map(|_| format!("trace {}", own.trace));
    let said: Vec<String> = trace.into_iter().chain(others).collect();
    let others = match (said.as_slice(), before) {
        ([], None) => "nothing was asked before".to_owned(),
        ([], Some(_)) => "as before".to_owned(),
        (said, _) => said.join(", "),
    };
    let is_either = row.expected.is_either();
    let (state, words) = if is_either { (expected, row.expected.said.to_owned()) } else { (state, words) };
    Round { row, state, words, others, complaints }
}

/// Nobody was asked, and no opening begun.
fn of_none(row: Row, seen: Seen) -> Round {
    let Seen { words, mut complaints } = seen;
    if row.expected.state != NO_OPENING {
        complaints.push("HAZ-044: no record was drawn".to_owned());
    }
    Round { row, state: NO_OPENING.to_owned(), words, others: "not asked".to_owned(), complaints }
}

/// Of the whole source, where a part of it ended so.
fn state_of(lane: &Lane, expected: Expected, before: Option<&Closed>) -> String {
    match lane.whole {
        _ if expected == AS_BEFORE => {
            before.and_then(|before| before.states.get(lane.source).cloned()).unwrap_or_default()
        }
        Some(whole) if !expected.condemns() => whole.to_owned(),
        _ => expected.state.to_owned(),
    }
}

/// Every other source that ended otherwise than with everything in order.
fn differences(own: &Closed, before: &Closed, broken: &[&str]) -> Vec<String> {
    let others = own.states.iter().filter(|(source, _)| !broken.contains(&source.as_str()));
    let changed = others.filter(|(source, state)| before.states.get(*source) != Some(*state));
    changed.map(|(source, state)| format!("{source} {state}")).collect()
}
