//! Messages of events: grouped by identity, never across it; read in any order to the same.

use crate::item::{Facts, Item};
use crate::normalise::tests::{check_law, payload, reply};
use crate::{Normalised, normalise};
use fhir::Category;
use fhir::reply::Format;

fn message(at: &str, reason: &str, request: &str, more: &str) -> String {
    format!(
        r#"{{"resourceType":"Bundle","type":"message","meta":{{"lastUpdated":"{at}"}},"entry":[
        {{"fullUrl":"urn:uuid:h","resource":{{"resourceType":"MessageHeader","eventCoding":{{"system":"https://fhir.nhs.uk/CodeSystem/message-events-bars","code":"servicerequest-request"}},
            "reason":{{"coding":[{{"code":"{reason}"}}]}},"focus":[{{"reference":"urn:uuid:s"}}]}}}},
        {{"fullUrl":"urn:uuid:s","resource":{{"resourceType":"ServiceRequest",{request}"status":"active","encounter":{{"reference":"urn:uuid:e"}}}}}},
        {{"fullUrl":"urn:uuid:e","resource":{{"resourceType":"Encounter","status":"triaged","identifier":[{{"system":"https://cad.example.test","value":"7"}}]}}}}{more}]}}"#
    )
}

fn read(messages: &[String]) -> Normalised {
    let payloads = messages.iter().map(|text| payload(Format::R4, None, text.as_bytes())).collect();
    let normalised = normalise(&reply(payloads));
    check_law(&normalised, "messages");
    normalised
}

fn detail<'a>(item: &'a Item, label: &str) -> Option<&'a str> {
    item.details.iter().find(|detail| detail.label == label).map(|detail| detail.value.as_str())
}

#[test]
fn haz_005_messages_in_any_order_and_any_payload_are_one_event() {
    let all = [
        message("2026-01-01T10:00:00Z", "new", "", ""),
        message("2026-01-01T10:01:00Z", "update", r#""id":"s1","#, ""),
        message("2026-01-01T10:02:00Z", "update", r#""id":"s1","#, ""),
    ];
    for order in [[0, 1, 2], [2, 1, 0], [1, 0, 2]] {
        let messages: Vec<String> = order.iter().map(|place| all[*place].clone()).collect();
        let normalised = read(&messages);
        assert_eq!(normalised.items.len(), 1, "HAZ-005");
        let item = &normalised.items[0];
        assert_eq!(detail(item, "Earlier versions"), Some("2"), "HAZ-005");
        assert_eq!(detail(item, "Last message"), Some("update, 01-Jan-2026 10:02"), "HAZ-005");
    }
}

#[test]
fn haz_005_one_address_used_for_two_requests_is_two_events() {
    let messages = [
        message("2026-01-01T10:00:00Z", "new", r#""id":"s1","#, ""),
        message("2026-01-01T10:00:00Z", "new", r#""id":"s2","#, ""),
    ];
    assert_eq!(read(&messages).items.len(), 2, "HAZ-005: neither hides the other");
}

#[test]
fn haz_023_a_label_on_any_part_protects_the_event_and_its_flags() {
    let labelled = r#",{"resource":{"resourceType":"Observation","code":{"text":"x"},"meta":{"security":[{"code":"SDV"}]}}},
        {"resource":{"resourceType":"Flag","status":"active","code":{"text":"y"},"encounter":{"reference":"urn:uuid:e"}}}"#;
    let normalised = read(&[message("2026-01-01T10:00:00Z", "new", r#""id":"s1","#, labelled)]);
    let categories: Vec<Category> = normalised.items.iter().map(|item| item.category).collect();
    assert_eq!(categories, [Category::Restricted, Category::Restricted], "HAZ-023");
}

#[test]
fn haz_040_what_an_event_does_not_tell_stands_for_itself() {
    let more = r#",{"resource":{"resourceType":"AllergyIntolerance","id":"a","code":{"text":"Latex"}}},
        {"resource":{"resourceType":"DocumentReference","id":"d","status":"current","content":[{"attachment":{"url":"Binary/1"}}]}},
        {"resource":{"resourceType":"Appointment","id":"p","status":"booked","start":"2026-02-01T09:00:00Z"}}"#;
    let first = message("2026-01-01T10:00:00Z", "new", r#""id":"s1","#, more);
    let second = message("2026-01-01T10:01:00Z", "update", r#""id":"s1","#, "");
    let normalised = read(&[first, second]);
    let mut kinds: Vec<&str> =
        normalised.items.iter().map(|item| item.provenance.resource_type.as_str()).collect();
    kinds.sort_unstable();
    let expected = ["AllergyIntolerance", "Appointment", "DocumentReference", "MessageHeader"];
    assert_eq!(kinds, expected, "HAZ-040: also what only the earlier message sent");
}

// shows: F27
#[test]
fn haz_019_what_was_made_in_error_is_not_told() {
    let more = r#",{"resource":{"resourceType":"Observation","status":"entered-in-error","code":{"text":"wrong"}}},
        {"resource":{"resourceType":"Observation","status":"final","code":{"text":"right"}}}"#;
    let normalised = read(&[message("2026-01-01T10:00:00Z", "new", r#""id":"s1","#, more)]);
    let Facts::Contact(contact) = &normalised.items[0].facts else { panic!("a contact") };
    assert_eq!(contact.entries, ["Observation: right"], "HAZ-019");
    assert_eq!(contact.reason.as_deref(), Some("right"), "HAZ-019");
}

#[test]
fn a_message_of_another_kind_is_read_entry_by_entry() {
    let text = r#"{"resourceType":"Bundle","type":"message","entry":[
        {"resource":{"resourceType":"MessageHeader","eventCoding":{"system":"https://example.test/events","code":"x"}}},
        {"resource":{"resourceType":"DocumentReference","id":"d","status":"current"}},
        {"resource":{"resourceType":"ServiceRequest","id":"s","status":"active"}}]}"#;
    let normalised = read(&[text.to_owned()]);
    assert_eq!((normalised.items.len(), normalised.context.get("MessageHeader")), (2, Some(&1)));
}
