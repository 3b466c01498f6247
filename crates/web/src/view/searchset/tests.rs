//! The searchset of hand-made records: what is among its entries, what is only counted, and what each silence is called.

use super::*;
use crate::fixture;
use fhir::reply::{Format, NotAsked, Silence, Withholder};
use fhir::{Category, ReplyState};
use record::Section;
use record::item::{Facts, Item, Label, Original, Part, Provenance, Standing};
use record::release::Released;
use serde_json::Value;
use std::collections::HashSet;
use std::sync::Arc;

const CONDITION: &str =
    r#"{"resourceType":"Condition","id":"c1","subject":{"reference":"Patient/p"},"code":{"text":"Falls"}}"#;
const STATEMENT: &str = r#"{"resourceType":"MedicationStatement","id":"m1","status":"active","taken":"unk","medicationReference":{"reference":"Medication/d1"},"subject":{"reference":"Patient/p"},"dosage":[{"text":"one daily"}]}"#;
const MEDICATION: &str =
    r#"{"resourceType":"Medication","id":"d1","code":{"text":"Bisoprolol 2.5mg tablets"}}"#;

fn sent(json: &str, format: Format) -> Original {
    let document: Arc<str> = Arc::from(json);
    Original::of(&document, json, format)
}

fn item(source: &str, json: &str, format: Format) -> Item {
    let place = (Section::Problems, Category::Problems);
    let item = fixture::item(source, place, "Falls", "2026-01-02", Facts::Plain);
    Item { original: sent(json, format), ..item }
}

fn bundle_of(page: &Page, record: &Record, types: &[&str]) -> Value {
    let wanted = Wanted { types: types.iter().map(|name| (*name).to_owned()).collect() };
    let origin = "https://record.example.test";
    let place = Place {
        origin: origin.into(),
        own: format!("{origin}{}fhir", page.path),
        page: Some(format!("{origin}{}", page.path)),
    };
    let text = searchset(page, record, &wanted, &place, "2026-11-22T14:02:06Z".parse().unwrap());
    fhir::json::check(text.as_bytes()).expect("UTF-8 JSON without repeated keys");
    serde_json::from_str(&text).unwrap()
}

fn bundle(record: &Record) -> Value {
    bundle_of(&fixture::page(), record, &[])
}

fn answered(source: &str, items: Vec<Item>) -> Record {
    let mut record = fixture::waiting();
    for card in fixture::page().sources {
        let items = if card.id.as_str() == source { items.clone() } else { Vec::new() };
        record.add(
            fixture::note(card.id.as_str(), ReplyState::Answered),
            fixture::released(card.id.as_str(), items),
        );
    }
    record
}

fn entries<'a>(bundle: &'a Value, mode: &str) -> Vec<&'a Value> {
    let all = bundle["entry"].as_array().unwrap().iter();
    all.filter(|entry| entry["search"]["mode"] == mode).collect()
}

/// The issues about one source, or `opening`.
fn issues<'a>(bundle: &'a Value, source: &str) -> Vec<&'a Value> {
    let of = format!("/fhir/{source}/OperationOutcome/");
    let outcomes = entries(bundle, "outcome");
    let own = outcomes.into_iter().find(|entry| entry["fullUrl"].as_str().unwrap().contains(&of)).unwrap();
    own["resource"]["issue"].as_array().unwrap().iter().collect()
}

fn texts(bundle: &Value, source: &str) -> String {
    let text = |issue: &&Value| issue["details"]["text"].as_str().unwrap().to_owned();
    issues(bundle, source).iter().map(text).collect::<Vec<_>>().join("\n")
}

// shows: R27, R34
#[test]
fn haz_005_every_entry_says_by_its_address_whose_it_is_and_bytes_of_r4_stay_as_sent() {
    let record = answered("acute", vec![item("acute", CONDITION, Format::R4)]);
    let bundle = bundle(&record);
    assert_eq!((bundle["type"].as_str(), bundle["total"].as_u64()), (Some("searchset"), Some(1)));
    let text = bundle.to_string();
    assert!(text.contains("https://record.example.test/fhir/acute/Condition/c1"), "HAZ-005: {text}");
    let wanted: Value = serde_json::from_str(CONDITION).unwrap();
    assert_eq!(entries(&bundle, "match")[0]["resource"], wanted);
    assert!(texts(&bundle, "acute").contains("Acute partner organisation: Answered"), "HAZ-005");
}

