//! The tables of each section: which facts stand in which, newest first, cell by cell as the screen has them.
//! Source: GP Connect 0.7.4, the pages of the ten views (subsections, columns, order); sources, section 3.

use super::{CareRecord, RecordSection, medicines};
use crate::payload::shelf::Shelf;
use crate::people::{
    HtmlSystem,
    facts::{Allergy, Measure, Problem, Reading, Term, Visit},
    when::When,
};
use std::cmp::Reverse;

/// What stands in a cell.
#[derive(Debug, Clone)]
pub(super) enum Cell {
    On(When),
    /// Lines of words.
    Words(Vec<String>),
    /// Markup that somebody pasted and the system passes on.
    Pasted(&'static str),
}

/// A table, or a part of a section with one table.
#[derive(Debug, Clone)]
pub(super) struct Table {
    /// Heading of the subsection; a section with a single table has none of its own.
    pub(super) title: &'static str,
    pub(super) id: &'static str,
    pub(super) columns: &'static [&'static str],
    pub(super) rows: Vec<Vec<Cell>>,
    /// Whether a period asked for narrows it.
    pub(super) takes_period: bool,
    /// What the supplier says about it, whatever is in it.
    pub(super) content: Option<&'static str>,
}

pub(super) fn words(text: &str) -> Cell {
    Cell::Words(text.lines().map(str::to_owned).collect())
}

pub(super) fn optional(text: Option<&str>) -> Cell {
    words(text.unwrap_or_default())
}

/// The tables of a section in their order.
pub(super) fn of(shelf: &Shelf<'_>, record: &CareRecord) -> Vec<Table> {
    let older = record.system == HtmlSystem::Older;
    match record.section {
        RecordSection::Summary => summary(shelf, older),
        RecordSection::Problems => problems(shelf, older),
        RecordSection::Encounters => vec![encounters(shelf, "Encounters", usize::MAX)],
        RecordSection::Allergies => vec![current_allergies(shelf), historical_allergies(shelf)],
        RecordSection::ClinicalItems => vec![clinical_items(shelf)],
        RecordSection::Medications => medicines::tables(shelf, older),
        RecordSection::Referrals => vec![referrals(shelf)],
        RecordSection::Observations => vec![observations(shelf)],
        RecordSection::Immunisations => vec![immunisations(shelf)],
        RecordSection::AdministrativeItems => vec![administrative(shelf)],
    }
}

fn summary(shelf: &Shelf<'_>, older: bool) -> Vec<Table> {
    let mut tables = vec![
        table("Emergency Codes", "cli-tab", &["Date", "Entry", "Details", "Location of Further Information"]),
        encounters(shelf, "Last 3 Encounters", 3),
        active_problems(shelf),
    ];
    if older {
        tables.remove(0);
    } else {
        tables.push(major_inactive(shelf));
    }
    tables.push(current_allergies(shelf));
    tables.push(medicines::acute(shelf, older));
    tables.push(medicines::current_repeat(shelf, older));
    tables.into_iter().map(|table| Table { takes_period: false, ..table }).collect()
}

pub(super) fn table(title: &'static str, id: &'static str, columns: &'static [&'static str]) -> Table {
    Table { title, id, columns, rows: Vec::new(), takes_period: false, content: None }
}

/// Newest first; what has no date stands last.
pub(super) fn newest_first<T>(shelf: &Shelf<'_>, facts: &mut [T], on: impl Fn(&T) -> When) {
    facts.sort_by_key(|fact| Reverse(on(fact).range(shelf.today).map(|(first, _)| first)));
}

const CURRENT: &[&str] = &["Start Date", "Entry", "Significance", "Details"];
const INACTIVE: &[&str] = &["Start Date", "End Date", "Entry", "Significance", "Details"];

fn problems(shelf: &Shelf<'_>, older: bool) -> Vec<Table> {
    let mut tables = vec![active_problems(shelf)];
    if older {
        tables.push(inactive(shelf, ("Inactive Problems and Issues", "prb-tab-inact"), |_| true));
    } else {
        tables.push(major_inactive(shelf));
        let other = ("Other Inactive Problems and Issues", "prb-tab-othinact");
        tables.push(inactive(shelf, other, |fact| !fact.major));
    }
    tables
}

