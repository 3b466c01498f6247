//! What a unit keeps back goes with all that would tell of it, is counted where it would stand, and leaves the rest as it was.

use crate::item::{Item, Section};
use crate::normalise::tests::{check_law, payload, reply};
use crate::normalise::{Normalised, Places, Restricted, Under, normalise_under};
use crate::release::{Held, Released, release};
use crate::{Restrictions, Units};
use fhir::reply::Format;
use fhir::{Category, Level, SourceId};
use proptest::prelude::*;
use serde_json::{Value, json};

/// Two wards of a hospital, a clinic of the second, a visit on each with what happened there, and entries that name nobody.
fn hospital() -> Vec<Value> {
    let at = |place: &str| json!([{ "location": { "reference": format!("Location/{place}") } }]);
    let within = |visit: &str| json!({ "reference": format!("Encounter/{visit}") });
    vec![
        json!({ "resourceType": "Organization", "id": "trust", "identifier": [{ "system": "https://fhir.nhs.uk/Id/ods-organization-code", "value": "ZZ910" }], "name": "Trust" }),
        json!({ "resourceType": "Location", "id": "w7", "name": "Ward seven", "managingOrganization": { "reference": "Organization/trust" } }),
        json!({ "resourceType": "Location", "id": "w8", "name": "Ward eight", "identifier": [{ "value": "SITE-8" }] }),
        json!({ "resourceType": "HealthcareService", "id": "clinic", "name": "Clinic", "location": [{ "reference": "Location/w8" }] }),
        json!({ "resourceType": "PractitionerRole", "id": "role", "healthcareService": [{ "reference": "HealthcareService/clinic" }] }),
        json!({ "resourceType": "Encounter", "id": "v7", "status": "finished", "location": at("w7"), "reasonCode": [{ "text": "Fall on seven" }] }),
        json!({ "resourceType": "Encounter", "id": "v8", "status": "finished", "location": at("w8"), "reasonCode": [{ "text": "Cough on eight" }] }),
        json!({ "resourceType": "Appointment", "id": "a7", "status": "booked", "description": "Seven again", "participant": [{ "actor": { "reference": "Location/w7" } }] }),
        json!({ "resourceType": "Condition", "id": "c7", "code": { "text": "Fracture seen on seven" }, "encounter": within("v7") }),
        json!({ "resourceType": "Condition", "id": "c8", "code": { "text": "Asthma seen on eight" }, "encounter": within("v8") }),
        json!({ "resourceType": "Condition", "id": "c0", "code": { "text": "Gout of nowhere" } }),
        json!({ "resourceType": "Observation", "id": "o7", "code": { "text": "Sodium seven" }, "encounter": within("v7") }),
        json!({ "resourceType": "DiagnosticReport", "id": "r7", "code": { "text": "Bloods seven" }, "result": [{ "reference": "Observation/o7b" }], "encounter": within("v7") }),
        json!({ "resourceType": "Observation", "id": "o7b", "code": { "text": "Potassium of the report" }, "valueString": "4.1" }),
        json!({ "resourceType": "MedicationStatement", "id": "m0", "status": "active", "medicationCodeableConcept": { "text": "Codeine" }, "reasonReference": [{ "reference": "Condition/c7", "display": "Fracture seen on seven" }] }),
        json!({ "resourceType": "DocumentReference", "id": "d8", "status": "current", "type": { "text": "Letter of eight" }, "author": [{ "reference": "PractitionerRole/role" }] }),
        json!({ "resourceType": "DocumentReference", "id": "d9", "status": "current", "type": { "text": "Letter by identifier" }, "custodian": { "identifier": { "value": "TEAM-9" } } }),
        json!({ "resourceType": "EpisodeOfCare", "id": "e9", "status": "active", "type": [{ "text": "Stay with nine" }], "managingOrganization": { "identifier": { "value": "TEAM-9" } } }),
        json!({ "resourceType": "Encounter", "id": "v9", "status": "finished", "episodeOfCare": [{ "reference": "EpisodeOfCare/e9" }], "reasonCode": [{ "text": "Visit of nine" }] }),
        json!({ "resourceType": "Condition", "id": "c9", "code": { "text": "Ulcer in the stay" }, "encounter": within("v9") }),
        json!({ "resourceType": "Appointment", "id": "a430", "status": "booked", "description": "Coded service", "serviceType": [{ "coding": [{ "code": "430" }] }] }),
    ]
}

