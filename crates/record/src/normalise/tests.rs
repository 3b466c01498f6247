//! Cases of `fixtures/cases/normalise`, and the corpus: everything received is shown, counted or referred to.

use super::{Normalised, normalise};
use crate::item::{Facts, Item};
use fhir::reply::{Format, Payload};
use fhir::{Category, Reply, ReplyState, SourceId};
use std::sync::Arc;

/// Real payloads, as published.
pub(crate) mod corpus;
/// Those published in XML.
pub(crate) mod xml;
/// One folder each.
pub(crate) mod cases;
/// Hostile and odd replies.
mod hostile;

pub(crate) fn reply(payloads: Vec<Payload>) -> Reply {
    Reply { payloads, ..Reply::of(SourceId::new("source"), ReplyState::Answered) }
}

pub(crate) fn payload(format: Format, category: Option<Category>, bytes: &[u8]) -> Payload {
    let text = fhir::json::check(bytes).expect("checked by federation before it comes here");
    Payload { format, category, text: Arc::from(text) }
}

pub(crate) fn read(format: Format, category: Option<Category>, text: &str) -> Normalised {
    normalise(&reply(vec![payload(format, category, text.as_bytes())]))
}

/// The law: nothing received is lost (HAZ-040).
pub(crate) fn check_law(normalised: &Normalised, name: &str) {
    for (kind, received) in &normalised.received {
        let items = normalised.items.iter().filter(|item| item.provenance.resource_type == *kind).count();
        let unread = normalised.unread.iter().filter(|entry| entry.resource_type == *kind).count();
        let context = normalised.context.get(kind).copied().unwrap_or(0);
        assert_eq!(*received, items + unread + context, "HAZ-040 {name}: {kind}");
    }
    let known: usize = normalised.received.values().sum();
    let context: usize = normalised.context.values().sum();
    assert_eq!(known, normalised.items.len() + normalised.unread.len() + context, "HAZ-040 {name}");
}

pub(crate) fn medicine(item: &Item) -> &crate::item::Medicine {
    match &item.facts {
        Facts::Medicine(medicine) => medicine,
        _ => panic!("not a medicine"),
    }
}

#[test]
fn haz_008_what_the_gateway_heard_a_source_warn_of_is_not_said_twice() {
    let long = "Overdue. ".repeat(60);
    let heard: String = long.chars().take(300).collect();
    let document = format!(
        r#"{{"resourceType":"Bundle","type":"searchset","entry":[{{"search":{{"mode":"outcome"}},"resource":{{"resourceType":"OperationOutcome","issue":[
            {{"severity":"warning","code":"incomplete","diagnostics":"{long}"}},
            {{"severity":"warning","code":"incomplete","diagnostics":"Something else"}}]}}}}]}}"#
    );
    let warning = |category| fhir::reply::Warning {
        code: "source-warning".to_owned(),
        category: Some(category),
        text: heard.clone(),
    };
    let payloads = vec![payload(Format::R4, Some(Category::Results), document.as_bytes())];
    let told = |category| {
        let reply = Reply { warnings: vec![warning(category)], ..reply(payloads.clone()) };
        normalise(&reply).warnings.into_iter().map(|warning| warning.text).collect::<Vec<_>>()
    };
    assert_eq!(told(Category::Results), [heard.clone(), "Something else".to_owned()]);
    assert_eq!(told(Category::Encounters).len(), 3, "of another category it is another warning");
}
