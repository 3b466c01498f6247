//! Splitting and reading tokens that nobody should have sent.

use super::{Compact, Fault, clean, seconds};
use fhir::{Json, Object};
use proptest::prelude::*;

fn object(text: &str) -> Object<'_> {
    Json::of(text).object().unwrap()
}

#[test]
fn only_whole_seconds_within_reason_are_times() {
    for digits in ["1.5", "1e9", "-1", "\"1\"", "true", "99999999999999999999", "253402300800", "[1]"] {
        assert_eq!(seconds(&object(&format!("{{\"exp\":{digits}}}")), "exp"), Err(Fault("exp")), "HAZ-045");
    }
    assert_eq!(seconds(&object("{\"exp\":12}"), "exp"), Ok(Some(12)));
    assert_eq!(seconds(&object("{}"), "exp"), Ok(None));
}

#[test]
fn texts_that_could_mislead_a_page_or_an_audit_are_refused() {
    for text in
        ["\"\"", "\" \"", "\"a\\u0000\"", "\"a\\r\\nb\"", "\"\\u001b[2J\"", "\"\\u202e\"", "\"\\u2028\"", "1"]
    {
        assert!(clean(Json::of(text), "sub").is_err(), "`{text}`");
    }
    assert!(clean(Json::of(&format!("\"{}\"", "x".repeat(257))), "sub").is_err());
    assert_eq!(clean(Json::of("\" Zoë O'Neil \""), "sub"), Ok("Zoë O'Neil".to_owned()));
}

proptest! {
    #[test]
    fn reading_never_fails_but_by_saying_so(text in "[A-Za-z0-9_.=+/é-]{0,200}") {
        let _ = Compact::read(&text);
    }
}
