//! Reports and results: digits as sent, corrections with what they correct, withdrawals, texts whole, files (HAZ-014, 019, 043).

use super::super::super::tests::check_read_whole;
use super::{of, one, said, shown, shown_bytes};
use serde_json::Value;

fn oru(at: &str, control: &str, segments: &[&str]) -> String {
    said("ORU^R01", at, control, segments)
}

fn obr(status: &str) -> String {
    format!(
        "OBR|1|p1^T|f1^L|UE^Urea and electrolytes|||202403100900||||||||BLD^Blood|||||||202403101000||CH|{status}"
    )
}

fn obx(kind: &str, value: &str, rest: &str) -> String {
    format!("OBX|1|{kind}|K^Potassium^LOCAL||{value}|{rest}")
}

/// The one Observation of one message with that OBX.
fn result(obx: &str) -> Value {
    one(&[oru("20240310", "m1", &[&obr("F"), obx])], "Observation")
}

/// The whole resource as it is served.
fn served(obx: &str) -> String {
    let shown = shown(&[oru("20240310", "m1", &[&obr("F"), obx])]);
    shown
        .into_iter()
        .find(|(one, _)| one.resource_type == "Observation")
        .map(|(one, _)| one.json)
        .expect("one")
}

#[test]
fn haz_014_numbers_keep_their_digits_comparators_and_units() {
    let json = served(&obx("NM", "6.10", "mmol/L|3.5-5.3|H~A|||F|||20240310"));
    assert!(json.contains(r#""valueQuantity":{"value":6.10,"unit":"mmol/L"}"#), "{json}");
    assert!(json.contains(r#""referenceRange":[{"text":"3.5-5.3"}]"#));
    assert_eq!(result(&obx("NM", "1", "u|r|H~A|||F"))["interpretation"][1]["text"], "A");
    assert!(served(&obx("SN", "<^149", "g/L")).contains(r#""value":149,"comparator":"<","unit":"g/L""#));
    assert_eq!(result(&obx("SN", "^1^:^128", ""))["valueRatio"]["denominator"]["value"], 128);
    assert_eq!(result(&obx("SN", "^10^-^99", "x"))["valueRange"]["high"]["value"], 99);
    assert_eq!(result(&obx("SN", "^2^+", ""))["valueString"], "2+");
    for odd in ["<5", "+5", ".5", "007", "1,200", "12 to 14", "1e", "0x1"] {
        assert_eq!(
            result(&obx("NM", odd, "mg/L"))["valueString"],
            format!("{odd} mg/L"),
            "no number: as sent"
        );
    }
}

#[test]
fn every_type_of_value_has_its_form() {
    assert_eq!(result(&obx("ST", "trace", ""))["valueString"], "trace");
    assert_eq!(result(&obx("ST", "<0.5", "mg/L"))["valueString"], "<0.5 mg/L", "a text keeps its unit");
    assert_eq!(result(&obx("", "plain", ""))["valueString"], "plain", "no type is text");
    assert_eq!(result(&obx("CE", "NEG^Negative^L", ""))["valueCodeableConcept"]["text"], "Negative");
    let cwe = result(&obx("CWE", "260385009^Negative^SCT^N^No^L", ""));
    assert_eq!(cwe["valueCodeableConcept"]["coding"][0]["system"], "http://snomed.info/sct");
    assert_eq!(result(&obx("CE", "A^One~B^Two", ""))["valueString"], "One; Two");
    assert_eq!(result(&obx("DT", "20240310", ""))["valueDateTime"], "2024-03-10");
    assert_eq!(result(&obx("TS", "202407100930", ""))["valueDateTime"], "2024-07-10T09:30:00+01:00");
    assert_eq!(result(&obx("TM", "0930", ""))["valueTime"], "09:30:00");
    assert_eq!(result(&obx("DT", "soon", ""))["valueString"], "soon");
    let pointer = result(&obx("RP", "https://files.example.test/1", ""));
    assert_eq!(pointer["valueString"], "Kept in the sender's system: https://files.example.test/1");
}

#[test]
fn a_result_cut_short_is_a_result_without_a_value() {
    let cut = result("OBX|3|NM|K^Potassium");
    assert_eq!((cut["code"]["text"].as_str(), cut["status"].as_str()), (Some("Potassium"), Some("final")));
    assert!(cut.as_object().expect("an object").keys().all(|key| !key.starts_with("value")));
}

#[test]
fn haz_019_each_status_reads_as_what_it_is() {
    let status = |letter: &str| {
        result(&obx("NM", "1", &format!("u|||||{letter}")))["status"].as_str().map(str::to_owned)
    };
    let expected = [
        ("P", "preliminary"),
        ("F", "final"),
        ("C", "corrected"),
        ("X", "cancelled"),
        ("W", "entered-in-error"),
        ("R", "preliminary"),
        ("I", "registered"),
        ("O", "registered"),
        ("S", "preliminary"),
        ("", "final"),
        ("Q", "unknown"),
    ];
    for (letter, meaning) in expected {
        assert_eq!(status(letter).as_deref(), Some(meaning), "OBX-11 {letter}");
    }
    let report = |letter: &str| {
        one(&[oru("2024", "m1", &[&obr(letter)])], "DiagnosticReport")["status"].as_str().map(str::to_owned)
    };
    let expected = [
        ("P", "preliminary"),
        ("F", "final"),
        ("C", "corrected"),
        ("X", "cancelled"),
        ("R", "preliminary"),
        ("A", "partial"),
        ("I", "registered"),
        ("O", "registered"),
        ("S", "registered"),
        ("", "unknown"),
        ("FTQ1", "unknown"),
    ];
    for (letter, meaning) in expected {
        assert_eq!(report(letter).as_deref(), Some(meaning), "OBR-25 {letter}");
    }
}

#[test]
fn haz_043_a_corrected_result_replaces_the_earlier_and_names_its_value() {
    let first = oru("20240310", "a", &[&obr("F"), &obx("NM", "6.10", "mmol/L||H|||F")]);
    let corrected = oru("20240311", "b", &[&obr("C"), &obx("NM", "4.10", "mmol/L||N|||C")]);
    let all = [corrected, first];
    let now = one(&all, "Observation");
    assert_eq!(now["status"], "corrected");
    assert_eq!(now["note"][0]["text"], "Corrected. Earlier value: 6.10 mmol/L, reported 2024-03-10");
    assert_eq!(one(&all, "DiagnosticReport")["status"], "corrected");
    let same = [
        oru("20240310", "a", &[&obr("P"), &obx("NM", "4.1", "u|||||P")]),
        oru("20240311", "b", &[&obr("F"), &obx("NM", "4.1", "u|||||F")]),
    ];
    assert!(one(&same, "Observation")["note"].is_null(), "the same value was not changed");
}

#[test]
fn haz_043_a_withdrawn_result_is_in_error_and_a_deleted_one_is_gone_and_named() {
    let both = |second: &str| {
        let other = format!("OBX|2|NM|NA^Sodium||140|mmol/L|||||{second}");
        [
            oru(
                "20240310",
                "a",
                &[&obr("F"), &obx("NM", "4", "u|||||F"), "OBX|2|NM|NA^Sodium||140|mmol/L|||||F"],
            ),
            oru("20240311", "b", &[&obr("C"), &obx("NM", "4", "u|||||F"), &other]),
        ]
    };
    let withdrawn = both("W");
    let sodium = of(&withdrawn, "Observation")
        .into_iter()
        .find(|one| one["code"]["text"] == "Sodium")
        .expect("sodium");
    assert_eq!(sodium["status"], "entered-in-error");
    let items = check_read_whole(&shown_bytes(&withdrawn.clone().map(String::into_bytes)));
    let standing = |item: &&record::Item| item.status.standing == record::item::Standing::EnteredInError;
    assert_eq!(items.items.iter().filter(standing).count(), 1, "counted, and not shown");
    let report = one(&withdrawn, "DiagnosticReport");
    assert_eq!(report["result"].as_array().map(Vec::len), Some(1), "its value is no part of the report");
    assert_eq!(report["conclusion"], "Withdrawn by the sender: Sodium");
    let deleted = both("D");
    assert_eq!(of(&deleted, "Observation").len(), 1);
    let conclusion = one(&deleted, "DiagnosticReport")["conclusion"].as_str().expect("said").to_owned();
    assert_eq!(conclusion, "In an earlier version of this report and not in this one: Sodium");
    let missing = [both("F")[0].clone(), oru("20240311", "b", &[&obr("F"), &obx("NM", "4", "u|||||F")])];
    assert_eq!(of(&missing, "Observation").len(), 1, "a result missing from the later report is not current");
    assert!(one(&missing, "DiagnosticReport")["conclusion"].as_str().expect("said").ends_with("Sodium"));
}

#[test]
fn haz_019_a_withdrawn_value_is_not_repeated_under_the_right_one() {
    let wrong = oru("20240310", "a", &[&obr("F"), &obx("NM", "9.9", "u|||||W")]);
    let right = oru("20240311", "b", &[&obr("C"), &obx("NM", "4.1", "u|||||C")]);
    assert!(one(&[wrong, right], "Observation")["note"].is_null());
}

#[test]
fn a_final_status_without_its_value_keeps_the_value_sent_before() {
    let first = oru("20240310", "a", &[&obr("P"), &obx("NM", "4.1", "mmol/L|||||P")]);
    let now = one(
        &[first, oru("20240311", "b", &[&obr("F"), "OBX|1|NM|K^Potassium^LOCAL||||||||U"])],
        "Observation",
    );
    assert_eq!((now["status"].as_str(), now["valueQuantity"]["value"].as_f64()), (Some("final"), Some(4.1)));
    assert!(now["note"].is_null());
}

#[test]
fn a_report_is_known_by_the_fillers_number_and_test_else_by_the_placers() {
    let named = |control: &str, placer: &str, filler: &str, test: &str| {
        oru("20240310", control, &[&format!("OBR|1|{placer}|{filler}|{test}|||2024")])
    };
    let count = |all: &[String]| of(all, "DiagnosticReport").len();
    assert_eq!(count(&[named("a", "p1", "f1^L", "UE"), named("b", "p2", "f1^L", "UE")]), 1);
    assert_eq!(
        count(&[named("a", "p1", "f1^L", "UE"), named("b", "p1", "f1^M", "UE")]),
        2,
        "another authority"
    );
    assert_eq!(count(&[named("a", "p1", "f1^L", "UE"), named("b", "p1", "f1^L", "FBC")]), 2, "another test");
    assert_eq!(count(&[named("a", "p1", "", "UE"), named("b", "p1", "", "UE")]), 1, "the placer's number");
    assert_eq!(count(&[named("a", "", "", "UE"), named("b", "", "", "UE")]), 2, "no number: never joined");
    let by_order = oru("20240310", "a", &["ORC|RE|p1|f1^L", "OBR|1|||UE^U|||2024"]);
    assert_eq!(count(&[by_order, named("b", "", "f1^L", "UE")]), 1, "ORC has the numbers too");
    let twice = oru(
        "20240310",
        "a",
        &[
            "OBR|1||f1|GTT^Glucose|||202403100900",
            "OBX|1|NM|G||5",
            "OBR|2||f1|GTT^Glucose|||202403101100",
            "OBX|1|NM|G||8",
        ],
    );
    assert_eq!(count(&[twice]), 2, "two of one key in one message are two");
}

#[test]
fn haz_021_lines_of_text_stand_together_with_their_breaks_and_blanks() {
    let line = |n: usize, text: &str| format!("OBX|{n}|TX|^Report Line {n}||{text}||||||F");
    let lines = [
        line(1, "Organism:   E. coli"),
        line(2, ""),
        line(3, "  Trimethoprim   R"),
        "OBX|4|TX|^Report Line 4||cut".into(),
    ];
    let mut segments = vec!["OBR|1||f1|MC^Urine culture|||2024||||||||||||||||||F"];
    segments.extend(lines.iter().map(String::as_str));
    let page = one(&[oru("20240310", "m1", &segments)], "Observation");
    assert_eq!(page["valueString"], "Organism:   E. coli\n\n  Trimethoprim   R\ncut");
    assert_eq!(page["code"]["text"], "Urine culture", "lines that name nothing are the report itself");
    let broken = one(
        &[oru("2024", "m1", &["OBR|1||f1|T^Text", "OBX|1|FT|a^Comment||one\\.br\\two~three"])],
        "Observation",
    );
    assert_eq!(broken["valueString"], "one\ntwo\nthree");
    let flagged = one(
        &[oru(
            "2024",
            "m1",
            &["OBR|1||f1|T^Text", "OBX|1|TX|^L||x|||A", "OBX|2|TX|^L||y|||A", "OBX|3|TX|^L||z|||R"],
        )],
        "Observation",
    );
    assert_eq!(flagged["interpretation"].as_array().map(Vec::len), Some(2), "flags of any line, each once");
    let apart = of(
        &[oru("2024", "m1", &["OBR|1||f1|T^Text", "OBX|1|TX|a^One||x", "OBX|2|TX|b^Two||y"])],
        "Observation",
    );
    assert_eq!(apart.len(), 2, "lines of two tests are two results");
}

#[test]
fn comments_stand_under_what_they_stand_under() {
    let text = oru(
        "2024",
        "m1",
        &[
            &obr("F"),
            "NTE|1||For the report",
            "NTE|2||second line",
            &obx("NM", "4", "u"),
            "NTE|1||haemolysed",
            "NTE|2||repeat",
            "SPM|1|||BLD^Whole blood^L|||||||||||||202403100830",
            "NTE|1||of the specimen",
        ],
    );
    let all = [text];
    assert_eq!(one(&all, "Observation")["note"][0]["text"], "haemolysed\nrepeat");
    let report = one(&all, "DiagnosticReport");
    assert_eq!(report["conclusion"], "For the report\nsecond line\nof the specimen");
    assert_eq!(report["contained"][0]["type"]["text"], "Whole blood");
    assert_eq!(report["contained"][0]["collection"]["collectedDateTime"], "2024-03-10T08:30:00+00:00");
    assert_eq!(report["issued"], "2024-03-10T10:00:00+00:00");
    assert_eq!(shown(&all).iter().map(|(one, _)| one.unit.as_deref()).collect::<Vec<_>>(), [Some("CH"); 2]);
}

#[test]
fn microbiology_keeps_its_organisms_apart_and_names_the_parent() {
    let culture = "OBR|1||f1|CUL^Culture|||2024||||||||||||||||||F";
    let organism = |n: usize, name: &str| format!("OBX|{n}|CE|ORG^Organism|{n}|{name}||||||F");
    let child = "OBR|2||f2|SENS^Sensitivities|||2024||||||||||||||||||F|ORG&Organism^1^E. coli|||^f1";
    let text = oru(
        "2024",
        "m1",
        &[
            culture,
            &organism(1, "EC^E. coli"),
            &organism(2, "PA^Pseudomonas"),
            child,
            "OBX|1|CE|TMP^Trimethoprim||R^Resistant||||||F",
        ],
    );
    let names: Vec<String> = of(std::slice::from_ref(&text), "Observation")
        .iter()
        .filter_map(|one| one["code"]["text"].as_str().map(str::to_owned))
        .collect();
    let mut sorted = names.clone();
    sorted.sort();
    assert_eq!(sorted, ["Organism [1]", "Organism [2]", "Trimethoprim"]);
    assert!(
        of(&[text], "DiagnosticReport").iter().any(|one| one["code"]["text"] == "Sensitivities (E. coli)")
    );
}

#[test]
fn haz_017_a_file_in_a_result_is_a_document_and_one_that_cannot_be_decoded_is_named() {
    let file = |value: &str| {
        oru("202403101200", "m1", &[&obr("F"), &format!("OBX|1|ED|REP^Report||{value}||||||F")])
    };
    let whole = [file("APP^IM^PDF^Base64^JVBERi0xLjQ=")];
    let document = one(&whole, "DocumentReference");
    let binary = one(&whole, "Binary");
    assert_eq!(document["content"][0]["attachment"]["contentType"], "application/pdf");
    assert_eq!(
        document["content"][0]["attachment"]["url"],
        format!("Binary/{}", binary["id"].as_str().expect("id"))
    );
    assert_eq!(document["content"][0]["attachment"]["size"], 8);
    assert_eq!(document["docStatus"], "final");
    assert_eq!(binary["data"], "JVBERi0xLjQ=");
    assert!(of(&whole, "Observation").is_empty());
    assert_eq!(one(&whole, "DiagnosticReport")["presentedForm"][0]["title"], "Report");
    for (sent, kind) in [
        ("^Lab^application/pdf^Base64^JVBERi0xLjQ", "application/pdf"),
        ("a^^^Base64^JVBERi0xLjQ=", "application/pdf"),
        ("a^TEXT^plain^A^hello", "text/plain"),
        ("a^b^png^Hex^89504e47", "image/png"),
    ] {
        assert_eq!(one(&[file(sent)], "Binary")["contentType"], kind, "{sent}");
    }
    for cut in ["a^b^pdf^Base64^JVBE...", "a^b^pdf^Zip^xyz", "a^b^pdf^Base64^", ""] {
        let all = [file(cut)];
        assert!(of(&all, "Binary").is_empty(), "{cut}");
        let attachment = &one(&all, "DocumentReference")["content"][0]["attachment"];
        assert_eq!(attachment["title"], "Sent incomplete or in an encoding that cannot be read");
        check_read_whole(&shown_bytes(&all.map(String::into_bytes)));
    }
}

#[test]
fn a_report_of_a_stay_that_is_known_belongs_to_it() {
    let pv1 = super::pv1("I", "W1", "202403101200", "");
    let stay = super::adt("A01", "202403101200", "a", &[&pv1]);
    let report = oru("202403101300", "b", &[&pv1, &obr("F"), &obx("NM", "4", "u")]);
    let all = [stay, report.clone()];
    let id = one(&all, "Encounter")["id"].as_str().expect("id").to_owned();
    assert_eq!(one(&all, "DiagnosticReport")["encounter"]["reference"], format!("Encounter/{id}"));
    assert!(one(&[report], "DiagnosticReport")["encounter"].is_null(), "an unknown one is not made up");
}

#[test]
fn a_very_long_report_and_its_versions_are_shown_in_reasonable_time() {
    let lines: Vec<String> = (0..5_000).map(|n| format!("OBX|{n}|NM|K^Potassium|1|{n}|u|||||F")).collect();
    let mut segments = vec!["OBR|1||f1|T^Test"];
    segments.extend(lines.iter().map(String::as_str));
    let all: Vec<Vec<u8>> =
        (1..=3).map(|n| oru(&format!("2024031{n}"), &format!("m{n}"), &segments).into_bytes()).collect();
    let started = std::time::Instant::now();
    assert_eq!(shown_bytes(&all).len(), 5_001);
    assert!(
        started.elapsed() < std::time::Duration::from_secs(20),
        "it grows with its length, not with its square"
    );
}