#[test]
fn haz_013_a_medicine_is_never_without_its_name_and_an_older_standard_is_converted_and_said_so() {
    let part = Part {
        provenance: Provenance {
            resource_type: "Medication".into(),
            id: Some("d1".into()),
            ..Provenance::default()
        },
        original: sent(MEDICATION, Format::GpConnectStu3),
    };
    let medicine = Item { parts: vec![part.clone()], ..item("gp", STATEMENT, Format::GpConnectStu3) };
    let again = STATEMENT.replace("\"m1\"", "\"m2\"");
    let second = Item { parts: vec![part], ..item("gp", &again, Format::GpConnectStu3) };
    let bundle = bundle(&answered("gp", vec![medicine, second]));
    let included = entries(&bundle, "include");
    assert_eq!(included.len(), 1, "sent along once");
    assert_eq!(included[0]["resource"]["code"]["text"], "Bisoprolol 2.5mg tablets", "HAZ-013");
    for statement in entries(&bundle, "match") {
        assert!(statement["resource"].get("taken").is_none(), "STU3 is not passed off as R4");
    }
    let said = texts(&bundle, "gp");
    assert!(said.contains("3 entries are converted from an older standard"), "HAZ-040: {said}");
    assert!(
        said.contains("2 entries are without something that FHIR R4 has no place for"),
        "HAZ-040: {said}"
    );
}

#[test]
fn haz_047_what_is_shown_in_part_leaves_no_original_and_is_counted() {
    let mut part = item("gp", CONDITION, Format::R4);
    part.original = sent("", Format::R4);
    let row = item("gp", "<tr><td>Falls</td></tr>", Format::GpConnectHtml);
    let mut wrong = item("gp", CONDITION, Format::R4);
    wrong.status.standing = Standing::EnteredInError;
    let bundle = bundle(&answered("gp", vec![part, row, wrong]));
    assert_eq!(entries(&bundle, "match").len(), 0, "HAZ-047");
    let said = texts(&bundle, "gp");
    assert!(said.contains("1 entry is shown in part for your role"), "HAZ-047: {said}");
    assert!(said.contains("1 entry is not given here"), "HAZ-006: {said}");
    assert!(said.contains("1 entry made in error is not shown"), "HAZ-019: {said}");
}

#[test]
fn haz_023_what_is_not_for_the_person_says_so_by_its_place() {
    let mut secret = item("gp", &CONDITION.replace("c1", "c2"), Format::R4);
    secret.labels = vec![Label::NotForThePerson];
    let bundle = bundle(&answered("gp", vec![item("gp", CONDITION, Format::R4), secret]));
    let all = issues(&bundle, "gp");
    let ribbon = all.iter().find(|issue| issue.get("expression").is_some()).expect("HAZ-023");
    assert_eq!(ribbon["expression"], serde_json::json!(["Bundle.entry[1].resource"]));
    assert_eq!(bundle["entry"][1]["resource"]["id"], "c2", "HAZ-023");
}

#[test]
fn haz_006_no_way_of_not_answering_reads_as_nothing_recorded() {
    let states = [
        (ReplyState::DidNotAnswer(Silence::TimedOut), "timeout", "Did not answer"),
        (
            ReplyState::DidNotAnswer(Silence::Failed("answered with an error".into())),
            "incomplete",
            "Did not answer",
        ),
        (ReplyState::Unreadable("no JSON".into()), "exception", "Answer unreadable"),
        (
            ReplyState::Withheld(Withholder::PolicyObjection),
            "suppressed",
            "the person has objected to its sharing",
        ),
        (ReplyState::Withheld(Withholder::PolicyIdentity), "suppressed", "who it is about is not certain"),
        (ReplyState::NotShared, "suppressed", "Does not share this yet"),
        (ReplyState::NotAsked(NotAsked("your role does not include them".into())), "suppressed", "Not asked"),
    ];
    for (state, code, words) in states {
        let bundle = bundle(&fixture::with("mh", state.clone()));
        let issue = issues(&bundle, "mh")[0];
        assert_eq!(
            (issue["severity"].as_str(), issue["code"].as_str()),
            (Some("warning"), Some(code)),
            "HAZ-006"
        );
        assert_eq!(issue["details"]["coding"][0]["code"], state.name(), "HAZ-006");
        assert!(issue["details"]["text"].as_str().unwrap().contains(words), "HAZ-006: {issue}");
        let opening = issues(&bundle, "opening");
        assert_eq!(opening[0]["severity"], "warning", "HAZ-006: {}", opening[0]);
        assert!(opening[0]["details"]["text"].as_str().unwrap().starts_with("Not complete:"), "HAZ-033");
    }
    let nobody = bundle(&fixture::waiting());
    assert!(texts(&nobody, "gp").contains("Had not answered when this was written"), "HAZ-006");
    let whole = bundle(&fixture::whole());
    assert_eq!(issues(&whole, "mh")[0]["severity"], "information");
}

