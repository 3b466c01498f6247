//! Traces over a real socket: a collector hears of every opening, source and part, and of nobody; one that hangs or refuses is dropped from, and
//! nobody waits for it.

use journeys::{
    canary::Canaries,
    collector::{Collector, Temper},
    demo::Demo,
};
use serde_json::Value;
use std::{collections::BTreeSet, time::Duration};

/// A demo that tells that collector.
fn telling(collector: &Collector) -> (Demo, tempfile::TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("traces.toml");
    std::fs::write(&file, collector.configuration()).expect("a file can be written");
    (Demo::start(&["--with-config", &file.display().to_string()]), folder)
}

fn text<'a>(span: &'a Value, key: &str) -> &'a str {
    span.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn named<'a>(spans: &'a [Value], name: &str) -> Vec<&'a Value> {
    spans.iter().filter(|span| text(span, "name") == name).collect()
}

fn attribute<'a>(span: &'a Value, key: &str) -> &'a str {
    let attributes = span.get("attributes").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let value = attributes.iter().find(|one| text(one, "key") == key).and_then(|one| one.get("value"));
    let text = value.and_then(|value| value.get("stringValue").or_else(|| value.get("intValue")));
    text.and_then(Value::as_str).unwrap_or_default()
}

fn nanoseconds(span: &Value, key: &str) -> u128 {
    text(span, key).parse().expect("nanoseconds since 1970, as text")
}

// shows: R42, R58
#[tokio::test]
async fn a_collector_hears_of_every_opening_source_and_part_and_of_nobody() {
    let collector = Collector::start(Temper::Takes).await;
    let (demo, _folder) = telling(&collector);
    let doreen = demo.ready.golden_person();
    let signed_in = demo.host().sign_in("dr.okafor").await;
    let view = signed_in.open(&doreen).await;
    let page = view.read().await;
    assert!(page.is_complete());
    demo.control().fault("acute", "503").await;
    assert!(view.read().await.is_complete());
    signed_in.open(&demo.ready.person("restricted")).await.read().await;
    collector.openings(3).await;

    let spans = collector.spans();
    let openings = named(&spans, "opening");
    let outcomes: Vec<_> = openings.iter().map(|span| attribute(span, "shcr.outcome")).collect();
    assert_eq!(outcomes, ["complete", "complete", "no-shared-record"]);
    assert!(openings.iter().all(|span| attribute(span, "shcr.way_in") == "signed"), "{openings:?}");
    let root = openings[0];
    let own: Vec<Value> =
        spans.iter().filter(|span| text(span, "traceId") == text(root, "traceId")).cloned().collect();
    let told: BTreeSet<&str> =
        named(&own, "source").iter().map(|span| attribute(span, "shcr.source")).collect();
    assert!(told.len() > 8 && told.contains("acute") && told.contains("gp"), "{told:?}");
    assert!(named(&own, "part").len() > 5, "each part of the page");
    for span in own.iter().filter(|span| text(span, "name") != "opening") {
        assert_eq!(text(span, "parentSpanId"), text(root, "spanId"));
        assert!(nanoseconds(span, "endTimeUnixNano") >= nanoseconds(span, "startTimeUnixNano"));
    }
    let refused = named(&spans, "source");
    assert!(
        refused.iter().any(|span| attribute(span, "shcr.state") == "did-not-answer(failed)"),
        "{refused:?}"
    );

    let launched = view.path.split('/').nth(2).expect("a session").to_owned();
    let opening = demo.auditor().opened().remove(0);
    let words = [
        "9991234578",
        "TESTPATIENT",
        "Doreen",
        "1935-08-14",
        "Apixaban",
        "Okafor",
        "okafor",
        &launched,
        &opening,
    ];
    let canaries = Canaries::new(&words);
    assert!(canaries.found_in(page.html.as_bytes()).len() > 5, "positive control: the page has them");
    assert_eq!(canaries.found_in(&collector.taken()), [] as [&str; 0], "HAZ-049");
    let metrics = demo.operator().metrics().await;
    assert!(metrics.get("shcr_trace_spans_total{outcome=\"sent\"}").is_some_and(|count| *count > 20.0));
    assert_eq!(metrics.get("shcr_trace_spans_total{outcome=\"dropped\"}"), Some(&0.0));
    demo.finish();
}

#[tokio::test]
async fn a_collector_that_hangs_or_refuses_holds_up_no_opening_and_what_it_misses_is_counted() {
    let collector = Collector::start(Temper::Hangs).await;
    let (demo, _folder) = telling(&collector);
    let doreen = demo.ready.golden_person();
    let view = demo.host().sign_in("dr.okafor").await.open(&doreen).await;
    // It has the first and does not let go; the others go on beside it.
    while collector.asked() == 0 {
        assert!(view.read().await.is_complete());
    }
    let dropped = "shcr_trace_spans_total{outcome=\"dropped\"}";
    for _ in 0..3 {
        assert!(view.read().await.is_complete(), "a page is whole while the collector hangs");
    }
    collector.becomes(Temper::Refuses);
    let some = |count: Option<&f64>| count.is_some_and(|count| *count > 0.0);
    while collector.asked() < 2 || !some(demo.operator().metrics().await.get(dropped)) {
        assert!(view.read().await.is_complete(), "a page is whole while the collector refuses");
    }
    collector.becomes(Temper::Takes);
    let sent = "shcr_trace_spans_total{outcome=\"sent\"}";
    while !some(demo.operator().metrics().await.get(sent)) {
        assert!(view.read().await.is_complete());
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    demo.finish();
}
