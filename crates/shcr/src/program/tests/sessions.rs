//! Sessions over three listeners and one store: whose they are, how they end, and that nobody reads another's.

use crate::demo::within::{self, Within};
use crate::program::*;
use access::{
    logout::ProviderConfig,
    session::{self as secret, Ending, SessionContent},
};
use reqwest::{Method, header};
use serde_json::{Value, json};
use std::time::Duration;

/// One that shows several charts at a time, and an identity provider that says when somebody signs out.
pub(super) fn several_charts(config: &mut Config) {
    for host in &mut config.hosts {
        host.single_context = false;
    }
    config.logout.push(ProviderConfig {
        issuer: "https://login.example".to_owned(),
        client_id: "shcr".to_owned(),
        jwks_url: config.hosts[0].jwks_url.clone(),
        algorithms: vec!["ES384".to_owned()],
        host: "demo-host".to_owned(),
    });
}

/// A launch of that story by that professional: the view's path and the browser's cookie.
pub(super) async fn open(
    within: &Within,
    host_cookie: &str,
    story: &str,
    cookie: Option<&str>,
) -> (String, String) {
    let (key, _) = within.person(story);
    let link = within.link(host_cookie, &key).await;
    within.follow(&link, cookie).await
}

/// What the session of a view holds.
pub(super) async fn content(within: &Within, view: &str) -> SessionContent {
    let stored = within.program.store.session(sid(view)).await.unwrap().unwrap();
    serde_json::from_slice(&stored.content).unwrap()
}

fn sid(view: &str) -> [u8; 32] {
    secret::decode(view.trim_matches('/').trim_start_matches("s/")).unwrap()
}

// shows: A31
/// A thousand requests, mixed over both persons, three replicas and every kind of page.
#[tokio::test(flavor = "multi_thread")]
async fn t35_two_windows_of_one_professional_never_read_each_other() {
    let within = within::start(several_charts).await;
    let doctor = within.sign_in("dr.okafor").await;
    let (first, cookie) = open(&within, &doctor, "falls", None).await;
    let (second, again) = open(&within, &doctor, "dementia", Some(&cookie)).await;
    assert_eq!(cookie, again, "one browser, one professional, one cookie");
    assert_ne!(first, second);
    let (_, one) = within.person("falls");
    let (_, two) = within.person("dementia");
    let read = async |n: usize| {
        let (own, other, view) =
            if n.is_multiple_of(2) { (&one, &two, &first) } else { (&two, &one, &second) };
        let page = match n % 100 {
            0..=3 => "",
            4 | 5 => "?view=plain",
            6..=19 => "d/AAAA",
            20..=39 => "ended",
            _ => "state",
        };
        let (status, text) = within.get(n % 3, &format!("{view}{page}"), Some(&cookie)).await;
        assert!(!text.contains(other.as_str()), "HAZ-002: request {n} read the other person");
        match n % 100 {
            0..=5 => {
                assert!(text.contains(own.as_str()) && text.contains("id=\"complete\""), "{n}: {status}")
            }
            6..=19 => assert_eq!(status, 403),
            20..=39 => assert_eq!(status, 200),
            _ => assert_eq!(status, 204),
        }
    };
    for ten in 0..100 {
        futures_util::future::join_all((0..10).map(|one| read((ten * 10 + one) * 37 % 1_000))).await;
    }
    within.region.stop().await;
}

