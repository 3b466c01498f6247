//! Which NHS number a message has, in every form senders write it (HAZ-005, HAZ-042).

use super::super::tests::{NUMBER, OTHER, local, said_of, unit, unit_with};
use crate::intake::hl7v2::{Numbers, Settings};
use crate::unit::{Unit, Untraced, Whose};

/// PID with PID-2, PID-3, PID-19 and PID-32.
fn taken(settings: Settings, second: &str, third: &str, nineteenth: &str, status: &str) -> Unit {
    let pid = format!(
        "PID|1|{second}|{third}||EXAMPLE^ADA{}{nineteenth}{}{status}",
        "|".repeat(14),
        "|".repeat(13)
    );
    unit_with(settings, &said_of(&pid, "ADT^A08", "20240310", "m1", &[])).expect("taken")
}

fn whose(second: &str, third: &str, nineteenth: &str, status: &str) -> Result<String, Untraced> {
    match taken(Settings::default(), second, third, nineteenth, status).whose {
        Whose::Person(number) => Ok(number.digits().to_owned()),
        Whose::Untraced(why) => Err(why),
        Whose::Shared => panic!("a person's"),
    }
}

#[test]
fn haz_042_the_number_is_found_in_every_form_that_was_seen() {
    let forms = [
        ("", format!("{NUMBER}^^^NHS"), ""),
        ("", format!("{NUMBER}^^^NHS^NH"), ""),
        ("", format!("~{NUMBER}^^^NHSNBR^NHSNMBR"), ""),
        ("", format!("7^^^T^MR~{NUMBER}^^^NHS^NH"), ""),
        ("", format!("{NUMBER}^^^NHS&2.16.840&ISO^NI"), ""),
        ("", format!("{NUMBER}^^^^NHSNMBR"), ""),
        ("", "999 000 0018^^^NHS^NH".to_owned(), ""),
        (NUMBER, "^^^^MR".to_owned(), ""),
        ("999 000 0018", "^^^^MR".to_owned(), "999 000 0018"),
        ("", String::new(), NUMBER),
        ("H7", "7^^^T^MR".to_owned(), NUMBER),
    ];
    for (second, third, nineteenth) in forms {
        assert_eq!(
            whose(second, &third, nineteenth, "01"),
            Ok(NUMBER.to_owned()),
            "{second} {third} {nineteenth}"
        );
    }
}

#[test]
fn haz_042_none_several_and_failing_numbers_are_held() {
    let both = format!("{NUMBER}^^^NHS~{OTHER}^^^NHS");
    assert_eq!(whose("", &both, "", "01"), Err(Untraced::Several));
    assert_eq!(whose("", &format!("{NUMBER}^^^NHS"), OTHER, "01"), Err(Untraced::Several));
    assert_eq!(
        whose("", &format!("{NUMBER}^^^NHS~{NUMBER}^^^NHS"), "", "01"),
        Ok(NUMBER.into()),
        "said twice"
    );
    assert_eq!(whose("", "9990000019^^^NHS", "", "01"), Err(Untraced::NotANumber));
    assert_eq!(whose("", "999-000-0018^^^NHS", "", "01"), Err(Untraced::NotANumber), "nothing is mended");
    assert_eq!(whose("9990000019", "", "", "01"), Err(Untraced::NotANumber));
    for third in ["^^^NHS^NH", "", "7^^^T^MR", "\"\"^^^NHS", "^^^^MR"] {
        assert_eq!(whose("", third, "", "01"), Err(Untraced::NoNumber), "{third}");
    }
    assert_eq!(
        whose(&format!("{NUMBER}^^^OTHERS^MR"), "", "", "01"),
        Err(Untraced::NoNumber),
        "another's number"
    );
    assert_eq!(
        whose("", &format!("{NUMBER}^^^T^NI"), "", "01"),
        Err(Untraced::NoNumber),
        "of whatever nation"
    );
}

#[test]
fn haz_042_the_status_decides_and_a_vouched_feed_fills_in_only_where_none_was_sent() {
    let third = format!("{NUMBER}^^^NHS");
    for status in ["", "02", "03", "08", "Trace in Progress", "01~02", "1"] {
        assert_eq!(whose("", &third, "", status), Err(Untraced::NotVerified), "{status}");
    }
    let vouched = || Settings { numbers: Numbers::VerifiedByDefault, ..Settings::default() };
    let is_persons = |status| matches!(taken(vouched(), "", &third, "", status).whose, Whose::Person(_));
    assert!(is_persons("") && is_persons("01"));
    assert!(
        !is_persons("02") && !is_persons("Trace in Progress"),
        "what the sender says overrules the default"
    );
}

#[test]
fn local_numbers_are_kept_with_their_authority_and_a_visit_number_is_never_a_persons() {
    let third = "7^^^T^VN~7^^^T^MR~8^^^T^PI~9^^^^MR~^^^T^MR~6^^^U&1.2&ISO";
    let unit = taken(Settings::default(), "", third, "", "01");
    let expected =
        [local("T", "7"), local("T", "8"), local("TESTA", "9"), local("U", "6"), local("T VN", "7")];
    assert!(unit.local == expected, "the person's numbers first");
}

#[test]
fn a_verified_number_is_one_of_the_persons_names_and_an_unverified_one_is_not() {
    let third = format!("{NUMBER}^^^NHS");
    assert!(taken(Settings::default(), "", &third, "", "01").local.contains(&local("NHS", NUMBER)));
    assert!(taken(Settings::default(), "", &third, "", "02").local.is_empty());
}

#[test]
fn a_message_about_two_people_is_refused() {
    let pid = super::super::tests::pid(&format!("{NUMBER}^^^NHS"), "01");
    let text = said_of(&pid, "ORU^R01", "20240310", "m1", &["OBR|1||f1|T", &pid, "OBR|2||f2|T"]);
    assert_eq!(unit(&text).expect_err("refused").field.as_deref(), Some("PID"));
}
