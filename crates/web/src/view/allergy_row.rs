//! Takes the state of every allergy source, gives one row under one of four labels; a silent source is named beside it.
//! "No known allergies" never stands alone while anyone has not answered. Source: NHS CUI PAB-0064; HAZ-006, HAZ-012.

use super::frame::{Frame, drawn};
use super::{Key, allergies, row};
use crate::page::Page;
use crate::words;
use askama::Template;
use fhir::SourceId;
use record::Record;
use record::reconcile::{AllergyLabel, AllergyRow};

#[derive(Template)]
#[template(path = "allergy_row.html", whitespace = "minimize")]
struct Drawn {
    frame: Frame,
    label: &'static str,
    /// The label's emphasis and its mark.
    class: &'static str,
    /// `penicillin (anaphylaxis)`
    agents: Vec<Said>,
    counts: String,
    /// Recorded negatives that stand beside allergies, or ended ones: said, never weighed.
    beside: Vec<Said>,
    /// The sources that have not said, in the fourth label's words.
    unavailable: Option<String>,
}

struct Said {
    words: String,
    /// Not to be shared with the person.
    ribbon: bool,
}

impl From<String> for Said {
    fn from(words: String) -> Self {
        Self { words, ribbon: false }
    }
}

pub(super) fn draw(page: &Page, record: &Record) -> String {
    let sources: Vec<SourceId> = asked(page);
    let row = record.allergy_row(&sources);
    let silent: Vec<&str> = row.silent.iter().map(|source| row::short(page, source)).collect();
    let counts: Vec<String> = row
        .by_source
        .iter()
        .filter(|(_, count)| *count > 0)
        .map(|(source, count)| format!("{} {count}", row::short(page, source)))
        .collect();
    drawn(&Drawn {
        frame: Frame { name: label(row.label), ..Frame::of(page, Key::AllergyRow, 0, 0) },
        label: label(row.label),
        class: class(row.label),
        agents: row.agents.iter().filter_map(agent).collect(),
        counts: counts.join(", "),
        beside: beside(page, &row),
        unavailable: unavailable(&row, &silent),
    })
}

/// Every source that shares allergies; a partner without a source never answers and is not waited for.
fn asked(page: &Page) -> Vec<SourceId> {
    let cards = Key::AllergyRow.contributors(page).into_iter();
    cards.filter(|card| card.has_source()).map(|card| card.id.clone()).collect()
}

fn label(label: AllergyLabel) -> &'static str {
    match label {
        AllergyLabel::Known => "Known allergies",
        AllergyLabel::NoKnown => "No known allergies",
        AllergyLabel::NotRecorded => "Allergies not recorded",
        AllergyLabel::Unavailable => "Allergies unavailable",
    }
}

/// Each label has a mark of its own; what a source said stands out before what nobody said (PAB-0067 to 0072).
fn class(label: AllergyLabel) -> &'static str {
    match label {
        AllergyLabel::Known => "known",
        AllergyLabel::NoKnown => "none",
        AllergyLabel::NotRecorded => "unrecorded",
        AllergyLabel::Unavailable => "unheard",
    }
}

/// No dates in the row; they stand in the chapter.
fn agent(group: &record::reconcile::Group<'_>) -> Option<Said> {
    let words = format!("{} ({})", group.items.first()?.words(), allergies::reactions(group));
    Some(Said { words, ribbon: group.items.iter().any(|item| row::is_not_for_the_person(item)) })
}

fn beside(page: &Page, row: &AllergyRow<'_>) -> Vec<Said> {
    let mut said: Vec<Said> = row
        .negatives
        .iter()
        .map(|item| {
            let at = item.when.shown().map(|date| format!(" {}", date.display_day())).unwrap_or_default();
            let words = format!("{}, recorded by {}{at}.", item.words(), row::short(page, &item.source));
            Said { words, ribbon: row::is_not_for_the_person(item) }
        })
        .collect();
    if row.disagrees {
        said.push("Sources differ.".to_owned().into());
    }
    if row.ended > 0 {
        said.push(format!("{} ended or refuted {}.", row.ended, words::entry(row.ended)).into());
    }
    said
}

/// Beside any other label the silent are named in the words of the fourth.
fn unavailable(row: &AllergyRow<'_>, silent: &[&str]) -> Option<String> {
    let names = words::and(silent);
    match row.label {
        _ if silent.is_empty() => None,
        AllergyLabel::Unavailable => Some(names),
        _ => Some(format!("Allergies unavailable: {names}")),
    }
}
