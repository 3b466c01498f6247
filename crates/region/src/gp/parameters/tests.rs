//! What the operation accepts, and each thing it does not.

use super::read;
use crate::{outcome::Problem, payload::GpParameters};
use jiff::civil::{Date, date};
use serde_json::{Value, json};

const TODAY: Date = date(2026, 3, 10);

fn whose() -> Value {
    json!({"name": "patientNHSNumber",
           "valueIdentifier": {"system": "https://fhir.nhs.uk/Id/nhs-number", "value": "9990000018"}})
}

fn body(areas: Value) -> Value {
    let mut parameters = vec![whose()];
    parameters.extend(areas.as_array().unwrap().clone());
    json!({"resourceType": "Parameters", "parameter": parameters})
}

fn asked(areas: Value) -> Result<GpParameters, Problem> {
    read(body(areas).to_string().as_bytes(), TODAY).map(|asked| asked.areas)
}

fn problems_with(part: Value) -> Value {
    json!([{"name": "includeProblems"}, part])
}

#[test]
fn parts_that_are_not_sent_take_the_defaults_of_the_specification() {
    let areas = asked(json!([
        {"name": "includeAllergies", "part": [{"name": "includeResolvedAllergies", "valueBoolean": true}]},
        {"name": "includeMedication"},
        {"name": "includeImmunisations"},
        {"name": "includeDiaryEntries"},
    ]))
    .unwrap();
    assert!(areas.allergies.unwrap().resolved);
    assert!(areas.medication.unwrap().issues);
    assert!(areas.immunisations.is_some_and(|part| !part.not_given && part.status));
    assert!(areas.diary.is_some() && areas.problems.is_none() && areas.unrecognised.is_empty());
}

#[test]
fn unknown_parameters_and_parts_are_remembered_by_name() {
    let areas = asked(json!([
        {"name": "includeHoroscope"},
        {"name": "includeMedication", "part": [{"name": "includeColour", "valueBoolean": true}]},
    ]))
    .unwrap();
    assert_eq!(areas.unrecognised, ["includeHoroscope", "includeMedication.includeColour"]);
}

#[test]
fn each_faulty_parameter_is_a_422_that_names_it() {
    let period = |period: Value| {
        json!([{"name": "includeUncategorisedData",
                "part": [{"name": "uncategorisedDataSearchPeriod", "valuePeriod": period}]}])
    };
    let medication = |day: &str| {
        json!([{"name": "includeMedication",
                "part": [{"name": "medicationSearchFromDate", "valueDate": day}]}])
    };
    let cases = [
        (json!([{"name": "includeAllergies"}]), "includeResolvedAllergies"),
        (json!([{"name": "includeMedication"}, {"name": "includeMedication"}]), "more than once"),
        (
            json!([{"name": "includeAllergies", "part": [{"name": "includeResolvedAllergies", "valueString": "true"}]}]),
            "valueBoolean",
        ),
        (medication("2026-03-11"), "in the future"),
        (medication("2026-03"), "not a whole date"),
        (medication("2026-03-10T10:00:00Z"), "not a whole date"),
        (medication("2026-02-30"), "not a whole date"),
        (period(json!({})), "neither start nor end"),
        (period(json!({"start": "2026-03-02", "end": "2026-03-01"})), "starts after it ends"),
        (period(json!({"end": "2027-01-01"})), "in the future"),
        (
            json!([{"name": "includeDiaryEntries", "part": [{"name": "diaryEntriesSearchDate", "valueDate": "2026-03-09"}]}]),
            "in the past",
        ),
        (
            json!([{"name": "includeConsultations", "part": [{"name": "includeNumberOfMostRecent", "valuePositiveInt": 0}]}]),
            "not allowed",
        ),
        (
            json!([{"name": "includeProblems", "part": [{"name": "filterStatus", "valueCode": "resolved"}]}]),
            "not allowed",
        ),
        (
            json!([{"name": "includeConsultations", "part": [
            {"name": "includeNumberOfMostRecent", "valuePositiveInt": 3},
            {"name": "consultationSearchPeriod", "valuePeriod": {"start": "2026-01-01"}}]}]),
            "stand together",
        ),
        (json!([whose()]), "patientNHSNumber must stand once"),
    ];
    for (areas, says) in cases {
        let problem = asked(areas).expect_err(says);
        assert_eq!((problem.status().as_u16(), problem.code), (422, "INVALID_PARAMETER"));
        assert!(problem.diagnostics.contains(says), "`{}` does not say `{says}`", problem.diagnostics);
    }
}

