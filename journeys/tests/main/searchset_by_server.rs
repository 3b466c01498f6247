//! The searchset read by a host's own server: a token instead of a browser, bound to the server's certificate and to one session.

use journeys::{
    back_channel::{Answer, BackChannel},
    browser::Browser,
    demo::Demo,
    signer::{Granted, Signer},
};
use serde_json::{Value, json};

fn with(value: &str) -> [(&str, &str); 1] {
    [("Authorization", value)]
}

/// What the audit has of those that were refused, in the order of the test.
type Refusals = Vec<(String, String)>;

fn demographics() -> Value {
    json!({"birthDate": "1935-08-14", "name": {"family": "Testpatient", "given": ["Doreen"]}, "gender": "female", "gpPracticeOds": "ZZ901"})
}

fn claims(demo: &Demo, signer: &Signer) -> Value {
    signer.claims(&demo.ready.golden_person(), &demographics())
}

async fn token(demo: &Demo, signer: &Signer, scope: &str, claims: &Value) -> Granted {
    let (launch, proof) = (signer.sign("shcr-launch+jwt", claims), signer.client_assertion());
    let mut form = Signer::form(&launch, &proof);
    form.retain(|(name, _)| *name != "scope");
    form.push(("scope", scope));
    BackChannel::showing(&demo.ready, Some("host_identity")).post(&form).await
}

fn text<'a>(granted: &'a Granted, key: &str) -> &'a str {
    granted.body[key].as_str().unwrap_or_else(|| panic!("no `{key}`: {}", granted.body))
}

fn matches(answer: &Answer) -> Vec<&Value> {
    let entries = answer.body["entry"].as_array().unwrap_or_else(|| panic!("{}", answer.body)).iter();
    entries.filter(|entry| entry["search"]["mode"] == "match").collect()
}

fn addresses(answer: &Answer) -> Vec<&str> {
    let mut all: Vec<&str> = matches(answer).iter().filter_map(|entry| entry["fullUrl"].as_str()).collect();
    all.sort_unstable();
    all
}

// shows: R29, R32, R34, R39, R40
#[tokio::test]
async fn a_hosts_server_reads_what_its_user_would_see_and_each_time_is_recorded() {
    let demo = Demo::start(&[]);
    let signer = demo.signer().await;
    let granted = token(&demo, &signer, "launch fhir", &claims(&demo, &signer)).await;
    assert_eq!((text(&granted, "token_type"), text(&granted, "scope")), ("Bearer", "launch fhir"));
    assert!(granted.body["expires_in"].as_u64().is_some_and(|s| (1..=3600).contains(&s)), "{}", granted.body);
    assert!(granted.body.get("launch_uri").is_none(), "no browser is sent anywhere");
    assert_eq!(text(&granted, "access_token").len(), 43, "256 bits");
    let channel = BackChannel::showing(&demo.ready, Some("host_identity"));
    let bearer = format!("Bearer {}", text(&granted, "access_token"));
    let answer = channel.get(text(&granted, "fhir"), &[("Authorization", &bearer)]).await;
    assert_eq!(
        (answer.status, answer.header("content-type")),
        (200, "application/fhir+json; fhirVersion=4.0")
    );
    assert_eq!(answer.body["link"].as_array().map(Vec::len), Some(1), "nobody has a page of it");

    // The same professional in a browser.
    let link = signer.launch(&claims(&demo, &signer)).await.link();
    let view = Browser::new(&demo.ready).follow(&link).await;
    let page = view.browser.get(&format!("{}fhir", view.path)).await;
    let by_cookie = Answer::of(page.status.as_u16(), &page.html);
    assert!(matches(&answer).len() > 100, "{}", matches(&answer).len());
    assert_eq!(addresses(&answer), addresses(&by_cookie), "HAZ-047: one opening, told to two");

    let again = channel.get(text(&granted, "fhir"), &[("Authorization", &bearer)]).await;
    assert_eq!(again.status, 200, "until it runs out");
    assert_eq!(demo.auditor().sessions(), [("signed".to_owned(), 2), ("signed".to_owned(), 2)]);
    let opens = demo.auditor().entries("open");
    let by_server = opens
        .iter()
        .filter(|open| open["flags"].as_array().is_some_and(|flags| flags.contains(&json!("host-server"))));
    assert_eq!((opens.len(), by_server.count()), (3, 2), "HAZ-029");
    for (path, bytes) in demo.written() {
        let written = String::from_utf8_lossy(&bytes);
        assert!(
            !written.contains(text(&granted, "access_token")),
            "HAZ-049: the token stands in {}",
            path.display()
        );
    }
    demo.finish();
}

