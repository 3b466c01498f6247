//! Every GP Connect structured bundle and every R4 example through the normaliser without loss, counted by another
//! reader (serde_json) and against the published counts of the corpus.

use super::{check_law, payload, reply, xml};
use crate::item::{Item, Standing};
use crate::normalise::{CONTAINED_ALLERGY, Normalised, normalise};
use fhir::reply::Format;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

const STRUCTURED: [&str; 3] = [
    "gp-connect-structured/full-records",
    "gp-connect-structured/by-area",
    "gp-connect-structured/small-bundles",
];
const R4: [&str; 8] = [
    "uk-core-r4/examples",
    "uk-core-r4/observations",
    "uk-core-r4/encounters",
    "uk-core-r4/trust-examples",
    "pathology-r4",
    "medicines-r4",
    "flags-and-plans/r4",
    "immunisation",
];
const STU3: [&str; 2] = ["care-connect-stu3/examples", "flags-and-plans/stu3"];

fn corpus() -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus");
    let root = std::env::var_os("SHCR_CORPUS").map_or_else(beside, PathBuf::from);
    if root.join("MANIFEST.md").is_file() {
        return Some(root);
    }
    println!("SKIPPED: no corpus at SHCR_CORPUS or beside the workspace: nothing was checked");
    None
}

/// Files that hold JSON, whatever they are called.
fn documents(root: &Path, folder: &str) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(root.join(folder)).expect("a corpus folder").flatten() {
        let bytes = std::fs::read(entry.path()).expect("a corpus file");
        let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
        if text.trim_ascii_start().starts_with(b"{") {
            found.push((entry.file_name().to_string_lossy().into_owned(), bytes));
        }
    }
    found.sort();
    found
}

/// A file of the corpus by its folder and the end of its name: the names start with numbers we do not write down.
fn named(root: &Path, file: &str) -> Vec<u8> {
    let (folder, end) = file.split_once('/').expect("a folder and a name");
    let all = documents(root, &format!("gp-connect-structured/{folder}"));
    all.into_iter().find(|(name, _)| name.ends_with(end)).map(|(_, bytes)| bytes).expect("a named file")
}

/// Another reader's count: entries of a Bundle by type, or the one resource.
fn counted(bytes: &[u8]) -> BTreeMap<String, usize> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let value: Value = serde_json::from_slice(bytes).expect("JSON");
    let mut counts = BTreeMap::new();
    let kind = |resource: &Value| resource["resourceType"].as_str().unwrap_or_default().to_owned();
    if kind(&value) != "Bundle" {
        counts.insert(kind(&value), 1);
        return counts;
    }
    for entry in value["entry"].as_array().into_iter().flatten() {
        *counts.entry(kind(&entry["resource"])).or_default() += 1;
        if kind(&entry["resource"]) == "List" {
            let contained = entry["resource"]["contained"].as_array();
            let allergies =
                contained.into_iter().flatten().filter(|inner| kind(inner) == "AllergyIntolerance");
            let allergies = allergies.count();
            if allergies > 0 {
                *counts.entry(CONTAINED_ALLERGY.to_owned()).or_default() += allergies;
            }
        }
    }
    counts
}

fn check(name: &str, format: Format, bytes: &[u8]) -> Normalised {
    let normalised = normalise(&reply(vec![payload(format, None, bytes)]));
    assert_eq!(normalised.received, counted(bytes), "HAZ-040 {name}: what another reader counts");
    check_law(&normalised, name);
    for item in &normalised.items {
        assert!(!item.original.as_sent().is_empty(), "{name}: as sent is kept");
    }
    normalised
}

#[test]
fn haz_040_every_structured_bundle_of_the_corpus_is_read_without_loss() {
    let Some(root) = corpus() else { return };
    let mut files = 0;
    for folder in STRUCTURED {
        for (name, bytes) in documents(&root, folder) {
            let normalised = check(&name, Format::GpConnectStu3, &bytes);
            assert!(normalised.unread.is_empty(), "{name}: {:?}", normalised.unread);
            files += 1;
        }
    }
    assert_eq!(files, 26, "all bundles of the corpus");
}

