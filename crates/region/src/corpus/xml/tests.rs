//! Hand-written XML in the forms published examples take, hostile XML, and every published example.

use super::{NotFhirXml, to_json};
use serde_json::Value;
use std::path::Path;

fn around(inside: &str) -> String {
    format!(r#"<Observation xmlns="http://hl7.org/fhir">{inside}</Observation>"#)
}

#[test]
fn a_resource_becomes_its_json_with_digits_arrays_and_narrative_as_sent() {
    let xml = r#"<?xml version="1.0" encoding="UTF-8"?>
        <!-- invented -->
        <Observation xmlns="http://hl7.org/fhir">
          <id value="one"/>
          <text><status value="generated"/><div xmlns="http://www.w3.org/1999/xhtml">A &amp; <b>B</b></div></text>
          <contained><Specimen><id value="s"/></Specimen></contained>
          <extension url="https://example.test/seen"><valueBoolean value="true"/></extension>
          <identifier><system value="https://example.test/id"/><value value="007"/></identifier>
          <status value="final"/>
          <category><coding><code value="vital-signs"/></coding></category>
          <code><coding><code value="1"/><display value="true"/></coding><coding><code value="2"/></coding></code>
          <subject><identifier><value value="12"/></identifier></subject>
          <valueQuantity><value value="1.10"/><unit value="mg"/></valueQuantity>
          <component><code><text value="Caf&#233; &lt;b&gt;"/></code><valueString value="false"/></component>
        </Observation>"#;
    let expected = concat!(
        r#"{"resourceType":"Observation","id":"one","text":{"status":"generated","#,
        r#""div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">A &amp; <b>B</b></div>"},"#,
        r#""contained":[{"resourceType":"Specimen","id":"s"}],"#,
        r#""extension":[{"url":"https://example.test/seen","valueBoolean":true}],"#,
        r#""identifier":[{"system":"https://example.test/id","value":"007"}],"status":"final","#,
        r#""category":[{"coding":[{"code":"vital-signs"}]}],"#,
        r#""code":{"coding":[{"code":"1","display":"true"},{"code":"2"}]},"#,
        r#""subject":{"identifier":{"value":"12"}},"valueQuantity":{"value":1.10,"unit":"mg"},"#,
        r#""component":[{"code":{"text":"Café <b>"},"valueString":"false"}]}"#,
    );
    assert_eq!(to_json(xml).unwrap(), expected, "HAZ-014, HAZ-040");
}

#[test]
fn a_bundle_holds_its_resources_and_a_request_address_stays_a_text() {
    let xml = r#"<Bundle xmlns='http://hl7.org/fhir'><type value='batch'/><total value="1"/><entry>
        <fullUrl value="urn:uuid:1"/><resource><Patient><name><given value="A"/></name></Patient></resource>
        <request><method value='POST'/><url value='Patient'/></request></entry></Bundle>"#;
    let expected = concat!(
        r#"{"resourceType":"Bundle","type":"batch","total":1,"entry":[{"fullUrl":"urn:uuid:1","#,
        r#""resource":{"resourceType":"Patient","name":[{"given":["A"]}]},"#,
        r#""request":{"method":"POST","url":"Patient"}}]}"#
    );
    assert_eq!(to_json(xml).unwrap(), expected);
}

#[test]
fn extensions_of_a_value_stand_beside_it_and_an_absent_value_keeps_its_place() {
    let inner = |value: &str| format!(r#"<extension url="u"><valueCode value="{value}"/></extension>"#);
    let xml = format!(
        r#"<Patient xmlns="http://hl7.org/fhir"><name><given value="A"/><given>{}</given></name>
           <birthDate value="1950" id="b">{}</birthDate><deceasedDateTime>{}</deceasedDateTime></Patient>"#,
        inner("x"),
        inner("y"),
        inner("z")
    );
    let read: Value = serde_json::from_str(&to_json(&xml).unwrap()).unwrap();
    assert_eq!(read["name"][0]["given"], serde_json::json!(["A", null]));
    assert_eq!(read["name"][0]["_given"][1]["extension"][0]["valueCode"], "x");
    assert!(read["name"][0]["_given"][0].is_null());
    assert_eq!(read["birthDate"], "1950");
    assert_eq!(read["_birthDate"]["id"], "b");
    assert!(read.get("deceasedDateTime").is_none());
    assert_eq!(read["_deceasedDateTime"]["extension"][0]["valueCode"], "z");
}

#[test]
fn a_number_that_json_could_not_write_stays_a_text() {
    for odd in ["007", "+1", "1,5", "1e", "NaN", "< 5", "0x1F", ""] {
        let escaped = odd.replace('<', "&lt;");
        let xml =
            around(&format!(r#"<valueQuantity><value value="{escaped}"/><unit value="g"/></valueQuantity>"#));
        let read: Value = serde_json::from_str(&to_json(&xml).unwrap()).unwrap();
        assert_eq!(read["valueQuantity"]["value"], odd, "HAZ-014: as it was sent");
    }
}

#[test]
fn what_is_hostile_or_no_fhir_is_refused_and_not_guessed_at() {
    let entity = r#"<!DOCTYPE Observation [<!ENTITY e SYSTEM "file:///etc/hostname">]>"#;
    let xml = [
        String::new(),
        "{}".to_owned(),
        "<Observation".to_owned(),
        format!("{entity}{}", around(r#"<id value="&e;"/>"#)),
        format!("<!DOCTYPE Observation>{}", around(r#"<id value="a"/>"#)),
        around(r#"<id value="&nbsp;"/>"#),
        around(r#"<id value="a" value="b"/>"#),
    ];
    for xml in xml {
        assert!(matches!(to_json(&xml), Err(NotFhirXml::Xml(_))), "HAZ-041: {xml}");
    }
    for xml in ["<html/>", "<Observation/>", r#"<observation xmlns="http://hl7.org/fhir"/>"#] {
        assert!(matches!(to_json(xml), Err(NotFhirXml::Resource(_))), "{xml}");
    }
    let strays = [
        "text",
        "<status/>",
        r#"<status value="a">text</status>"#,
        r#"<status values="final"/>"#,
        r#"<status xmlns="urn:other" value="final"/>"#,
        "<contained><Patient/><Patient/></contained>",
    ];
    for inside in strays {
        assert!(to_json(&around(inside)).is_err(), "HAZ-040: {inside}");
    }
}

#[test]
fn nesting_without_end_is_refused_and_what_is_allowed_is_readable() {
    let nested = |depth: usize| {
        around(&format!(
            "{}{}",
            "<component>".repeat(depth) + r#"<id value="a"/>"#,
            "</component>".repeat(depth)
        ))
    };
    for depth in [200, 100_000] {
        assert!(matches!(to_json(&nested(depth)), Err(NotFhirXml::Deep)), "HAZ-041: {depth}");
    }
    let deepest = (1..200).rev().find_map(|depth| to_json(&nested(depth)).ok()).unwrap();
    assert!(fhir::json::check(deepest.as_bytes()).is_ok(), "HAZ-041: no deeper than our readers go");
}

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
