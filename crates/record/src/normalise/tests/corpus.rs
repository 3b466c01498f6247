//! Every GP Connect structured bundle and every R4 example through the normaliser without loss, counted by another
//! reader (serde_json) and against the published counts of the corpus.

use super::{check_law, payload, reply, xml};
use crate::item::{Item, Standing};
use crate::normalise::{CONTAINED_ALLERGY, NO_RESOURCE, Normalised, normalise};
use fhir::reply::Format;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

const STRUCTURED: [&str; 3] = [
    "gp-connect-structured/full-records",
    "gp-connect-structured/by-area",
    "gp-connect-structured/small-bundles",
];
const R4: [&str; 13] = [
    "uk-core-r4/examples",
    "uk-core-r4/observations",
    "uk-core-r4/encounters",
    "uk-core-r4/documents",
    "uk-core-r4/trust-examples",
    "uk-core-r4/people",
    "pathology-r4",
    "medicines-r4",
    "flags-and-plans/r4",
    "immunisation",
    "nrl",
    "bars-ambulance",
    "bars-ambulance/api",
];
const STU3: [&str; 10] = [
    "care-connect-stu3/examples",
    "care-connect-stu3/patients",
    "flags-and-plans/stu3",
    "flags-and-plans/local",
    "nrl/stu3",
    "itk3-documents/documents",
    "itk3-documents/documents-2",
    "itk3-documents/messages",
    "itk3-documents/update-record",
    "bars-ambulance/stu3-handover",
];

pub(crate) fn corpus() -> Option<PathBuf> {
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
        let Ok(bytes) = std::fs::read(entry.path()) else { continue };
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

/// Another reader's count: entries of a Bundle by type, those of Bundles inside it too, or the one resource.
fn counted(bytes: &[u8]) -> BTreeMap<String, usize> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let value: Value = serde_json::from_slice(bytes).expect("JSON");
    let mut counts = BTreeMap::new();
    let is_bundle = value["resourceType"] == "Bundle";
    let mut waiting = if is_bundle { inside(&value) } else { vec![&value] };
    while let Some(resource) = waiting.pop() {
        let kind = resource["resourceType"].as_str().unwrap_or(NO_RESOURCE);
        *counts.entry(kind.to_owned()).or_default() += 1;
        match kind {
            "Bundle" => waiting.extend(inside(resource)),
            "List" => {
                let contained = resource["contained"].as_array().into_iter().flatten();
                let allergies =
                    contained.filter(|inner| inner["resourceType"] == "AllergyIntolerance").count();
                if allergies > 0 {
                    *counts.entry(CONTAINED_ALLERGY.to_owned()).or_default() += allergies;
                }
            }
            _ => {}
        }
    }
    counts
}

