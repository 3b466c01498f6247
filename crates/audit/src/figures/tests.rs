//! Every count by an entry that has it and entries that do not; nothing in it names anybody.

use super::*;
use crate::{
    Key,
    sample::{self, FAMILY, NHS_NUMBER, NOW, SUBJECT},
};

fn raised(rule: &str, about: &str) -> Entry {
    let mut entry = Entry::new(Kind::Alert, Key::raised(rule, about), NOW);
    entry.cause = Some(rule.to_owned());
    entry.detail.insert("about".to_owned(), about.to_owned());
    entry
}

fn step(alert: u64, cause: &str) -> Entry {
    let mut entry = Entry::new(Kind::Alert, Key::alert_step(alert, cause), NOW);
    entry.cause = Some(cause.to_owned());
    entry.detail.insert("alert".to_owned(), alert.to_string());
    entry
}

fn overridden(n: u8, cause: &str, flags: &[&str]) -> Entry {
    let opening = sample::opening(n);
    let mut entry = sample::whole(Kind::Override, Key::overridden(&opening, 1), &opening);
    entry.cause = Some(cause.to_owned());
    entry.flags = flags.iter().map(|flag| (*flag).to_owned()).collect();
    entry
}

fn counted(entries: &[Entry]) -> Figures {
    figures((0..).zip(entries))
}

#[test]
fn openings_are_counted_by_route_organisation_and_role_and_documents_apart() {
    let mut direct = sample::open(2);
    direct.how.as_mut().unwrap().route = "direct".to_owned();
    direct.who.as_mut().unwrap().role = "R3".to_owned();
    let mut legacy = sample::open(3);
    legacy.how.as_mut().unwrap().route = "legacy".to_owned();
    let mut document = sample::open(4);
    document.flags = vec!["document".to_owned()];
    let told = counted(&[sample::open(1), direct, legacy, document, sample::refused(1)]);
    assert_eq!((told.openings, told.documents, told.direct, told.legacy), (3, 1, 1, 1));
    assert_eq!(format!("{:?}", told.by_route), r#"{"direct": 1, "legacy": 1, "signed": 1}"#);
    assert_eq!(format!("{:?}", told.by_role), r#"{"R2": 2, "R3": 1}"#);
    assert_eq!(format!("{:?}", told.by_organisation), r#"{"Z99": 3}"#);
    let text = format!("{told:?}");
    assert!([NHS_NUMBER, FAMILY, SUBJECT, "host-a"].iter().all(|one| !text.contains(one)), "{text}");
}

#[test]
fn states_are_those_that_sources_ended_with() {
    let mut swept = sample::whole(Kind::Sweep, Key::sweep(&sample::opening(2)), &sample::opening(2));
    swept.sources = vec![sample::line("gp", None, Some("possibly-shown"))];
    let told = counted(&[sample::open(1), sample::disclosure(1, "gp", 1), sample::close(1), swept]);
    assert_eq!(
        format!("{:?}", told.states),
        r#"{"acute": {"did-not-answer(timed out)": 1}, "gp": {"answered": 1, "possibly-shown": 1}}"#
    );
}

#[test]
fn exceptions_are_counted_where_they_begin_and_where_an_interruption_was_passed() {
    let told = counted(&[
        overridden(1, "emergency access: page shown", &[]),
        overridden(1, "emergency access begins", &["break-glass"]),
        overridden(1, "emergency access ends", &["break-glass", "over-objection"]),
        overridden(2, "emergency access begins", &["break-glass", "over-objection"]),
        overridden(3, "identity differs: interruption shown", &[]),
        overridden(3, "identity differs: continued", &[]),
        overridden(4, "died long ago: reason given", &[]),
    ]);
    assert_eq!((told.break_glass, told.over_objection, told.overrides), (2, 1, 2));
}

#[test]
fn precision_is_the_share_of_closed_alerts_that_was_a_breach() {
    let told = counted(&[
        raised("PO-14", "a"),
        raised("PO-14", "b"),
        raised("PO-14", "c"),
        raised("PO-15", "d"),
        step(0, "taken"),
        step(0, "closed as a breach"),
        step(1, "taken"),
        step(1, "closed as justified"),
        step(2, "taken"),
        step(77, "closed as a breach"),
    ]);
    let alerts = told.alerts["PO-14"];
    assert_eq!(alerts, Alerts { raised: 3, justified: 1, breaches: 1 });
    assert_eq!((alerts.precision(), alerts.not_closed()), (Some(0.5), 1));
    assert_eq!(told.alerts["PO-15"].precision(), None);
}

#[test]
fn only_alerts_are_counted_as_alerts() {
    let mut cleared = Entry::new(Kind::Alert, Key::alert("gp", NOW), NOW);
    cleared.cause = Some("source cleared by hand".to_owned());
    let mut broken = step(0, "closed as a breach");
    broken.detail.insert("alert".to_owned(), "-1".to_owned());
    let told = counted(&[cleared, raised("review", "a"), raised("OP-01", "b"), raised("PO-1x", "c"), broken]);
    assert_eq!(told.alerts.keys().collect::<Vec<_>>(), ["OP-01", "review"]);
}
