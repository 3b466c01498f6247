//! Invented documents and messages, hostile ones, and every published one.

use super::{FhirDocument, Version};
use crate::format::{Format, Kept, Shown, Unusable};
use crate::intake::whole::corpus::{self, is_about_one_person, normalised, read, show};
use crate::unit::{Unit, Untraced, Whose};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

const STU3: FhirDocument = FhirDocument { version: Version::Stu3 };
const R4: FhirDocument = FhirDocument { version: Version::R4 };

fn patient(status: &str, number: &str) -> Value {
    json!({"fullUrl": "urn:uuid:p", "resource": {"resourceType": "Patient", "id": "p", "identifier": [
        {"extension": [{"url": "https://x.test/Extension-NHSNumberVerificationStatus", "valueCodeableConcept": {"coding": [{"code": status}]}}],
         "system": "https://fhir.nhs.uk/Id/nhs-number", "value": number},
        {"system": "https://hospital.test/mrn", "value": "H1"}],
        "name": [{"family": "Other", "given": ["Ann"]}], "gender": "female", "birthDate": "1940-02-03"}})
}

fn document(patient: Value) -> Value {
    json!({"resourceType": "Bundle", "id": "b1", "type": "document", "identifier": {"system": "https://hospital.test/docs", "value": "D1"},
        "entry": [
            {"fullUrl": "urn:uuid:c", "resource": {"resourceType": "Composition", "id": "c", "status": "final",
                "type": {"coding": [{"system": "http://snomed.info/sct", "code": "373942005", "display": "Discharge summary"}]},
                "subject": {"reference": "urn:uuid:p"}, "date": "2026-01-02T03:04:05Z", "title": "Discharge summary",
                "author": [{"display": "Dr Ada"}], "custodian": {"display": "Exampletown Hospital"},
                "section": [{"title": "Admission details", "text": {"status": "generated", "div": "<div xmlns=\"http://www.w3.org/1999/xhtml\">Chest pain</div>"},
                    "entry": [{"reference": "urn:uuid:o"}]}]}},
            {"fullUrl": "urn:uuid:o", "resource": {"resourceType": "Observation", "id": "o", "status": "final", "code": {"text": "Pulse"},
                "subject": {"reference": "urn:uuid:p"}, "valueQuantity": {"value": 80.0, "unit": "/min"}}},
            {"fullUrl": "urn:uuid:f", "resource": {"resourceType": "Binary", "id": "f", "contentType": "application/pdf", "data": "JVBERi0="}},
            patient]})
}

fn message(document: Value, focus: &str) -> Value {
    json!({"resourceType": "Bundle", "type": "message", "entry": [
        {"fullUrl": "urn:uuid:h", "resource": {"resourceType": "MessageHeader", "eventUri": "x", "source": {"endpoint": "e"}, "focus": [{"reference": focus}]}},
        {"fullUrl": "urn:uuid:doc", "resource": document}]})
}

fn one(format: &FhirDocument, value: &Value) -> Unit {
    let (seen, mut taken) = read(format, value.to_string().as_bytes());
    assert_eq!(seen.unwrap().units, 1);
    taken.remove(0).1.unwrap_or_else(|refused| panic!("{refused}"))
}

fn refusal(value: &Value) -> String {
    read(&R4, value.to_string().as_bytes()).1.remove(0).1.unwrap_err().to_string()
}

fn of<'a>(shown: &'a [Shown], kind: &str) -> Vec<&'a Shown> {
    shown.iter().filter(|one| one.resource_type == kind).collect()
}

#[test]
fn a_document_alone_or_in_a_message_is_one_unit_of_a_verified_person() {
    let alone = document(patient("01", "9990000018"));
    for value in [
        alone.clone(),
        message(alone.clone(), "urn:uuid:doc"),
        message(alone.clone(), "b1"),
        message(alone, "doc"),
    ] {
        let unit = one(&R4, &value);
        assert!(matches!(&unit.whose, Whose::Person(number) if number.digits() == "9990000018"));
        assert_eq!(unit.key, "https://hospital.test/docs|D1", "HAZ-043");
        assert_eq!(unit.local.len(), 1);
        assert_eq!(unit.order, 1_767_323_045_000);
    }
}

