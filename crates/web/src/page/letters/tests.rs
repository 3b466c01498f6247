//! From one document to the next, among all and among those that were chosen. Everything in it is invented.

use super::*;
use crate::page::DocumentWords;
use fhir::{Category, Retrieval, SourceId};

fn copy(source: &str, title: &str) -> ListedDocument {
    let words = DocumentWords { title: title.into(), date: "18-Nov-2026".into(), ..DocumentWords::default() };
    ListedDocument {
        source: SourceId::new(source),
        category: Category::Documents,
        retrieval: Retrieval::default(),
        words,
    }
}

fn row(title: &str, kind: usize, year: usize, holders: &[&str]) -> Letter {
    let copies = holders.iter().map(|source| copy(source, title)).collect();
    Letter { title: title.into(), answers: vec![kind, year], copies }
}

/// Letters and reports of two years; the third cannot be had, the fourth is held twice.
fn letters() -> Letters {
    let axis = |letter, legend: &str, choices: [&str; 2]| Axis {
        letter,
        legend: legend.into(),
        choices: choices.map(str::to_owned).to_vec(),
    };
    Letters {
        axes: vec![axis('a', "Type", ["Letter", "Report"]), axis('c', "Year", ["2026", "2025"])],
        rows: vec![
            row("Falls clinic", 1, 1, &["acute"]),
            row("X-ray of the hip", 2, 1, &["acute"]),
            row("Letter in a store", 1, 1, &[]),
            row("Bone clinic", 1, 1, &["acute", "gp"]),
            row("Falls clinic, the year before", 1, 2, &["gp"]),
        ],
    }
}

fn place(number: usize, chosen: Chosen) -> Place {
    letters().place(number, chosen, "sealed".into()).unwrap()
}

fn numbers(place: &Place) -> (Option<usize>, usize, usize, Option<usize>) {
    let number = |one: &Option<Neighbour>| one.as_ref().map(|one| one.number);
    (number(&place.before), place.at, place.of, number(&place.after))
}

fn by(kind: usize, year: usize) -> Chosen {
    Chosen { by: [kind, 0, year], ..Chosen::default() }
}

#[test]
fn every_row_has_the_one_before_and_the_one_after_and_the_ends_have_one() {
    let all = || Chosen::default();
    assert_eq!(numbers(&place(1, all())), (None, 1, 4, Some(2)));
    assert_eq!(numbers(&place(2, all())), (Some(1), 2, 4, Some(3)));
    // A second copy of one row stands where the first does.
    for number in [3, 4] {
        assert_eq!(numbers(&place(number, all())), (Some(2), 3, 4, Some(5)), "{number}");
    }
    assert_eq!(numbers(&place(5, all())), (Some(3), 4, 4, None));
    assert_eq!(place(1, all()).closed, 1, "HAZ-017");
    assert!(letters().copy(4).unwrap().source == SourceId::new("gp"));
}

#[test]
fn what_was_chosen_is_kept_and_said() {
    let letter = place(1, by(1, 1));
    assert_eq!(numbers(&letter), (None, 1, 2, Some(3)), "HAZ-017");
    assert_eq!((letter.closed, letter.chosen_words), (1, vec!["Type: Letter".into(), "Year: 2026".into()]));
    let found = place(5, Chosen { term: "  CLINIC falls ".into(), ..by(0, 0) });
    assert_eq!(numbers(&found), (Some(1), 2, 2, None));
    assert_eq!(found.chosen_words, ["Title has: CLINIC falls"]);
    assert_eq!(found.closed, 0);
}

#[test]
fn a_document_that_was_not_among_those_chosen_stands_among_all() {
    let outside = place(2, by(1, 0));
    assert_eq!(numbers(&outside), (Some(1), 2, 4, Some(3)));
    assert!(
        outside.chosen_words.is_empty() && outside.chosen == Chosen::default(),
        "nothing is said that does not hold"
    );
    assert_eq!(numbers(&place(1, by(7, 0))).2, 4, "a choice nobody was offered");
}

#[test]
fn a_number_nobody_was_offered_opens_nothing() {
    for number in [0, 6, usize::MAX] {
        assert!(
            letters().copy(number).is_none()
                && letters().place(number, Chosen::default(), String::new()).is_none()
        );
    }
    assert!(Letters::default().place(1, Chosen::default(), String::new()).is_none());
}
