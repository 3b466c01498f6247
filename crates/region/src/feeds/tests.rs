//! What the old systems write, read again by simple readers of this file's own.

use super::*;
use crate::people;
use aws_lc_rs::{
    rand::SystemRandom,
    signature::{
        ECDSA_P384_SHA384_FIXED, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, KeyPair, UnparsedPublicKey,
    },
};
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use jiff::civil::date;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

const TODAY: Date = date(2026, 11, 24);
const DOREEN: &str = "9991234578";

fn now() -> Timestamp {
    "2026-11-24T10:30:00Z".parse().unwrap()
}

fn written() -> (Vec<Person>, Vec<Extract>) {
    let people = people::people(7, 200, TODAY);
    let extracts = feeds(&people, TODAY, now());
    (people, extracts)
}

fn of<'a>(extracts: &'a [Extract], partner: &str, feed: &str) -> Vec<&'a Extract> {
    extracts.iter().filter(|one| one.partner == partner && one.feed == feed).collect()
}

/// Rows by heading, whatever the encoding: only ASCII is looked at.
fn rows(extract: &Extract) -> Vec<BTreeMap<String, String>> {
    let bytes = extract.bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&extract.bytes);
    let mut reader = csv::Reader::from_reader(bytes);
    let text = |field: &[u8]| String::from_utf8_lossy(field).into_owned();
    let headings: Vec<String> = reader.byte_headers().unwrap().iter().map(text).collect();
    let record = |record: csv::ByteRecord| {
        assert_eq!(record.len(), headings.len());
        headings.iter().cloned().zip(record.iter().map(text)).collect()
    };
    reader.byte_records().map(|one| record(one.unwrap())).collect()
}

#[test]
fn the_same_people_day_and_moment_give_the_same_bytes() {
    let (_, one) = written();
    let (_, other) = written();
    assert!(one == other);
    let others = feeds(&people::people(8, 200, TODAY), TODAY, now());
    assert!(one != others);
}

// shows: R62
#[test]
fn every_feed_is_there_and_is_as_old_as_its_partner_says() {
    let (_, extracts) = written();
    let feeds: BTreeSet<(&str, &str)> = extracts.iter().map(|one| (one.partner, one.feed)).collect();
    let wanted = [
        ("ambulance", "documents"),
        ("ambulance", "incidents"),
        ("essex", "adult-social-care"),
        ("essex", "care-teams-and-alerts"),
        ("ic24", "nhs111-reports"),
        ("southend", "adult-social-care"),
        ("southend", "care-teams-and-alerts"),
        ("thurrock", "adult-social-care"),
        ("thurrock", "care-teams-and-alerts"),
    ];
    assert_eq!(feeds.into_iter().collect::<Vec<_>>(), wanted);
    for (partner, feed) in wanted {
        let of = of(&extracts, partner, feed);
        let last = of.last().unwrap().as_at.to_string();
        let right = match partner {
            "ic24" => "2026-11-24T10:07:00Z",
            "ambulance" => "2026-11-24T09:49:00Z",
            // HAZ-008: five nights have been missed.
            "thurrock" => "2026-11-19T02:10:00Z",
            _ => "2026-11-24T02:10:00Z",
        };
        assert_eq!(last, right, "{partner} {feed}");
        assert!(of.is_sorted_by(|one, other| one.as_at < other.as_at), "{partner} {feed}: each later");
        let names: BTreeSet<&str> = of.iter().map(|one| one.file_name.as_str()).collect();
        assert_eq!(names.len(), of.len());
    }
    assert!(!format!("{extracts:?}").contains(DOREEN), "HAZ-049");
}

