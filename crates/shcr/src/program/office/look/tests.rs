//! What can be asked, and what is wrong with what cannot.

use super::*;

const TODAY: Date = jiff::civil::date(2026, 11, 29);

fn form(by: &str) -> LookForm {
    LookForm { by: by.to_owned(), ..LookForm::default() }
}

fn fields(form: &LookForm) -> Vec<&'static str> {
    Wanted::read(form, TODAY).err().unwrap_or_default().into_iter().map(|fault| fault.field).collect()
}

#[test]
fn what_cannot_be_asked_as_typed_is_said_field_by_field() {
    let number = |number: &str| LookForm { nhs_number: number.to_owned(), ..form("person") };
    assert_eq!(fields(&number("")), ["nhs_number"]);
    assert_eq!(fields(&number("999 123 4579")), ["nhs_number"], "a wrong check digit");
    assert!(fields(&number("999 123 4578")).is_empty());
    assert_eq!(fields(&LookForm { professional: "x".to_owned(), ..form("professional") }), ["professional"]);
    for hostile in ["", "7K2M9QF4", "7K2M-9QF", "7K2M-9QF4-7", "<b>x</b>-4", "７K2M-9QF"] {
        assert_eq!(
            fields(&LookForm { reference: hostile.to_owned(), ..form("reference") }),
            ["reference"],
            "{hostile}"
        );
    }
    let days = |since: &str, until: &str| LookForm {
        since: since.to_owned(),
        until: until.to_owned(),
        ..form("all")
    };
    assert_eq!(fields(&days("2026-02-30", "")), ["since"]);
    assert_eq!(fields(&days("", "yesterday")), ["until"]);
    assert_eq!(fields(&days("2026-11-02", "2026-11-01")), ["since"]);
}

#[test]
fn without_days_the_last_thirty_are_asked_for_and_both_ends_are_included() {
    let wanted = Wanted::read(&form("all"), TODAY).ok().unwrap();
    assert_eq!(wanted.bounds, "2026-10-30 to 2026-11-29");
    let day = LookForm { since: "2026-10-25".to_owned(), until: "2026-10-25".to_owned(), ..form("all") };
    let query = Wanted::read(&day, TODAY).ok().unwrap().query;
    let hours = (query.until.unwrap().0 - query.since.unwrap().0) / 3_600_000;
    assert_eq!(hours, 25, "the day the clocks go back in London");
}
