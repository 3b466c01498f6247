//! When it is done, what an operator is told, and that a night done twice is recorded once.

use super::*;
use crate::demo::within;
use audit::{Kind, reconcile::Told};

fn moment(text: &str) -> jiff::Timestamp {
    text.parse().unwrap()
}

#[test]
fn it_is_due_once_a_day_at_its_own_time_of_utc() {
    let at = Time::constant(3, 0, 0, 0);
    for (now, due) in [
        ("2026-11-28T02:59:59Z", "2026-11-28T03:00:00Z"),
        ("2026-11-28T03:00:00Z", "2026-11-29T03:00:00Z"),
        ("2026-03-29T00:30:00Z", "2026-03-29T03:00:00Z"),
        ("2026-12-31T23:00:00Z", "2027-01-01T03:00:00Z"),
    ] {
        assert_eq!(next(at, moment(now)), moment(due), "{now}");
    }
    assert_eq!(organisation("localhost/audit/ZZ920"), "ZZ920");
}

#[test]
fn an_operator_is_told_by_word_and_by_code_whether_both_sides_agree() {
    let told = |theirs_only| Told {
        source: "acute".to_owned(),
        day: "2026-11-28".to_owned(),
        both: 3,
        theirs_only,
        ..Told::default()
    };
    let silent = || vec![(SourceId::new("eput"), "status 503".to_owned())];
    let clean = said(Ok(Done { told: vec![told(0)], silent: Vec::new() }));
    assert!(
        matches!(&clean, Reconciled::Clean(text) if text.contains("acute 2026-11-28: 3 both")),
        "{clean:?}"
    );
    let differs = said(Ok(Done { told: vec![told(1)], silent: silent() }));
    assert!(matches!(&differs, Reconciled::Differs(text) if text.contains("1 theirs only")), "{differs:?}");
    let incomplete = said(Ok(Done { told: vec![told(0)], silent: silent() }));
    let Reconciled::Incomplete(text) = incomplete else { panic!("{incomplete:?}") };
    assert!(text.contains("eput: not handed over: status 503"), "a source's silence is no agreement: {text}");
    let refused = said(Err(Stopped::Unknown(SourceId::new("nobody"))));
    assert!(matches!(refused, Reconciled::Refused(why) if why.contains("nobody")));
}

/// HAZ-028: nothing is read without somebody's name and reason, or recorded for nobody.
#[tokio::test]
async fn what_is_asked_by_hand_names_who_and_why_and_a_day_of_a_source() {
    let within = within::start(|_| {}).await;
    let asked = |edit: fn(&mut Reconcile)| {
        let mut asked = Reconcile {
            source: "acute".to_owned(),
            day: "2026-11-28".to_owned(),
            lines: Some(String::new()),
            practice: String::new(),
            by: "A. First".to_owned(),
            reason: "the first day of acute".to_owned(),
        };
        edit(&mut asked);
        asked
    };
    let refusals: [fn(&mut Reconcile); 8] = [
        |asked| asked.practice = "ZZ901".to_owned(),
        |asked| (asked.source, asked.practice) = ("gp".to_owned(), "no code".to_owned()),
        |asked| (asked.lines, asked.practice) = (None, "ZZ901".to_owned()),
        |asked| asked.by = " ".to_owned(),
        |asked| asked.reason = "short".to_owned(),
        |asked| asked.day = "yesterday".to_owned(),
        |asked| asked.source = String::new(),
        |asked| asked.source = "nobody".to_owned(),
    ];
    for (place, edit) in refusals.into_iter().enumerate() {
        let said = within.program.reconcile_by_hand(asked(edit)).await;
        assert!(matches!(said, Reconciled::Refused(_)), "{place}: {said:?}");
    }
    assert!(!within.audited().contains("reconciliation"), "what is refused reads nothing");
    let said = within.program.reconcile_by_hand(asked(|_| {})).await;
    assert!(matches!(said, Reconciled::Clean(_)), "{said:?}");
    let audited = within.audited();
    assert!(audited.contains("the first day of acute") && audited.contains("A. First"), "AU39");
}

/// AU36: the last seven days, each once.
#[tokio::test]
async fn every_night_each_day_without_a_result_is_done_and_none_twice() {
    let within = within::start(|config| config.audit.reconcile.from = Day::parse("2026-01-01").ok()).await;
    let kinds = |kind: Kind| within.audited().matches(&format!("\"kind\":\"{}\"", kind.name())).count();
    within.program.reconcile_what_is_due().await.unwrap();
    assert_eq!((kinds(Kind::Incident), kinds(Kind::AuditRead)), (7, 7), "one source hands its log over");
    within.program.reconcile_what_is_due().await.unwrap();
    assert_eq!((kinds(Kind::Incident), kinds(Kind::AuditRead)), (7, 7));
}

/// HAZ-028: what was asked before the log began, by whatever was there before, is no alarm.
#[tokio::test]
async fn no_day_before_the_first_whole_one_of_the_log_is_asked_for_by_itself() {
    let within = within::start(|_| {}).await;
    let today = Day::of(clock::millis());
    assert_eq!(within.program.first_whole_day().await, Ok(Some(today.before(-1))));
    within.program.reconcile_what_is_due().await.unwrap();
    assert!(!within.audited().contains("\"kind\":\"incident\""));
}

#[tokio::test]
async fn a_source_that_hands_nothing_over_is_asked_again_the_next_night() {
    let within = within::start(|config| config.audit.reconcile.from = Day::parse("2026-01-01").ok()).await;
    let control = format!("{}/faults", within.region.endpoints().control_url);
    let fault = async |fault| {
        within.client.post(&control).form(&[("source", "acute"), ("fault", fault)]).send().await.unwrap();
    };
    fault("503").await;
    within.program.reconcile_what_is_due().await.unwrap();
    assert!(!within.audited().contains("\"kind\":\"incident\""));
    fault("none").await;
    within.program.reconcile_what_is_due().await.unwrap();
    assert_eq!(within.audited().matches("\"kind\":\"incident\"").count(), 7);
}
