//! What the targets share: a reply out of text, and the law that nothing received is lost (HAZ-040).

use fhir::reply::{Format, Payload};
use fhir::{Reply, ReplyState, SourceId};
use record::Normalised;
use std::sync::Arc;

/// Reads checked documents as one reply and holds the result to the law.
pub fn read(format: Format, texts: &[&str]) -> Normalised {
    let payload = |text: &&str| Payload { format, category: None, text: Arc::from(*text) };
    let payloads = texts.iter().map(payload).collect();
    let reply = Reply { payloads, ..Reply::of(SourceId::new("fuzz"), ReplyState::Answered) };
    let normalised = record::normalise(&reply);
    check_law(&normalised);
    normalised
}

fn check_law(normalised: &Normalised) {
    for (kind, received) in &normalised.received {
        let items = normalised.items.iter().filter(|item| item.provenance.resource_type == *kind).count();
        let unread = normalised.unread.iter().filter(|entry| entry.resource_type == *kind).count();
        let context = normalised.context.get(kind).copied().unwrap_or(0);
        assert_eq!(*received, items + unread + context, "HAZ-040");
    }
    let context: usize = normalised.context.values().sum();
    let known = normalised.items.len() + normalised.unread.len() + context;
    assert_eq!(normalised.received_total(), known, "HAZ-040");
}
