//! Professionals near to the person: their own record, their household's, a colleague's, a listed one, and an employer that is silent.

use journeys::{
    browser::{Browser, View},
    demo::Demo,
    now_s,
};
use serde_json::{Value, json};

const WHY: &str = "I am the only nurse on the ward tonight";

/// What every opening so far kept of the employer's word.
fn flags(demo: &Demo, kind: &str) -> Vec<String> {
    let entries = demo.auditor().entries(kind);
    let flags = entries.iter().filter_map(|entry| entry["flags"].as_array());
    flags.flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

async fn give(view: &View, text: &str, token: &str) -> journeys::browser::Page {
    let form = [("token", token), ("text", text)];
    view.browser.post(&format!("{}staff-match", view.path), &form).await
}

// shows: R36, A21
#[tokio::test]
async fn t66_a_professionals_own_record_is_refused_and_told() {
    let demo = Demo::start(&[]);
    let own = demo.ready.person("staff-own");
    let view = demo.host().sign_in("nurse.bell").await.open(&own).await;
    let page = view.read().await;
    assert_eq!(page.status, 403, "HAZ-048: {}", page.text());
    assert!(page.text().contains("You cannot open your own record here."), "HAZ-048: {}", page.text());
    assert!(demo.control().clinical_sources_asked().await.is_empty(), "HAZ-048: no source was asked");
    assert_eq!(demo.auditor().alerts_of("PO-07").len(), 1, "HAZ-048");
    assert_eq!(flags(&demo, "refused"), ["staff-match:own"]);
    // Emergency access never opens it.
    let refused = demo.auditor().entries("refused").remove(0);
    assert_eq!(refused["decision"]["reasons"], json!(["own-record"]));
    let colleague = demo.host().sign_in("dr.okafor").await.open(&own).await.read().await;
    assert!(colleague.is_complete(), "anybody else may: {}", colleague.text());
    demo.finish();
}

// shows: A21
#[tokio::test]
async fn t66_a_household_is_warned_of_and_needs_a_reason() {
    let demo = Demo::start(&[]);
    let person = demo.ready.person("staff-household");
    let view = demo.host().sign_in("nurse.bell").await.open(&person).await;
    let page = view.read().await;
    assert!(page.text().contains("You may live with this person"), "HAZ-048: {}", page.text());
    let stop = page.text().find("Stop and go back");
    assert!(stop.is_some() && stop < page.text().find("Open the record"), "HAZ-048: stopping stands first");
    let token = page.field("token").expect("the form has a token");
    let short = give(&view, "1234567890123456789", &token).await;
    assert_eq!(short.status, 400, "HAZ-048: {}", short.text());
    assert!(view.read().await.text().contains("You may live with this person"), "HAZ-048: not opened yet");
    assert!(demo.control().clinical_sources_asked().await.is_empty(), "HAZ-048: no source was asked");
    assert!(give(&view, WHY, &token).await.status.is_redirection());
    for _ in 0..2 {
        assert!(view.read().await.is_complete(), "asked for once in a view");
    }
    assert_eq!(demo.auditor().alerts_of("PO-08").len(), 1, "HAZ-048: one view, one alert");
    let overrides = demo.auditor().entries("override");
    let went_on: Vec<_> = overrides.iter().filter(|entry| entry["cause"] == "household: continued").collect();
    assert_eq!(went_on.len(), 1);
    assert_eq!(
        (&went_on[0]["why"]["reason_code"], &went_on[0]["why"]["reason_text"]),
        (&json!("household"), &json!(WHY))
    );
    demo.finish();
}

// shows: A21
#[tokio::test]
async fn t66_a_colleagues_record_opens_without_a_word_and_the_privacy_officer_hears_of_it() {
    let demo = Demo::start(&[]);
    let person = demo.ready.person("staff-colleague");
    let view = demo.host().sign_in("dr.okafor").await.open(&person).await;
    for _ in 0..2 {
        let page = view.read().await;
        assert!(page.is_complete(), "{}", page.text());
        assert!(!page.text().to_lowercase().contains("colleague"), "HAZ-048: silent: {}", page.text());
    }
    assert_eq!(demo.auditor().alerts_of("PO-09").len(), 1, "HAZ-048: one view, one alert");
    assert_eq!(flags(&demo, "open"), ["staff-match:colleague"; 2]);
    demo.finish();
}

#[tokio::test]
async fn t66_a_listed_person_needs_a_fresh_sign_in_and_a_reason() {
    let demo = Demo::start(&[]);
    let person = demo.ready.person("staff-listed");
    let signer = demo.signer().await;
    let vane =
        json!({"birthDate": "1949-01-19", "name": {"family": "Vane", "given": ["Rupert"]}, "gender": "male"});
    let mut claims = signer.claims(&person, &vane);
    claims["auth_time"] = json!(now_s() - 400);
    let stale = Browser::new(&demo.ready).follow(&signer.launch(&claims).await.link()).await;
    let page = stale.read().await;
    assert!(page.text().contains("Sign in again in your own system"), "HAZ-048: {}", page.text());
    assert!(!page.html.contains("staff-match"), "HAZ-048: no way on");
    let pressed = give(&stale, WHY, &page.field("token").expect("it can be closed")).await;
    assert_eq!(pressed.status, 403, "HAZ-048: {}", pressed.text());

    let view = demo.host().sign_in("dr.okafor").await.open(&person).await;
    let page = view.read().await;
    assert!(page.text().contains("asks for more care with this record"), "HAZ-048: {}", page.text());
    assert!(demo.control().clinical_sources_asked().await.is_empty(), "HAZ-048: no source was asked");
    assert!(give(&view, WHY, &page.field("token").expect("a token")).await.status.is_redirection());
    assert!(view.read().await.is_complete());
    assert_eq!(demo.auditor().alerts_of("PO-10").len(), 2, "HAZ-048: one for each view");
    demo.finish();
}

#[tokio::test]
async fn t66_where_the_organisation_does_not_answer_the_record_opens_unchecked_and_an_equal_surname_is_kept()
{
    let demo = Demo::start(&["--fault", "staff-match=503"]);
    let (doreen, household) = (demo.ready.golden_person(), demo.ready.person("staff-household"));
    let page = demo.host().sign_in("nurse.bell").await.open(&doreen).await.read().await;
    assert!(page.is_complete(), "HAZ-048: care goes on: {}", page.text());
    assert_eq!(flags(&demo, "open"), ["staff-match:unchecked"], "HAZ-048: recorded");
    let page = demo.host().sign_in("nurse.bell").await.open(&household).await.read().await;
    assert!(page.is_complete(), "{}", page.text());
    assert_eq!(flags(&demo, "open")[1..], ["staff-match:unchecked", "equal-surname"], "HAZ-048: and no name");
    assert_eq!(demo.auditor().alerts_of("PO-08").len(), 1, "HAZ-048");
    demo.finish();
}
