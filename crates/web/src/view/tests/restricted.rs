//! A page tells nothing of what was held back as restricted: it is, byte for byte, the page of a record without it.

use super::*;
use crate::page::NeverShown;
use fhir::reply::{Format, Payload};
use fhir::{Category, Level, Reply};
use record::release::Released;
use record::{Places, Restricted, Restrictions, Under};
use std::sync::Arc;

/// Of the acute trust: a problem by its code, its visit, letter, medicine, result and report, and words in each.
const MATTER: [&str; 7] = [
    r#"{"resourceType":"Condition","id":"h","code":{"coding":[{"system":"http://snomed.info/sct","code":"86406008","display":"Kept apart"}]},"encounter":{"reference":"Encounter/h"},"note":[{"text":"Kept apart"}]}"#,
    r#"{"resourceType":"Encounter","id":"h","status":"finished","period":{"start":"2026-11-20"},"serviceType":{"text":"Kept apart"}}"#,
    r#"{"resourceType":"DocumentReference","id":"h","status":"current","type":{"text":"Kept apart"},"content":[{"attachment":{"url":"Binary/h"}}],"context":{"encounter":[{"reference":"Encounter/h"}]}}"#,
    r#"{"resourceType":"MedicationRequest","id":"h","status":"active","medicationCodeableConcept":{"text":"Kept apart"},"reasonReference":[{"reference":"Condition/h"}]}"#,
    r#"{"resourceType":"AllergyIntolerance","id":"h","code":{"text":"Kept apart"},"encounter":{"reference":"Encounter/h"}}"#,
    r#"{"resourceType":"DiagnosticReport","id":"h","status":"final","code":{"text":"Kept apart"},"result":[{"reference":"Observation/h"}]}"#,
    r#"{"resourceType":"Observation","id":"h","status":"final","code":{"text":"Kept apart"},"valueQuantity":{"value":1},"encounter":{"reference":"Encounter/h"}}"#,
];
const REST: [&str; 4] = [
    r#"{"resourceType":"Condition","id":"1","code":{"text":"Asthma"},"recordedDate":"2020-01-01"}"#,
    r#"{"resourceType":"AllergyIntolerance","id":"1","code":{"text":"Latex"}}"#,
    r#"{"resourceType":"Observation","id":"1","status":"final","code":{"text":"CRP"},"valueQuantity":{"value":5}}"#,
    r#"{"resourceType":"CarePlan","id":"1","status":"active","title":"ReSPECT"}"#,
];

fn lists() -> Restrictions {
    let mut lists = Restrictions::default();
    lists.concept("86406008", "Human immunodeficiency virus infection");
    lists
}

