//! Takes documents, gives the chapter: title, type, author and the way to each, newest first, and the ways to choose among
//! them. One that exists and cannot be had is a row. Source: viewer.md section 7, Documents; HAZ-017, HAZ-020.

use super::super::filter::{Answers, Filter, Sends};
use super::super::frame::{Frame, drawn};
use super::super::row::{self, Row};
use super::super::{Key, list, source_line};
use super::title;
use crate::page::{Axis, Letter, Letters, ListedDocument, Page};
use crate::words;
use askama::Template;
use record::item::{Document, Facts};
use record::reconcile::Group;
use record::{Item, Record, Section};
use std::borrow::Cow;

const KEY: Key = Key::Section(Section::Documents);

#[derive(Template)]
#[template(path = "documents.html", whitespace = "minimize")]
struct Documents<'a> {
    frame: Frame,
    filter: Filter,
    lines: Vec<Line<'a>>,
    empty: Option<String>,
    notices: Vec<String>,
}

struct Line<'a> {
    row: Row<'a>,
    kind: &'a str,
    author: &'a str,
    organisation: &'a str,
    classes: String,
    copies: Vec<ListedDocument>,
}

pub(crate) fn draw(page: &Page, record: &Record) -> String {
    let groups = record.section(Section::Documents);
    let mut lines: Vec<Line<'_>> = groups.iter().flat_map(|group| of(page, group)).collect();
    let year = |line: &Line<'_>| -> Answers {
        vec![line.row.day.map_or_else(|| words::DATE_NOT_RECORDED.to_owned(), |day| day.year().to_string())]
    };
    let axes = [
        ("Type", lines.iter().map(|line| vec![line.kind.to_owned()]).collect()),
        ("Organisation", lines.iter().map(|line| vec![line.organisation.to_owned()]).collect()),
        ("Year", lines.iter().map(year).collect()),
    ];
    let (filter, classes) = Filter::of(KEY.area(), axes);
    for (line, classes) in lines.iter_mut().zip(classes) {
        line.classes = classes;
    }
    let sends = sends(page, &filter, &mut lines);
    let mut notices = list::notices(record, Section::Documents);
    if sends.is_none() && lines.iter().any(|line| !line.copies.is_empty()) {
        notices.push(words::TOO_MANY_TO_WALK.to_owned());
    }
    let shown = lines.iter().map(|line| line.row.more.len()).sum();
    let frame = Frame::of(page, KEY, shown, list::entries(&groups)).told(page, record, Section::Documents);
    let frame = if groups.is_empty() { frame } else { frame.counted(groups.len().to_string()) };
    drawn(&Documents {
        frame,
        filter: Filter { find: Some("Find by title"), sends, ..filter },
        lines,
        empty: groups.is_empty().then(|| source_line::nothing(page, record, Section::Documents)),
        notices,
    })
}

/// The list that goes with whichever document is opened, so that the next can be opened from it; each way then says its number
/// in it. `None` where none opens, or where there are too many for one form: then each opens by itself.
fn sends(page: &Page, filter: &Filter, lines: &mut [Line<'_>]) -> Option<Sends> {
    let axes = filter.axes.iter().map(|axis| Axis {
        letter: axis.letter,
        legend: axis.legend.to_owned(),
        choices: axis.choices.iter().map(|one| one.words.clone()).collect(),
    });
    let row = |line: &Line<'_>| Letter {
        title: line.row.what.to_string(),
        answers: filter.axes.iter().map(|axis| answer(&line.classes, axis.letter)).collect(),
        copies: line.copies.clone(),
    };
    let letters = Letters { axes: axes.collect(), rows: lines.iter().map(row).collect() };
    letters.copy(1)?;
    let list = page.documents.letters(&letters)?;
    let open = lines.iter_mut().flat_map(|line| line.row.links.iter_mut()).filter(|link| link.href.is_some());
    for (number, link) in (1..).zip(open) {
        link.number = Some(number);
    }
    Some(Sends { to: format!("{}letters", page.path), token: page.form_token.clone(), list })
}

/// The number a row's classes have on that axis, as the style sheet reads it.
fn answer(classes: &str, letter: char) -> usize {
    let mut numbers = classes.split(' ').filter_map(|class| class.strip_prefix(letter)?.parse().ok());
    numbers.next().unwrap_or_default()
}

fn of<'a>(page: &'a Page, group: &Group<'a>) -> Vec<Line<'a>> {
    let rows = row::rows(page, group, super::in_the_chapter);
    // One row for all of them, or one for each.
    let size = if group.conflict.is_none() { group.items.len().max(1) } else { 1 };
    rows.into_iter().zip(group.items.chunks(size)).filter_map(|(row, items)| line(row, items)).collect()
}

fn line<'a>(row: Row<'a>, items: &[&'a Item]) -> Option<Line<'a>> {
    let item = *items.first()?;
    let document = match &item.facts {
        Facts::Document(document) => Some(document),
        _ => None,
    };
    let said = |member: fn(&Document) -> Option<&String>| {
        document.and_then(member).map(String::as_str).filter(|text| !text.trim().is_empty())
    };
    Some(Line {
        kind: said(|document| document.kind.as_ref()).unwrap_or_else(|| item.words()),
        author: said(|document| document.author.as_ref()).unwrap_or(words::NOT_RECORDED),
        organisation: said(|document| document.organisation.as_ref()).unwrap_or(row.source),
        classes: String::new(),
        copies: super::copies(&row.links, items).collect(),
        row: Row { what: Cow::Borrowed(title(item)), ..row },
    })
}
