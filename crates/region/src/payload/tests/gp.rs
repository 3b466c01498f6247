//! A practice's reply.

use super::*;

/// The List with this title.
fn list<'a>(resources: &'a [Value], title: &str) -> &'a Value {
    let found = of_type(resources, "List").into_iter().find(|list| list["title"] == title);
    found.unwrap_or_else(|| panic!("no List {title}"))
}

fn entries(list: &Value) -> usize {
    list["entry"].as_array().map_or(0, Vec::len)
}

fn on(title: &'static str) -> impl Fn(&Value) -> bool {
    move |resource| resource["title"] == title
}

#[test]
fn the_bundle_is_a_collection_with_the_id_asked_for_and_no_urls_or_versions() {
    let bundle = gp_connect(&by_story("falls"), &all_areas(), reply("6f1c"), today());
    assert_eq!((bundle["type"].as_str(), bundle["id"].as_str()), (Some("collection"), Some("6f1c")));
    let mut found = Vec::new();
    for never in ["fullUrl", "versionId", "lastUpdated"] {
        values_of(&bundle, never, &mut found);
    }
    assert!(found.is_empty());
}

#[test]
fn what_was_not_asked_is_not_there_and_what_was_asked_has_its_list_even_when_empty() {
    let percy = by_story("sparse");
    assert!(of_type(&gp_resources(&percy, &GpParameters::default()), "List").is_empty());
    let all = gp_resources(&percy, &all_areas());
    let lists = of_type(&all, "List");
    assert_eq!(lists.len(), 10);
    for list in lists {
        assert_eq!(list["emptyReason"]["coding"][0]["code"], "no-content-recorded", "HAZ-006");
        assert_eq!(list["note"][0]["text"], "Information not available");
    }
}

#[test]
fn doreen_has_one_of_everything() {
    let all = gp_resources(&by_story("falls"), &all_areas());
    for (title, count) in [
        ("Allergies and adverse reactions", 2),
        ("Ended allergies", 1),
        ("Medications and medical devices", 6),
        ("Problems", 6),
        ("List of consultations", 3),
        ("Immunisations", 5),
        ("Uncategorised data", 9),
        ("Investigations and results", 6),
        ("Outbound referral", 1),
        ("Patient recall administration", 2),
    ] {
        assert_eq!(entries(list(&all, title)), count, "{title}");
    }
    assert_eq!(of_type(&all, "DocumentReference").len(), 12);
}

#[test]
fn an_ended_allergy_lives_inside_its_list_and_only_when_asked() {
    let doreen = by_story("falls");
    let all = gp_resources(&doreen, &all_areas());
    let ended = list(&all, "Ended allergies");
    assert_eq!(ended["contained"][0]["clinicalStatus"], "resolved");
    assert!(ended["entry"][0]["item"]["reference"].as_str().unwrap().starts_with('#'));
    assert!(
        of_type(&all, "AllergyIntolerance").iter().all(|allergy| allergy["clinicalStatus"] == "active"),
        "HAZ-012"
    );
    let asked = GpParameters { allergies: Some(AllergyPart { resolved: false }), ..GpParameters::default() };
    assert!(!gp_resources(&doreen, &asked).iter().any(on("Ended allergies")));
}

#[test]
fn a_degraded_allergy_keeps_its_original_words() {
    let all = gp_resources(&by_story("falls"), &all_areas());
    let degraded = of_type(&all, "AllergyIntolerance")
        .into_iter()
        .find(|a| a["code"]["coding"][0]["code"] == "196461000000101");
    assert_eq!(degraded.unwrap()["code"]["text"], "Sulphonamide mixture (old record)", "HAZ-018");
}

