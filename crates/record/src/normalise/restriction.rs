//! Takes the entries of a reply, says which are restricted: those that say so of themselves, and those that would tell of them,
//! because they share an encounter, a referral or a medicine with one. Then takes them out as though they had never been sent.
//! Source: access.md section 9, point 3 (episode and service filter); HAZ-010, HAZ-023.

use super::resource::Resource;
use super::surroundings::address;
use links::{Graph, Link};
use std::collections::HashSet;

/// What an entry says of itself: labels, codes, services, kinds of document.
mod own;
/// Which entries refer to which, and how.
mod links;
/// A reply without them.
mod cut;
/// Of which unit an entry is, and what is left of it.
mod units;

pub use cut::Cut;
pub(super) use cut::{cut, line, quoted};
pub(super) use own::is_listed;
pub(super) use units::Left;

/// Members whose codes name a service wherever they stand.
const OF_A_SERVICE: [&str; 8] = [
    "serviceType",
    "specialty",
    "serviceCategory",
    "service",
    "practiceSetting",
    "facilityType",
    "performerType",
    "program",
];

/// How an entry came to be restricted. The order is that of how far it reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Reach {
    Not,
    /// It stands beside one: in its encounter, or names it.
    Near,
    /// It is about the same matter: given for it, ordered by it, a part of it.
    Matter,
    /// It says so of itself.
    Own,
}

/// The addresses of all that are restricted. Every copy of one resource is, and all of a document or message that holds one.
pub(super) fn find(entries: &[Resource<'_>]) -> HashSet<usize> {
    let listed = own::parties(entries);
    let mut reach: Vec<Reach> = entries
        .iter()
        .map(|entry| if own::is_restricted(entry, &listed) { Reach::Own } else { Reach::Not })
        .collect();
    if reach.iter().all(|reach| *reach == Reach::Not) {
        return HashSet::new();
    }
    spread(&Graph::of(entries), &mut reach);
    let restricted = entries.iter().zip(&reach).filter(|(_, reach)| **reach > Reach::Not);
    restricted.map(|(entry, _)| address(entry)).collect()
}

fn spread(graph: &Graph, reach: &mut [Reach]) {
    let mut waiting: Vec<usize> = (0..reach.len()).collect();
    while let Some(place) = waiting.pop() {
        let from = reach.get(place).copied().unwrap_or(Reach::Not);
        if from == Reach::Not {
            continue;
        }
        let same = graph.same(place).map(|other| (other, from));
        let named = graph.out(place).map(|(link, other)| (other, onwards(link, from)));
        let naming = graph.into(place).map(|(link, other)| (other, backwards(link, from)));
        for (other, to) in same.chain(named).chain(naming).collect::<Vec<_>>() {
            if let Some(own) = reach.get_mut(other).filter(|own| **own < to) {
                *own = to;
                waiting.push(other);
            }
        }
    }
}

/// What the target of a link becomes.
fn onwards(link: Link, from: Reach) -> Reach {
    use Reach::{Matter, Near, Not, Own};
    match (link, from) {
        (Link::Within, Matter | Own) => Near,
        (Link::Part, from) => from.min(Matter),
        (Link::Content, Matter | Own) => Matter,
        // What a restricted entry was done for tells what it was; what it was done in the course of, only where and when.
        (Link::Reason | Link::Names, Own) | (Link::Request, Matter | Own) => Matter,
        (Link::Course, Own) | (Link::Request, Near) => Near,
        _ => Not,
    }
}

/// What becomes of an entry that holds the link.
fn backwards(link: Link, from: Reach) -> Reach {
    use Reach::{Matter, Near, Not, Own};
    match (link, from) {
        // An encounter of a listed service: all that was done there was done by it.
        (Link::Within, Own) => Matter,
        (Link::Within, _) => Near,
        (Link::Part | Link::Made, from) => from.min(Matter),
        (Link::Reason | Link::Course | Link::Request, Matter | Own) => Matter,
        (Link::Content, Own) => Matter,
        _ => Not,
    }
}

/// Kinds of entry that are about nobody: they are restricted with what refers to them, never by themselves.
pub(super) fn is_about_nobody(resource_type: &str) -> bool {
    const NOBODY: [&str; 8] = [
        "Patient",
        "Bundle",
        "List",
        "OperationOutcome",
        "Questionnaire",
        "CapabilityStatement",
        "Parameters",
        "Provenance",
    ];
    NOBODY.contains(&resource_type) || own::is_party(resource_type)
}

#[cfg(test)]
mod tests;