/// HAZ-054: nothing an old system writes could be somebody's number.
#[test]
fn no_ten_digits_anywhere_are_a_number_that_could_be_issued() {
    let (_, extracts) = written();
    let mut seen = 0;
    for extract in &extracts {
        for run in extract.bytes.split(|byte| !byte.is_ascii_digit()).filter(|run| run.len() == 10) {
            let run = std::str::from_utf8(run).unwrap();
            let passes = fhir::NhsNumber::parse(run).is_ok();
            assert!(!passes || run.starts_with("999"), "{extract:?}: a number outside 999");
            seen += usize::from(passes);
        }
    }
    assert!(seen > 100);
}

#[test]
fn essex_sends_the_standard_headings_and_every_event_of_whom_it_knows() {
    let (people, extracts) = written();
    let extract = of(&extracts, "essex", "adult-social-care")[0];
    assert!(extract.bytes.starts_with("\u{feff}LA Code,".as_bytes()));
    assert!(std::str::from_utf8(&extract.bytes).is_ok());
    let rows = rows(extract);
    assert_eq!(rows.len() as u64, extract.rows);
    assert_eq!(rows[0].len(), 50);
    let numbers: BTreeSet<&str> = rows.iter().map(|row| row["NHS Number"].as_str()).collect();
    for person in people.iter().filter(|one| one.is_known_to(Partner::Essex)) {
        assert!(numbers.contains(person.nhs_number.digits()), "{person:?}");
    }
    let george: Vec<_> = rows.iter().filter(|row| row["NHS Number"] == "9990008086").collect();
    let package = george.iter().find(|row| row["Service Component"] == "Home Support").unwrap();
    assert_eq!(package["Provider CQC Location Name"].trim(), "Tidewater Care");
    assert_eq!((package["Planned units per week"].as_str(), package["Event End Date"].as_str()), ("28", ""));
    assert!(george.iter().any(|row| row["Service Component"] == "Telecare"));
    let review = george.iter().find(|row| row["Event Type"] == "Review").unwrap();
    assert_eq!(review["Event Start Date"], "03/08/2025", "the last one: the next was due long ago");
    for (number, kind) in [(DOREEN, "Service"), (DOREEN, "Request"), ("9990005052", "Assessment")] {
        assert!(rows.iter().any(|row| row["NHS Number"] == number && row["Event Type"] == kind), "{kind}");
    }
}

#[test]
fn an_extract_is_as_dirty_as_real_ones_are() {
    let (_, extracts) = written();
    let rows = rows(of(&extracts, "essex", "adult-social-care")[0]);
    let any = |what: &dyn Fn(&BTreeMap<String, String>) -> bool| rows.iter().filter(|row| what(row)).count();
    assert!(any(&|row| row["Ethnicity"] == "Invalid/NULL") > 5);
    assert!(any(&|row| row["Event Outcome"].ends_with(' ')) > 5);
    assert!(any(&|row| row["Event Outcome"].contains('\u{2013}')) == 5);
    assert!(any(&|row| row["Event Description"].contains("\r\n")) > 0);
    let key = |row: &BTreeMap<String, String>| {
        [
            "NHS Number",
            "LA Person Unique Identifier",
            "Event Type",
            "Event Start Date",
            "Service Type",
            "Service Component",
            "Delivery Mechanism",
        ]
        .map(|name| row[name].clone())
    };
    let mut submissions: BTreeMap<_, Vec<&str>> = BTreeMap::new();
    for row in &rows {
        submissions.entry(key(row)).or_default().push(&row["Reporting Period End Date"]);
    }
    assert!(
        submissions.values().any(|ends| ends.len() == 2),
        "an event of an earlier submission comes again"
    );
    assert!(submissions.values().all(|ends| ends.iter().collect::<BTreeSet<_>>().len() == ends.len()));
    // HAZ-042: a carer is known by name alone, and is nobody whose record is served.
    let carers: Vec<_> =
        rows.iter().filter(|row| row["Client Type"] == "Carer known by association").collect();
    assert!(!carers.is_empty() && carers.iter().all(|row| row["NHS Number"].is_empty()));
    let nobody: Vec<&str> = rows
        .iter()
        .filter(|row| row["Last Name"] == "RECORD")
        .map(|row| row["NHS Number"].as_str())
        .filter(|number| fhir::NhsNumber::parse(number).is_err())
        .collect();
    assert_eq!(nobody, ["NULL", "", "9990008087", "999000808"]);
}