fn read(resources: &[Value], rules: &[(&str, &[Category], Level)]) -> Normalised {
    let entries: Vec<Value> = resources.iter().map(|resource| json!({ "resource": resource })).collect();
    let bundle = json!({ "resourceType": "Bundle", "type": "collection", "entry": entries }).to_string();
    let mut units = Units::default();
    for (code, categories, level) in rules {
        categories.iter().for_each(|category| units.narrow(code, *category, *level));
    }
    let (restrictions, restricted) = (&Restrictions::default(), Restricted::TakenOut);
    let given = reply(vec![payload(Format::R4, None, bundle.as_bytes())]);
    let normalised =
        normalise_under(&given, &Under { restrictions, restricted, places: Places::Told, units: &units });
    check_law(&normalised, "a hospital");
    normalised
}

fn shown(normalised: Normalised) -> Released {
    release(&SourceId::new("source"), normalised, &|_| Level::Full, Some("2026-11-22"))
}

fn ids(items: &[Item]) -> Vec<String> {
    let mut ids: Vec<String> = items.iter().filter_map(|item| item.provenance.id.clone()).collect();
    ids.sort();
    ids
}

fn says(items: &[Item]) -> String {
    items
        .iter()
        .map(|item| {
            format!("{:?} {:?} {:?} {}", item.what, item.facts, item.details, item.original.as_sent())
        })
        .collect()
}

const ALL: &[Category] = &Category::ALL;

#[test]
fn a_ward_that_is_off_takes_its_visits_appointments_and_all_that_happened_there() {
    let out = shown(read(&hospital(), &[("W7", ALL, Level::Nothing)]));
    let left = ["a430", "c0", "c8", "c9", "d8", "d9", "e9", "m0", "v8", "v9"];
    assert_eq!(ids(&out.items), left, "HAZ-055");
    let text = says(&out.items);
    for word in ["seven", "w7", "c7", "v7", "Potassium"] {
        assert!(!text.contains(word), "HAZ-055: `{word}` in {text}");
    }
    assert!(text.contains("Codeine"), "HAZ-006: what another recorded stays");
    let counted: Vec<Section> = out.kept_back.iter().map(|(section, _)| *section).collect();
    assert_eq!(counted.iter().filter(|section| **section == Section::Contacts).count(), 2, "{counted:?}");
    assert_eq!(counted.iter().filter(|section| **section == Section::Results).count(), 2, "{counted:?}");
    assert_eq!(counted.iter().filter(|section| **section == Section::Problems).count(), 1, "{counted:?}");
    assert_eq!(counted.len(), 5, "HAZ-006: each entry once, and none that is read with another");
    let held =
        out.held.iter().filter(|line| line.reason == Some(Held::Partner)).filter_map(|line| line.id.clone());
    let mut held: Vec<String> = held.collect();
    held.sort();
    assert_eq!(held, ["a7", "c7", "o7", "o7b", "r7", "v7"], "HAZ-025: the audit has each");
}

#[test]
fn a_unit_is_known_by_id_identifier_service_code_role_and_stay() {
    for (unit, gone) in [
        ("site-8", vec!["c8", "d8", "v8"]),
        ("clinic", vec!["d8"]),
        ("TEAM-9", vec!["c9", "d9", "e9", "v9"]),
        ("430", vec!["a430"]),
        ("ZZ910", vec!["a7", "c7", "o7", "r7", "v7"]),
        ("v7", vec![]),
        ("W77", vec![]),
    ] {
        let normalised = read(&hospital(), &[(unit, ALL, Level::Nothing)]);
        assert_eq!(ids(&normalised.kept_back), gone, "HAZ-055: {unit}");
    }
}