#[test]
fn filters_that_leave_holes_may_not_stand_beside_consultations_or_problems() {
    let filters = [
        json!({"name": "includeMedication", "part": [{"name": "medicationSearchFromDate", "valueDate": "2026-01-01"}]}),
        json!({"name": "includeUncategorisedData",
               "part": [{"name": "uncategorisedDataSearchPeriod", "valuePeriod": {"start": "2026-01-01"}}]}),
        json!({"name": "includeReferrals", "part": [{"name": "referralSearchPeriod", "valuePeriod": {"start": "2026-01-01"}}]}),
        json!({"name": "includeDiaryEntries", "part": [{"name": "diaryEntriesSearchDate", "valueDate": "2026-04-01"}]}),
        json!({"name": "includeImmunisations", "part": [{"name": "includeNotGiven", "valueBoolean": true}]}),
        json!({"name": "includeImmunisations", "part": [{"name": "includeStatus", "valueBoolean": false}]}),
    ];
    for filter in filters {
        assert!(asked(json!([filter.clone()])).is_ok());
        assert!(asked(problems_with(filter.clone())).is_err(), "{filter}");
        assert!(asked(json!([{"name": "includeConsultations"}, filter])).is_err());
    }
    let status =
        json!({"name": "includeProblems", "part": [{"name": "filterStatus", "valueCode": "active"}]});
    assert!(asked(json!([status.clone()])).is_ok());
    assert!(asked(json!([status, {"name": "includeConsultations"}])).is_err());
}

#[test]
fn the_predefined_combination_is_allowed_to_the_day_and_no_further() {
    let predefined = |from: &str, most_recent: u32| {
        json!([
            {"name": "includeAllergies", "part": [{"name": "includeResolvedAllergies", "valueBoolean": true}]},
            {"name": "includeConsultations", "part": [{"name": "includeNumberOfMostRecent", "valuePositiveInt": most_recent}]},
            {"name": "includeMedication", "part": [{"name": "medicationSearchFromDate", "valueDate": from}]},
            {"name": "includeProblems"},
        ])
    };
    assert!(asked(predefined("2025-03-10", 3)).is_ok());
    assert!(asked(predefined("2025-03-11", 3)).is_err());
    assert!(asked(predefined("2025-03-10", 4)).is_err());
}

#[test]
fn bodies_that_are_no_parameters_are_refused_without_a_word_of_them() {
    let cases: [(&[u8], u16, &str); 8] = [
        (b"", 400, "BAD_REQUEST"),
        (b"\xff\xfe", 400, "BAD_REQUEST"),
        (b"{\"resourceType\":\"Parameters\"", 400, "BAD_REQUEST"),
        (b"[]", 422, "INVALID_RESOURCE"),
        (b"{\"resourceType\":\"Bundle\"}", 422, "INVALID_RESOURCE"),
        (b"{\"resourceType\":\"Parameters\",\"parameter\":7}", 422, "INVALID_PARAMETER"),
        (br#"{"resourceType":"Parameters","parameter":[{"name":"patientNHSNumber","valueIdentifier":{"system":"x","value":"9990000018"}}]}"#,
         400, "INVALID_IDENTIFIER_SYSTEM"),
        (br#"{"resourceType":"Parameters","parameter":[{"name":"patientNHSNumber","valueIdentifier":{"system":"https://fhir.nhs.uk/Id/nhs-number","value":"999 000 0018"}}]}"#,
         400, "INVALID_NHS_NUMBER"),
    ];
    for (body, status, code) in cases {
        let problem = read(body, TODAY).map(|_| ()).unwrap_err();
        assert_eq!((problem.status().as_u16(), problem.code), (status, code));
        assert!(!problem.diagnostics.contains("999"), "HAZ-049: diagnostics carry no identifier");
    }
}
