//! Takes the record, gives every entry that came within the widest period, newest first, with the periods it falls in; and counts
//! what cannot be placed in time, and names whose entries go by their own date.

use super::{Span, came, row_of, spans};
use crate::page::{Freshness, LastLook, Page, SourceCard};
use crate::view::row::{self, Fact, Row};
use crate::view::{is_granted, list};
use crate::words;
use fhir::{FhirDate, SourceId};
use jiff::SignedDuration;
use record::arrival::{self, Arrival, Falls, Since};
use record::item::Facts;
use record::reconcile::{Difference, SECTIONS};
use record::{Item, Record, Section};
use std::collections::{BTreeMap, BTreeSet};

pub(super) struct Gathered<'a> {
    pub(super) entries: Vec<New<'a>>,
    /// Sources some of whose entries have no time received.
    pub(super) no_time: BTreeSet<SourceId>,
    /// Entries that may belong here and have no date that tells.
    pub(super) unclear: usize,
    /// More than are listed: a source that stores everything anew makes everything new.
    pub(super) left_out: usize,
}

/// The newest that are listed.
const MOST: usize = 200;

/// One fact that came.
pub(super) struct New<'a> {
    pub(super) row: Row<'a>,
    pub(super) section: Section,
    /// `20-Nov-2026`
    pub(super) day: String,
    /// For each span, whether it falls in it.
    pub(super) within: Vec<bool>,
    came: FhirDate,
}

impl<'a> Gathered<'a> {
    pub(super) fn of(page: &'a Page, record: &'a Record) -> Self {
        let (spans, first) = spans(page);
        let differences = still_listed(page, record);
        let mut all = Self { entries: Vec::new(), no_time: BTreeSet::new(), unclear: 0, left_out: 0 };
        for section in SECTIONS.into_iter().filter(|section| is_granted(page, *section)) {
            for group in record.section(section) {
                all.take(page, (section, &group.items), (&spans, first), &differences);
            }
        }
        all.entries.sort_by(|a, b| FhirDate::newest_first(Some(&a.came), Some(&b.came)));
        all.entries.sort_by_key(|entry| std::cmp::Reverse(entry.came.first_day()));
        all.left_out = all.entries.len().saturating_sub(MOST);
        all.entries.truncate(MOST);
        all
    }

    pub(super) fn count(&self, span: usize) -> usize {
        self.entries.iter().filter(|entry| entry.within.get(span).copied().unwrap_or_default()).count()
    }

    /// Of a fact that several hold, the entry that came last stands for it: it may say more than those before.
    fn take(
        &mut self,
        page: &'a Page,
        (section, items): (Section, &[&'a Item]),
        (spans, chosen): (&[Span], usize),
        differences: &BTreeMap<*const Item, String>,
    ) {
        let mut arrived: Vec<(&'a Item, Arrival)> =
            items.iter().map(|item| (*item, arrival::of(item, page.opened_at))).collect();
        for (item, arrival) in &arrived {
            if matches!(arrival, Arrival::Dated(_) | Arrival::Unknown) {
                self.no_time.insert(item.source.clone());
            }
        }
        arrived.sort_by(|(_, a), (_, b)| FhirDate::newest_first(a.date(), b.date()));
        let Some((first, arrival)) = arrived.first() else { return };
        let Some(date) = arrival.date() else {
            self.unclear += usize::from(!is_to_come(first, page));
            return;
        };
        let slack = slack(page, &first.source);
        let falls: Vec<Falls> =
            spans.iter().map(|span| Since { moment: span.since, slack }.falls(date)).collect();
        let within: Vec<bool> =
            falls.iter().map(|falls| matches!(falls, Falls::After | Falls::Perhaps)).collect();
        self.unclear += usize::from(falls.get(chosen) == Some(&Falls::Unclear));
        if !within.contains(&true) {
            return;
        }
        let ordered: Vec<&'a Item> = arrived.iter().map(|(item, _)| *item).collect();
        let Some(mut row) = row_of(page, &ordered, list::facts_of(section)) else { return };
        let is_perhaps = matches!(page.last_look, LastLook::At(_))
            && spans.first().is_some_and(|span| span.code == "l")
            && falls.first() == Some(&Falls::Perhaps);
        row.from = row::Dated::of(Some(date));
        row.facts = short(first, std::mem::take(&mut row.facts));
        let difference = differences.get(&std::ptr::from_ref(*first));
        row.facts.extend(difference.map(|words| Fact::new("", words.clone())));
        let perhaps = is_perhaps.then(|| words::PERHAPS_BEFORE.to_owned());
        let beside = std::iter::once(came(arrival, first.when.shown())).chain(perhaps).chain(row.also.take());
        row.also = Some(beside.collect::<Vec<_>>().join("; "));
        let day = date.display_day();
        self.entries.push(New { row, section, day, within, came: date.clone() });
    }
}

/// Only what is dated later: an entry without any date might have come yesterday.
fn is_to_come(item: &Item, page: &Page) -> bool {
    let today = fhir::date::london(page.opened_at).date();
    item.when.shown().and_then(FhirDate::first_day).is_some_and(|day| day > today)
}

/// An extract brings what its source had before; how long before, the partner has agreed.
fn slack(page: &Page, source: &SourceId) -> SignedDuration {
    let card: Option<&SourceCard> = page.sources.iter().find(|card| card.id == *source);
    match card.map(|card| &card.freshness) {
        Some(Freshness::Periodic { stale_after_s, .. }) => SignedDuration::from_secs(*stale_after_s),
        _ => SignedDuration::ZERO,
    }
}

/// What tells one entry from another at a glance; the whole stands in its chapter, which the row leads to.
fn short<'a>(item: &Item, facts: Vec<Fact<'a>>) -> Vec<Fact<'a>> {
    const LEFT_OUT: [&str; 7] =
        ["Entry", "Note", "Quantity", "File", "Size in bytes", "Instructions", "Last issued"];
    let is_medicine = matches!(item.facts, Facts::Medicine(_));
    let is_told = |fact: &Fact<'_>| match fact.label.as_ref() {
        "DOSE" | "Stopped" | "Reason stopped" => true,
        _ if is_medicine => false,
        label => !LEFT_OUT.contains(&label),
    };
    facts.into_iter().filter(is_told).take(4).collect()
}

/// Medicines stopped in one source and still on another's list, each with the words of the matrix (HAZ-013).
fn still_listed(page: &Page, record: &Record) -> BTreeMap<*const Item, String> {
    let matrix = record.medicines();
    let short = |source: &SourceId| row::short(page, source).to_owned();
    let mut told = BTreeMap::new();
    for row in matrix.current.iter().chain(&matrix.unmatched).chain(&matrix.past) {
        if !matches!(row.difference, Difference::StoppedStillListed { .. }) {
            continue;
        }
        let said = row.difference.words(&short);
        let stopped = row.cells.iter().flatten().filter(|item| is_stopped(item));
        told.extend(stopped.map(|item| (std::ptr::from_ref::<Item>(item), said.clone())));
    }
    told
}

fn is_stopped(item: &Item) -> bool {
    matches!(&item.facts, Facts::Medicine(medicine) if medicine.stopped.is_some())
}
