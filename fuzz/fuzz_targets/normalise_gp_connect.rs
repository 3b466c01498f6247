//! STU3 replies, alone and given twice: never a panic, nothing lost (HAZ-040, HAZ-041).
#![no_main]

use fhir::reply::Format;
use libfuzzer_sys::fuzz_target;

#[path = "shared.rs"]
mod shared;

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = fhir::json::check(bytes) else { return };
    shared::read(Format::GpConnectStu3, &[text]);
    shared::read(Format::Stu3, &[text, text]);
});