fn active_problems(shelf: &Shelf<'_>) -> Table {
    let rows = held_problems(shelf, |fact| fact.until.is_none());
    let rows = rows.into_iter().map(|fact| {
        vec![Cell::On(fact.since), words(fact.name.text), words(significance(fact)), optional(fact.note)]
    });
    Table { rows: rows.collect(), ..table("Active Problems and Issues", "prb-tab-act", CURRENT) }
}

fn major_inactive(shelf: &Shelf<'_>) -> Table {
    inactive(shelf, ("Major Inactive Problems and Issues", "prb-tab-majinact"), |fact| fact.major)
}

fn inactive(
    shelf: &Shelf<'_>,
    (title, id): (&'static str, &'static str),
    wanted: impl Fn(&Problem) -> bool,
) -> Table {
    let rows = held_problems(shelf, |fact| fact.until.is_some() && wanted(fact));
    let row = |fact: &Problem| {
        let until = fact.until.unwrap_or_default();
        vec![
            Cell::On(fact.since),
            Cell::On(until),
            words(fact.name.text),
            words(significance(fact)),
            optional(fact.note),
        ]
    };
    Table { rows: rows.into_iter().map(row).collect(), takes_period: true, ..table(title, id, INACTIVE) }
}

fn held_problems<'a>(shelf: &Shelf<'a>, wanted: impl Fn(&Problem) -> bool) -> Vec<&'a Problem> {
    let all = shelf.person.story_facts.problems.iter();
    let mut held: Vec<_> = all.filter(|fact| shelf.holds(fact.at) && wanted(fact)).collect();
    newest_first(shelf, &mut held, |fact| fact.since);
    held
}

fn significance(fact: &Problem) -> &'static str {
    if fact.major { "Major" } else { "Minor" }
}

/// Drafts are not on this screen.
fn encounters(shelf: &Shelf<'_>, title: &'static str, most: usize) -> Table {
    let all = shelf.person.story_facts.visits.iter();
    let mut held: Vec<&Visit> =
        all.filter(|fact| shelf.holds(fact.at) && fact.status != Some("unknown")).collect();
    newest_first(shelf, &mut held, |fact| fact.on);
    let practice = shelf.person.practice_profile().map_or("", |practice| practice.name);
    let row = |fact: &&Visit| {
        let title = format!("{} - {practice} ({})", fact.clinician, shelf.ods());
        let mut details = vec![fact.what.text.to_owned(), format!("Reason: {}", fact.reason)];
        details.extend(fact.headings.iter().map(|(heading, text)| format!("{heading}: {text}")));
        vec![Cell::On(fact.on), words(&title), Cell::Words(details)]
    };
    let mut rows: Vec<Vec<Cell>> = held.iter().take(most).map(row).collect();
    if shelf.person.story_facts.quirks.hostile_markup {
        rows.insert(
            0,
            vec![Cell::On(When::Day(2)), words("Letter pasted into the record"), Cell::Pasted(PASTED)],
        );
    }
    Table { rows, takes_period: true, ..table(title, "enc-tab", &["Date", "Title", "Details"]) }
}

/// None of it may run, load or submit anything, and the words before and after it may not be lost (HAZ-041).
const PASTED: &str = "Before the pasted letter. <script>document.title='opened'</script>\
    <img src=\"http://tracker.example.test/opened.gif\" alt=\"logo\"/>\
    <a href=\"javascript:alert(1)\" onclick=\"alert(1)\">Read the whole letter</a>\
    <iframe src=\"http://tracker.example.test/\"></iframe>\
    <form action=\"http://tracker.example.test/reply\"><input name=\"reply\" value=\"yes\"/></form>\
    <p style=\"position:fixed;top:0\">Allergy status: penicillin tolerated, see letter.</p>\
    After the pasted letter.";