#[test]
fn a_course_is_a_statement_with_its_plan_and_issues_hang_on_the_plan() {
    let all = gp_resources(&by_story("falls"), &all_areas());
    let requests = of_type(&all, "MedicationRequest");
    let (plans, issues): (Vec<&Value>, Vec<&Value>) =
        requests.into_iter().partition(|request| request["intent"] == "plan");
    assert_eq!(
        (of_type(&all, "MedicationStatement").len(), plans.len(), issues.len()),
        (6, 6, 10),
        "HAZ-013"
    );
    for issue in issues {
        let plan = issue["basedOn"][0]["reference"].as_str().unwrap();
        assert!(plans.iter().any(|request| name_of(request) == plan));
    }
    let without = GpParameters {
        medication: Some(MedicationPart { issues: false, search_from: None }),
        ..GpParameters::default()
    };
    assert_eq!(of_type(&gp_resources(&by_story("falls"), &without), "MedicationRequest").len(), 6);
}

#[test]
fn a_medication_search_date_keeps_repeats_and_leaves_out_what_ended_before() {
    let from = Some(date(2026, 11, 1));
    let asked = GpParameters {
        medication: Some(MedicationPart { issues: false, search_from: from }),
        ..GpParameters::default()
    };
    let all = gp_resources(&by_story("falls"), &asked);
    assert_eq!(
        entries(list(&all, "Medications and medical devices")),
        5,
        "the acute course of September is out"
    );
}

#[test]
fn consultations_keep_the_order_of_the_screen_and_a_draft_is_unknown() {
    let all = gp_resources(&by_story("falls"), &all_areas());
    let encounters = of_type(&all, "Encounter");
    let visit = encounters.iter().find(|e| e["type"][0]["text"] == "Home visit note").unwrap();
    let inside = |code: &str| -> Vec<&Value> {
        let of_code = |l: &&Value| {
            l["code"]["coding"][0]["code"] == code && l["encounter"]["reference"] == name_of(visit).as_str()
        };
        of_type(&all, "List").into_iter().filter(of_code).collect()
    };
    let (whole, topic) = (inside("325851000000107"), inside("25851000000105"));
    assert_eq!(whole[0]["entry"][0]["item"]["reference"], name_of(topic[0]).as_str());
    let order: Vec<&str> = topic[0]["entry"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| {
            let name = entry["item"]["reference"].as_str().unwrap();
            all.iter().find(|resource| name_of(resource) == name).unwrap()["title"].as_str().unwrap()
        })
        .collect();
    assert_eq!(order, ["History", "Examination", "Plan"], "HAZ-016");
    assert_eq!(encounters.iter().filter(|e| e["status"] == "unknown").count(), 1, "HAZ-019");
}

#[test]
fn the_last_consultations_alone_bring_their_problems_along() {
    let most_recent = Some(2);
    let asked = GpParameters {
        consultations: Some(ConsultationPart { most_recent, ..ConsultationPart::default() }),
        ..GpParameters::default()
    };
    let all = gp_resources(&by_story("falls"), &asked);
    assert_eq!(entries(list(&all, "List of consultations")), 2);
    assert_eq!(entries(list(&all, "Consultations - problems contained in consultations")), 2);
    assert!(!all.iter().any(on("Problems")));
}

#[test]
fn a_problem_filter_and_a_period_leave_out_what_does_not_meet_them() {
    let doreen = by_story("falls");
    let asked = GpParameters {
        problems: Some(ProblemPart { filter: Some(ProblemStatus::Inactive) }),
        ..GpParameters::default()
    };
    assert_eq!(entries(list(&gp_resources(&doreen, &asked), "Problems")), 1);
    let period = Period { start: Some(date(2026, 9, 1)), end: None };
    let asked = GpParameters { investigations: Some(PeriodPart { period }), ..GpParameters::default() };
    assert_eq!(entries(list(&gp_resources(&doreen, &asked), "Investigations and results")), 3);
    let none = Period { start: None, end: Some(date(1990, 1, 1)) };
    let asked = GpParameters { investigations: Some(PeriodPart { period: none }), ..GpParameters::default() };
    assert_eq!(entries(list(&gp_resources(&doreen, &asked), "Investigations and results")), 0);
}

