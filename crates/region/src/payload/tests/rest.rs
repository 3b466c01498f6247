//! What trusts, community services and councils send.

use super::*;

fn words(resource: &Value) -> &str {
    resource["code"]["text"].as_str().unwrap_or_default()
}

fn at(partner: &str, story: &str) -> Vec<Value> {
    resources(partner, &by_story(story), today())
}

#[test]
fn one_laboratory_report_has_one_number_at_practice_and_trust() {
    let doreen = by_story("falls");
    let numbers = |resources: &[Value]| -> BTreeSet<String> {
        let reports = of_type(resources, "DiagnosticReport");
        let identifiers = reports.iter().flat_map(|report| report["identifier"].as_array().unwrap());
        let laboratory =
            identifiers.filter(|identifier| identifier["system"] == "urn:oid:2.16.840.1.113883.2.1.4.5.5");
        laboratory.map(|identifier| identifier["value"].as_str().unwrap().to_owned()).collect()
    };
    let (gp, acute) =
        (numbers(&gp_resources(&doreen, &all_areas())), numbers(&resources("acute", &doreen, today())));
    assert_eq!((gp.len(), acute.len(), gp.intersection(&acute).count()), (6, 9, 5));
}

#[test]
fn doreen_has_something_at_every_partner() {
    for (partner, kind, count) in [
        ("acute", "AllergyIntolerance", 3),
        ("acute", "MedicationRequest", 2),
        ("acute", "MedicationStatement", 2),
        ("acute", "DiagnosticReport", 10),
        ("acute", "Encounter", 2),
        ("acute", "CarePlan", 1),
        ("acute", "DocumentReference", 5),
        ("nelft", "DocumentReference", 3),
        ("eput", "Encounter", 1),
        ("nelft", "Immunization", 1),
        ("provide", "Flag", 1),
        ("ambulance", "Observation", 3),
        ("essex", "CarePlan", 1),
        ("southend", "EpisodeOfCare", 1),
        ("thurrock", "EpisodeOfCare", 1),
    ] {
        assert_eq!(of_type(&at(partner, "falls"), kind).len(), count, "{partner} {kind}");
    }
}

#[test]
fn the_dose_of_apixaban_differs_between_practice_and_discharge() {
    let gp = serde_json::to_string(&gp_resources(&by_story("falls"), &all_areas())).unwrap();
    let acute = serde_json::to_string(&at("acute", "falls")).unwrap();
    assert!(gp.contains("Apixaban 5mg tablets") && !gp.contains("Apixaban 2.5mg"), "HAZ-013");
    assert!(acute.contains("Apixaban 2.5mg tablets") && !acute.contains("Apixaban 5mg"), "HAZ-013");
}

#[test]
fn the_discharge_list_stops_what_is_still_on_repeat_and_adds_what_the_practice_has_not() {
    let acute = at("acute", "polypharmacy");
    let of_status =
        |status| of_type(&acute, "MedicationRequest").iter().filter(|r| r["status"] == status).count();
    assert_eq!((of_status("active"), of_status("stopped")), (7, 2), "HAZ-013");
    for stopped in of_type(&acute, "MedicationRequest").iter().filter(|r| r["status"] == "stopped") {
        let changed = &stopped["extension"][0]["extension"][1];
        assert_eq!(changed["url"], "statusChangeDate", "HAZ-013");
        assert_eq!(changed["valueDateTime"], "2026-11-17", "HAZ-013 a stop says its day");
    }
    let gp = gp_resources(&by_story("polypharmacy"), &all_areas());
    assert_eq!(of_type(&gp, "MedicationStatement").len(), 12);
    assert!(!serde_json::to_string(&gp).unwrap().contains("Eplerenone"));
}

#[test]
fn one_side_denies_the_allergy_that_the_other_met() {
    let beryl = everybody().into_iter().find(|person| person.given == ["Beryl"]).unwrap();
    let gp = gp_resources(&beryl, &all_areas());
    assert_eq!(of_type(&gp, "AllergyIntolerance")[0]["code"]["coding"][0]["code"], "716186003", "HAZ-012");
    let acute = resources("acute", &beryl, today());
    let allergy = of_type(&acute, "AllergyIntolerance")[0];
    assert_eq!(
        (words(allergy), allergy["criticality"].as_str()),
        ("Penicillin allergy", Some("high")),
        "HAZ-012"
    );
}