const ALLERGIES: &[&str] = &["Start Date", "Details"];

fn current_allergies(shelf: &Shelf<'_>) -> Table {
    let rows = held_allergies(shelf, |fact| fact.ended.is_none()).into_iter();
    let rows = rows.map(|fact| vec![Cell::On(fact.recorded), allergy(fact)]);
    Table {
        rows: rows.collect(),
        ..table("Current Allergies and Adverse Reactions", "all-tab-curr", ALLERGIES)
    }
}

fn historical_allergies(shelf: &Shelf<'_>) -> Table {
    const COLUMNS: &[&str] = &["Start Date", "End Date", "Details"];
    let row = |fact: &Allergy| {
        let ended = fact.ended.map_or(When::Unknown, |(on, _)| on);
        vec![Cell::On(fact.recorded), Cell::On(ended), allergy(fact)]
    };
    let rows = held_allergies(shelf, |fact| fact.ended.is_some()).into_iter().map(row);
    let title = "Historical Allergies and Adverse Reactions";
    Table { rows: rows.collect(), ..table(title, "all-tab-hist", COLUMNS) }
}

fn held_allergies<'a>(shelf: &Shelf<'a>, wanted: impl Fn(&Allergy) -> bool) -> Vec<&'a Allergy> {
    let all = shelf.person.story_facts.allergies.iter();
    let mut held: Vec<_> = all.filter(|fact| shelf.holds(fact.at) && wanted(fact)).collect();
    newest_first(shelf, &mut held, |fact| fact.recorded);
    held
}

fn allergy(fact: &Allergy) -> Cell {
    let mut lines = vec![fact.substance.text.to_owned()];
    lines.extend(fact.reaction.map(|reaction| format!("Reaction: {}", reaction.text)));
    lines.extend(fact.severity.map(|severity| format!("Severity: {severity}")));
    lines.extend(fact.note.map(str::to_owned));
    lines.extend(fact.ended.map(|(_, reason)| format!("Ended: {reason}")));
    Cell::Words(lines)
}

/// Whether an entry is about the record and not about the body.
fn is_administrative(fact: &Measure) -> bool {
    fact.what.text.contains("consent") || fact.what.text.contains("Has a carer")
}

fn coded(shelf: &Shelf<'_>, wanted: impl Fn(&Measure) -> bool) -> Vec<(When, Vec<Cell>)> {
    let all = shelf.person.story_facts.measures.iter();
    let held = all.filter(|fact| shelf.holds(fact.at) && wanted(fact));
    held.map(|fact| (fact.on, vec![Cell::On(fact.on), words(fact.what.text), optional(fact.note)])).collect()
}

fn sorted(shelf: &Shelf<'_>, mut dated: Vec<(When, Vec<Cell>)>) -> Vec<Vec<Cell>> {
    newest_first(shelf, &mut dated, |(on, _)| *on);
    dated.into_iter().map(|(_, row)| row).collect()
}

const ENTRIES: &[&str] = &["Date", "Entry", "Details"];

fn clinical_items(shelf: &Shelf<'_>) -> Table {
    let nothing = |fact: &Measure| matches!(fact.reading, Reading::Nothing) && !is_administrative(fact);
    let mut dated = coded(shelf, nothing);
    let procedures = shelf.person.story_facts.procedures.iter().filter(|fact| shelf.holds(fact.at));
    dated.extend(
        procedures.map(|fact| (fact.on, vec![Cell::On(fact.on), words(fact.name.text), optional(fact.note)])),
    );
    let rows = sorted(shelf, dated);
    Table { rows, takes_period: true, ..table("Clinical Items", "cli-tab", ENTRIES) }
}

