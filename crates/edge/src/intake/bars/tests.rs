//! Invented messages, hostile ones, and every published one.

use super::{Bars, EVENT, MESSAGE};
use crate::format::Unusable;
use crate::intake::whole::corpus::{self, is_about_one_person, normalised, read, show};
use crate::unit::{Unit, Untraced, Whose};
use serde_json::{Value, json};

/// A message: why and when it was sent, its Patient's identifiers, its request's id.
fn message(reason: &str, at: &str, identifiers: Value, request: Option<&str>) -> Value {
    let mut asked = json!({"resourceType": "ServiceRequest", "status": "active", "intent": "plan", "subject": {"reference": "urn:uuid:p"},
        "encounter": {"reference": "urn:uuid:e"}, "code": {"text": "Ambulance"}});
    if let Some(id) = request {
        asked["id"] = json!(id);
    }
    json!({"resourceType": "Bundle", "id": "b1", "meta": {"lastUpdated": at}, "type": "message", "timestamp": "2026-01-02T03:00:00Z", "entry": [
        {"fullUrl": "urn:uuid:h", "resource": {"resourceType": "MessageHeader", "eventCoding":
            {"system": "https://fhir.nhs.uk/CodeSystem/message-events-bars", "code": "servicerequest-request"},
            "reason": {"coding": [{"code": reason}]}, "focus": [{"reference": "urn:uuid:r"}], "source": {"endpoint": "x"}}},
        {"fullUrl": "urn:uuid:r", "resource": asked},
        {"fullUrl": "urn:uuid:e", "resource": {"resourceType": "Encounter", "status": "in-progress", "class": {"code": "EMER"}, "subject": {"reference": "urn:uuid:p"},
            "identifier": [{"system": "https://cad.test", "value": "CAD7"}, {"value": "7"}]}},
        {"fullUrl": "urn:uuid:l", "resource": {"resourceType": "Location", "name": "High Street"}},
        {"fullUrl": "urn:uuid:g", "resource": {"resourceType": "Flag", "status": "active", "code": {"text": "Dog"}, "subject": {"reference": "urn:uuid:l"}}},
        {"fullUrl": "urn:uuid:p", "resource": {"resourceType": "Patient", "identifier": identifiers, "name": [{"family": "Other"}]}}]})
}

fn number(value: &str) -> Value {
    json!([{"extension": [{"url": "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-NHSNumberVerificationStatus",
        "valueCodeableConcept": {"coding": [{"code": "number-present-and-verified"}]}}], "system": "https://fhir.nhs.uk/Id/nhs-number", "value": value}])
}

fn one(value: &Value) -> Unit {
    let (seen, mut taken) = read(&Bars, value.to_string().as_bytes());
    assert_eq!(seen.unwrap().units, 1);
    taken.remove(0).1.unwrap_or_else(|refused| panic!("{refused}"))
}

fn refusal(value: &Value) -> String {
    read(&Bars, value.to_string().as_bytes()).1.remove(0).1.unwrap_err().to_string()
}

fn names(unit: &Unit, authority: &str) -> Vec<String> {
    unit.local.iter().filter(|name| name.authority == authority).map(|name| name.id.clone()).collect()
}

#[test]
fn a_message_without_a_number_is_held_under_the_name_by_which_the_next_releases_it() {
    let first = one(&message("new", "2026-01-02T03:00:00Z", json!([]), None));
    let next = one(&message("update", "2026-01-02T03:00:02Z", number("9990000018"), Some("r1")));
    assert!(matches!(first.whose, Whose::Untraced(Untraced::NoNumber)), "HAZ-042");
    assert!(matches!(&next.whose, Whose::Person(number) if number.digits() == "9990000018"));
    assert_eq!(
        names(&first, EVENT),
        ["case https://cad.test|CAD7"],
        "HAZ-005: a number without a system names nothing"
    );
    assert_eq!(names(&next, EVENT), ["case https://cad.test|CAD7", "request r1"]);
    assert_ne!(first.key, next.key, "HAZ-043: messages do not replace each other");
    assert!(first.order < next.order);
    assert_eq!(names(&first, MESSAGE), ["b1"]);
}