#[test]
fn two_respect_forms_say_opposite_things_and_the_newer_is_known_by_its_date() {
    let plan = |partner: &str| -> (String, String) {
        let all = at(partner, "respect");
        let plans = of_type(&all, "CarePlan");
        let form =
            plans.iter().find(|plan| plan["category"][0]["coding"][0]["code"] == "1382601000000107").unwrap();
        (
            form["created"].as_str().unwrap().to_owned(),
            form["activity"][0]["detail"]["description"].as_str().unwrap().to_owned(),
        )
    };
    let (acute, provide) = (plan("acute"), plan("provide"));
    assert!(acute.0 > provide.0, "HAZ-026");
    assert_eq!((acute.1.as_str(), provide.1.as_str()), ("Not recommended", "Recommended"), "HAZ-026");
    let superseded = at("provide", "respect");
    let superseded =
        of_type(&superseded, "DocumentReference").into_iter().filter(|d| d["status"] == "superseded").count();
    assert_eq!(superseded, 1);
}

#[test]
fn a_safeguarding_concern_exists_and_says_nothing_of_itself() {
    let council = at("southend", "safeguarding");
    let concern = of_type(&council, "ServiceRequest")[0];
    assert_eq!(concern["category"][0]["text"], "Safeguarding");
    assert!(concern.get("reasonCode").is_none() && concern.get("note").is_none(), "HAZ-023");
    let acute = serde_json::to_string(&at("acute", "safeguarding")).unwrap();
    assert!(!acute.to_lowercase().contains("safeguarding"), "HAZ-023");
    let gp = serde_json::to_string(&gp_resources(&by_story("safeguarding"), &all_areas())).unwrap();
    assert!(!gp.to_lowercase().contains("safeguarding"), "HAZ-023");
}

#[test]
fn a_package_has_four_visits_a_worker_and_carers() {
    let essex = at("essex", "care-package");
    let plan = of_type(&essex, "CarePlan")[0];
    let visits = plan["activity"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|a| a["detail"]["code"]["text"].as_str().unwrap().ends_with("visit"))
        .count();
    assert_eq!(visits, 4);
    assert_eq!(of_type(&essex, "CareTeam")[0]["participant"].as_array().unwrap().len(), 3);
    assert!(of_type(&essex, "EpisodeOfCare")[0]["careManager"]["reference"].is_string());
}

#[test]
fn end_of_life_wishes_and_medicines_in_the_house_are_there() {
    let provide = at("provide", "end-of-life");
    let text = serde_json::to_string(&provide).unwrap();
    assert!(text.contains("861421000000109") && text.contains("Preferred place of care"));
    assert_eq!(of_type(&provide, "MedicationRequest").len(), 3);
    assert_eq!(of_type(&at("acute", "end-of-life"), "Consent")[0]["provision"]["type"], "deny");
}

#[test]
fn the_older_crisis_plan_is_revoked() {
    let eput = at("eput", "crisis");
    let plans = of_type(&eput, "CarePlan");
    let statuses: Vec<&str> = plans.iter().map(|plan| plan["status"].as_str().unwrap()).collect();
    assert_eq!(statuses, ["active", "revoked"], "HAZ-026");
}

#[test]
fn one_trust_has_another_birth_date_and_one_another_name() {
    let mary = by_story("name-differs");
    let nelft = resources("nelft", &mary, today());
    assert_eq!(nelft[0]["birthDate"], "1935-05-21", "HAZ-004");
    assert_eq!(resources("acute", &mary, today())[0]["name"][0]["given"][0], "Marie", "HAZ-037");
    assert_eq!(mary.birth_date, date(1953, 5, 21));
}

#[test]
fn the_stu3_partner_speaks_stu3_and_the_others_r4() {
    let nelft = at("nelft", "falls");
    let vaccine = of_type(&nelft, "Immunization")[0];
    assert!(
        vaccine["notGiven"] == false
            && vaccine["date"].is_string()
            && vaccine.get("occurrenceDateTime").is_none()
    );
    assert_eq!(of_type(&nelft, "AllergyIntolerance")[0]["clinicalStatus"], "active");
    let acute = at("acute", "falls");
    assert!(of_type(&acute, "AllergyIntolerance")[0]["clinicalStatus"]["coding"].is_array());
    assert!(of_type(&acute, "ReferralRequest").is_empty());
}

#[test]
fn entries_made_in_error_drafts_and_refuted_ones_travel_as_such() {
    let acute = at("acute", "falls");
    let wrong = of_type(&acute, "AllergyIntolerance").into_iter().find(|a| words(a) == "Latex").unwrap();
    assert_eq!(wrong["verificationStatus"]["coding"][0]["code"], "entered-in-error", "HAZ-019");
    assert!(wrong.get("clinicalStatus").is_none());
    let refuted =
        of_type(&acute, "Condition").into_iter().find(|c| words(c) == "Fractured neck of femur").unwrap();
    assert_eq!(refuted["verificationStatus"]["coding"][0]["code"], "refuted", "HAZ-019");
    assert!(of_type(&acute, "DiagnosticReport").iter().any(|report| report["status"] == "preliminary"));
}
