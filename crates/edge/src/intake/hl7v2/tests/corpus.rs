//! The published messages: which are taken, held or refused, and that nothing in them is lost, counted by another reader.

use super::{check_read_whole, read_with, shown_bytes, training};
use crate::format::{Format, Kept};
use crate::intake::hl7v2::{Hl7v2, Numbers, Settings};
use crate::unit::{Act, Refused, Unit, Untraced, Whose};
use std::path::{Path, PathBuf};

fn corpus() -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus");
    let root = std::env::var_os("SHCR_CORPUS").map_or_else(beside, PathBuf::from);
    if root.join("MANIFEST.md").is_file() {
        return Some(root.join("hl7v2"));
    }
    println!("SKIPPED: no corpus at SHCR_CORPUS or beside the workspace: nothing was checked");
    None
}

/// Folder and name, and the bytes.
fn files(root: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for folder in std::fs::read_dir(root).expect("the folder").flatten() {
        for file in std::fs::read_dir(folder.path()).expect("a folder").flatten() {
            let name = file.path().strip_prefix(root).expect("inside").to_string_lossy().into_owned();
            found.push((name, std::fs::read(file.path()).expect("a file")));
        }
    }
    found.sort();
    found
}

fn one(settings: Settings, bytes: &[u8]) -> Result<Unit, Refused> {
    let (mut taken, seen) = read_with(settings, bytes);
    assert_eq!(seen.expect("a file of messages").units, 1);
    taken.remove(0).1
}

/// Another reader's count: lines that start with a name.
fn starting(bytes: &[u8], name: &str) -> usize {
    let text = String::from_utf8_lossy(bytes).replace("\r\n", "\n").replace('\r', "\n");
    text.lines().filter(|line| line.starts_with(name)).count()
}

fn outcome(unit: &Result<Unit, Refused>) -> String {
    match unit {
        Ok(unit) => match &unit.whose {
            Whose::Person(_) => "the person's".into(),
            Whose::Untraced(why) => format!("held: {why:?}"),
            Whose::Shared => "shared".into(),
        },
        Err(refused) => format!("refused: {refused}"),
    }
}

// HAZ-042: real messages, told apart into taken, held and refused.
#[test]
fn haz_042_every_message_of_the_corpus_is_taken_held_or_refused_at_its_place() {
    let Some(root) = corpus() else { return };
    let files = files(&root);
    assert_eq!(files.len(), 25);
    let mut tally = std::collections::BTreeMap::<String, usize>::new();
    for (name, bytes) in &files {
        let (live, test) = (outcome(&one(Settings::default(), bytes)), outcome(&one(training(), bytes)));
        println!(
            "{name} | MSH {} OBR {} OBX {} | live: {live} | training: {test}",
            starting(bytes, "MSH"),
            starting(bytes, "OBR"),
            starting(bytes, "OBX"),
        );
        *tally.entry(test).or_default() += 1;
        if name.starts_with("oru/") {
            assert!(live.contains("`line 2`"), "{name}: wrapped inside a segment: {live}");
        } else {
            assert!(!outcome(&one(training(), bytes)).starts_with("refused"), "{name}: {live}");
        }
    }
    assert_eq!(tally.values().sum::<usize>(), 25);
    assert_eq!(
        tally.iter().filter(|(what, _)| what.starts_with("refused")).map(|(_, n)| n).sum::<usize>(),
        2
    );
    // The Welsh results carry a status; all other verified people of the corpus are vouched for by their feed at most.
    assert_eq!(tally.get("the person's"), Some(&2));
}

#[test]
fn live_nodes_take_no_training_message() {
    let Some(root) = corpus() else { return };
    for (name, bytes) in files(&root).iter().filter(|(name, _)| !name.starts_with("oru/")) {
        let header = String::from_utf8_lossy(bytes);
        let code = header.split('|').nth(10).expect("MSH-11").to_owned();
        let refused = one(Settings::default(), bytes).err();
        assert_eq!(refused.is_some(), code != "P", "{name}: {code}");
        assert!(refused.is_none_or(|refused| refused.field.as_deref() == Some("MSH-11")), "{name}");
    }
}

#[test]
fn month_13_in_a_birth_date_is_left_out_and_the_message_is_taken() {
    let Some(root) = corpus() else { return };
    let born = |name: &str| {
        let bytes = std::fs::read(root.join(name)).expect("a file");
        assert!(one(Settings::default(), &bytes).is_ok(), "{name}");
        Hl7v2::default().person(&[Kept { order: 0, body: &bytes }]).expect("a person").birth_date
    };
    assert_eq!(born("adt/A28_Example.txt"), None);
    assert_eq!(born("adt/A31_example.txt"), None);
    assert_eq!(born("adt/A01_example.txt").as_deref(), Some("1965-12-13"));
}

#[test]
fn the_published_merge_retires_its_local_id_for_a_number_nobody_verified() {
    let Some(root) = corpus() else { return };
    let bytes = std::fs::read(root.join("adt/A40_Example.txt")).expect("a file");
    let unverified = one(Settings::default(), &bytes).expect("taken");
    assert!(matches!(unverified.whose, Whose::Untraced(Untraced::NotVerified)));
    let Some(Act::Merge { retired, survivor }) = &unverified.act else { panic!("a merge") };
    assert_eq!((retired.authority.as_str(), survivor.authority.as_str()), ("LOCALID", "NHS, not verified"));
    assert!(unverified.local.contains(survivor));
    // Its PID-32 is filled, with none of the codes: not even a feed that is vouched for overrules that.
    let vouched = Settings { numbers: Numbers::VerifiedByDefault, ..Settings::default() };
    let vouched = one(vouched, &bytes).expect("taken");
    assert!(matches!(vouched.whose, Whose::Untraced(Untraced::NotVerified)));
}

