//! The region's control page: takes a fault for a source, gives what every source was asked.

use crate::{
    client,
    ready::{Person, Ready},
};
use reqwest::Client;
use serde_json::Value;

/// Services of the whole country: they hold identities, addresses and pointers, and nothing clinical.
const NATIONAL: [&str; 5] = ["pds", "sds", "ssp", "gateway", "nrl"];

/// The control page of a running demo.
pub struct Control<'a> {
    ready: &'a Ready,
    client: Client,
}

impl<'a> Control<'a> {
    pub(crate) fn new(ready: &'a Ready) -> Self {
        Self { ready, client: client() }
    }

    /// From the next request on, that source behaves so: `hang`, `wrong-person`, `503`, `none`, …
    pub async fn fault(&self, source: &str, fault: &str) {
        let request = self.client.post(self.at("/faults")).form(&[("source", source), ("fault", fault)]);
        let answer = request.send().await;
        let status = answer.expect("the control page answers").status();
        assert!(
            status.is_success() || status.is_redirection(),
            "`{source}={fault}` was answered with {status}"
        );
    }

    /// Names of the sources that hold clinical content and were asked anything, ever or since the last reset.
    pub async fn clinical_sources_asked(&self) -> Vec<String> {
        self.asked()
            .await
            .into_iter()
            .map(|(name, _)| name)
            .filter(|name| !NATIONAL.contains(&name.as_str()))
            .collect()
    }

    /// Names of the sources that were asked anything beside whether the person objects, and for tokens.
    pub async fn clinical_questions(&self) -> Vec<String> {
        let is_clinical = |path: &&str| !path.contains("/Consent") && !path.contains("token");
        let lines = self.lines().await;
        let of = |line: &Value| -> Option<String> {
            let requests = line.get("requests")?.as_array()?.iter();
            let mut paths = requests.filter_map(|request| request.get("path")?.as_str());
            paths.find(is_clinical)?;
            Some(line.get("source")?.as_str()?.to_owned())
        };
        lines.iter().filter_map(of).filter(|name| !NATIONAL.contains(&name.as_str())).collect()
    }

    /// Recorded at once at the practice (`gp`) or in a partner's register: `objects`, `withdraws` or `nothing`.
    pub async fn wish(&self, person: &Person, keeper: &str, said: &str) {
        let form = [("nhs_number", person.nhs_number.as_str()), ("keeper", keeper), ("said", said)];
        let answer = self.client.post(self.at("/wishes")).form(&form).send().await;
        let status = answer.expect("the control page answers").status();
        assert!(status.is_redirection(), "`{said}` at `{keeper}` was answered with {status}");
    }

    /// Every source that was asked, with how often.
    pub async fn asked(&self) -> Vec<(String, u64)> {
        let line =
            |line: &Value| Some((line.get("source")?.as_str()?.to_owned(), line.get("count")?.as_u64()?));
        self.lines().await.iter().filter_map(line).filter(|(_, count)| *count > 0).collect()
    }

    /// Every request that bore a name, of sources whose own name begins so: when it came, and the name.
    pub async fn requests(&self, source: &str) -> Vec<(String, String)> {
        let lines = self.lines().await;
        let is_of = |line: &&Value| {
            line.get("source").and_then(Value::as_str).is_some_and(|name| name.starts_with(source))
        };
        let requests =
            lines.iter().filter(is_of).filter_map(|line| line.get("requests")?.as_array()).flatten();
        let text = |request: &Value, name: &str| Some(request.get(name)?.as_str()?.to_owned());
        requests.filter_map(|request| Some((text(request, "at")?, text(request, "request_id")?))).collect()
    }

    /// Method and path of every request, by source; none is left out, so that it fails where the region kept fewer than came.
    pub async fn every_request(&self) -> Vec<(String, String, String)> {
        let mut every = Vec::new();
        for line in self.lines().await {
            let (source, count) = (line.get("source").and_then(Value::as_str), line.get("count"));
            let requests = line.get("requests").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
            assert_eq!(
                count.and_then(Value::as_u64),
                u64::try_from(requests.len()).ok(),
                "{source:?}: some were dropped"
            );
            let text = |request: &Value, name: &str| Some(request.get(name)?.as_str()?.to_owned());
            let own = requests.iter().filter_map(|request| {
                Some((source?.to_owned(), text(request, "method")?, text(request, "path")?))
            });
            every.extend(own);
        }
        every
    }

    async fn lines(&self) -> Vec<Value> {
        let answer = self.client.get(self.at("/asked")).send().await.expect("the control page answers");
        serde_json::from_str(&answer.text().await.expect("text")).expect("a list")
    }

    pub async fn forget_what_was_asked(&self) {
        let answer =
            self.client.post(self.at("/asked/reset")).send().await.expect("the control page answers");
        assert!(!answer.status().is_client_error(), "the control page answered {}", answer.status());
    }

    fn at(&self, path: &str) -> String {
        self.ready.text("control_url") + path
    }
}
