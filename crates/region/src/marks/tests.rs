//! Every class of field has its own mark, and nothing else changes.

use super::*;

#[test]
fn every_class_of_field_has_its_mark_and_the_person_stays_who_they_are() {
    let marks = Marks::of("zvkqxwjy");
    let data = STANDARD.encode("%PDF-1.4");
    let mut value = json!({
        "resourceType": "Patient",
        "identifier": [{"system": "https://fhir.nhs.uk/Id/nhs-number", "value": "9991234578"}],
        "name": [{"family": "TESTPATIENT", "given": ["Doreen"]}],
        "text": {"status": "generated", "div": "<div>words</div>"},
        "code": {"coding": [{"code": "1", "display": "as coded"}], "text": "as written"},
        "letter": {"contentType": "application/pdf", "size": 8, "hash": "x", "data": data},
        "note": {"contentType": "text/plain", "data": STANDARD.encode("words")},
    });
    marks.mark(&mut value);
    let decoded = |pointer: &str| {
        let data = value.pointer(pointer).and_then(Value::as_str).unwrap();
        String::from_utf8(STANDARD.decode(data).unwrap()).unwrap()
    };
    let whole = format!("{value}{}{}", decoded("/letter/data"), decoded("/note/data"));
    for Mark { class, mark } in marks.all() {
        assert!(whole.contains(&mark), "no mark of `{class}`");
    }
    assert_eq!(value.pointer("/identifier/0/value").unwrap(), "9991234578", "HAZ-001");
    assert_eq!(value.pointer("/name/0/family").unwrap(), "TESTPATIENT", "HAZ-001");
    assert_eq!(value.pointer("/code/coding/0/display").unwrap(), "as coded");
    assert_eq!(value.pointer("/text/div").unwrap(), "<div>words<p>nvzvkqxwjy</p></div>");
    assert_eq!(value.pointer("/letter/hash"), None, "it would be another's");
}

#[test]
fn marks_of_two_runs_have_nothing_in_common() {
    let (one, other) = (Marks::of("zvkqxwjy").all(), Marks::of("jyxwqkvz").all());
    for (one, other) in one.iter().zip(&other) {
        assert_ne!(one.mark, other.mark);
        assert_eq!(one.class, other.class);
    }
}
