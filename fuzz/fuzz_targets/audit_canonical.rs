//! The text an audit entry is hashed as: one value, one text; two values, two texts (HAZ-030).
#![no_main]

use libfuzzer_sys::fuzz_target;
use serde_json::Value;

fuzz_target!(|texts: (&[u8], &[u8])| {
    let read = |bytes: &[u8]| serde_json::from_slice::<Value>(bytes).ok();
    let Some(value) = read(texts.0) else { return };
    let Ok(text) = audit::canonical::canonical(&value) else { return };
    let again = read(&text).expect("HAZ-030: the canonical text is no JSON");
    assert_eq!(again, value, "HAZ-030: it says something else");
    assert_eq!(audit::canonical::canonical(&again).as_ref(), Ok(&text), "HAZ-030: a second text for one value");
    if let Some(other) = read(texts.1).filter(|other| *other != value) {
        assert_ne!(audit::canonical::canonical(&other), Ok(text), "HAZ-030: two values, one text");
    }
});
