//! shows: R39, R40, R49
//! Certificates, and the entry that is there before an answer leaves (HAZ-029, HAZ-048).

use super::*;
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::json;

#[test]
fn only_a_certificate_on_the_list_of_the_right_authority_gets_a_connection() {
    let (fixture, stranger) = (Fixture::new(), Fixture::new());
    let live = filled(&fixture);
    let url = live.url("metadata");
    let (unlisted, _) = fixture.certify("another");
    let (foreign, _) = stranger.certify("gateway");
    for (name, identity) in
        [("none", None), ("another authority's", Some(&foreign)), ("one that is not listed", Some(&unlisted))]
    {
        let client = fixture.client_with(identity.map(String::as_str));
        assert!(fixture.try_send(client.get(&url)).is_err(), "{name}");
    }
    assert!(fixture.try_send(stranger.gateway().get(&url)).is_err(), "who does not know this authority");
    // The intake has no list: every certificate of its authority comes in there, and no other.
    let sender = fixture.send(fixture.client_with(Some(&unlisted)).get(live.intake("/status")));
    assert_eq!(sender.status, 403, "R49: whoever sends may not read who looked");
    assert!(fixture.try_send(fixture.client_with(Some(&foreign)).get(live.intake("/status"))).is_err());
    let plain = reqwest::Client::builder().no_proxy().build().unwrap();
    assert!(fixture.try_send(plain.get(url.replace("https:", "http:"))).is_err(), "R40");
    assert_eq!(fixture.send(fixture.gateway().get(&url)).status, 200);
    fixture.stop(live);
}

#[test]
fn who_asked_and_what_was_given_is_on_record_before_the_answer() {
    let fixture = Fixture::new();
    let live = filled(&fixture);
    let packed = |value: serde_json::Value| STANDARD.encode(value.to_string());
    let organisation = packed(
        json!({ "resourceType": "Organization", "name": "Invented Surgery", "identifier": [{ "value": "Z99999" }] }),
    );
    let practitioner = packed(json!({
        "resourceType": "PractitionerRole",
        "code": [{ "text": "General practitioner" }],
        "contained": [{ "resourceType": "Practitioner", "identifier": [{ "value": "G0000001" }],
            "name": [{ "family": "Okafor", "given": ["Ada"], "prefix": ["Dr"] }] }],
    }));
    let id = id_of(&fixture, &live, &number(1));
    let request = fixture
        .gateway()
        .get(live.url(&format!("Observation?patient={id}")))
        .header("X-Correlation-Id", "opening-7")
        .header("X-Request-Id", "request-9")
        .header("NHSD-End-User-Organisation", organisation)
        .header("NHSD-Requesting-Practitioner", practitioner);
    assert_eq!(fixture.send(request).status, 200);
    let viewed = live.node.viewed(Some(&number(1)), None, "a steward").unwrap();
    let last = viewed.last().unwrap();
    let said = [
        &last.professional,
        &last.professional_id,
        &last.role,
        &last.organisation,
        &last.opening,
        &last.request,
        &last.asked,
        &last.given,
    ];
    assert_eq!(
        said.map(String::as_str),
        [
            "Dr Ada Okafor",
            "G0000001",
            "General practitioner",
            "Z99999",
            "opening-7",
            "request-9",
            "Observation",
            "10 of 10"
        ]
    );
    assert_eq!(last.nhs_number, number(1).digits());
    assert!(!format!("{last:?}").contains("Okafor"), "HAZ-049");
    assert!(live.node.viewed(Some(&number(2)), None, "a steward").unwrap().is_empty());
    assert_eq!(fixture.logged(audit::Kind::AuditRead).len(), 2, "looking is recorded too");
    // Somebody nobody knows was asked about: that is recorded as well.
    fixture.find(&live, &number(77));
    assert_eq!(live.node.viewed(Some(&number(77)), None, "a steward").unwrap()[0].given, "0 of 0");
    fixture.stop(live);
    fixture.verify_log();
}

#[test]
fn haz_029_without_a_record_there_is_no_answer_and_it_recovers_by_itself() {
    let fixture = Fixture::new();
    let live = filled(&fixture);
    let id = id_of(&fixture, &live, &number(1));
    let document = fixture.get(&live, &format!("DocumentReference?patient={id}")).matches()[0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let hold = fixture.put("audit.db.hold", "");
    for path in [format!("Observation?patient={id}"), format!("DocumentReference/{document}")] {
        let refused = fixture.get(&live, &path);
        assert_eq!((refused.status, refused.headers["retry-after"].to_str().unwrap()), (503, "5"), "HAZ-029");
        assert!(!refused.text.contains("Potassium") && refused.json()["resourceType"] == "OperationOutcome");
    }
    assert_eq!(fixture.find(&live, &number(1)).status, 503, "HAZ-029");
    std::fs::remove_file(hold).unwrap();
    for _ in 0..100 {
        if fixture.find(&live, &number(1)).status == 200 {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    assert_eq!(fixture.find(&live, &number(1)).total(), 1, "HAZ-029: without a restart");
    fixture.stop(live);
    fixture.verify_log();
}
