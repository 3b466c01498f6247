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

// shows: R31, A12
#[tokio::test]
async fn t46_a_differing_name_interrupts_and_stops_by_default() {
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
async fn t46_a_differing_family_name_or_gender_interrupts_too() {
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
async fn t46_a_differing_birth_date_is_refused_without_a_way_on() {
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

// shows: F21
#[tokio::test]
async fn t49_an_earlier_number_opens_the_record_under_the_current_one_and_says_so() {
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

// shows: F20
#[tokio::test]
async fn a_source_with_another_birth_date_is_withheld_and_the_field_is_named() {
    let demo = Demo::start(&[]);
    let person = demo.ready.person("name-differs");
    let page = demo.host().sign_in("dr.okafor").await.open(&person).await.read().await;
    let text = page.text();
    assert!(text.contains("NELFT is not shown: it holds another birth date"), "HAZ-037:\n{text}");
    demo.finish();
}

#[tokio::test]
async fn t47_day_and_month_transposed_are_refused() {
    let demo = Demo::start(&[]);
    let person = demo.ready.person("objects-to-eput");
    let signer = demo.signer().await;
    let demographics = json!({"birthDate": "1968-02-04", "name": {"family": "Reserved", "given": ["Rhoda"]}, "gender": "female"});
    let mut transposed = demographics.clone();
    for (sent, status) in [("1968-04-17", 200), ("1968-07-14", 403)] {
        transposed["birthDate"] = json!(sent);
        let granted = signer.launch(&signer.claims(&person, &transposed)).await;
        let page = Browser::new(&demo.ready).follow(&granted.link()).await.read().await;
        assert_eq!(page.status, status, "HAZ-001: {sent}: {}", page.text());
    }
    demo.finish();
}

#[tokio::test]
async fn t49_a_source_that_goes_by_the_old_number_is_asked_under_both_and_it_is_said() {
    let demo = Demo::start(&[]);
    let person = demo.ready.person("keyed-on-old-number");
    let mut old = person.clone();
    old.nhs_number = "9990060509".to_owned();
    let signer = demo.signer().await;
    let demographics = json!({"birthDate": "1942-12-05", "name": {"family": "Renumbered", "given": ["Nora"]}, "gender": "female"});
    let granted = signer.launch(&signer.claims(&old, &demographics)).await;
    let page = Browser::new(&demo.ready).follow(&granted.link()).await.read().await;
    let text = page.text();
    assert!(page.is_complete(), "{text}");
    assert!(text.to_lowercase().contains("also held under an earlier nhs number"), "HAZ-005:\n{text}");
    let sources = page.section("src");
    assert!(
        sources.contains("held under an earlier NHS number"),
        "HAZ-005: the source's own word:\n{sources}"
    );
    let states = demo.auditor().closed().pop().expect("a close").states;
    assert_eq!(states.get("acute").map(String::as_str), Some("answered-with-warnings"), "HAZ-005");
    assert!(text.contains("Outpatient attendance"), "HAZ-005: what it holds is shown:\n{text}");
    demo.finish();
}

// shows: R31
#[tokio::test]
async fn t50_a_silent_pds_is_said_and_the_practice_is_asked_by_what_it_said_within_the_day() {
    let demo = Demo::start(&[]);
    let doreen = demo.ready.golden_person();
    let view = demo.host().sign_in("dr.okafor").await.open(&doreen).await;
    assert!(view.read().await.is_complete());
    for fault in ["503", "429", "hang"] {
        demo.control().fault("pds", fault).await;
        let page = view.read().await;
        let text = page.text();
        assert!(text.contains("dentity not checked nationally at this opening"), "HAZ-044: {fault}:\n{text}");
        let by_last = "he GP practice is the one the national record named at";
        assert!(text.contains(by_last), "HAZ-044: {fault}:\n{text}");
        let states = demo.auditor().closed().pop().expect("a close").states;
        let practice = states.get("gp").cloned().unwrap_or_default();
        assert!(practice.starts_with("answered"), "HAZ-044: {fault}: {states:?}");
    }
    let arthur = demo.ready.named("SAMPLE");
    let page = demo.host().sign_in("dr.okafor").await.open(&arthur).await.read().await;
    let states = demo.auditor().closed().pop().expect("a close").states;
    let practice = states.get("gp").map(String::as_str);
    assert_eq!(practice, Some("not-asked"), "HAZ-044: never traced, so no practice is guessed");
    assert!(page.text().contains("dentity not checked nationally at this opening"), "{}", page.text());
    demo.finish();
}

/// With what differs between any two openings taken out.
fn alike(page: &journeys::browser::Page) -> String {
    let reference = page
        .html
        .split("Quote this reference: <b>")
        .nth(1)
        .and_then(|rest| rest.get(..9))
        .unwrap_or_default();
    page.html.replace(reference, "")
}

// shows: R42
#[tokio::test]
async fn t51_whoever_is_hidden_has_one_page_and_the_audit_knows_why() {
    let demo = Demo::start(&[]);
    let host = demo.host();
    let signed_in = host.sign_in("dr.okafor").await;
    let mut pages = Vec::new();
    for story in ["restricted", "very-restricted", "pds-invalid"] {
        pages.push(signed_in.open(&demo.ready.person(story)).await.read().await);
    }
    let signer = demo.signer().await;
    let nobody = Person { nhs_number: "9990061106".to_owned(), ..demo.ready.golden_person() };
    let granted = signer.launch(&signer.claims(&nobody, &doreen_at_the_host())).await;
    pages.push(Browser::new(&demo.ready).follow(&granted.link()).await.read().await);
    let mut flagged = doreen_at_the_host();
    flagged["sensitive"] = json!(true);
    let granted = signer.launch(&signer.claims(&demo.ready.golden_person(), &flagged)).await;
    pages.push(Browser::new(&demo.ready).follow(&granted.link()).await.read().await);
    for page in &pages {
        assert_eq!(page.status, 404, "HAZ-023: {}", page.text());
        assert_eq!(alike(page), alike(&pages[0]), "HAZ-050: one page for all");
    }
    assert!(demo.control().clinical_sources_asked().await.is_empty(), "HAZ-023: no source is asked");
    let auditor = demo.auditor();
    let mut because: Vec<String> =
        auditor.refused().into_iter().filter_map(|mut reasons| reasons.pop()).collect();
    because.sort();
    because.dedup();
    assert_eq!(
        because,
        [
            "flagged as sensitive by the host",
            "invalidated nationally",
            "restricted nationally",
            "unknown nationally"
        ],
        "HAZ-023: the audit tells them apart"
    );
    let raised = auditor.alerts();
    assert_eq!(raised.iter().filter(|rule| *rule == "PO-05").count(), 3, "HAZ-023: {raised:?}");
    demo.finish();
}

#[tokio::test]
async fn t51_a_number_that_cannot_be_one_is_refused_to_the_host_by_name_and_nobody_is_asked() {
    let demo = Demo::start(&[]);
    let signer = demo.signer().await;
    // The last digit is wrong.
    let number = "9991234579";
    let person = Person { nhs_number: number.to_owned(), ..demo.ready.golden_person() };
    let granted = signer.launch(&signer.claims(&person, &doreen_at_the_host())).await;
    assert_eq!((granted.status, granted.error()), (400, "invalid_grant"), "HAZ-054: {}", granted.body);
    assert!(!granted.body.to_string().contains(number), "HAZ-049: never the value");
    assert_eq!(demo.control().asked().await, [], "HAZ-054: PDS neither");
    demo.finish();
}

#[tokio::test]
async fn a_person_who_died_long_ago_needs_a_reason_and_one_who_died_lately_does_not() {
    let demo = Demo::start(&[]);
    let view = demo.host().sign_in("dr.okafor").await.open(&demo.ready.person("deceased-year")).await;
    let asked = view.read().await;
    let text = asked.text();
    assert!(text.contains("Why are you opening this record?"), "{text}");
    assert!(!text.to_uppercase().contains("BYGONE"), "nothing of the person stands on it:\n{text}");
    assert!(
        demo.control().clinical_sources_asked().await.is_empty(),
        "nobody is asked before there is a reason"
    );
    let token = asked.field("token").expect("the form has a token");
    let say = async |code: &str, why: &str| {
        let form = [("token", token.as_str()), ("code", code), ("text", why)];
        view.browser.post(&format!("{}reason", view.path), &form).await
    };
    for (code, why) in [
        ("family-care", "too short a reason"),
        ("curiosity", "a reason of some length, and none of the list"),
    ] {
        assert_eq!(say(code, why).await.status, 400, "{why}");
        assert!(view.read().await.text().contains("Why are you opening this record?"));
    }
    let given = say("family-care", "His daughter asks what medicines he was given").await;
    assert!(given.status.is_redirection(), "{}", given.text());
    let record = view.read().await;
    assert!(record.is_complete() && record.text().contains("BYGONE"), "{}", record.text());

    let lately =
        demo.host().sign_in("dr.okafor").await.open(&demo.ready.person("deceased")).await.read().await;
    assert!(lately.is_complete(), "nine days ago: {}", lately.text());
    assert_eq!(demo.auditor().reasons(), ["family-care"], "the reason is recorded");
    let raised = demo.auditor().alerts();
    assert_eq!(raised.iter().filter(|rule| *rule == "PO-12").count(), 1, "{raised:?}");
    demo.finish();
}

#[tokio::test]
async fn au37_warnings_passed_over_three_times_are_counted_while_the_gateway_runs() {
    let demo = Demo::start(&[]);
    for _ in 0..3 {
        assert!(demo.auditor().alerts_of("PO-22").is_empty(), "twice is not often");
        let view = launched_with(&demo, "/name/given/0", json!("Maureen")).await;
        let token = view.read().await.field("token").expect("the form has a token");
        view.browser.post(&format!("{}confirm", view.path), &[("token", &token)]).await;
    }
    let began = std::time::Instant::now();
    let raised = loop {
        let raised = demo.auditor().alerts_of("PO-22");
        if !raised.is_empty() || began.elapsed().as_secs() > 60 {
            break raised;
        }
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    };
    let [alert] = raised.as_slice() else { panic!("HAZ-001: one alert of one professional: {raised:?}") };
    assert_eq!(alert["organisation"], "ZZ910");
    let said: String = alert.values().cloned().collect();
    assert!(
        !said.contains("Doreen") && !said.contains("999") && !said.contains("Maureen"),
        "HAZ-049: {said}"
    );
    demo.finish();
}
