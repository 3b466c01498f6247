//! Takes a checked request through demographics, directory and proxy over their own sockets, gives the practice's bytes;
//! the hop that fails is named, and nothing of the person is.
//! Source: Clinical Data Gateway API 0.1.0; sources, section 1.8.

use super::{Asked, request};
use crate::outcome::Problem;
use reqwest::{Client, RequestBuilder, Response};
use serde_json::Value;

/// Where each hop is.
#[derive(Debug, Clone)]
pub(crate) struct Hops {
    pub(crate) pds_url: String,
    pub(crate) sds_url: String,
    pub(crate) ssp_url: String,
    pub(crate) client: Client,
}

/// Where a practice's structured record is asked for.
struct Provider {
    root: String,
    asid: String,
}

const ASID: &str = "https://fhir.nhs.uk/Id/nhsSpineASID";
const SERVICE_INTERACTION: &str = "https://fhir.nhs.uk/Id/nhsServiceInteractionId";

impl Hops {
    pub(super) async fn record(&self, asked: &Asked) -> Result<Vec<u8>, Problem> {
        let ods = self.practice(asked).await?;
        let provider = self.provider(asked, &ods).await?;
        self.ask(asked, &provider).await
    }

    /// The registered practice whose registration is open.
    async fn practice(&self, asked: &Asked) -> Result<String, Problem> {
        let number = asked.nhs_number.digits();
        let url = format!("{}/personal-demographics/FHIR/R4/Patient/{number}", self.pds_url);
        let id = uuid::Uuid::new_v4().to_string();
        let request = self.client.get(url).header("X-Request-ID", id);
        let patient = json(sent(request, "PDS_REQUEST_FAILED", "PDS FHIR API request failed").await?).await?;
        let practices = patient.get("generalPractitioner").and_then(Value::as_array);
        let open =
            practices.into_iter().flatten().find(|one| one.pointer("/identifier/period/end").is_none());
        let ods = open.and_then(|one| one.pointer("/identifier/value")).and_then(Value::as_str);
        let none = || not_found("PDS patient did not contain a current provider ODS code");
        ods.map(str::to_owned).ok_or_else(none)
    }

    async fn provider(&self, asked: &Asked, ods: &str) -> Result<Provider, Problem> {
        let found = async |kind: &str| {
            let query = [
                ("organization", format!("{}|{ods}", fhir::ods::SYSTEM)),
                ("identifier", format!("{SERVICE_INTERACTION}|{}", request::INTERACTION)),
            ];
            let url = format!("{}/spine-directory/FHIR/R4/{kind}", self.sds_url);
            let request = self.client.get(url).query(&query).header("apikey", "national-gateway");
            let request = request.header("X-Correlation-Id", &asked.trace_id);
            json(sent(request, "SDS_REQUEST_FAILED", "SDS FHIR API request failed").await?).await
        };
        let (device, endpoint) = (found("Device").await?, found("Endpoint").await?);
        let without =
            |what: &str| not_found(&format!("SDS result for provider ODS code {ods} did not contain {what}"));
        let identifiers = device.pointer("/entry/0/resource/identifier").and_then(Value::as_array);
        let identifier = |one: &&Value| one.get("system").is_some_and(|system| system == ASID);
        let asid = identifiers.into_iter().flatten().find(identifier).and_then(|one| one.get("value"));
        let text = |value: Option<&Value>| {
            value.and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned)
        };
        Ok(Provider {
            asid: text(asid).ok_or_else(|| without("a current ASID"))?,
            root: text(endpoint.pointer("/entry/0/resource/address"))
                .ok_or_else(|| without("a current endpoint"))?,
        })
    }

    async fn ask(&self, asked: &Asked, provider: &Provider) -> Result<Vec<u8>, Problem> {
        let Provider { root, asid } = provider;
        let url = format!("{}/{root}/Patient/$gpc.getstructuredrecord", self.ssp_url);
        let media_type = "application/fhir+json;charset=utf-8";
        let request = self
            .client
            .post(url)
            .header("Ssp-TraceID", &asked.trace_id)
            .header("Ssp-From", request::OUR_ASID)
            .header("Ssp-To", asid)
            .header("Ssp-InteractionID", request::INTERACTION)
            .header("Accept", media_type)
            .header("Content-Type", media_type)
            .header("Authorization", format!("Bearer {}", request::token(&asked.ods_from, root)))
            .body(request::body(asked.nhs_number.digits()).to_string());
        let answer = sent(request, "PROVIDER_REQUEST_FAILED", "Provider request failed").await?;
        let broken =
            |_| Problem::new("PROVIDER_REQUEST_FAILED", "Provider request failed: the answer broke off");
        Ok(answer.bytes().await.map_err(broken)?.to_vec())
    }
}

fn not_found(diagnostics: &str) -> Problem {
    Problem::new("GATEWAY_NOT_FOUND", diagnostics)
}

/// The answer of a hop that succeeded.
async fn sent(request: RequestBuilder, code: &'static str, says: &str) -> Result<Response, Problem> {
    let failed = |why: &str| Problem::new(code, format!("{says}: {why}"));
    let answer = request.send().await.map_err(|_| failed("no answer"))?;
    let status = answer.status();
    if status.is_success() { Ok(answer) } else { Err(failed(status.canonical_reason().unwrap_or("Unknown"))) }
}

async fn json(answer: Response) -> Result<Value, Problem> {
    let unreadable = |_| Problem::new("GATEWAY_ERROR", "Internal Server Error");
    answer.json().await.map_err(unreadable)
}
