//! Takes results, gives each series' latest and previous with the laboratory's own range and flag, then reports and what
//! belongs to no series. Never joins across units. Source: viewer.md section 7, Results; HAZ-015, HAZ-017, HAZ-019.

use super::frame::{Frame, drawn};
use super::list::{self, Block};
use super::row::{self, Dated, Fact, More};
use super::{Key, source_line};
use crate::page::Page;
use crate::words;
use askama::Template;
use record::item::{Facts, Measurement};
use record::reconcile::{Point, Series};
use record::{Item, Record, Section};
use std::collections::BTreeSet;

const KEY: Key = Key::Section(Section::Results);

#[derive(Template)]
#[template(path = "results.html", whitespace = "minimize")]
struct Results<'a> {
    frame: Frame,
    series: Vec<Line<'a>>,
    blocks: Vec<Block<'a>>,
    empty: Option<String>,
    notices: Vec<String>,
}

/// One series: the newest, the one before, and the table of all.
struct Line<'a> {
    name: String,
    source: &'a str,
    latest: Value<'a>,
    previous: Option<Value<'a>>,
    all: Vec<Value<'a>>,
    more: Vec<More<'a>>,
}

struct Value<'a> {
    at: Dated,
    value: &'a str,
    range: Option<&'a str>,
    flag: Option<&'a str>,
    status: Option<&'a str>,
    comments: &'a [String],
    /// Not to be shared with the person.
    ribbon: bool,
}

pub(super) fn draw(page: &Page, record: &Record) -> String {
    let groups = record.section(Section::Results);
    let series = record.result_series();
    let drawn_in_series = in_series(&series);
    let blocks = blocks(page, record, &drawn_in_series);
    let all = list::entries(&groups);
    let frame = Frame::of(page, KEY, all, all).told(page, record, Section::Results);
    let frame = if groups.is_empty() { frame } else { frame.counted(groups.len().to_string()) };
    let empty = groups.is_empty().then(|| source_line::nothing(page, record, Section::Results));
    let series = series.iter().filter_map(|series| Line::of(page, series)).collect();
    drawn(&Results { frame, series, blocks, empty, notices: list::notices(record, Section::Results) })
}

/// Single results that stand in a series already; reports have a row of their own whatever their results do.
fn in_series(series: &[Series<'_>]) -> BTreeSet<*const Item> {
    let single = |point: &&Point<'_>| matches!(point.item.facts, Facts::Result(_));
    series
        .iter()
        .flat_map(|series| &series.points)
        .filter(single)
        .map(|point| std::ptr::from_ref(point.item))
        .collect()
}

fn blocks<'a>(page: &'a Page, record: &'a Record, placed: &BTreeSet<*const Item>) -> Vec<Block<'a>> {
    let groups = record.section(Section::Results);
    let left = |group: &&record::reconcile::Group<'_>| {
        group.items.iter().any(|item| !placed.contains(&std::ptr::from_ref(*item)))
    };
    let (reports, others): (Vec<_>, Vec<_>) = groups
        .iter()
        .filter(left)
        .partition(|group| group.items.iter().any(|item| matches!(item.facts, Facts::Report { .. })));
    [("Reports", reports), ("Other results", others)]
        .into_iter()
        .filter(|(_, groups)| !groups.is_empty())
        .map(|(heading, groups)| Block {
            heading: format!("{heading} ({})", groups.len()),
            rows: groups.into_iter().flat_map(|group| row::rows(page, group, facts)).collect(),
        })
        .collect()
}

impl<'a> Line<'a> {
    fn of(page: &'a Page, series: &Series<'a>) -> Option<Self> {
        Some(Self {
            name: series.name.clone(),
            source: row::short(page, &series.source),
            latest: Value::of(series.latest()?),
            previous: series.previous().map(Value::of),
            all: series.points.iter().map(|point| Value::of(*point)).collect(),
            more: series
                .points
                .iter()
                .filter(|point| matches!(point.item.facts, Facts::Result(_)))
                .map(|point| More::of(page, point.item))
                .collect(),
        })
    }
}

impl<'a> Value<'a> {
    fn of(point: Point<'a>) -> Self {
        let one = point.measurement;
        Self {
            at: Dated::of(one.at.as_ref().or_else(|| point.item.when.shown())),
            value: one.value.as_deref().unwrap_or(words::NOT_RECORDED),
            range: one.range.as_deref(),
            flag: one.flag.as_deref(),
            status: odd_status(&one.status),
            comments: &one.comments,
            ribbon: row::is_not_for_the_person(point.item),
        }
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
