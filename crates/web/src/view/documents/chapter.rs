//! Takes documents, gives the chapter: title, type, author and the way to each, newest first, and the ways to choose among
//! them. One that exists and cannot be had is a row. Source: viewer.md section 7, Documents; HAZ-017, HAZ-020.

use super::super::filter::{Answers, Filter};
use super::super::frame::{Frame, drawn};
use super::super::row::{self, Row};
use super::super::{Key, list, source_line};
use super::title;
use crate::page::Page;
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
    let shown = lines.iter().map(|line| line.row.more.len()).sum();
    let frame = Frame::of(page, KEY, shown, list::entries(&groups)).told(page, record, Section::Documents);
    let frame = if groups.is_empty() { frame } else { frame.counted(groups.len().to_string()) };
    drawn(&Documents {
        frame,
        filter: Filter { find: Some("Find by title"), ..filter },
        lines,
        empty: groups.is_empty().then(|| source_line::nothing(page, record, Section::Documents)),
        notices: list::notices(record, Section::Documents),
    })
}

fn of<'a>(page: &'a Page, group: &Group<'a>) -> Vec<Line<'a>> {
    let rows = row::rows(page, group, super::in_the_chapter).into_iter();
    let line = |(row, item): (Row<'a>, &&'a Item)| {
        let document = match &item.facts {
            Facts::Document(document) => Some(document),
            _ => None,
        };
        let said = |member: fn(&Document) -> Option<&String>| {
            document.and_then(member).map(String::as_str).filter(|text| !text.trim().is_empty())
        };
        Line {
            kind: said(|document| document.kind.as_ref()).unwrap_or_else(|| item.words()),
            author: said(|document| document.author.as_ref()).unwrap_or(words::NOT_RECORDED),
            organisation: said(|document| document.organisation.as_ref()).unwrap_or(row.source),
            classes: String::new(),
            row: Row { what: Cow::Borrowed(title(item)), ..row },
        }
    };
    rows.zip(&group.items).map(line).collect()
}