fn reply(resources: &[&str]) -> Reply {
    let entries: Vec<String> =
        resources.iter().map(|resource| format!(r#"{{"resource":{resource}}}"#)).collect();
    let text = format!(r#"{{"resourceType":"Bundle","type":"searchset","entry":[{}]}}"#, entries.join(","));
    let payload = Payload { format: Format::R4, category: None, text: Arc::from(text) };
    Reply { payloads: vec![payload], ..Reply::of(fixture::id("acute"), ReplyState::Answered) }
}

fn released(resources: &[&str], restricted: Level) -> Released {
    let reply = reply(resources);
    let how = if restricted == Level::Full { Restricted::Read } else { Restricted::TakenOut };
    let level = |category| if category == Category::Restricted { restricted } else { Level::Full };
    let normalised = record::normalise_under(
        &reply,
        &Under {
            restrictions: &lists(),
            restricted: how,
            places: Places::Told,
            units: &record::Units::default(),
        },
    );
    record::release(&reply.source, normalised, &level, Some("2026-11-22"))
}

/// The whole page where the acute trust sent these, and the others what they always send.
fn page_of(page: &Page, resources: &[&str], restricted: Level) -> String {
    let mut record = fixture::waiting();
    for source in ["gp", "mh", "community"] {
        record.add(fixture::note(source, ReplyState::AnsweredEmpty), fixture::released(source, vec![]));
    }
    record.add(fixture::note("acute", ReplyState::Answered), released(resources, restricted));
    whole_page(page, &record)
}

// shows: R43, A18, A19
#[test]
fn t61_the_page_is_equal_in_every_byte_to_the_page_of_a_record_without_it() {
    let page = fixture::page();
    let without = page_of(&page, &REST, Level::Nothing);
    for at in 0..=REST.len() {
        let (before, after) = REST.split_at(at);
        let with: Vec<&str> = before.iter().chain(&MATTER).chain(after).copied().collect();
        let with = page_of(&page, &with, Level::Nothing);
        assert!(!with.contains("Kept apart"), "HAZ-023");
        assert!(with == without, "HAZ-010, HAZ-050: no count, order or gap tells of it");
    }
}

#[test]
fn t62_the_line_of_categories_and_of_what_is_never_shown_is_equal_with_and_without_data() {
    let page = without_categories(&[Category::Results]);
    let all: Vec<&str> = MATTER.iter().chain(&REST).copied().collect();
    for resources in [&[][..], &REST, &all] {
        let html = page_of(&page, resources, Level::Nothing);
        assert_eq!(html.matches("2 categories are not shown for your role.").count(), 3, "HAZ-011, HAZ-050");
        let told_why = html.matches(crate::words::why::HEADING).count();
        assert_eq!(html.matches(crate::words::NEVER_SHOWN).count(), 2 + told_why, "HAZ-010");
    }
}

#[test]
fn opened_by_exception_it_stands_in_its_sections() {
    let all: Vec<&str> = MATTER.iter().chain(&REST).copied().collect();
    let html = page_of(&fixture::page(), &all, Level::Full);
    assert!(html.contains("Kept apart") && html.contains("Latex"), "HAZ-023");
}

#[test]
fn where_a_deployment_chose_so_the_page_says_what_it_holds_back_and_no_more() {
    let page = Page { never_shown: NeverShown::WhenPresent, ..fixture::page() };
    let all: Vec<&str> = MATTER.iter().chain(&REST).copied().collect();
    let (with, without) = (page_of(&page, &all, Level::Nothing), page_of(&page, &REST, Level::Nothing));
    assert!(!without.contains(crate::words::NEVER_SHOWN));
    assert_eq!(with.replace(&format!(" {}", crate::words::NEVER_SHOWN), ""), without, "HAZ-010");
}

// shows: R43
#[test]
fn an_entry_not_to_be_shared_with_the_person_carries_the_ribbon_wherever_it_is_shown() {
    const RIBBON: &str = "<strong class=\"ribbon\">Do not share with the person</strong>";
    let page = fixture::page();
    let whole = fixture::whole();
    let mut items: Vec<Item> =
        page.sources.iter().flat_map(|card| whole.items_of(&card.id)).cloned().collect();
    for item in &mut items {
        item.labels = vec![Label::NotForThePerson];
        item.source = fixture::id("acute");
    }
    let mut record = fixture::waiting();
    record.add(fixture::note("acute", ReplyState::Answered), fixture::released("acute", items));
    let keys = Key::in_page_order(&page).into_iter().filter(|key| *key != Key::Sources);
    for key in keys {
        let html = section(&page, &record, key);
        let shows = html.contains("<tr") || html.contains("<li") || html.contains("class=\"agents\"><b>");
        assert!(!shows || html.contains(RIBBON), "HAZ-023 {}", key.name());
    }
    let results = section(&page, &record, Key::Section(Section::Results));
    let (series, _) = results.split_once("</table>").unwrap_or_default();
    assert!(series.contains(RIBBON), "HAZ-023: a value in a series");
    let mut record_late = record.clone();
    record_late.add(
        record::reconcile::SourceNote {
            missed: vec![record::Section::Allergies, record::Section::Plans],
            ..fixture::note("mh", ReplyState::Answered)
        },
        fixture::released(
            "mh",
            vec![Item {
                source: fixture::id("mh"),
                labels: vec![Label::NotForThePerson],
                ..fixture::acute_allergy()
            }],
        ),
    );
    assert!(
        late(&page, &record_late, &fixture::id("mh"), &[record::Section::Allergies]).contains(RIBBON),
        "HAZ-023: a late block"
    );
}

#[test]
fn that_some_kinds_are_never_shown_is_said_on_every_record_or_by_choice_only_where_so() {
    let mut page = fixture::page();
    for record in [fixture::whole(), fixture::waiting(), fixture::empty()] {
        assert!(whole_page(&page, &record).contains(crate::words::NEVER_SHOWN), "HAZ-010: on every record");
    }
    page.never_shown = crate::page::NeverShown::WhenPresent;
    assert!(!whole_page(&page, &fixture::whole()).contains(crate::words::NEVER_SHOWN), "HAZ-010");
}