/// What is due stands here too, on the day it was entered.
fn administrative(shelf: &Shelf<'_>) -> Table {
    let mut dated = coded(shelf, is_administrative);
    for fact in &shelf.person.story_facts.diary {
        let due = shelf.day(fact.due).map(|day| format!("Due: {day}"));
        let details = [due.as_deref(), fact.note].into_iter().flatten().map(str::to_owned).collect();
        dated.push((fact.entered, vec![Cell::On(fact.entered), words(fact.what.text), Cell::Words(details)]));
    }
    let rows = sorted(shelf, dated);
    Table { rows, takes_period: true, ..table("Administrative Items", "adm-tab", ENTRIES) }
}

fn referrals(shelf: &Shelf<'_>) -> Table {
    const COLUMNS: &[&str] = &["Date", "From", "To", "Priority", "Details"];
    let practice = shelf.person.practice_profile().map_or("", |practice| practice.name);
    let held = shelf.person.story_facts.referrals.iter().filter(|fact| shelf.holds(fact.at));
    let dated = held.map(|fact| {
        let priority = if fact.urgent { "Urgent" } else { "Routine" };
        let details = Cell::Words(vec![fact.what.text.to_owned(), fact.reason.to_owned()]);
        (fact.on, vec![Cell::On(fact.on), words(practice), words(fact.to), words(priority), details])
    });
    let rows = sorted(shelf, dated.collect());
    Table { rows, takes_period: true, ..table("Referrals", "ref-tab", COLUMNS) }
}

fn observations(shelf: &Shelf<'_>) -> Table {
    const COLUMNS: &[&str] = &["Date", "Entry", "Value", "Range", "Details"];
    let mut dated = Vec::new();
    for fact in shelf.person.story_facts.measures.iter().filter(|fact| shelf.holds(fact.at)) {
        if let Some(value) = reading(fact.reading) {
            let row =
                vec![Cell::On(fact.on), words(fact.what.text), words(&value), words(""), optional(fact.note)];
            dated.push((fact.on, row));
        }
    }
    for report in shelf.person.story_facts.reports.iter().filter(|fact| shelf.holds(fact.at)) {
        let text = |term: Term, value: &str, range: &str, details: Option<&str>| {
            vec![Cell::On(report.on), words(term.text), words(value), words(range), optional(details)]
        };
        for one in &report.values {
            let value = format!("{}{:.*} {}", one.bound.unwrap_or(""), one.places, one.value, one.unit);
            let range = match (one.low, one.high) {
                (Some(low), Some(high)) => format!("{low} - {high}"),
                (Some(low), None) => format!("> {low}"),
                (None, Some(high)) => format!("< {high}"),
                (None, None) => String::new(),
            };
            dated.push((report.on, text(one.test, &value, &range, one.comment)));
        }
        if report.text.is_some() {
            dated.push((report.on, text(report.panel, "", "", report.text)));
        }
    }
    let rows = sorted(shelf, dated);
    Table { rows, takes_period: true, ..table("Observations", "obs-tab", COLUMNS) }
}

fn reading(reading: Reading) -> Option<String> {
    match reading {
        Reading::Amount(value, unit) => Some(format!("{value} {}", unit.trim_matches(['{', '}']))),
        Reading::Pressure(systolic, diastolic) => Some(format!("{systolic}/{diastolic} mm[Hg]")),
        Reading::Words(words) => Some(words.to_owned()),
        Reading::Nothing => None,
    }
}

fn immunisations(shelf: &Shelf<'_>) -> Table {
    const COLUMNS: &[&str] = &["Date", "Vaccination", "Part", "Contents", "Details"];
    let held = shelf.person.story_facts.vaccines.iter().filter(|fact| shelf.holds(fact.at));
    let dated = held.map(|fact| {
        let batch = fact.batch.map(|batch| format!("Batch: {batch}"));
        let site = fact.site.map(|site| format!("Site: {site}"));
        let refused = fact.refused.then(|| "Declined: not given".to_owned());
        let details = Cell::Words([refused, batch, site].into_iter().flatten().collect());
        (fact.on, vec![Cell::On(fact.on), words(fact.name.text), words(""), words(""), details])
    });
    let rows = sorted(shelf, dated.collect());
    Table { rows, ..table("Immunisations", "imm-tab", COLUMNS) }
}
