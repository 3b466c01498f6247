//! Runs every folder of `fixtures/cases/uk_core`: the resource given, emitted, must be exactly what is expected; why stands
//! beside. `UPDATE_GOLDEN=1` writes what came out: read it against sources.md 9 before it is kept.

use super::law;
use crate::uk_core::{Emitted, emit};
use fhir::reply::Format;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use std::path::Path;

#[derive(Deserialize)]
struct Given {
    format: Format,
    /// Kept as written: digits are part of the case.
    resource: Box<RawValue>,
}

#[test]
fn every_case_is_emitted_as_expected() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/cases/uk_core");
    let mut cases: Vec<_> =
        std::fs::read_dir(&folder).expect("the cases").flatten().map(|case| case.path()).collect();
    cases.sort();
    cases.iter().for_each(|case| check(case));
    assert!(cases.len() >= 45, "only {} cases", cases.len());
}

fn check(case: &Path) {
    let name = case.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let read = |file: &str| {
        std::fs::read_to_string(case.join(file)).unwrap_or_else(|_| panic!("{name}: {file} is missing"))
    };
    assert!(!read("why.md").trim().is_empty(), "{name}: says why");
    let given: Given = serde_json::from_str(&read("given.json")).unwrap_or_else(|e| panic!("{name}: {e}"));
    let emitted = emit(given.resource.get(), given.format).unwrap_or_else(|| panic!("{name}: no resource"));
    if given.format != Format::R4 {
        law::check(given.resource.get(), &emitted, &name);
    }
    let text = shown(&emitted);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(case.join("expect.json"), &text).expect("the case can be written");
        return;
    }
    assert!(
        text == read("expect.json"),
        "{name} differs: read it against the contract, then run with UPDATE_GOLDEN=1"
    );
}

/// The resource one member a line, digits untouched, then what goes with it.
fn shown(emitted: &Emitted) -> String {
    let dropped: Vec<Value> =
        emitted.dropped.iter().map(|dropped| json!({"path": dropped.path, "why": dropped.why})).collect();
    // In the order of the alphabet, whichever order a map keeps in this build.
    let beside = json!({"caveats": emitted.caveats, "dropped": dropped, "kept": emitted.kept, "profile": emitted.profile});
    let beside = serde_json::to_string_pretty(&beside).expect("JSON");
    let mut text = String::from("{\n  \"resource\": ");
    indent(&emitted.json, &mut text);
    text.push_str(",\n  \"beside\": ");
    text.push_str(&beside.replace('\n', "\n  "));
    text.push_str("\n}\n");
    text
}

/// Line breaks and blanks between JSON's tokens, nothing else.
fn indent(json: &str, out: &mut String) {
    let (mut depth, mut in_string, mut escaped) = (1_usize, false, false);
    for c in json.chars().filter(|c| !matches!(c, '\n' | '\r')) {
        if !in_string && c == ' ' {
            continue;
        }
        if in_string || !matches!(c, '{' | '[' | '}' | ']' | ',' | ':') {
            in_string ^= c == '"' && !escaped;
            escaped = in_string && c == '\\' && !escaped;
            out.push(c);
            continue;
        }
        match c {
            '{' | '[' => depth += 1,
            '}' | ']' => depth -= 1,
            _ => {}
        }
        let line = format!("\n{}", "  ".repeat(depth));
        match c {
            '{' | '[' | ',' => out.extend([c.to_string(), line]),
            ':' => out.push_str(": "),
            _ => out.extend([line, c.to_string()]),
        }
    }
}
