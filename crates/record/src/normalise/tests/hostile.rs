//! Replies that are odd, empty, looped or hostile: read, counted, never a panic.

use super::{check_law, read};
use fhir::Category;
use fhir::reply::Format;

const FORMATS: [Format; 3] = [Format::GpConnectStu3, Format::Stu3, Format::R4];

// shows: F18
#[test]
fn haz_040_unknown_types_and_entries_without_resource_are_counted_never_gone() {
    let text = r#"{"resourceType":"Bundle","type":"searchset","entry":[
        {"resource":{"resourceType":"Basic","id":"1"}},{"resource":{}},{"fullUrl":"x"},3,
        {"resource":{"resourceType":"Flag"}}]}"#;
    for format in FORMATS {
        let normalised = read(format, Some(Category::Alerts), text);
        check_law(&normalised, "odd entries");
        assert_eq!((normalised.items.len(), normalised.unread.len()), (1, 4), "HAZ-040");
    }
}

#[test]
fn haz_041_references_in_a_circle_end() {
    let text = r##"{"resourceType":"Bundle","type":"collection","entry":[
        {"resource":{"resourceType":"List","id":"a","code":{"coding":[{"code":"325851000000107"}]},
            "encounter":{"reference":"Encounter/e"},"entry":[{"item":{"reference":"List/a"}}]}},
        {"resource":{"resourceType":"Encounter","id":"e","status":"finished"}},
        {"resource":{"resourceType":"DiagnosticReport","id":"r","result":[{"reference":"Observation/o"}]}},
        {"resource":{"resourceType":"Observation","id":"o","related":[
            {"type":"has-member","target":{"reference":"Observation/p"}},{"type":"derived-from","target":{"reference":"Observation/o"}}]}},
        {"resource":{"resourceType":"Observation","id":"p","hasMember":[{"reference":"Observation/o"}],
            "related":[{"type":"derived-from","target":{"reference":"Observation/o"}}]}},
        {"resource":{"resourceType":"MedicationRequest","id":"m","basedOn":[{"reference":"MedicationRequest/m"}]}},
        {"resource":{"resourceType":"PractitionerRole","id":"x","practitioner":{"reference":"PractitionerRole/x"}}},
        {"resource":{"resourceType":"Condition","asserter":{"reference":"PractitionerRole/x"}}},
        {"resource":{"resourceType":"Flag","author":{"reference":"#f"},"contained":[{"resourceType":"PractitionerRole","id":"f",
            "organization":{"reference":"#f"}}]}}]}"##;
    for format in FORMATS {
        let normalised = read(format, None, text);
        check_law(&normalised, "circles");
    }
}

#[test]
fn haz_040_members_of_the_wrong_shape_lose_no_entry() {
    let shapes =
        ["null", "3", "\"text\"", "true", "[]", "{}", "[[]]", "[null]", "{\"coding\":3}", "[{\"text\":4}]"];
    let kinds = [
        "AllergyIntolerance",
        "MedicationStatement",
        "MedicationRequest",
        "Condition",
        "Observation",
        "DiagnosticReport",
        "Encounter",
        "CarePlan",
        "DocumentReference",
        "Immunization",
        "List",
        "QuestionnaireResponse",
        "Consent",
        "Flag",
    ];
    let members = [
        "code",
        "status",
        "identifier",
        "onset",
        "note",
        "reaction",
        "dosage",
        "component",
        "content",
        "item",
        "meta",
        "period",
        "entry",
        "valueQuantity",
        "basedOn",
        "result",
        "contained",
        "extension",
        "medicationReference",
        "activity",
    ];
    for kind in kinds {
        for shape in shapes {
            let body: Vec<String> = members.iter().map(|member| format!("\"{member}\":{shape}")).collect();
            let text = format!(
                r#"{{"resourceType":"Bundle","entry":[{{"resource":{{"resourceType":"{kind}",{}}}}}]}}"#,
                body.join(",")
            );
            for format in FORMATS {
                check_law(&read(format, None, &text), kind);
            }
        }
    }
}

// shows: F27
#[test]
fn haz_018_an_unknown_modifier_is_said() {
    let text = r#"{"resourceType":"Condition","id":"1","code":{"text":"Asthma"},
        "modifierExtension":[{"url":"https://example.test/StructureDefinition/negated","valueBoolean":true}]}"#;
    let normalised = read(Format::R4, Some(Category::Problems), text);
    assert!(normalised.items[0].caveats[0].contains("negated"), "HAZ-018");
}