#[test]
fn messages_of_one_moment_stand_by_why_they_were_sent_and_a_message_again_is_the_same() {
    let at = "2026-01-02T03:00:00Z";
    let of = |reason: &str| one(&message(reason, at, number("9990000018"), Some("r1")));
    let (new, update, delete) = (of("new"), of("update"), of("delete"));
    assert!(new.order < update.order && update.order < delete.order);
    assert!(one(&message("new", "2026-01-02T03:00:01Z", json!([]), None)).order > delete.order);
    assert_eq!((of("new").key, of("new").order), (new.key, new.order));
}

#[test]
fn an_answer_is_tied_to_the_message_it_answers() {
    let mut answer = message("new", "2026-01-02T04:00:00Z", number("9990000018"), None);
    answer["id"] = json!("b2");
    answer["entry"][0]["resource"]["response"] = json!({"identifier": "b1", "code": "ok"});
    assert_eq!(names(&one(&answer), MESSAGE), ["b2", "b1"]);
}

#[test]
fn a_message_is_served_whole_and_a_held_one_with_the_nodes_own_patient() {
    let sent = message("update", "2026-01-02T03:00:02Z", number("9990000018"), Some("r1"));
    let shown = show(&Bars, &[&one(&sent)]);
    assert_eq!(is_about_one_person(&shown[0].json), 1);
    let mut served: Value = serde_json::from_str(&shown[0].json).unwrap();
    served["id"] = sent["id"].clone();
    assert_eq!(served, sent, "R67: nothing but its address");
    let held = show(&Bars, &[&one(&message("new", "2026-01-02T03:00:00Z", json!([]), None))]);
    assert_eq!(is_about_one_person(&held[0].json), 0, "HAZ-042");
    let served: Value = serde_json::from_str(&held[0].json).unwrap();
    assert_eq!(served["entry"][1]["resource"]["subject"]["reference"], "Patient/~");
    assert_eq!(served["entry"][4]["resource"]["subject"]["reference"], "urn:uuid:l", "a place stays a place");
}

#[test]
fn an_event_of_several_messages_is_one_contact_at_its_latest() {
    let units = [
        one(&message("new", "2026-01-02T03:00:00Z", json!([]), None)),
        one(&message("update", "2026-01-02T03:00:02Z", number("9990000018"), Some("r1"))),
    ];
    let page = normalised(&show(&Bars, &units.iter().collect::<Vec<_>>()));
    let contacts = page.items.iter().filter(|item| item.provenance.resource_type == "MessageHeader").count();
    assert_eq!((contacts, page.unread.len()), (1, 0), "HAZ-040");
}

#[test]
fn several_people_no_message_and_no_event_are_held_or_refused() {
    let mut several = message("new", "2026-01-02T03:00:00Z", number("9990000018"), Some("r1"));
    several["entry"].as_array_mut().unwrap().push(json!({"fullUrl": "urn:uuid:q", "resource": {"resourceType": "Patient", "identifier": number("9990000026")}}));
    let unit = one(&several);
    assert!(matches!(unit.whose, Whose::Untraced(Untraced::Several)) && unit.local.is_empty(), "HAZ-005");
    assert!(refusal(&json!({"resourceType": "Bundle", "type": "searchset"})).contains("no message"));
    assert!(
        refusal(&json!({"resourceType": "Bundle", "type": "message", "entry": []})).contains("MessageHeader")
    );
    let eventless = json!({"resourceType": "Bundle", "id": "b", "type": "message", "entry": [{"resource": {"resourceType": "MessageHeader"}}]});
    assert!(refusal(&eventless).contains("no event"));
    let mut stranger = message("new", "2026-01-02T03:00:00Z", number("9990000018"), Some("r1"));
    stranger["entry"][1]["resource"]["subject"]["reference"] = json!("urn:uuid:somebody");
    assert!(refusal(&stranger).contains("somebody"), "HAZ-004");
    stranger["entry"][1]["resource"]["subject"]["reference"] = json!("#q");
    stranger["entry"][1]["resource"]["contained"] = json!([{"resourceType": "Patient", "id": "q"}]);
    assert!(refusal(&stranger).contains("inside another entry"), "HAZ-004");
}

