//! The answers on the wire, the professional's names, and the surname looked at where nobody answered.

use super::*;
use crate::testing::launch;
use serde_json::json;

#[test]
fn t66_an_answer_is_one_of_five_and_silence_is_none_of_them() {
    for answer in StaffMatch::ANSWERS {
        assert_eq!(StaffMatch::parse(answer.name()), Some(answer));
    }
    for other in ["unchecked", "", "None", "own ", "self"] {
        assert_eq!(StaffMatch::parse(other), None, "HAZ-048: {other:?}");
    }
    let needing = StaffMatch::ANSWERS.into_iter().filter(|answer| answer.needs_reason());
    assert_eq!(needing.collect::<Vec<_>>(), [StaffMatch::Household, StaffMatch::Listed], "HAZ-048");
}

#[test]
fn the_professional_is_named_by_card_and_by_host_and_never_as_unknown() {
    let with = launch(|claims| claims["nhs"]["sds_user_id"] = json!("555910000102"));
    assert_eq!(professional_ids(&with), ["sds-user-id 555910000102", "host demo-host u-1"]);
    assert_eq!(professional_ids(&launch(|_| {})), ["host demo-host u-1"]);
}

#[test]
fn t66_an_equal_surname_is_seen_however_it_is_written() {
    let called = |family: &'static str| launch(move |claims| claims["nhs"]["family"] = json!(family));
    assert!(has_equal_surname(&called("TEST-PATIENT")), "HAZ-048");
    assert!(!has_equal_surname(&called("Example")));
}