// shows: R32, R39
#[tokio::test]
async fn t36_a_token_opens_one_session_to_one_certificate_and_nothing_else() {
    let demo = Demo::start(&[]);
    let signer = demo.signer().await;
    let granted = token(&demo, &signer, "launch fhir", &claims(&demo, &signer)).await;
    let mut second = claims(&demo, &signer);
    second["host_session"] = json!("another-session");
    let other = token(&demo, &signer, "launch fhir", &second).await;
    let link = signer.launch(&claims(&demo, &signer)).await.link();
    let view = Browser::new(&demo.ready).follow(&link).await;
    let own = BackChannel::showing(&demo.ready, Some("host_identity"));
    let partner = BackChannel::showing(&demo.ready, Some("client_identity"));
    let nobody = BackChannel::showing(&demo.ready, None);
    let (fhir, bearer) = (text(&granted, "fhir"), format!("Bearer {}", text(&granted, "access_token")));
    let (not_ours, made_up) =
        (format!("Bearer {}", text(&other, "access_token")), format!("Bearer {}", "A".repeat(43)));
    let of_browser = fhir.split("/s/").next().expect("an origin").to_owned() + &format!("{}fhir", view.path);
    let cookie = view.browser.cookie.clone().expect("a cookie");
    let as_bearer = format!("Bearer {}", cookie.split('=').nth(1).expect("a value"));
    let both = [("Authorization", bearer.as_str()), ("Cookie", cookie.as_str())];
    for (channel, url, headers, what) in [
        (&partner, fhir, &with(&bearer)[..], "certificate"),
        (&nobody, fhir, &with(&bearer), "bearer without certificate"),
        (&own, fhir, &[], "bearer missing"),
        (&own, fhir, &with("Basic abc"), "bearer missing"),
        (&own, fhir, &with("Bearer abc"), "bearer unreadable"),
        (&own, fhir, &with(&made_up), "bearer of another session"),
        (&own, fhir, &with(&not_ours), "bearer of another session"),
        (&own, &of_browser, &with(&bearer), "bearer of another session"),
        (&own, &of_browser, &with(&as_bearer), "bearer of another session"),
        (&own, fhir, &both, "bearer and cookie"),
    ] {
        let refused = channel.get(url, headers).await;
        assert_eq!(refused.status, 401, "HAZ-002: {what}: {}", refused.body);
        assert!(refused.header("www-authenticate").starts_with("Bearer"), "RFC 6750: {what}");
        assert_eq!(refused.body["resourceType"], "OperationOutcome", "{what}");
        let last = demo.auditor().refusals().pop();
        assert_eq!(last, Some(("fhir".to_owned(), what.to_owned())), "HAZ-002: each is recorded");
    }
    // Where browsers come neither token nor its secret as a cookie lets anybody in.
    let mut thief = view.browser.clone();
    thief.cookie = Some(format!("__Host-shcr={}", text(&granted, "access_token")));
    let sid = fhir.split("/s/").nth(1).expect("a session");
    for path in [format!("/s/{sid}"), format!("/s/{}", sid.replace("fhir", ""))] {
        assert_eq!(thief.get(&path).await.status, 403, "HAZ-002: {path}");
    }
    assert!(demo.control().clinical_sources_asked().await.is_empty(), "HAZ-002: no source was asked");
    let alerts = demo.auditor().alerts();
    assert!(alerts.iter().filter(|rule| *rule == "PO-24").count() >= 5, "HAZ-002: {alerts:?}");
    assert_eq!(own.get(fhir, &with(&bearer)).await.status, 200, "the session is kept");
    demo.finish();
}

#[tokio::test]
async fn t38_a_word_of_the_host_ends_its_servers_session_too() {
    let demo = Demo::start(&[]);
    let signer = demo.signer().await;
    let launched = claims(&demo, &signer);
    let granted = token(&demo, &signer, "launch fhir", &launched).await;
    let channel = BackChannel::showing(&demo.ready, Some("host_identity"));
    let bearer = format!("Bearer {}", text(&granted, "access_token"));
    let at = |query: &str| format!("{}{query}", text(&granted, "fhir"));
    assert_eq!(channel.get(&at("?_type=Condition"), &[("Authorization", &bearer)]).await.status, 200);
    // The professional opens the same chart in a browser: the host shows one at a time, and says so by its session.
    let mut next = claims(&demo, &signer);
    next["host_session"] = launched["host_session"].clone();
    let link = signer.launch(&next).await.link();
    assert!(Browser::new(&demo.ready).follow(&link).await.read().await.is_complete());
    let ended = channel.get(&at(""), &[("Authorization", &bearer)]).await;
    assert_eq!(ended.status, 401, "HAZ-003: {}", ended.body);
    let refusals: Refusals = demo.auditor().refusals();
    assert_eq!(refusals, [("fhir".to_owned(), "bearer expired".to_owned())], "HAZ-003");
    demo.finish();
}

// shows: R33
#[tokio::test]
async fn who_has_no_role_is_given_no_token_and_a_launch_is_used_up_once() {
    let demo = Demo::start(&[]);
    let signer = demo.signer().await;
    let mut porter = claims(&demo, &signer);
    porter["extensions"]["ihe_iua"]["subject_role"] = json!(["PORTER"]);
    let refused = token(&demo, &signer, "launch fhir", &porter).await;
    assert_eq!((refused.status, refused.error()), (400, "invalid_grant"), "HAZ-047: {}", refused.body);
    let honest = claims(&demo, &signer);
    assert_eq!(token(&demo, &signer, "launch fhir", &honest).await.status, 200);
    for scope in ["launch fhir", "launch"] {
        let again = token(&demo, &signer, scope, &honest).await;
        assert_eq!((again.status, again.error()), (400, "invalid_grant"), "HAZ-046: {scope}: replayed");
    }
    assert_eq!(
        token(&demo, &signer, "launch openid", &claims(&demo, &signer)).await.error(),
        "invalid_scope"
    );
    assert_eq!(demo.auditor().refused(), [["no-role"]], "HAZ-047");
    demo.finish();
}
