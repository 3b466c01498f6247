//! shows: R56, R57, R62
//! What the partner's own systems are told when they bring something: durable, or not taken (HAZ-042, F30).

use crate::{
    Node,
    node::tests::{breaking, is_known},
    testing::{sent::*, *},
};
use reqwest::Method;
use serde_json::Value;

fn post(fixture: &Fixture, live: &Live, path: &str, body: impl Into<reqwest::Body>) -> Answer {
    fixture.send(at_intake(fixture, live, Method::POST, path).body(body))
}

fn started(fixture: &Fixture, node: Node) -> Live {
    let running = fixture.runtime.block_on(node.clone().start()).unwrap();
    Live { node, running }
}

#[test]
fn a_message_is_answered_with_what_became_of_each_unit() {
    let fixture = Fixture::new();
    let live = fixture.start();
    let sent = ambulance(1, "High Street");
    let taken = post(&fixture, &live, "/feeds/ambulance/messages", sent.clone());
    assert_eq!((taken.status, taken.json()["units"][0]["outcome"].clone()), (200, "taken".into()));
    assert!(is_known(&live.node, 1), "asked at once, it is there");
    let again = post(&fixture, &live, "/feeds/ambulance/messages", sent);
    assert_eq!((again.status, again.json()["units"][0]["outcome"].clone()), (200, "repeated".into()));
    let held =
        post(&fixture, &live, "/feeds/pas/messages", result("202611270900", "m1", ("A7", None), "4.1"));
    assert_eq!(held.json()["units"][0]["reason"], "it has no NHS number", "HAZ-042");
    let refused = post(&fixture, &live, "/feeds/ambulance/messages", "{}");
    assert_eq!(refused.status, 422);
    assert!(refused.json()["refused"].is_string());
    assert_eq!(live.node.quarantined().unwrap().len(), 1);
    let unknown = post(&fixture, &live, "/feeds/nothing/messages", "x");
    assert_eq!(unknown.status, 404);
    let status = fixture.send(at_intake(&fixture, &live, Method::GET, "/status"));
    assert_eq!((status.status, status.json()["partner"].clone()), (200, PARTNER.into()));
    assert!(!status.text.contains(number(1).digits()));
    fixture.stop(live);
}

#[test]
fn an_itk_message_is_answered_in_its_own_words() {
    let fixture = Fixture::new();
    let live = fixture.start();
    let send = |text: String| {
        let request = at_intake(&fixture, &live, Method::POST, "/feeds/calls/messages");
        fixture.send(
            request.header("SOAPAction", "urn:nhs-itk:services:201005:SendNHS111Report-v2-0").body(text),
        )
    };
    let taken = send(report_111(1, "Rest."));
    assert_eq!(taken.status, 200, "{}", taken.text);
    assert!(taken.text.contains("OK:P1") && taken.text.contains("SimpleMessageResponse"), "{}", taken.text);
    assert!(taken.headers["content-type"].to_str().unwrap().starts_with("text/xml"));
    let twice = send(report_111(1, "Rest."));
    assert!(twice.status == 200 && twice.text.contains("OK:P1"), "the same again was taken before");
    let refused = send(report_111(2, "Rest.").replace("ClinicalDocument", "Other"));
    assert_eq!(refused.status, 500);
    assert!(refused.text.contains("Fault") && refused.text.contains("ToolkitErrorInfo"), "{}", refused.text);
    let plain =
        at_intake(&fixture, &live, Method::POST, "/feeds/calls/messages").header("Content-Type", "text/xml");
    assert!(
        fixture.send(plain.body(report_111(3, "Rest."))).text.contains("OK:P3"),
        "XML on that feed is ITK"
    );
    fixture.stop(live);
}

/// Begins an upload; its path.
fn begun(fixture: &Fixture, live: &Live, manifest: &crate::Manifest) -> String {
    let begun = post(fixture, live, &format!("/feeds/{}/uploads", manifest.feed), fixture.sealed(manifest));
    assert_eq!(begun.status, 201, "{}", begun.text);
    begun.headers["location"].to_str().unwrap().to_owned()
}

fn piece(fixture: &Fixture, live: &Live, path: &str, offset: usize, bytes: &str) -> (u16, String) {
    let request = at_intake(fixture, live, Method::PATCH, path).header("Upload-Offset", offset);
    let answer = fixture.send(request.body(bytes.to_owned()));
    let reached = answer.headers.get("upload-offset").map(|value| value.to_str().unwrap().to_owned());
    (answer.status, reached.unwrap_or_default())
}

fn reached(fixture: &Fixture, live: &Live, path: &str) -> String {
    let answer = fixture.send(at_intake(fixture, live, Method::HEAD, path));
    assert_eq!(answer.status, 200);
    answer.headers["upload-offset"].to_str().unwrap().to_owned()
}

