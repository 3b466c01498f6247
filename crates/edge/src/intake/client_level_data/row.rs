//! Takes a row, gives the unit it makes, or the column and reason why it makes none. No value is mended: a number that
//! lost a digit is held with its row, a date that cannot be read refuses it (HAZ-042).
//! Source: sources.md 14 (rules), 16 (NHS number).

use super::columns::Column;
use super::event::{Client, Event, Kind};
use super::layout::{Field, Layout};
use super::rows::{Fault, Row};
use super::settings::Rules;
use super::{dates, words};
use crate::unit::{LocalId, Refused, Unit, Untraced, Whose};
use fhir::NhsNumber;

const DATES: [Column; 5] = [Column::PeriodEnd, Column::Born, Column::Died, Column::Start, Column::End];
/// All that is kept of somebody known by association: what makes the key.
const OF_ASSOCIATION: [Column; 9] = [
    Column::LaCode,
    Column::Person,
    Column::PeriodEnd,
    Column::Client,
    Column::EventType,
    Column::Start,
    Column::ServiceType,
    Column::Component,
    Column::Mechanism,
];

/// `row_number` counts the rows of the file from 1. Counts the unknown columns that say something.
pub(super) fn read(row: &Row, row_number: u64, layout: &mut Layout, rules: &Rules) -> Result<Unit, Refused> {
    shape(row, layout)?;
    let (mut event, status) = values(row, layout, rules)?;
    settle(&mut event, rules)?;
    let whose = whose(event.of(Column::NhsNumber), status.as_deref(), rules);
    if event.of(Column::Person).is_some() {
        // Sealed under it already: not kept twice.
        event.said.remove(&Column::NhsNumber);
    }
    if event.client() == Some(Client::ByAssociation) {
        event.said.retain(|column, _| OF_ASSOCIATION.contains(column) || *column == Column::NhsNumber);
        event.other.clear();
    }
    let local = event.of(Column::Person).zip(event.of(Column::LaCode));
    let local = local.map(|(id, authority)| LocalId { authority: authority.to_owned(), id: id.to_owned() });
    Ok(Unit {
        whose,
        local: local.into_iter().collect(),
        act: None,
        key: event.key(),
        order: event.order(row_number),
        body: event.body(),
        names: Vec::new(),
    })
}

fn shape(row: &Row, layout: &Layout) -> Result<(), Refused> {
    if let Some((fault, at)) = row.fault {
        let reason = match fault {
            Fault::RowTooLong => return Err(Refused::new("the row is longer than 64 KiB")),
            Fault::FieldTooLong => "is longer than 32 KiB",
            Fault::Quote => "has text behind its closing quotation mark",
        };
        return Err(Refused { field: layout.name(at), reason: reason.into() });
    }
    if row.len() != layout.fields.len() {
        let reason = format!("the row has {} fields, the heading row {}", row.len(), layout.fields.len());
        return Err(Refused::new(reason));
    }
    Ok(())
}

fn values(row: &Row, layout: &mut Layout, rules: &Rules) -> Result<(Event, Option<String>), Refused> {
    let mut event = Event::default();
    let mut status = None;
    for (at, text) in row.fields().enumerate().filter(|(_, text)| !text.is_empty()) {
        let field = layout.fields.get(at).cloned().unwrap_or(Field::Left);
        let is_kept = !matches!(&field, Field::Left) && !matches!(&field, Field::Column(c) if c.is_left());
        let Some(value) = words::clean(text).filter(|_| is_kept) else { continue };
        if words::has_control(value) {
            let reason = "holds a control character".into();
            return Err(Refused { field: layout.name(at), reason });
        }
        match field {
            Field::Column(column) => {
                let value = words::clean(rules.mapped(column, value));
                event.said.extend(value.map(|value| (column, value.to_owned())));
            }
            Field::Status => status = Some(words::value(value)),
            Field::Other(of) => {
                if let Some((name, rows)) = layout.unknown.get_mut(of) {
                    *rows += 1;
                    event.other.insert(name.clone(), value.to_owned());
                }
            }
            Field::Left => {}
        }
    }
    Ok((event, status))
}

/// Everything a value must be, and dates and numbers in their one form.
fn settle(event: &mut Event, rules: &Rules) -> Result<(), Refused> {
    for column in DATES {
        if let Some(value) = event.said.get_mut(&column) {
            *value = dates::read(value, &rules.dates).map_err(|reason| at(column, reason))?.to_string();
        }
    }
    let numbers = [Column::PlannedUnits, Column::AdultsCaredFor];
    for column in numbers {
        if let Some(value) = event.said.get_mut(&column) {
            *value = words::number(value).ok_or_else(|| at(column, "is not a number"))?;
        }
    }
    let la_code = event.of(Column::LaCode).ok_or_else(|| at(Column::LaCode, "is empty"))?;
    if !rules.la_codes.is_empty() && !rules.la_codes.contains(&words::value(la_code)) {
        return Err(at(Column::LaCode, "is another council's"));
    }
    let has_number = event.of(Column::Person).is_some() || event.of(Column::NhsNumber).is_some();
    if !has_number {
        return Err(at(Column::Person, "is empty, and there is no NHS number: the row is nobody's"));
    }
    event.client().ok_or_else(|| at(Column::Client, "is not one of the standard's client types"))?;
    let kind =
        event.kind().ok_or_else(|| at(Column::EventType, "is not one of the standard's event types"))?;
    chronology(event, kind)
}

fn chronology(event: &Event, kind: Kind) -> Result<(), Refused> {
    event.of(Column::PeriodEnd).ok_or_else(|| at(Column::PeriodEnd, "is empty"))?;
    let start = event.of(Column::Start).ok_or_else(|| at(Column::Start, "is empty"))?;
    match event.of(Column::End) {
        None if kind != Kind::Service => {
            Err(at(Column::End, "is empty: requests, assessments and reviews are told when complete"))
        }
        Some(end) if end < start => Err(at(Column::End, "lies before Event Start Date")),
        _ => match (event.of(Column::Born), event.of(Column::Died)) {
            (Some(born), _) if born > start => Err(at(Column::Born, "lies after Event Start Date")),
            (Some(born), Some(died)) if died < born => Err(at(Column::Died, "lies before Date of Birth")),
            _ => Ok(()),
        },
    }
}

fn whose(number: Option<&str>, status: Option<&str>, rules: &Rules) -> Whose {
    let Some(number) = number else { return Whose::Untraced(Untraced::NoNumber) };
    let Ok(number) = NhsNumber::parse(number) else { return Whose::Untraced(Untraced::NotANumber) };
    if is_placeholder(number.digits()) {
        return Whose::Untraced(Untraced::NotANumber);
    }
    let is_verified =
        rules.status.as_ref().is_none_or(|rule| status.is_some_and(|status| rule.verified.contains(status)));
    if is_verified { Whose::Person(number) } else { Whose::Untraced(Untraced::NotVerified) }
}

/// Ten equal digits, or nine down to zero: typed in place of a number, and the check digit holds. Many people's rows
/// would come together under one (HAZ-042).
fn is_placeholder(digits: &str) -> bool {
    let steps = digits.as_bytes().windows(2).map(|pair| match pair {
        [a, b] => i16::from(*b) - i16::from(*a),
        _ => 0,
    });
    let steps: Vec<i16> = steps.collect();
    steps.iter().all(|step| *step == 0) || steps.iter().all(|step| *step == -1)
}

fn at(column: Column, reason: &'static str) -> Refused {
    Refused::at(column.name(), reason)
}
