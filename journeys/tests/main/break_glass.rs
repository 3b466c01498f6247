//! Emergency access from the record's own link to its end: who is refused, what is named, recorded, told and opened, and when it closes.

use journeys::{
    browser::{Browser, Page, View},
    demo::Demo,
    now_s,
};
use serde_json::{Value, json};

const WHY: &str = "Found unconscious at home, no history";

fn doreen_at_the_host() -> Value {
    json!({"birthDate": "1935-08-14", "name": {"family": "Testpatient", "given": ["Doreen"]}, "gender": "female", "gpPracticeOds": "ZZ901"})
}

/// A doctor's launch of Doreen with something changed about it.
async fn launched_with(demo: &Demo, edit: impl FnOnce(&mut Value)) -> View {
    let signer = demo.signer().await;
    let mut claims = signer.claims(&demo.ready.golden_person(), &doreen_at_the_host());
    edit(&mut claims);
    Browser::new(&demo.ready).follow(&signer.launch(&claims).await.link()).await
}

async fn ask(view: &View, token: &str, [reason, text, objection]: [&str; 3]) -> Page {
    let form = [("token", token), ("reason", reason), ("text", text), ("objection", objection)];
    view.browser.post(&format!("{}break-glass", view.path), &form).await
}

fn token(page: &Page) -> String {
    page.field("token").unwrap_or_else(|| panic!("a form carries a token:\n{}", page.text()))
}

/// The level at which a source was to be asked about a category, opening by opening.
fn levels(demo: &Demo, source: &str, category: &str) -> Vec<String> {
    let level = |entry: &Value| {
        let lines = entry.get("sources")?.as_array()?;
        let line = lines.iter().find(|line| line.get("source").and_then(Value::as_str) == Some(source))?;
        Some(line.get("categories")?.get(category)?.as_str()?.to_owned())
    };
    let openings = demo.auditor().entries("open");
    openings.iter().map(|entry| level(entry).unwrap_or_else(|| "nothing".to_owned())).collect()
}

fn begun(demo: &Demo) -> Vec<Value> {
    let overrides = demo.auditor().entries("override").into_iter();
    overrides.filter(|entry| entry["cause"] == "emergency access begins").collect()
}

// shows: R35, R36
#[tokio::test]
async fn t65_granted_it_is_named_recorded_told_shown_and_ended() {
    let demo = Demo::start(&[]);
    let doreen = demo.ready.golden_person();
    let view = demo.host().sign_in("dr.okafor").await.open(&doreen).await;
    let record = view.read().await;
    let link = format!("{}break-glass", view.path);
    assert!(record.html.contains(&format!("href=\"{link}\"")), "HAZ-011: offered:\n{}", record.text());

    let page = view.browser.get(&link).await;
    let words = page.text();
    assert_eq!(page.status, 200, "{words}");
    assert!(words.contains("Mental health entries in full, from EPUT"), "HAZ-011: named first:\n{words}");
    assert!(words.contains("Restricted entries, such as sexual health"), "HAZ-011:\n{words}");
    assert!(words.contains("for 30 minutes, for this person only"), "{words}");

    let began = ask(&view, &token(&page), ["emergency", WHY, ""]).await;
    assert!(began.status.is_redirection(), "{} {}", began.status, began.text());
    let opened = view.read().await;
    let words = opened.text();
    assert!(opened.is_complete() && words.contains("Emergency access active until"), "HAZ-011:\n{words}");
    assert!(words.contains("The privacy officers have been told."), "{words}");
    assert!(!opened.html.contains(&format!("href=\"{link}\"")), "nothing is left to ask for");

    let document = opened.html.split("href=\"").find(|rest| rest.starts_with(&format!("{}d/", view.path)));
    let document = document.and_then(|rest| rest.split('"').next()).expect("the record lists a document");
    let document = view.browser.get(document).await;
    assert!(document.text().contains("Emergency access active until"), "HAZ-011: {}", document.text());

    let ended = view.browser.post(&format!("{link}/end"), &[("token", &token(&opened))]).await;
    assert!(ended.status.is_redirection(), "{} {}", ended.status, ended.text());
    let after = view.read().await;
    assert!(after.is_complete() && !after.text().contains("Emergency access active"), "{}", after.text());

    assert_eq!(levels(&demo, "eput", "mental-health"), ["summary", "full", "summary"], "HAZ-047");
    assert_eq!(levels(&demo, "acute", "restricted"), ["nothing", "full", "nothing"], "HAZ-010");
    let begins = begun(&demo);
    assert_eq!(begins.len(), 1, "HAZ-048");
    let entry = &begins[0];
    assert_eq!(entry["why"]["reason_code"], "emergency", "HAZ-048: {entry}");
    assert_eq!(entry["why"]["reason_text"], WHY, "HAZ-048: {entry}");
    assert_eq!(entry["whom"]["sent"], doreen.nhs_number.as_str(), "it stands alone");
    assert_eq!(entry["detail"]["opens"], "mental-health restricted", "HAZ-011: {entry}");
    let under = demo.auditor().entries("open").remove(1);
    assert_eq!(under["why"]["overridden"], "break-glass emergency", "HAZ-048");
    assert_eq!(under["detail"]["break-glass"], entry["opening"], "the opening says where it began");
    told(&demo, &doreen.nhs_number);
    demo.finish();
}

