//! Takes contacts, gives the chapter: two years at a glance, what is planned and what is open, then the past by month; each
//! with its setting, what came of it and its documents. Source: viewer.md section 7, Contacts and timeline; HAZ-016, HAZ-017.

use super::super::filter::{self, Answers, Filter};
use super::super::frame::{Frame, drawn};
use super::super::graph::strip::{self, Strip};
use super::super::row::{self, Link, Row};
use super::super::{Key, documents, list, source_line};
use crate::page::Page;
use askama::Template;
use fhir::{Category, SourceId};
use jiff::ToSpan;
use jiff::civil::Date;
use record::item::Facts;
use record::reconcile::Group;
use record::{Item, Record, Section};
use std::collections::BTreeMap;

const KEY: Key = Key::Section(Section::Contacts);

#[derive(Template)]
#[template(path = "contacts.html", whitespace = "minimize")]
struct Contacts<'a> {
    frame: Frame,
    strip: Option<Strip>,
    filter: Filter,
    blocks: Vec<Block<'a>>,
    empty: Option<String>,
    notices: Vec<String>,
}

/// A month, or what has not been yet.
struct Block<'a> {
    heading: String,
    classes: String,
    lines: Vec<Line<'a>>,
}

struct Line<'a> {
    row: Row<'a>,
    setting: &'a str,
    /// The ways to what was written at it.
    letters: Vec<Link<'a>>,
    classes: String,
}

pub(crate) fn draw(page: &Page, record: &Record) -> String {
    let groups = record.section(Section::Contacts);
    let today = fhir::date::london(page.opened_at).date();
    let letters = Letters::of(record);
    let mut blocks: Vec<Block<'_>> = super::sorted(&groups)
        .into_iter()
        .filter(|(_, groups)| !groups.is_empty())
        .map(|(heading, groups)| Block {
            heading: format!("{heading} ({})", groups.len()),
            classes: String::new(),
            lines: groups.into_iter().flat_map(|group| lines(page, group, &letters)).collect(),
        })
        .collect();
    let filter = sifted(&mut blocks, today);
    let shown = list::entries(&groups);
    let frame = Frame::of(page, KEY, shown, shown).told(page, record, Section::Contacts);
    let frame = if groups.is_empty() { frame } else { frame.counted(groups.len().to_string()) };
    drawn(&Contacts {
        frame,
        strip: strip::of(&past(&groups, today), today),
        filter,
        blocks,
        empty: groups.is_empty().then(|| source_line::nothing(page, record, Section::Contacts)),
        notices: list::notices(record, Section::Contacts),
    })
}

fn lines<'a>(page: &'a Page, group: &Group<'a>, letters: &Letters<'a>) -> Vec<Line<'a>> {
    let rows = row::rows(page, group, super::in_the_chapter).into_iter();
    let items = group.items.iter();
    rows.zip(items)
        .map(|(row, item)| Line {
            row,
            setting: setting(item),
            letters: letters.at(page, item),
            classes: String::new(),
        })
        .collect()
}

/// The plain word of a contact; of what stands among contacts without being one, whose it is.
fn setting(item: &Item) -> &str {
    match (&item.facts, item.category) {
        (Facts::Contact(contact), _) if !contact.setting.trim().is_empty() => &contact.setting,
        (_, Category::MentalHealth) => "Mental health",
        (_, Category::SocialCare) => "Social care",
        _ => "Service",
    }
}

/// The documents that say at which contact they were written, by source and contact.
struct Letters<'a>(BTreeMap<(SourceId, String), Vec<&'a Item>>);

impl<'a> Letters<'a> {
    fn of(record: &'a Record) -> Self {
        let mut all: BTreeMap<(SourceId, String), Vec<&'a Item>> = BTreeMap::new();
        for item in record.section(Section::Documents).into_iter().flat_map(|group| group.items) {
            if let Some(contact) = &item.provenance.contact {
                all.entry((item.source.clone(), contact.clone())).or_default().push(item);
            }
        }
        Self(all)
    }

    fn at(&self, page: &'a Page, contact: &Item) -> Vec<Link<'a>> {
        let made = &contact.provenance;
        let id = made.id.as_deref().unwrap_or_default();
        let own = self.0.get(&(contact.source.clone(), format!("{}/{id}", made.resource_type)));
        own.map(|items| documents::links(page, items)).unwrap_or_default()
    }
}

/// What has been, by its first entry; stays by theirs.
fn past(groups: &[Group<'_>], today: Date) -> Vec<strip::Contact> {
    let has_begun = |group: &&Group<'_>| super::has_begun(group, today);
    let contact = |group: &Group<'_>| {
        let item = group.items.first()?;
        let day = |date: Option<&fhir::FhirDate>| date.and_then(fhir::FhirDate::first_day);
        let from = day(item.when.shown())?;
        let word = setting(item);
        let to = day(item.when.to.as_ref()).filter(|to| word == "Inpatient" && *to > from);
        Some(strip::Contact { from, to, is_urgent: matches!(word, "111" | "Ambulance" | "ED") })
    };
    groups.iter().filter(has_begun).filter_map(contact).collect()
}

const PERIODS: [(&str, i64); 3] = [("Last 30 days", 30), ("Last 3 months", 91), ("Last 12 months", 365)];

/// The choices, and their classes on every row.
fn sifted(blocks: &mut [Block<'_>], today: Date) -> Filter {
    let all = || blocks.iter().flat_map(|block| &block.lines);
    let period = |line: &Line<'_>| -> Answers {
        let day = line.row.day;
        let is_within = |days: i64| {
            let from = today.checked_sub(days.days()).ok();
            day.is_some_and(|day| from.is_some_and(|from| day >= from && day <= today))
        };
        PERIODS.iter().filter(|(_, days)| is_within(*days)).map(|(name, _)| (*name).to_owned()).collect()
    };
    let axes = [
        ("Setting", all().map(|line| vec![line.setting.to_owned()]).collect()),
        ("Source", all().map(|line| vec![line.row.source.to_owned()]).collect()),
        ("Period", all().map(period).collect()),
    ];
    let (filter, classes) = Filter::of(KEY.area(), axes);
    let mut classes = classes.into_iter();
    for block in blocks {
        for line in &mut block.lines {
            line.classes = classes.next().unwrap_or_default();
        }
        block.classes = filter::union(block.lines.iter().map(|line| line.classes.as_str()));
    }
    filter
}
