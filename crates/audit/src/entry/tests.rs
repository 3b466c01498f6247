//! Entries are one text, stand alone where they must, and keep people out of `Debug`.

use super::*;
use crate::sample::{self, FAMILY, HOST_SESSION, NHS_NUMBER, NOW, SUBJECT};
use proptest::prelude::*;

#[test]
fn the_same_entry_always_has_the_same_bytes_and_reads_back_equal() {
    let entry = sample::disclosure(1, "gp", 2);
    let bytes = entry.canonical().unwrap();
    assert_eq!(bytes, sample::disclosure(1, "gp", 2).canonical().unwrap());
    let back: Entry = serde_json::from_slice(&bytes).unwrap();
    assert_eq!((back.canonical().unwrap(), &back), (bytes.clone(), &entry));
    assert!(bytes.starts_with(br#"{"at":1795000000123,"configuration":"config-1","decision":{"#));
}

#[test]
fn every_kind_has_one_stored_name() {
    for kind in Kind::ALL {
        assert_eq!(Kind::parse(kind.name()), Some(kind));
        assert_eq!(serde_json::to_value(kind).unwrap(), kind.name());
    }
    assert_eq!(Kind::parse("Open"), None);
}

#[test]
fn an_entry_that_must_stand_alone_is_refused_when_a_part_of_the_story_is_missing() {
    let missing: [fn(&mut Entry); 6] = [
        |e| e.opening = None,
        |e| e.who = None,
        |e| e.how = None,
        |e| e.whom = None,
        |e| e.why = None,
        |e| e.decision = None,
    ];
    for take in missing {
        let mut entry = sample::close(1);
        take(&mut entry);
        assert_eq!(entry.canonical(), Err(EntryFault::StandsAlone));
    }
    assert!(sample::refused(1).canonical().is_ok(), "a refused launch may know less");
}

#[test]
fn a_key_of_another_kind_another_version_and_unknown_fields_are_refused() {
    let mut entry = sample::refused(1);
    entry.key = Key::close(&sample::opening(1));
    assert_eq!(entry.canonical(), Err(EntryFault::Key));
    entry = Entry { v: 2, ..sample::refused(1) };
    assert_eq!(entry.canonical(), Err(EntryFault::Version));
    let mut json = serde_json::to_value(sample::refused(1)).unwrap();
    json["later"] = 1.into();
    assert!(serde_json::from_value::<Entry>(json).is_err());
}

#[test]
fn an_entry_of_the_cap_is_taken_and_one_byte_more_is_refused() {
    let mut entry = sample::refused(1);
    entry.detail.insert("x".to_owned(), String::new());
    let room = CAP - entry.canonical().unwrap().len();
    entry.detail.insert("x".to_owned(), "y".repeat(room));
    assert_eq!(entry.canonical().unwrap().len(), CAP);
    entry.detail.insert("x".to_owned(), "y".repeat(room + 1));
    assert_eq!(entry.canonical(), Err(EntryFault::Size));
}

/// AU28.
#[test]
fn hostile_text_stays_one_line_and_reads_back_as_it_was_typed() {
    let typed = "care\r\n{\"kind\":\"open\"}\u{0}\u{1b}[31m\u{202e}\u{2028}\\\"";
    let mut entry = sample::refused(1);
    entry.cause = Some(typed.to_owned());
    let bytes = entry.canonical().unwrap();
    assert!(bytes.iter().all(|b| *b >= b' '));
    let back: Entry = serde_json::from_slice(&bytes).unwrap();
    assert_eq!(back.cause.as_deref(), Some(typed));
}

/// HAZ-049: an entry that reaches a log or a panic message names nobody.
#[test]
fn nobody_is_named_by_debug() {
    let entry = sample::open(1);
    let said = format!("{entry:?} {:?} {:?} {:?} {:?}", entry.who, entry.whom, entry.how, entry.why);
    for canary in [NHS_NUMBER, FAMILY, SUBJECT, HOST_SESSION] {
        assert!(!said.contains(canary), "HAZ-049: {said}");
    }
}

/// HAZ-049: what comes into a key is bounded, plain and cannot pretend to be another part.
#[test]
fn a_key_keeps_its_parts_apart() {
    let opening = sample::opening(1);
    let forged = Key::disclosure(&opening, "gp:1", 2);
    assert_eq!(forged.as_str(), format!("disclosure:{opening}:gp%3a1:2"));
    assert_ne!(Key::ask(&opening, "a%3ab", 1), Key::ask(&opening, "a:b", 1));
    assert!(Key::ask(&opening, &"x".repeat(5_000), 1).as_str().len() < 200);
    assert!(!Key::session(&[5; 32], 0).as_str().contains(&"05".repeat(32)), "the secret itself is in no key");
    assert!(Key::try_from("open: 1".to_owned()).is_err());
}

proptest! {
    /// AU27.
    #[test]
    fn two_different_entries_never_share_bytes(a in any::<(Option<String>, Vec<String>)>(), b in any::<(Option<String>, Vec<String>)>()) {
        let entry = |(cause, flags): (Option<String>, Vec<String>)| {
            let mut entry = Entry::new(Kind::Incident, Key::of_incident(), NOW);
            (entry.cause, entry.flags) = (cause, flags);
            entry
        };
        let (a, b) = (entry(a), entry(b));
        prop_assert_eq!(a == b, a.canonical().unwrap() == b.canonical().unwrap());
    }
}

impl Key {
    fn of_incident() -> Self {
        Key::try_from("incident:1".to_owned()).unwrap()
    }
}