#[test]
fn a_document_names_itself_by_its_composition_or_its_id_where_it_must() {
    let mut value = document(patient("01", "9990000018"));
    value["identifier"] = json!({"system": "s"});
    assert_eq!(one(&R4, &value).key, "Exampletown Hospital|b1");
    value["entry"][0]["resource"]["identifier"] = json!({"value": "C1"});
    assert_eq!(one(&R4, &value).key, "|C1");
    value["meta"] = json!({"lastUpdated": "2027-01-02T03:04:05Z"});
    assert!(one(&R4, &value).order > one(&R4, &document(patient("01", "9990000018"))).order, "HAZ-043");
}

#[test]
fn a_document_whose_person_is_not_sure_is_held() {
    for (patient, why) in [
        (patient("02", "9990000018"), Untraced::NotVerified),
        (patient("01", "9990000019"), Untraced::NotANumber),
        (json!({"fullUrl": "urn:uuid:p", "resource": {"resourceType": "Patient"}}), Untraced::NoNumber),
    ] {
        let unit = one(&R4, &document(patient));
        assert!(matches!(unit.whose, Whose::Untraced(found) if found == why), "HAZ-042: {why:?}");
    }
    let mut several = document(patient("01", "9990000018"));
    several["entry"]
        .as_array_mut()
        .unwrap()
        .push(json!({"fullUrl": "urn:uuid:q", "resource": patient("01", "9990000026")["resource"]}));
    let unit = one(&R4, &several);
    assert!(matches!(unit.whose, Whose::Untraced(Untraced::Several)) && unit.local.is_empty(), "HAZ-005");
}

#[test]
fn what_leads_to_no_document_or_says_too_little_is_refused_by_name() {
    let good = document(patient("01", "9990000018"));
    assert!(refusal(&message(good.clone(), "urn:uuid:elsewhere")).contains("leads to no document"));
    let mut kindless = good.clone();
    kindless["entry"][0]["resource"]["type"] = json!({"coding": [{"system": "http://snomed.info/sct"}]});
    assert!(refusal(&kindless).contains("kind of document"), "HAZ-020");
    let mut headless = good.clone();
    headless["entry"].as_array_mut().unwrap().remove(0);
    assert!(refusal(&headless).contains("Composition"));
    let mut stranger = good.clone();
    stranger["entry"][1]["resource"]["subject"]["reference"] = json!("urn:uuid:somebody");
    assert!(refusal(&stranger).contains("somebody who did not come"), "HAZ-004");
    let mut held = document(patient("02", "9990000018"));
    held["entry"]
        .as_array_mut()
        .unwrap()
        .push(json!({"fullUrl": "urn:uuid:m", "resource": {"resourceType": "RelatedPerson"}}));
    held["entry"][1]["resource"]["subject"]["reference"] = json!("urn:uuid:m");
    assert!(
        refusal(&held).contains("neither a Patient"),
        "HAZ-004: nobody else's finding becomes the person's"
    );
    let mut two = good.clone();
    two["entry"].as_array_mut().unwrap().pop();
    assert_eq!(one(&R4, &two).local.len(), 0, "one person who stands elsewhere");
    two["entry"][1]["resource"]["subject"]["reference"] = json!("urn:uuid:other");
    assert!(refusal(&two).contains("did not come"), "HAZ-005: two who stand elsewhere are two");
    let mut nameless = good;
    for key in ["identifier", "id"] {
        nameless.as_object_mut().unwrap().remove(key);
    }
    assert!(refusal(&nameless).contains("no name"), "HAZ-043");
    assert!(refusal(&json!({"resourceType": "Bundle", "type": "searchset"})).contains("neither"));
    assert!(refusal(&json!({"resourceType": "Observation", "id": "a"})).contains("whom"));
}

#[test]
fn an_acknowledgement_is_counted_and_makes_no_unit() {
    let value = json!({"resourceType": "Bundle", "type": "message", "entry": [
        {"resource": {"resourceType": "MessageHeader", "response": {"identifier": "m", "code": "ok"}}}, {"resource": {"resourceType": "OperationOutcome"}}]});
    let (seen, taken) = read(&STU3, value.to_string().as_bytes());
    assert_eq!(seen.unwrap().unknown, [("acknowledgements, counted and not shown".to_owned(), 1)]);
    assert!(taken.is_empty());
}

