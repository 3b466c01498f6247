//! Servers that keep messages and documents whole, and partners that share social care: what is asked for whom, and how
//! what comes is counted, checked and named.

use super::*;
use crate::{plan, testing};
use fhir::Level;

/// A message about the Patient it holds.
fn message(number: &str, text: &str) -> Value {
    let mut inner = patient("p", number);
    inner["name"][0]["text"] = json!(text);
    json!({ "resourceType": "Bundle", "type": "message", "entry": [
        { "fullUrl": "urn:uuid:h", "resource": { "resourceType": "MessageHeader" } },
        { "fullUrl": "urn:uuid:p", "resource": inner },
        { "fullUrl": "urn:uuid:e", "resource": {
            "resourceType": "Encounter", "status": "finished", "subject": { "reference": "urn:uuid:p" } } },
    ]})
}

/// Declares `types` by patient, and knows Doreen as `d1`.
fn declaring(types: &[&str]) -> Fake {
    let mut all = vec!["Patient"];
    all.extend(types);
    Fake::default()
        .json("/fhir/metadata", capability("4.0.1", &all))
        .json("/fhir/Patient/_search", searchset(vec![patient("d1", NUMBER)]))
}

fn named(reply: &Reply) -> Vec<Option<Category>> {
    reply.payloads.iter().map(|payload| payload.category).filter(|c| *c != Some(Demographics)).collect()
}

/// The reply to a role that sees these, of a source that shares `shares`.
async fn seen_by(fake: &Fake, shares: &[Category], seen: &'static [Category]) -> Reply {
    let url = fake.serve().await;
    let federation = federation(vec![acute(&url, shares)], "http://127.0.0.1:9", limits());
    let level = |_: &SourceId, category| if seen.contains(&category) { Level::Full } else { Level::Nothing };
    let plan = plan::plan(federation.sources(), &level, &testing::asking());
    let mut replies: Vec<Reply> = futures_util::StreamExt::collect(federation.gather(plan)).await;
    replies.remove(0)
}

#[tokio::test]
async fn whole_messages_are_asked_for_only_where_a_server_declares_them() {
    let fake = declaring(&["DocumentReference", "Bundle"])
        .json("/fhir/Bundle", searchset(vec![message(NUMBER, "a"), message(NUMBER, "b")]));
    let reply = ask_with(&fake, &[Documents, Encounters], limits()).await;
    assert_eq!(reply.state, ReplyState::Answered);
    let asked = fake.seen().into_iter().find(|seen| seen.path == "/fhir/Bundle").unwrap();
    assert_eq!(asked.query, "patient=d1&_count=50");
    assert!(reply.payloads.iter().any(|payload| payload.text.contains("MessageHeader")));
    let undeclared = declaring(&["DocumentReference"]);
    ask_with(&undeclared, &[Documents], limits()).await;
    let silent = declaring(&[]).on("/fhir/metadata", typed(500, "text/html", "<html>"));
    ask_with(&silent, &[Documents], limits()).await;
    assert_eq!((undeclared.count("/fhir/Bundle"), silent.count("/fhir/Bundle")), (0, 0));
    assert_eq!(silent.count("/fhir/DocumentReference"), 1, "the usual ones are asked without a statement");
}

#[tokio::test]
async fn bundles_without_an_id_are_counted_each_and_paged_to_the_end() {
    let page = |texts: &[&str], next: Option<&str>| {
        let mut bundle = searchset(texts.iter().map(|text| message(NUMBER, text)).collect());
        bundle["total"] = json!(3);
        bundle["link"] =
            json!(next.map(|url| json!({ "relation": "next", "url": url })).into_iter().collect::<Vec<_>>());
        bundle
    };
    let fake = declaring(&["Bundle"])
        .json("/fhir/Bundle", page(&["a", "b"], Some("Bundle?page=2")))
        .json("/fhir/Bundle?page=2", page(&["c"], None));
    let reply = ask_with(&fake, &[Documents], limits()).await;
    assert_eq!(reply.state, ReplyState::Answered, "HAZ-017: three of three: {:?}", reply.warnings);
    assert_eq!(named(&reply), [Some(Documents), Some(Documents)]);
    let short = declaring(&["Bundle"]).json("/fhir/Bundle", page(&["a", "b"], None));
    let reply = ask_with(&short, &[Documents], limits()).await;
    assert_eq!(warning_text(&reply, "paging"), "showing 2 of 3", "HAZ-017");
}

