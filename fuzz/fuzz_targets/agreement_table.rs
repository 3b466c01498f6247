//! A table of the sharing agreement and a public key, as people write them: refused with a place, never a panic (HAZ-055).
#![no_main]

use access::{organisation::Organisations, signed_note::Verifier};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    match Organisations::read(text) {
        Ok(table) => assert!(table.all().all(|one| table.find(&one.ods).is_some()), "HAZ-055"),
        Err(fault) => assert!(!fault.to_string().is_empty(), "HAZ-055: refused without a word"),
    }
    if let Ok(verifier) = Verifier::parse(text) {
        assert!(!verifier.has_signed(text, "another text"), "HAZ-055");
    }
});
