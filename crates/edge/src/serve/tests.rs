//! shows: R16, R52, R64, R65
//! The gateway's side, over real sockets and certificates: what may be asked, what is answered, and that nothing leads from one
//! person to the next.

use crate::testing::{sent::*, *};
use fhir::NhsNumber;
use serde_json::Value;

/// Who may connect, and what is recorded of whoever asks.
mod doors;
/// What was asked on a day, handed over.
mod access_log;

/// A node with something of every format about person 1.
fn filled(fixture: &Fixture) -> Live {
    let live = fixture.start();
    let node = &live.node;
    assert!(fixture.load(node, "asc", 1, &people(4)).taken == 4);
    let mut lines: Vec<String> = shared_lines().to_vec();
    lines.push(patient_line("a", 1));
    lines.extend((0..7).map(|n| observation_line(&format!("o{n}"), "a", "80")));
    assert_eq!(fixture.load(node, "bulk", 1, &lines.join("\n")).taken, 11);
    let sent = [
        ("pas", result("202611270900", "m1", ("A1", Some(1)), "4.1")),
        ("calls", report_111(1, "Rest.")),
        ("ambulance", ambulance(1, "High Street")),
        ("letters", letter(1, "D1", "Drink water.")),
    ];
    for (feed, text) in sent {
        let delivered = node.deliver(feed, text.as_bytes()).unwrap().unwrap();
        assert_eq!(delivered, [crate::Delivered::Taken], "{feed}");
    }
    live
}

fn id_of(fixture: &Fixture, live: &Live, number: &NhsNumber) -> String {
    fixture.find(live, number).matches()[0]["id"].as_str().unwrap().to_owned()
}

#[test]
fn the_same_question_has_the_same_entries_in_the_same_order() {
    let fixture = Fixture::new();
    let live = filled(&fixture);
    let asked = format!("Observation?patient={}", id_of(&fixture, &live, &number(1)));
    let included = || fixture.get(&live, &asked).entries("include");
    let first = included();
    assert!(first.len() >= 3, "a role, its practitioner and its team: {first:?}");
    for _ in 0..16 {
        assert_eq!(included(), first);
    }
}

