//! FHIR in XML: never a panic, and what is taken is JSON that our own reader takes (HAZ-041).
#![no_main]

use fhir::reply::Format;
use libfuzzer_sys::fuzz_target;

#[path = "shared.rs"]
mod shared;

fuzz_target!(|text: &str| {
    let Ok(json) = fhir::xml::to_json(text) else { return };
    let checked = fhir::json::check(json.as_bytes()).expect("HAZ-041: what was taken cannot be read");
    shared::read(Format::Stu3, &[checked]);
});
