//! What a list holds is found however a source writes it, and nothing else is.

use super::*;

fn lists() -> Restrictions {
    let mut lists = Restrictions::default();
    lists.concept("76272004", "Syphilis");
    lists.organisation("ZZ999");
    lists.service_code("specialty", "360");
    lists.service_name("Sexual health");
    lists.document_name("HIV clinic letter");
    lists
}

#[test]
fn haz_023_a_concept_is_found_by_every_name_of_its_system_and_inside_an_expression() {
    let lists = lists();
    let systems = [
        Some("http://snomed.info/sct"),
        Some(" http://snomed.info/sct "),
        Some("http://snomed.info/sct/999000011000000103"),
        Some("urn:oid:2.16.840.1.113883.2.1.3.2.4.15"),
        Some("2.16.840.1.113883.6.96"),
        Some(""),
        None,
    ];
    for system in systems {
        assert!(lists.has_concept(system, "76272004"), "HAZ-023 {system:?}");
        assert!(lists.has_concept(system, "417662000 |History of| : 246090004=76272004"), "HAZ-023");
        assert!(!lists.has_concept(system, "762720041"), "another concept");
    }
    assert!(!lists.has_concept(Some("http://loinc.org"), "76272004"), "a number of another system");
}

#[test]
fn haz_023_words_are_whole_words_in_any_case() {
    let lists = lists();
    assert!(lists.has_term(" SYPHILIS "));
    assert!(
        !lists.has_term("Syphilis screening offered"),
        "only the term itself: other words may say the opposite"
    );
    for name in ["The Brook (Sexual Health)", "SEXUAL-HEALTH clinic", "sexual\u{a0}health"] {
        assert!(lists.names_service(name), "HAZ-023 {name}");
    }
    assert!(!lists.names_service("Bisexual healthcare network"), "a part of a word is no word");
    assert!(lists.has_organisation("zz999"));
    assert!(lists.has_service_code(Some("https://example.test/CodeSystem/Main-Specialty-1"), "360"));
    assert!(
        !lists.has_service_code(Some("https://example.test/CodeSystem/Ward"), "360"),
        "another system's number"
    );
    assert!(lists.names_document("hiv clinic letter, 2024"));
}

#[test]
fn one_pass_passes_over_what_holds_no_word_of_a_list() {
    let lists = lists();
    assert!(!lists.may_concern(r#"{"code":"38341003","display":"Hypertension"}"#));
    assert!(lists.may_concern(r#"{"code":"76272004"}"#));
    assert!(lists.may_concern(r#"{"display":"SEXUAL health"}"#));
    assert!(lists.may_concern(r#"{"code":"\u0037\u0036272004"}"#), "HAZ-023 an escape could hide it");
    assert!(!Restrictions::default().may_concern(r"\u0037"), "nothing is listed");
}

/// A line break in a name is two letters in JSON, and the second is none of the next word.
#[test]
fn haz_023_a_word_is_found_behind_every_escape() {
    let lists = lists();
    for escape in ["\n", "\t", "\r", "\u{8}", "\u{c}", "\"", "\\", "\n\n", " ", "-", "\u{a0}"] {
        let value = serde_json::Value::from(format!("Seen at{escape}sexual{escape}health")).to_string();
        assert!(lists.may_concern(&value), "HAZ-023 {value}");
        let value = serde_json::Value::from(format!("{escape}HIV{escape}clinic{escape}letter")).to_string();
        assert!(lists.may_concern(&value), "HAZ-023 {value}");
    }
    assert!(lists.may_concern(r#""Seen at\/sexual\/health""#), "HAZ-023");
    assert!(
        lists.may_concern("sexual health") && lists.may_concern("\\nsexual"),
        "alone, and at the beginning"
    );
}

/// What every second entry of a record says is no reason to look at it more closely.
#[test]
fn common_words_of_services_are_passed_over() {
    let mut lists = Restrictions::default();
    for name in ["HIV service", "GUM clinic", "gender clinic", "prison"] {
        lists.service_name(name);
    }
    assert!(!lists.may_concern(r#"{"display":"District nursing service, health centre clinic"}"#));
    assert!(lists.names_service("the HIV  Service") && lists.may_concern("the HIV  Service"), "HAZ-023");
    lists.service_name(" - ");
    assert!(!lists.names_service("a b"), "without a word it names nothing");
    lists.service_name("health clinic");
    assert!(lists.may_concern("Health Clinic"), "HAZ-023: where there is no other word, a common one");
}