/// shows: R67
#[test]
fn a_document_is_read_once_with_its_file_and_its_original_to_be_opened() {
    let value = document(patient("01", "9990000018"));
    let sent = value.to_string();
    let shown = show(&R4, &[&one(&R4, &value)]);
    let bundle: Value = serde_json::from_str(&of(&shown, "Bundle")[0].json).unwrap();
    assert_eq!(bundle["id"].as_str(), Some(of(&shown, "Bundle")[0].id.as_str()));
    assert!(bundle["entry"][2]["resource"].get("data").is_none(), "its bytes go by their own address");
    assert_eq!(bundle["entry"][3], value["entry"][3], "its Patient stays");
    assert_eq!(is_about_one_person(&of(&shown, "Bundle")[0].json), 1);
    let bytes = |one: &Shown| {
        STANDARD.decode(serde_json::from_str::<Value>(&one.json).unwrap()["data"].as_str().unwrap()).unwrap()
    };
    let binaries = of(&shown, "Binary");
    assert_eq!((bytes(binaries[0]), bytes(binaries[1])), (b"%PDF-".to_vec(), sent.into_bytes()));
    assert!(binaries.iter().all(|one| one.is_context));
    let read = normalised(&shown);
    assert_eq!((read.items.len(), read.unread.len()), (1, 0), "HAZ-040");
    let record::item::Facts::Document(facts) = &read.items[0].facts else { panic!("a document") };
    let retrieval = facts.retrieval.as_ref().unwrap();
    assert_eq!(retrieval.url.as_deref(), Some(format!("Binary/{}", binaries[0].id).as_str()));
    assert_eq!(facts.content_type.as_deref(), Some("application/pdf"));
    assert_eq!(read.items[0].notes[0].text, "Chest pain");
    assert!(read.items[0].details.iter().any(|detail| detail.value.contains("application/fhir+json")));
}

#[test]
fn a_held_document_that_is_released_has_the_nodes_own_patient() {
    let mut value = document(patient("02", "9990000018"));
    value["entry"][1]["resource"]["subject"]["reference"] = json!("p");
    let shown = show(&R4, &[&one(&R4, &value)]);
    assert_eq!(is_about_one_person(&of(&shown, "Bundle")[0].json), 0, "HAZ-042");
    let bundle: Value = serde_json::from_str(&of(&shown, "Bundle")[0].json).unwrap();
    assert_eq!(bundle["entry"].as_array().unwrap().len(), 3);
    for place in 0..2 {
        assert_eq!(bundle["entry"][place]["resource"]["subject"]["reference"], "Patient/~");
    }
    let original = of(&shown, "Binary")[1];
    let data = serde_json::from_str::<Value>(&original.json).unwrap()["data"].as_str().unwrap().to_owned();
    assert_eq!(STANDARD.decode(data).unwrap(), value.to_string().into_bytes());
}

#[test]
fn what_protects_a_document_protects_its_files() {
    let headed = |code: &str| {
        let mut value = document(patient("01", "9990000018"));
        value["entry"][0]["resource"]["section"][0]["code"] =
            json!({"coding": [{"system": "http://snomed.info/sct", "code": code}]});
        show(&R4, &[&one(&R4, &value)])
    };
    let legal = headed("886961000000102");
    for one in legal.iter().filter(|one| one.resource_type != "Bundle") {
        let resource: Value = serde_json::from_str(&one.json).unwrap();
        assert_eq!(resource["meta"]["security"][0]["code"], "R", "HAZ-023");
    }
    assert_eq!(normalised(&legal).items[0].category, fhir::Category::Restricted, "HAZ-023");
    let mut safeguarding = headed("1077911000000105");
    assert_eq!(normalised(&safeguarding).items[0].category, fhir::Category::Safeguarding, "HAZ-023");
    safeguarding.retain(|one| one.resource_type != "Bundle");
    let alone = normalised(&safeguarding);
    assert_eq!(
        alone.items[0].category,
        fhir::Category::Safeguarding,
        "HAZ-023: also where it came without the document"
    );
}