fn inside(bundle: &Value) -> Vec<&Value> {
    bundle["entry"].as_array().into_iter().flatten().map(|entry| &entry["resource"]).collect()
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

fn folders() -> impl Iterator<Item = (&'static str, Format)> {
    R4.into_iter().map(|folder| (folder, Format::R4)).chain(STU3.into_iter().map(|f| (f, Format::Stu3)))
}

/// What became of the files of one kind.
#[derive(Default)]
struct Sum {
    files: usize,
    received: usize,
    items: usize,
    unread: BTreeMap<String, usize>,
}

impl Sum {
    fn add(&mut self, normalised: &Normalised) {
        self.files += 1;
        self.received += normalised.received_total();
        self.items += normalised.items_total();
        for entry in &normalised.unread {
            *self.unread.entry(entry.resource_type.clone()).or_default() += 1;
        }
    }

    fn say(&self, kind: &str) {
        let unread: usize = self.unread.values().sum();
        println!(
            "{kind}: {} files, {} received = {} items + {unread} unread + {} context; unread: {:?}",
            self.files,
            self.received,
            self.items,
            self.received - self.items - unread,
            self.unread
        );
    }
}

#[test]
fn haz_040_every_r4_and_stu3_example_of_the_corpus_is_read_without_loss() {
    let Some(root) = corpus() else { return };
    let mut sum = Sum::default();
    for (folder, format) in folders() {
        for (name, bytes) in documents(&root, folder) {
            if fhir::json::check(&bytes).is_err() {
                println!("not JSON as published: {folder}");
                continue;
            }
            sum.add(&check(&name, format, &bytes));
        }
    }
    sum.say("JSON");
    assert!(sum.files > 75, "only {} files", sum.files);
}

#[test]
fn haz_040_every_example_in_xml_is_read_without_loss() {
    let Some(root) = corpus() else { return };
    let mut all = Sum::default();
    for (folder, format) in folders() {
        let mut sum = Sum::default();
        for entry in std::fs::read_dir(root.join(folder)).expect("a corpus folder").flatten() {
            let Ok(text) = std::fs::read_to_string(entry.path()) else { continue };
            let text = text.trim_start_matches('\u{feff}');
            if !text.trim_start().starts_with('<') {
                continue;
            }
            let name = entry.file_name().to_string_lossy().into_owned();
            let normalised = check(&name, format, &xml::to_json(text));
            assert_eq!(normalised.received, xml::counted(text), "HAZ-040 {name}: what the XML holds");
            sum.add(&normalised);
            all.add(&normalised);
        }
        sum.say(folder);
    }
    assert!(all.files >= 180, "only {} files", all.files);
    assert!(all.items >= 250, "only {} items", all.items);
}

#[test]
fn haz_040_letters_and_discharge_summaries_of_the_corpus_are_one_document_each() {
    let Some(root) = corpus() else { return };
    for folder in ["itk3-documents/documents", "itk3-documents/documents-2"] {
        for entry in std::fs::read_dir(root.join(folder)).expect("a corpus folder").flatten() {
            let text = std::fs::read_to_string(entry.path()).expect("a corpus file");
            let normalised = check(folder, Format::Stu3, &xml::to_json(text.trim_start_matches('\u{feff}')));
            let kinds: Vec<&str> =
                normalised.items.iter().map(|item| item.provenance.resource_type.as_str()).collect();
            assert_eq!(kinds, ["Composition"], "{folder}");
            let sections = text.matches("<section>").count();
            let item = &normalised.items[0];
            assert_eq!(item.notes.len(), sections, "HAZ-040 every section is shown");
            assert!(
                item.notes.iter().all(|note| !note.text.contains("<td") && !note.text.is_empty()),
                "HAZ-020"
            );
            assert!(item.caveats.is_empty(), "{folder}: {:?}", item.caveats);
        }
    }
}

#[test]
fn three_messages_about_one_incident_are_one_event_at_its_latest() {
    let Some(root) = corpus() else { return };
    let of = |part: &str| -> Vec<Vec<u8>> {
        let all = std::fs::read_dir(root.join("bars-ambulance")).expect("a corpus folder").flatten();
        let mut paths: Vec<_> = all.map(|entry| entry.path()).collect();
        paths.sort();
        let named = paths.into_iter().filter(|path| path.to_string_lossy().contains(part));
        named.map(|path| xml::to_json(&std::fs::read_to_string(path).expect("a corpus file"))).collect()
    };
    let events = |files: &[Vec<u8>]| -> Vec<Item> {
        let normalised = normalise(&reply(files.iter().map(|f| payload(Format::R4, None, f)).collect()));
        check_law(&normalised, "messages");
        let is_event = |item: &Item| item.provenance.resource_type == "MessageHeader";
        normalised.items.into_iter().filter(is_event).collect()
    };
    let detail = |item: &Item, label: &str| {
        item.details.iter().find(|detail| detail.label == label).map(|detail| detail.value.clone())
    };
    let incident = of("REFREQ9A");
    assert_eq!(incident.len(), 3);
    for order in [[0, 1, 2], [2, 0, 1], [1, 2, 0]] {
        let files: Vec<Vec<u8>> = order.iter().map(|place| incident[*place].clone()).collect();
        let shown = events(&files);
        assert_eq!(shown.len(), 1, "HAZ-005 one incident is one event");
        assert_eq!(detail(&shown[0], "Earlier versions").as_deref(), Some("2"));
        assert_eq!(shown[0].status.code, "finished", "the latest message's");
        assert!(matches!(&shown[0].facts, crate::item::Facts::Contact(c) if c.setting == "Ambulance"));
    }
    let mut asked = of("VALREQ02");
    asked.extend(of("VALRESP02"));
    let shown = events(&asked);
    assert_eq!(shown.len(), 1, "an answer is part of what it answers");
    assert!(detail(&shown[0], "Answer").is_some_and(|answer| answer.starts_with("finished")));
    for file in of("REF").into_iter().chain(of("VAL")) {
        assert_eq!(events(&[file]).len(), 1, "every message tells of one event");
    }
}

#[test]
fn haz_040_hostile_files_are_refused_or_read_without_loss() {
    let Some(root) = corpus() else { return };
    let (mut refused, mut sum) = (0, Sum::default());
    for entry in std::fs::read_dir(root.join("hostile")).expect("a corpus folder").flatten() {
        let bytes = std::fs::read(entry.path()).expect("a corpus file");
        if fhir::json::check(&bytes).is_err() {
            refused += 1;
            continue;
        }
        sum.add(&check("hostile", Format::GpConnectStu3, &bytes));
        for format in [Format::Stu3, Format::R4, Format::GpConnectHtml] {
            let normalised = normalise(&reply(vec![payload(format, None, &bytes)]));
            check_law(&normalised, "hostile");
        }
    }
    sum.say("hostile");
    assert_eq!((refused, sum.files), (11, 3), "HAZ-039");
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