#[test]
fn a_message_cut_anywhere_is_refused_and_never_a_panic() {
    let whole = message("new", "2026-01-02T03:00:00Z", number("9990000018"), Some("r1")).to_string();
    for end in 0..whole.len() {
        assert!(
            matches!(read(&Bars, &whole.as_bytes()[..end]).0, Err(Unusable::Whole(_))),
            "HAZ-042: cut at {end}"
        );
    }
}

#[test]
fn published_messages_with_a_number_that_holds_keep_their_patient() {
    let Some(root) = corpus::root() else { return };
    let mut sure = 0;
    for folder in ["", "stu3-handover"] {
        for (name, bytes) in corpus::files(&root.join("bars-ambulance").join(folder)) {
            let unit = read(&Bars, &corpus::numbered(&bytes))
                .1
                .remove(0)
                .1
                .unwrap_or_else(|why| panic!("{name}: {why}"));
            let is_sure = matches!(unit.whose, Whose::Person(_));
            assert_eq!(is_sure, !name.contains("1 of 3"), "HAZ-042: {name}");
            let inside = is_about_one_person(&show(&Bars, &[&unit])[0].json);
            assert_eq!(inside, usize::from(is_sure), "{name}");
            sure += inside;
        }
    }
    assert_eq!(sure, 17);
}

#[test]
fn published_messages_are_read_and_shown_whole() {
    let Some(root) = corpus::root() else { return };
    let (mut messages, mut others, mut table, mut units) = (0, Vec::new(), Vec::new(), Vec::new());
    for folder in ["", "api", "stu3-handover"] {
        for (name, bytes) in corpus::files(&root.join("bars-ambulance").join(folder)) {
            let (seen, mut taken) = read(&Bars, &bytes);
            seen.unwrap_or_else(|not| panic!("{name}: {not}"));
            let unit = match taken.remove(0).1 {
                Ok(unit) => unit,
                Err(why) => {
                    others.push(format!("{name}: {why}"));
                    continue;
                }
            };
            messages += 1;
            let shown = show(&Bars, &[&unit]);
            let inside = is_about_one_person(&shown[0].json);
            let page = normalised(&shown);
            assert_eq!(page.unread.len(), 0, "HAZ-040: {name}");
            let events =
                page.items.iter().filter(|item| item.provenance.resource_type == "MessageHeader").count();
            assert_eq!(events, 1, "HAZ-040: {name}");
            let text = String::from_utf8_lossy(&bytes);
            let entries = match roxmltree::Document::parse(text.trim_start_matches('\u{feff}')) {
                Ok(tree) => {
                    tree.root_element().children().filter(|node| node.tag_name().name() == "entry").count()
                }
                Err(_) => serde_json::from_str::<Value>(&text).unwrap()["entry"].as_array().unwrap().len(),
            };
            let served: Value = serde_json::from_str(&shown[0].json).unwrap();
            let taken_out = usize::from(!matches!(unit.whose, Whose::Person(_)));
            assert_eq!(served["entry"].as_array().unwrap().len() + taken_out, entries, "HAZ-040: {name}");
            table.push(format!(
                "{name}: {entries} entries, {} items, {inside} Patients inside, {:?}",
                page.items.len(),
                unit.whose
            ));
            units.push((name, unit));
        }
    }
    println!("{}\nnot messages: {others:#?}", table.join("\n"));
    assert_eq!((messages, others.len()), (19, 5));
    let sequence: Vec<&Unit> =
        units.iter().filter(|(name, _)| name.contains(" of 3")).map(|(_, unit)| unit).collect();
    assert!(
        sequence.len() == 3 && sequence.is_sorted_by(|a, b| a.order < b.order),
        "9A: by why and when, not by timestamp"
    );
    let first = names(sequence[0], EVENT);
    assert!(
        sequence.iter().all(|unit| names(unit, EVENT).iter().any(|name| first.contains(name))),
        "HAZ-042: released by the next"
    );
    assert!(matches!(sequence[0].whose, Whose::Untraced(Untraced::NoNumber)));
}
