//! The operator's own listener: takes a source's name, has it asked again whatever held it; a clearing that could not be
//! recorded is refused.

use crate::{client, ready::Ready};
use reqwest::{Client, header};
use std::collections::BTreeMap;

/// Somebody at the operator's page of a running demo.
pub struct Operator {
    client: Client,
    url: String,
}

impl Operator {
    pub(crate) fn new(ready: &Ready) -> Self {
        Self { client: client(), url: ready.text("admin_url") }
    }

    /// The status as JSON.
    pub async fn status(&self) -> serde_json::Value {
        serde_json::from_str(&self.page("/status.json").await).expect("the status is JSON")
    }

    /// Each number of the metrics, by its name and labels as they are written.
    pub async fn metrics(&self) -> BTreeMap<String, f64> {
        let answer = self.client.get(format!("{}/metrics", self.url)).send().await;
        let answer = answer.expect("the operator's listener answers");
        let kind = answer.headers().get(header::CONTENT_TYPE).map(|kind| kind.as_bytes().to_vec());
        let expected = b"application/openmetrics-text; version=1.0.0; charset=utf-8";
        assert_eq!(kind.as_deref(), Some(expected.as_slice()));
        let text = answer.text().await.expect("metrics are text");
        let samples = text.lines().filter(|line| !line.starts_with('#'));
        let sample = |line: &str| {
            let (name, value) = line.rsplit_once(' ').expect("a name and a number");
            (name.to_owned(), value.parse().expect("a number"))
        };
        samples.map(sample).collect()
    }

    /// One of the operator's pages.
    pub async fn page(&self, path: &str) -> String {
        let answer = self.client.get(format!("{}{path}", self.url)).send().await;
        answer.expect("the operator's listener answers").text().await.expect("a page is text")
    }

    /// Says that the source was looked into, as the page's own form does.
    pub async fn clear(&self, source: &str) {
        let form = [("source", source), ("by", "a journey")];
        let request = self.client.post(format!("{}/clear", self.url)).header(header::ORIGIN, &self.url);
        let answer = request.form(&form).send().await.expect("the operator's listener answers");
        assert!(answer.status().is_redirection(), "`{source}` was not cleared: {}", answer.status());
    }
}
