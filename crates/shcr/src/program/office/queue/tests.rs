//! One takes an alert on, another closes it.

use super::*;
use audit::{Entry, Key, Millis};

fn found(index: u64, cause: &str, by: Option<&str>) -> Found {
    let mut entry = Entry::new(Kind::Alert, Key::alert_step(index, cause), Millis(0));
    entry.cause = Some(cause.to_owned());
    entry.who = by.map(|subject| audit::Who {
        host: "privacy-office".to_owned(),
        subject: subject.to_owned(),
        name: audit::Name { family: "Vale".to_owned(), given: Vec::new(), title: None },
        role: "R10".to_owned(),
        claims: Vec::new(),
        organisation: "ZZ910".to_owned(),
        organisation_name: None,
        sds_user_id: None,
        sds_role_profile_id: None,
        registration: None,
        map: None,
    });
    Found { index, entry, commitment: [0; 32], manifest: None }
}

fn asks(steps: Vec<Found>, officer: &str, step: &str, note: &str) -> Result<String, &'static str> {
    let case = Case { raised: found(1, "PO-06", None), steps };
    let form = StepForm { alert: "1".to_owned(), step: step.to_owned(), note: note.to_owned() };
    allowed(&case, officer, &form).map(|(step, _)| step.to_owned())
}

#[test]
fn nobody_closes_what_they_took_on_themselves() {
    let taken = || vec![found(2, "taken", Some("one"))];
    let note = "Looked into with the ward";
    assert_eq!(asks(Vec::new(), "one", "take", "").as_deref(), Ok("taken"));
    assert!(asks(taken(), "two", "take", "").is_err(), "taken once");
    assert!(asks(taken(), "one", "justified", note).is_err(), "by another");
    assert!(asks(Vec::new(), "two", "breach", note).is_err(), "taken on first");
    assert_eq!(asks(taken(), "two", "breach", note).as_deref(), Ok("closed as a breach"));
    assert!(asks(taken(), "two", "justified", "short").is_err(), "with what was found");
    let closed = || vec![found(2, "taken", Some("one")), found(3, "closed as justified", Some("two"))];
    assert!(asks(closed(), "three", "breach", note).is_err(), "once");
    assert!(asks(taken(), "two", "reopen", note).is_err());
}

#[test]
fn what_lies_too_long_is_overdue_until_it_is_taken_on_and_word_of_it_is_no_end() {
    let case = |causes: &[&str]| Case {
        raised: found(1, "PO-15", None),
        steps: causes.iter().map(|cause| found(2, cause, None)).collect(),
    };
    let told = [cause::TOLD, cause::ESCALATED, cause::ESCALATION_TOLD];
    assert!(!case(&told[..1]).is_overdue() && case(&told).is_overdue());
    assert_eq!(case(&told).next("one"), NextStep::Take, "it is still to be taken on");
    assert!(!case(&[cause::ESCALATED, cause::TAKEN]).is_overdue());
    let shown = alert(&case(&told), "one");
    assert!(
        shown.is_overdue && shown.history.iter().all(|said| !said.contains(" by ")),
        "{:?}",
        shown.history
    );
}

#[test]
fn an_officer_who_opened_the_record_is_known_by_their_card_or_by_their_sign_in() {
    let officer = |sds: Option<&str>| access::launch::Practitioner {
        host_sub: "555".to_owned(),
        display: "Sam Reed".to_owned(),
        family: None,
        given: Vec::new(),
        title: None,
        sds_user_id: sds.map(str::to_owned),
        sds_role_profile_id: None,
        sds_job_role: None,
        local_user_id: None,
        registration: None,
    };
    let who = |host: &str, subject: &str, sds: Option<&str>| {
        let who = found(1, "", Some(subject)).entry.who.unwrap();
        audit::Who { host: host.to_owned(), sds_user_id: sds.map(str::to_owned), ..who }
    };
    assert!(is_one(&who("demo-host", "u-1", Some("9001")), &officer(Some("9001"))));
    assert!(!is_one(&who("direct", "555", Some("9002")), &officer(Some("9001"))));
    assert!(is_one(&who("direct", "555", None), &officer(None)));
    assert!(!is_one(&who("demo-host", "u-2", Some("UNK")), &officer(Some("UNK"))), "no card is nobody's");
    assert!(!is_one(&who("demo-host", "555", None), &officer(Some("9001"))), "another system's user");
}
