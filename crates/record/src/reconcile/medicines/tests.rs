//! Pairs of medicines alike or differing: what is grouped, and what the difference is called.

use crate::reconcile::tests::answer;
use crate::reconcile::{Column, Difference, Record};
use fhir::{FhirDate, SourceId};

struct Given<'a> {
    name: &'a str,
    code: &'a str,
    dose: &'a str,
    more: &'a str,
}

fn medicine(given: &Given<'_>) -> Vec<String> {
    let Given { name, code, dose, more } = given;
    vec![format!(
        r##"{{"resourceType":"MedicationRequest","id":"1","status":"active","category":[{{"text":"Discharge"}}],
        "medicationReference":{{"reference":"#m"}},"contained":[{{"resourceType":"Medication","id":"m",
        "code":{{"text":"{name}","coding":[{{"system":"http://snomed.info/sct","code":"{code}"}}]}}{more}}}],
        "dosageInstruction":[{dose}]}}"##
    )]
}

/// One line per row: what it is called and how it differs.
fn rows(a: &Given<'_>, b: &Given<'_>) -> Vec<String> {
    let mut record = Record::new(["GP", "Acute"].map(SourceId::new).to_vec());
    for (source, given) in [("GP", a), ("Acute", b)] {
        let (note, released) = answer(source, &medicine(given));
        record.add(note, released);
    }
    let short = |source: &SourceId| source.as_str().to_owned();
    record.medicines().current.iter().map(|row| row.difference.words(&short)).collect()
}

const TEXT: &str = r#"{"text":"one daily"}"#;

#[test]
fn haz_013_pairs_alike_or_differing_are_grouped_and_worded() {
    let base = Given { name: "Amlodipine 5mg tablets", code: "1", dose: TEXT, more: "" };
    let structured = |value: &str| {
        format!(
            r#"{{"text":"{value} daily","timing":{{"repeat":{{"frequency":1,"period":1,"periodUnit":"d"}}}},
            "doseAndRate":[{{"doseQuantity":{{"value":{value},"unit":"mg"}}}}]}}"#
        )
    };
    let (five, ten) = (structured("5"), structured("10"));
    let form = |form: &str| format!(r#","form":{{"text":"{form}"}}"#);
    let (tablet, liquid) = (form("Tablet"), form("Oral suspension"));
    let only = ["Only in GP discharge list", "Only in Acute discharge list"];
    let with = |given: Given<'static>| given;
    let cases: [(Given<'_>, Given<'_>, &[&str]); 12] = [
        (Given { ..base }, Given { ..base }, &["Same"]),
        (
            Given { ..base },
            with(Given { dose: r#"{"text":"1 daily"}"#, ..base }),
            &["Written differently: compare"],
        ),
        (
            Given { ..base },
            Given { name: "Amlodipine 10mg tablets", code: "2", ..base },
            &["Strength differs: compare"],
        ),
        (Given { ..base }, Given { name: "amlodipine 5 mg tablets", code: "2", ..base }, &["Same"]),
        (
            Given { name: "Amlodipine 2.5mg tablets", ..base },
            Given { name: "amlodipine 25 mg tablets", code: "2", ..base },
            &["Strength differs: compare"],
        ),
        (
            Given { name: "Paracetamol 1g tablets", ..base },
            Given { name: "Paracetamol 1000mg tablets", code: "2", ..base },
            &["Written differently: compare"],
        ),
        (
            Given { dose: &five, ..base },
            Given { name: "Amlodipine 10mg tablets", code: "2", dose: &ten, ..base },
            &["Dose differs"],
        ),
        (Given { dose: &five, ..base }, Given { dose: &ten, ..base }, &["Dose differs"]),
        (Given { dose: &five, ..base }, Given { ..base }, &["Written differently: compare"]),
        (Given { more: &tablet, ..base }, Given { more: &liquid, ..base }, &["Form differs"]),
        (Given { ..base }, Given { name: "Amlodipine besilate 5mg tablets", code: "2", ..base }, &only),
        (
            Given { ..base },
            Given { name: "Amlodipine 5mg / Valsartan 80mg tablets", code: "3", ..base },
            &only,
        ),
    ];
    for (a, b, expected) in &cases {
        let mut rows = rows(a, b);
        let mut expected: Vec<String> = expected.iter().map(|words| (*words).to_owned()).collect();
        rows.sort();
        expected.sort();
        assert_eq!(rows, expected, "HAZ-013 {} against {}", a.name, b.name);
    }
}

#[test]
fn haz_014_no_dose_text_is_never_the_same_as_no_dose_text() {
    let silent = Given { name: "Amlodipine 5mg tablets", code: "1", dose: r#"{"sequence":1}"#, more: "" };
    assert_eq!(rows(&silent, &Given { ..silent }), ["Written differently: compare"], "HAZ-014");
}

#[test]
fn haz_013_uncoded_medicines_of_two_spellings_are_one_row_and_keep_their_heading() {
    let uncoded = |name: &str| {
        vec![format!(
            r#"{{"resourceType":"MedicationRequest","id":"1","status":"active",
            "medicationCodeableConcept":{{"text":"{name}"}},"dosageInstruction":[{TEXT}]}}"#
        )]
    };
    let mut record = Record::new(["GP", "Acute"].map(SourceId::new).to_vec());
    for (source, name) in [("GP", "Apixaban 5mg tablets"), ("Acute", "apixaban 5 mg tablets")] {
        let (note, released) = answer(source, &uncoded(name));
        record.add(note, released);
    }
    let matrix = record.medicines();
    assert!(matrix.current.is_empty(), "HAZ-013 without a code it is not among the matched");
    let rows: Vec<_> = matrix.unmatched.iter().map(|row| row.difference.clone()).collect();
    assert_eq!(rows, [Difference::Same], "HAZ-013");
}

#[test]
fn haz_013_no_difference_says_a_word_twice() {
    let column = |source: &str, list: &str| Column { source: SourceId::new(source), list: list.to_owned() };
    let columns = [
        (column("GP", "GP repeat"), "GP repeat list"),
        (column("GP", "GP acute"), "GP acute list"),
        (column("Acute", "discharge list"), "Acute discharge list"),
        (column("Acute", "inpatient"), "Acute inpatient list"),
        (column("Acute", "list"), "Acute list"),
    ];
    let short = |source: &SourceId| source.as_str().to_owned();
    for (column, name) in columns {
        let only = Difference::OnlyIn(column.clone()).words(&short);
        assert_eq!(only, format!("Only in {name}"), "HAZ-013");
        let stopped = Some(FhirDate::parse("2026-11-19"));
        let still = Difference::StoppedStillListed { stopped, listed: column }.words(&short);
        assert_eq!(still, format!("Stopped 19-Nov-2026, still on {name}"), "HAZ-013");
    }
}
