//! The XHTML of one section of the GP Connect HTML view: never a panic, nothing lost (HAZ-040, HAZ-041).
#![no_main]

use fhir::reply::Format;
use libfuzzer_sys::fuzz_target;

#[path = "shared.rs"]
mod shared;

const SECTIONS: [&str; 10] = ["SUM", "PRB", "ENC", "ALL", "CLI", "MED", "REF", "OBS", "IMM", "ADM"];

fuzz_target!(|input: (u8, &str)| {
    let (place, div) = input;
    let code = SECTIONS[usize::from(place) % SECTIONS.len()];
    let div = serde_json::to_string(div).expect("a string is JSON");
    let text = format!(
        r#"{{"resourceType":"Bundle","type":"searchset","entry":[{{"resource":{{"resourceType":"Composition","section":[{{"code":{{"coding":[{{"system":"http://fhir.nhs.net/ValueSet/gpconnect-record-section-1","code":"{code}"}}]}},"text":{{"div":{div}}}}}]}}}}]}}"#
    );
    shared::read(Format::GpConnectHtml, &[&text]);
});