/// Both sides at start and stop, one item for a second person, and nobody named in any of it.
fn told(demo: &Demo, nhs_number: &str) {
    let alerts = demo.auditor().alerts_of("PO-06");
    for moment in ["start", "stop"] {
        let what = format!("emergency access, {moment}");
        let organisations: Vec<&str> = alerts
            .iter()
            .filter(|alert| alert["what"] == what)
            .map(|alert| alert["organisation"].as_str())
            .collect();
        assert_eq!(
            organisations,
            ["ZZ910", "ZZ911"],
            "HAZ-048: {moment}: the professional's and each partner's"
        );
    }
    let reviews = demo.auditor().alerts_of("review");
    assert_eq!(reviews.len(), 1, "HAZ-028: {reviews:?}");
    assert_eq!((reviews[0]["state"].as_str(), reviews[0]["organisations"].as_str()), ("open", "ZZ910 ZZ911"));
    let everything = format!("{alerts:?}{reviews:?}");
    for named in [nhs_number, "Okafor", "okafor", "TESTPATIENT", WHY] {
        assert!(!everything.contains(named), "HAZ-049: an alert names `{named}`");
    }
}

// shows: R36
#[tokio::test]
async fn t65_without_the_flag_a_second_factor_or_the_role_it_is_neither_offered_nor_given() {
    let demo = Demo::start(&[]);
    let doreen = demo.ready.golden_person();
    let mut views = Vec::new();
    for login in ["pharm.foss", "care.hale", "clerk.ellis", "student.pike"] {
        views.push((login, demo.host().sign_in(login).await.open(&doreen).await));
    }
    views.push(("one factor", launched_with(&demo, |claims| claims["acr"] = json!("pwd")).await));
    // A purpose alone opens nothing and leads nowhere.
    let weak = launched_with(&demo, |claims| {
        claims["acr"] = json!("pwd");
        claims["extensions"]["ihe_iua"]["purpose_of_use"] = json!(["BTG"]);
    });
    views.push(("one factor, for emergency access", weak.await));
    for (who, view) in &views {
        let record = view.read().await;
        assert!(record.is_complete(), "{who}: {}", record.text());
        assert!(!record.html.contains("break-glass"), "HAZ-048: offered to {who}");
        let page = view.browser.get(&format!("{}break-glass", view.path)).await;
        assert_eq!(page.status, 403, "HAZ-048: {who}: {}", page.text());
        assert!(!page.html.contains("<form"), "HAZ-048: {who}");
        let pressed = ask(view, &token(&record), ["emergency", WHY, ""]).await;
        assert_eq!(pressed.status, 403, "HAZ-048: {who}: {}", pressed.text());
        let after = view.read().await;
        assert!(!after.text().contains("Emergency access active"), "HAZ-048: {who}");
    }
    assert!(begun(&demo).is_empty(), "HAZ-048");
    assert!(demo.auditor().alerts_of("PO-06").is_empty(), "nobody is alarmed by what did not happen");
    let kinds = demo.finish();
    assert_eq!(kinds.count("refused"), 2 * views.len() as u64, "HAZ-048: each is recorded: {kinds:?}");
}

