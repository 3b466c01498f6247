//! Random documents, whole and mutilated: [`check`] accepts what serde_json accepts but for the refusals we state, and
//! reads what serde_json reads (HAZ-039, HAZ-041).

use super::super::*;
use proptest::prelude::*;
use serde_json::Value;

/// Text of a JSON value, written in one of many ways: blanks, escapes, odd numbers, keys that may come twice.
fn written() -> impl Strategy<Value = String> {
    let number = proptest::sample::select(vec![
        "0",
        "-0",
        "10.00",
        "1e5",
        "1E-5",
        "1e999",
        "-1e-999",
        "123456789012345678901234567890",
        "0.1e+2",
        "18446744073709551616",
    ]);
    let string = proptest::sample::select(vec![
        r#""""#,
        r#""a\"b""#,
        r#""\u0041""#,
        r#""\ud83d\ude00""#,
        "\"😀 é\"",
        r#""\/\b\f\n\r\t\\""#,
        r#""{[""#,
        "\"\u{7f}\u{2028}\"",
    ]);
    let word = proptest::sample::select(vec!["true", "false", "null"]);
    let leaf = prop_oneof![number, string, word].prop_map(str::to_owned);
    let key = proptest::sample::select(vec![
        r#""a""#,
        r#""\u0061""#,
        r#""b""#,
        r#""c d""#,
        r#""é""#,
        r#""\u00e9""#,
        r#""""#,
        r#""resourceType""#,
    ]);
    let blank = proptest::sample::select(vec!["", " ", "\n", "\t\r\n "]);
    leaf.prop_recursive(6, 48, 6, move |inner| {
        let member =
            (key.clone(), blank.clone(), inner.clone()).prop_map(|(k, b, v)| format!("{b}{k}{b}:{b}{v}{b}"));
        prop_oneof![
            proptest::collection::vec(member, 0..6).prop_map(|members| format!("{{{}}}", members.join(","))),
            proptest::collection::vec(inner, 0..6).prop_map(|items| format!("[{}]", items.join(" , "))),
        ]
    })
}

/// A few bytes changed, left out or put in.
fn mutilated() -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![proptest::sample::select(b"{}[]\",:\\u0e.-+ 1atfn".to_vec()), any::<u8>()];
    let changes = proptest::collection::vec((any::<prop::sample::Index>(), 0..3u8, byte), 0..4);
    (written(), changes).prop_map(|(text, changes)| {
        let mut bytes = format!("{{\"top\":{text}}}").into_bytes();
        for (place, kind, byte) in changes {
            let at = place.index(bytes.len());
            match kind {
                0 => bytes[at] = byte,
                1 => bytes.insert(at, byte),
                _ if bytes.len() > 1 => drop(bytes.remove(at)),
                _ => {}
            }
        }
        bytes
    })
}

/// Whether any object of a text that parses holds one key twice, by another way than the scanner's.
fn has_twice(json: &str) -> bool {
    let json = json.trim();
    if let Ok(Members(members)) = serde_json::from_str(json) {
        let mut keys: Vec<&String> = members.iter().map(|(key, _)| key).collect();
        keys.sort();
        return keys.windows(2).any(|pair| pair[0] == pair[1])
            || members.iter().any(|(_, value)| has_twice(value.get()));
    }
    let items: Vec<Box<serde_json::value::RawValue>> = serde_json::from_str(json).unwrap_or_default();
    items.iter().any(|item| has_twice(item.get()))
}

struct Members(Vec<(String, Box<serde_json::value::RawValue>)>);

impl<'de> serde::Deserialize<'de> for Members {
    fn deserialize<D: serde::Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
        struct All;
        impl<'de> serde::de::Visitor<'de> for All {
            type Value = Members;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut all = Vec::new();
                while let Some(member) = map.next_entry()? {
                    all.push(member);
                }
                Ok(Members(all))
            }
        }
        reader.deserialize_map(All)
    }
}

/// Every value read through our readers is what serde_json read.
fn same(ours: Json<'_>, theirs: &Value) {
    match theirs {
        Value::Object(members) => {
            let object = ours.object().expect("an object");
            assert_eq!(object.keys().count(), members.len());
            for (key, value) in members {
                same(object.get(key).expect("a member"), value);
            }
        }
        Value::Array(items) => {
            let read = ours.items();
            assert_eq!(read.len(), items.len());
            read.into_iter().zip(items).for_each(|(ours, theirs)| same(ours, theirs));
        }
        Value::String(text) => assert_eq!(ours.text().as_deref(), Some(text.as_str())),
        Value::Bool(yes) => assert_eq!(ours.boolean(), Some(*yes)),
        Value::Number(number) => {
            let read: serde_json::Number =
                serde_json::from_str(ours.number().expect("digits")).expect("a number");
            assert_eq!(&read, number);
        }
        Value::Null => assert!(ours.items().is_empty() && ours.text().is_none() && ours.object().is_none()),
    }
}

fn compare(bytes: &[u8]) {
    let ours = check(bytes);
    let plain = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match (ours, serde_json::from_slice::<Value>(plain)) {
        (Ok(text), Ok(theirs)) => {
            assert!(theirs.is_object() && !has_twice(text), "HAZ-039: accepted what must be refused");
            same(Json::of(text), &theirs);
        }
        (Ok(text), Err(why)) => {
            assert!(why.to_string().contains("number out of range"), "accepted what is no JSON: {why}");
            assert!(serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok(), "accepted what is no JSON");
        }
        (Err(NotJson::DuplicateKey { .. }), Ok(_)) => {
            assert!(std::str::from_utf8(plain).is_ok_and(has_twice), "refused what has no key twice");
        }
        (Err(NotJson::NotAnObject), Ok(theirs)) => assert!(!theirs.is_object()),
        (Err(NotJson::Depth { .. }), _) => {}
        (Err(why), Ok(_)) => panic!("refused what is JSON: {why}"),
        (Err(_), Err(_)) => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn check_and_the_readers_agree_with_another_reader(text in written()) {
        compare(format!("{{\"top\":{text}}}").as_bytes());
        compare(text.as_bytes());
    }

    #[test]
    fn check_agrees_with_another_reader_on_mutilated_documents(bytes in mutilated()) {
        compare(&bytes);
    }

    #[test]
    fn what_was_not_checked_reads_as_something_or_nothing(bytes in mutilated()) {
        fn read(json: Json<'_>) -> usize {
            let members = json.object().map_or(0, |object| object.members().map(|(_, value)| read(value)).sum());
            let items = json.items().into_iter().filter(|item| item.as_sent().len() < json.as_sent().len());
            1 + members + items.map(read).sum::<usize>()
        }
        let text = String::from_utf8_lossy(&bytes);
        prop_assert!(read(Json::of(&text)) <= text.len() + 1);
    }

    #[test]
    fn check_agrees_with_another_reader_on_any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
        compare(&bytes);
    }
}
