//! R4 replies, alone and given twice: never a panic, nothing lost (HAZ-040, HAZ-041).
#![no_main]

use fhir::reply::Format;
use libfuzzer_sys::fuzz_target;

#[path = "shared.rs"]
mod shared;

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = fhir::json::check(bytes) else { return };
    let once = shared::read(Format::R4, &[text]);
    let twice = shared::read(Format::R4, &[text, text]);
    assert!(twice.items.len() >= once.items.len(), "HAZ-040: more sent, less shown");
});
