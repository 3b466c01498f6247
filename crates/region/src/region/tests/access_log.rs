//! A partner's own log of whoever asks it, handed over for a day.

use super::{DOREEN, Started, partners::*, started};
use crate::Fault;
use serde_json::Value;
use std::collections::BTreeSet;

async fn log(started: &Started, source: &str, day: &str) -> (u16, String) {
    let request = started.client.get(format!("{}/access-log?day={day}", started.source(source)));
    let answer = let_in(started, source, request).await.send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[tokio::test]
async fn each_request_about_somebody_is_a_line_of_its_day_and_the_person_a_hash() {
    let started = started().await;
    let today = crate::clock::today().to_string();
    for source in ["acute", "eput", "nelft"] {
        let id = patient_id(&started, source).await;
        let url = started.source(source);
        assert_eq!(get(&started, &format!("{url}/CarePlan?patient={id}")).await.0, 200, "{source}");
        assert_eq!(get(&started, &format!("{url}/metadata")).await.0, 200);
        let unknown = started.client.get(format!("{url}/Patient/nobody")).header("X-Request-Id", "1");
        unknown.send().await.unwrap();
        let (status, text) = log(&started, source, &today).await;
        let lines = lines(&text);
        assert_eq!(
            (status, lines.len()),
            (200, 2),
            "{source}: neither the statement nor who was not let in: {text}"
        );
        assert!(lines.iter().all(|line| line["request"] == "request-1" && line["status"] == 200), "{text}");
        let subjects: BTreeSet<&str> = lines.iter().map(|line| line["subject"].as_str().unwrap()).collect();
        assert_eq!(subjects.len(), 1, "the same person: {text}");
        assert!(
            subjects.iter().all(|subject| subject.len() == 64) && !text.contains(DOREEN),
            "HAZ-049: {text}"
        );
        assert_eq!(log(&started, source, "2001-01-01").await, (200, String::new()));
        assert_eq!(log(&started, source, "today").await.0, 400);
    }
    let bare = started.client.get(format!("{}/access-log?day={today}", started.source("acute")));
    assert_eq!(
        bare.header("X-Request-Id", "1").send().await.unwrap().status(),
        401,
        "only to whoever is let in"
    );
    started.region.stop().await;
}

#[tokio::test]
async fn a_partner_that_logs_nothing_answers_all_the_same() {
    let started = started().await;
    let today = crate::clock::today().to_string();
    started.region.world.faults.set("acute", Fault::Unlogged).unwrap();
    patient_id(&started, "acute").await;
    assert_eq!(log(&started, "acute", &today).await, (200, String::new()));
    started.region.world.faults.set("acute", Fault::None).unwrap();
    patient_id(&started, "acute").await;
    assert_eq!(lines(&log(&started, "acute", &today).await.1).len(), 1);
    started.region.stop().await;
}
