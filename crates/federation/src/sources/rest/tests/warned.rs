//! A server that answers a search with a warning of its own: a feed that is overdue or too old to be shown, a dataset that
//! is switched off. Guards HAZ-006 and HAZ-008.

use super::*;
use fhir::reply::Warning;

const OVERDUE: &str = "the feed of encounters is overdue: last received 20-Nov-2026 02:10";
const OFF: &str = "Exampleshire has switched this dataset off";

/// An answer with nothing in it but what the server has to say.
fn only(issues: Value) -> Value {
    let outcome = json!({ "resourceType": "OperationOutcome", "issue": issues });
    let mut bundle = searchset(vec![]);
    bundle["entry"] = json!([{ "search": { "mode": "outcome" }, "resource": outcome }]);
    bundle
}

fn overdue() -> Value {
    json!([{ "severity": "warning", "code": "incomplete", "diagnostics": OVERDUE }])
}

fn off() -> Value {
    json!([{ "severity": "information", "code": "suppressed", "details": { "text": OFF } }])
}

fn own(reply: &Reply) -> Vec<(Option<Category>, &str)> {
    let own = |warning: &&Warning| warning.code == "source-warning";
    reply.warnings.iter().filter(own).map(|warning| (warning.category, warning.text.as_str())).collect()
}

#[tokio::test]
async fn a_warning_in_place_of_entries_is_told_of_its_categories_and_never_reads_as_empty() {
    for (issues, words) in [(overdue(), OVERDUE), (off(), OFF)] {
        let fake = Fake::default()
            .json("/fhir/metadata", capability("4.0.1", &["Patient", "Encounter", "AllergyIntolerance"]))
            .json("/fhir/Patient/_search", searchset(vec![patient("d1", NUMBER)]))
            .json("/fhir/Encounter", only(issues));
        let reply = ask_with(&fake, &[Allergies, Encounters, Consultations], limits()).await;
        assert_eq!(reply.state, ReplyState::AnsweredWithWarnings);
        assert_eq!(own(&reply), [(Some(Encounters), words), (Some(Consultations), words)], "HAZ-008");
        for category in [Encounters, Consultations] {
            assert_eq!(reply.state_of(category), &ReplyState::AnsweredWithWarnings, "HAZ-006 {category:?}");
        }
        assert_eq!(reply.state_of(Allergies), &ReplyState::AnsweredEmpty, "another dataset is whole");
    }
}

#[tokio::test]
async fn one_warning_on_every_search_and_page_is_kept_once_for_each_category() {
    let types = ["Encounter", "EpisodeOfCare", "Appointment", "ServiceRequest", "CareTeam", "Observation"];
    let mut fake = Fake::default()
        .json("/fhir/metadata", capability("4.0.1", &types))
        .json("/fhir/Patient/_search", searchset(vec![patient("d1", NUMBER)]));
    for kind in types {
        fake = fake.json(&format!("/fhir/{kind}"), only(overdue()));
    }
    let mut first = only(overdue());
    first["link"] = json!([{ "relation": "next", "url": "Encounter?page=2" }]);
    let fake = fake.json("/fhir/Encounter", first).json("/fhir/Encounter?page=2", only(overdue()));
    let reply = ask_with(&fake, &[Encounters, Results], limits()).await;
    let mut told = own(&reply);
    told.sort_by_key(|(category, _)| category.map(Category::name));
    assert_eq!(told, [(Some(Encounters), OVERDUE), (Some(Results), OVERDUE)]);
}

#[tokio::test]
async fn the_receipt_of_an_extract_is_told_whatever_the_server_warns_of() {
    let mut answer = only(overdue());
    answer["meta"] = json!({ "lastUpdated": "2026-11-20T02:10:00Z" });
    let fake = server().json("/fhir/AllergyIntolerance", answer);
    let url = fake.serve().await;
    let feed = crate::Feed { every: "24h".to_owned(), stale_after: "26h".to_owned() };
    let fed = SourceConfig { feed: Some(feed), ..acute(&url, &[Allergies]) };
    let reply = one(&federation(vec![fed], "http://127.0.0.1:9", limits())).await;
    assert_eq!(reply.as_at.as_deref(), Some("2026-11-20T02:10:00Z"), "HAZ-008");
    assert_eq!(own(&reply), [(Some(Allergies), OVERDUE)]);
}
