//! Views that end because a host is no longer believed: an operator says so of all of it, or a key has gone from its set. At every
//! replica, on a page that is still being written too.

use super::sessions::{content, open, several_charts};
use crate::demo::within::{self, Within};
use access::session::Ending;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// A page that waits for a source that never answers.
struct Streaming {
    page: reqwest::Response,
    text: String,
}

impl Streaming {
    async fn begin(within: &Within, view: &str, cookie: &str) -> Self {
        let faults = format!("{}/faults", within.region.endpoints().control_url);
        let form = [("source", "acute"), ("fault", "hang")];
        within.client.post(faults).form(&form).send().await.unwrap();
        let mut page = within.navigation(0, view, Some(cookie)).send().await.unwrap();
        let mut text = String::new();
        while !text.contains("id=\"incomplete\"") {
            text.push_str(&String::from_utf8_lossy(&page.chunk().await.unwrap().unwrap()));
        }
        Self { page, text }
    }

    async fn ends_as(mut self, ending: Ending) {
        let since = Instant::now();
        while let Some(chunk) = self.page.chunk().await.unwrap() {
            self.text.push_str(&String::from_utf8_lossy(&chunk));
        }
        let said = format!("<p id=\"ended\" role=\"alert\">{}</p>", web::words::ended(ending));
        assert!(self.text.contains(&said), "HAZ-003: {}", ending.code());
        assert!(since.elapsed() < Duration::from_secs(5), "HAZ-003: {:?}", since.elapsed());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_operator_ends_every_view_of_a_host_and_no_other_hosts() {
    let within = within::start(several_charts).await;
    let doctor = within.sign_in("dr.okafor").await;
    let nurse = within.sign_in("nurse.bell").await;
    let (first, cookie) = open(&within, &doctor, "falls", None).await;
    let (second, other) = open(&within, &nurse, "dementia", None).await;
    let streaming = Streaming::begin(&within, &first, &cookie).await;
    let of = |host: &str| web::gateway::EndSessions {
        host: host.to_owned(),
        all: true,
        by: "A. Officer".to_owned(),
        reason: "its key was stolen".to_owned(),
        ..Default::default()
    };
    assert_eq!(within.program.end_by_operator(of("smart-host")).await, Some(0));
    assert_eq!(within.get(0, &format!("{first}state"), Some(&cookie)).await.0, 204);
    assert_eq!(within.program.end_by_operator(of("demo-host")).await, Some(2));
    streaming.ends_as(Ending::Operator).await;
    for (view, cookie) in [(&first, &cookie), (&second, &other)] {
        assert_eq!(within.get(1, view, Some(cookie)).await.0, 403, "HAZ-047: at every replica");
        assert_eq!(within.get(2, &format!("{view}state"), Some(cookie)).await.0, 410, "HAZ-003: and blank");
    }
    let audited = within.audited();
    for said in ["operator ends all sessions of a host", "its key was stolen", "A. Officer", "smart-host"] {
        assert!(audited.contains(said), "HAZ-029: {said}");
    }
    let (third, cookie) = open(&within, &doctor, "falls", None).await;
    assert_eq!(within.get(0, &third, Some(&cookie)).await.0, 200, "the host itself may launch again");
    within.region.stop().await;
}

/// A host's key set that a test changes, on a listener of its own.
async fn key_set(first: Value) -> (String, std::sync::Arc<std::sync::Mutex<(u16, Value)>>) {
    let set = std::sync::Arc::new(std::sync::Mutex::new((200, first)));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/jwks.json", listener.local_addr().unwrap());
    let served = std::sync::Arc::clone(&set);
    let answer = move || {
        let (status, body) = served.lock().unwrap().clone();
        async move { (axum::http::StatusCode::from_u16(status).unwrap(), axum::Json(body)) }
    };
    let router = axum::Router::new().route("/jwks.json", axum::routing::get(answer));
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    (url, set)
}

/// A minute later than now, for a set that is read once a minute.
async fn a_minute_later(within: &Within) {
    let host = within.program.hosts.find("demo-host").unwrap();
    let later = crate::clock::now() + jiff::SignedDuration::from_secs(61);
    within.program.keys.follow(&host.issuer, later).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_taken_out_of_its_hosts_set_ends_the_views_it_began_and_a_silent_set_ends_none() {
    let (url, set) = key_set(json!({ "keys": [] })).await;
    let mut real = String::new();
    let within = within::start(|config| {
        several_charts(config);
        let host = config.hosts.iter_mut().find(|host| host.client_id == "demo-host").unwrap();
        real = std::mem::replace(&mut host.jwks_url, url);
    })
    .await;
    let published: Value = within.client.get(&real).send().await.unwrap().json().await.unwrap();
    *set.lock().unwrap() = (200, published.clone());
    let doctor = within.sign_in("dr.okafor").await;
    let (view, cookie) = open(&within, &doctor, "falls", None).await;
    let state = format!("{view}state");
    assert!(content(&within, &view).await.launch.signed_by.is_some());
    let status = async |path: &str| within.get(0, path, Some(&cookie)).await.0;
    assert_eq!(status(&view).await, 200);

    // Silent, unreadable, and another key beside: the view stays.
    let mut renamed = published.clone();
    renamed["keys"][0]["kid"] = json!("another-name");
    for (code, body) in [(503, json!({})), (200, json!("no set")), (200, renamed)] {
        *set.lock().unwrap() = (code, body.clone());
        a_minute_later(&within).await;
        assert_eq!(status(&state).await, 204, "HAZ-057: {code} {body}");
    }
    let streaming = Streaming::begin(&within, &view, &cookie).await;
    *set.lock().unwrap() = (200, json!({ "keys": [] }));
    a_minute_later(&within).await;
    streaming.ends_as(Ending::HostDisabled).await;
    assert_eq!(status(&state).await, 410, "HAZ-047: the key is withdrawn");
    assert_eq!(status(&view).await, 403, "HAZ-047");
    assert!(within.audited().contains("\"cause\":\"host-disabled\""), "HAZ-029");
    within.region.stop().await;
}
