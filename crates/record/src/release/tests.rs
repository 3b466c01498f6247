//! What leaves this stage is never wider than the grant, and what is held changes nothing else.

/// What items are read with.
mod parts;

use super::{Held, Released, release};
use crate::item::{Facts, Item};
use crate::normalise;
use crate::normalise::tests::{payload, reply};
use fhir::reply::Format;
use fhir::{Category, Level, SourceId};
use proptest::prelude::*;

/// Without an exception policy says nothing for restricted.
fn released(bundle: &str, level: &dyn Fn(Category) -> Level) -> Released {
    permitted(bundle, &|category| {
        if category == Category::Restricted { Level::Nothing } else { level(category) }
    })
}

fn permitted(bundle: &str, level: &dyn Fn(Category) -> Level) -> Released {
    let reply = reply(vec![payload(Format::R4, None, bundle.as_bytes())]);
    release(&SourceId::new("source"), normalise(&reply), level, Some("2026-11-22"))
}

fn bundle(resources: &[String]) -> String {
    let entries: Vec<String> =
        resources.iter().map(|resource| format!(r#"{{"resource":{resource}}}"#)).collect();
    format!(r#"{{"resourceType":"Bundle","type":"collection","entry":[{}]}}"#, entries.join(","))
}

const SECRET: &str = "Narrative nobody else may read";

/// One of everything, each with a narrative.
fn everything() -> Vec<String> {
    let more = format!(r#""note":[{{"text":"{SECRET}"}}],"description":"{SECRET}""#);
    let of = |kind: &str, id: &str, rest: &str| {
        format!(r#"{{"resourceType":"{kind}","id":"{id}",{rest},{more}}}"#)
    };
    let mut all = vec![
        of("Condition", "1", r#""code":{"text":"Asthma"},"clinicalStatus":{"coding":[{"code":"active"}]}"#),
        of("Condition", "2", r#""code":{"text":"Gout"},"clinicalStatus":{"coding":[{"code":"resolved"}]}"#),
        of("AllergyIntolerance", "1", r#""code":{"text":"Latex"}"#),
        of("MedicationRequest", "1", r#""medicationCodeableConcept":{"text":"Senna"},"status":"active""#),
        of("Immunization", "1", r#""vaccineCode":{"text":"Influenza"},"status":"completed""#),
        of("Observation", "1", r#""code":{"text":"CRP"},"valueQuantity":{"value":5}"#),
        of("Flag", "1", r#""code":{"text":"Dog at home"},"status":"active""#),
        of("Flag", "2", r#""code":{"text":"Child protection plan"},"status":"active""#),
        of(
            "CarePlan",
            "1",
            r#""title":"ReSPECT","status":"active","activity":[{"detail":{"code":{"text":"CPR"},"description":"Not recommended"}}]"#,
        ),
        of("DocumentReference", "1", r#""type":{"text":"Clinic letter"},"status":"current""#),
        of("Condition", "3", r#""code":{"text":"Hidden"},"meta":{"security":[{"code":"R"}]}"#),
        of("Condition", "4", r#""code":{"text":"Low mood"},"meta":{"security":[{"code":"PSY"}]}"#),
        of("Basic", "1", r#""code":{"text":"Unknown"}"#),
    ];
    all.extend((1..=5).map(|n| of("Encounter", &n.to_string(), &format!(r#""status":"finished","period":{{"start":"2024-0{n}-01"}},"reasonCode":[{{"text":"Cough {n}"}}]"#))));
    all.push(of("Encounter", "6", r#""status":"planned","period":{"start":"2026-12-01"}"#));
    all
}

fn says(item: &Item) -> String {
    let notes: Vec<String> = item.notes.iter().map(|note| note.text.clone()).collect();
    format!("{:?} {:?} {:?} {} {:?}", item.what, item.facts, item.details, item.original.as_sent(), notes)
}

#[test]
fn haz_047_what_is_shown_is_never_wider_than_the_grant() {
    for level in [Level::Nothing, Level::Existence, Level::Summary, Level::Full] {
        let out = released(&bundle(&everything()), &|_| level);
        for item in &out.items {
            assert_ne!(item.category, Category::Restricted, "HAZ-023 restricted is never released");
            assert!(level > Level::Nothing, "HAZ-047 {item:?}");
            if level < Level::Full {
                assert!(!says(item).contains(SECRET), "HAZ-047 {level:?} {item:?}");
                assert!(out.reduced.contains(&item.category), "HAZ-011 {item:?}");
            }
        }
        let restricted = out.held.iter().filter(|line| line.reason == Some(Held::Restricted)).count();
        assert_eq!(restricted, 1, "HAZ-023");
        assert_eq!(
            out.shown.len() + out.held.len(),
            everything().len(),
            "HAZ-025 every entry is in the manifest"
        );
    }
}

#[test]
fn haz_047_a_category_without_a_summary_is_not_shown_in_one() {
    let out = released(&bundle(&everything()), &|_| Level::Summary);
    let safety = [Category::Allergies, Category::Medications, Category::Immunisations, Category::Results];
    assert!(
        out.items.iter().all(|item| !safety.contains(&item.category)),
        "HAZ-047 a shortened safety list is a hazard"
    );
    let words: Vec<&str> = out.items.iter().map(Item::words).collect();
    assert!(words.contains(&"Asthma") && !words.contains(&"Gout"), "HAZ-047 active problems only");
    let contacts: Vec<&Item> =
        out.items.iter().filter(|item| item.category == Category::Encounters).collect();
    assert_eq!(contacts.len(), 4, "HAZ-047 the last three and what is to come");
    assert!(out.held.iter().any(|line| line.reason == Some(Held::Summary)));
    let plan = out.items.iter().find(|item| item.category == Category::CarePlans).expect("the plan");
    let Facts::Plan(plan) = &plan.facts else { panic!("a plan") };
    assert_eq!(plan.says[0].value, "Not recommended", "HAZ-026 a summary keeps the resuscitation decision");
}

/// One safeguarding flag, one contact and one letter of the same service.
const OF_A_SERVICE: [&str; 3] = [
    r#"{"resourceType":"Flag","id":"1","status":"active","code":{"text":"Child protection plan"},"category":[{"text":"Neglect"}],"period":{"start":"2026-03-04"},"extension":[{"url":"https://x.example/action","valueString":"Ring the duty team"}]}"#,
    r#"{"resourceType":"Encounter","id":"1","status":"finished","period":{"start":"2026-10-09"},"serviceType":{"text":"Memory clinic"},"reasonCode":[{"text":"Forgetting"}]}"#,
    r#"{"resourceType":"DocumentReference","id":"1","status":"current","date":"2026-10-09T09:00:00Z","type":{"text":"Memory clinic letter"},"custodian":{"display":"Memory clinic"}}"#,
];

fn at(level: Level) -> Released {
    released(&bundle(&OF_A_SERVICE.map(str::to_owned)), &|_| level)
}

fn of(out: &Released, category: Category) -> &Item {
    out.items.iter().find(|item| item.category == category).expect("one of the category")
}

#[test]
fn haz_047_that_safeguarding_exists_tells_neither_the_kind_of_plan_nor_what_to_do() {
    let summary = at(Level::Summary);
    let shown = says(of(&summary, Category::Safeguarding));
    assert!(
        shown.contains("Child protection plan") && shown.contains("Neglect"),
        "HAZ-047: the kind of plan {shown}"
    );
    let existence = at(Level::Existence);
    let item = of(&existence, Category::Safeguarding);
    let shown = says(item);
    assert_eq!(item.words(), "Known to safeguarding");
    for told in ["Child protection", "Neglect", "Ring"] {
        assert!(!shown.contains(told), "HAZ-047: {told} in {shown}");
    }
    assert_eq!(item.when.shown().map(|date| date.display()), Some("04-Mar-2026".to_owned()), "with its date");
}

#[test]
fn haz_047_existence_gives_a_month_for_contacts_only() {
    let existence = at(Level::Existence);
    let month = |category| of(&existence, category).when.shown().map(|date| date.display());
    assert_eq!(month(Category::Encounters), Some("Oct-2026".to_owned()));
    assert_eq!(month(Category::Documents), None, "HAZ-047: which services hold documents, and whom to call");
    assert!(!says(of(&existence, Category::Encounters)).contains("Forgetting"), "HAZ-047");
}

#[test]
fn haz_047_nothing_of_a_category_not_granted_is_left_nor_its_warnings() {
    let out = released(&bundle(&everything()), &|category| {
        if category == Category::Problems { Level::Full } else { Level::Nothing }
    });
    assert!(out.items.iter().all(|item| item.category == Category::Problems), "HAZ-047");
    assert!(out.unread.is_empty(), "HAZ-047");
    assert!(out.held.iter().any(|line| line.reason == Some(Held::Role)));
}

// shows: R43
#[test]
fn t59_what_arrives_without_a_permit_is_not_released() {
    for permitted in Category::ALL {
        let only = |category| if category == permitted { Level::Full } else { Level::Nothing };
        let out = permitted_of(&only);
        assert!(out.items.iter().all(|item| item.category == permitted), "HAZ-047 {permitted:?}");
        assert!(out.unread.iter().all(|entry| entry.category == permitted), "HAZ-047 {permitted:?}");
        assert!(out.shown.iter().all(|line| line.category == permitted), "HAZ-025 {permitted:?}");
        assert_eq!(out.shown.len() + out.held.len(), everything().len(), "HAZ-025 {permitted:?}");
    }
}

fn permitted_of(level: &dyn Fn(Category) -> Level) -> Released {
    permitted(&bundle(&everything()), level)
}

#[test]
fn haz_023_restricted_follows_the_permit_whole_or_not_at_all() {
    for level in [Level::Nothing, Level::Existence, Level::Summary, Level::Full] {
        let of_restricted = |category| if category == Category::Restricted { level } else { Level::Nothing };
        let out = permitted(&bundle(&everything()), &of_restricted);
        let shown = out.shown.iter().filter(|line| line.category == Category::Restricted).count();
        let held = out.held.iter().filter(|line| line.reason == Some(Held::Restricted)).count();
        let expected = if level == Level::Full { (1, 0) } else { (0, 1) };
        assert_eq!((shown, held), expected, "HAZ-023, HAZ-025 {level:?}: and the manifest says which");
        assert_eq!(out.items.len(), shown, "HAZ-047 {level:?}: nothing else with it");
    }
}

fn level() -> impl Strategy<Value = Level> {
    prop_oneof![Just(Level::Nothing), Just(Level::Existence), Just(Level::Summary), Just(Level::Full)]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever a permit without an exception says of everything else, and whether entries were taken out or read.
    #[test]
    fn haz_023_without_an_exception_nothing_restricted_is_released(
        levels in proptest::collection::vec(level(), 14), taken_out in any::<bool>(),
    ) {
        let of = |category: Category| {
            let place = Category::ALL.iter().position(|one| *one == category).unwrap_or_default();
            levels.get(place).copied().unwrap_or(Level::Nothing)
        };
        prop_assert_eq!(of(Category::Restricted), Level::Nothing);
        let reply = reply(vec![payload(Format::R4, None, bundle(&everything()).as_bytes())]);
        let how = if taken_out { crate::Restricted::TakenOut } else { crate::Restricted::Read };
        let normalised = crate::normalise_under(
            &reply,
            &crate::Under {
                restrictions: &crate::Restrictions::default(),
                restricted: how,
                places: crate::Places::Told,
                units: &crate::Units::default(),
            },
        );
        let out = release(&SourceId::new("source"), normalised, &of, Some("2026-11-22"));
        prop_assert!(out.items.iter().all(|item| item.category != Category::Restricted), "HAZ-023");
        prop_assert!(out.shown.iter().all(|line| line.category != Category::Restricted), "HAZ-023");
        prop_assert!(!out.items.iter().any(|item| says(item).contains("Hidden")), "HAZ-023");
        prop_assert_eq!(out.held.iter().filter(|line| line.reason == Some(Held::Restricted)).count(), 1, "HAZ-025");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    /// HAZ-010: with and without an item that is held, everything shown is the same, in the same order.
    #[test]
    fn a_held_item_changes_no_count_and_no_order_of_what_is_shown(
        at in 0usize..19, kind in 0usize..4, level in prop_oneof![Just(Level::Existence), Just(Level::Summary), Just(Level::Full)],
    ) {
        let held = [
            r#"{"resourceType":"Encounter","id":"h","status":"finished","period":{"start":"2026-10-01"},"meta":{"security":[{"code":"HIV"}]}}"#,
            r#"{"resourceType":"DocumentReference","id":"h","status":"current","type":{"text":"Letter"},"securityLabel":[{"coding":[{"code":"V"}]}]}"#,
            r#"{"resourceType":"Condition","id":"h","code":{"text":"Hidden"},"meta":{"security":[{"code":"SEX"}]}}"#,
            r#"{"resourceType":"Basic","id":"h","meta":{"security":[{"code":"R"}]}}"#,
        ];
        let without = everything();
        let mut with = without.clone();
        with.insert(at, held[kind].to_owned());
        let seen = |all: &[String]| {
            let out = released(&bundle(all), &|_| level);
            let items: Vec<String> = out.items.iter().map(says).collect();
            (items, out.unread.len(), out.warnings, out.reduced)
        };
        prop_assert_eq!(seen(&without), seen(&with), "HAZ-010");
    }
}

/// An ambulance service's message and a written document, found by one search for whole Bundles.
const WHOLE: &str = r#"{"resourceType":"Bundle","type":"searchset","entry":[
    {"search":{"mode":"match"},"resource":{"resourceType":"Bundle","type":"message","entry":[
        {"fullUrl":"urn:uuid:h","resource":{"resourceType":"MessageHeader","eventCoding":{"system":"https://fhir.nhs.uk/CodeSystem/message-events-bars","code":"servicerequest-request"},"focus":[{"reference":"urn:uuid:s"}]}},
        {"fullUrl":"urn:uuid:s","resource":{"resourceType":"ServiceRequest","id":"s1","status":"active","reasonCode":[{"text":"Fell at home"}]}},
        {"resource":{"resourceType":"Flag","id":"f1","status":"active","code":{"text":"Dog at home"}}},
        {"resource":{"resourceType":"Basic","id":"b1"}}]}},
    {"search":{"mode":"match"},"resource":{"resourceType":"Bundle","type":"document","entry":[
        {"resource":{"resourceType":"Composition","id":"c1","status":"final","type":{"text":"Report"},"section":[{"title":"Summary","text":{"div":"<div>Advice</div>"}}]}}]}},
    {"search":{"mode":"match"},"resource":{"resourceType":"Bundle","type":"collection","entry":[
        {"resource":{"resourceType":"AllergyIntolerance","id":"a1","code":{"text":"Latex"}}},
        {"resource":{"resourceType":"Encounter","id":"e1","status":"finished","type":[{"text":"Home visit"}]}}]}}]}"#;

fn whole(searched: Category, permitted: &[Category]) -> Released {
    let mut payload = payload(Format::R4, None, WHOLE.as_bytes());
    payload.category = Some(searched);
    let level = |category| if permitted.contains(&category) { Level::Full } else { Level::Nothing };
    release(&SourceId::new("source"), normalise(&reply(vec![payload])), &level, None)
}

#[test]
fn haz_047_what_stands_in_a_message_found_by_another_search_needs_its_own_permit() {
    let shown = |out: &Released| {
        let mut kinds: Vec<String> =
            out.items.iter().map(|item| item.provenance.resource_type.clone()).collect();
        kinds.sort_unstable();
        kinds
    };
    let table: [(Category, &[&str]); 4] = [
        (Category::Documents, &["Composition"]),
        (Category::Alerts, &["Flag"]),
        (Category::Encounters, &["Encounter", "MessageHeader"]),
        (Category::CarePlans, &[]),
    ];
    for (permitted, expected) in table {
        let out = whole(permitted, &[permitted]);
        assert_eq!(shown(&out), expected, "HAZ-047 {permitted:?}");
        assert_eq!(out.shown.len() + out.held.len(), 6, "HAZ-025 {permitted:?}: all is in the manifest");
        let words: String = out.items.iter().map(says).collect();
        assert!(permitted == Category::Encounters || !words.contains("Fell at home"), "HAZ-047");
    }
}

#[test]
fn haz_023_a_search_that_protects_protects_what_stands_in_the_message_it_found() {
    let out = whole(Category::MentalHealth, &[Category::Encounters, Category::Documents, Category::Alerts]);
    assert!(out.items.is_empty() && out.unread.is_empty(), "HAZ-023 {:?}", out.items);
}
