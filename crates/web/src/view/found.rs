//! Takes the record and what a professional looks for, gives the rows that hold it, by chapter, each match marked; and always who and
//! what was not searched. What is looked for stands on this page and nowhere else. Source: viewer.md section 7, Find; HAZ-049, HAZ-051.

/// Rows with their matches marked.
mod marked;

use super::frame::{Frame, drawn};
use super::row;
use super::{Key, coverage, is_granted, list};
use crate::page::{Page, Sought, SourceCard};
use crate::words;
use askama::Template;
use marked::Marked;
use record::reconcile::{Group, SECTIONS};
use record::{Record, Section};

#[derive(Template)]
#[template(path = "found.html", whitespace = "minimize")]
struct Found<'a> {
    frame: Frame,
    path: &'a str,
    says: String,
    unsearched: String,
    chapters: Vec<Chapter>,
}

/// The rows of one chapter that hold it.
struct Chapter {
    heading: String,
    rows: Vec<Marked>,
}

#[derive(Template)]
#[template(path = "found_rows.html", whitespace = "minimize")]
struct Rows<'a> {
    rows: &'a [row::Row<'a>],
}

pub(super) fn draw(page: &Page, record: &Record) -> String {
    let Some(sought) = &page.sought else { return String::new() };
    let (mut found, mut all) = (0, 0);
    let mut chapters = Vec::new();
    for section in SECTIONS.into_iter().filter(|section| is_granted(page, *section)) {
        let mut rows = Vec::new();
        for group in record.section(section) {
            let (count, marked) = of_group(page, &group, section, sought);
            all += count;
            found += marked.as_ref().map_or(0, |_| count);
            rows.extend(marked);
        }
        if !rows.is_empty() {
            chapters.push(Chapter { heading: Key::Section(section).name().to_owned(), rows });
        }
    }
    drawn(&Found {
        frame: Frame::of(page, Key::Found, found, all).counted(words::found_count(found)),
        path: &page.path,
        says: words::found(found, all, sought.as_str()),
        unsearched: unsearched(page, record),
        chapters,
    })
}

/// Entries that differ stand together: one of them that holds it brings the others (HAZ-026).
fn of_group(page: &Page, group: &Group<'_>, section: Section, sought: &Sought) -> (usize, Option<Marked>) {
    let rows = row::rows(page, group, list::facts_of(section));
    let marked = marked::marked(&drawn(&Rows { rows: &rows }), sought);
    (rows.len(), marked)
}

/// `Not searched: MH (did not answer), text inside documents.` Never empty.
pub(super) fn unsearched(page: &Page, record: &Record) -> String {
    let cards = || page.sources.iter().filter(|card| card.has_source() && !card.shares.is_empty());
    let state = |card: &SourceCard| coverage::final_state(record, card);
    let mut left: Vec<String> = cards()
        .filter(|card| !state(card).is_answer())
        .map(|card| format!("{} ({})", card.short, words::why_unsearched(&state(card))))
        .collect();
    left.extend((!page.not_for_role.is_empty()).then(|| words::ROLE_UNSEARCHED.to_owned()));
    left.push(words::INSIDE_DOCUMENTS.to_owned());
    let answered: Vec<&SourceCard> = cards().filter(|card| state(card).is_answer()).collect();
    let parts = coverage::parts_missing(page, record, &answered);
    std::iter::once(words::not_searched(&left)).chain(parts).collect::<Vec<_>>().join(" ")
}
