//! Pairs of medicines alike or differing: what is grouped, and what the difference is called.

use crate::reconcile::Record;
use crate::reconcile::tests::answer;
use fhir::SourceId;

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
    let cases: [(Given<'_>, Given<'_>, &[&str]); 8] = [
        (Given { ..base }, Given { ..base }, &["Same"]),
        (
            Given { ..base },
            with(Given { dose: r#"{"text":"1 daily"}"#, ..base }),
            &["Written differently: compare"],
        ),
        (
            Given { ..base },
            Given { name: "Amlodipine 10mg tablets", code: "2", ..base },
            &["Written differently: compare"],
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