#[test]
fn two_councils_send_their_vendors_headings_words_and_letters() {
    let (people, extracts) = written();
    for (partner, form) in [(Partner::Southend, "%d/%m/%Y"), (Partner::Thurrock, "%Y-%m-%d")] {
        let slug = partner.profile().slug;
        let extract = of(&extracts, slug, "adult-social-care")[0];
        assert!(extract.bytes.starts_with(b"Local Authority,NHS No,System ID,"));
        assert!(
            std::str::from_utf8(&extract.bytes).is_err() && extract.bytes.contains(&0x96),
            "Windows-1252"
        );
        let rows = rows(extract);
        assert_eq!(rows.len() as u64, extract.rows);
        let numbers: BTreeSet<&str> = rows.iter().map(|row| row["NHS No"].as_str()).collect();
        let known: BTreeSet<&str> = people
            .iter()
            .filter(|one| one.story_facts.episodes.iter().any(|episode| episode.at.contains(&partner)))
            .map(|one| one.nhs_number.digits())
            .collect();
        assert_eq!(numbers, known, "{slug}");
        for row in &rows {
            assert!(Date::strptime(form, &row["Start"]).is_ok() && Date::strptime(form, &row["DoB"]).is_ok());
            assert!(["Referral", "Form", "Provision", "Review"].contains(&row["Record Type"].as_str()));
            assert_eq!(row["Role"], "Client");
        }
        // HAZ-023: of an enquiry nothing stands in the file.
        assert!(!String::from_utf8_lossy(&extract.bytes).to_lowercase().contains("safeguarding"));
    }
}

#[test]
fn what_a_csv_cannot_say_stands_beside_it_with_everybody_it_names() {
    let (_, extracts) = written();
    let lines = |partner: &str| -> Vec<Value> {
        let extract = of(&extracts, partner, "care-teams-and-alerts")[0];
        let text = std::str::from_utf8(&extract.bytes).unwrap();
        let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(lines.len() as u64, extract.rows);
        lines
    };
    let count = |lines: &[Value], kind: &str| lines.iter().filter(|one| one["resourceType"] == kind).count();
    let (essex, southend) = (lines("essex"), lines("southend"));
    assert_eq!((count(&essex, "CareTeam"), count(&essex, "CarePlan"), count(&essex, "Flag")), (2, 3, 3));
    assert_eq!((count(&southend, "ServiceRequest"), count(&southend, "Flag")), (1, 1));
    assert_eq!(count(&southend, "EpisodeOfCare"), 0, "the CSV has a place for it");
    let concern = southend.iter().find(|one| one["resourceType"] == "ServiceRequest").unwrap();
    assert!(concern.get("reasonCode").is_none(), "HAZ-023");
    let closed = lines("thurrock");
    assert_eq!(
        closed.iter().find(|one| one["resourceType"] == "ServiceRequest").unwrap()["status"],
        "completed"
    );
    for lines in [&essex, &southend, &closed] {
        let names: Vec<String> = lines
            .iter()
            .map(|one| format!("{}/{}", one["resourceType"].as_str().unwrap(), one["id"].as_str().unwrap()))
            .collect();
        assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len());
        for line in lines {
            for reference in references(line) {
                assert!(names.contains(&reference), "{reference} leads nowhere");
            }
        }
        let patients = lines.iter().filter(|one| one["resourceType"] == "Patient");
        for patient in patients {
            let status =
                &patient["identifier"][0]["extension"][0]["valueCodeableConcept"]["coding"][0]["code"];
            assert_eq!(status, "01");
        }
    }
}