#[test]
fn haz_023_labels_file_the_item_and_its_neighbours() {
    let text = r#"{"resourceType":"Bundle","entry":[
        {"resource":{"resourceType":"Condition","id":"1","encounter":{"reference":"Encounter/e"},
            "meta":{"security":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"STD"}]}}},
        {"resource":{"resourceType":"Encounter","id":"e","status":"finished"}},
        {"resource":{"resourceType":"Observation","id":"2","encounter":{"reference":"Encounter/e"}}},
        {"resource":{"resourceType":"Observation","id":"3"}},
        {"resource":{"resourceType":"Condition","id":"4","meta":{"security":[{"code":"PSY"}]}}},
        {"resource":{"resourceType":"Condition","id":"5","meta":{"security":[{"code":"NOPAT"}]}}}]}"#;
    let normalised = read(Format::R4, None, text);
    let categories: Vec<Category> = normalised.items.iter().map(|item| item.category).collect();
    let restricted = Category::Restricted;
    let expected =
        [restricted, restricted, restricted, Category::Results, Category::MentalHealth, Category::Problems];
    assert_eq!(categories, expected, "HAZ-023");
    assert_eq!(normalised.items[5].labels, [crate::item::Label::NotForThePerson], "HAZ-023");
}

#[test]
fn haz_023_one_plan_found_by_two_searches_is_one_item_in_the_more_protected_category() {
    let plan = r#"{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"CarePlan","id":"1","title":"Crisis plan"}}]}"#;
    let payloads = [Category::CarePlans, Category::MentalHealth]
        .map(|category| super::payload(Format::R4, Some(category), plan.as_bytes()));
    let normalised = crate::normalise(&super::reply(payloads.to_vec()));
    check_law(&normalised, "twice");
    let categories: Vec<Category> = normalised.items.iter().map(|item| item.category).collect();
    assert_eq!(categories, [Category::MentalHealth], "HAZ-023");
}

#[test]
fn haz_017_a_document_of_two_answers_is_shown_once_as_the_search_for_documents_has_it() {
    let bundle = |meta: &str, attachment: &str| {
        format!(
            r#"{{"resourceType":"Bundle","entry":[{{"resource":{{"resourceType":"DocumentReference","id":"1",{meta}
            "status":"current","type":{{"text":"Letter"}},"content":[{{"attachment":{{{attachment}}}}}]}}}}]}}"#
        )
    };
    let nopat = r#""meta":{"security":[{"code":"NOPAT"}]},"#;
    let structured = bundle(nopat, r#""title":"Letter""#);
    let search = bundle("", r#""url":"https://gp.example/Binary/1""#);
    let structured = super::payload(Format::GpConnectStu3, None, structured.as_bytes());
    let search = super::payload(Format::Stu3, Some(Category::Documents), search.as_bytes());
    for payloads in [vec![structured.clone(), search.clone()], vec![search, structured]] {
        let normalised = crate::normalise(&super::reply(payloads));
        check_law(&normalised, "a document twice");
        let [item] = normalised.items.as_slice() else { panic!("HAZ-040 once: {:?}", normalised.items) };
        let crate::item::Facts::Document(document) = &item.facts else { panic!("a document") };
        assert!(document.retrieval.is_some(), "HAZ-017 it can be had");
        assert_eq!(item.labels, [crate::item::Label::NotForThePerson], "HAZ-023 either label counts");
    }
}

#[test]
fn haz_056_frailty_is_what_was_recorded_and_every_value_is_in_what_was_sent() {
    let observation = |id: u8, words: &str, value: &str| {
        format!(
            r#"{{"resource":{{"resourceType":"Observation","id":"{id}","status":"final","code":{{"text":"{words}"}},
            "valueQuantity":{{"value":{value},"unit":"score"}}}}}}"#
        )
    };
    let rows = [
        ("Clinical frailty scale", "6"),
        ("Falls in the last year", "2"),
        ("Fallopian tube length", "11.0"),
        ("Tinetti", "19"),
    ];
    let entries: Vec<String> =
        (0u8..).zip(rows).map(|(id, (words, value))| observation(id, words, value)).collect();
    let text = format!(r#"{{"resourceType":"Bundle","entry":[{}]}}"#, entries.join(","));
    let normalised = read(Format::GpConnectStu3, None, &text);
    let frailty: Vec<bool> =
        normalised.items.iter().map(|item| item.section == crate::Section::Frailty).collect();
    assert_eq!(frailty, [true, true, false, false], "HAZ-056");
    for item in &normalised.items {
        let crate::item::Facts::Result(one) = &item.facts else { panic!("a result") };
        let number = one.number.as_deref().expect("a number");
        assert!(item.original.as_sent().contains(number), "HAZ-056");
    }
}
