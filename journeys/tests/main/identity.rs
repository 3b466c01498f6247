//! Who the person is: compared between host and PDS before anything is asked, and refused, interrupted or said accordingly.

use journeys::{
    browser::{Browser, View},
    demo::Demo,
    ready::Person,
};
use serde_json::{Value, json};

/// What the host knows of Doreen.
fn doreen_at_the_host() -> Value {
    json!({"birthDate": "1935-08-14", "name": {"family": "Testpatient", "given": ["Doreen"]}, "gender": "female", "gpPracticeOds": "ZZ901"})
}

/// A launch of Doreen with one thing changed about her.
async fn launched_with(demo: &Demo, pointer: &str, value: Value) -> View {
    let signer = demo.signer().await;
    let mut demographics = doreen_at_the_host();
    *demographics.pointer_mut(pointer).expect("the host sends it") = value;
    let granted = signer.launch(&signer.claims(&demo.ready.golden_person(), &demographics)).await;
    Browser::new(&demo.ready).follow(&granted.link()).await
}

// shows: R31
#[tokio::test]
async fn a_differing_name_interrupts_and_stops_by_default() {
    let demo = Demo::start(&[]);
    let view = launched_with(&demo, "/name/given/0", json!("Maureen")).await;
    let page = view.read().await;
    let text = page.text();
    assert!(
        text.contains("Maureen") && text.contains("Doreen"),
        "HAZ-001: both values stand side by side:\n{text}"
    );
    let (stop, go_on) = (text.find("Stop and go back"), text.find("continue"));
    assert!(stop.is_some() && stop < go_on, "HAZ-001: stopping stands first:\n{text}");
    assert!(demo.control().clinical_sources_asked().await.is_empty(), "HAZ-001: no clinical question left");

    let token = page.field("token").expect("the form has a token");
    let confirmed = view.browser.post(&format!("{}confirm", view.path), &[("token", &token)]).await;
    assert!(confirmed.status.is_redirection(), "{}", confirmed.text());
    let record = view.read().await;
    assert!(record.is_complete() && record.text().contains("Trimethoprim"), "{}", record.text());
    demo.finish();
}

#[tokio::test]
async fn a_differing_family_name_or_gender_interrupts_too() {
    let demo = Demo::start(&[]);
    for (pointer, value) in [("/name/family", "Otherwise"), ("/gender", "male")] {
        let page = launched_with(&demo, pointer, json!(value)).await.read().await;
        assert!(page.text().contains("Stop and go back"), "HAZ-001: `{pointer}` differs:\n{}", page.text());
        assert!(!page.text().contains("Trimethoprim"), "HAZ-001");
    }
    assert!(demo.control().clinical_sources_asked().await.is_empty(), "HAZ-001: no clinical question left");
    demo.finish();
}

#[tokio::test]
async fn a_differing_birth_date_is_refused_without_a_way_on() {
    let demo = Demo::start(&[]);
    let page = launched_with(&demo, "/birthDate", json!("1935-08-15")).await.read().await;
    assert_eq!(page.status, 403, "HAZ-001, HAZ-037: {}", page.text());
    assert!(
        !page.html.contains("1935-08-14") && !page.text().contains("14-Aug-1935"),
        "no value from elsewhere is told"
    );
    assert!(demo.control().clinical_sources_asked().await.is_empty(), "HAZ-001: no clinical question left");
    demo.finish();
}

#[tokio::test]
async fn accents_case_and_hyphens_are_no_difference() {
    let demo = Demo::start(&[]);
    let page = launched_with(&demo, "/name/family", json!("TEST-PATIENT")).await.read().await;
    assert!(page.is_complete(), "HAZ-028: no prompt without a cause: {}", page.text());
    demo.finish();
}

#[tokio::test]
async fn a_restricted_person_looks_like_one_without_a_record() {
    let demo = Demo::start(&[]);
    let person = demo.ready.person("restricted");
    let view = demo.host().sign_in("dr.okafor").await.open(&person).await;
    let page = view.read().await;
    assert_eq!(page.status, 404, "HAZ-023: {}", page.text());
    assert!(!page.html.to_uppercase().contains(&person.family()), "HAZ-023: nothing of the person is told");
    assert!(demo.control().clinical_sources_asked().await.is_empty(), "HAZ-023: no source is asked");
    demo.finish();
}

#[tokio::test]
async fn an_earlier_number_opens_the_record_under_the_current_one_and_says_so() {
    let demo = Demo::start(&[]);
    let current = demo.ready.person("superseded");
    let earlier = Person { nhs_number: "9990014140".to_owned(), ..current.clone() };
    let signer = demo.signer().await;
    let demographics =
        json!({"birthDate": "1949-07-07", "name": {"family": "Merged", "given": ["Ivor"]}, "gender": "male"});
    let granted = signer.launch(&signer.claims(&earlier, &demographics)).await;
    let page = Browser::new(&demo.ready).follow(&granted.link()).await.read().await;
    let text = page.text();
    assert!(page.is_complete(), "{text}");
    assert!(text.contains(&current.spaced()), "HAZ-005: the banner has the current number:\n{text}");
    assert!(text.to_lowercase().contains("also held under an earlier nhs number"), "HAZ-005:\n{text}");
    demo.finish();
}

#[tokio::test]
async fn a_source_with_another_birth_date_is_withheld_and_the_field_is_named() {
    let demo = Demo::start(&[]);
    let person = demo.ready.person("name-differs");
    let page = demo.host().sign_in("dr.okafor").await.open(&person).await.read().await;
    let text = page.text();
    assert!(text.contains("NELFT is not shown: it holds another birth date"), "HAZ-037:\n{text}");
    demo.finish();
}
