//! What a gateway meets of each fault that spoils a whole answer, over a real socket.

use super::{Started, started};
use futures_util::StreamExt;
use reqwest::Response;

async fn metadata(started: &Started) -> Response {
    let url = format!(
        "{}/personal-demographics/FHIR/R4/Patient/{}",
        started.region.endpoints().pds_url,
        super::DOREEN
    );
    let id = uuid::Uuid::new_v4().to_string();
    started.client.get(url).header("X-Request-ID", id).send().await.unwrap()
}

#[tokio::test]
async fn each_spoilt_body_comes_with_status_200_and_is_not_what_it_says() {
    let started = started().await;
    for fault in ["duplicate-key", "bad-utf8", "deep", "malformed", "empty", "wrong-type"] {
        started.set("pds", fault).await;
        let answer = metadata(&started).await;
        assert_eq!(answer.status(), 200, "{fault}");
        let bytes = answer.bytes().await.unwrap();
        assert!(fhir::json::check(&bytes).is_err(), "HAZ-038: {fault}");
    }
    started.set("pds", "wrong-type").await;
    assert_eq!(metadata(&started).await.headers()["content-type"], "text/html; charset=utf-8");
}

#[tokio::test]
async fn a_truncated_body_breaks_off_before_its_declared_length() {
    let started = started().await;
    started.set("pds", "truncated").await;
    let answer = metadata(&started).await;
    assert!(answer.content_length().is_some_and(|length| length > 100));
    assert!(answer.bytes().await.is_err(), "HAZ-038: a broken answer never looks whole");
}

#[tokio::test]
async fn huge_declares_what_nobody_can_hold_and_endless_declares_nothing() {
    let started = started().await;
    started.set("pds", "huge").await;
    assert_eq!(metadata(&started).await.content_length(), Some(1 << 40));
    started.set("pds", "endless").await;
    let answer = metadata(&started).await;
    assert_eq!(answer.content_length(), None);
    let (mut body, mut received) = (answer.bytes_stream(), 0);
    while received < 1_000_000 {
        received += body.next().await.unwrap().unwrap().len();
    }
    started.region.stop().await;
}

#[tokio::test]
async fn a_redirect_leads_elsewhere_and_gzip_comes_unasked() {
    let started = started().await;
    started.set("pds", "redirect").await;
    let answer = metadata(&started).await;
    assert_eq!(
        (answer.status().as_u16(), answer.headers()["location"].as_bytes()),
        (302, &b"http://127.0.0.1:9/elsewhere"[..])
    );
    started.set("pds", "gzip").await;
    let answer = metadata(&started).await;
    assert_eq!(answer.headers()["content-encoding"], "gzip");
    assert!(answer.bytes().await.unwrap().starts_with(&[0x1f, 0x8b]));
}
