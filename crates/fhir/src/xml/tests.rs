//! Hand-written XML in the forms published examples take, and hostile XML. Every published example: see `region`.

use super::{ATTRIBUTES_MAX, NotFhirXml, NotXml, XML_DEPTH_MAX, check, to_json};
use serde_json::Value;

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

// shows: F16
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
    assert!(crate::json::check(deepest.as_bytes()).is_ok(), "HAZ-041: no deeper than our readers go");
}

#[test]
fn xml_is_refused_one_level_past_its_depth_and_whatever_looks_like_nesting_is_not_counted() {
    let nested = |depth: usize| format!("{}{}", "<a b='>'>".repeat(depth), "</a>".repeat(depth));
    for depth in [XML_DEPTH_MAX - 1, XML_DEPTH_MAX] {
        assert!(check(nested(depth).as_bytes()).is_ok(), "{depth}");
    }
    for depth in [XML_DEPTH_MAX + 1, 1_000_000] {
        assert!(matches!(check(nested(depth).as_bytes()), Err(NotXml::Depth { .. })), "HAZ-041: {depth}");
    }
    let flat = "<a/><!-- <a><a> --><![CDATA[<a><a>]]><?a <a>?><a b=\"<a>\"/>".repeat(100);
    assert!(check(format!("<r>{flat}</r>").as_bytes()).is_ok());
}

#[test]
fn a_document_type_another_encoding_and_what_is_cut_off_are_refused() {
    let bomb = "<!DOCTYPE a [<!ENTITY b 'bbbb'><!ENTITY c '&b;&b;&b;'>]><a>&c;</a>";
    assert_eq!(check(bomb.as_bytes()), Err(NotXml::DocumentType), "HAZ-041");
    assert_eq!(check(b"<?xml version='1.0'?><!DOCTYPE a><a/>"), Err(NotXml::DocumentType));
    assert_eq!(check(b"<a>\xff</a>"), Err(NotXml::Utf8 { at: 3 }));
    let other = "<?xml version='1.0' encoding='ISO-8859-1'?><a>\u{e9}</a>";
    assert_eq!(check(other.as_bytes()), Err(NotXml::Encoding));
    assert!(check("<?xml version='1.0' encoding='UTF-8'?><a>\u{e9}</a>".as_bytes()).is_ok());
    assert_eq!(check(b"<a><!-- "), Err(NotXml::Syntax { at: 3 }));
    assert_eq!(check(b"</a>"), Err(NotXml::Syntax { at: 0 }));
}

#[test]
fn a_document_cut_anywhere_is_never_a_panic() {
    let xml = around(
        "<text><div xmlns='http://www.w3.org/1999/xhtml'>\u{e9}<br/></div></text><!--x--><id value='a'/>",
    );
    for end in 0..xml.len() {
        let bytes = &xml.as_bytes()[..end];
        if let Ok(text) = check(bytes) {
            assert!(to_json(text).is_err(), "HAZ-041: cut at {end}");
        }
    }
    assert!(to_json(check(xml.as_bytes()).unwrap()).is_ok());
}

#[test]
fn an_element_with_attributes_past_the_limit_is_refused_before_a_tree_is_built() {
    let with = |count: usize| {
        let attributes: String = (0..count).map(|place| format!(" a{place}='>'")).collect();
        format!("<a{attributes}/>")
    };
    for count in [ATTRIBUTES_MAX - 1, ATTRIBUTES_MAX] {
        assert!(check(with(count).as_bytes()).is_ok(), "{count}");
    }
    assert_eq!(check(with(ATTRIBUTES_MAX + 1).as_bytes()), Err(NotXml::Attributes { at: 0 }), "HAZ-041");
}

#[test]
fn a_hundred_thousand_names_are_read_in_time() {
    let many: String = (0..100_000).map(|place| format!("<n{place} value='1'/>")).collect();
    let start = std::time::Instant::now();
    assert!(to_json(&around(&many)).is_ok());
    assert!(start.elapsed().as_secs() < 10, "HAZ-041: {:?}", start.elapsed());
}