fn references(value: &Value) -> Vec<String> {
    match value {
        Value::Object(members) => {
            let own = members.get("reference").and_then(Value::as_str).map(str::to_owned);
            own.into_iter().chain(members.values().flat_map(references)).collect()
        }
        Value::Array(items) => items.iter().flat_map(references).collect(),
        _ => Vec::new(),
    }
}

#[test]
fn each_call_to_111_is_a_report_in_an_envelope_and_some_are_nobodys() {
    let (people, extracts) = written();
    let reports = of(&extracts, "ic24", "nhs111-reports");
    let visits = people.iter().flat_map(|one| &one.story_facts.visits);
    let visits = visits.filter(|visit| visit.at.contains(&Partner::Ic24)).count();
    let (mut traced, mut untraced, mut documents) = (Vec::new(), 0, BTreeSet::new());
    for report in &reports {
        let text = std::str::from_utf8(&report.bytes).unwrap();
        let tree = roxmltree::Document::parse(text).unwrap();
        let all =
            |name: &str| tree.descendants().filter(|one| one.tag_name().name() == name).collect::<Vec<_>>();
        assert_eq!((all("DistributionEnvelope").len(), all("ClinicalDocument").len()), (1, 1));
        let manifest = all("manifestitem")[0].attribute("id").unwrap();
        assert_eq!(all("payload")[0].attribute("id"), Some(manifest));
        let id = all("patientRole")[0].children().find(|one| one.tag_name().name() == "id").unwrap();
        match id.attribute("root").unwrap() {
            "2.16.840.1.113883.2.1.4.1" => traced.push(id.attribute("extension").unwrap().to_owned()),
            "2.16.840.1.113883.2.1.3.2.4.18.23" => untraced += 1,
            other => panic!("{other}"),
        }
        let document = all("ClinicalDocument")[0];
        let id = document.children().find(|one| one.tag_name().name() == "id").unwrap();
        assert!(documents.insert(id.attribute("root").unwrap().to_owned()), "an id of its own");
        let titles: Vec<_> = all("section")
            .iter()
            .filter_map(|one| one.children().find(|child| child.tag_name().name() == "title")?.text())
            .collect();
        assert!(titles.contains(&"Patient's Reported Condition") && titles.contains(&"Advice Given"));
        let times = all("low")
            .iter()
            .chain(&all("high"))
            .map(|one| one.attribute("value").unwrap().len())
            .sum::<usize>();
        assert_eq!(times, 38, "to the second, with an offset");
    }
    assert_eq!((traced.len(), untraced), (visits, people.len() / 40), "HAZ-042");
    assert!(traced.iter().any(|number| number == DOREEN));
}

