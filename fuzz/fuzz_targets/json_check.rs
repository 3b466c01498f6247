//! `fhir::json` against serde_json: accepts the same but for the refusals it states, reads the same values (HAZ-039).
#![no_main]

use fhir::Json;
use fhir::json::{NotJson, check};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

fuzz_target!(|bytes: &[u8]| {
    let plain = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match (check(bytes), serde_json::from_slice::<Value>(plain)) {
        // Built with raw values, serde_json takes an object of this one key for a value of its own.
        (Ok(text), _) if text.contains("$serde_json::private") => {}
        (Ok(text), Ok(theirs)) => same(Json::of(text), &theirs),
        (Ok(text), Err(why)) => {
            assert!(why.to_string().contains("number out of range"), "HAZ-039: accepted what is no JSON");
            assert!(
                serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok(),
                "HAZ-039: accepted what is no JSON"
            );
        }
        (Err(NotJson::NotAnObject), Ok(theirs)) => assert!(!theirs.is_object()),
        (Err(NotJson::DuplicateKey { .. } | NotJson::Depth { .. }), Ok(_)) | (Err(_), Err(_)) => {}
        (Err(why), Ok(_)) => panic!("HAZ-039: refused what is JSON: {why}"),
    }
});

fn same(ours: Json<'_>, theirs: &Value) {
    match theirs {
        Value::Object(members) => {
            let object = ours.object().expect("an object");
            // serde_json keeps the last of two equal keys, so fewer members would mean that one came twice.
            assert_eq!(object.keys().count(), members.len(), "HAZ-039");
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
        Value::Null => assert!(ours.items().is_empty() && ours.text().is_none()),
    }
}