#[test]
fn every_type_is_declared_and_answered_about_one_person_with_the_patient_first() {
    let fixture = Fixture::new();
    let live = filled(&fixture);
    let statement = fixture.get(&live, "metadata").json();
    let declared: Vec<String> = statement["rest"][0]["resource"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["type"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(
        (&statement["fhirVersion"], &statement["implementation"]["url"]),
        (&"4.0.1".into(), &BASE.into())
    );
    let patient = fixture.find(&live, &number(1)).matches().remove(0);
    assert_eq!(patient["resourceType"], "Patient");
    assert_eq!(patient["identifier"][0]["value"], number(1).digits());
    let id = patient["id"].as_str().unwrap();
    assert!(!id.contains(number(1).digits()), "HAZ-049");
    let expected = [
        ("CarePlan", 1),
        ("Observation", 10),
        ("DiagnosticReport", 1),
        ("DocumentReference", 2),
        ("Encounter", 1),
        ("Bundle", 2),
    ];
    for (kind, least) in expected {
        assert!(declared.contains(&kind.to_owned()), "{kind}");
        let answer = fixture.get(&live, &format!("{kind}?patient={id}"));
        assert!(answer.total() >= least, "{kind}: {}", answer.text);
        assert_eq!(answer.total() as usize, answer.matches().len());
        assert!(answer.matches().iter().all(|one| one["resourceType"] == kind));
        assert!(!answer.text.contains("Patient/~"), "the person is named by this node's id");
    }
    for kind in declared.iter().filter(|kind| !["Patient", "Binary"].contains(&kind.as_str())) {
        assert_eq!(fixture.get(&live, &format!("{kind}?patient=Patient/{id}")).status, 200, "{kind}");
    }
    let included = fixture.get(&live, &format!("Observation?patient={id}")).entries("include");
    for kind in ["PractitionerRole", "Practitioner", "Organization"] {
        assert!(
            included.iter().any(|one| one["resourceType"] == kind),
            "{kind} comes with what refers to it"
        );
    }
    assert_eq!(fixture.get(&live, &format!("Observation?patient={id}")).headers["cache-control"], "no-store");
    fixture.stop(live);
    fixture.verify_log();
}

#[test]
fn haz_050_somebody_unknown_and_somebody_held_back_look_the_same() {
    let fixture = Fixture::new();
    let live = filled(&fixture);
    let known_id = id_of(&fixture, &live, &number(1));
    live.node.hold(&crate::Held::Person(number(1)), true, "a steward").unwrap();
    let without_id = |answer: Answer| {
        let mut json = answer.json();
        json.as_object_mut().unwrap().remove("id");
        (answer.status, json.to_string())
    };
    let unknown = fixture.find(&live, &number(77));
    assert_eq!(unknown.total(), 0);
    assert_eq!(without_id(fixture.find(&live, &number(1))), without_id(unknown));
    let unknown_id = {
        let all = live.node.everything(&number(77)).unwrap();
        all.id
    };
    for kind in ["Observation", "CarePlan", "DocumentReference"] {
        let held = without_id(fixture.get(&live, &format!("{kind}?patient={known_id}")));
        assert_eq!(held, without_id(fixture.get(&live, &format!("{kind}?patient={unknown_id}"))), "{kind}");
    }
    fixture.stop(live);
}

#[test]
fn nothing_is_listed_and_nothing_is_found_by_guessing() {
    let fixture = Fixture::new();
    let live = filled(&fixture);
    let id = id_of(&fixture, &live, &number(1));
    for path in [
        "Patient",
        "Observation",
        "DocumentReference?_count=500",
        "CarePlan?status=active",
        "Patient?name=Example",
        "Patient?birthdate=1935-08-14",
    ] {
        let answer = fixture.get(&live, path);
        assert_eq!(
            (answer.status, answer.json()["issue"][0]["diagnostics"].clone()),
            (400, "a search here must name one person".into()),
            "{path}"
        );
    }
    let wrong = format!(
        "Patient?identifier=https://fhir.nhs.uk/Id/nhs-number|{}9",
        number(1).digits().get(..9).unwrap()
    );
    let bad = if wrong.ends_with(number(1).digits()) { wrong.replace('9', "8") } else { wrong };
    assert_eq!(fixture.get(&live, &bad).status, 400, "a number that fails its check");
    assert_eq!(fixture.get(&live, "Patient?identifier=https://other.example|1").status, 400);
    for path in [
        format!("Patient/{id}"),
        "Observation/o1".into(),
        "".into(),
        "_history".into(),
        "$export".into(),
        "Practitioner?patient=x".into(),
    ] {
        let answer = fixture.get(&live, &path);
        assert!(answer.status == 404, "{path}: {}", answer.status);
    }
    let other = format!("{}0", id.get(..id.len() - 1).unwrap());
    for guessed in [other.as_str(), "1", "00", &"0".repeat(42), id.to_uppercase().get(1..).unwrap()] {
        let answer = fixture.get(&live, &format!("Observation?patient={guessed}"));
        assert!(guessed == id || answer.total() == 0, "{guessed}");
        for kind in ["DocumentReference", "Binary"] {
            assert_eq!(fixture.get(&live, &format!("{kind}/{guessed}")).status, 404, "{guessed}");
            assert_eq!(fixture.get(&live, &format!("{kind}/{id}.{}", &"0".repeat(21))).status, 404);
        }
    }
    assert_eq!(fixture.get(&live, "Binary/a%00b").status, 400);
    assert_eq!(fixture.get(&live, &format!("Binary/{}", "x".repeat(65))).status, 400);
    let posted = fixture.send(fixture.gateway().post(live.url("Observation")).body("{}"));
    assert_eq!(posted.status, 405, "R16: nothing is written here");
    fixture.stop(live);
}

#[test]
fn a_document_is_read_by_its_address_byte_for_byte_as_it_was_sent() {
    let fixture = Fixture::new();
    let live = filled(&fixture);
    let documents = fixture.ask(&live, "DocumentReference", &number(1)).unwrap().matches();
    let report = documents
        .iter()
        .find(|one| one.to_string().contains("as it was sent") && one.to_string().contains("application/xml"))
        .unwrap();
    let read = fixture.get(&live, &format!("DocumentReference/{}", report["id"].as_str().unwrap()));
    assert_eq!(read.json(), *report);
    let contents = report["content"].as_array().unwrap();
    let original = contents.iter().find(|one| one["attachment"]["contentType"] == "application/xml").unwrap();
    let address = original["attachment"]["url"].as_str().unwrap();
    let file = fixture.get(&live, address);
    assert_eq!((file.status, file.headers["content-type"].to_str().unwrap()), (200, "application/xml"));
    let sent = report_111(1, "Rest.");
    assert!(
        sent.contains(&file.text)
            && file.text.starts_with("<ClinicalDocument")
            && file.text.ends_with("</ClinicalDocument>"),
        "R67"
    );
    let fhir =
        fixture.send(fixture.gateway().get(live.url(address)).header("Accept", "application/fhir+json"));
    assert_eq!(fhir.json()["resourceType"], "Binary");
    // Held back by the code of its entry, the file is not to be had by its address either.
    let code = report["type"]["coding"][0]["code"].as_str().unwrap().to_owned();
    live.node.hold(&crate::Held::Codes(vec![code]), true, "a steward").unwrap();
    assert_eq!(fixture.get(&live, address).status, 404, "R66");
    fixture.stop(live);
}

#[test]
fn haz_017_pages_are_followed_to_the_end_and_end_when_the_extract_changes() {
    let fixture = Fixture::new();
    let live = filled(&fixture);
    let id = id_of(&fixture, &live, &number(1));
    let mut path = format!("Observation?patient={id}&_count=3");
    let mut seen: Vec<Value> = Vec::new();
    let mut last = None;
    loop {
        let answer = fixture.get(&live, &path);
        assert_eq!(answer.total(), 10);
        seen.extend(answer.matches());
        let json = answer.json();
        let next = json["link"].as_array().unwrap().iter().find(|link| link["relation"] == "next");
        let Some(next) = next.and_then(|next| next["url"].as_str()) else { break };
        assert!(next.starts_with(BASE) && !next.contains(number(1).digits()), "HAZ-049");
        path = next.get(BASE.len() + 1..).unwrap().to_owned();
        last = Some(path.clone());
    }
    let ids: std::collections::BTreeSet<&str> = seen.iter().map(|one| one["id"].as_str().unwrap()).collect();
    assert_eq!((seen.len(), ids.len()), (10, 10));
    live.node
        .deliver("pas", result("202611270901", "m2", ("A1", Some(1)), "4.2").as_bytes())
        .unwrap()
        .unwrap();
    let last = last.unwrap();
    let gone = fixture.get(&live, &last);
    assert_eq!((gone.status, gone.json()["issue"][0]["code"].clone()), (410, "expired".into()), "HAZ-017");
    // So do the partner's switches.
    let first = fixture.get(&live, &format!("Observation?patient={id}&_count=3")).json();
    let next = first["link"][1]["url"].as_str().unwrap().get(BASE.len() + 1..).unwrap().to_owned();
    live.node.hold(&crate::Held::Codes(vec!["27113001".into()]), true, "a steward").unwrap();
    assert_eq!(fixture.get(&live, &next).status, 410, "HAZ-017");
    for wrong in ["_count=x", "_offset=-1"] {
        assert_eq!(fixture.get(&live, &format!("Observation?patient={id}&{wrong}")).status, 400);
    }
    assert_eq!(fixture.get(&live, &format!("Observation?patient={id}&_offset=99")).matches().len(), 0);
    fixture.stop(live);
}

#[test]
fn a_strict_search_is_refused_by_name_and_a_lenient_one_says_what_it_left_out() {
    let fixture = Fixture::new();
    let live = filled(&fixture);
    let id = id_of(&fixture, &live, &number(1));
    let url = live.url(&format!("Observation?patient={id}&code=27113001"));
    let strict = fixture.send(fixture.gateway().get(&url).header("Prefer", "handling=strict"));
    assert_eq!(strict.status, 400);
    assert_eq!(strict.json()["issue"][0]["diagnostics"], "search parameter not supported: code");
    let lenient = fixture.send(fixture.gateway().get(&url));
    assert_eq!(lenient.total(), 10);
    assert!(lenient.notes().contains(&"search parameter ignored: code".to_owned()), "HAZ-051");
    fixture.stop(live);
}

#[test]
fn haz_008_every_answer_says_how_old_its_feeds_are_and_what_is_missing() {
    let fixture = Fixture::new();
    let empty = fixture.start();
    let notes = fixture.find(&empty, &number(1)).notes();
    assert!(
        notes.contains(&"Adult social care: nothing has been received yet".to_owned()),
        "HAZ-006: {notes:?}"
    );
    fixture.stop(empty);
    let live = filled(&fixture);
    let fresh = fixture.ask(&live, "CarePlan", &number(1)).unwrap();
    assert_eq!(fresh.json()["meta"]["lastUpdated"], NOW, "HAZ-008");
    assert!(!fresh.notes().iter().any(|note| note.contains("Adult social care")), "{:?}", fresh.notes());
    fixture.at("2026-11-29T06:00:00Z");
    let note = |text: &str| {
        let answer = fixture.ask(&live, "CarePlan", &number(1)).unwrap();
        assert!(answer.notes().iter().any(|note| note.contains(text)), "{text}: {:?}", answer.notes());
        answer
    };
    assert_eq!(note("Adult social care: overdue. It comes every 24 h").total(), 1);
    live.node.hold(&crate::Held::Dataset("asc/services".into()), true, "a steward").unwrap();
    assert_eq!(note("Adult social care: services not shared at present").total(), 0, "HAZ-007");
    live.node.hold(&crate::Held::Dataset("asc".into()), true, "a steward").unwrap();
    assert_eq!(note("Adult social care: not shared at present").total(), 0, "HAZ-007");
    live.node.hold(&crate::Held::Dataset("asc".into()), false, "a steward").unwrap();
    fixture.at("2026-12-13T03:00:00Z");
    let old = fixture.find(&live, &number(2));
    assert_eq!(old.total(), 0, "only the council knew them");
    assert!(
        old.notes().iter().any(|note| note.contains("nothing older than 14 days is shown")),
        "{:?}",
        old.notes()
    );
    fixture.stop(live);
}
