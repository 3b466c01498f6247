//! The XHTML of a document's section: never a panic, no markup in what is shown (HAZ-020, HAZ-041).
#![no_main]

use fhir::reply::Format;
use libfuzzer_sys::fuzz_target;

#[path = "shared.rs"]
mod shared;

fuzz_target!(|div: &str| {
    let div = serde_json::to_string(div).expect("a string is JSON");
    let text = format!(
        r#"{{"resourceType":"Bundle","type":"document","entry":[{{"resource":{{"resourceType":"Composition","section":[{{"text":{{"div":{div}}}}}]}}}}]}}"#
    );
    let normalised = shared::read(Format::Stu3, &[&text]);
    assert_eq!(normalised.items.len(), 1, "HAZ-040");
    assert!(normalised.items.iter().all(|item| !item.notes.is_empty()), "HAZ-011: a section is never silent");
});
