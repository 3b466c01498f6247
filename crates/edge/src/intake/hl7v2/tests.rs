//! Messages of invented people through the whole format: read, held, refused, shown; and every file of the corpus.

use super::{Hl7v2, Numbers, Settings};
use crate::format::{About, Format, Kept, Seen, Shown, Unusable};
use crate::unit::{LocalId, Refused, Unit, Untraced, Whose};
use serde_json::Value;
use std::ops::ControlFlow;

/// Real payloads, as published.
mod corpus;
/// What cannot be read, and what must not break.
mod hostile;

pub(crate) const NUMBER: &str = "9990000018";
pub(crate) const OTHER: &str = "9990000026";

/// A message of the invented trust `TESTA`, at an HL7 time, about the person of [`NUMBER`].
pub(crate) fn said(kind: &str, at: &str, control: &str, segments: &[&str]) -> String {
    let ids = format!("{NUMBER}^^^NHS^NH~A1^^^TESTA^MR");
    said_of(&pid(&ids, "01"), kind, at, control, segments)
}

pub(crate) fn said_of(pid: &str, kind: &str, at: &str, control: &str, segments: &[&str]) -> String {
    let event = if kind.starts_with("ORU") { String::new() } else { format!("EVN||{at}\r") };
    let header = format!("MSH|^~\\&|PAS|TESTA|NODE|TESTA|{at}||{kind}|{control}|P|2.4\r");
    format!("{header}{event}{pid}\r{}\r", segments.join("\r"))
}

/// PID with identifiers in PID-3 and a status in PID-32.
pub(crate) fn pid(ids: &str, status: &str) -> String {
    format!("PID|1||{ids}||EXAMPLE^ADA^^^^^L||19600102|2{}{status}", "|".repeat(24))
}

/// The line of a message, and what became of it.
pub(crate) type Taken = (u64, Result<Unit, Refused>);

/// Every message of a file or connection, and what was seen of the whole.
pub(crate) fn read_with(settings: Settings, bytes: &[u8]) -> (Vec<Taken>, Result<Seen, Unusable>) {
    let mut taken = Vec::new();
    let seen = Hl7v2::new(settings).read(&mut &*bytes, &mut |line, unit| {
        taken.push((line, unit));
        ControlFlow::Continue(())
    });
    (taken, seen)
}

/// The one unit of a lone message.
pub(crate) fn unit(text: &str) -> Result<Unit, Refused> {
    unit_with(Settings::default(), text)
}

pub(crate) fn unit_with(settings: Settings, text: &str) -> Result<Unit, Refused> {
    let (mut taken, seen) = read_with(settings, text.as_bytes());
    assert_eq!(seen.expect("a file of one message").units, 1);
    assert_eq!(taken.len(), 1);
    taken.remove(0).1
}

pub(crate) fn training() -> Settings {
    Settings { training: true, ..Settings::default() }
}

pub(crate) fn local(authority: &str, id: &str) -> LocalId {
    LocalId { authority: authority.into(), id: id.into() }
}

/// An id for a name: the same name, the same id.
fn id(name: &str) -> String {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    name.hash(&mut hasher);
    format!("x{:016x}", hasher.finish())
}

pub(crate) fn shown_bytes(bodies: &[Vec<u8>]) -> Vec<Shown> {
    let kept: Vec<Kept<'_>> = bodies.iter().map(|body| Kept { order: 0, body }).collect();
    let about = About { ods: "TEST0", partner: "Test Trust", feed: "pas", id: &id };
    Hl7v2::default().show(&kept, &about)
}

/// What a list of messages is shown as, each message first taken as a unit.
pub(crate) fn shown(messages: &[String]) -> Vec<(Shown, Value)> {
    let bodies: Vec<Vec<u8>> =
        messages.iter().map(|text| unit(text).expect("a message that is taken").body).collect();
    let resources = shown_bytes(&bodies).into_iter();
    resources
        .map(|shown| (serde_json::from_str(&shown.json).expect("JSON"), shown))
        .map(|(v, s)| (s, v))
        .collect()
}

/// The resources of one type.
pub(crate) fn of(messages: &[String], kind: &str) -> Vec<Value> {
    shown(messages)
        .into_iter()
        .filter(|(shown, _)| shown.resource_type == kind)
        .map(|(_, value)| value)
        .collect()
}

