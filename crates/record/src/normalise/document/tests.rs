//! Documents as one item: whole, in order, protected by their own sections.

use crate::item::{Facts, Label};
use crate::normalise::tests::{check_law, read};
use crate::{Item, Normalised};
use fhir::Category;
use fhir::reply::Format;

fn document(sections: &str, more: &str) -> Normalised {
    let text = format!(
        r#"{{"resourceType":"Bundle","type":"document","entry":[
        {{"fullUrl":"urn:uuid:1","resource":{{"resourceType":"Composition","id":"1","status":"final","title":"Discharge summary",
            "type":{{"coding":[{{"system":"http://snomed.info/sct","code":"373942005","display":"Discharge summary"}}]}},
            "date":"2026-03-01","section":[{sections}]{more}}}}},
        {{"fullUrl":"urn:uuid:2","resource":{{"resourceType":"Condition","id":"2","code":{{"text":"Chest pain"}}}}}},
        {{"fullUrl":"urn:uuid:3","resource":{{"resourceType":"Patient","id":"3"}}}}]}}"#
    );
    let normalised = read(Format::Stu3, None, &text);
    check_law(&normalised, "document");
    normalised
}

fn section(code: &str, title: &str, inner: &str) -> String {
    format!(
        r#"{{"title":"{title}","code":{{"coding":[{{"system":"http://snomed.info/sct","code":"{code}"}}]}},"text":{{"div":"<div>{inner}</div>"}}}}"#
    )
}

fn only(normalised: &Normalised) -> &Item {
    assert_eq!(normalised.items.len(), 1, "the document is one item: {:?}", normalised.items);
    &normalised.items[0]
}

fn said(item: &Item) -> Vec<(&str, &str)> {
    item.notes.iter().map(|note| (note.by.as_deref().unwrap_or_default(), note.text.as_str())).collect()
}

#[test]
fn a_document_is_one_item_whole_and_in_order_and_its_entries_are_context() {
    let sections = [
        section("886781000000108", "Admission details", "<p>Came by ambulance</p>"),
        section("1", "Local heading", "<ul><li>one</li></ul>"),
        section("887201000000105", "Actions", "<p>Review</p>"),
    ];
    let normalised = document(&sections.join(","), "");
    let item = only(&normalised);
    let expected = [
        ("Admission details", "Came by ambulance"),
        ("Local heading", "• one"),
        ("Plan and requested actions (Actions)", "Review"),
    ];
    assert_eq!(said(item), expected);
    assert_eq!(normalised.context.get("Condition"), Some(&1), "HAZ-040 counted, not a second statement");
    assert!(matches!(&item.facts, Facts::Document(d) if d.title.as_deref() == Some("Discharge summary")));
}

#[test]
fn haz_011_an_empty_section_says_why_and_never_reads_as_none() {
    let empty = r#"{"title":"Allergies","emptyReason":{"coding":[{"code":"notasked","display":"Not Asked"}]}},{"title":"Nothing"}"#;
    let sections = format!("{},{empty}", section("887181000000106", "Clinical summary", "<p>x</p>"));
    let normalised = document(&sections, "");
    let said = said(only(&normalised));
    assert_eq!(said[1], ("Allergies", "Left empty by the sender: Not Asked"), "HAZ-011");
    assert_eq!(said[2].1, "Nothing was sent under this heading, and no reason given", "HAZ-011");
}