#[test]
fn haz_008_an_extract_older_than_agreed_is_stale_in_words_and_by_code() {
    let mut page = fixture::page();
    page.opened_at = "2026-11-29T14:02:00Z".parse().unwrap();
    let bundle = bundle_of(&page, &fixture::whole(), &[]);
    let all = issues(&bundle, "community");
    let stale = all.iter().find(|issue| issue["details"]["coding"][0]["code"] == "stale").expect("HAZ-008");
    assert_eq!(stale["severity"], "warning", "HAZ-008");
    assert!(stale["details"]["text"].as_str().unwrap().contains("older than agreed"), "HAZ-008");
}

#[test]
fn a_type_asked_for_leaves_the_others_out_and_counts_them() {
    let record =
        answered("acute", vec![item("acute", CONDITION, Format::R4), item("acute", MEDICATION, Format::R4)]);
    let bundle = bundle_of(&fixture::page(), &record, &["Condition", "Observation"]);
    let matches = entries(&bundle, "match");
    assert_eq!((matches.len(), matches[0]["resource"]["resourceType"].as_str()), (1, Some("Condition")));
    assert!(texts(&bundle, "opening").contains("1 entry is of types that were not asked for"));
}

#[test]
fn no_two_entries_have_one_address_whatever_their_ids() {
    let odd = |id: &str| CONDITION.replace("c1", id);
    let json =
        [odd("c1"), odd("c1").replace("Falls", "Fall"), odd("a b"), odd("\\\"x"), odd("a/../b"), odd("")];
    let items = json.iter().map(|json| item("acute", json, Format::R4)).collect::<Vec<_>>();
    let mut record = answered("acute", items.clone());
    let gp = items.into_iter().map(|item| Item { source: fixture::id("gp"), ..item }).collect();
    record = {
        let mut both = Record::new(vec![fixture::id("gp"), fixture::id("acute")]);
        both.add(fixture::note("gp", ReplyState::Answered), fixture::released("gp", gp));
        let acute: Vec<Item> = record.items_of(&fixture::id("acute")).into_iter().cloned().collect();
        both.add(
            fixture::note("acute", ReplyState::Answered),
            Released { items: acute, ..Released::nothing(fixture::id("acute")) },
        );
        both
    };
    let bundle = bundle(&record);
    let all = entries(&bundle, "match");
    assert_eq!(all.len(), 12, "HAZ-005: nothing is left out for its id");
    let addresses: HashSet<&str> = all.iter().map(|entry| entry["fullUrl"].as_str().unwrap()).collect();
    assert_eq!(addresses.len(), 12, "HAZ-005: {addresses:?}");
    assert!(addresses.iter().all(|address| !address.contains([' ', '"']) && !address.contains("..")));
}

#[test]
fn haz_022_in_place_of_a_searchset_stands_one_sentence_and_no_source() {
    let said = in_place_of_searchset(crate::words::OBJECTION);
    let outcome: Value = serde_json::from_str(&said).unwrap();
    assert_eq!(outcome["issue"].as_array().map(Vec::len), Some(1), "HAZ-022");
    assert_eq!(outcome["issue"][0]["details"]["text"], crate::words::OBJECTION, "HAZ-022");
    for card in fixture::page().sources {
        assert!(!said.contains(&card.partner) && !said.contains(&card.short), "HAZ-022: {said}");
    }
}

/// Compares with `golden/searchset.json`, or writes it where `UPDATE_GOLDEN` is set.
#[test]
fn a_searchset_is_as_golden() {
    let record = {
        let mut record = fixture::with("mh", ReplyState::DidNotAnswer(Silence::TimedOut));
        record.add(fixture::note("city", ReplyState::NotShared), Released::nothing(fixture::id("city")));
        record
    };
    let text = serde_json::to_string_pretty(&bundle(&record)).unwrap() + "\n";
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/golden/searchset.json");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(path, &text).unwrap();
    }
    let golden = std::fs::read_to_string(path).unwrap_or_default();
    assert!(golden == text, "{path} differs: look at it, then run with UPDATE_GOLDEN=1");
}
