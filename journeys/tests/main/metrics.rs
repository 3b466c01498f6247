//! What the operator's monitoring reads while records are opened, refused and broken off: the counts move, and name nobody.

use journeys::{canary::Canaries, demo::Demo};
use std::collections::BTreeMap;

type Numbers = BTreeMap<String, f64>;

fn more(before: &Numbers, after: &Numbers, name: &str) -> f64 {
    let of = |numbers: &Numbers| *numbers.get(name).unwrap_or_else(|| panic!("no `{name}`"));
    of(after) - of(before)
}

fn started(after: &Numbers, before: &Numbers, beginning: &str) -> f64 {
    let sum = |numbers: &Numbers| {
        numbers.iter().filter(|(name, _)| name.starts_with(beginning)).map(|(_, number)| number).sum::<f64>()
    };
    sum(after) - sum(before)
}

#[tokio::test]
async fn an_opening_a_silent_source_and_a_refused_launch_move_their_numbers() {
    let demo = Demo::start(&[]);
    let operator = demo.operator();
    let before = operator.metrics().await;
    let doreen = demo.ready.golden_person();
    let view = demo.host().sign_in("dr.okafor").await.open(&doreen).await;
    assert!(view.read().await.is_complete());
    let after = operator.metrics().await;
    let opened = "shcr_openings_total{what=\"record\",way_in=\"signed\",outcome=\"complete\"}";
    assert_eq!(more(&before, &after, opened), 1.0);
    assert_eq!(more(&before, &after, "shcr_first_section_seconds_count"), 1.0);
    assert_eq!(more(&before, &after, "shcr_page_seconds_count"), 1.0);
    assert_eq!(more(&before, &after, "shcr_openings_in_flight"), 0.0, "it has ended");
    let acute = "shcr_source_questions_total{source=\"acute\",what=\"record\",state=\"answered\"}";
    assert_eq!(more(&before, &after, acute), 1.0);
    assert_eq!(more(&before, &after, "shcr_source_answer_seconds_count{source=\"acute\"}"), 1.0);
    assert!(more(&before, &after, "shcr_source_received_bytes_total{source=\"acute\"}") > 1_000.0);
    let recorded = "shcr_audit_write_seconds_count{outcome=\"recorded\"}";
    assert!(more(&before, &after, recorded) >= 4.0, "launch, session, open, disclosures and close");
    assert_eq!(after["shcr_audit_writable"], 1.0);

    let before = after;
    demo.control().fault("acute", "drop").await;
    assert!(view.read().await.is_complete());
    let signer = demo.signer().await;
    let unsigned = signer.unsigned(&signer.claims(&doreen, &serde_json::json!({})));
    assert_eq!(signer.present(&unsigned).await.status, 400);
    let after = operator.metrics().await;
    assert_eq!(more(&before, &after, acute), 0.0);
    let failed = "shcr_source_questions_total{source=\"acute\",what=\"record\",state=\"did-not-answer";
    assert_eq!(started(&after, &before, failed), 1.0);
    assert_eq!(started(&after, &before, "shcr_launches_refused_total"), 1.0);
    demo.finish();
}

#[tokio::test]
async fn nobody_is_in_the_metrics() {
    let demo = Demo::start(&[]);
    let doreen = demo.ready.golden_person();
    let names = ["9991234578", "999 123 4578", "TESTPATIENT", "Doreen", "1935-08-14", "Okafor", "Apixaban"];
    let view = demo.host().sign_in("dr.okafor").await.open(&doreen).await;
    let page = view.read().await;
    demo.control().fault("acute", "wrong-person").await;
    view.read().await;
    let metrics = demo.operator().page("/metrics").await;
    let sid = view.path.trim_start_matches("/s/").trim_end_matches('/').to_owned();
    let secrets =
        [sid, demo.ready.text("host_url"), page.field("opening").expect("the page names its opening")];
    let all: Vec<&str> = names.into_iter().chain(secrets.iter().map(String::as_str)).collect();
    let canaries = Canaries::new(&all);
    assert!(!canaries.found_in(page.html.as_bytes()).is_empty(), "positive control: the page holds them");
    assert!(metrics.len() > 5_000);
    assert_eq!(canaries.found_in(metrics.as_bytes()), [] as [&str; 0], "HAZ-049");
    demo.finish();
}