// shows: R36, A17
#[tokio::test]
async fn t65_a_stale_sign_in_nineteen_characters_and_a_strange_reason_are_refused() {
    let demo = Demo::start(&[]);
    let stale = launched_with(&demo, |claims| claims["auth_time"] = json!(now_s() - 400)).await;
    let page = stale.browser.get(&format!("{}break-glass", stale.path)).await;
    assert_eq!(page.status, 403, "HAZ-048: {}", page.text());
    assert!(page.text().contains("Sign in again in your own system"), "{}", page.text());
    let own = token(&stale.read().await);
    let pressed = ask(&stale, &own, ["emergency", WHY, ""]).await;
    assert_eq!(pressed.status, 403, "HAZ-048");
    assert!(pressed.text().contains(WHY), "what was typed is not lost: {}", pressed.text());

    let fresh = launched_with(&demo, |_| {}).await;
    let page = fresh.browser.get(&format!("{}break-glass", fresh.path)).await;
    let own = token(&page);
    for (reason, text, said) in [
        ("emergency", "1234567890123456789", "at least 20 characters"),
        ("emergency", "                                  ", "at least 20 characters"),
        ("curious", WHY, "Choose a reason"),
        ("", "", "Choose a reason"),
    ] {
        let again = ask(&fresh, &own, [reason, text, ""]).await;
        assert_eq!(again.status, 400, "HAZ-048: {reason} {text}: {}", again.text());
        assert!(again.text().contains(said), "HAZ-048: {}", again.text());
    }
    assert!(begun(&demo).is_empty(), "HAZ-048");
    let new = ask(&fresh, &own, ["emergency", "12345678901234567890", ""]).await;
    assert!(new.status.is_redirection(), "twenty are enough: {}", new.text());
    demo.finish();
}

// shows: A17
#[tokio::test]
async fn t65_another_persons_session_and_a_form_from_elsewhere_give_nothing() {
    let demo = Demo::start(&[]);
    let (doreen, other) = (demo.ready.golden_person(), demo.ready.person("dementia"));
    let mine = demo.host().sign_in("dr.okafor").await.open(&doreen).await;
    let theirs = demo.host().sign_in("dr.lindqvist").await.open(&other).await;
    let own = token(&mine.read().await);
    let foreign = token(&theirs.read().await);
    // My cookie on their path, their token on mine, and no token at all.
    let form = |token: &'static str| [("token", token), ("reason", "emergency"), ("text", WHY)];
    let crossed = mine.browser.post(&format!("{}break-glass", theirs.path), &form("x")).await;
    assert!(crossed.text().contains("This view has ended"), "HAZ-002: {}", crossed.text());
    for token in [foreign.as_str(), "", "AAAA"] {
        let refused = ask(&mine, token, ["emergency", WHY, ""]).await;
        assert_eq!(refused.status, 403, "HAZ-048: {}", refused.text());
    }
    assert!(begun(&demo).is_empty(), "HAZ-048");
    assert!(ask(&mine, &own, ["emergency", WHY, ""]).await.status.is_redirection());
    assert!(
        !theirs.read().await.text().contains("Emergency access active"),
        "HAZ-002: one person, one session"
    );
    demo.finish();
}

#[tokio::test]
async fn what_would_open_is_named_alike_for_every_person() {
    let demo = Demo::start(&[]);
    let mut seen = std::collections::BTreeSet::new();
    for story in ["falls", "crisis", "sparse", "staff-listed", "deceased"] {
        let person = demo.ready.person(story);
        let view = demo.host().sign_in("dr.okafor").await.open(&person).await;
        let page = view.browser.get(&format!("{}break-glass", view.path)).await;
        assert_eq!(page.status, 200, "{story}");
        let opens = page.html.split("class=\"opens\"").nth(1).and_then(|rest| rest.split("<form").next());
        seen.insert(opens.expect("it names what would open").replace(&view.path, ""));
    }
    assert_eq!(seen.len(), 1, "HAZ-050: the offer tells one person from another: {seen:?}");
    assert!(demo.control().clinical_sources_asked().await.is_empty(), "no source is asked for an offer");
    demo.finish();
}

#[tokio::test]
async fn t65_a_launch_for_emergency_access_leads_to_the_form_and_counts_as_fresh() {
    let demo = Demo::start(&[]);
    let view = launched_with(&demo, |claims| {
        claims["auth_time"] = json!(now_s() - 3600);
        claims["extensions"]["ihe_iua"]["purpose_of_use"] = json!(["BTG"]);
    })
    .await;
    assert!(view.path.ends_with("/break-glass"), "offered at once: {}", view.path);
    let view = View { path: view.path.trim_end_matches("break-glass").to_owned(), ..view };
    let ordinary = view.read().await;
    assert!(ordinary.is_complete() && !ordinary.text().contains("Emergency access active"), "HAZ-048");
    assert_eq!(
        levels(&demo, "eput", "mental-health"),
        ["summary"],
        "HAZ-048: the purpose opens nothing by itself"
    );
    let began = ask(&view, &token(&ordinary), ["safeguarding", WHY, ""]).await;
    assert!(began.status.is_redirection(), "{} {}", began.status, began.text());
    assert!(view.read().await.text().contains("Emergency access active"));

    // Closing the view closes it too, and both sides hear of that.
    let page = view.read().await;
    view.browser.post(&format!("{}close", view.path), &[("token", &token(&page))]).await;
    let stops: Vec<_> = demo.auditor().alerts_of("PO-06");
    assert!(stops.iter().any(|alert| alert["what"] == "emergency access, stop"), "HAZ-048: {stops:?}");
    demo.finish();
}

