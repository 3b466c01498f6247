//! What must be told apart on the officers' pages: found, silent and never agreed; overdue and not; left out of a report and not.

use super::*;
use crate::office::values::Alert;

fn side(how: HandsOver, day: Option<&str>, theirs_only: u64) -> Side {
    Side {
        source: "Acute".to_owned(),
        partner: "Marsh <Trust>".to_owned(),
        how,
        day: day.map(str::to_owned),
        both: 12,
        theirs_only,
        beside: vec!["Its clock is 612 s ahead".to_owned()],
        ..Side::default()
    }
}

fn page(side: Side) -> String {
    let desk = Desk { officer: "Olive Officer".to_owned(), reason: "A review".to_owned(), ..Desk::default() };
    reconciliation(&Reconciliation { desk, sources: vec![side], at: "03:00".to_owned() })
}

/// HAZ-030: a source that is silent never reads as one that agrees.
#[test]
fn what_agrees_what_differs_what_is_silent_and_what_was_never_agreed_read_differently() {
    let agrees = page(side(HandsOver::Lately, Some("28-Nov-2026"), 0));
    assert!(
        agrees.contains(
            "<td data-of=\"Day\">28-Nov-2026</td><td data-of=\"Both\">12</td><td data-of=\"Ours only\">0</td>"
        ),
        "{agrees}"
    );
    assert!(!agrees.contains("Nothing handed over"), "{agrees}");
    let differs = page(side(HandsOver::Lately, Some("28-Nov-2026"), 3));
    assert!(
        differs.contains("<td data-of=\"Theirs only\"><b>3</b></td>") && differs.contains("612 s ahead"),
        "{differs}"
    );
    let silent = page(side(HandsOver::Silent, Some("1-Nov-2026"), 0));
    assert!(silent.contains("Nothing handed over for 7 days"), "{silent}");
    let never = page(side(HandsOver::Silent, None, 0));
    assert!(
        never.contains("Nothing handed over yet") && !never.contains("for 7 days") && !never.contains(">12<"),
        "{never}"
    );
    let not_agreed = page(side(HandsOver::NotAgreed, None, 0));
    assert!(not_agreed.contains("Not reconciled") && !not_agreed.contains(">12<"), "{not_agreed}");
    assert!(agrees.contains("Marsh &#60;Trust&#62;"), "{agrees}");
}

#[test]
fn an_alert_that_lies_too_long_is_marked_and_no_other() {
    let alert = |index, is_overdue| Alert { index, is_overdue, rule: "PO-15".into(), ..Alert::default() };
    let page = queue(&Queue { alerts: vec![alert(7, true), alert(9, false)], ..Queue::default() });
    let (first, rest) = page.split_once("id=\"a9\"").unwrap();
    let mark = "Nobody took this on in time.";
    assert!(first.contains("id=\"a7\"") && first.contains(mark) && !rest.contains(mark), "{page}");
}

#[test]
fn what_was_deleted_by_an_order_is_said_and_nothing_is_where_nothing_was() {
    let line = "entry 4,217,733: deleted under rule entries after 8 years on 2034-11-22";
    let looked_up = |gone| looked(&Looked { gone, ..Looked::default() });
    assert!(looked_up(vec![line.to_owned()]).contains(&format!("<li>{line}</li>")));
    assert!(!looked_up(Vec::new()).contains("Deleted since"));
}

#[test]
fn how_many_are_left_out_is_on_no_paper_and_told_only_where_it_may_be() {
    let with = |held| report(&Reported { held, ..Reported::default() });
    let told = with(Some(2));
    let line = told.split("2 openings are left out").next().unwrap();
    assert!(
        told.len() > line.len() && line.ends_with("<p class=\"no-print\"><strong class=\"stale\">"),
        "HAZ-028"
    );
    for held in [None, Some(0)] {
        assert!(!with(held).contains("left out of this report"), "{held:?}");
    }
}
