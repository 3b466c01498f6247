//! A source is connected by configuration alone: the running demo's own file is checked, each source is tried as an opening
//! would ask it, and a poor one is told by name what it breaks.

use journeys::demo::Demo;
use serde_json::Value;

const SOURCES: [&str; 11] =
    ["gp", "acute", "eput", "nelft", "provide", "ic24", "ambulance", "essex", "southend", "thurrock", "nrl"];

fn tested(demo: &Demo, source: &str, number: &str) -> (bool, Value) {
    let (ok, text) = demo.command(&[
        "source",
        "test",
        source,
        "--config",
        &demo.ready.text("config"),
        "--nhs-number",
        number,
        "--format",
        "json",
    ]);
    (ok, serde_json::from_str(&text).unwrap_or_else(|error| panic!("{source}: {error}: {text}")))
}

fn outcome<'a>(report: &'a Value, id: &str) -> &'a str {
    let mut findings = report["expectations"].as_array().expect("a list").iter();
    let finding = findings.find(|finding| finding["id"] == id);
    finding.and_then(|finding| finding["outcome"].as_str()).unwrap_or_else(|| panic!("no `{id}`"))
}

// shows: R21, R57
#[tokio::test]
async fn every_source_of_the_region_keeps_its_contract_as_far_as_a_test_person_shows() {
    let demo = Demo::start(&[]);
    let (checked, said) = demo.command(&["check", "--config", &demo.ready.text("config")]);
    assert!(checked && said.contains("ok: 12 sources"), "{said}");
    let number = demo.ready.golden_person().nhs_number;
    for source in SOURCES {
        let (kept, report) = tested(&demo, source, &number);
        assert!(kept, "{source}: {report:#}");
        assert_eq!(outcome(&report, "answers"), "met", "{source}");
        assert_eq!(outcome(&report, "readable"), "met", "HAZ-040: {source}");
        let text = report.to_string();
        for clinical in ["Penicillin", "Testpatient", "TESTPATIENT"] {
            assert!(!text.contains(clinical), "HAZ-049: {source} names `{clinical}`");
        }
    }
    demo.finish();
}

#[tokio::test]
async fn a_poor_source_is_told_what_it_breaks() {
    let demo = Demo::start(&["--poor-source"]);
    let (kept, report) = tested(&demo, "poor", &demo.ready.golden_person().nhs_number);
    assert!(!kept, "a broken contract is an exit code too");
    for id in [
        "media-type",
        "readable",
        "ids",
        "subject",
        "identifier",
        "system",
        "dates",
        "total",
        "profile",
        "statement",
        "strict",
    ] {
        assert_eq!(outcome(&report, id), "broken", "{id}: {report:#}");
    }
    demo.finish();
}

#[tokio::test]
async fn nobody_who_could_be_somebody_is_asked_about() {
    let demo = Demo::start(&[]);
    demo.control().forget_what_was_asked().await;
    // Valid, and in the range that is issued: made here, so that no such number stands in a file.
    let issued = format!("{}{}", "40000000", "04");
    let config = demo.ready.text("config");
    let (ok, _) = demo.command(&["source", "test", "acute", "--config", &config, "--nhs-number", &issued]);
    assert!(!ok, "HAZ-054: refused");
    assert!(demo.control().asked().await.is_empty(), "HAZ-054: nothing was asked");
    demo.finish();
}

#[tokio::test]
async fn what_a_source_sends_is_given_out_as_uk_core() {
    let demo = Demo::start(&[]);
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("out.ndjson").display().to_string();
    let (config, number) = (demo.ready.text("config"), demo.ready.golden_person().nhs_number);
    let (ok, said) =
        demo.command(&["source", "test", "gp", "--config", &config, "--nhs-number", &number, "--r4", &path]);
    assert!(ok, "{said}");
    let lines = std::fs::read_to_string(&path).expect("written");
    let resources: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let kind = |kind: &str| resources.iter().filter(|resource| resource["resourceType"] == kind).count();
    assert!(kind("AllergyIntolerance") >= 2 && kind("MedicationRequest") >= 2, "{}", resources.len());
    assert_eq!(kind("ReferralRequest") + kind("ProcedureRequest"), 0, "STU3's own types have R4's names");
    demo.finish();
}
