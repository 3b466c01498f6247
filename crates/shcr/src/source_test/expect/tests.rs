//! A good reply breaks nothing; each fault of a poor one is named once, by its own expectation.

use super::*;
use fhir::SourceId;
use std::sync::Arc;

const GOOD: &str = r#"{"resourceType":"Bundle","type":"searchset","total":1,"entry":[
  {"search":{"mode":"match"},"resource":{"resourceType":"AllergyIntolerance","id":"a-1",
   "identifier":[{"system":"https://acute.example/allergy","value":"1"}],
   "code":{"coding":[{"system":"http://snomed.info/sct","code":"91936005"}],"text":"Penicillin"},
   "patient":{"reference":"Patient/p1"},"recordedDate":"2021-03-01T10:00:00+00:00"}}]}"#;

fn exchange(status: u16, media_type: &str, elapsed_ms: u64) -> Exchange {
    Exchange {
        method: "GET".to_owned(),
        path: "/AllergyIntolerance".to_owned(),
        status: Some(status),
        media_type: media_type.to_owned(),
        elapsed_ms,
        size_bytes: 1,
        fault: None,
    }
}

fn broken(text: &str, exchanges: &[Exchange]) -> Vec<&'static str> {
    let payload = Payload { format: Format::R4, category: Some(Category::Allergies), text: Arc::from(text) };
    let mut reply = Reply::of(SourceId::new("acute"), ReplyState::Answered);
    reply.payloads.push(payload);
    let normalised = record::normalise(&reply);
    let shares = &[Category::Allergies];
    let answered = Answered {
        reply: &reply,
        normalised: &normalised,
        exchanges,
        shares,
        is_feed: false,
        kind: "fhir-r4",
    };
    let findings = expectations(&answered);
    assert!(findings.iter().all(|finding| !finding.found.contains("Penicillin")), "HAZ-049");
    findings.into_iter().filter(|f| f.outcome == Outcome::Broken).map(|finding| finding.id).collect()
}

#[test]
fn a_good_reply_breaks_nothing() {
    assert_eq!(broken(GOOD, &[exchange(200, "application/fhir+json", 40)]), Vec::<&str>::new());
}

#[test]
fn every_fault_of_a_reply_is_named_by_its_own_expectation() {
    for (from, to, id) in [
        (r#""id":"a-1""#, r#""id":"a 1""#, "ids"),
        (r#""patient":{"reference":"Patient/p1"},"#, "", "subject"),
        (r#""system":"https://acute.example/allergy","#, "", "identifier"),
        (r#""system":"http://snomed.info/sct","#, "", "system"),
        ("T10:00:00+00:00", "T10:00:00", "dates"),
        ("2021-03-01T", "2021-13-01T", "dates"),
        (r#""search":{"mode":"match"},"#, "", "search-mode"),
        (r#""total":1"#, r#""total":0"#, "total"),
        ("AllergyIntolerance", "NobodyKnowsThis", "readable"),
        (
            r#""code":{"coding""#,
            r#""meta":{"profile":["https://fhir.hl7.org.uk/StructureDefinition/UKCore-AllergyIntolerance"]},"kode":{"coding""#,
            "profile",
        ),
    ] {
        let text = GOOD.replacen(from, to, 1);
        assert_ne!(text, GOOD, "{from}");
        assert!(broken(&text, &[]).contains(&id), "{id}: {:?}", broken(&text, &[]));
    }
}

#[test]
fn slow_answers_and_other_media_types_are_named() {
    let exchanges = [exchange(200, "application/fhir+json", 3001), exchange(200, "text/plain", 1)];
    assert_eq!(broken(GOOD, &exchanges), ["quick", "media-type"]);
}

#[test]
fn one_id_with_two_contents_is_named() {
    let twice = GOOD.replace("]}\"#", "").replace(r#""entry":["#, r#""entry":[{"search":{"mode":"match"},"resource":{"resourceType":"AllergyIntolerance","id":"a-1","identifier":[{"system":"s","value":"1"}],"patient":{"reference":"Patient/p1"}}},"#);
    assert!(broken(&twice, &[]).contains(&"one-content"));
}
