//! The tables of medication: acute of a year, current and discontinued repeats, every medicine and every issue.
//! Source: GP Connect 0.7.4, Medications view.

use super::tables::{Cell, Table, newest_first, optional, table, words};
use crate::payload::shelf::Shelf;
use crate::people::{
    facts::{Medicine, Supply},
    when::When,
};

/// Days an acute prescription stays on the first table.
const RECENT_DAYS: i32 = 365;

pub(super) fn tables(shelf: &Shelf<'_>, older: bool) -> Vec<Table> {
    let mut tables = vec![acute(shelf, older), current_repeat(shelf, older)];
    if older {
        tables.push(Table { title: "Past Medications", ..all(shelf) });
    } else {
        tables.extend([discontinued_repeat(shelf), all(shelf), issues(shelf)]);
    }
    tables
}

fn held<'a>(shelf: &Shelf<'a>, wanted: impl Fn(&Medicine) -> bool) -> Vec<&'a Medicine> {
    let all = shelf.person.story_facts.medicines.iter();
    let mut held: Vec<_> = all.filter(|fact| shelf.holds(fact.at) && wanted(fact)).collect();
    newest_first(shelf, &mut held, |fact| fact.started);
    held
}

fn kind(fact: &Medicine) -> &'static str {
    match fact.supply {
        Supply::Acute => "Acute",
        Supply::Elsewhere => "Repeat - Prescribed elsewhere",
        Supply::Repeat | Supply::Discharge | Supply::Inpatient => "Repeat",
    }
}

fn quantity(fact: &Medicine) -> Cell {
    words(&fact.quantity.map_or(String::new(), |(amount, unit)| format!("{amount} {unit}")))
}

fn stopped(fact: &Medicine) -> (When, &'static str) {
    fact.stopped.unwrap_or((When::Unknown, ""))
}

fn last_issued(fact: &Medicine) -> Cell {
    Cell::On(fact.issued.first().map_or(When::Unknown, |days| When::Day(*days)))
}

fn number_issued(fact: &Medicine) -> Cell {
    words(&if fact.issued.is_empty() { String::new() } else { fact.issued.len().to_string() })
}

/// Type, start, item, dose and quantity stand first in every table.
fn row(fact: &Medicine, on: When, rest: Vec<Cell>) -> Vec<Cell> {
    let first = [words(kind(fact)), Cell::On(on), words(fact.name.text), words(fact.dose), quantity(fact)];
    first.into_iter().chain(rest).collect()
}

pub(super) fn acute(shelf: &Shelf<'_>, older: bool) -> Table {
    const COLUMNS: &[&str] = &[
        "Type",
        "Start Date",
        "Medication Item",
        "Dosage Instruction",
        "Quantity",
        "Scheduled End Date",
        "Days Duration",
        "Additional Information",
    ];
    let from = When::Day(RECENT_DAYS).range(shelf.today).map(|(first, _)| first);
    let recent = |fact: &Medicine| {
        let last = fact.started.range(shelf.today).map(|(_, last)| last);
        fact.supply == Supply::Acute && (last.is_none() || last >= from)
    };
    let rows = held(shelf, recent).into_iter().map(|fact| {
        let (end, _) = stopped(fact);
        row(fact, fact.started, vec![Cell::On(end), words(""), optional(fact.note)])
    });
    let title = if older { "Current Medication Issues" } else { "Acute Medication (Last 12 Months)" };
    let content = "Scheduled End Date is not always captured in the source; where it was not recorded, the displayed \
                   date is calculated from start date and days duration";
    Table { rows: rows.collect(), content: Some(content), ..table(title, "med-tab-acu-med", COLUMNS) }
}

pub(super) fn current_repeat(shelf: &Shelf<'_>, older: bool) -> Table {
    const COLUMNS: &[&str] = &[
        "Type",
        "Start Date",
        "Medication Item",
        "Dosage Instruction",
        "Quantity",
        "Last Issued Date",
        "Number of Prescriptions Issued",
        "Max Issues",
        "Review Date",
        "Additional Information",
    ];
    let current = |fact: &Medicine| fact.supply != Supply::Acute && fact.stopped.is_none();
    let rows = held(shelf, current).into_iter().map(|fact| {
        let rest = vec![last_issued(fact), number_issued(fact), words(""), words(""), optional(fact.note)];
        row(fact, fact.started, rest)
    });
    let title = if older { "Current Repeat Medications" } else { "Current Repeat Medication" };
    let content = "The Review Date is that set for each Repeat Course. Reviews may be conducted according to a diary \
                   event which differs from the dates shown";
    Table { rows: rows.collect(), content: Some(content), ..table(title, "med-tab-curr-rep", COLUMNS) }
}

fn discontinued_repeat(shelf: &Shelf<'_>) -> Table {
    const COLUMNS: &[&str] = &[
        "Type",
        "Last Issued Date",
        "Medication Item",
        "Dosage Instruction",
        "Quantity",
        "Discontinued Date",
        "Discontinuation Reason",
        "Additional Information",
    ];
    let ended = |fact: &Medicine| fact.supply != Supply::Acute && fact.stopped.is_some();
    let rows = held(shelf, ended).into_iter().map(|fact| {
        let (on, reason) = stopped(fact);
        let issued = fact.issued.first().map_or(When::Unknown, |days| When::Day(*days));
        row(fact, issued, vec![Cell::On(on), words(reason), optional(fact.note)])
    });
    let content = "All repeat medication ended by a clinician action";
    let table = table("Discontinued Repeat Medication", "med-tab-dis-rep", COLUMNS);
    Table { rows: rows.collect(), content: Some(content), ..table }
}

fn all(shelf: &Shelf<'_>) -> Table {
    const COLUMNS: &[&str] = &[
        "Type",
        "Start Date",
        "Medication Item",
        "Dosage Instruction",
        "Quantity",
        "Last Issued Date",
        "Number of Prescriptions Issued",
        "Discontinuation Details",
        "Additional Information",
    ];
    let rows = held(shelf, |_| true).into_iter().map(|fact| {
        let (_, reason) = stopped(fact);
        let rest = vec![last_issued(fact), number_issued(fact), words(reason), optional(fact.note)];
        row(fact, fact.started, rest)
    });
    let table = table("All Medication", "med-tab-all-sum", COLUMNS);
    Table { rows: rows.collect(), takes_period: true, ..table }
}

/// A row of its own names each medicine before its issues.
fn issues(shelf: &Shelf<'_>) -> Table {
    const COLUMNS: &[&str] = &[
        "Type",
        "Issue Date",
        "Medication Item",
        "Dosage Instruction",
        "Quantity",
        "Days Duration",
        "Additional Information",
    ];
    let mut rows = Vec::new();
    for fact in held(shelf, |fact| !fact.issued.is_empty()) {
        rows.push(vec![words(fact.name.text)]);
        let issue = |days: &i32| row(fact, When::Day(*days), vec![words(""), optional(fact.note)]);
        rows.extend(fact.issued.iter().map(issue));
    }
    let table = table("All Medication Issues", "med-tab-all-iss", COLUMNS);
    Table { rows, takes_period: true, ..table }
}
