//! What is restricted takes with it what would tell of it, and leaves nothing behind: the rest of a reply reads as though it had
//! never been sent.

use crate::item::Item;
use crate::normalise::tests::{check_law, payload, reply};
use crate::normalise::{Normalised, Places, Restricted, Under, normalise_under};
use crate::restrictions::Restrictions;
use fhir::Category;
use fhir::Reply;
use fhir::reply::Format;
use proptest::prelude::*;
use serde_json::{Value, json};

/// Replies of sources: what one holds, and what of it is withheld.
mod given;

use given::{LISTED, lists};

/// A searchset of these, in their order.
fn bundle(resources: &[Value]) -> String {
    let entries: Vec<Value> = resources.iter().map(|resource| json!({ "resource": resource })).collect();
    json!({ "resourceType": "Bundle", "type": "searchset", "entry": entries }).to_string()
}

fn under(reply: &Reply, restrictions: &Restrictions, restricted: Restricted) -> Normalised {
    let units = &crate::Units::default();
    normalise_under(reply, &Under { restrictions, restricted, places: Places::Told, units })
}

fn read(format: Format, resources: &[Value], restricted: Restricted) -> Normalised {
    let reply = reply(vec![payload(format, None, bundle(resources).as_bytes())]);
    let normalised = under(&reply, &lists(), restricted);
    check_law(&normalised, "a reply");
    normalised
}

/// Everything an item would show.
fn says(item: &Item) -> String {
    let notes: Vec<&str> = item.notes.iter().map(|note| note.text.as_str()).collect();
    format!(
        "{:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {} {notes:?}",
        item.category,
        item.what,
        item.status,
        item.when,
        item.facts,
        item.details,
        item.caveats,
        item.provenance,
        item.original.as_sent()
    )
}

fn all(normalised: &Normalised) -> (Vec<String>, usize, String, String) {
    let items = normalised.items.iter().map(says).collect();
    let counts = format!("{:?} {:?}", normalised.received, normalised.context);
    (items, normalised.unread.len(), format!("{:?}", normalised.warnings), counts)
}

/// The ids of what is restricted, in order.
fn restricted(format: Format, resources: &[Value]) -> Vec<String> {
    let normalised = read(format, resources, Restricted::TakenOut);
    let mut ids: Vec<String> = normalised.taken_out.iter().filter_map(|cut| cut.id.clone()).collect();
    ids.sort();
    ids
}

// shows: R43
#[test]
fn t61_a_restricted_code_its_encounter_letter_medicine_and_words_leave_nothing_behind() {
    for (name, format, with, without) in given::matters() {
        let seen = read(format, &with, Restricted::TakenOut);
        let never_sent = read(format, &without, Restricted::TakenOut);
        assert!(never_sent.taken_out.is_empty(), "{name}: nothing of the rest is restricted");
        assert!(!never_sent.items.is_empty(), "{name}: there is a rest");
        assert_eq!(all(&seen), all(&never_sent), "HAZ-010, HAZ-023 {name}");
        assert_eq!(seen.taken_out.len(), with.len() - without.len(), "HAZ-025 {name}: the manifest has each");
        let text = format!("{:?}", all(&seen));
        assert!(!text.contains(given::SECRET), "HAZ-023 {name}");
    }
}

// shows: R43
#[test]
fn t60_what_is_sent_along_contained_referred_to_or_narrated_brings_nothing_more() {
    for (name, entry) in given::carriers() {
        let plain = json!({ "resourceType": "Condition", "id": "plain", "code": { "text": "Asthma" } });
        let mut entries = vec![json!({ "resource": plain })];
        entries.extend(entry.as_array().cloned().unwrap_or_default());
        let text = json!({ "resourceType": "Bundle", "type": "searchset", "entry": entries }).to_string();
        let given = reply(vec![payload(Format::R4, None, text.as_bytes())]);
        let seen = under(&given, &lists(), Restricted::TakenOut);
        let words: String = seen.items.iter().map(says).collect();
        assert!(words.contains("Asthma"), "{name}: the rest stays");
        assert!(!words.contains(given::SECRET), "HAZ-023 {name}: {words}");
        assert!(!seen.taken_out.is_empty(), "HAZ-025 {name}: what was held is in the manifest");
    }
}