#[tokio::test]
async fn a_message_about_somebody_else_condemns_the_whole_reply() {
    let mut no_number = message(NUMBER, "a");
    no_number["entry"][1]["resource"]["identifier"] = json!([]);
    let mut elsewhere = message(NUMBER, "a");
    elsewhere["entry"][2]["resource"]["subject"] = json!({ "reference": "Patient/d2" });
    for stray in [message(OTHER_NUMBER, "a"), no_number, elsewhere] {
        let fake = declaring(&["AllergyIntolerance", "Bundle"])
            .json("/fhir/AllergyIntolerance", searchset(vec![allergy("a1", "d1")]))
            .json("/fhir/Bundle", searchset(vec![message(NUMBER, "b"), stray]));
        let reply = ask_with(&fake, &[Allergies, Documents], limits()).await;
        assert_eq!(reply.state, ReplyState::Withheld(Withholder::PolicyIdentity), "HAZ-004");
        assert!(reply.payloads.is_empty(), "HAZ-004");
    }
}

#[tokio::test]
async fn a_failed_search_for_bundles_is_no_silence_of_what_they_might_hold() {
    let fake = declaring(&["DocumentReference", "Encounter", "Bundle", "AllergyIntolerance"])
        .on("/fhir/Bundle", typed(500, "text/plain", ""));
    let reply = ask_with(&fake, &[Documents, Encounters, Allergies], limits()).await;
    for category in [Documents, Encounters] {
        assert!(matches!(reply.state_of(category), ReplyState::DidNotAnswer(_)), "HAZ-006 {category:?}");
    }
    assert_eq!(reply.state_of(Allergies), &ReplyState::AnsweredEmpty);
}

#[tokio::test]
async fn a_council_is_asked_for_assessments_and_facts_as_social_care() {
    let types = ["Encounter", "Observation", "Flag"];
    let fake = declaring(&types).json(
        "/fhir/Observation",
        searchset(vec![json!({
            "resourceType": "Observation", "id": "o1", "subject": { "reference": "Patient/d1" } })]),
    );
    let reply = ask_with(&fake, &[SocialCare, Safeguarding, Alerts], limits()).await;
    assert_eq!((fake.count("/fhir/Encounter"), fake.count("/fhir/Observation")), (1, 1));
    assert_eq!(named(&reply), [Some(SocialCare), Some(SocialCare), Some(Alerts)]);
    // Without the one type that could answer, it is not shared; with any of them it was asked.
    let reply = ask_with(&declaring(&["Flag"]), &[SocialCare, Alerts], limits()).await;
    assert_eq!(reply.state_of(SocialCare), &ReplyState::NotShared, "HAZ-006");
}

#[tokio::test]
async fn laboratory_results_are_never_social_care_because_a_social_worker_asks() {
    let shares = [Results, Encounters, SocialCare];
    let types = ["Encounter", "Observation", "EpisodeOfCare"];
    let fake = declaring(&types);
    let reply = seen_by(&fake, &shares, &[SocialCare]).await;
    assert_eq!(
        (fake.count("/fhir/Observation"), fake.count("/fhir/Encounter")),
        (0, 0),
        "HAZ-047: they answer for results and contacts there"
    );
    assert_eq!(named(&reply), [Some(SocialCare)]);
    let fake = declaring(&types);
    let reply = seen_by(&fake, &shares, &[Results, Encounters, SocialCare]).await;
    assert_eq!(named(&reply), [Some(Results), Some(Encounters), Some(Encounters)], "as before");
}