// HAZ-040: an OBX of a report is a result, a line of one, or a file.
#[test]
fn every_obx_of_the_corpus_is_shown_and_every_resource_is_read_by_the_page() {
    let Some(root) = corpus() else { return };
    for (name, bytes) in files(&root).iter().filter(|(name, _)| !name.starts_with("oru/")) {
        let shown = shown_bytes(std::slice::from_ref(bytes));
        check_read_whole(&shown);
        let count = |kind: &str| shown.iter().filter(|one| one.resource_type == kind).count();
        let is_result = String::from_utf8_lossy(bytes).contains("|ORU^R01");
        let reports = if is_result { starting(bytes, "OBR") } else { 0 };
        assert_eq!(count("DiagnosticReport"), reports, "{name}");
        // Fourteen lines of one page are one result.
        let results = match (is_result, name.contains("/10_ORU")) {
            (true, true) => 1,
            (true, false) => starting(bytes, "OBX"),
            _ => 0,
        };
        assert_eq!(count("Observation") + count("DocumentReference"), results, "{name}");
        let is_visit = name.contains("_ADT_A0")
            && name.split('_').nth(2).is_some_and(|event| event.starts_with("A0"))
            || name.starts_with("adt/A0");
        assert_eq!(count("Encounter"), usize::from(is_visit), "{name}");
        assert_eq!(count("AllergyIntolerance") > 0, starting(bytes, "AL1") > 0, "{name}");
        let text: String = shown.iter().map(|one| one.json.as_str()).collect();
        assert!(!text.contains("\\\\S\\\\"), "{name}: escapes are resolved");
    }
}

#[test]
fn a_published_laboratory_page_keeps_its_lines_and_its_corrected_result_its_mark() {
    let Some(root) = corpus() else { return };
    let read = |name: &str| shown_bytes(&[std::fs::read(root.join(name)).expect("a file")]);
    let page = read("itk-2.4-and-2.5.1/10_ORU_R01_ORU_R01_251C.hl7");
    let page = page.iter().find(|one| one.resource_type == "Observation").expect("the page");
    let value: serde_json::Value = serde_json::from_str(&page.json).expect("JSON");
    assert_eq!(value["valueString"].as_str().expect("text").split('\n').count(), 14);
    assert!(page.json.contains("x10^6/L"));
    let bloods = read("itk-2.4-and-2.5.1/07_ORU_R01_ORU_R01_251C.hl7");
    assert_eq!(bloods.iter().filter(|one| one.json.contains("\"status\":\"corrected\"")).count(), 2);
    assert!(bloods.iter().any(|one| one.json.contains("\"value\":6.00,")), "digits as sent (HAZ-014)");
    // A file printed in part is named, never opened.
    let cut = read("genomics/ManchesterFoundationTrust ORU_R01_PDF.txt");
    assert!(cut.iter().all(|one| one.resource_type != "Binary"));
    assert!(cut.iter().any(|one| one.json.contains("Sent incomplete")));
}

/// What an Encounter says, apart from its class and the words its publisher looked up elsewhere.
fn gist(encounter: &serde_json::Value) -> Vec<String> {
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let stay = &encounter["hospitalization"];
    let mut gist = vec![
        text(&encounter["status"]),
        text(&encounter["period"]["start"]),
        text(&encounter["period"]["end"]),
        text(&encounter["identifier"][0]["value"]),
        text(&stay["extension"][0]["url"]),
    ];
    let concepts =
        [&stay["extension"][0]["valueCodeableConcept"], &stay["admitSource"], &stay["dischargeDisposition"]];
    for concept in concepts {
        gist.push(format!(
            "{} {}",
            text(&concept["coding"][0]["system"]),
            text(&concept["coding"][0]["code"])
        ));
    }
    let doctors = encounter["participant"].as_array().into_iter().flatten();
    let mut doctors: Vec<String> = doctors
        .map(|one| {
            let who = &one["individual"];
            let role = text(&one["type"][0]["coding"][0]["code"]);
            let number = &who["identifier"];
            format!("{role} {} {} {}", text(&who["display"]), text(&number["system"]), text(&number["value"]))
        })
        .collect();
    doctors.sort();
    gist.extend(doctors);
    gist
}

#[test]
fn a_published_discharge_becomes_the_encounter_its_publisher_makes_of_it() {
    let Some(root) = corpus() else { return };
    let message = std::fs::read(root.join("itk-2.4-and-2.5.1/04_ADT_A03_ADT_A03_24Co.hl7")).expect("a file");
    let published =
        root.parent().expect("the corpus").join("uk-core-r4/encounters/Encounter-ADT_A03-final.json");
    let published = serde_json::from_slice(&std::fs::read(published).expect("a file")).expect("JSON");
    let ours = shown_bytes(&[message]);
    let ours = ours.iter().find(|one| one.resource_type == "Encounter").expect("one");
    assert_eq!(gist(&serde_json::from_str(&ours.json).expect("JSON")), gist(&published));
}
