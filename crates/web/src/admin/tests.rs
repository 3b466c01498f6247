//! The operator's page: what it says, and that it is healthy only when openings can be recorded.

use super::*;

fn status(audit: &str) -> Status {
    let source = SourceStatus {
        short: "GP".into(),
        partner: "GP partner".into(),
        kind: "gp-connect".into(),
        breaker: "closed".into(),
        at_once: (3, 8).into(),
        ..SourceStatus::default()
    };
    Status {
        sources: vec![source],
        audit: audit.into(),
        log: "12 entries signed 3 s ago; not yet witnessed".into(),
        alerts: "everything urgent is told".into(),
        configuration: "c0ffee".into(),
        generation: 1,
        refused: None,
        certificates_refused: None,
        certificates: vec![CertificateEnd { file: "own.pem".into(), days: 31 }],
        version: "0.1.0".into(),
        openings: 3,
    }
}

fn drawn_page(status: &Status) -> String {
    drawn(&StatusPage { css: "/c", icon: "/i", status, healthy: status.is_healthy() })
}

#[test]
fn an_audit_that_cannot_be_written_is_unhealthy_and_said() {
    assert!(status("ok, 12 entries").is_healthy());
    let bad = status("cannot be written");
    assert!(!bad.is_healthy(), "HAZ-029");
    assert!(drawn_page(&bad).contains("not yet witnessed"), "HAZ-030: how far the log is signed is said");
    assert!(drawn_page(&bad).contains("No record can be opened"), "HAZ-029");
}

#[test]
fn an_agreement_that_was_refused_is_said_with_the_one_that_goes_on() {
    let refused = Status { refused: Some("`matrix.csv` is refused".into()), ..status("ok") };
    let html = drawn_page(&refused);
    assert!(html.contains("`matrix.csv` is refused") && html.contains("c0ffee"), "HAZ-055: {html}");
    assert!(!drawn_page(&status("ok")).contains("not in force"));
}

// shows: F42
#[test]
fn certificates_that_were_refused_are_said() {
    let refused = Status { certificates_refused: Some("`a.pem` holds no key".into()), ..status("ok") };
    let html = drawn_page(&refused);
    assert!(
        html.contains("`a.pem` holds no key") && html.contains("The ones before go on"),
        "HAZ-057: {html}"
    );
    assert!(refused.is_healthy(), "HAZ-057: what is in use still is");
    assert!(!drawn_page(&status("ok")).contains("not in use"));
}

// shows: F4
#[test]
fn certificates_that_run_out_are_said_from_thirty_days_before_and_the_first_one_always() {
    let html = drawn_page(&status("ok"));
    assert!(html.contains("own.pem in 31 days") && !html.contains("Certificates run out:"), "{html}");
    let end = |file: &str, days| CertificateEnd { file: file.into(), days };
    let certificates = vec![end("a.pem", 31), end("b.pem", 30), end("c.pem", 1), end("d.pem", -1)];
    let html = drawn_page(&Status { certificates, ..status("ok") });
    assert!(
        html.contains("Certificates run out: b.pem in 30 days; c.pem in 1 day; d.pem has run out."),
        "{html}"
    );
    assert!(html.contains("<dd>d.pem has run out</dd>"), "{html}");
}

#[test]
fn a_source_that_was_never_asked_has_words_for_it() {
    assert!(drawn_page(&status("ok")).contains("not asked yet"));
}

#[test]
fn how_many_questions_at_once_a_source_bears_is_said() {
    assert!(drawn_page(&status("ok")).contains("3 of 8"), "HAZ-036");
}

#[test]
fn the_json_form_has_the_same_members() {
    let json = serde_json::to_value(status("ok")).unwrap();
    assert_eq!(json["sources"][0]["short"], "GP");
    assert_eq!(json["openings"], 3);
}
