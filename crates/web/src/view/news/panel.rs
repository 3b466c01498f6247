//! The first lines of what is new, for the summary.

use super::{Gathered, lines, period_of, says, spans};
use crate::page::Page;
use crate::view::row::Row;
use crate::view::source_line::Line;
use record::Record;

/// Of the period that is shown first.
pub(in crate::view) struct First<'a> {
    pub(in crate::view) rows: Vec<Row<'a>>,
    pub(in crate::view) of: usize,
    /// `since you last looked (08-Nov-2026 09:12)`
    pub(in crate::view) period: String,
    /// In place of rows.
    pub(in crate::view) nothing: Option<String>,
    /// Who has not said what is new there (HAZ-006).
    pub(in crate::view) unsaid: Vec<Line>,
}

pub(in crate::view) fn first<'a>(page: &'a Page, record: &'a Record, most: usize) -> First<'a> {
    let (spans, first) = spans(page);
    let gathered = Gathered::of(page, record);
    let of = gathered.count(first);
    let is_first = |within: &[bool]| within.get(first).copied().unwrap_or_default();
    let entries = gathered.entries.into_iter().filter(|entry| is_first(&entry.within));
    let span = spans.get(first);
    First {
        rows: entries.take(most).map(|entry| entry.row).collect(),
        of,
        period: span.map(period_of).unwrap_or_default(),
        nothing: span.filter(|_| of == 0).map(|span| says(page, record, span, (0, 0))),
        unsaid: lines(page, record).into_iter().filter(Line::is_left_unsaid).collect(),
    }
}
