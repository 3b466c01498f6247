//! One resource to R4 UK Core: never a panic, and what is emitted is JSON again (HAZ-039, HAZ-040).
#![no_main]

use fhir::reply::Format;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = fhir::json::check(bytes) else { return };
    for format in [Format::Stu3, Format::GpConnectStu3, Format::R4, Format::GpConnectHtml] {
        if let Some(emitted) = record::uk_core::emit(text, format) {
            assert!(fhir::json::check(emitted.json.as_bytes()).is_ok(), "HAZ-039");
        }
    }
});
