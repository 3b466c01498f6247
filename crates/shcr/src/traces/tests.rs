//! What is told of an opening, as a collector reads it; and that nobody waits for one who does not.

use super::*;
use audit::Millis;
use fhir::{Reply, ReplyState};

fn metrics() -> Arc<Metrics> {
    Metrics::new(["gp"].into_iter(), Millis(0))
}

fn traces(more: &str, metrics: &Arc<Metrics>) -> Arc<Traces> {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let told: Told = toml::from_str(&format!("url = \"http://127.0.0.1:9/v1/traces\"\n{more}")).unwrap();
    Traces::new(&told, "demo-1", Arc::clone(metrics)).unwrap()
}

fn dropped(metrics: &Metrics) -> String {
    let text = metrics.text(&crate::metrics::Now::default());
    let own = text.lines().find_map(|line| line.strip_prefix("shcr_trace_spans_total{outcome=\"dropped\"} "));
    own.unwrap().to_owned()
}

/// What waits to be sent, by opening.
fn waiting(traces: &Traces) -> Vec<Vec<Span>> {
    let mut queue = traces.queue.lock().unwrap().take().unwrap();
    std::iter::from_fn(|| queue.waiting.try_recv().ok()).collect()
}

#[test]
fn a_collector_reads_the_opening_its_sources_and_its_parts() {
    let traces = traces("", &metrics());
    let trace = traces.begin();
    let reply = Reply::of(SourceId::new("gp"), ReplyState::Unreadable("words of a source".to_owned()));
    trace.source(&Reply { elapsed_ms: 250, size_bytes: 512, ..reply });
    trace.part(clock::now(), 9_000, false);
    trace.end("record", "signed", "complete");
    trace.end("record", "signed", "client-gone");
    let spans: Vec<Span> = waiting(&traces).into_iter().flatten().collect();
    assert_eq!(spans.len(), 3, "an opening ends once");
    let text = otlp::request(&spans, "demo-1").to_string();
    for part in [
        r#"{"key":"service.instance.id","value":{"stringValue":"demo-1"}}"#,
        r#""name":"source","kind":3"#,
        r#"{"key":"shcr.source","value":{"stringValue":"gp"}}"#,
        r#"{"key":"shcr.state","value":{"stringValue":"unreadable"}}"#,
        r#"{"key":"shcr.received_bytes","value":{"intValue":"512"}}"#,
        r#"{"key":"shcr.part","value":{"stringValue":"reader-gone"}}"#,
        r#"{"key":"shcr.sources","value":{"intValue":"1"}}"#,
        r#"{"key":"shcr.outcome","value":{"stringValue":"complete"}}"#,
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    assert!(!text.contains("words of a source"), "HAZ-049: {text}");
    let (source, root) = (&spans[0], &spans[2]);
    assert_eq!((source.parent, source.trace, root.parent), (Some(root.id), root.trace, None));
    assert_eq!((source.ended - source.began).total(jiff::Unit::Millisecond).unwrap(), 250.0);
}

#[test]
fn what_a_full_queue_does_not_take_is_counted_and_nobody_waits() {
    let metrics = metrics();
    let traces = traces("", &metrics);
    for _ in 0..WAITING + 44 {
        traces.begin().end("record", "signed", "complete");
    }
    assert_eq!(dropped(&metrics), "44");
    assert_eq!(waiting(&traces).len(), WAITING);
}

#[test]
fn one_opening_holds_so_many_spans_and_one_that_breaks_off_is_told_of() {
    let metrics = metrics();
    let traces = traces("", &metrics);
    let trace = traces.begin();
    for _ in 0..SPANS_MAX + 3 {
        trace.part(clock::now(), 1, true);
    }
    drop(trace);
    assert_eq!(dropped(&metrics), "3");
    let spans: Vec<Span> = waiting(&traces).into_iter().flatten().collect();
    assert_eq!(spans.len(), SPANS_MAX + 1);
    assert!(otlp::request(&spans, "demo-1").to_string().contains("not-ended"));
}

#[test]
fn one_in_so_many_is_traced_and_the_others_cost_nothing() {
    let traces = traces("one_in = 10", &metrics());
    for _ in 0..25 {
        traces.begin().end("record", "signed", "complete");
    }
    assert_eq!(waiting(&traces).len(), 3);
}