#[test]
fn haz_023_every_way_to_write_a_restricted_code_or_service_restricts() {
    for (name, resource) in LISTED() {
        assert_eq!(restricted(Format::R4, &[resource]).len(), 1, "HAZ-023 {name}");
    }
}

#[test]
fn haz_006_what_only_resembles_a_restricted_entry_is_shown() {
    for (name, resource) in given::not_listed() {
        let shown = read(Format::R4, std::slice::from_ref(&resource), Restricted::TakenOut);
        assert!(shown.taken_out.is_empty() && shown.items.len() == 1, "HAZ-006 {name}");
    }
}

/// A person's hypertension, recorded at the same visit, is withheld as said there and nowhere else.
#[test]
fn haz_006_what_a_restricted_visit_touched_is_not_lost_with_it() {
    let resources = [
        json!({ "resourceType": "Condition", "id": "hiv", "code": { "coding": [{ "system": "http://snomed.info/sct", "code": "86406008" }] }, "encounter": { "reference": "Encounter/e" } }),
        json!({ "resourceType": "Encounter", "id": "e", "status": "finished", "partOf": { "reference": "Encounter/stay" } }),
        json!({ "resourceType": "Encounter", "id": "stay", "status": "finished" }),
        json!({ "resourceType": "Condition", "id": "pressure", "code": { "text": "Hypertension" }, "encounter": { "reference": "Encounter/e" } }),
        json!({ "resourceType": "MedicationRequest", "id": "tablet", "status": "active", "medicationCodeableConcept": { "text": "Amlodipine" }, "reasonReference": [{ "reference": "Condition/pressure" }] }),
        json!({ "resourceType": "CarePlan", "id": "respect", "status": "active", "title": "ReSPECT", "addresses": [{ "reference": "Condition/hiv", "display": "HIV" }] }),
        json!({ "resourceType": "AllergyIntolerance", "id": "latex", "code": { "text": "Latex" } }),
    ];
    assert_eq!(restricted(Format::R4, &resources), ["e", "hiv", "pressure"], "HAZ-023");
    let shown = read(Format::R4, &resources, Restricted::TakenOut);
    let words: String = shown.items.iter().map(says).collect();
    for kept in ["Amlodipine", "ReSPECT", "Latex", "stay"] {
        assert!(words.contains(kept), "HAZ-006 {kept}");
    }
    assert!(
        !words.contains("HIV") && !words.contains("Condition/"),
        "HAZ-023: no reference to it is left: {words}"
    );
}

#[test]
fn haz_023_a_document_or_message_that_holds_one_goes_whole_and_so_does_what_names_it() {
    let document = json!({ "resourceType": "Bundle", "id": "letter", "type": "document", "entry": [
        { "resource": { "resourceType": "Composition", "id": "c", "status": "final", "title": "Discharge summary", "section": [
            { "title": "Diagnoses", "entry": [{ "reference": "Condition/d" }] }] } },
        { "resource": { "resourceType": "Condition", "id": "d", "code": { "coding": [{ "system": "http://snomed.info/sct", "code": "76272004" }] } } },
        { "resource": { "resourceType": "Patient", "id": "p" } }] });
    let resources = [
        document,
        json!({ "resourceType": "DocumentReference", "id": "listed", "status": "current", "type": { "text": "Discharge summary" }, "context": { "related": [{ "reference": "Bundle/letter" }] } }),
        json!({ "resourceType": "Patient", "id": "p" }),
        json!({ "resourceType": "Condition", "id": "other", "code": { "text": "Asthma" }, "subject": { "reference": "Patient/p" } }),
    ];
    assert_eq!(restricted(Format::R4, &resources), ["c", "d", "listed"], "HAZ-023");
    let shown = read(Format::R4, &resources, Restricted::TakenOut);
    assert_eq!(shown.items.len(), 1, "HAZ-006: the rest is shown: {:?}", shown.items);
    assert!(shown.items[0].original.as_sent().contains("Patient/p"), "and still says whom it is about");
}

