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