#[test]
fn haz_023_a_protected_section_or_word_protects_the_whole_document() {
    let plain = section("887181000000106", "Clinical summary", "<p>x</p>");
    let legal = section("886961000000102", "Legal information", "<p>x</p>");
    let concern = section("1077911000000105", "Safeguarding", "<p>x</p>");
    let nested = format!(r#"{{"title":"Outer","section":[{legal}]}}"#);
    for (sections, more, expected) in [
        (plain.clone(), "", Category::Documents),
        (format!("{plain},{legal}"), "", Category::Restricted),
        (format!("{plain},{concern}"), "", Category::Safeguarding),
        (format!("{concern},{legal}"), "", Category::Restricted),
        (format!("{plain},{nested}"), "", Category::Restricted),
        (plain.clone(), r#","confidentiality":"R""#, Category::Restricted),
        (plain.clone(), r#","confidentiality":"V""#, Category::Restricted),
        (plain.clone(), r#","confidentiality":"N""#, Category::Documents),
    ] {
        let normalised = document(&sections, more);
        assert_eq!(only(&normalised).category, expected, "HAZ-023 {more} {sections}");
    }
    let labelled = document(&plain, "").items[0].original.as_sent().to_owned();
    let text = format!(
        r#"{{"resourceType":"Bundle","type":"document","meta":{{"security":[{{"code":"R"}}]}},"entry":[{{"resource":{labelled}}}]}}"#
    );
    let normalised = read(Format::R4, None, &text);
    assert_eq!(only(&normalised).category, Category::Restricted, "HAZ-023 the Bundle's own label");
    assert_eq!(only(&normalised).labels, [Label::Restricted]);
}

#[test]
fn a_table_of_contents_is_no_document_and_its_entries_are_read() {
    let normalised = document(r#"{"entry":[{"reference":"urn:uuid:2"},{"reference":"urn:uuid:3"}]}"#, "");
    assert_eq!(normalised.items.len(), 2, "HAZ-040 the list of contents, and the problem it lists");
    assert_eq!(said(&normalised.items[0]), [("Without a heading", "Chest pain")]);
    assert_eq!(normalised.items[1].words(), "Chest pain");
}

// shows: F28
#[test]
fn haz_020_markup_is_never_kept_and_what_was_left_out_is_said() {
    let hostile = section("1", "A", "<p>words</p><script>alert(1)</script>");
    let broken = r#"{"title":"B","text":{"div":"<div><p>open</div>"}}"#;
    let normalised = document(&format!("{hostile},{broken}"), "");
    let item = only(&normalised);
    assert_eq!(said(item), [("A", "words"), ("B", "In a form shown only as sent")], "HAZ-020");
    assert_eq!(item.caveats.len(), 2, "HAZ-020 {:?}", item.caveats);
}

#[test]
fn haz_041_sections_in_sections_end() {
    let mut sections = section("1", "Deepest", "<p>word</p>");
    for _ in 0..30 {
        sections = format!(r#"{{"title":"t","text":{{"div":"<div>own</div>"}},"section":[{sections}]}}"#);
    }
    let normalised = document(&sections, "");
    let last = only(&normalised).notes.last().map(|note| note.text.clone());
    assert_eq!(last.as_deref(), Some("In a form shown only as sent"), "HAZ-041");
}

#[test]
fn a_message_that_carries_a_document_is_that_document_with_its_attachment() {
    let inner = document(&section("887181000000106", "Clinical summary", "<p>x</p>"), "");
    let composition = inner.items[0].original.as_sent();
    let text = format!(
        r#"{{"resourceType":"Bundle","type":"message","entry":[
        {{"fullUrl":"urn:uuid:h","resource":{{"resourceType":"MessageHeader","event":{{"code":"ITK007C"}},"focus":[{{"reference":"urn:uuid:d"}}]}}}},
        {{"fullUrl":"urn:uuid:d","resource":{{"resourceType":"Bundle","type":"document","entry":[
            {{"resource":{composition}}},{{"resource":{{"resourceType":"Binary","contentType":"application/pdf","content":"AAAA"}}}}]}}}}]}}"#
    );
    for format in [Format::Stu3, Format::R4, Format::GpConnectStu3] {
        let normalised = read(format, None, &text);
        check_law(&normalised, "message");
        let item = only(&normalised);
        assert!(
            matches!(&item.facts, Facts::Document(d) if d.placeholder.as_deref() == Some("Attached file: application/pdf")),
            "HAZ-017"
        );
        let received: usize = normalised.received.values().sum();
        assert_eq!(received, 4, "HAZ-040 header, Bundle, and the two inside");
    }
}

#[test]
fn haz_041_bundles_in_bundles_end_and_the_deepest_is_counted() {
    let mut text = r#"{"resourceType":"Flag","id":"1"}"#.to_owned();
    for _ in 0..12 {
        text = format!(r#"{{"resourceType":"Bundle","type":"collection","entry":[{{"resource":{text}}}]}}"#);
    }
    let normalised = read(Format::R4, None, &text);
    check_law(&normalised, "Bundles");
    assert_eq!((normalised.items.len(), normalised.unread.len()), (0, 1), "HAZ-041");
}

#[test]
fn an_acknowledgement_is_counted_and_not_shown() {
    let text = r#"{"resourceType":"Bundle","type":"message","entry":[
        {"resource":{"resourceType":"MessageHeader","event":{"code":"ITK008M"},"response":{"identifier":"1","code":"fatal-error"}}},
        {"resource":{"resourceType":"OperationOutcome","issue":[{"severity":"fatal","code":"duplicate"}]}}]}"#;
    let normalised = read(Format::Stu3, None, text);
    check_law(&normalised, "acknowledgement");
    assert!(normalised.items.is_empty() && normalised.unread.is_empty() && normalised.warnings.is_empty());
}

#[test]
fn a_replaced_document_is_past_and_says_so() {
    let of = |id: &str, more: &str| {
        format!(
            r#"{{"resource":{{"resourceType":"Composition","id":"{id}","status":"final","title":"Letter","identifier":{{"system":"https://example.test/id","value":"doc-{id}"}}{more}}}}}"#
        )
    };
    let newer = of("2", r#","relatesTo":[{"code":"replaces","targetIdentifier":{"value":"doc-1"}}]"#);
    let text =
        format!(r#"{{"resourceType":"Bundle","type":"collection","entry":[{},{newer}]}}"#, of("1", ""));
    let normalised = read(Format::Stu3, None, &text);
    let caveats: Vec<&str> =
        normalised.items.iter().flat_map(|item| &item.caveats).map(String::as_str).collect();
    assert_eq!(caveats, ["Replaced by a later version", "Replaces an earlier version"]);
}