// shows: R39, A27
#[tokio::test(flavor = "multi_thread")]
async fn t26_another_professional_in_the_browser_gets_a_cookie_of_their_own_and_ends_what_was_there() {
    let within = within::start(several_charts).await;
    let doctor = within.sign_in("dr.okafor").await;
    let (first, cookie) = open(&within, &doctor, "falls", None).await;
    let (second, _) = open(&within, &doctor, "dementia", Some(&cookie)).await;
    assert_eq!(within.get(1, &first, Some(&cookie)).await.0, 200);

    // The nurse sits down at the same browser; or somebody sends the doctor's browser to a link of theirs.
    let nurse = within.sign_in("nurse.bell").await;
    let (third, hers) = open(&within, &nurse, "falls", Some(&cookie)).await;
    assert_ne!(hers, cookie, "HAZ-047: a cookie is never handed on");
    for (view, gateway) in [(&first, 1), (&second, 2)] {
        for cookie in [&cookie, &hers] {
            let (status, text) = within.get(gateway, view, Some(cookie)).await;
            assert!(status == 403 && text.contains("This view has ended"), "HAZ-047: {status}");
        }
    }
    let (status, text) = within.get(0, &third, Some(&hers)).await;
    assert_eq!(status, 200);
    assert!(text.contains("Opened by Marion Bell</span>"), "HAZ-047: the page names who looks");
    assert!(within.audited().contains("\"cause\":\"another-professional\""));

    // A cookie that opens nothing alive is not taken over: nobody can plant one.
    let (_, planted) =
        open(&within, &doctor, "falls", Some("__Host-shcr=AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"))
            .await;
    assert!(!planted.contains("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"), "HAZ-047");
    let (_, after_end) = open(&within, &doctor, "falls", Some(&cookie)).await;
    assert_ne!(after_end, cookie, "HAZ-047: a dead cookie does not come alive again");
    within.region.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn t26_a_browser_with_a_cookie_for_its_windows_and_one_for_a_frame_keeps_both() {
    let within = within::start(several_charts).await;
    let doctor = within.sign_in("dr.okafor").await;
    let (window, top) = open(&within, &doctor, "falls", None).await;
    // A host of our own site: the browser sends its window's cookie with the frame's request.
    let (key, _) = within.person("dementia");
    let link = within.link(&doctor, &key).await;
    let framed = within.client.get(format!("{}{link}", within.gateways[0]));
    let framed = framed.header("Sec-Fetch-Mode", "navigate").header("Sec-Fetch-Dest", "iframe");
    let answer = framed.header(header::COOKIE, &top).send().await.unwrap();
    let set = answer.headers()[header::SET_COOKIE].to_str().unwrap().to_owned();
    assert!(set.ends_with("; SameSite=None; Partitioned"), "{set}");
    let frame = answer.headers()[header::LOCATION].to_str().unwrap().to_owned();
    let in_frame = set.split(';').next().unwrap();
    assert_ne!(in_frame, top, "a frame's cookie is not a window's");
    for both in [format!("{top}; {in_frame}"), format!("{in_frame}; {top}")] {
        assert_eq!(within.get(0, &window, Some(&both)).await.0, 200);
        assert_eq!(within.get(0, &frame, Some(&both)).await.0, 200);
        let (_, third) = open(&within, &doctor, "falls", Some(&both)).await;
        assert_eq!(third, top, "a window joins the window's");
    }
    let (_, alone) = within.get(0, &frame, Some(&top)).await;
    assert!(alone.contains("This view has ended"), "HAZ-002: each needs its own");
    within.region.stop().await;
}

// shows: R39, R42, A15, A16
#[tokio::test(flavor = "multi_thread")]
async fn t36_a_view_that_is_not_this_browsers_or_is_over_has_one_body() {
    let within = within::start(several_charts).await;
    let doctor = within.sign_in("dr.okafor").await;
    let nurse = within.sign_in("nurse.bell").await;
    let (view, cookie) = open(&within, &doctor, "falls", None).await;
    let (other, hers) = open(&within, &nurse, "dementia", None).await;
    let unknown = "/s/AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8/";
    let body = within.get(0, unknown, None).await;
    assert_eq!(body.0, 401);
    for (path, sent, status) in [
        (view.as_str(), None, 401),
        (&view, Some(hers.as_str()), 403),
        (&other, Some(cookie.as_str()), 403),
        (unknown, Some(cookie.as_str()), 403),
        ("/s/short/", Some(cookie.as_str()), 403),
        (&view, Some("__Host-shcr=AAAA"), 403),
    ] {
        let (got, text) = within.get(1, path, sent).await;
        assert_eq!((got, &text), (status, &body.1), "HAZ-002: {path}");
    }
    assert_eq!(within.get(1, &view, Some(&cookie)).await.0, 200, "the professional's own view is kept");
    assert!(within.audited().contains("\"cause\":\"PO-24\""), "shows: PO-24");

    // Over: by revocation, by log-out, by time.
    assert!(within.program.end_view(sid(&view), Ending::Objected).await);
    let (got, text) = within.get(2, &view, Some(&cookie)).await;
    assert_eq!((got, &text), (403, &body.1), "HAZ-003");
    assert_eq!(within.get(2, &view, None).await.1, body.1);
    within.region.stop().await;
}

// shows: A16
#[tokio::test(flavor = "multi_thread")]
async fn t36_idle_and_absolute_ends_are_told_apart_only_to_the_browser_whose_view_it_was() {
    let within = within::start(|config| {
        config.session.idle = Duration::ZERO;
        config.session.absolute = Duration::from_secs(60);
    })
    .await;
    let doctor = within.sign_in("dr.okafor").await;
    let (view, cookie) = open(&within, &doctor, "falls", None).await;
    let state = format!("{view}state");
    let idle = within.get(0, &state, Some(&cookie)).await;
    assert_eq!((idle.0, idle.1.as_str()), (410, web::words::ended(Ending::Idle)), "HAZ-003");
    assert_eq!(within.get(0, &state, None).await, (410, web::words::VIEW_ENDED.to_owned()));
    assert_eq!(within.get(0, &view, Some(&cookie)).await.0, 403);
    within.program.end_expired().await;
    assert!(within.audited().contains("\"cause\":\"idle\""), "an end by time is recorded too");
    within.region.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn t36_a_host_that_is_no_longer_registered_keeps_no_view_open() {
    let within = within::start(|_| {}).await;
    let doctor = within.sign_in("dr.okafor").await;
    let (view, cookie) = open(&within, &doctor, "falls", None).await;
    let mut stored = content(&within, &view).await;
    let launch = String::from_utf8(stored.launch.to_sealed_bytes()).unwrap();
    let gone = launch.replace("\"host\":\"demo-host\"", "\"host\":\"taken-out\"");
    assert_ne!(gone, launch);
    stored.launch = access::Launch::from_sealed_bytes(gone.as_bytes()).unwrap();
    let now = clock::millis();
    let entry = audit::Entry::new(audit::Kind::Session, audit::Key::session_event(&[1; 32]), now);
    let content = serde_json::to_vec(&stored).unwrap();
    within.program.store.amend_session(sid(&view), content, entry, now).await.unwrap();
    assert_eq!(within.get(1, &format!("{view}state"), Some(&cookie)).await.0, 410, "HAZ-047");
    assert!(within.audited().contains("\"cause\":\"host-disabled\""));
    within.region.stop().await;
}

/// The way to a document is sealed for the view whose page listed it.
#[tokio::test(flavor = "multi_thread")]
async fn t37_an_attachment_of_one_view_opens_in_no_other() {
    let within = within::start(several_charts).await;
    let doctor = within.sign_in("dr.okafor").await;
    let (first, cookie) = open(&within, &doctor, "falls", None).await;
    let (second, _) = open(&within, &doctor, "dementia", Some(&cookie)).await;
    let (_, page) = within.get(0, &first, Some(&cookie)).await;
    let handle = page.split(&format!("{first}d/")).nth(1).and_then(|rest| rest.split('"').next()).unwrap();
    let asked =
        async |view: &str, kind: &str| within.get(1, &format!("{view}{kind}/{handle}"), Some(&cookie)).await;
    assert_eq!(asked(&first, "d").await.0, 200);
    let (_, name) = within.person("falls");
    for kind in ["d", "b"] {
        let (status, text) = asked(&second, kind).await;
        assert!(status == 403 && text.contains("This view has ended"), "HAZ-002: {kind} {status}");
        assert!(!text.contains(&name), "HAZ-002");
    }
    within.region.stop().await;
}

// shows: A16
/// The demo host says so by itself, as a host would.
#[tokio::test(flavor = "multi_thread")]
async fn t38_another_chart_in_the_host_or_a_sign_out_ends_the_view() {
    let within = within::start(|_| {}).await;
    let doctor = within.sign_in("dr.okafor").await;
    let (own, other) = (within.person("falls").0, within.person("dementia").0);
    for (story, method, path, ending) in [
        ("falls", Method::GET, format!("/patients/{other}"), Ending::PatientChanged),
        ("falls", Method::POST, "/sign-out".to_owned(), Ending::UserOut),
    ] {
        let (view, cookie) = open(&within, &doctor, story, None).await;
        within.host_page(&doctor, Method::GET, &format!("/patients/{own}")).await;
        let state = format!("{view}state");
        assert_eq!(within.get(1, &state, Some(&cookie)).await.0, 204, "the same chart is no other");
        within.host_page(&doctor, method, &path).await;
        let (status, words) = within.get(2, &state, Some(&cookie)).await;
        assert_eq!((status, words.as_str()), (410, web::words::ended(ending)), "HAZ-003");
        assert!(within.audited().contains(&format!("\"cause\":\"{}\"", ending.code())));
    }
    within.region.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn t38_an_event_is_heard_once_and_only_of_its_own_session() {
    let within = within::start(|_| {}).await;
    let doctor = within.sign_in("dr.okafor").await;
    let (view, cookie) = open(&within, &doctor, "falls", None).await;
    let state = format!("{view}state");
    let session = content(&within, &view).await.launch.host_session.clone().unwrap();
    let event = |claims: &Value| within.sign("shcr-event+jwt", claims);
    let now = clock::now().as_second();
    let claims = |jti: &str, session: &str| {
        json!({
            "iss": "demo-host", "aud": format!("{}/launch/event", within.program.config.public_url),
            "iat": now, "exp": now + 60, "jti": jti, "host_session": session, "event": "patient-closed",
        })
    };
    let other = event(&claims("0123456789abcdef0123456789abcdef", "of-another"));
    assert_eq!(within.tell(1, "/launch/event", &[("event", &other)]).await, 204);
    assert_eq!(within.get(0, &state, Some(&cookie)).await.0, 204, "HAZ-003: another session is not this one");
    assert_eq!(within.tell(1, "/launch/event", &[("event", &other)]).await, 400, "HAZ-046: used before");
    assert_eq!(within.tell(1, "/launch/event", &[("event", "a.b.c")]).await, 401);
    assert_eq!(within.tell(1, "/launch/event", &[("no", "")]).await, 400);
    let own = event(&claims("abcdef0123456789abcdef0123456789", &session));
    assert_eq!(within.tell(2, "/launch/event", &[("event", &own)]).await, 204);
    assert_eq!(within.get(0, &state, Some(&cookie)).await.0, 410, "HAZ-003");
    let audited = within.audited();
    assert!(audited.contains("not heeded: replay") && audited.contains("\"cause\":\"PO-23\""));
    within.region.stop().await;
}

// shows: A16
/// A record under way at one replica, and the provider's word at another.
#[tokio::test(flavor = "multi_thread")]
async fn t39_a_logout_at_one_replica_ends_a_stream_at_another() {
    let within = within::start(several_charts).await;
    let doctor = within.sign_in("dr.okafor").await;
    let (view, cookie) = open(&within, &doctor, "falls", None).await;
    let faults = format!("{}/faults", within.region.endpoints().control_url);
    let form = [("source", "acute"), ("fault", "hang")];
    let hang = within.client.post(faults).form(&form).send().await.unwrap();
    assert!(hang.status().is_success() || hang.status().is_redirection(), "{}", hang.status());

    let mut page = within.navigation(0, &view, Some(&cookie)).send().await.unwrap();
    let mut text = String::new();
    while !text.contains("id=\"incomplete\"") {
        text.push_str(&String::from_utf8_lossy(&page.chunk().await.unwrap().unwrap()));
    }
    let session = content(&within, &view).await.launch.host_session.clone().unwrap();
    let now = clock::now().as_second();
    let claims = json!({
        "iss": "https://login.example", "aud": "shcr", "iat": now, "exp": now + 120, "jti": "0123456789abcdef0123456789abcdef",
        "sid": session, "events": {"http://schemas.openid.net/event/backchannel-logout": {}},
    });
    let told = |claims: &Value| within.sign("logout+jwt", claims);
    let edited = |key: &str, value: Value| {
        let mut claims = claims.clone();
        claims["jti"] = json!(format!("{key}-abcdefabcdefabcdefabcdef"));
        claims[key] = value;
        told(&claims)
    };
    for wrong in [edited("nonce", json!("n")), edited("aud", json!("another"))] {
        assert_eq!(within.tell(1, "/logout/backchannel", &[("logout_token", &wrong)]).await, 400, "HAZ-046");
    }
    let token = told(&claims);
    assert_eq!(within.tell(1, "/logout/backchannel", &[("logout_token", &token)]).await, 200);
    assert_eq!(
        within.tell(2, "/logout/backchannel", &[("logout_token", &token)]).await,
        400,
        "HAZ-046: replayed"
    );

    while let Some(chunk) = page.chunk().await.unwrap() {
        text.push_str(&String::from_utf8_lossy(&chunk));
    }
    let words = web::words::ended(Ending::SignedOut);
    assert!(
        text.contains(&format!("<p id=\"ended\" role=\"alert\">{words}</p>")),
        "HAZ-003: the stream went on"
    );
    assert!(!text.contains("id=\"complete\"") && text.trim_end().ends_with("</html>"), "HAZ-033");
    assert_eq!(within.get(2, &view, Some(&cookie)).await.0, 403);
    let audited = within.audited();
    assert!(
        audited.contains("\"cause\":\"signed-out\"")
            && audited.contains("signed out at the identity provider")
    );
    within.region.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn t39_a_subject_is_signed_out_of_every_view() {
    let within = within::start(several_charts).await;
    let doctor = within.sign_in("dr.okafor").await;
    let nurse = within.sign_in("nurse.bell").await;
    let (first, one) = open(&within, &doctor, "falls", None).await;
    let (second, two) = open(&within, &doctor, "dementia", None).await;
    let (hers, three) = open(&within, &nurse, "falls", None).await;
    let now = clock::now().as_second();
    let token = within.sign(
        "logout+jwt",
        &json!({
            "iss": "https://login.example", "aud": ["shcr"], "iat": now, "jti": "0123456789abcdef0123456789abcdef",
            "sub": "dr.okafor", "events": {"http://schemas.openid.net/event/backchannel-logout": {}},
        }),
    );
    assert_eq!(within.tell(2, "/logout/backchannel", &[("logout_token", &token)]).await, 200);
    for (view, cookie) in [(&first, &one), (&second, &two)] {
        assert_eq!(within.get(0, &format!("{view}state"), Some(cookie)).await.0, 410, "HAZ-003");
    }
    assert_eq!(within.get(0, &format!("{hers}state"), Some(&three)).await.0, 204, "nobody else's");
    within.region.stop().await;
}

// shows: A27
#[tokio::test(flavor = "multi_thread")]
async fn t45_a_cookie_carried_to_another_browser_ends_every_view_of_it() {
    let within = within::start(several_charts).await;
    let doctor = within.sign_in("dr.okafor").await;
    const CHROME: &str = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36";
    let in_chrome = async |path: &str, cookie: Option<&str>, agent: &str| {
        let asked = within.navigation(0, path, cookie).header(header::USER_AGENT, agent);
        asked.send().await.unwrap()
    };
    let link = within.link(&doctor, &within.person("falls").0).await;
    let answer = in_chrome(&link, None, CHROME).await;
    let view = answer.headers()[header::LOCATION].to_str().unwrap().to_owned();
    let cookie = answer.headers()[header::SET_COOKIE].to_str().unwrap().split(';').next().unwrap().to_owned();
    let link = within.link(&doctor, &within.person("dementia").0).await;
    let second = in_chrome(&link, Some(&cookie), CHROME).await;
    let second = second.headers()[header::LOCATION].to_str().unwrap().to_owned();
    let renewed = CHROME.replace("140", "141");
    assert_eq!(
        in_chrome(&view, Some(&cookie), &renewed).await.status(),
        200,
        "HAZ-057: a renewed browser is the same"
    );

    assert_eq!(in_chrome(&view, Some(&cookie), "curl/8.5.0").await.status(), 403, "HAZ-047");
    for path in [&view, &second] {
        assert_eq!(
            in_chrome(path, Some(&cookie), CHROME).await.status(),
            403,
            "HAZ-047: all of it has ended"
        );
    }
    let audited = within.audited();
    assert!(audited.contains("\"cause\":\"other-browser\"") && audited.contains("\"cause\":\"PO-24\""));
    within.region.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_operator_ends_a_professionals_views_and_it_is_recorded_with_who_said_so() {
    let within = within::start(several_charts).await;
    let doctor = within.sign_in("dr.okafor").await;
    let (view, cookie) = open(&within, &doctor, "falls", None).await;
    let of = |sub: &str| web::gateway::EndSessions {
        host: "demo-host".to_owned(),
        sub: sub.to_owned(),
        all: false,
        by: "A. Officer".to_owned(),
        reason: "left the trust".to_owned(),
    };
    assert_eq!(within.program.end_by_operator(of("nurse.bell")).await, Some(0));
    assert_eq!(within.get(0, &format!("{view}state"), Some(&cookie)).await.0, 204);
    assert_eq!(within.program.end_by_operator(of("dr.okafor")).await, Some(1));
    assert_eq!(within.get(1, &view, Some(&cookie)).await.0, 403, "HAZ-047");
    assert!(within.audited().matches("A. Officer").count() >= 3, "both acts and the end");
    within.region.stop().await;
}

/// HAZ-053: what is printed is recorded first, under its own opening, by whoever has it open.
#[tokio::test(flavor = "multi_thread")]
async fn a_print_is_recorded_under_the_opening_on_the_page_and_under_no_other() {
    let within = within::start(several_charts).await;
    let doctor = within.sign_in("dr.okafor").await;
    let (view, cookie) = open(&within, &doctor, "falls", None).await;
    let (_, page) = within.get(0, &view, Some(&cookie)).await;
    let (other_view, _) = open(&within, &doctor, "dementia", Some(&cookie)).await;
    let (_, other) = within.get(0, &other_view, Some(&cookie)).await;
    let field = |page: &str, name: &str| {
        let form = page.split("id=\"print\">").nth(1).unwrap();
        let value = form.split(&format!("name=\"{name}\" value=\"")).nth(1).unwrap();
        value.split('"').next().unwrap().to_owned()
    };
    let print = async |token: &str, opening: &str| {
        let request = within.client.post(format!("{}{view}print", within.gateways[0]));
        let request = request.header(header::COOKIE, &cookie).header("Sec-Fetch-Site", "same-origin");
        let request = request.header(header::ORIGIN, &within.program.config.public_url);
        request.form(&[("token", token), ("opening", opening)]).send().await.unwrap().status().as_u16()
    };
    let token = field(&page, "token");
    let own = field(&page, "opening");
    assert_eq!(print(&token, &own).await, 204);
    for (token, opening) in
        [(token.as_str(), field(&other, "opening").as_str()), ("forged", &own), (&token, "x")]
    {
        assert_ne!(print(token, opening).await, 204, "another person's, a forged form, no opening");
    }
    let audited = within.audited();
    let prints: Vec<Value> = audited
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .filter(|entry| entry["kind"] == "print")
        .collect();
    assert_eq!(prints.len(), 1);
    assert_eq!(prints[0]["opening"], own.as_str());
    assert_eq!(prints[0]["who"]["role"], "R1", "it stands alone");
}
