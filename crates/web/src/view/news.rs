//! Takes the record and when this professional last looked, gives what came since: by the day its source received or recorded it,
//! every period in words with how many of how many. Shows nothing as new on a guess: what may have been there before says so, and
//! what cannot be placed in time is counted. Source: viewer.md section 7, What's new; HAZ-008, HAZ-016, HAZ-051.

/// Which entries, and in which period.
mod gathered;
/// The same in the summary.
mod panel;

pub(super) use panel::first;

use super::frame::{Frame, drawn};
use super::row::{self, Row};
use super::source_line::{self, Line, Said};
use super::{Key, coverage};
use crate::page::{LastLook, Page, SourceCard};
use crate::words;
use askama::Template;
use fhir::Category;
use gathered::Gathered;
use jiff::{SignedDuration, Timestamp};
use record::Record;

#[derive(Template)]
#[template(path = "news.html", whitespace = "minimize")]
struct News<'a> {
    frame: Frame,
    /// How many in the period that is chosen first: for the navigation.
    count: usize,
    periods: Vec<Period>,
    days: Vec<Day<'a>>,
    /// The periods with any entry at all.
    classes: String,
    notices: Vec<String>,
}

/// One choice of how far back.
struct Period {
    code: &'static str,
    label: String,
    /// What it shows of how much, in words.
    says: String,
    count: usize,
    chosen: bool,
}

/// What came on one day.
struct Day<'a> {
    heading: String,
    classes: String,
    entries: Vec<Entry<'a>>,
}

struct Entry<'a> {
    row: Row<'a>,
    classes: String,
    area: &'static str,
    chapter: &'static str,
}

/// How far back each choice goes, the widest last. What an opening has of its own comes first.
pub(super) struct Span {
    code: &'static str,
    label: String,
    since: Timestamp,
}

const LONGEST_DAYS: i64 = 92;

/// The spans of an opening, and which of them is shown first.
pub(super) fn spans(page: &Page) -> (Vec<Span>, usize) {
    let ago = |hours: i64| page.opened_at.checked_sub(SignedDuration::from_hours(hours)).unwrap_or_default();
    let mut spans = vec![
        Span { code: "h", label: "72 hours".to_owned(), since: ago(72) },
        Span { code: "d", label: "14 days".to_owned(), since: ago(14 * 24) },
        Span { code: "m", label: "3 months".to_owned(), since: ago(LONGEST_DAYS * 24) },
    ];
    match page.last_look {
        LastLook::At(at) if at >= ago(LONGEST_DAYS * 24) => {
            spans.insert(0, Span { code: "l", label: words::since_last_looked(at), since: at });
            (spans, 0)
        }
        // Longer ago than anything here: everything that is here is since then.
        LastLook::At(_) => (spans, 2),
        LastLook::Never | LastLook::Unknown => (spans, 1),
    }
}

pub(super) fn draw(page: &Page, record: &Record) -> String {
    let gathered = Gathered::of(page, record);
    let (spans, first) = spans(page);
    let all = gathered.entries.len();
    let periods: Vec<Period> = spans
        .iter()
        .enumerate()
        .map(|(place, span)| {
            let count = gathered.count(place);
            Period {
                code: span.code,
                label: span.label.clone(),
                says: says(page, record, span, (count, all)),
                count,
                chosen: place == first,
            }
        })
        .collect();
    let count = gathered.count(first);
    let mut frame = Frame::of(page, Key::New, all, all);
    frame.count = spans.get(first).map(|span| words::new_entries(count, &period_of(span)));
    frame.lines = lines(page, record);
    let mut notices: Vec<String> =
        words::looked(page.last_look, LONGEST_DAYS, page.opened_at).into_iter().collect();
    notices.push(words::BY_THE_DAY.to_owned());
    notices.extend(unsaid(page, &gathered));
    let some: Vec<&str> =
        periods.iter().filter(|period| period.count > 0).map(|period| period.code).collect();
    let classes = classes(&some);
    drawn(&News { frame, count, periods, days: days(gathered, &spans), classes, notices })
}

/// `since you last looked (08-Nov-2026 09:12)`, `in the last 14 days`
fn period_of(span: &Span) -> String {
    if span.code == "l" { span.label.clone() } else { format!("in the last {}", span.label) }
}

fn says(page: &Page, record: &Record, span: &Span, (count, all): (usize, usize)) -> String {
    if count > 0 {
        return words::new_shown(count, all, &period_of(span));
    }
    // Only who answered about all it shares can have recorded nothing (HAZ-006).
    let noun = format!("entries {}", period_of(span));
    let of = |said: Said| cards(page).filter(move |card| Said::of(record, card, &seen(page, card)) == said);
    let whole: Vec<&str> = of(Said::All).map(|card| card.short.as_str()).collect();
    if whole.is_empty() && of(Said::Part).next().is_some() {
        return words::answered_in_part(&noun);
    }
    words::nothing_recorded(&noun, &whole)
}