#[test]
fn haz_040_every_r4_and_stu3_example_of_the_corpus_is_read_without_loss() {
    let Some(root) = corpus() else { return };
    let folders = R4.iter().map(|f| (f, Format::R4)).chain(STU3.iter().map(|f| (f, Format::Stu3)));
    let mut files = 0;
    for (folder, format) in folders {
        for (name, bytes) in documents(&root, folder) {
            check(&name, format, &bytes);
            files += 1;
        }
    }
    assert!(files > 60, "only {files} files");
}

#[test]
fn haz_040_every_r4_example_in_xml_is_read_without_loss() {
    let Some(root) = corpus() else { return };
    let (mut files, mut items) = (0, 0);
    for folder in R4 {
        for entry in std::fs::read_dir(root.join(folder)).expect("a corpus folder").flatten() {
            let text = std::fs::read_to_string(entry.path()).expect("a corpus file");
            let text = text.trim_start_matches('\u{feff}');
            if !text.trim_start().starts_with('<') {
                continue;
            }
            let name = entry.file_name().to_string_lossy().into_owned();
            let normalised = check(&name, Format::R4, &xml::to_json(text));
            assert_eq!(normalised.received, xml::counted(text), "HAZ-040 {name}: what the XML holds");
            (files, items) = (files + 1, items + normalised.items_total());
        }
    }
    assert!(files >= 109, "only {files} files");
    assert!(items >= 60, "only {items} items");
}

/// allergies + ended, statements (active, completed, stopped), problems (active, inactive), immunisations,
/// observations as items or in reports, reports, referrals, diary, encounters, documents.
struct Published {
    file: &'static str,
    allergies: (usize, usize),
    medicines: (usize, usize, usize),
    problems: (usize, usize),
    others: [usize; 7],
}

const fn published(
    file: &'static str,
    allergies: (usize, usize),
    medicines: (usize, usize, usize),
    problems: (usize, usize),
    others: [usize; 7],
) -> Published {
    Published { file, allergies, medicines, problems, others }
}

/// The corpus' own table. Others: immunisations, observations, reports, referrals, diary, encounters, documents.
const TABLE: [Published; 13] = [
    published("full-records/Magre_full_20210602.json", (2, 0), (14, 10, 1), (2, 2), [2, 30, 0, 5, 1, 26, 4]),
    published("full-records/Birdi_full_20210602.json", (1, 0), (0, 0, 0), (0, 0), [0, 1, 0, 0, 1, 33, 33]),
    published("full-records/Nel_full_20210602.json", (4, 0), (2, 8, 0), (7, 1), [0, 22, 0, 0, 1, 6, 0]),
    published("full-records/Dougill_full_20210602.json", (0, 0), (0, 0, 0), (0, 0), [8, 97, 0, 0, 3, 6, 0]),
    published(
        "full-records/EMISPatientStructurede2eResponsePWTP9.json",
        (0, 0),
        (0, 0, 0),
        (0, 0),
        [0, 198, 20, 0, 1, 21, 0],
    ),
    published(
        "full-records/EMISPatientStructurede2eResponsePWTP11.json",
        (0, 0),
        (3, 0, 0),
        (9, 4),
        [0, 38, 0, 0, 2, 7, 0],
    ),
    published(
        "full-records/TPPPatientStructuredRecordE2EPWTP3.json",
        (7, 0),
        (5, 5, 18),
        (2, 0),
        [0, 1, 0, 0, 0, 1, 0],
    ),
    published("full-records/PWTP2-output.json", (4, 0), (2, 4, 0), (8, 1), [0, 45, 0, 0, 2, 9, 0]),
    // Its two requests are the orders behind its two reports: no plans (HAZ-018).
    published("full-records/response.json", (1, 1), (0, 6, 0), (0, 0), [1, 70, 2, 2, 0, 3, 0]),
    published(
        "by-area/Consolidated_Allergies_Test_Record_v0_1.json",
        (28, 2),
        (0, 0, 0),
        (2, 0),
        [0, 0, 0, 0, 0, 0, 0],
    ),
    published(
        "by-area/Consultations_ConsumerData_v0_2.json",
        (5, 0),
        (0, 6, 0),
        (1, 3),
        [5, 132, 0, 5, 5, 19, 2],
    ),
    published("by-area/Problems_ConsumerData_v0_2.json", (2, 0), (3, 1, 0), (9, 8), [2, 35, 0, 1, 1, 8, 2]),
    published(
        "by-area/Medications_consumer_data_v0_1.json",
        (0, 0),
        (17, 5, 3),
        (0, 0),
        [0, 0, 0, 0, 0, 0, 0],
    ),
];

