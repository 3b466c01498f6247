//! The exposition, read as strictly as any monitoring system would, and held against the page that explains it.

/// A reader that forgives nothing.
mod parse;

use super::*;
use federation::Stance;
use fhir::{
    ReplyState,
    reply::{NotAsked, Silence, Withholder},
};
use parse::{Family, read};
use std::collections::{BTreeMap, BTreeSet};

const DOCUMENT: &str = include_str!("../../../../docs/look-up/metrics.md");

fn metrics() -> Arc<Metrics> {
    Metrics::new(["gp", "acute"].into_iter(), Millis(1_000))
}

fn told(metrics: &Metrics) -> Vec<Family> {
    let breakers = vec![("gp".to_owned(), Stance::Closed), ("acute".to_owned(), Stance::Held)];
    let now = Now {
        version: "0.1.0",
        admission: [500, 1, 0],
        breakers,
        places: vec![("gp".to_owned(), 4), ("acute".to_owned(), 2)],
        repeats: vec![("gp".to_owned(), 0), ("acute".to_owned(), 3)],
        answers_held: 65_536,
        audit_writable: true,
        audit_frozen: false,
        agreement_generation: 3,
        agreement_refused: false,
        certificates_refused: false,
        certificate_days: BTreeMap::from([("own.pem".to_owned(), 12), ("theirs.pem".to_owned(), -3)]),
    };
    read(&metrics.text(&now)).unwrap()
}

/// The number of one sample, by its name and labels as they are written.
fn value(families: &[Family], sample: &str) -> f64 {
    let all: BTreeMap<String, f64> = families.iter().flat_map(Family::by_name).collect();
    *all.get(sample).unwrap_or_else(|| panic!("no `{sample}` among {:?}", all.keys()))
}

#[test]
fn what_happens_is_counted_under_its_own_labels_and_nowhere_else() {
    let metrics = metrics();
    let before = told(&metrics);
    metrics.ended("record", "signed", "complete");
    metrics.ended("document", "smart", "not shown: damaged");
    metrics.ended("record", "signed", "signed-out");
    metrics.refused("signed", &Refusal::Busy);
    metrics.launch_refused("form", "encryption");
    metrics.question("acute", "record", (&ReplyState::AnsweredEmpty, 40, 512));
    metrics.question("gp", "record", (&ReplyState::NotShared, 0, 0));
    metrics.wrote(Duration::from_micros(1_500), Ok(()));
    metrics.wrote(Duration::from_secs(2), Err(audit::Fault::Unknown));
    metrics.turned_away("public", "length-required");
    metrics.alert("PO-23", Millis(999));
    metrics.alert("PO-23", Millis(1_000));
    metrics.first_section(Duration::from_millis(250));
    metrics.shed(Rank::Usual);
    let after = told(&metrics);
    for (sample, expected) in [
        ("shcr_openings_total{what=\"record\",way_in=\"signed\",outcome=\"complete\"}", 1.0),
        ("shcr_openings_total{what=\"document\",way_in=\"smart\",outcome=\"not-shown\"}", 1.0),
        ("shcr_openings_total{what=\"record\",way_in=\"signed\",outcome=\"view-ended\"}", 1.0),
        ("shcr_refusals_total{way_in=\"signed\",refusal=\"busy\"}", 1.0),
        ("shcr_launches_refused_total{way_in=\"form\",reason=\"forged\"}", 1.0),
        ("shcr_source_questions_total{source=\"acute\",what=\"record\",state=\"answered-empty\"}", 1.0),
        ("shcr_source_questions_total{source=\"gp\",what=\"record\",state=\"not-shared\"}", 1.0),
        ("shcr_source_answer_seconds_bucket{source=\"acute\",le=\"0.05\"}", 1.0),
        ("shcr_source_answer_seconds_count{source=\"gp\"}", 0.0),
        ("shcr_source_received_bytes_total{source=\"acute\"}", 512.0),
        ("shcr_source_breaker{source=\"acute\",shcr_source_breaker=\"held\"}", 1.0),
        ("shcr_source_breaker{source=\"acute\",shcr_source_breaker=\"closed\"}", 0.0),
        ("shcr_answers_held_bytes", 65_536.0),
        ("shcr_source_places{source=\"acute\"}", 2.0),
        ("shcr_source_requests_repeated_total{source=\"acute\"}", 3.0),
        ("shcr_audit_write_seconds_bucket{outcome=\"recorded\",le=\"0.001\"}", 0.0),
        ("shcr_audit_write_seconds_bucket{outcome=\"recorded\",le=\"0.0025\"}", 1.0),
        ("shcr_audit_write_seconds_sum{outcome=\"recorded\"}", 0.0015),
        ("shcr_audit_write_seconds_bucket{outcome=\"unknown\",le=\"2.0\"}", 1.0),
        ("shcr_door_refusals_total{listener=\"public\",reason=\"length-required\"}", 1.0),
        ("shcr_alerts_total{rule=\"PO-23\"}", 1.0),
        ("shcr_first_section_seconds_bucket{le=\"0.25\"}", 1.0),
        ("shcr_openings_in_flight", 1.0),
        ("shcr_openings_places", 500.0),
        ("shcr_openings_shed_total{rank=\"usual\"}", 1.0),
    ] {
        assert_eq!(value(&after, sample), expected, "{sample}");
    }
    let sum = |families: &[Family]| {
        let counted = families.iter().filter(|family| family.kind == "counter");
        counted.flat_map(Family::by_name).map(|(_, value)| value).sum::<f64>()
    };
    assert_eq!(sum(&after) - sum(&before), 10.0 + 512.0, "nothing else moved");
}

