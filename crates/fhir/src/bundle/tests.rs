//! Bundles as published: without ids, with duplicates, with junk between.

use super::*;
use crate::json;

#[test]
fn entries_are_resolved_counted_and_never_lost() {
    let text = json::check(
        br#"{"resourceType":"Bundle","type":"searchset","total":7,"link":[{"relation":"self","url":"a"},{"relation":"next","url":"b?p=2"}],
        "entry":[{"resource":{"resourceType":"Patient","id":"1"}},{"resource":{"resourceType":"List"}},
        {"resource":{"resourceType":"Patient","id":"1","active":true}},{"fullUrl":"urn:uuid:x","resource":{"resourceType":"Medication","id":"m"}},
        {"resource":{"id":"no type"}},{"search":{"mode":"outcome"}},7]}"#,
    );
    let bundle = Bundle::read(Json::of(text.unwrap())).unwrap();
    assert_eq!((bundle.entries.len(), bundle.unreadable), (4, 3), "HAZ-040");
    assert_eq!((bundle.total, bundle.next.as_deref()), (Some(7), Some("b?p=2")));
    assert!(bundle.resolve("Patient/1").unwrap().resource.boolean("active").is_none(), "the first of two");
    for reference in ["urn:uuid:x", "Medication/m", "https://elsewhere/fhir/Medication/m/_history/3"] {
        assert_eq!(bundle.resolve(reference).unwrap().resource_type, "Medication", "{reference}");
    }
    assert!(bundle.resolve("Referral items are not supported by the provider system").is_none());
    assert_eq!(bundle.of_type("Patient").count(), 2);
}

#[test]
fn another_resource_is_no_bundle() {
    assert!(Bundle::read(Json::of(r#"{"resourceType":"OperationOutcome"}"#)).is_none());
}