/// What this role sees of all that a source shares.
fn seen(page: &Page, card: &SourceCard) -> Vec<Category> {
    card.shares.iter().copied().filter(|category| page.granted.contains(category)).collect()
}

fn cards(page: &Page) -> impl Iterator<Item = &SourceCard> {
    page.sources.iter().filter(|card| card.has_source() && !card.shares.is_empty())
}

fn has_answered(record: &Record, card: &SourceCard) -> bool {
    record.note(&card.id).is_some_and(|note| note.state.is_answer())
}

/// Who has not said what is new there: nothing new of theirs is here (HAZ-006).
pub(super) fn lines(page: &Page, record: &Record) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    for card in cards(page).filter(|card| !has_answered(record, card)) {
        lines.push(source_line::as_a_whole(page, record, card));
    }
    let answered: Vec<&SourceCard> = cards(page).filter(|card| has_answered(record, card)).collect();
    lines.extend(coverage::parts_missing(page, record, &answered).into_iter().map(Line::missing));
    for card in answered {
        let feed = record.note(&card.id).and_then(|note| source_line::feed(page, card, note));
        lines.extend(feed.map(Line::feed));
    }
    lines
}

/// What is not listed, and what is listed by another date than it came by.
fn unsaid(page: &Page, gathered: &Gathered<'_>) -> Vec<String> {
    let names: Vec<&str> = page
        .sources
        .iter()
        .filter(|card| gathered.no_time.contains(&card.id))
        .map(|card| card.short.as_str())
        .collect();
    let no_time = (!names.is_empty()).then(|| words::no_time_received(&names));
    let unheard =
        page.sources.iter().filter(|card| page.unheard_then.contains(&card.id) && card.has_source());
    let unheard: Vec<&str> = unheard.map(|card| card.short.as_str()).collect();
    let unheard = (!unheard.is_empty()).then(|| words::unheard_then(&unheard));
    let left_out =
        (gathered.left_out > 0).then(|| words::more_than_listed(gathered.entries.len(), gathered.left_out));
    let unclear = (gathered.unclear > 0).then(|| words::not_placed_in_time(gathered.unclear));
    left_out.into_iter().chain(unheard).chain(no_time).chain(unclear).collect()
}

fn days<'a>(gathered: Gathered<'a>, spans: &[Span]) -> Vec<Day<'a>> {
    let mut days: Vec<Day<'a>> = Vec::new();
    for entry in gathered.entries {
        let mut codes: Vec<&str> = spans
            .iter()
            .zip(&entry.within)
            .filter(|(_, within)| **within)
            .map(|(span, _)| span.code)
            .collect();
        if days.last().is_none_or(|day| day.heading != entry.day) {
            days.push(Day { heading: entry.day, classes: String::new(), entries: Vec::new() });
        }
        let Some(day) = days.last_mut() else { continue };
        let key = Key::Section(entry.section);
        let classes = classes(&codes);
        codes.retain(|code| !day.classes.split(' ').any(|class| class.strip_prefix('n') == Some(*code)));
        day.classes.push_str(&self::classes(&codes));
        day.entries.push(Entry { row: entry.row, classes, area: key.area(), chapter: key.name() });
    }
    days
}

fn classes(codes: &[&str]) -> String {
    // Everything listed is of the widest period.
    let narrower = codes.iter().filter(|code| **code != "m");
    narrower.map(|code| format!(" n{code}")).collect()
}

/// What stands beside an entry: when it is of, when it came, and whether it may have been there before.
pub(super) fn came(arrival: &record::arrival::Arrival, own: Option<&fhir::FhirDate>) -> String {
    use record::arrival::Arrival;
    let differs = |came: &fhir::FhirDate| match (own.and_then(fhir::FhirDate::first_day), came.first_day()) {
        (Some(own), Some(came)) => (came - own).get_days().abs() > 1,
        _ => false,
    };
    let dated = |came: &fhir::FhirDate| {
        own.filter(|_| differs(came)).map(|own| format!("dated {}, ", own.display_day())).unwrap_or_default()
    };
    match arrival {
        Arrival::Received(date) => format!("{}received {}", dated(date), date.display()),
        Arrival::Recorded(date) => format!("{}recorded {}", dated(date), date.display()),
        Arrival::Dated(date) => {
            let began = own.map(fhir::FhirDate::display_day).filter(|own| *own != date.display_day());
            let began = began.map(|own| format!("{own} to ")).unwrap_or_default();
            format!("dated {began}{}, time received not given", date.display_day())
        }
        Arrival::Unknown => words::DATE_NOT_RECORDED.to_owned(),
    }
}

/// As a row of this list: by the day it came, with what it was.
fn row_of<'a>(page: &'a Page, items: &[&'a record::Item], facts: row::FactsOf) -> Option<Row<'a>> {
    let row = Row::of(page, items, facts)?;
    Some(Row { more: Vec::new(), links: Vec::new(), to: None, ..row })
}