#[test]
fn no_value_from_outside_makes_a_label_of_its_own() {
    let metrics = metrics();
    let samples = |families: &[Family]| families.iter().map(|family| family.samples.len()).sum::<usize>();
    let before = samples(&told(&metrics));
    for n in 0..50 {
        let made_up = format!("999 000 {n:04}\"}} 1\n");
        metrics.ended(&made_up, &made_up, &made_up);
        metrics.launch_refused(&made_up, &made_up);
        metrics.question(&made_up, &made_up, (&ReplyState::Answered, 5, 1));
        metrics.turned_away(&made_up, &made_up);
        metrics.alert(&made_up, Millis(2_000));
    }
    let after = told(&metrics);
    // Whatever it was, it is one sample of `other` in each: fifteen more for the one histogram among them would be too many.
    assert!(samples(&after) - before < 20, "HAZ-049: {before} became {}", samples(&after));
    assert_eq!(value(&after, "shcr_alerts_total{rule=\"other\"}"), 50.0);
    let text: Vec<_> =
        after.iter().flat_map(Family::by_name).filter(|(name, _)| name.contains("999")).collect();
    assert_eq!(text, [], "HAZ-049");
}

#[test]
fn every_state_of_a_source_has_a_label() {
    let words = || String::from("words");
    let states = [
        ReplyState::Answered,
        ReplyState::AnsweredWithWarnings,
        ReplyState::AnsweredEmpty,
        ReplyState::DidNotAnswer(Silence::TimedOut),
        ReplyState::DidNotAnswer(Silence::Failed(words())),
        ReplyState::DidNotAnswer(Silence::FailedOurSide(words())),
        ReplyState::DidNotAnswer(Silence::BreakerOpen { since: words() }),
        ReplyState::Unreadable(words()),
        ReplyState::Withheld(Withholder::Source(words())),
        ReplyState::Withheld(Withholder::PolicyIdentity),
        ReplyState::Withheld(Withholder::PolicyDiffers(vec![words()])),
        ReplyState::Withheld(Withholder::PolicyAmbiguous),
        ReplyState::Withheld(Withholder::PolicyNotRecorded),
        ReplyState::Withheld(Withholder::PolicyObjection),
        ReplyState::Withheld(Withholder::PolicyObjectionUnknown),
        ReplyState::NotShared,
        ReplyState::NotAsked(NotAsked(words())),
    ];
    let named: BTreeSet<&str> = states.iter().map(ReplyState::name).collect();
    assert_eq!(named, BTreeSet::from(STATES));
}

#[test]
fn every_reason_a_launch_is_refused_for_is_in_its_class() {
    for (reason, expected) in [
        ("replay", "replay"),
        ("signature", "forged"),
        ("subject_token signature", "forged"),
        ("subject_token_hash", "forged"),
        ("encryption", "forged"),
        ("certificate", "certificate"),
        ("exp", "time"),
        ("subject_token iat", "time"),
        ("too many launches", "too-many"),
        ("keys-unreachable", "unreachable"),
        ("public listener", "wrong-listener"),
        ("audit", "not-recorded"),
        ("patient.birthDate", "claim"),
        ("extensions.ihe_iua", "claim"),
    ] {
        assert_eq!(class(reason), expected, "{reason}");
    }
}

/// The rows of the table under a heading, cell by cell, without their ticks.
fn rows(heading: &str) -> Vec<Vec<String>> {
    let (_, below) = DOCUMENT.split_once(&format!("\n## {heading}\n")).unwrap();
    let table = below.lines().take_while(|line| !line.starts_with("## "));
    let rows = table.filter(|line| line.starts_with('|')).skip(2);
    let cells =
        |line: &str| line.trim_matches('|').split('|').map(|cell| cell.trim().replace('`', "")).collect();
    rows.map(cells).collect()
}

/// As the page has it: the name its samples begin with.
fn sample_name(family: &Family) -> String {
    let suffix = match family.kind.as_str() {
        "counter" => "_total",
        "info" => "_info",
        _ => "",
    };
    format!("{}{suffix}", family.name)
}

#[test]
fn the_page_names_every_family_and_no_other_with_its_type_unit_and_labels() {
    let told: BTreeSet<Vec<String>> = told(&metrics())
        .iter()
        .map(|family| {
            let labels: BTreeSet<&str> = family
                .samples
                .iter()
                .flat_map(|sample| sample.labels.iter())
                .map(|(name, _)| name.as_str())
                .collect();
            let labels = labels.into_iter().filter(|label| *label != "le").collect::<Vec<_>>().join(", ");
            vec![sample_name(family), family.kind.clone(), family.unit.clone(), labels]
        })
        .collect();
    let explained: BTreeSet<Vec<String>> =
        rows("Names").into_iter().map(|row| row.into_iter().take(4).collect()).collect();
    assert_eq!(told, explained);
}

#[test]
fn the_page_names_every_value_of_a_label_that_is_not_the_deployments_own() {
    let mut found: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
    for family in told(&metrics()) {
        for (label, value) in family.samples.iter().flat_map(|sample| &sample.labels) {
            if !["source", "le", "version", "rule", "file"].contains(&label.as_str()) {
                found.entry((sample_name(&family), label.clone())).or_default().insert(value.clone());
            }
        }
    }
    let explained: BTreeMap<(String, String), BTreeSet<String>> = rows("Values")
        .into_iter()
        .map(|row| {
            let values = row[2].split(", ").map(str::to_owned).collect();
            ((row[0].clone(), row[1].clone()), values)
        })
        .collect();
    assert_eq!(found, explained);
}
