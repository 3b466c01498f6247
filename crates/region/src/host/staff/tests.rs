//! The host's organisations about their own: each answer, and that it is only ever about their own.

use super::*;

fn offices() -> (Offices, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    (Offices::make(folder.path()).unwrap(), folder)
}

fn ask(offices: &Offices, ods: &str, name: &str, number: &str) -> &'static str {
    let office = &offices.0[ods];
    let digits = std::fs::read_to_string(&office.key_file).unwrap();
    let byte = |place: usize| u8::from_str_radix(digits.get(place * 2..place * 2 + 2).unwrap(), 16).unwrap();
    let bytes: Vec<u8> = (0..32).map(byte).collect();
    let key = hmac::Key::new(hmac::HMAC_SHA256, &bytes);
    office.say(&Question {
        version: VERSION,
        key: KEY_ID.to_owned(),
        professional: vec![hashed(&key, "professional", name)],
        person: hashed(&key, "person", number),
    })
}

#[test]
fn t66_each_answer_is_given_to_the_one_it_is_about() {
    let (offices, _folder) = offices();
    let bell = "host demo-host nurse.bell";
    for (name, number, expected) in [
        (bell, OWN, "own"),
        ("sds-user-id 555910000102", OWN, "own"),
        (bell, HOUSEHOLD, "household"),
        (bell, COLLEAGUE, "colleague"),
        (bell, LISTED, "listed"),
        ("host demo-host dr.lindqvist", COLLEAGUE, "own"),
        ("host demo-host dr.lindqvist", HOUSEHOLD, "none"),
        ("host demo-host dr.okafor", OWN, "colleague"),
        ("host demo-host nobody", OWN, "colleague"),
        (bell, "9991234578", "none"),
    ] {
        assert_eq!(ask(&offices, "ZZ910", name, number), expected, "HAZ-048: {name} about {expected}");
    }
    assert_eq!(
        ask(&offices, "ZZ911", "host demo-host cpn.grey", OWN),
        "none",
        "not this organisation's staff"
    );
}

#[test]
fn every_organisation_has_a_key_of_its_own() {
    let (offices, _folder) = offices();
    let keys: BTreeSet<String> =
        offices.all().map(|(_, office)| std::fs::read_to_string(&office.key_file).unwrap()).collect();
    assert_eq!(keys.len(), offices.all().count(), "HAZ-049");
}
