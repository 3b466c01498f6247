//! Invented lines, hostile ones, and published resources as lines.

use super::{Ndjson, Version, lines};
use crate::format::Unusable;
use crate::intake::whole::corpus::{self, normalised, read, show};
use crate::unit::{Act, Unit, Untraced, Whose};
use proptest::prelude::*;
use serde_json::{Value, json};

const R4: Ndjson = Ndjson { version: Version::R4 };
const STU3: Ndjson = Ndjson { version: Version::Stu3 };

fn patient(id: &str, status: &str) -> Value {
    json!({"resourceType": "Patient", "id": id, "name": [{"family": "Other"}], "identifier": [{"extension": [
        {"url": "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-NHSNumberVerificationStatus",
         "valueCodeableConcept": {"coding": [{"code": status}]}}], "system": "https://fhir.nhs.uk/Id/nhs-number", "value": "9990000018"}]})
}

fn units(text: &str) -> Vec<Unit> {
    let (seen, taken) = read(&R4, text.as_bytes());
    assert_eq!(seen.unwrap().units, taken.len() as u64);
    taken.into_iter().map(|(_, unit)| unit.unwrap_or_else(|refused| panic!("{refused}"))).collect()
}

fn refusal(text: &str) -> String {
    read(&R4, text.as_bytes()).1.remove(0).1.unwrap_err().to_string()
}

#[test]
fn lines_of_mixed_types_are_linked_by_the_senders_patient_id() {
    let text = [
        json!({"resourceType": "Observation", "id": "o", "subject": {"reference": "Patient/abc"}}).to_string(),
        String::new(),
        patient("abc", "number-present-and-verified").to_string() + "\r",
        json!({"resourceType": "Practitioner", "id": "d"}).to_string(),
        json!({"resourceType": "Encounter", "id": "e", "subject": {"reference": "https://x.test/fhir/Patient/abc"}}).to_string(),
    ]
    .join("\n");
    let (_, taken) = read(&R4, text.as_bytes());
    let places: Vec<u64> = taken.iter().map(|(place, _)| *place).collect();
    assert_eq!(places, [1, 3, 4, 5], "a refusal names the line of the file");
    let units = units(&text);
    let local = |unit: &Unit| {
        unit.local.iter().map(|name| format!("{}/{}", name.authority, name.id)).collect::<Vec<_>>()
    };
    for place in [0, 1, 3] {
        assert_eq!(local(&units[place]), ["Patient/abc"]);
    }
    assert!(matches!(units[0].whose, Whose::Untraced(Untraced::NoNumber)), "HAZ-042: the node links it");
    assert!(matches!(units[1].whose, Whose::Person(_)));
    assert!(matches!(units[2].whose, Whose::Shared) && units[2].local.is_empty());
    assert_eq!(
        (units[2].key.as_str(), units[2].names.as_slice()),
        ("Practitioner/d", &["Practitioner/d".to_owned()][..])
    );
    let held = &self::units(&patient("abc", "number-not-present").to_string())[0];
    assert!(matches!(held.whose, Whose::Untraced(Untraced::NotVerified)), "HAZ-042");
}

#[test]
fn a_line_that_carries_a_verified_number_says_whose_it_is_and_one_about_several_is_nobodys() {
    let identifier = patient("x", "01")["identifier"][0].clone();
    let own = &units(
        &json!({"resourceType": "Flag", "id": "f", "subject": {"identifier": identifier}}).to_string(),
    )[0];
    assert!(matches!(&own.whose, Whose::Person(number) if number.digits() == "9990000018"));
    let several = json!({"resourceType": "Appointment", "id": "a", "participant": [{"actor": {"reference": "Patient/1"}}, {"actor": {"reference": "Patient/2"}}]});
    let unit = &units(&several.to_string())[0];
    assert!(matches!(unit.whose, Whose::Untraced(Untraced::Several)) && unit.local.is_empty(), "HAZ-005");
    let one = json!({"resourceType": "Appointment", "id": "a", "participant": [{"actor": {"reference": "Patient/1"}}]});
    assert_eq!(units(&one.to_string())[0].local.len(), 1);
}

