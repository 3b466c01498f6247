//! The operator's own listener: takes a source's name, has it asked again whatever held it; a clearing that could not be
//! recorded is refused.

use crate::{client, ready::Ready};
use reqwest::{Client, header};

/// Somebody at the operator's page of a running demo.
pub struct Operator {
    client: Client,
    url: String,
}

impl Operator {
    pub(crate) fn new(ready: &Ready) -> Self {
        Self { client: client(), url: ready.text("admin_url") }
    }

    /// Says that the source was looked into, as the page's own form does.
    pub async fn clear(&self, source: &str) {
        let form = [("source", source), ("by", "a journey")];
        let request = self.client.post(format!("{}/clear", self.url)).header(header::ORIGIN, &self.url);
        let answer = request.form(&form).send().await.expect("the operator's listener answers");
        assert!(answer.status().is_redirection(), "`{source}` was not cleared: {}", answer.status());
    }
}