#[test]
fn haz_023_read_for_an_exception_they_are_filed_under_restricted_and_nothing_else_is() {
    for (name, format, with, without) in given::matters() {
        let opened = read(format, &with, Restricted::Read);
        assert!(opened.taken_out.is_empty(), "{name}");
        let plain = read(format, &without, Restricted::Read);
        let of = |normalised: &Normalised| {
            normalised.items.iter().filter(|item| item.category != Category::Restricted).count()
        };
        assert_eq!(of(&opened), plain.items.len(), "HAZ-023 {name}");
        assert!(opened.items.len() > plain.items.len(), "{name}: and are there to be shown");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    /// However the entries stand, in one answer or several: what is left is what would have been sent without them, and reading
    /// what is left takes out nothing more.
    #[test]
    fn t61_whatever_the_order_the_rest_reads_as_though_they_had_never_been_sent(
        which in 0usize..given::MATTERS, seed in any::<u64>(), split in 0usize..6,
    ) {
        let (_, format, with, without) = given::matters().swap_remove(which);
        let order = given::shuffled(&with, seed);
        let kept: Vec<Value> = order.iter().filter_map(|resource| {
            without.iter().find(|kept| kept["id"] == resource["id"] && kept["resourceType"] == resource["resourceType"])
        }).cloned().collect();
        let at = split.min(order.len());
        let payloads = [&order[..at], &order[at..]];
        let split = reply(payloads.iter().map(|part| payload(format, None, bundle(part).as_bytes())).collect());
        let seen = under(&split, &lists(), Restricted::TakenOut);
        let never_sent = read(format, &kept, Restricted::TakenOut);
        prop_assert_eq!(all(&seen), all(&never_sent), "HAZ-010, HAZ-023");
    }
}

#[test]
fn without_lists_only_labels_restrict() {
    let coded = json!({ "resourceType": "Condition", "id": "1", "code": { "coding": [{ "system": "http://snomed.info/sct", "code": "86406008" }] } });
    let given = reply(vec![payload(Format::R4, None, bundle(&[coded]).as_bytes())]);
    let seen = under(&given, &Restrictions::default(), Restricted::TakenOut);
    assert_eq!(seen.items.len(), 1);
}

// shows: R43
#[test]
fn t52_where_nobody_says_that_the_address_may_be_known_none_is_told_whatever_it_stands_in() {
    let home = json!({ "line": ["Flat 3, 17 Hidden Lane"], "city": "Marshford", "postalCode": "ZZ99 3WZ" });
    let patient =
        json!({ "resourceType": "Patient", "id": "p", "address": [home], "contact": [{ "address": home }] });
    let resources = [
        patient.clone(),
        json!({ "resourceType": "Condition", "id": "asthma", "code": { "text": "Asthma" }, "subject": { "reference": "Patient/p" } }),
        json!({ "resourceType": "RelatedPerson", "id": "r", "name": [{ "text": "Next of kin" }], "patient": { "reference": "Patient/p" }, "address": [home] }),
        json!({ "resourceType": "Encounter", "id": "home", "status": "finished", "location": [{ "location": { "display": "Home: 17 hidden lane" } }] }),
        json!({ "resourceType": "Encounter", "id": "post", "status": "finished", "reasonCode": [{ "text": "Seen at zz993wz" }] }),
        json!({ "resourceType": "DocumentReference", "id": "letter", "status": "current", "type": { "text": "Letter" }, "contained": [patient] }),
        json!({ "resourceType": "Location", "id": "l", "name": "Home", "address": home }),
        json!({ "resourceType": "Observation", "id": "said", "status": "final", "code": { "text": "Note" }, "note": [{ "text": "Moved to Flat 3,\n17 Hidden Lane in May" }] }),
    ];
    for restricted in [Restricted::TakenOut, Restricted::Read] {
        let given = reply(vec![payload(Format::R4, None, bundle(&resources).as_bytes())]);
        let under = Under {
            restrictions: &lists(),
            restricted,
            places: Places::Kept,
            units: &crate::Units::default(),
        };
        let seen = normalise_under(&given, &under);
        check_law(&seen, "without places");
        let words: String = seen.items.iter().map(says).collect();
        for piece in ["hidden", "zz99", "3wz", "marshford", "17 "] {
            assert!(!words.to_lowercase().contains(piece), "HAZ-023 {piece}: {words}");
        }
        for kept in ["Asthma", "Next of kin", "Letter"] {
            assert!(words.contains(kept), "HAZ-006 {kept}: {words}");
        }
        assert_eq!(seen.taken_out.len(), 3, "HAZ-025: what told it in words is held, and in the manifest");
    }
}
