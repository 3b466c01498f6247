//! A partner that must be able to tell its own people who saw its record is told, with every request of an opening; any
//! other is not.

use super::*;
use crate::{Asking, testing};
use base64::{Engine, engine::general_purpose::STANDARD};
use fhir::Retrieval;

const NAMES: [&str; 3] =
    ["nhsd-end-user-organisation", "nhsd-end-user-organisation-ods", "nhsd-requesting-practitioner"];

fn told(url: &str) -> SourceConfig {
    SourceConfig { says_who: true, ..acute(url, &[Allergies, Documents]) }
}

fn decoded(seen: &Seen, name: &str) -> Value {
    serde_json::from_slice(&STANDARD.decode(&seen.headers[name]).unwrap()).unwrap()
}

async fn asked(asking: &Asking, source: fn(&str) -> SourceConfig, fake: &Fake) -> Vec<Seen> {
    let url = fake.serve().await;
    let federation = federation(vec![source(&url)], "http://127.0.0.1:9", limits());
    let plan = crate::plan::plan(federation.sources(), &|_, _| fhir::Level::Full, asking);
    let replies: Vec<Reply> = futures_util::StreamExt::collect(federation.gather(plan)).await;
    assert_eq!(replies[0].state, ReplyState::Answered);
    let retrieval = Retrieval {
        resource: Some("DocumentReference/r1".to_owned()),
        url: Some("Binary/b1".to_owned()),
        ..Retrieval::default()
    };
    let opened = federation.open_document(asking, &SourceId::new("acute"), &retrieval).await;
    assert_eq!(opened.state, ReplyState::Answered);
    fake.seen()
}

fn keeper() -> Fake {
    let entry = json!({
        "resourceType": "DocumentReference", "id": "r1", "status": "current",
        "subject": { "reference": "Patient/d1" }, "content": [{ "attachment": { "url": "Binary/b1" } }],
    });
    server()
        .json("/fhir/DocumentReference/r1", entry)
        .on("/fhir/Binary/b1", typed(200, "text/plain", "A letter about nobody."))
}

#[tokio::test]
async fn every_request_of_an_opening_and_of_a_document_names_who_asks() {
    let seen = asked(&testing::asking(), told, &keeper()).await;
    let (statement, of_openings): (Vec<Seen>, Vec<Seen>) =
        seen.into_iter().partition(|seen| seen.path == "/fhir/metadata");
    let paths: Vec<&str> = of_openings.iter().map(|seen| seen.path.as_str()).collect();
    for path in
        ["/fhir/Patient/_search", "/fhir/AllergyIntolerance", "/fhir/DocumentReference/r1", "/fhir/Binary/b1"]
    {
        assert!(paths.contains(&path), "{path} was not asked: {paths:?}");
    }
    for seen in &of_openings {
        let organisation = decoded(seen, NAMES[0]);
        assert_eq!(organisation["resourceType"], "Organization", "{}", seen.path);
        assert_eq!(organisation["name"], "Marlowe Hospital");
        assert_eq!(organisation["identifier"][0]["system"], fhir::ods::SYSTEM);
        assert_eq!(organisation["identifier"][0]["value"], "ZZ910");
        assert_eq!(seen.headers[NAMES[1]], "ZZ910");
        let role = decoded(seen, NAMES[2]);
        assert_eq!(role["resourceType"], "PractitionerRole");
        assert_eq!(role["code"][0]["text"], "Consultant");
        assert_eq!(role["identifier"][0]["value"], "555254240100");
        let person = &role["contained"][0];
        assert_eq!(role["practitioner"]["reference"], format!("#{}", person["id"].as_str().unwrap()));
        assert_eq!(person["name"][0], json!({ "family": "Okafor", "given": ["Ada"], "prefix": ["Dr"] }));
        assert_eq!(seen.headers["x-correlation-id"], "0197-opening");
        assert!(seen.headers.contains_key("x-request-id"));
        let sent = format!("{organisation}{role}");
        assert!(!sent.contains(NUMBER) && !sent.contains("TESTPATIENT"), "they are about the asker alone");
    }
    // Read once for many openings: on nobody's behalf.
    assert!(statement.iter().all(|seen| NAMES.iter().all(|name| !seen.headers.contains_key(*name))));
}

#[tokio::test]
async fn a_partner_that_did_not_ask_for_it_is_not_told() {
    let seen = asked(&testing::asking(), |url| acute(url, &[Allergies, Documents]), &keeper()).await;
    assert!(!seen.is_empty());
    for seen in seen {
        assert!(NAMES.iter().all(|name| !seen.headers.contains_key(*name)), "{}", seen.path);
    }
}

#[tokio::test]
async fn an_id_the_host_does_not_know_is_left_out_and_any_name_fits_a_header() {
    let mut asking = testing::asking();
    asking.practitioner.family = Some("O\u{2019}Brien-Łuć\r\n".to_owned());
    asking.practitioner.sds_role_profile_id = None;
    asking.practitioner.sds_job_role = Some("S8000:G8000:R8001".to_owned());
    asking.role = String::new();
    let seen = asked(&asking, told, &keeper()).await;
    let role = decoded(seen.iter().find(|seen| seen.path == "/fhir/Patient/_search").unwrap(), NAMES[2]);
    assert!(role.get("identifier").is_none() && !role.to_string().contains("UNK"), "{role}");
    let person = &role["contained"][0];
    assert_eq!(person["identifier"].as_array().unwrap().len(), 1);
    assert_eq!(person["identifier"][0]["value"], "dr.okafor");
    assert_eq!(person["identifier"][0]["assigner"]["identifier"]["value"], "ZZ910");
    assert_eq!(person["name"][0]["family"], "O\u{2019}Brien-Łuć\r\n");
    assert_eq!(
        role["code"],
        json!([{ "coding": [{
        "system": "https://fhir.hl7.org.uk/CodeSystem/UKCore-SDSJobRoleName", "code": "R8001" }] }])
    );
}

#[test]
fn no_debug_text_of_the_headers_names_anybody() {
    let asker = testing::asking().asker();
    let headers = super::super::asker::headers(&asker);
    assert_eq!(headers.len(), 3);
    assert!(headers.values().all(|value| value.is_sensitive()));
    let printed = format!("{headers:?}");
    assert!(!printed.contains("ZZ910") && !printed.contains("ey"), "{printed}");
}