/// Found by fuzzing another reader: serde_json reads neither of these labels.
#[test]
fn a_label_protects_whatever_else_stands_in_it() {
    let system = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality";
    let mut value = document(patient("01", "9990000018"));
    value["entry"][0]["resource"]["meta"]["security"] =
        json!([{ "$serde_json::private::RawValue": 5, "system": system, "code": "V" }]);
    let odd = value.to_string();
    value["entry"][0]["resource"]["meta"]["security"] =
        json!([{ "extension": [{ "url": "urn:x", "valueDecimal": 77123 }], "system": system, "code": "V" }]);
    let large = value.to_string().replace("77123", "1e999");
    for sent in [odd, large] {
        let unit = read(&R4, sent.as_bytes()).1.remove(0).1.unwrap();
        for one in show(&R4, &[&unit]).iter().filter(|one| one.resource_type != "Bundle") {
            let meta =
                fhir::Json::of(&one.json).object().and_then(|resource| resource.object("meta")).unwrap();
            let code = meta.object("security").and_then(|label| label.text("code"));
            assert_eq!(code.as_deref(), Some("V"), "HAZ-023: {}", one.resource_type);
        }
    }
}

#[test]
fn xml_and_json_are_told_by_the_first_byte_and_whatever_is_neither_is_refused() {
    let xml = br#"<Observation xmlns="http://hl7.org/fhir"><id value="a"/><subject><reference value="Patient/1"/></subject></Observation>"#;
    let unit = read(&R4, xml).1.remove(0).1.unwrap();
    assert_eq!((unit.key.as_str(), unit.local.len()), ("Observation/a", 1));
    let shown = show(&R4, &[&unit]);
    assert_eq!(serde_json::from_str::<Value>(&shown[0].json).unwrap()["subject"]["reference"], "Patient/~");
    for hostile in [
        &b"\xff"[..],
        b"",
        b"[]",
        b"<html/>",
        b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>",
        br#"{"a":1,"a":2}"#,
    ] {
        assert!(matches!(read(&R4, hostile).0, Err(Unusable::Whole(_))), "HAZ-041");
    }
    let deep = format!("<Observation xmlns=\"http://hl7.org/fhir\">{}", "<component>".repeat(200_000));
    assert!(read(&R4, deep.as_bytes()).0.is_err(), "HAZ-041");
}

#[test]
fn a_message_cut_anywhere_is_refused_and_never_a_panic() {
    let whole = message(document(patient("01", "9990000018")), "urn:uuid:doc").to_string();
    for end in 0..whole.len() {
        assert!(read(&R4, &whole.as_bytes()[..end]).0.is_err(), "HAZ-042: cut at {end}");
    }
    for body in [&b""[..], b"{\"parts\":[0,2]}\n{}", b"{\"parts\":[1,1],\"key\":\"k\"}\nab"] {
        assert!(
            R4.show(
                &[Kept { order: 0, body }],
                &crate::format::About { ods: "Z", partner: "p", feed: "f", id: &|n| n.to_owned() }
            )
            .is_empty()
        );
    }
}

#[test]
fn published_documents_with_a_number_that_holds_keep_their_patient_and_open_their_files() {
    let Some(root) = corpus::root() else { return };
    let (mut sure, mut files) = (0, 0);
    for folder in ["documents", "documents-2", "messages"] {
        for (name, bytes) in corpus::files(&root.join("itk3-documents").join(folder)) {
            let Some((_, Ok(unit))) = read(&STU3, &corpus::numbered(&bytes)).1.pop() else { continue };
            let is_sure = matches!(unit.whose, Whose::Person(_));
            assert_eq!(is_sure, !name.contains("SendPayload"), "HAZ-042: {name}");
            let shown = show(&STU3, &[&unit]);
            assert_eq!(is_about_one_person(&of(&shown, "Bundle")[0].json), usize::from(is_sure), "{name}");
            sure += usize::from(is_sure);
            let page = normalised(&shown);
            let composition =
                page.items.iter().find(|item| item.provenance.resource_type == "Composition").unwrap();
            let record::item::Facts::Document(facts) = &composition.facts else { panic!("{name}") };
            let has_file = String::from_utf8_lossy(&bytes).contains("contentType value=\"application/pdf\"");
            assert_eq!(facts.retrieval.is_some(), has_file, "HAZ-020: {name}");
            files += usize::from(has_file);
            let listed =
                page.items.iter().filter(|item| item.provenance.resource_type == "DocumentReference").count();
            assert_eq!(listed, 0, "listed once: {name}");
        }
    }
    assert_eq!((sure, files), (15, 2));
}

