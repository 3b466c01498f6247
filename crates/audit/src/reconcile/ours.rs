//! Takes the entries of a day and a bit in the order of record, gives the questions they say one source was asked: by the name
//! its requests bear, with the person, the moments, and whether the source must have seen it. Only an `open` or an `ask` that plans
//! the source makes its record's question known; about the person's wish whoever knows it is asked in every opening, also in one of
//! another source's document. A request that no such entry names is somebody else's.
//! Source: audit.md section 10; viewer.md (reply states).

use super::{RECORD, RequestName, RequestNames, WISH};
use crate::{Entry, Kind, Millis, OpeningId, SourceLine};
use std::{collections::HashMap, fmt};

/// A document to which another source's pointer led. It is no part of a name.
pub(super) const LED: u32 = 2;

/// Under this name an `open` says which practice the person is registered with, and so which one a source that stands for practices asks.
pub const PRACTICE: &str = "practice";

/// The questions to one source.
pub struct Ours {
    source: String,
    /// Of practices, the one whose log it is.
    practice: Option<String>,
    /// Other sources whose pointers may lead here.
    led_by: Vec<String>,
    names: RequestNames,
    openings: Vec<Known>,
    by_opening: HashMap<OpeningId, usize>,
    /// Which opening, and which part of it.
    by_name: HashMap<RequestName, (usize, u32)>,
}

/// One opening, as far as it concerns the source.
pub(super) struct Known {
    pub(super) opening: OpeningId,
    /// Whether the source was to be asked for a record.
    pub(super) is_planned: bool,
    /// As traced, as sent, and earlier ones.
    pub(super) numbers: Vec<String>,
    pub(super) opened: Millis,
    /// The last part shown of it, or its close.
    pub(super) ended: Millis,
    /// Of every entry of the opening but the first.
    pub(super) moments: Vec<Millis>,
    /// Since when the entries say that the source was reached.
    pub(super) reached: Option<Millis>,
}

impl Ours {
    pub fn new(names: &RequestNames, source: &str) -> Self {
        Self {
            source: source.to_owned(),
            practice: None,
            led_by: Vec::new(),
            names: names.clone(),
            openings: Vec::new(),
            by_opening: HashMap::new(),
            by_name: HashMap::new(),
        }
    }

    /// The same, where pointers of those sources may lead to documents kept here: such a request bears the locator's name.
    pub fn led_by(self, locators: &[&str]) -> Self {
        let others = locators.iter().filter(|locator| **locator != self.source);
        Self { led_by: others.map(|locator| (*locator).to_owned()).collect(), ..self }
    }

    /// The same at one practice, by its ODS code: what another practice was asked does not stand in its log, and what stands there of
    /// another's people no entry of ours explains.
    pub fn at_practice(self, ods: &str) -> Self {
        Self { practice: Some(ods.to_ascii_uppercase()), ..self }
    }

    /// Entries of other openings, sources and kinds are passed over.
    pub fn take(&mut self, entry: &Entry) {
        let Some(opening) = &entry.opening else { return };
        let own = entry.sources.iter().find(|line| line.source == self.source);
        if let Some(known) = self.by_opening.get(opening).and_then(|place| self.openings.get_mut(*place)) {
            known.take(entry, own);
        } else if matches!(entry.kind, Kind::Open | Kind::Ask) {
            let practice = entry.detail.get(PRACTICE);
            let is_there = self.practice.is_none() || self.practice.as_ref() == practice;
            self.add(opening, entry, own.is_some() && is_there);
        }
    }

    fn add(&mut self, opening: &OpeningId, entry: &Entry, is_planned: bool) {
        let place = self.openings.len();
        let numbers = entry.whom.iter().flat_map(|whom| {
            [&whom.nhs_number, &whom.sent].into_iter().chain(&whom.superseded).cloned().collect::<Vec<_>>()
        });
        self.openings.push(Known {
            opening: opening.clone(),
            is_planned,
            numbers: numbers.collect(),
            opened: entry.at,
            ended: entry.at,
            moments: Vec::new(),
            reached: None,
        });
        self.by_opening.insert(opening.clone(), place);
        let parts = is_planned.then_some(RECORD).into_iter().chain([WISH]);
        for part in parts {
            let name = self.names.of(opening.as_str(), &self.source, part);
            self.by_name.insert(name, (place, part));
        }
        let planned = |locator: &&String| entry.sources.iter().any(|line| line.source == **locator);
        for locator in self.led_by.iter().filter(planned) {
            self.by_name.insert(self.names.of(opening.as_str(), locator, RECORD), (place, LED));
        }
    }

    pub(super) fn openings(&self) -> &[Known] {
        &self.openings
    }

    /// Whose request that is.
    pub(super) fn find(&self, name: RequestName) -> Option<(usize, u32, &Known)> {
        let (place, part) = self.by_name.get(&name)?;
        Some((*place, *part, self.openings.get(*place)?))
    }
}

impl Known {
    fn take(&mut self, entry: &Entry, own: Option<&SourceLine>) {
        // A sweep comes long after whatever it tells of.
        if entry.kind != Kind::Sweep {
            self.moments.push(entry.at);
        }
        if matches!(entry.kind, Kind::Disclosure | Kind::Close) {
            self.ended = self.ended.max(entry.at);
        }
        let has_reached = match entry.kind {
            Kind::Disclosure => own.is_some(),
            Kind::Close => own.and_then(|line| line.state.as_deref()).is_some_and(must_have_reached),
            _ => false,
        };
        if has_reached {
            self.reached = self.reached.or(Some(entry.at));
        }
    }
}

/// Whether a source that ended so has been asked for certain: it answered, whatever became of the answer. One that did not answer
/// may never have heard the question; one that was not asked has not.
fn must_have_reached(state: &str) -> bool {
    const ANSWERED: [&str; 8] = [
        "answered",
        "answered-with-warnings",
        "answered-empty",
        "unreadable",
        "withheld(by the source)",
        "withheld(by policy: identity)",
        "withheld(by policy: ambiguous)",
        "withheld(by policy: access not recorded)",
    ];
    ANSWERED.contains(&state)
}

impl fmt::Debug for Ours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Ours({}, {} openings)", self.source, self.openings.len())
    }
}
