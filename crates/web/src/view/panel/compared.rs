//! Takes what is compared rather than listed, gives its first lines: medicines whose lists differ, the newest value of each
//! series beside the one before. Source: viewer.md sections 6 to 8; HAZ-013, HAZ-015, HAZ-056.

use super::{Lines, ROWS};
use crate::page::Page;
use crate::view::row::{self, Dated, Fact, Row};
use crate::view::{medicines as lists, results as values};
use record::reconcile::{Difference, MedicineMatrix, Series};
use record::{Item, Record, Section, reconcile};
use std::borrow::Cow;

/// The difference in words and each list's dose as written, the stopped ones among them.
pub(super) fn medicines<'a>(page: &'a Page, record: &'a Record) -> Lines<'a> {
    let matrix = record.medicines();
    let rows = || matrix.current.iter().chain(&matrix.unmatched);
    let mut differing: Vec<&reconcile::Row<'a>> =
        rows().filter(|row| row.difference.is_difference()).collect();
    differing.sort_by_key(|row| place(&row.difference));
    let shown = differing.iter().take(ROWS).filter_map(|row| medicine(page, &matrix, row));
    let shown: Vec<Row<'a>> = shown.collect();
    let is_listed = !record.section(Section::Medicines).is_empty();
    Lines {
        shown: shown.len(),
        rows: shown,
        of: differing.len(),
        count: is_listed.then(|| lists::count(rows().count(), differing.len())),
    }
}

/// Of a few rows out of many (HAZ-027): where lists say the opposite, then where they say different things, then what is in one alone.
fn place(difference: &Difference) -> u8 {
    match difference {
        Difference::StoppedStillListed { .. } => 0,
        Difference::OnlyIn(_) => 2,
        _ => 1,
    }
}

fn medicine<'a>(page: &'a Page, matrix: &MedicineMatrix<'a>, row: &reconcile::Row<'a>) -> Option<Row<'a>> {
    let items: Vec<&'a Item> = row.cells.iter().flatten().copied().collect();
    let short = |source: &fhir::SourceId| row::short(page, source).to_owned();
    let cells = matrix.columns.iter().zip(&row.cells).filter(|(_, cell)| !cell.is_empty());
    let says = cells.flat_map(|(column, cell)| {
        let label = lists::list_name(page, column);
        cell.iter().map(move |item| Fact::new(label.clone(), lists::in_short(item)))
    });
    let first = Row::of(page, items.get(..1)?, |_| Vec::new())?;
    Some(Row {
        what: Cow::Owned(row.name.clone()),
        facts: says.collect(),
        status: Some(row.difference.words(&short)),
        struck: false,
        source: "",
        links: Vec::new(),
        ribbon: items.iter().any(|item| row::is_not_for_the_person(item)),
        ..first
    })
}

/// The newest first, whichever series it belongs to.
pub(super) fn results<'a>(page: &'a Page, record: &'a Record) -> Lines<'a> {
    let mut series = record.result_series();
    let newest = |series: &Series<'a>| series.latest().and_then(|point| point.measurement.at.clone());
    series.sort_by(|a, b| fhir::FhirDate::newest_first(newest(a).as_ref(), newest(b).as_ref()));
    let rows: Vec<Row<'a>> = series.iter().take(ROWS).filter_map(|series| result(page, series)).collect();
    let count = (!series.is_empty()).then(|| format!("{} measured", series.len()));
    Lines { shown: rows.len(), rows, of: series.len(), count }
}

fn result<'a>(page: &'a Page, series: &Series<'a>) -> Option<Row<'a>> {
    let latest = series.latest()?;
    let first = Row::of(page, &[latest.item], |_| Vec::new())?;
    let mut facts: Vec<Fact<'a>> = values::measured_as(latest.measurement, "");
    facts.extend(series.previous().and_then(|before| {
        let at = Dated::of(before.measurement.at.as_ref().or_else(|| before.item.when.shown())).shown;
        before.measurement.value.as_deref().map(|value| Fact::new("Before", format!("{value}, {at}")))
    }));
    let at = latest.measurement.at.as_ref().or_else(|| latest.item.when.shown());
    let what = Cow::Owned(series.name.clone());
    Some(Row { what, facts, from: Dated::of(at), to: None, ..first })
}