// shows: R25
#[test]
fn an_entry_that_names_no_unit_is_shown_as_its_source_shares_it() {
    let every = ["W7", "SITE-8", "TEAM-9", "430", "ZZ910"].map(|unit| (unit, ALL, Level::Nothing));
    let out = shown(read(&hospital(), &every));
    assert_eq!(
        ids(&out.items),
        ["c0", "m0"],
        "HAZ-006: as with listed services, what is not known is not held"
    );
}

#[test]
fn a_category_that_is_off_takes_no_other_with_it_but_no_other_tells_of_it() {
    let out =
        shown(read(&hospital(), &[("W7", &[Category::Encounters, Category::Problems], Level::Nothing)]));
    let left = ids(&out.items);
    assert!(left.contains(&"o7".to_owned()) && left.contains(&"r7".to_owned()), "HAZ-006: {left:?}");
    assert!(!says(&out.items).contains("Encounter/v7") && !says(&out.items).contains("Fracture"), "HAZ-055");
    let report = out.items.iter().find(|item| item.provenance.id.as_deref() == Some("r7")).unwrap();
    assert!(format!("{:?}", report.facts).contains("Potassium"), "HAZ-006: whole as it was");
}

#[test]
fn a_unit_that_shares_a_summary_has_its_entries_shortened_and_the_others_not() {
    let rule = [("W7", &[Category::Problems][..], Level::Summary)];
    let normalised = read(&hospital(), &rule);
    assert_eq!(normalised.in_part.values().collect::<Vec<_>>(), [&Level::Summary]);
    let out = shown(normalised);
    let sent = |id: &str| {
        let item = out.items.iter().find(|item| item.provenance.id.as_deref() == Some(id)).unwrap();
        item.original.as_sent().len()
    };
    assert_eq!(sent("c7"), 0, "HAZ-055: as a summary it has no original");
    assert!(sent("c8") > 0 && sent("c0") > 0, "HAZ-055");
    assert!(out.reduced.is_empty(), "HAZ-011: not for the reader's role");
    // With the visit gone the ward is known no more from what is left, and the summary stays one.
    let both = [("W7", &[Category::Encounters][..], Level::Nothing), rule[0]];
    let out = shown(read(&hospital(), &both));
    let problem = out.items.iter().find(|item| item.provenance.id.as_deref() == Some("c7")).unwrap();
    assert_eq!(problem.original.as_sent(), "", "HAZ-055");
}

#[test]
fn a_document_goes_whole_and_leaves_none_of_its_parts_as_entries_of_their_own() {
    let document = json!({ "resourceType": "Bundle", "type": "document", "id": "doc", "entry": [
        { "resource": { "resourceType": "Composition", "id": "comp", "status": "final", "type": { "text": "Summary" }, "title": "Discharge", "custodian": { "reference": "Organization/ward" }, "section": [{ "title": "Problems", "text": { "div": "<div>Told inside</div>" }, "entry": [{ "reference": "Condition/in" }] }] } },
        { "resource": { "resourceType": "Condition", "id": "in", "code": { "text": "Told inside" } } },
        { "resource": { "resourceType": "Organization", "id": "ward", "name": "Ward" } },
    ]});
    let mut units = Units::default();
    units.narrow("ward", Category::Documents, Level::Nothing);
    let given = reply(vec![payload(Format::R4, None, document.to_string().as_bytes())]);
    let (restrictions, restricted) = (&Restrictions::default(), Restricted::TakenOut);
    let normalised =
        normalise_under(&given, &Under { restrictions, restricted, places: Places::Told, units: &units });
    assert_eq!((normalised.items.len(), normalised.kept_back.len()), (0, 1), "HAZ-055");
}

