//! Emergency access over three replicas and one store: it opens on each, ends on each, and tells of its end once.

use super::*;
use crate::demo::within::{self, Within};
use access::session as secret;
use reqwest::header;
use serde_json::Value;

/// A view of a doctor's, and what its browser has.
struct View {
    path: String,
    cookie: String,
}

impl View {
    async fn open(within: &Within) -> Self {
        let doctor = within.sign_in("dr.okafor").await;
        let (key, _) = within.person("falls");
        let link = within.link(&doctor, &key).await;
        let (path, cookie) = within.follow(&link, None).await;
        Self { path, cookie }
    }

    fn sid(&self) -> [u8; 32] {
        secret::decode(self.path.trim_matches('/').trim_start_matches("s/")).unwrap()
    }

    async fn content(&self, within: &Within) -> SessionContent {
        let stored = within.program.store.session(self.sid()).await.unwrap().unwrap();
        serde_json::from_slice(&stored.content).unwrap()
    }

    async fn page(&self, within: &Within, replica: usize) -> String {
        within.get(replica, &self.path, Some(&self.cookie)).await.1
    }

    /// A form of a page of ours, at the first replica.
    async fn press(&self, within: &Within, act: &str, form: &[(&str, &str)]) -> u16 {
        let token = within.program.form_token(&self.sid());
        let form: Vec<(&str, &str)> = form.iter().copied().chain([("token", token.as_str())]).collect();
        let asked = within.client.post(format!("{}{}{act}", within.gateways[0], self.path)).form(&form);
        let asked = asked.header(header::COOKIE, &self.cookie).header("Sec-Fetch-Site", "same-origin");
        let asked = asked.header(header::ORIGIN, &within.program.config.public_url);
        asked.send().await.unwrap().status().as_u16()
    }

    async fn begin(&self, within: &Within) {
        let form = [("reason", "emergency"), ("text", "Found unconscious at home, no history")];
        assert_eq!(self.press(within, "break-glass", &form).await, 303);
    }
}

/// Which occasions an alert of that moment was raised for.
fn told(within: &Within, moment: &str) -> usize {
    let lines = within.audited();
    let entries = lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    entries.filter(|entry| entry["detail"]["what"] == format!("emergency access, {moment}")).count()
}

const ACTIVE: &str = "Emergency access active until";

// shows: A17
#[tokio::test(flavor = "multi_thread")]
async fn t65_at_minute_thirty_one_no_replica_opens_by_it_and_its_end_is_told_once() {
    let within = within::start(|_| {}).await;
    let view = View::open(&within).await;
    view.begin(&within).await;
    for replica in 0..3 {
        assert!(view.page(&within, replica).await.contains(ACTIVE), "HAZ-011: on every replica");
    }
    let mut content = view.content(&within).await;
    let mut exception = content.break_glass.clone().unwrap();
    let lasts = exception.until.duration_since(clock::now()).as_secs();
    assert!((29 * 60..=30 * 60).contains(&lasts), "half an hour: {lasts} s");
    assert_eq!(
        (told(&within, "start"), told(&within, "stop")),
        (1, 0),
        "the only source is the doctor's own"
    );

    // As though it were a minute past its end.
    exception.until = clock::now() - SignedDuration::from_mins(1);
    content.break_glass = Some(exception.clone());
    let program = &within.program;
    let story = program.story_of(&content, "127.0.0.1", &exception).unwrap();
    let bytes = serde_json::to_vec(&content).unwrap();
    let entry = story.override_entry(9, "moved by a test", clock::millis());
    program.store.amend_session(view.sid(), bytes, entry, clock::millis()).await.unwrap();
    for replica in 0..3 {
        let page = view.page(&within, replica).await;
        assert!(!page.contains(ACTIVE) && page.contains("id=\"complete\""), "HAZ-048: minute 31");
    }
    let opens: Vec<Value> =
        within.audited().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let opens = opens.iter().filter(|entry| entry["kind"] == "open");
    let levels: Vec<&Value> = opens.map(|entry| &entry["sources"][1]["categories"]["restricted"]).collect();
    let expected = [
        Value::from("full"),
        Value::from("full"),
        Value::from("full"),
        Value::Null,
        Value::Null,
        Value::Null,
    ];
    assert_eq!(levels, expected.iter().collect::<Vec<_>>(), "HAZ-048: nothing is so much as asked for by it");

    // The timer, the professional and the end of the view may all come; its end is told by whoever is first.
    Arc::clone(program).close_in_time(story.clone(), exception.clone()).await;
    program.break_glass_over(&story, &exception, "again").await;
    assert_eq!(view.press(&within, "break-glass/end", &[]).await, 303);
    assert_eq!(view.press(&within, "close", &[]).await, 200);
    assert_eq!(told(&within, "stop"), 1, "HAZ-028: once");
    within.region.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn t65_where_it_cannot_be_recorded_it_does_not_begin() {
    let within = within::start(|_| {}).await;
    let view = View::open(&within).await;
    let mut hold = within.program.config.audit.store.clone().into_os_string();
    hold.push(".hold");
    std::fs::write(&hold, b"").unwrap();
    let form = [("reason", "emergency"), ("text", "Found unconscious at home, no history")];
    assert_eq!(view.press(&within, "break-glass", &form).await, 503, "HAZ-029");
    std::fs::remove_file(&hold).unwrap();
    assert!(view.content(&within).await.break_glass.is_none(), "HAZ-029, HAZ-048");
    assert_eq!(told(&within, "start"), 0);
    within.region.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn t65_a_deployment_narrows_who_may_ask() {
    let within = within::start(|config| config.break_glass.roles = vec![access::Role::R3]).await;
    let view = View::open(&within).await;
    assert!(!view.page(&within, 0).await.contains("break-glass"), "HAZ-048: not offered to R1");
    let form = [("reason", "emergency"), ("text", "Found unconscious at home, no history")];
    assert_eq!(view.press(&within, "break-glass", &form).await, 403, "HAZ-048");
    within.region.stop().await;
}