#[test]
fn an_incident_is_opened_and_closed_by_two_messages_of_one_request() {
    let (people, extracts) = written();
    let mut requests: BTreeMap<String, Vec<(String, String, Value)>> = BTreeMap::new();
    for extract in of(&extracts, "ambulance", "incidents") {
        let bundle: Value = serde_json::from_slice(&extract.bytes).unwrap();
        assert_eq!(
            (&bundle["type"], &bundle["entry"][0]["resource"]["resourceType"]),
            (&"message".into(), &"MessageHeader".into())
        );
        let urls: BTreeSet<&str> =
            bundle["entry"].as_array().unwrap().iter().map(|one| one["fullUrl"].as_str().unwrap()).collect();
        for reference in references(&bundle) {
            assert!(urls.contains(reference.as_str()), "{reference} leads nowhere");
        }
        let header = &bundle["entry"][0]["resource"];
        let reason = header["reason"]["coding"][0]["code"].as_str().unwrap().to_owned();
        let request = &bundle["entry"][1];
        assert_eq!(header["focus"][0]["reference"], request["fullUrl"]);
        let id = request["resource"]["id"].as_str().unwrap().to_owned();
        let updated = bundle["meta"]["lastUpdated"].as_str().unwrap().to_owned();
        requests.entry(id).or_default().push((reason, updated, bundle));
    }
    let visits = people.iter().flat_map(|one| &one.story_facts.visits);
    let visits = visits.filter(|visit| visit.at.contains(&Partner::Ambulance)).count();
    let (twice, once): (Vec<_>, Vec<_>) = requests.values().partition(|all| all.len() == 2);
    assert_eq!((twice.len(), once.len()), (visits, 2), "two people have a warning and no incident");
    let mut unnumbered = 0;
    for messages in twice {
        let [(first, opened, before), (second, closed, after)] = messages.as_slice() else { panic!() };
        assert_eq!((first.as_str(), second.as_str()), ("new", "update"));
        assert!(opened < closed);
        let status = |bundle: &Value| of_kind(bundle, "Encounter")[0]["status"].clone();
        assert_eq!((status(before), status(after)), ("in-progress".into(), "finished".into()));
        unnumbered += usize::from(of_kind(before, "Patient")[0].get("identifier").is_none());
        assert!(of_kind(after, "Patient")[0]["identifier"].is_array());
    }
    assert!(unnumbered > 0, "HAZ-042: known by name first, by number later");
    let doreen = requests
        .values()
        .flatten()
        .find(|(reason, _, bundle)| reason == "update" && bundle.to_string().contains(DOREEN));
    let doreen = &doreen.unwrap().2;
    assert_eq!((of_kind(doreen, "Observation").len(), of_kind(doreen, "Flag").len()), (3, 1));
}

fn of_kind<'a>(bundle: &'a Value, kind: &str) -> Vec<&'a Value> {
    let resources = bundle["entry"].as_array().unwrap().iter().map(|one| &one["resource"]);
    resources.filter(|one| one["resourceType"] == kind).collect()
}

#[test]
fn the_ambulance_sends_a_document_as_words_and_one_as_a_file_inside() {
    let (_, extracts) = written();
    let documents = of(&extracts, "ambulance", "documents");
    assert_eq!(documents.len(), 2);
    assert!(documents.iter().all(|one| one.transport == Transport::Mllp));
    let mut kinds = Vec::new();
    for document in documents {
        let text = std::str::from_utf8(&document.bytes).unwrap();
        assert!(text.starts_with("MSH|^~\\&|") && text.ends_with('\r') && !text.contains('\n'));
        let segment = |name: &str| -> Vec<&str> {
            text.split('\r').find(|one| one.starts_with(name)).unwrap().split('|').collect()
        };
        let (header, person, index, value) = (segment("MSH"), segment("PID"), segment("TXA"), segment("OBX"));
        // MSH-1 is the bar itself.
        assert_eq!(
            (header[8], header[10], header[11], header[17]),
            ("MDM^T02^MDM_T02", "P", "2.4", "UNICODE UTF-8")
        );
        assert!(header[14].is_empty() && header[15].is_empty(), "original mode");
        assert_eq!((person.len(), person[32]), (33, "01"));
        assert!(person[3].starts_with("999") && person[3].contains("^^^NHS^NH~"));
        assert!(index[12].starts_with("DOC-") && (index[17], index[19]) == ("AU", "AV"));
        kinds.push(value[2].to_owned());
        if value[2] == "ED" {
            let file = value[5].split('^').nth(4).unwrap();
            assert!(value[5].starts_with("EPCR^application^pdf^Base64^"));
            assert!(STANDARD.decode(file).unwrap().starts_with(b"%PDF-"));
        }
    }
    kinds.sort();
    assert_eq!(kinds, ["ED", "TX"]);
}

