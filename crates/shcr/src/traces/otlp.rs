//! Takes spans, gives the request a collector reads. Source: OpenTelemetry Protocol 1, OTLP/HTTP in JSON; ids in hexadecimal, times in
//! nanoseconds since 1970 as text.

use super::{Span, Value};
use jiff::Timestamp;
use serde_json::json;

const INTERNAL: u8 = 1;
const CLIENT: u8 = 3;

/// `replica` as in `[audit]`.
pub(super) fn request(spans: &[Span], replica: &str) -> serde_json::Value {
    let word = |key: &str, value: &str| json!({"key": key, "value": {"stringValue": value}});
    let version = env!("CARGO_PKG_VERSION");
    json!({"resourceSpans": [{
        "resource": {"attributes": [
            word("service.name", "shcr"),
            word("service.version", version),
            word("service.instance.id", replica),
        ]},
        "scopeSpans": [{
            "scope": {"name": "shcr", "version": version},
            "spans": spans.iter().map(one).collect::<Vec<_>>(),
        }],
    }]})
}

fn one(span: &Span) -> serde_json::Value {
    let mut told = json!({
        "traceId": access::session::hex(&span.trace),
        "spanId": access::session::hex(&span.id),
        "name": span.name,
        "kind": if span.asks { CLIENT } else { INTERNAL },
        "startTimeUnixNano": nanoseconds(span.began),
        "endTimeUnixNano": nanoseconds(span.ended),
        "attributes": span.attributes.iter().map(|(key, value)| json!({"key": key, "value": attribute(value)})).collect::<Vec<_>>(),
    });
    if let (Some(parent), Some(members)) = (&span.parent, told.as_object_mut()) {
        members.insert("parentSpanId".to_owned(), access::session::hex(parent).into());
    }
    told
}

fn attribute(value: &Value) -> serde_json::Value {
    match value {
        Value::Word(word) => json!({"stringValue": word}),
        Value::Source(source) => json!({"stringValue": source.as_str()}),
        // 64-bit numbers are text in JSON.
        Value::Count(count) => json!({"intValue": count.to_string()}),
        #[cfg(feature = "leaky")]
        Value::Kept(kept) => json!({"stringValue": kept}),
    }
}

fn nanoseconds(at: Timestamp) -> String {
    at.as_nanosecond().to_string()
}
