//! Every published example in XML through the reader of `fhir`, counted by another reader.

use fhir::xml::to_json;
use serde_json::Value;
use std::path::Path;

/// Published and not FHIR, by the beginning of the file's name, and how many of each.
const NOT_FHIR: [(&str, usize, &str); 2] = [
    ("path-R4-example-snippets-", 5, "snippets for a page: nothing says that they are FHIR's elements"),
    ("example-bundle-med-statement-inpatient-resupply-", 1, "values as text between tags, in no attribute"),
];

#[test]
fn every_published_example_in_xml_is_read_but_for_those_that_are_no_fhir() {
    let Some(root) = crate::region::tests::corpus() else {
        println!("SKIPPED: no corpus of published payloads (SHCR_CORPUS): nothing was checked");
        return;
    };
    let (mut read, mut refused) = (0, [0; NOT_FHIR.len()]);
    for (name, text) in super::super::R4_FOLDERS.iter().flat_map(|folder| published(&root.join(folder))) {
        let place = NOT_FHIR.iter().position(|(begins, ..)| name.starts_with(begins));
        match place {
            Some(place) => {
                assert!(to_json(&text).is_err(), "{name} is FHIR after all");
                refused[place] += 1;
            }
            None => {
                check(&name, &text);
                read += 1;
            }
        }
    }
    println!("{read} examples in XML were read, {} are no FHIR", refused.iter().sum::<usize>());
    assert!(read >= 109 + 35, "HAZ-040: only {read}");
    assert_eq!(refused, NOT_FHIR.map(|(_, count, _)| count));
}

/// What holds XML in a folder, whatever it is called.
fn published(folder: &Path) -> Vec<(String, String)> {
    let entries = std::fs::read_dir(folder).unwrap().flatten();
    let named = entries.map(|entry| {
        let text = std::fs::read_to_string(entry.path()).unwrap();
        let text = text.trim_start_matches('\u{feff}').to_owned();
        (entry.file_name().to_string_lossy().into_owned(), text)
    });
    named.filter(|(_, text)| text.trim_start().starts_with('<')).collect()
}

/// As many values in the JSON as in the XML, each narrative and each resource's type counted once: none is lost on the
/// way (HAZ-040).
fn check(name: &str, xml: &str) {
    let json = to_json(xml).unwrap_or_else(|not| panic!("{name}: {not}"));
    fhir::json::check(json.as_bytes()).unwrap_or_else(|not| panic!("{name}: {not}"));
    let document = roxmltree::Document::parse(xml).unwrap();
    let starts_with_capital = |name: &str| name.starts_with(|first: char| first.is_ascii_uppercase());
    let mut expected = 0;
    let mut waiting = vec![document.root_element()];
    while let Some(node) = waiting.pop() {
        let name = node.tag_name().name();
        if name == "div" {
            expected += 1;
            continue;
        }
        let attributes = node.attributes().filter(|attribute| attribute.namespace().is_none()).count();
        expected += attributes + usize::from(starts_with_capital(name));
        waiting.extend(node.children().filter(roxmltree::Node::is_element));
    }
    assert_eq!(leaves(&serde_json::from_str(&json).unwrap()), expected, "HAZ-040: {name}");
}

fn leaves(value: &Value) -> usize {
    match value {
        Value::Array(items) => items.iter().map(leaves).sum(),
        Value::Object(members) => members.values().map(leaves).sum(),
        Value::Null => 0,
        _ => 1,
    }
}
