//! What an item is read with goes where the item goes, and no further.

use super::*;

const ORDER: &str = r#"{"resourceType":"MedicationRequest","id":"1","status":"active","intent":"order","medicationReference":{"reference":"Medication/d"}}"#;
const DRUG: &str =
    r#"{"resourceType":"Medication","id":"d","meta":{"versionId":"3"},"code":{"text":"Senna"}}"#;
const ISSUE: &str = r#"{"resourceType":"MedicationDispense","id":"i","status":"completed","authorizingPrescription":[{"reference":"MedicationRequest/1"}],"medicationReference":{"reference":"Medication/d"}}"#;
const PLAN: &str = r#"{"resourceType":"CarePlan","id":"p","status":"active","intent":"plan","title":"Falls plan","goal":[{"reference":"Goal/g"}]}"#;

fn parts(item: &Item) -> Vec<String> {
    item.parts.iter().map(crate::item::Part::key).collect()
}

fn goal(label: &str) -> String {
    format!(
        r#"{{"resourceType":"Goal","id":"g","meta":{{"security":[{{"code":"{label}"}}]}},"lifecycleStatus":"active","description":{{"text":"Walk"}}}}"#
    )
}

#[test]
fn haz_013_a_medicine_has_its_own_entry_and_its_issues_with_it_each_in_the_manifest_once() {
    let all = [ORDER, DRUG, ISSUE].map(str::to_owned);
    let released = released(&bundle(&all), &|_| Level::Full);
    let item = released.items.iter().find(|item| item.provenance.id.as_deref() == Some("1")).unwrap();
    let mut own = parts(item);
    own.sort();
    own.dedup();
    assert_eq!(own, ["Medication/d", "MedicationDispense/i"], "HAZ-013");
    assert!(item.parts.iter().all(|part| !part.original.as_sent().is_empty()));
    let lines =
        |kind: &str| released.shown.iter().filter(|line| line.resource_type == kind).collect::<Vec<_>>();
    assert_eq!(lines("Medication").len(), 1, "HAZ-030: said once, however often it is named");
    assert_eq!(lines("Medication")[0].version.as_deref(), Some("3"), "HAZ-030");
    assert_eq!(lines("MedicationDispense").len(), 1, "HAZ-030");
}

#[test]
fn haz_047_what_is_shown_in_part_or_not_at_all_has_nothing_with_it() {
    let all = [PLAN.to_owned(), goal("N"), ORDER.to_owned(), DRUG.to_owned()];
    for level in [Level::Summary, Level::Existence, Level::Nothing] {
        let released = released(&bundle(&all), &|_| level);
        assert!(released.items.iter().all(|item| item.parts.is_empty()), "HAZ-047: {level:?}");
        let with = released
            .shown
            .iter()
            .filter(|line| ["Goal", "Medication"].contains(&line.resource_type.as_str()));
        assert_eq!(with.count(), 0, "HAZ-047: {level:?}");
    }
}

#[test]
fn haz_023_a_part_that_fewer_may_see_is_no_part() {
    let open = released(&bundle(&[PLAN.to_owned(), goal("N")]), &|_| Level::Full);
    assert_eq!(open.items.iter().flat_map(parts).collect::<Vec<_>>(), ["Goal/g"]);
    let closed = released(&bundle(&[PLAN.to_owned(), goal("PSY")]), &|_| Level::Full);
    assert!(closed.items.iter().all(|item| item.parts.is_empty()), "HAZ-023");
}
