//! What is told is what the log says is not told yet, and what is closed is left alone.

use super::*;
use crate::entries;

const MONDAY_MS: i64 = 1_795_428_000_000;
const DAYS: NonZeroU16 = NonZeroU16::new(5).unwrap();

fn raised(rule: &str) -> Entry {
    entries::raised(rule, "about", "what", Millis(MONDAY_MS))
}

fn at(days: i64) -> Timestamp {
    Timestamp::from_millisecond(MONDAY_MS + days * 24 * 60 * 60 * 1000).unwrap()
}

fn rules() -> BTreeSet<String> {
    BTreeSet::from(["PO-06".to_owned()])
}

fn told(cases: &Cases) -> Vec<(u64, Word)> {
    cases.untold(&rules())
}

#[test]
fn an_alert_is_untold_until_a_step_says_so_and_an_escalation_is_told_whatever_its_rule() {
    let mut cases = Cases::default();
    cases.take(3, &raised("PO-06"));
    cases.take(4, &raised("PO-15"));
    assert_eq!(told(&cases), [(3, Word::Raised)], "of the rules that are sent");
    cases.take(5, &entries::step(3, cause::TOLD, Millis(0)));
    assert_eq!(told(&cases), []);
    cases.take(6, &entries::step(4, cause::ESCALATED, Millis(0)));
    assert_eq!(told(&cases), [(4, Word::Escalated)]);
    cases.take(7, &entries::step(4, cause::ESCALATION_TOLD, Millis(0)));
    assert_eq!(told(&cases), []);
}

#[test]
fn what_somebody_took_on_or_closed_is_not_overdue_and_nothing_is_so_twice() {
    let mut cases = Cases::default();
    for index in 1..=4 {
        cases.take(index, &raised("PO-15"));
    }
    assert!(cases.overdue(at(6), DAYS).is_empty(), "the next Sunday");
    cases.step(2, cause::TAKEN);
    cases.step(3, cause::JUSTIFIED);
    assert_eq!(cases.overdue(at(7), DAYS), [1, 4]);
    cases.step(1, cause::ESCALATED);
    assert_eq!(cases.overdue(at(7), DAYS), [4]);
    assert_eq!(cases.overdue(at(8), DAYS), [4], "until it is recorded");
}

#[test]
fn what_an_operator_did_about_a_source_is_no_alert() {
    let mut cases = Cases::default();
    cases.take(1, &entries::cleared("gp", "somebody", Millis(MONDAY_MS)));
    cases.take(2, &entries::step(77, cause::ESCALATED, Millis(MONDAY_MS)));
    assert!(cases.overdue(at(70), DAYS).is_empty());
    assert_eq!(told(&cases), []);
}
