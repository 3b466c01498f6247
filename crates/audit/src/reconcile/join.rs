//! Takes our questions to a source and its own lines of the same day, gives the outcome. Its clock is put right first by the
//! median of how far its lines lie from our openings, so that neither a clock that is wrong nor a few lines that are make the
//! others look so. Source: audit.md section 10.

use super::lines::{Line, Subject};
use super::{Day, HandOver, MARGIN_MS, MINUTE_MS, Ours, RECORD, RequestName, SubjectKey, WISH, ours::Known};
use crate::{Millis, OpeningId};
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// How far apart the two moments of one question may lie.
const APART_MS: i64 = 2 * MINUTE_MS;
/// A clock that is further off is not believed.
const OFFSET_MAX_MS: i64 = MARGIN_MS;

/// What a day is reconciled under.
#[derive(Debug, Clone, Copy)]
pub struct Terms<'a> {
    pub day: Day,
    /// When it was handed over: what was asked later cannot stand in it.
    pub handed_at: Millis,
    /// What persons are hashed under; without it they are not compared.
    pub subject_key: Option<&'a SubjectKey>,
}

/// What became of the day.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Questions that both know of.
    pub both: u64,
    /// Openings in which the source answered us and has no line of it.
    pub ours_only: Vec<OpeningId>,
    /// Openings in which it did not answer us, or was not asked, and has no line of it either.
    pub explained: u64,
    /// Requests with our credentials that no entry of ours names, by their ids; empty where there is none.
    pub theirs_only: Vec<String>,
    /// Requests of ours that it knows differently.
    pub different: BTreeMap<Difference, Vec<OpeningId>>,
    /// Lines read.
    pub lines: u64,
    /// Lines whose person could be compared.
    pub persons_compared: u64,
    /// Lines of other days.
    pub out_of_day: u64,
    pub unreadable: u64,
    /// The numbers of the first lines that cannot be read.
    pub unreadable_at: Vec<u64>,
    pub repeated: u64,
    /// How far its clock is ahead of ours; `None` where nothing could be joined.
    pub offset_ms: Option<i64>,
}

/// In what the two differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Difference {
    /// It was about somebody else.
    Person,
    /// More than two minutes apart, or its clock more than fifteen.
    Time,
    /// One request's id was answered twice.
    UsedTwice,
}

/// A line and the opening it belongs to.
struct Joined<'a> {
    line: &'a Line,
    place: usize,
    part: u32,
    known: &'a Known,
}

pub fn join(ours: &Ours, handed: &HandOver, terms: &Terms<'_>) -> Outcome {
    let mut outcome = Outcome {
        lines: handed.lines.len() as u64,
        unreadable: handed.unreadable,
        unreadable_at: handed.unreadable_at.clone(),
        repeated: handed.repeated,
        ..Outcome::default()
    };
    let (mut joined, mut strays) = (Vec::new(), Vec::new());
    for line in &handed.lines {
        match RequestName::in_id(&line.request).and_then(|name| ours.find(name)) {
            Some((place, part, known)) => joined.push(Joined { line, place, part, known }),
            None => strays.push(line),
        }
    }
    outcome.offset_ms = offset(&joined);
    let offset = outcome.offset_ms.filter(|offset| offset.abs() <= OFFSET_MAX_MS).unwrap_or_default();
    let righted = |line: &Line| line.at.plus_ms(-offset);
    outcome.strays(&strays, terms.day, righted);
    outcome.known(&joined, terms, righted);
    outcome.missing(ours, &joined, terms);
    outcome
}

impl Outcome {
    /// Those of the margins are told with their own day.
    fn strays(&mut self, strays: &[&Line], day: Day, righted: impl Fn(&Line) -> Millis) {
        for line in strays {
            let at = righted(line);
            if day.holds(at) {
                self.theirs_only.push(line.request.clone());
            } else if !is_near(day, at) {
                self.out_of_day += 1;
            }
        }
        self.theirs_only.sort();
    }