/// Everything shown, through the normaliser the gateway uses.
pub(crate) fn normalised(shown: &[Shown]) -> record::Normalised {
    use fhir::reply::{Format, Payload};
    let patient = r#"{"resource":{"resourceType":"Patient","id":"p1"}}"#.to_owned();
    let entries =
        shown.iter().map(|one| format!(r#"{{"resource":{}}}"#, one.json.replace("Patient/~", "Patient/p1")));
    let entries: Vec<String> = std::iter::once(patient).chain(entries).collect();
    let bundle = format!(r#"{{"resourceType":"Bundle","type":"searchset","entry":[{}]}}"#, entries.join(","));
    let text = fhir::json::check(bundle.as_bytes()).expect("well-formed JSON without a repeated key");
    let payload = Payload { format: Format::R4, category: None, text: text.into() };
    let answered = fhir::Reply::of(fhir::SourceId::new("edge"), fhir::ReplyState::Answered);
    record::normalise(&fhir::Reply { payloads: vec![payload], ..answered })
}

/// Nothing shown is left unread by the page, and everything is an item or belongs to one.
pub(crate) fn check_read_whole(shown: &[Shown]) -> record::Normalised {
    let read = normalised(shown);
    assert!(read.unread.is_empty(), "HAZ-040: {:?}", read.unread);
    let context: usize = read.context.values().sum();
    assert_eq!(read.items.len() + context, shown.len() + 1, "HAZ-040: items and context are all there is");
    read
}

const VISIT: &str = "PV1|1|I|WARD1^BAY2^BED3^SITE9|21|||C1^Example^Bob^^^Dr^^^GMC|||300||||19|||||V7^^^TESTA|||||||||||||||||||||||||202403101200";

// HAZ-042: what is not verified is held; it is not refused, since its sender did nothing wrong.
#[test]
fn haz_042_a_message_without_a_verified_number_is_held_and_one_with_it_is_the_persons() {
    let verified = unit(&said("ADT^A01", "20240310120000", "m1", &[VISIT])).expect("taken");
    assert!(matches!(&verified.whose, Whose::Person(number) if number.digits() == NUMBER));
    let ids = format!("{NUMBER}^^^NHS^NH~A1^^^TESTA^MR");
    let open = said_of(&pid(&ids, ""), "ADT^A01", "20240310120000", "m2", &[VISIT]);
    assert!(matches!(unit(&open).expect("taken").whose, Whose::Untraced(Untraced::NotVerified)));
    let vouched = Settings { numbers: Numbers::VerifiedByDefault, ..Settings::default() };
    assert!(matches!(unit_with(vouched, &open).expect("taken").whose, Whose::Person(_)));
}

#[test]
fn the_message_is_kept_whole_under_its_senders_control_id_and_ordered_by_its_event() {
    let text = said("ADT^A08", "202403101200", "m1", &["ZU1|1|x", "ZU1|2", "ZZZ|3"]);
    let taken = unit(&text).expect("taken");
    assert_eq!(taken.body, text.as_bytes());
    assert_eq!(taken.key, "PAS\nTESTA\nm1");
    assert_eq!(taken.order, 1_710_072_000_000);
    assert!(taken.local.contains(&local("TESTA", "A1")), "local numbers are kept");
    let (_, seen) = read_with(Settings::default(), text.as_bytes());
    let seen = seen.expect("read");
    assert_eq!(seen.unknown, [("ZU1".to_owned(), 2), ("ZZZ".to_owned(), 1)], "counted by name");
    assert_eq!(seen.remarks, ["1 read as UTF-8"]);
}

#[test]
fn two_messages_never_replace_each_other() {
    let one = unit(&said("ADT^A08", "202403101200", "m1", &[])).expect("taken");
    let two = unit(&said("ADT^A08", "202403101200", "m2", &[])).expect("taken");
    assert_ne!(one.key, two.key);
}

#[test]
fn what_the_sender_knows_of_the_person_is_the_latest_that_says_so() {
    let first = said("ADT^A28", "20240101", "a", &[]);
    let ids = format!("{NUMBER}^^^NHS");
    let later = format!(
        "PID|1||{ids}||ALIAS^X^^^^^A~EXAMPLE-SMITH^ADA^B^^^^L||196013021200|0|||||||||||||||||||||20240301|Y||01"
    );
    let later = said_of(&later, "ADT^A31", "20240302", "b", &[]);
    let person = |texts: &[&String]| {
        let kept: Vec<Kept<'_>> = texts.iter().map(|text| Kept { order: 0, body: text.as_bytes() }).collect();
        Hl7v2::default().person(&kept).expect("a person")
    };
    let known = person(&[&later, &first]);
    assert_eq!(known.family.as_deref(), Some("EXAMPLE-SMITH"), "the legal name, not the alias");
    assert_eq!(known.given, ["ADA", "B"]);
    assert_eq!(
        known.birth_date.as_deref(),
        Some("1960-01-02"),
        "month 13 is no date: the earlier one stands"
    );
    assert_eq!(known.gender, Some("unknown"));
    assert_eq!(known.deceased.as_deref(), Some("2024-03-01"));
    assert_eq!(person(&[&first]).gender, Some("female"), "2 is ITK's female");
    assert!(unit(&later).is_ok(), "the message is taken all the same");
}

#[test]
fn settings_have_defaults_and_refuse_what_they_do_not_know() {
    let plain: Settings = toml::from_str("").expect("defaults");
    assert_eq!(plain.numbers, Numbers::Status);
    assert!(!plain.training);
    let full = "charset = \"8859/1\"\nnumbers = \"verified-by-default\"\ntraining = true\naccept = [\"2.4\"]";
    let full: Settings = toml::from_str(full).expect("known keys");
    assert_eq!(full.accept, ["2.4"]);
    assert!(toml::from_str::<Settings>("charsets = \"UTF-8\"").is_err());
}
