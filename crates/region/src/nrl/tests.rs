//! Types, parameters and tokens of the locator.

use super::{parameters::token, *};

#[test]
fn a_page_token_leads_where_it_was_given_and_a_guess_leads_nowhere() {
    let pairs = |value: &str| -> Pairs {
        let subject = format!("{}|9991234578", fhir::nhs_number::SYSTEM);
        vec![("subject:identifier".into(), subject), ("next-page-token".into(), value.into())]
    };
    assert_eq!(Asked::search(&pairs(&token(40))).unwrap().offset, 40);
    for guess in ["", "20", "ZnJvbSA", "ZnJvbSAtMQ", "é"] {
        assert!(Asked::search(&pairs(guess)).is_err(), "{guess}");
    }
}

#[test]
fn only_types_that_were_agreed_are_searched_for() {
    let asked = |code: &str| {
        let subject = format!("{}|9991234578", fhir::nhs_number::SYSTEM);
        Asked::search(&vec![("subject:identifier".into(), subject), ("type".into(), code.into())]).is_ok()
    };
    assert!(asked("http://snomed.info/sct|736253002"));
    for code in [
        "736253002",
        "http://snomed.info/sct|",
        "http://snomed.info/sct|16521000000101",
        "http://loinc.org|736253002",
    ] {
        assert!(!asked(code), "{code}");
    }
}
