//! Digits as sent, and the one thing reckoned with them: the step from the one before.

use super::*;

fn value(value: &str, number: &str, unit: &str) -> Measurement {
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    Measurement { value: some(value), number: some(number), unit: some(unit), ..Measurement::default() }
}

fn plain(number: &str) -> Measurement {
    value(&format!("{number} mmol/L"), number, "mmol/L")
}

#[test]
fn cui_graph_gtab_054_digits_are_as_recorded_and_the_unit_stands_apart() {
    for (sent, unit, digits) in [
        ("10.00 mmol/L", "mmol/L", "10.00"),
        ("<5 mg/L", "mg/L", "<5"),
        ("Not detected", "", "Not detected"),
        ("mg/L", "mg/L", "mg/L"),
        ("7", "", "7"),
    ] {
        let one = value(sent, "", unit);
        assert_eq!(super::digits(&one).as_deref(), Some(digits), "HAZ-014: {sent}");
    }
}

#[test]
fn a_change_is_exact_in_the_digits_sent_and_adds_none() {
    for (latest, previous, said) in [
        ("31", "38", "\u{2212}7"),
        ("5.5", "4.4", "+1.1"),
        ("5.0", "5", "no change"),
        ("0.3", "0.1", "+0.2"),
        ("10.00", "9.5", "+0.5"),
        ("-1.5", "0.5", "\u{2212}2"),
    ] {
        assert_eq!(
            change(&plain(latest), &plain(previous)).as_deref(),
            Some(said),
            "{latest} after {previous}"
        );
    }
}

#[test]
fn no_change_is_reckoned_with_what_is_beyond_a_limit_or_no_plain_number() {
    let below = value("<5 mg/L", "5", "mg/L");
    assert_eq!(change(&below, &value("7 mg/L", "7", "mg/L")), None, "HAZ-015");
    assert_eq!(change(&plain("1e3"), &plain("1")), None);
    assert_eq!(change(&plain("1234567890123456"), &plain("1")), None);
    assert_eq!(change(&plain(""), &plain("1")), None);
    assert_eq!(change(&plain("."), &plain("1")), None);
}

#[test]
fn a_pressure_is_one_value_of_two_and_so_is_its_change() {
    let part = |name: &str, number: &str| Measurement {
        name: fhir::coding::Concept { text: Some(name.into()), codings: vec![] },
        ..value(&format!("{number} mmHg"), number, "mmHg")
    };
    let pressure = |upper: &str, lower: &str| Measurement {
        components: vec![part("Diastolic", lower), part("Systolic", upper)],
        ..Measurement::default()
    };
    let (now, before) = (pressure("104", "58"), pressure("128", "70"));
    assert_eq!(super::digits(&now).as_deref(), Some("104/58"), "HAZ-018");
    assert_eq!(unit(&now), Some("mmHg"));
    assert_eq!(change(&now, &before).as_deref(), Some("\u{2212}24/\u{2212}12"));
}
