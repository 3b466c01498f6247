//! The record as a host's own software reads it: a FHIR searchset drawn as the page is, with no more in it and nothing less said.

use journeys::{
    browser::{Browser, Page, View},
    demo::Demo,
    ready::Person,
};
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Entries that are only ever read as part of others.
const PARTS: [&str; 7] = [
    "Medication",
    "MedicationRequest",
    "MedicationDispense",
    "MedicationAdministration",
    "Observation",
    "Specimen",
    "Goal",
];

async fn view(demo: &Demo, login: &str, person: &Person) -> View {
    demo.host().sign_in(login).await.open(person).await
}

async fn searchset(view: &View, query: &str) -> Page {
    view.browser.get(&format!("{}fhir{query}", view.path)).await
}

fn read(page: &Page) -> Value {
    assert!(page.ended, "cut off");
    serde_json::from_str(&page.html).unwrap_or_else(|error| panic!("{error}: {}", page.html))
}

fn entries<'a>(bundle: &'a Value, mode: &str) -> Vec<&'a Value> {
    let all = bundle["entry"].as_array().expect("entries").iter();
    all.filter(|entry| entry["search"]["mode"] == mode).collect()
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

/// What every outcome says, source by source, the opening's own first.
fn said(bundle: &Value) -> Vec<Vec<String>> {
    let texts = |entry: &Value| {
        let issues = entry["resource"]["issue"].as_array().expect("issues").iter();
        issues.map(|issue| text(&issue["details"], "text").to_owned()).collect()
    };
    entries(bundle, "outcome").into_iter().map(texts).collect()
}

/// The number before one of these words, summed.
fn counted(said: &[String], words: &str) -> usize {
    let before = |text: &String| {
        text.split(words).next()?.rsplit([' ', ',']).find_map(|word| word.parse::<usize>().ok())
    };
    said.iter().filter(|text| text.contains(words)).filter_map(before).sum()
}

/// Every entry of the page as its source sent it.
fn as_sent(page: &Page) -> Vec<Value> {
    let pieces = page.html.split("<pre class=\"sent\">").skip(1);
    let pieces = pieces.filter_map(|piece| piece.split_once("</pre>")).map(|(sent, _)| plain(sent));
    pieces.filter_map(|sent| serde_json::from_str(&sent).ok()).collect()
}

fn plain(html: &str) -> String {
    let marks = [
        ("&#34;", "\""),
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&lt;", "<"),
        ("&#60;", "<"),
        ("&gt;", ">"),
        ("&#62;", ">"),
        ("&amp;", "&"),
        ("&#38;", "&"),
    ];
    marks.iter().fold(html.to_owned(), |text, (mark, plain)| text.replace(mark, plain))
}

/// Without the claims of profiles, which are taken out where nobody here can vouch for them.
fn unclaimed(mut resource: Value) -> Value {
    let meta = resource.get_mut("meta").and_then(Value::as_object_mut);
    let is_empty = meta.is_some_and(|meta| {
        meta.remove("profile");
        meta.is_empty()
    });
    if is_empty {
        resource.as_object_mut().expect("a resource").remove("meta");
    }
    resource
}

// shows: R15, R27, R34, R35
#[tokio::test]
async fn every_role_is_given_what_its_page_shows_and_nothing_else() {
    let demo = Demo::start(&[]);
    let doreen = demo.ready.golden_person();
    let mut given = Vec::new();
    for login in ["dr.okafor", "nurse.bell", "pharm.foss", "sw.dean", "care.hale", "clerk.ellis"] {
        let view = view(&demo, login, &doreen).await;
        let (page, answer) = (view.read().await, searchset(&view, "").await);
        assert!(page.is_complete(), "{login}");
        assert_eq!(answer.header("content-type"), Some("application/fhir+json; fhirVersion=4.0"));
        let bundle = read(&answer);
        let shown = as_sent(&page);
        let ids: BTreeSet<&str> = shown.iter().map(|sent| text(sent, "id")).collect();
        let matches = entries(&bundle, "match");
        assert_eq!(bundle["total"].as_u64(), u64::try_from(matches.len()).ok(), "{login}");
        for entry in &matches {
            let resource = &entry["resource"];
            assert!(
                ids.contains(text(resource, "id")),
                "HAZ-047: {login}: {} is not on the page",
                entry["fullUrl"]
            );
        }
        let r4 = |entry: &&&Value| text(entry, "fullUrl").contains("/fhir/acute/");
        for entry in matches.iter().filter(r4) {
            let same = |sent: &Value| unclaimed(sent.clone()) == unclaimed(entry["resource"].clone());
            assert!(shown.iter().any(same), "HAZ-040: {login}: {} is not as sent", entry["fullUrl"]);
        }
        for part in entries(&bundle, "include") {
            assert!(PARTS.contains(&text(&part["resource"], "resourceType")), "HAZ-047: {login}: {part}");
        }
        counts_agree(login, &page, &bundle);
        given.push((login, matches.len()));
    }
    let most = given.first().map(|(_, matches)| *matches).unwrap_or_default();
    assert!(most > 100, "{given:?}");
    assert!(given.iter().skip(2).all(|(_, matches)| *matches < most), "HAZ-047: {given:?}");
    demo.finish();
}

