//! One holds with a reason and a day, another lifts; what is held keeps its documents back too.

use super::*;
use audit::Key;

fn form(step: &str, note: &str, review: &str) -> HoldForm {
    let [step, note, review] = [step, note, review].map(str::to_owned);
    HoldForm { step, note, review, ..HoldForm::default() }
}

fn hold(by: &str, is_held: bool) -> Hold {
    Hold {
        steps: 1,
        is_held,
        by: by.to_owned(),
        by_name: "Vale".to_owned(),
        at: Millis(0),
        review: "2026-12-31".to_owned(),
        reason: "Looked into by the police".to_owned(),
    }
}

#[test]
fn a_row_is_held_with_reason_and_day_and_lifted_by_another() {
    let today = "2026-11-29".parse().unwrap();
    let why = "Looked into by the police";
    let asks = |held: Option<&Hold>, officer: &str, form: HoldForm| {
        allowed(held, officer, &form, today).map(|(step, ..)| step)
    };
    assert_eq!(asks(None, "one", form("hold", why, "2026-12-31")), Ok(cause::HELD));
    for review in ["", "2026-11-29", "2026-11-01", "2028-01-01", "31.12.2026"] {
        assert!(asks(None, "one", form("hold", why, review)).is_err(), "{review}");
    }
    assert!(asks(None, "one", form("hold", "short", "2026-12-31")).is_err());
    assert!(asks(None, "one", form("lift", why, "")).is_err(), "nothing is held");
    let held = hold("one", true);
    assert!(asks(Some(&held), "two", form("hold", why, "2026-12-31")).is_err(), "once");
    assert!(asks(Some(&held), "one", form("lift", why, "")).is_err(), "by another");
    assert_eq!(asks(Some(&held), "two", form("lift", why, "")), Ok(cause::LIFTED));
    let lifted = hold("two", false);
    assert_eq!(asks(Some(&lifted), "two", form("hold", why, "2026-12-31")), Ok(cause::HELD), "and again");
    assert!(asks(Some(&held), "two", form("forget", why, "")).is_err());
}

#[test]
fn what_is_held_keeps_its_documents_back_until_it_is_lifted() {
    let id = OpeningId::from_bytes([7; 16]);
    let step = |n: u32, cause: &str| {
        let mut entry = Entry::new(Kind::Incident, Key::held(&id, n), Millis(0));
        entry.cause = Some(cause.to_owned());
        entry.detail.insert("about".to_owned(), id.to_string());
        entry
    };
    let mut open = Entry::new(Kind::Open, Key::open(&id), Millis(0));
    open.opening = Some(id.clone());
    let other = OpeningId::from_bytes([8; 16]);
    let mut document = Entry::new(Kind::Open, Key::open(&other), Millis(0));
    document.opening = Some(other);
    let mut holds = Holds(BTreeMap::new());
    holds.take(&step(0, cause::HELD));
    assert!(holds.keeps_back(&open) && !holds.keeps_back(&document));
    document.detail.insert(LISTED_BY.to_owned(), id.to_string());
    assert!(holds.keeps_back(&document));
    holds.take(&step(1, cause::LIFTED));
    assert!(!holds.keeps_back(&open) && !holds.keeps_back(&document));
    assert_eq!(holds.0[id.as_str()].steps, 2);
}