#[test]
fn nothing_is_counted_that_the_role_would_not_see() {
    let normalised = || read(&hospital(), &[("W7", ALL, Level::Nothing)]);
    let of = |level: &dyn Fn(Category) -> Level| {
        release(&SourceId::new("source"), normalised(), level, Some("2026-11-22")).kept_back.len()
    };
    assert_eq!(of(&|_| Level::Nothing), 0, "HAZ-050");
    assert_eq!(of(&|category| if category == Category::Problems { Level::Full } else { Level::Nothing }), 1);
}

#[test]
fn codes_in_escapes_and_hostile_replies_are_no_way_round() {
    let text = r#"{"resourceType":"Condition","id":"c","code":{"text":"Hidden"},"recorder":{"reference":"Organization\/w\u0037"}}"#;
    let mut units = Units::default();
    units.narrow("W7", Category::Problems, Level::Nothing);
    let (restrictions, restricted) = (&Restrictions::default(), Restricted::TakenOut);
    let under = Under { restrictions, restricted, places: Places::Told, units: &units };
    let of = |text: &str| {
        let normalised = normalise_under(&reply(vec![payload(Format::R4, None, text.as_bytes())]), &under);
        (normalised.items.len(), normalised.kept_back.len())
    };
    assert_eq!(of(text), (0, 1), "HAZ-055");
    // A ward that names itself, and two that name each other.
    let circle = r#"{"resourceType":"Bundle","type":"collection","entry":[
        {"resource":{"resourceType":"Location","id":"a","partOf":{"reference":"Location/b"}}},
        {"resource":{"resourceType":"Location","id":"b","partOf":{"reference":"Location/a"},"managingOrganization":{"reference":"Organization/w7"}}},
        {"resource":{"resourceType":"Encounter","id":"v","partOf":{"reference":"Encounter/v"},"location":[{"location":{"reference":"Location/a"}}]}},
        {"resource":{"resourceType":"Condition","code":{"text":"Without a name"},"encounter":{"reference":"Encounter/v"}}}]}"#;
    assert_eq!(of(circle), (1, 1), "HAZ-041");
    assert_eq!(of(r#"{"w7":"W7"}"#), (0, 0));
    assert_eq!(of(r#"{"resourceType":"Bundle","entry":"w7"}"#), (0, 0));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Whatever is said of units, nothing is shown that was not shown without, and what is shown says no more.
    #[test]
    fn t55_a_rule_for_a_unit_never_makes_an_entry_visible_that_was_not(
        rules in prop::collection::vec(
            (
                prop::sample::select(vec!["W7", "SITE-8", "clinic", "TEAM-9", "430", "ZZ910", "trust"]),
                prop::sample::subsequence(Category::ALL.to_vec(), 1..6),
                prop::sample::select(vec![Level::Nothing, Level::Existence, Level::Summary]),
            ),
            0..4,
        ),
        role in prop::collection::vec(
            prop::sample::select(vec![Level::Nothing, Level::Summary, Level::Full, Level::Full]), 15,
        ),
    ) {
        let level = |category: Category| {
            let place = Category::ALL.iter().position(|one| *one == category).unwrap_or_default();
            role.get(place).copied().unwrap_or(Level::Nothing)
        };
        let of = |rules: &[(&str, &[Category], Level)]| {
            release(&SourceId::new("source"), read(&hospital(), rules), &level, Some("2026-11-22"))
        };
        let rules: Vec<(&str, &[Category], Level)> =
            rules.iter().map(|(unit, categories, level)| (*unit, categories.as_slice(), *level)).collect();
        let (before, after) = (of(&[]), of(&rules));
        let was: std::collections::HashMap<String, usize> = before
            .items
            .iter()
            .map(|item| (item.provenance.id.clone().unwrap(), item.original.as_sent().len()))
            .collect();
        for item in &after.items {
            let id = item.provenance.id.clone().unwrap();
            // The last three contacts of those that are left may be others than the last three of all.
            let chosen = level(item.category) == Level::Summary && item.section == Section::Contacts;
            prop_assert!(was.contains_key(&id) || chosen, "HAZ-047: {}", id);
            prop_assert!(item.original.as_sent().len() <= was.get(&id).copied().unwrap_or(0), "HAZ-047: {}", id);
        }
    }
}