#[test]
fn a_refused_vaccine_is_apart_and_is_no_objection() {
    let asked = GpParameters {
        immunisations: Some(ImmunisationPart { not_given: false, status: false }),
        ..GpParameters::default()
    };
    assert_eq!(entries(list(&gp_resources(&by_story("falls"), &asked), "Immunisations")), 3);
    let all = gp_resources(&by_story("falls"), &all_areas());
    assert_eq!(of_type(&all, "Immunization").iter().filter(|vaccine| vaccine["notGiven"] == true).count(), 1);
    assert!(!serde_json::to_string(&all).unwrap().contains("416409005"), "HAZ-022");
}

#[test]
fn warnings_stand_on_the_lists_they_belong_to() {
    let stanley = everybody().into_iter().find(|person| person.family == "TRANSIT").unwrap();
    let all = gp_resources(&stanley, &all_areas());
    let codes = |title: &str| -> Vec<String> {
        let mut found = Vec::new();
        values_of(list(&all, title), "valueCode", &mut found);
        found.into_iter().map(|code| code.as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(codes("Problems"), ["confidential-items", "data-in-transit"], "HAZ-010");
    assert_eq!(codes("Immunisations"), ["data-in-transit"], "HAZ-009");
    let note = list(&all, "Immunisations")["note"][0]["text"].as_str().unwrap();
    assert!(note.starts_with("Information not available Patient record transfer"));
    assert!(note.contains("before 16-Nov-2026 may be missing"));
}

#[test]
fn an_area_switched_off_warns_inside_a_good_reply_and_its_links_become_words() {
    let vera = everybody().into_iter().find(|person| person.family == "DISABLED").unwrap();
    let all =
        gp_resources(&vera, &GpParameters { unrecognised: vec!["includeDreams".into()], ..all_areas() });
    let issues = &of_type(&all, "OperationOutcome")[0]["issue"];
    assert_eq!(issues[0]["details"]["text"], "includeProblems has been disabled", "HAZ-007");
    assert_eq!(issues[0]["details"]["coding"][0]["code"], "NOT_IMPLEMENTED");
    assert_eq!(issues[1]["details"]["text"], "includeDreams is an unrecognised parameter");
    assert!(of_type(&all, "Condition").is_empty());
    assert_eq!(entries(list(&all, "Problems")), 0);
    let brought = list(&all, "Consultations - problems contained in consultations");
    assert_eq!(brought["entry"][0]["item"]["display"], "Problem items have been disabled");
}

#[test]
fn the_objection_is_dated_after_the_consent_it_takes_back() {
    let all = gp_resources(&by_story("objection"), &all_areas());
    let dated = |code: &str| -> String {
        let found = of_type(&all, "Observation").into_iter().find(|o| o["code"]["coding"][0]["code"] == code);
        found.unwrap()["effectiveDateTime"].as_str().unwrap().to_owned()
    };
    assert!(dated("416409005") > dated("417528008"), "HAZ-022");
}

#[test]
fn every_background_person_has_a_record_at_the_practice() {
    for person in people(9, 120, today()).into_iter().filter(|person| person.story == "Background person") {
        let all = gp_resources(&person, &all_areas());
        assert!(of_type(&all, "MedicationStatement").len() + of_type(&all, "Condition").len() > 1);
    }
}

#[test]
fn an_undated_item_is_inside_every_period_and_a_year_counts_whole() {
    let period = Period { start: Some(date(2019, 12, 31)), end: Some(date(2020, 1, 31)) };
    assert!(period.holds(None), "HAZ-017");
    assert!(period.holds(When::Year(7).range(today())) && period.holds(When::Year(6).range(today())));
    assert!(!period.holds(When::Year(8).range(today())) && !period.holds(When::Year(5).range(today())));
}