/// Each source's entries on the page are given, or counted as not given; and the page says the same number.
fn counts_agree(login: &str, page: &Page, bundle: &Value) {
    let sources = page.section("src");
    for (outcome, said) in entries(bundle, "outcome").iter().zip(said(bundle)).skip(1) {
        let id = text(&outcome["resource"], "id");
        let own = format!("/fhir/{id}/");
        let given =
            entries(bundle, "match").iter().filter(|entry| text(entry, "fullUrl").contains(&own)).count();
        let on_page = counted(&said[..1], " entr");
        let not_given = counted(&said, " is shown in part") + counted(&said, " are shown in part");
        let not_given =
            not_given + counted(&said, " is not given here") + counted(&said, " are not given here");
        assert_eq!(on_page, given + not_given, "HAZ-040: {login}: {id}: {said:?}");
        let count = format!("{on_page} entr");
        assert!(on_page == 0 || sources.contains(&count), "{login}: {id}: {count}:\n{sources}");
    }
}

// shows: R7
#[tokio::test]
async fn haz_013_every_medicine_has_its_name_with_it() {
    let demo = Demo::start(&[]);
    let view = view(&demo, "dr.okafor", &demo.ready.golden_person()).await;
    let bundle = read(&searchset(&view, "?_type=MedicationStatement,MedicationRequest").await);
    let addresses: BTreeSet<&str> =
        entries(&bundle, "include").iter().map(|entry| text(entry, "fullUrl")).collect();
    let medicines = entries(&bundle, "match");
    assert!(medicines.len() > 5, "{}", medicines.len());
    for medicine in medicines {
        let resource = &medicine["resource"];
        assert!(text(resource, "resourceType").starts_with("Medication"));
        let Some(reference) = resource["medicationReference"]["reference"].as_str() else {
            assert!(resource.get("medicationCodeableConcept").is_some(), "HAZ-013: {resource}");
            continue;
        };
        let is_inside = reference.starts_with('#') && resource.get("contained").is_some();
        let base = text(medicine, "fullUrl").rsplitn(3, '/').last().unwrap_or_default();
        assert!(
            is_inside || addresses.contains(format!("{base}/{reference}").as_str()),
            "HAZ-013: {reference} of {medicine}"
        );
    }
    demo.finish();
}

// shows: R47
#[tokio::test]
async fn each_searchset_is_an_opening_of_its_own_and_every_source_is_disclosed_before_it_leaves() {
    let demo = Demo::start(&[]);
    let view = view(&demo, "dr.okafor", &demo.ready.golden_person()).await;
    let before = demo.control().asked().await;
    let bundle = read(&searchset(&view, "").await);
    assert_ne!(demo.control().asked().await, before, "every source is asked for it");
    let opens = demo.auditor().entries("open");
    assert_eq!(opens.len(), 1, "HAZ-029: {opens:?}");
    assert!(opens[0]["flags"].as_array().is_some_and(|flags| flags.contains(&"searchset".into())), "HAZ-029");
    let closed = demo.auditor().closed();
    let states = &closed.first().expect("a close").disclosed;
    for entry in entries(&bundle, "match") {
        let source = text(entry, "fullUrl").split("/fhir/").nth(1).and_then(|rest| rest.split('/').next());
        let source = source.expect("an address names its source");
        assert!(states.contains_key(source), "HAZ-029: {source} left without a disclosure: {states:?}");
    }
    let order: Vec<String> = demo.auditor().kinds_in_order();
    let place = |kind: &str| order.iter().position(|other| other == kind).expect(kind);
    assert!(
        place("open") < place("disclosure") && place("disclosure") < place("close"),
        "HAZ-029: {order:?}"
    );
    demo.finish();
}

