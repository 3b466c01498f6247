//! Takes results, gives them by panel: latest, previous, change, the laboratory's own range and flag, and their course; then
//! reports in words, and what belongs to no series. Never joins across units. Source: viewer.md section 7; HAZ-015, HAZ-017.

/// One series as a row and its details.
mod line;
/// The course of a series, drawn and in words.
mod trend;
/// Reports: microbiology, pathology, imaging, in their own words.
mod report;

use super::frame::{Frame, drawn, long};
use super::list::{self, Block};
use super::row::{self, Fact};
use super::{Key, source_line};
use crate::page::Page;
use askama::Template;
use fhir::FhirDate;
use line::Line;
use record::item::{Facts, Measurement};
use record::reconcile::{Group, Point, Series};
use record::{Item, Record, Section};
use report::Reports;
use std::collections::BTreeSet;

const KEY: Key = Key::Section(Section::Results);

/// What stands in no report: pressures, weights, saturations.
const MEASUREMENTS: &str = "Measurements";

#[derive(Template)]
#[template(path = "results.html", whitespace = "minimize")]
struct Results<'a> {
    frame: Frame,
    panels: Vec<Panel<'a>>,
    reports: Reports<'a>,
    others: Option<Block<'a>>,
    empty: Option<String>,
    notices: Vec<String>,
}

/// The tests of one report, in the order the laboratory gave them.
struct Panel<'a> {
    heading: String,
    lines: Vec<Line<'a>>,
}

pub(super) fn draw(page: &Page, record: &Record) -> String {
    let groups = record.section(Section::Results);
    let series = record.result_series();
    let placed = in_series(&series);
    let mut panels = panels(page, &series);
    line::draw_within_budget(panels.iter_mut().flat_map(|panel| &mut panel.lines));
    let all = list::entries(&groups);
    let mut frame = Frame::of(page, KEY, all, all).told(page, record, Section::Results);
    // A course of many entries stands in one row.
    let lines: usize = panels.iter().map(|panel| panel.lines.len()).sum();
    let left = groups.iter().filter(|group| is_left(group, &placed)).count();
    frame.place = KEY.place(page) + &long(all, lines + left);
    let frame = if groups.is_empty() { frame } else { frame.counted(groups.len().to_string()) };
    let empty = groups.is_empty().then(|| source_line::nothing(page, record, Section::Results));
    let (reports, others): (Vec<_>, Vec<_>) =
        groups.iter().filter(|group| is_left(group, &placed)).partition(|group| holds_report(group));
    let others = others.into_iter().flat_map(|group| row::rows(page, group, facts)).collect();
    drawn(&Results {
        frame,
        panels,
        reports: Reports::of(page, &reports),
        others: headed("Other results", others),
        empty,
        notices: list::notices(record, Section::Results),
    })
}

fn headed<'a>(heading: &str, rows: Vec<row::Row<'a>>) -> Option<Block<'a>> {
    (!rows.is_empty()).then(|| Block { heading: format!("{heading} ({})", rows.len()), rows })
}

/// Single results that stand in a series already; reports have a row of their own whatever their results do.
fn in_series(series: &[Series<'_>]) -> BTreeSet<*const Item> {
    let single = |point: &&Point<'_>| matches!(point.item.facts, Facts::Result(_));
    let all = series.iter().flat_map(|series| std::iter::once(series).chain(&series.copies));
    let points = all.flat_map(|series| &series.points);
    points.filter(single).map(|point| std::ptr::from_ref(point.item)).collect()
}

fn is_left(group: &Group<'_>, placed: &BTreeSet<*const Item>) -> bool {
    group.items.iter().any(|item| !placed.contains(&std::ptr::from_ref(*item)))
}

fn holds_report(group: &Group<'_>) -> bool {
    group.items.iter().any(|item| matches!(item.facts, Facts::Report { .. }))
}

/// Newest panel first; measurements that no laboratory made, last.
fn panels<'a>(page: &'a Page, series: &[Series<'a>]) -> Vec<Panel<'a>> {
    let mut placed: Vec<(&str, usize, &Series<'a>)> = series
        .iter()
        .filter_map(|series| {
            let (heading, place) = panel_of(series.latest()?);
            Some((heading, place, series))
        })
        .collect();
    // Stable, so that equals keep the order of name and source.
    placed.sort_by_key(|(_, place, _)| *place);
    let mut panels: Vec<(&str, Option<&FhirDate>, Vec<Line<'a>>)> = Vec::new();
    for (heading, _, series) in placed {
        let Some(line) = Line::of(page, series) else { continue };
        let newest = series.latest().and_then(line::date_of);
        match panels.iter_mut().find(|(other, ..)| *other == heading) {
            Some((_, date, lines)) => {
                lines.push(line);
                *date = [*date, newest].into_iter().min_by(|a, b| FhirDate::newest_first(*a, *b)).flatten();
            }
            None => panels.push((heading, newest, vec![line])),
        }
    }
    panels.sort_by(|(a, newest_a, _), (b, newest_b, _)| {
        let last = |heading: &str| heading == MEASUREMENTS;
        last(a)
            .cmp(&last(b))
            .then_with(|| FhirDate::newest_first(*newest_a, *newest_b))
            .then_with(|| a.cmp(b))
    });
    let panel = |(heading, _, lines): (&str, _, Vec<_>)| Panel { heading: heading.to_owned(), lines };
    panels.into_iter().map(panel).collect()
}

/// The name of the newest one's report, and its place there.
fn panel_of<'a>(point: Point<'a>) -> (&'a str, usize) {
    match &point.item.facts {
        Facts::Report { results, .. } => {
            let place = results.iter().position(|one| std::ptr::eq(one, point.measurement));
            (point.item.words(), place.unwrap_or_default())
        }
        _ => (MEASUREMENTS, 0),
    }
}

/// A final result needs no word; any other status has its own (HAZ-019).
fn odd_status(status: &str) -> Option<&str> {
    (!matches!(status, "" | "final")).then_some(status)
}

pub(crate) fn facts(item: &Item) -> Vec<Fact<'_>> {
    super::frailty::facts(item)
}

/// One measurement as facts in sight: value, range, flag, its parts (a blood pressure's two values) and what was noted.
/// Every part stands under its own name, none under another's (HAZ-018).
pub(crate) fn measured(one: &Measurement) -> Vec<Fact<'_>> {
    measured_as(one, one.name.words().unwrap_or_default())
}

/// With `label` for its value: none, where the name stands beside it already.
pub(crate) fn measured_as<'a>(one: &'a Measurement, label: &'a str) -> Vec<Fact<'a>> {
    let mut facts: Vec<Fact<'_>> = [
        Fact::maybe(label, one.value.as_deref()),
        Fact::maybe("Range", one.range.as_deref()),
        Fact::maybe("Flag", one.flag.as_deref()),
        Fact::maybe("Status", odd_status(&one.status)),
    ]
    .into_iter()
    .flatten()
    .collect();
    facts.extend(one.components.iter().flat_map(measured));
    facts.extend(one.comments.iter().filter_map(|comment| Fact::maybe("Note", Some(comment))));
    facts
}
