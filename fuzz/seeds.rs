//! Writes seeds for the targets out of `fixtures/cases`: every document given, every narrative in one, every resource.

use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;

/// One of each, to begin from.
const TEXTS: [(&str, &str); 9] = [
    ("hl7v2", "MSH|^~\\&|PAS|ZZ910|SHCR|ZZ910|202611271200||ADT^A01^ADT_A01|1|P|2.4\rPID|1||9990000018^^^NHS^NH||TESTPATIENT^Doreen||19350814|F\rPV1|1|I|WARD^1^2\r"),
    ("extract_rows", "NHS Number,Event Type,Event Start Date,Event End Date\n9990000018,Assessment,01/02/2026,\n"),
    ("cda_report", "<itk:DistributionEnvelope xmlns:itk=\"urn:nhs-itk:ns:201005\"><itk:header/><itk:payloads count=\"1\"><itk:payload><ClinicalDocument xmlns=\"urn:hl7-org:v3\"/></itk:payload></itk:payloads></itk:DistributionEnvelope>"),
    ("fhir_xml", "<Patient xmlns=\"http://hl7.org/fhir\"><id value=\"d1\"/><name><family value=\"Testpatient\"/></name></Patient>"),
    ("handed_log", "{\"request\":\"a\",\"time\":\"2026-11-27T12:00:00Z\",\"status\":200}\n"),
    ("log_notes", "bench.example/audit/Z99\n3\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"),
    ("session_cookie", "__Host-shcr=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA; other=1"),
    ("agreement_table", "ods,name,kind\nZZ910,Marlowe Hospital,acute\n"),
    ("document_shown", "{\\rtf1\\ansi Seen in clinic.\\par}"),
];

fn main() -> std::io::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut seeds: BTreeSet<(&str, Vec<u8>)> = BTreeSet::new();
    for stage in std::fs::read_dir(root.join("../fixtures/cases"))?.flatten() {
        for case in std::fs::read_dir(stage.path())?.flatten() {
            let Ok(given) = std::fs::read(case.path().join("given.json")) else { continue };
            let Ok(given) = serde_json::from_slice::<Value>(&given) else { continue };
            collect(&given, &mut seeds);
        }
    }
    for text in ["9990000018", "999 000 0018", "9990000019", "99900000180"] {
        seeds.insert(("nhs_number", text.into()));
    }
    for text in
        ["1935", "1935-08", "1935-08-14", "1935-08-14T09:05:00+01:00", "1935-08-14T09:05:00", "2026-02-30"]
    {
        seeds.insert(("fhir_date", text.into()));
    }
    for (target, text) in TEXTS {
        seeds.insert((target, text.into()));
    }
    for (place, (target, bytes)) in seeds.iter().enumerate() {
        let folder = root.join("corpus").join(target);
        std::fs::create_dir_all(&folder)?;
        std::fs::write(folder.join(format!("seed-{place}")), bytes)?;
    }
    Ok(())
}

/// Every resource and narrative inside a case.
fn collect(value: &Value, seeds: &mut BTreeSet<(&'static str, Vec<u8>)>) {
    match value {
        Value::Object(members) => {
            if members.contains_key("resourceType") {
                let bytes = serde_json::to_vec(value).unwrap_or_default();
                for target in
                    ["json_check", "normalise_gp_connect", "normalise_r4", "uk_core", "reconcile", "audit_canonical"]
                 {
                    seeds.insert((target, bytes.clone()));
                }
            }
            if let Some(div) = members.get("div").and_then(Value::as_str) {
                seeds.insert(("narrative", div.into()));
                seeds.insert(("html_view", div.into()));
            }
            members.values().for_each(|inner| collect(inner, seeds));
        }
        Value::Array(items) => items.iter().for_each(|inner| collect(inner, seeds)),
        _ => {}
    }
}