// shows: R44
#[tokio::test]
async fn t74_under_an_objection_there_is_one_sentence_and_no_source() {
    let demo = Demo::start(&[]);
    let view = view(&demo, "dr.okafor", &demo.ready.person("objection")).await;
    let answer = searchset(&view, "").await;
    assert_eq!(answer.status, 403, "HAZ-022: {}", answer.html);
    let outcome = read(&answer);
    assert_eq!(text(&outcome, "resourceType"), "OperationOutcome", "HAZ-022");
    let sentence = "This person has objected to sharing through this record. Contact organisations directly.";
    assert_eq!(text(&outcome["issue"][0]["details"], "text"), sentence, "HAZ-022");
    assert_eq!(outcome["issue"].as_array().map(Vec::len), Some(1), "HAZ-022");
    for source in demo.ready.sources() {
        assert!(!answer.html.contains(&source), "HAZ-022: {source}");
    }
    let kinds = demo.finish();
    assert_eq!((kinds.count("disclosure"), kinds.count("open"), kinds.count("close")), (0, 1, 1), "HAZ-022");
}

#[tokio::test]
async fn haz_006_a_source_that_fails_is_named_and_the_rest_are_given() {
    let demo = Demo::start(&["--fault", "acute=503", "--fault", "provide=hang"]);
    let view = view(&demo, "dr.okafor", &demo.ready.golden_person()).await;
    let bundle = read(&searchset(&view, "").await);
    for source in ["acute", "provide"] {
        let own =
            entries(&bundle, "outcome").into_iter().find(|entry| text(&entry["resource"], "id") == source);
        let issue = &own.expect("an outcome")["resource"]["issue"][0];
        assert_eq!(text(issue, "severity"), "warning", "HAZ-006: {issue}");
        assert!(text(&issue["details"], "text").contains(": Did not answer:"), "HAZ-006: {issue}");
        let own = format!("/fhir/{source}/");
        assert!(entries(&bundle, "match").iter().all(|entry| !text(entry, "fullUrl").contains(&own)));
    }
    assert!(said(&bundle)[0][0].starts_with("Not complete:"), "HAZ-033: {:?}", said(&bundle)[0]);
    assert!(!entries(&bundle, "match").is_empty(), "HAZ-035");
    demo.finish();
}

#[tokio::test]
async fn t66_what_the_page_asks_first_is_never_answered_by_a_program() {
    let demo = Demo::start(&[]);
    for (login, story) in [("nurse.bell", "staff-household"), ("dr.okafor", "deceased-year")] {
        let person = demo.ready.person(story);
        let view = view(&demo, login, &person).await;
        let answer = searchset(&view, "").await;
        assert_eq!(answer.status, 403, "HAZ-001: {}", answer.html);
        assert!(answer.html.contains("Open it on its page first."), "HAZ-001: {}", answer.html);
        assert!(!answer.html.contains(&person.family()), "HAZ-001");
    }
    let signer = demo.signer().await;
    let other = json!({"birthDate": "1935-08-14", "name": {"family": "Testperson", "given": ["Doreen"]}, "gender": "female"});
    let granted = signer.launch(&signer.claims(&demo.ready.golden_person(), &other)).await;
    let differs = Browser::new(&demo.ready).follow(&granted.link()).await;
    let answer = searchset(&differs, "").await;
    assert!(
        answer.status == 403 && answer.html.contains("Open it on its page first."),
        "HAZ-001: {}",
        answer.html
    );
    assert_eq!(demo.auditor().refused().len(), 3);
    let reasons = demo.auditor().refused();
    assert!(reasons.iter().all(|one| one == &["the page asks first"]), "{reasons:?}");
    assert!(demo.control().clinical_sources_asked().await.is_empty(), "HAZ-001: no source was asked");
    demo.finish();
}

// shows: R32
#[tokio::test]
async fn t36_a_stranger_is_given_nothing_and_no_parameter_is_taken() {
    let demo = Demo::start(&[]);
    let doreen = demo.ready.golden_person();
    let own = view(&demo, "dr.okafor", &doreen).await;
    for query in ["?patient=1", "?subject=Patient/1", "?_id=1", "?_type=Nobody"] {
        assert_eq!(searchset(&own, query).await.status, 400, "HAZ-002: {query}");
    }
    let mut stranger = view(&demo, "nurse.bell", &doreen).await;
    stranger.path.clone_from(&own.path);
    let refused = searchset(&stranger, "").await;
    assert_eq!(
        (refused.status.as_u16(), text(&read(&refused), "resourceType")),
        (403, "OperationOutcome"),
        "HAZ-002"
    );
    stranger.browser.cookie = None;
    let refused = searchset(&stranger, "").await;
    assert_eq!(refused.status, 401, "HAZ-002");
    for method in [Method::HEAD, Method::POST] {
        assert_eq!(own.browser.send(method, &format!("{}fhir", own.path)).await.status, 405);
    }
    assert!(demo.auditor().alerts().contains(&"PO-24".to_owned()), "HAZ-002");
    assert!(demo.control().clinical_sources_asked().await.is_empty(), "HAZ-002: no source was asked");
    demo.finish();
}