#[test]
fn haz_040_items_of_the_named_records_are_as_many_as_the_corpus_counts() {
    let Some(root) = corpus() else { return };
    for row in &TABLE {
        let bytes = named(&root, row.file);
        let normalised = check(row.file, Format::GpConnectStu3, &bytes);
        let of = |kind: &str| {
            normalised.items.iter().filter(|item| item.provenance.resource_type == kind).collect::<Vec<_>>()
        };
        let coded =
            |items: &[&Item], code: &str| items.iter().filter(|item| item.status.code == code).count();
        let allergies = (of("AllergyIntolerance").len(), of(CONTAINED_ALLERGY).len());
        assert_eq!(allergies, row.allergies, "HAZ-012 {}", row.file);
        let medicines = of("MedicationStatement");
        let by_status =
            (coded(&medicines, "active"), coded(&medicines, "completed"), coded(&medicines, "stopped"));
        assert_eq!(by_status, row.medicines, "HAZ-013 {}", row.file);
        assert!(
            of("MedicationRequest").is_empty(),
            "HAZ-013 {}: a plan or an issue is never a second medicine",
            row.file
        );
        let problems = of("Condition");
        assert_eq!((coded(&problems, "active"), coded(&problems, "inactive")), row.problems, "{}", row.file);
        let observations =
            of("Observation").len() + normalised.context.get("Observation").copied().unwrap_or(0);
        let others = [
            of("Immunization").len(),
            observations,
            of("DiagnosticReport").len(),
            of("ReferralRequest").len(),
            of("ProcedureRequest").len(),
            of("Encounter").len(),
            of("DocumentReference").len(),
        ];
        assert_eq!(others, row.others, "{}", row.file);
        let ended = normalised.items.iter().filter(|item| item.provenance.resource_type == CONTAINED_ALLERGY);
        assert!(ended.into_iter().all(|item| item.status.standing == Standing::Past), "HAZ-012 {}", row.file);
    }
}

#[test]
fn haz_009_list_warnings_of_the_named_records_are_passed_on() {
    let Some(root) = corpus() else { return };
    for (file, confidential) in [("Magre_full_20210602.json", true), ("Birdi_full_20210602.json", false)] {
        let normalised = check(file, Format::GpConnectStu3, &named(&root, &format!("full-records/{file}")));
        let of = |code: &str| normalised.warnings.iter().filter(|w| w.code == code).collect::<Vec<_>>();
        let transit = of("data-in-transit");
        assert_eq!(transit.len(), 1, "HAZ-009 {file}: once per source, with its date");
        assert!(
            transit.iter().all(|w| w.category.is_none() && w.text.ends_with("may be missing.")),
            "HAZ-009 {file}"
        );
        assert_eq!(!of("confidential-items").is_empty(), confidential, "HAZ-010 {file}");
    }
}

#[test]
fn haz_014_dose_texts_of_the_corpus_are_byte_equal() {
    let Some(root) = corpus() else { return };
    let mut doses = 0;
    for folder in STRUCTURED {
        for (name, bytes) in documents(&root, folder) {
            let normalised = check(&name, Format::GpConnectStu3, &bytes);
            for item in
                normalised.items.iter().filter(|item| item.provenance.resource_type == "MedicationStatement")
            {
                let sent: Value = serde_json::from_str(item.original.as_sent()).expect("as sent is JSON");
                let sent: Vec<&str> = sent["dosage"]
                    .as_array()
                    .into_iter()
                    .flatten()
                    .filter_map(|dosage| dosage["text"].as_str())
                    .collect();
                assert_eq!(super::medicine(item).doses, sent, "HAZ-014 {name}");
                doses += sent.len();
            }
        }
    }
    assert!(doses > 100);
}