fn settled(fixture: &Fixture, live: &Live, path: &str) -> Value {
    for _ in 0..300 {
        let said = fixture.send(at_intake(fixture, live, Method::GET, path)).json();
        if said["state"] == "done" || said["state"] == "failed" {
            return said;
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    panic!("it does not end");
}

#[test]
fn an_extract_comes_in_pieces_outlives_a_restart_and_is_loaded_when_it_is_whole() {
    let fixture = Fixture::new();
    let live = fixture.start();
    let text = people(40);
    let path = begun(&fixture, &live, &fixture.manifest("asc", 1, &text));
    assert_eq!(reached(&fixture, &live, &path), "0");
    let (third, half) = (text.len() / 3, text.len() / 2);
    assert_eq!(piece(&fixture, &live, &path, 0, text.get(..third).unwrap()), (204, third.to_string()));
    assert_eq!(
        piece(&fixture, &live, &path, 0, text.get(..third).unwrap()),
        (409, third.to_string()),
        "a piece again"
    );
    assert_eq!(
        piece(&fixture, &live, &path, half, text.get(half..).unwrap()),
        (409, third.to_string()),
        "a gap"
    );
    let without = fixture.send(at_intake(&fixture, &live, Method::PATCH, &path).body("x"));
    assert_eq!(without.status, 400);
    assert_eq!(piece(&fixture, &live, &path, third, text.get(third..half).unwrap()), (204, half.to_string()));
    for file in files(&fixture.state().join("spool")) {
        let bytes = std::fs::read(file).unwrap();
        assert!(!bytes.windows(8).any(|window| window == b"Example1"), "R63: sealed as it arrives");
    }
    fixture.stop(live);
    let live = fixture.start();
    assert_eq!(reached(&fixture, &live, &path), half.to_string(), "F30");
    let (status, _) = piece(&fixture, &live, &path, half, &format!("{}and more", text.get(half..).unwrap()));
    assert_eq!(status, 409, "more than the manifest says");
    let at: usize = reached(&fixture, &live, &path).parse().unwrap();
    assert!(!is_known(&live.node, 1), "HAZ-042");
    assert_eq!(piece(&fixture, &live, &path, at, text.get(at..).unwrap()), (204, text.len().to_string()));
    let said = settled(&fixture, &live, &path);
    assert_eq!((&said["receipt"]["outcome"], &said["receipt"]["taken"]), (&"published".into(), &40.into()));
    assert!(is_known(&live.node, 1));
    assert!(files(&fixture.state().join("spool")).is_empty(), "nothing is left in the spool");
    fixture.stop(live);
}

#[test]
fn an_upload_that_cannot_be_is_refused_at_its_beginning() {
    let fixture = Fixture::new();
    let live = fixture.start();
    let manifest = fixture.manifest("asc", 1, &people(1));
    let unsigned = serde_json::to_vec(&manifest).unwrap();
    let refused = post(&fixture, &live, "/feeds/asc/uploads", unsigned);
    assert_eq!(refused.status, 422);
    assert!(refused.json()["refused"].as_str().unwrap().contains("not signed"), "HAZ-042");
    let huge = crate::Manifest { size_bytes: u64::MAX, ..manifest };
    assert_eq!(post(&fixture, &live, "/feeds/asc/uploads", fixture.sealed(&huge)).status, 422);
    for path in ["/uploads/x", "/uploads/..%2f..%2fstore", "/uploads/00000000-0000-4000-8000-000000000000"] {
        for method in [Method::GET, Method::HEAD] {
            assert_eq!(fixture.send(at_intake(&fixture, &live, method, path)).status, 404, "{path}");
        }
        assert_eq!(piece(&fixture, &live, path, 0, "x").0, 404, "{path}");
    }
    fixture.stop(live);
}

/// F30: its sender was told that the last byte is here.
#[test]
fn a_whole_upload_that_could_not_be_loaded_is_loaded_later_by_asking_or_by_itself() {
    let fixture = Fixture::new();
    let (node, allowed) = breaking(&fixture);
    let live = started(&fixture, node);
    let text = people(5);
    let path = begun(&fixture, &live, &fixture.manifest("asc", 1, &text));
    allowed.only(0);
    assert_eq!(piece(&fixture, &live, &path, 0, &text).0, 204);
    let said = settled(&fixture, &live, &path);
    assert_eq!(
        (said["state"].clone(), said["reason"].clone()),
        ("failed".into(), "the store's disk is full".into())
    );
    assert_eq!(piece(&fixture, &live, &path, text.len(), "").0, 204, "sent once more, tried once more");
    assert_eq!(settled(&fixture, &live, &path)["state"], "failed");
    fixture.stop(live);
    let live = fixture.start();
    for _ in 0..200 {
        if is_known(&live.node, 1) {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    assert!(is_known(&live.node, 1), "F30: without anybody asking");
    fixture.stop(live);
}

#[test]
fn while_the_store_is_full_nothing_is_acknowledged() {
    let fixture = Fixture::new();
    let (node, allowed) = breaking(&fixture);
    let live = started(&fixture, node);
    allowed.only(0);
    let refused = post(&fixture, &live, "/feeds/ambulance/messages", ambulance(1, "High Street"));
    assert_eq!(refused.status, 507);
    allowed.mend();
    assert!(!is_known(&live.node, 1));
    assert_eq!(post(&fixture, &live, "/feeds/ambulance/messages", ambulance(1, "High Street")).status, 200);
    // The log cannot be written: what is stored is not yet acknowledged, and known when it comes again.
    let hold = fixture.put("audit.db.hold", "");
    assert_eq!(post(&fixture, &live, "/feeds/ambulance/messages", ambulance(2, "High Street")).status, 503);
    std::fs::remove_file(hold).unwrap();
    let mut again = post(&fixture, &live, "/feeds/ambulance/messages", ambulance(2, "High Street"));
    for _ in 0..100 {
        if again.status == 200 {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
        again = post(&fixture, &live, "/feeds/ambulance/messages", ambulance(2, "High Street"));
    }
    assert_eq!(again.json()["units"][0]["outcome"], "repeated");
    fixture.stop(live);
}