    fn known(&mut self, joined: &[Joined<'_>], terms: &Terms<'_>, righted: impl Fn(&Line) -> Millis) {
        let mut answered: HashSet<&str> = HashSet::new();
        let mut questions: BTreeMap<(usize, u32), bool> = BTreeMap::new();
        for one in joined {
            let at = righted(one.line);
            let mut found: Vec<Difference> = Vec::new();
            match one.same_person(terms.subject_key) {
                Some(false) => found.push(Difference::Person),
                Some(true) => self.persons_compared += 1,
                None => {}
            }
            found.extend((!one.is_then(at)).then_some(Difference::Time));
            let is_again = !one.line.is_refused && !answered.insert(one.line.request.as_str());
            found.extend(is_again.then_some(Difference::UsedTwice));
            *questions.entry((one.place, one.part)).or_insert(true) &= found.is_empty();
            for difference in found {
                self.different.entry(difference).or_default().push(one.known.opening.clone());
            }
        }
        self.both = questions.values().filter(|same| **same).count() as u64;
        self.different.values_mut().for_each(|openings| {
            openings.sort();
            openings.dedup();
        });
    }

    fn missing(&mut self, ours: &Ours, joined: &[Joined<'_>], terms: &Terms<'_>) {
        let there: BTreeSet<usize> =
            joined.iter().filter(|one| one.part == RECORD).map(|one| one.place).collect();
        let of_the_day = |one: &Known| one.is_planned && terms.day.holds(one.opened);
        let planned = ours.openings().iter().enumerate().filter(|(_, one)| of_the_day(one));
        for (_, known) in planned.filter(|(place, _)| !there.contains(place)) {
            match known.reached {
                Some(at) if at <= terms.handed_at => self.ours_only.push(known.opening.clone()),
                _ => self.explained += 1,
            }
        }
        self.ours_only.sort();
    }

    pub fn differences(&self) -> u64 {
        self.different.values().map(|openings| openings.len() as u64).sum()
    }

    /// More than one question in a thousand of those that reached it is missing.
    pub fn lacks_too_many(&self) -> bool {
        let missing = self.ours_only.len() as u64;
        missing.saturating_mul(1000) > self.both.saturating_add(self.differences()).saturating_add(missing)
    }
}

impl Joined<'_> {
    /// `None` where it does not say, or says it in a way that was not agreed.
    fn same_person(&self, key: Option<&SubjectKey>) -> Option<bool> {
        let mut numbers = self.known.numbers.iter();
        match (self.line.subject.as_ref()?, key) {
            (Subject::Number(number), _) => Some(numbers.any(|own| own == number)),
            (Subject::Hash(subject), Some(key)) => Some(numbers.any(|own| key.is(own, subject))),
            (Subject::Hash(_), None) => None,
        }
    }

    /// What the plan names is asked from the opening on to its end; the person's wish is asked again while a view is open, and
    /// each time leaves an entry.
    fn is_then(&self, at: Millis) -> bool {
        let Known { opened, moments, .. } = self.known;
        let is_by = |moment: &Millis| (at.0.saturating_sub(moment.0)).abs() <= APART_MS;
        if self.part != WISH {
            return at >= opened.plus_ms(-APART_MS) && at <= self.known.ended.plus_ms(APART_MS);
        }
        std::iter::once(opened).chain(moments).any(is_by)
    }
}

fn is_near(day: Day, at: Millis) -> bool {
    at >= day.begins().plus_ms(-MARGIN_MS) && at < day.ends().plus_ms(MARGIN_MS)
}

/// The median. A question is asked within seconds of its opening, so what is left is the clock.
fn offset(joined: &[Joined<'_>]) -> Option<i64> {
    let apart = |one: &Joined<'_>| one.line.at.0.saturating_sub(one.known.opened.0);
    let mut apart: Vec<i64> = joined.iter().filter(|one| one.part == RECORD).map(apart).collect();
    apart.sort_unstable();
    apart.get(apart.len() / 2).copied()
}