/// A published document with its numbers and status as they are: what its elements come to.
#[test]
fn published_documents_messages_and_updates_are_read_and_shown_whole() {
    let Some(root) = corpus::root() else { return };
    let (mut documents, mut acknowledged, mut refused, mut resources, mut table) =
        (0, 0, Vec::new(), 0, Vec::new());
    for folder in ["documents", "documents-2", "messages", "update-record"] {
        for (name, bytes) in corpus::files(&root.join("itk3-documents").join(folder)) {
            let (seen, mut taken) = read(&STU3, &bytes);
            seen.unwrap_or_else(|not| panic!("{name}: {not}"));
            let Some((_, unit)) = taken.pop() else {
                acknowledged += 1;
                continue;
            };
            let unit = match unit {
                Ok(unit) => unit,
                Err(why) => {
                    refused.push(format!("{name}: {why}"));
                    continue;
                }
            };
            let shown = show(&STU3, &[&unit]);
            let page = normalised(&shown);
            assert_eq!(page.unread.len(), 0, "HAZ-040: {name}");
            if folder == "update-record" {
                resources += 1;
                assert_eq!(page.items.len(), 1, "HAZ-040: {name}");
                continue;
            }
            documents += 1;
            let bundle = of(&shown, "Bundle")[0];
            let inside = is_about_one_person(&bundle.json);
            let text = std::str::from_utf8(&bytes).unwrap().trim_start_matches('\u{feff}');
            let tree = roxmltree::Document::parse(text).unwrap();
            let of_tag =
                |tag: &'static str| tree.descendants().filter(move |node| node.tag_name().name() == tag);
            let sections = of_tag("section")
                .filter(|node| node.children().any(|child| child.tag_name().name() == "title"))
                .count();
            let document = tree.descendants().find(|node| node.tag_name().name() == "Composition").unwrap();
            let holder = document.ancestors().find(|node| node.tag_name().name() == "Bundle").unwrap();
            let entries = holder.children().filter(|node| node.tag_name().name() == "entry").count();
            let patients = usize::from(!matches!(unit.whose, Whose::Person(_)))
                * holder.descendants().filter(|node| node.tag_name().name() == "Patient").count();
            let json: Value = serde_json::from_str(&bundle.json).unwrap();
            assert_eq!(json["entry"].as_array().unwrap().len() + patients, entries, "HAZ-040: {name}");
            let item = page
                .items
                .iter()
                .find(|item| item.provenance.resource_type == "Composition")
                .expect("the document");
            let narratives = page_text(&page);
            for said in of_tag("section")
                .flat_map(|node| node.children().filter(|child| child.tag_name().name() == "title"))
            {
                let title = said.attribute("value").unwrap().to_owned();
                assert!(narratives.contains(&squeezed(&title)), "HAZ-020: {name}: {title}");
            }
            table.push(format!("{name}: {entries} entries, {sections} titled sections, {} notes, {} items, {inside} Patients inside, {:?}", item.notes.len(), page.items.len(), unit.whose));
        }
    }
    println!("{}\nrefused: {refused:#?}", table.join("\n"));
    assert_eq!((documents, acknowledged, refused.len(), resources), (16, 4, 1, 8));
}

fn squeezed(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

fn page_text(page: &record::Normalised) -> String {
    let notes = page.items.iter().flat_map(|item| &item.notes);
    notes.map(|note| squeezed(&format!("{} {}", note.by.as_deref().unwrap_or_default(), note.text))).collect()
}