// shows: R43, R44
#[tokio::test]
async fn t75_over_an_objection_the_practice_stays_closed_others_open_by_their_switch_and_it_is_told() {
    let demo = Demo::start(&[]);
    let person = demo.ready.person("objection");
    let view = demo.host().sign_in("dr.okafor").await.open(&person).await;
    let stopped = view.read().await;
    assert!(stopped.text().contains("This person has objected"), "HAZ-022: {}", stopped.text());
    assert!(stopped.html.contains("break-glass?objection"), "HAZ-022: offered: {}", stopped.html);

    // Emergency access that was not named as going against it does not.
    let plain = view.browser.get(&format!("{}break-glass", view.path)).await;
    assert!(ask(&view, &token(&plain), ["emergency", WHY, ""]).await.status.is_redirection());
    let still = view.read().await;
    assert!(still.text().contains("This person has objected"), "HAZ-022: {}", still.text());
    assert!(demo.auditor().alerts_of("PO-02").is_empty(), "HAZ-022");

    let page = view.browser.get(&format!("{}break-glass?objection", view.path)).await;
    let words = page.text();
    assert!(words.contains("What your role sees of the record, from"), "HAZ-011:\n{words}");
    assert!(words.contains("What the GP practice holds stays closed."), "HAZ-022:\n{words}");
    assert!(!words.contains("The person agreed"), "HAZ-022:\n{words}");
    let agreed = ask(&view, &token(&page), ["person-agreed", WHY, "yes"]).await;
    assert_eq!(agreed.status, 400, "HAZ-022: {}", agreed.text());
    demo.control().forget_what_was_asked().await;
    assert!(ask(&view, &token(&page), ["emergency", WHY, "yes"]).await.status.is_redirection());
    let opened = view.read().await;
    let words = opened.text();
    assert!(
        opened.is_complete() && words.contains("in spite of the person’s objection"),
        "HAZ-022:\n{words}"
    );
    let asked = demo.control().asked().await;
    let practice: u64 =
        asked.iter().filter(|(name, _)| name.starts_with("gp:")).map(|(_, count)| count).sum();
    assert_eq!(
        practice, 1,
        "HAZ-022: the practice is asked whether the person objects, and no more: {asked:?}"
    );
    let mut others = demo.control().clinical_questions().await;
    others.retain(|name| !name.starts_with("gp:"));
    assert_eq!(others, ["acute", "ambulance"], "HAZ-022: by their controllers' switch");
    assert_eq!(demo.auditor().alerts_of("PO-02").len(), 1, "HAZ-022");

    let ended =
        view.browser.post(&format!("{}break-glass/end", view.path), &[("token", &token(&opened))]).await;
    assert!(ended.status.is_redirection());
    assert!(view.read().await.text().contains("This person has objected"), "HAZ-022: closed again");
    demo.finish();
}

#[tokio::test]
async fn t75_an_open_page_goes_on_no_further_once_emergency_access_has_ended() {
    let demo = Demo::start(&[]);
    let person = demo.ready.person("objection");
    let view = demo.host().sign_in("dr.okafor").await.open(&person).await;
    let page = view.browser.get(&format!("{}break-glass?objection", view.path)).await;
    assert!(ask(&view, &token(&page), ["emergency", WHY, "yes"]).await.status.is_redirection());
    for source in ["acute", "ambulance"] {
        demo.control().fault(source, "hang").await;
    }
    demo.control().forget_what_was_asked().await;
    let (browser, path) = (view.browser.clone(), view.path.clone());
    let open = tokio::spawn(async move { browser.get(&path).await });
    while !demo.control().clinical_sources_asked().await.iter().any(|name| name == "acute") {
        tokio::task::yield_now().await;
    }
    let ended =
        view.browser.post(&format!("{}break-glass/end", view.path), &[("token", &token(&page))]).await;
    assert!(ended.status.is_redirection(), "{}", ended.text());
    for source in ["acute", "ambulance"] {
        demo.control().fault(source, "none").await;
    }
    let open = open.await.expect("the page ends");
    assert!(open.html.contains("id=\"objected\""), "HAZ-022: it went on: {}", open.text());
    assert!(!open.is_complete(), "HAZ-022: what came before it is not a record");
    let kinds = demo.finish();
    assert_eq!(kinds.count("disclosure"), 0, "HAZ-022: nothing was disclosed: {kinds:?}");
}