#[test]
fn a_manifest_is_signed_and_says_what_the_extract_is() {
    let (_, extracts) = written();
    let key = EcdsaKeyPair::generate_pkcs8(&ECDSA_P384_SHA384_FIXED_SIGNING, &SystemRandom::new()).unwrap();
    let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P384_SHA384_FIXED_SIGNING, key.as_ref()).unwrap();
    let pem = crate::host::key::pem("PRIVATE KEY", key.as_ref());
    let extract = of(&extracts, "thurrock", "adult-social-care")[0];
    let signed = manifest(extract, pem.as_bytes()).unwrap();
    let parts: Vec<&str> = signed.split('.').collect();
    let public = UnparsedPublicKey::new(&ECDSA_P384_SHA384_FIXED, pair.public_key().as_ref());
    let input = format!("{}.{}", parts[0], parts[1]);
    public.verify(input.as_bytes(), &URL_SAFE_NO_PAD.decode(parts[2]).unwrap()).unwrap();
    let read =
        |part: &str| -> Value { serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap() };
    let header = read(parts[0]);
    assert_eq!((&header["alg"], &header["typ"]), (&"ES384".into(), &"shcr-manifest+jwt".into()));
    let claims = read(parts[1]);
    assert_eq!(claims["partner"], "ZZ919");
    assert_eq!((&claims["feed"], &claims["mode"]), (&"adult-social-care".into(), &"snapshot".into()));
    assert_eq!(claims["file"], extract.file_name.as_str());
    assert_eq!(claims["rows"], extract.rows);
    assert_eq!(claims["size_bytes"], extract.bytes.len());
    assert_eq!(
        (&claims["as_at"], &claims["sequence"]),
        (&"2026-11-19T02:10:00Z".into(), &1_795_054_200.into())
    );
    let hash = digest(&SHA256, &extract.bytes);
    let hash: String = hash.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(claims["sha256"], hash);
    assert!(manifest(extract, b"no key").is_err());
}

#[test]
fn a_countys_file_has_a_number_for_most_people_and_none_twice() {
    let mut file = Vec::new();
    let count = council_extract(4_000, 3, &mut file).unwrap();
    let mut again = Vec::new();
    assert_eq!((council_extract(4_000, 3, &mut again).unwrap(), again == file), (count, true));
    let extract = Extract {
        partner: "essex",
        feed: "adult-social-care",
        file_name: String::new(),
        bytes: file,
        as_at: now(),
        rows: count,
        transport: Transport::File,
        mode: Mode::Snapshot,
    };
    let rows = rows(&extract);
    assert_eq!(rows.len() as u64, count);
    assert!((8_000..12_000).contains(&count), "{count}");
    let mut owners: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut without = BTreeSet::new();
    for row in &rows {
        let (number, id) = (row["NHS Number"].as_str(), row["LA Person Unique Identifier"].as_str());
        match fhir::NhsNumber::parse(number) {
            Ok(_) => {
                assert!(number.starts_with("999") && owners.entry(number).or_default().insert(id) | true)
            }
            Err(_) => assert!(without.insert(id) | true),
        }
        assert!(Date::strptime("%d/%m/%Y", &row["Event Start Date"]).is_ok());
        assert_eq!(row["Event End Date"].is_empty(), row["Event Type"] == "Service");
        assert_eq!(row["Service Type"].is_empty(), row["Event Type"] != "Service");
        assert_eq!(row["Review Reason"].is_empty(), row["Event Type"] != "Review");
    }
    assert!(owners.values().all(|ids| ids.len() == 1), "HAZ-004");
    assert!((3_440..3_600).contains(&owners.len()), "{}", owners.len());
    assert_eq!(owners.len() + without.len(), 4_000);
    for what in ["", "NULL"] {
        assert!(rows.iter().any(|row| row["NHS Number"] == what));
    }
    assert!(rows.iter().any(|row| row["NHS Number"].len() == 9));
}

#[test]
fn a_countys_file_stops_where_its_writer_does() {
    struct Full;
    impl std::io::Write for Full {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(std::io::ErrorKind::StorageFull.into())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    assert!(council_extract(100_000, 1, &mut Full).is_err());
}