/// shows: R67
#[test]
fn only_the_reference_to_its_patient_changes_however_it_was_written() {
    let line = r#"{"resourceType":"Observation" , "id":"o","valueQuantity":{"value":1.10},"note":[{"text":"Patient/abc \/ é"}],"subj\u0065ct":{"reference" : "Patient\/abc"},"performer":[{"reference":"Practitioner/abc"},{"ref\u0065rence":"https:\/\/x.test\/Patient\/abc\/_history\/2"}]}"#;
    let shown = show(&R4, &[&units(line)[0]]);
    let expected = line
        .replace(r#""Patient\/abc""#, r#""Patient/~""#)
        .replace(r#""https:\/\/x.test\/Patient\/abc\/_history\/2""#, r#""Patient/~""#);
    assert_eq!(shown[0].json, expected);
    assert_eq!((shown[0].id.as_str(), shown[0].dataset), ("o", "results"));
}

#[test]
fn the_later_line_of_a_key_is_the_later_unit() {
    let line = |meta: &str| format!(r#"{{"resourceType":"Flag","id":"f"{meta}}}"#);
    let first = &units(&line(r#","meta":{"lastUpdated":"2026-01-02T03:04:05Z"}"#))[0];
    let later = &units(&line(r#","meta":{"lastUpdated":"2026-01-02T03:04:06+00:00"}"#))[0];
    assert!(first.key == later.key && first.order < later.order, "HAZ-043");
    let both = units(&format!("{}\n{}", line(""), line("")));
    assert!(both[0].order < both[1].order);
}

#[test]
fn haz_043_a_list_of_deletions_is_a_unit_for_each() {
    let deletion = |url: &str| json!({"request": {"method": "DELETE", "url": url}});
    let list = |entries: Value| {
        json!({"resourceType": "Bundle", "type": "transaction", "entry": entries}).to_string()
    };
    let two = list(json!([deletion("Observation/1"), deletion("https://x.test/fhir/Flag/2")]));
    let (seen, taken) = read(&R4, two.as_bytes());
    assert_eq!(seen.unwrap().units, 1, "one line");
    let keys: Vec<(String, Option<Act>)> =
        taken.into_iter().map(|(_, unit)| unit.unwrap()).map(|unit| (unit.key, unit.act)).collect();
    assert_eq!(keys, [("Observation/1".into(), Some(Act::Delete)), ("Flag/2".into(), Some(Act::Delete))]);
    let put = json!({"request": {"method": "PUT", "url": "Flag/2"}, "resource": {"resourceType": "Flag"}});
    let (_, taken) = read(&R4, list(json!([deletion("Observation/1"), put])).as_bytes());
    assert!(taken[0].1.is_ok() && taken[1].1.is_err());
    assert!(refusal(&list(json!([deletion("")]))).contains("names no resource"));
}

#[test]
fn lines_without_a_name_are_refused_by_name() {
    assert!(refusal(r#"{"resourceType":"Flag"}"#).contains("id"));
    assert!(refusal(r#"{"id":"a"}"#).contains("resourceType"));
    assert!(refusal(r#"{"id":"a","id":"b"}"#).contains("stands twice"), "HAZ-041");
    assert!(refusal("[]").contains("not a JSON object"));
    let (_, taken) = read(&R4, b"{\"a\":\"\xff\"}\n{\"resourceType\":\"Flag\",\"id\":\"f\"}");
    assert!(taken[0].1.is_err() && taken[1].1.is_ok(), "HAZ-040: one bad line is one bad line");
    let stu3 = read(&STU3, br#"{"resourceType":"Unheard","id":"a"}"#).1.remove(0).1.unwrap_err();
    assert!(stu3.to_string().contains("R4 does not know"), "HAZ-040");
}

#[test]
fn stu3_becomes_r4_and_what_r4_cannot_hold_is_counted() {
    let line = r#"{"resourceType":"ReferralRequest","id":"r","status":"active","intent":"order","subject":{"reference":"Patient/abc"},"context":{"reference":"Encounter/e"}}"#;
    let (_, mut taken) = read(&STU3, line.as_bytes());
    let shown = show(&STU3, &[&taken.remove(0).1.unwrap()]);
    let resource: Value = serde_json::from_str(&shown[0].json).unwrap();
    assert_eq!(
        (shown[0].resource_type.as_str(), &resource["encounter"]["reference"]),
        ("ServiceRequest", &json!("Encounter/e"))
    );
    assert_eq!(resource["subject"]["reference"], "Patient/~");
}

#[test]
fn a_line_is_refused_one_byte_past_its_limit_and_the_next_is_read() {
    let rest = "\n{\"resourceType\":\"Flag\",\"id\":\"f\"}";
    for (length, fits) in
        [(lines::LINE_MAX_BYTES - 1, true), (lines::LINE_MAX_BYTES, true), (lines::LINE_MAX_BYTES + 1, false)]
    {
        let head = r#"{"resourceType":"Flag","id":"g","x":""#;
        let line = format!("{head}{}\"}}", "y".repeat(length - head.len() - 2));
        assert_eq!(line.len(), length);
        let (_, taken) = read(&R4, format!("{line}{rest}").as_bytes());
        assert_eq!((taken[0].1.is_ok(), taken[1].1.is_ok(), taken[1].0), (fits, true, 2), "HAZ-041");
    }
    struct Broken(bool);
    impl std::io::Read for Broken {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            if std::mem::replace(&mut self.0, true) {
                return Err(std::io::ErrorKind::ConnectionReset.into());
            }
            buffer[..3].copy_from_slice(b"{\"a");
            Ok(3)
        }
    }
    use crate::format::Format;
    let read = R4.read(&mut Broken(false), &mut |_, _| panic!("nothing was whole"));
    assert_eq!(read, Err(Unusable::Input), "HAZ-042");
}

#[test]
fn a_file_cut_anywhere_is_never_a_panic_and_reading_stops_when_told() {
    let whole = format!(
        "{}\n{}",
        patient("abc", "01"),
        json!({"resourceType": "Flag", "id": "é", "subject": {"reference": "Patient/abc"}})
    );
    for end in 0..whole.len() {
        let (_, taken) = read(&R4, &whole.as_bytes()[..end]);
        assert!(taken.iter().filter(|(_, unit)| unit.is_ok()).count() <= 1, "HAZ-042: cut at {end}");
    }
    use crate::format::Format;
    let mut count = 0;
    let seen = R4.read(&mut whole.as_bytes(), &mut |_, _| {
        count += 1;
        std::ops::ControlFlow::Break(())
    });
    assert_eq!((count, seen.unwrap().units), (1, 1));
}

#[test]
fn published_resources_as_lines_are_shown_and_none_is_unread() {
    let Some(root) = corpus::root() else { return };
    let (mut lines, mut shown_count, mut held, mut unread) = (0, 0, 0, std::collections::BTreeSet::new());
    for (folder, format) in [
        ("uk-core-r4/examples", &R4),
        ("uk-core-r4/observations", &R4),
        ("uk-core-r4/encounters", &R4),
        ("care-connect-stu3/examples", &STU3),
    ] {
        for (name, bytes) in corpus::files(&root.join(folder)) {
            let Ok((_, text)) = crate::intake::whole::wire::to_json(&bytes) else { continue };
            let value: Value = serde_json::from_str(&text).unwrap();
            if value["id"].is_null() || value["resourceType"] == "Bundle" {
                continue;
            }
            lines += 1;
            let (seen, mut taken) = read(format, text.replace(['\n', '\r'], " ").as_bytes());
            assert_eq!(seen.unwrap().units, 1, "{name}");
            let unit = match taken.remove(0).1 {
                Ok(unit) => unit,
                Err(refused) => panic!("{name}: {refused}"),
            };
            held += usize::from(matches!(unit.whose, Whose::Untraced(_)));
            let shown = show(format, &[&unit]);
            assert!(shown.len() == usize::from(value["resourceType"] != "Patient"), "HAZ-040: {name}");
            shown_count += shown.len();
            unread.extend(normalised(&shown).unread.iter().map(|one| one.resource_type.clone()));
        }
    }
    println!("{lines} lines, {shown_count} shown, {held} to be linked or traced");
    let unread: Vec<&str> = unread.iter().map(String::as_str).collect();
    assert_eq!(
        unread,
        ["AuditEvent", "Device", "RequestGroup", "Subscription"],
        "HAZ-040: said on the page, as from any source"
    );
    assert!(lines > 100, "only {lines}");
}

/// JSON of any shape with references in it.
fn values() -> impl Strategy<Value = Value> {
    let reference = prop::sample::select(vec![
        "Patient/abc",
        "https://x.test/Patient/abc",
        "Practitioner/abc",
        "Patient",
        "#p",
        "/\\\"\u{e9}",
    ]);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        "[a-zP/\\\\\"]{0,8}".prop_map(Value::from),
        reference.prop_map(|name| json!({"reference": name})),
    ];
    leaf.prop_recursive(4, 30, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[a-z]{1,5}", inner, 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// The same by another way: a tree, changed.
fn replaced(value: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().map(replaced).collect(),
        Value::Object(members) => {
            let is_patient = |key: &str, value: &Value| {
                key == "reference" && value.as_str().is_some_and(|text| text.ends_with("Patient/abc"))
            };
            let member = |(key, value): (&String, &Value)| {
                let value = if is_patient(key, value) { json!("Patient/~") } else { replaced(value) };
                (key.clone(), value)
            };
            Value::Object(members.iter().map(member).collect())
        }
        other => other.clone(),
    }
}

proptest! {
    /// R67, HAZ-004: in any JSON the references to a Patient become the node's own, however slashes are written.
    #[test]
    fn references_are_rewritten_as_a_tree_would_be(value in values(), escaped in any::<bool>()) {
        let sent = json!({"resourceType": "Basic", "id": "b", "a": value});
        let text = if escaped { sent.to_string().replace('/', "\\/") } else { sent.to_string() };
        let made = crate::intake::whole::subject::own(&text);
        prop_assert_eq!(serde_json::from_str::<Value>(&made).unwrap(), replaced(&sent));
    }
}
