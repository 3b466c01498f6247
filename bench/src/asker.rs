//! Asks a node as the gateway does: over mutual TLS on kept connections, first who the person is here, then a search of every
//! type the node declares, all under the opening's own id. Gives each answer as it came; anything but an answer is an error.
//! Source: FHIR R4 3.1.1 (search), 2.21 (CapabilityStatement).

use crate::{Outcome, place::Place};
use serde_json::Value;
use std::time::{Duration, Instant};

const NUMBERS: &str = "https://fhir.nhs.uk/Id/nhs-number";

pub(crate) struct Asker {
    client: reqwest::Client,
    types: Vec<String>,
}

pub(crate) struct Answer {
    pub(crate) body: String,
    pub(crate) took: Duration,
}

impl Asker {
    /// Learns from the node at that address what it can be asked.
    pub(crate) async fn new(place: &Place, base: &str) -> Outcome<Self> {
        // A test before this one may have installed it.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let authority = reqwest::Certificate::from_pem(&std::fs::read(place.at("ca.pem"))?)?;
        let identity = reqwest::Identity::from_pem(&std::fs::read(place.at("gateway.pem"))?)?;
        let client = reqwest::Client::builder()
            .no_proxy()
            .timeout(Duration::from_secs(30))
            .tls_certs_only([authority])
            .identity(identity)
            .build()?;
        let statement =
            client.get(format!("{base}/metadata")).send().await?.error_for_status()?.bytes().await?;
        let statement: Value = serde_json::from_slice(&statement)?;
        let resources = statement.pointer("/rest/0/resource").and_then(Value::as_array);
        let can_search = |one: &&Value| one.get("searchParam").is_some_and(Value::is_array);
        let name = |one: &Value| one.get("type").and_then(Value::as_str).map(str::to_owned);
        let types = resources.into_iter().flatten().filter(can_search).filter_map(name);
        let types = types.filter(|name| name != "Patient").collect();
        Ok(Self { client, types })
    }

    /// Answers of one opening.
    pub(crate) fn answers(&self) -> usize {
        self.types.len() + 1
    }

    /// All answers about one person, the Patient first.
    pub(crate) async fn open(&self, base: &str, number: &str) -> Outcome<Vec<Answer>> {
        let opening = uuid::Uuid::new_v4().to_string();
        let identifier = [("identifier", format!("{NUMBERS}|{number}"))];
        let who = self.client.post(format!("{base}/Patient/_search")).form(&identifier);
        let mut answers = vec![answered(who, &opening).await?];
        let patient = answers.first().map_or("", |answer| &answer.body);
        let bundle: Value = serde_json::from_str(patient)?;
        let id = bundle.pointer("/entry/0/resource/id").and_then(Value::as_str);
        let id = id.ok_or("a person of the extract is not known to the node")?;
        for kind in &self.types {
            let search = self.client.get(format!("{base}/{kind}")).query(&[("patient", id)]);
            answers.push(answered(search, &opening).await?);
        }
        Ok(answers)
    }
}

async fn answered(request: reqwest::RequestBuilder, opening: &str) -> Outcome<Answer> {
    let request = request
        .header("Accept", "application/fhir+json")
        .header("NHSD-End-User-Organisation-ODS", "ZZ910")
        .header("X-Request-Id", uuid::Uuid::new_v4().to_string())
        .header("X-Correlation-Id", opening);
    let began = Instant::now();
    let body = request.send().await?.error_for_status()?.text().await?;
    Ok(Answer { body, took: began.elapsed() })
}
