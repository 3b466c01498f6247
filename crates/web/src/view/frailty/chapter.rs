//! Takes what is recorded of frailty and function, gives the chapter: the newest of each scale with the one before, falls of
//! twelve months with the way to exactly those entries, then every entry. Nothing is calculated but a count of entries.
//! Source: viewer.md section 7, Frailty and function; HAZ-016, HAZ-056.

use super::super::frame::{Frame, drawn};
use super::super::list::{self, Block};
use super::super::row::{self, Dated};
use super::super::{Key, source_line};
use crate::page::Page;
use crate::words;
use askama::Template;
use jiff::ToSpan;
use jiff::civil::Date;
use record::item::{Facts, Standing};
use record::reconcile::Group;
use record::{Item, Record, Section};

const KEY: Key = Key::Section(Section::Frailty);

/// The scales, each by whole words of its name.
const SCALES: [(&str, &[&str]); 2] = [
    ("Clinical Frailty Scale", &["clinical frailty", "cfs", "rockwood"]),
    ("Electronic frailty index", &["frailty index", "efi", "efi2"]),
];

#[derive(Template)]
#[template(path = "frailty.html", whitespace = "minimize")]
struct Frailty<'a> {
    frame: Frame,
    scores: Vec<Score<'a>>,
    /// `3 entries in the last 12 months: GP 2, Ambulance 1`
    falls: Option<String>,
    blocks: Vec<(Option<&'static str>, Block<'a>)>,
    empty: Option<String>,
    notices: Vec<String>,
}

/// The newest entry of a scale.
struct Score<'a> {
    scale: &'static str,
    value: &'a str,
    at: Dated,
    author: &'a str,
    source: &'a str,
    /// `6, 25-Oct-2025, GP`
    before: Option<String>,
}

pub(crate) fn draw(page: &Page, record: &Record) -> String {
    let groups = record.section(Section::Frailty);
    let today = fhir::date::london(page.opened_at).date();
    let (falls, others): (Vec<Group<'_>>, Vec<Group<'_>>) =
        groups.iter().cloned().partition(|group| is_recent_fall(group, today));
    let mut blocks = Vec::new();
    blocks.extend(block(page, "Falls in the last 12 months", &falls).map(|block| (Some(FALLS), block)));
    blocks.extend(list::blocks(page, &others, Section::Frailty).into_iter().map(|block| (None, block)));
    let shown = blocks.iter().flat_map(|(_, block)| &block.rows).map(|row| row.more.len()).sum();
    let frame = Frame::of(page, KEY, shown, list::entries(&groups)).told(page, record, Section::Frailty);
    let frame = if groups.is_empty() { frame } else { frame.counted(groups.len().to_string()) };
    drawn(&Frailty {
        frame,
        scores: SCALES.iter().filter_map(|scale| score(page, &groups, scale)).collect(),
        falls: counted(page, &falls),
        blocks,
        empty: groups.is_empty().then(|| source_line::nothing(page, record, Section::Frailty)),
        notices: list::notices(record, Section::Frailty),
    })
}

/// Where the link from the count leads.
const FALLS: &str = "falls";

fn block<'a>(page: &'a Page, heading: &str, groups: &[Group<'a>]) -> Option<Block<'a>> {
    let rows = groups.iter().flat_map(|group| row::rows(page, group, super::facts)).collect();
    (!groups.is_empty()).then(|| Block { heading: format!("{heading} ({})", groups.len()), rows })
}

/// One line of the block is one entry counted, whoever else holds it too.
fn counted(page: &Page, falls: &[Group<'_>]) -> Option<String> {
    let mut by_source: Vec<(&str, usize)> = Vec::new();
    for item in falls.iter().filter_map(|group| group.items.first()) {
        let short = row::short(page, &item.source);
        match by_source.iter_mut().find(|(name, _)| *name == short) {
            Some((_, count)) => *count += 1,
            None => by_source.push((short, 1)),
        }
    }
    let each: Vec<String> = by_source.iter().map(|(name, count)| format!("{name} {count}")).collect();
    let n = falls.len();
    (n > 0).then(|| format!("{n} {} in the last 12 months: {}", words::entry(n), each.join(", ")))
}

/// Words that make of a fall something else: a risk, a service, a plan, a negative.
const NO_FALL: [&str; 18] = [
    "risk",
    "assessment",
    "clinic",
    "service",
    "plan",
    "programme",
    "prevention",
    "referral",
    "score",
    "scale",
    "screening",
    "fear",
    "history",
    "no",
    "not",
    "without",
    "education",
    "team",
];

/// It names a fall, happened in the twelve months before `today`, and was not withdrawn.
fn is_recent_fall(group: &Group<'_>, today: Date) -> bool {
    let Some(item) = group.items.first() else { return false };
    let words = spoken(item);
    let is_fall =
        ["fall", "falls", "fallen", "fell"].iter().any(|word| words.iter().any(|said| said == word));
    let is_other = words.iter().any(|said| NO_FALL.contains(&said.as_str()));
    let day = item.when.shown().and_then(fhir::FhirDate::first_day);
    let from = today.checked_sub(1.year()).ok();
    let is_recent = day.zip(from).is_some_and(|(day, from)| day >= from && day <= today);
    is_fall && !is_other && is_recent && item.status.standing != Standing::Negated
}

fn spoken(item: &Item) -> Vec<String> {
    let lower = item.words().to_lowercase();
    lower.split(|c: char| !c.is_alphanumeric()).map(str::to_owned).filter(|word| !word.is_empty()).collect()
}

fn score<'a>(
    page: &'a Page,
    groups: &[Group<'a>],
    (scale, names): &(&'static str, &[&str]),
) -> Option<Score<'a>> {
    let is_it = |item: &&'a Item| is_named(item, names) && item.status.standing != Standing::Negated;
    // Groups stand newest first.
    let mut scored = groups.iter().filter_map(|group| group.items.first().copied()).filter(is_it);
    let mut scored = scored.by_ref().filter_map(|item| Some((item, value(item)?)));
    let (item, value) = scored.next()?;
    let before = scored.next().map(|(item, value)| {
        format!("{value}, {}, {}", Dated::of(item.when.shown()).shown, row::short(page, &item.source))
    });
    Some(Score {
        scale,
        value,
        at: Dated::of(item.when.shown()),
        author: item.provenance.author.as_deref().unwrap_or("author not recorded"),
        source: row::short(page, &item.source),
        before,
    })
}

/// A value of one of the scales: what the summary shows before anything newer (HAZ-027).
pub(in crate::view) fn is_score(group: &Group<'_>) -> bool {
    let names = |item: &Item| SCALES.iter().any(|(_, names)| is_named(item, names));
    group.items.first().is_some_and(|item| names(item) && value(item).is_some())
}

fn is_named(item: &Item, names: &[&str]) -> bool {
    let said = format!(" {} ", spoken(item).join(" "));
    names.iter().any(|name| said.contains(&format!(" {name} ")))
}

fn value(item: &Item) -> Option<&str> {
    match &item.facts {
        Facts::Result(one) => one.value.as_deref(),
        _ => None,
    }
}
