//! What partners ask of a caller: tokens and certificates.

use super::{Started, started, started_with};
use reqwest::Response;
use serde_json::Value;

async fn flags(started: &Started, token: Option<&str>) -> Response {
    let request = started.client.get(format!("{}/Flag?patient=nobody", started.source("eput")));
    let request = request.header("X-Request-Id", "1");
    let request = if let Some(token) = token { request.bearer_auth(token) } else { request };
    request.send().await.unwrap()
}

fn token_url(started: &Started) -> String {
    let sources = &started.region.endpoints().sources;
    sources.iter().find(|source| source.name == "eput").unwrap().token_url.clone().unwrap()
}

#[tokio::test]
async fn the_configuration_names_the_token_endpoint_and_needs_no_token_itself() {
    let started = started().await;
    let base = started.source("eput");
    let open = |path: &str| started.client.get(format!("{base}/{path}")).header("X-Request-Id", "1").send();
    let configuration: Value = open(".well-known/smart-configuration").await.unwrap().json().await.unwrap();
    assert_eq!(configuration["token_endpoint"], token_url(&started));
    assert_eq!(configuration["token_endpoint_auth_methods_supported"][0], "private_key_jwt");
    let statement: Value = open("metadata").await.unwrap().json().await.unwrap();
    let security = &statement["rest"][0]["security"]["service"][0]["coding"][0]["code"];
    assert_eq!(security, "SMART-on-FHIR");
    let elsewhere = format!("{}/.well-known/smart-configuration", started.source("acute"));
    let elsewhere = started.client.get(elsewhere).header("X-Api-Key", "demo").header("X-Request-Id", "1");
    assert_eq!(elsewhere.send().await.unwrap().status(), 404);
}

#[tokio::test]
async fn a_token_opens_what_its_scope_covers_and_nothing_else() {
    let started = started().await;
    let granted = started.token_answer(&token_url(&started), "system/Flag.rs").await;
    assert_eq!(granted.headers()["cache-control"], "no-store");
    let granted: Value = granted.json().await.unwrap();
    assert_eq!((&granted["token_type"], &granted["expires_in"]), (&"bearer".into(), &300.into()));
    let token = granted["access_token"].as_str().unwrap();
    assert_eq!(flags(&started, Some(token)).await.status(), 200);
    for (token, challenge) in [(None, "Bearer realm=\"region\""), (Some("guess"), "invalid_token")] {
        let refused = flags(&started, token).await;
        assert_eq!(refused.status(), 401);
        assert!(refused.headers()["www-authenticate"].to_str().unwrap().contains(challenge));
        assert_eq!(refused.json::<Value>().await.unwrap()["resourceType"], "OperationOutcome");
    }
    let narrow = started.client.get(format!("{}/CarePlan?patient=x", started.source("eput")));
    let narrow = narrow.header("X-Request-Id", "1").bearer_auth(token).send().await.unwrap();
    assert_eq!(narrow.status(), 403);
    let refused: Value =
        started.token_answer(&token_url(&started), "system/*.write").await.json().await.unwrap();
    assert_eq!(refused["error"], "invalid_scope");
}

#[tokio::test]
async fn a_form_that_is_no_client_credentials_grant_is_refused_as_the_standard_says() {
    let started = started().await;
    for (form, error) in [
        (vec![], "unsupported_grant_type"),
        (vec![("grant_type", "password")], "unsupported_grant_type"),
        (vec![("grant_type", "client_credentials")], "invalid_request"),
    ] {
        let answer = started.client.post(token_url(&started)).form(&form).send().await.unwrap();
        assert_eq!(answer.status(), 400);
        assert_eq!(answer.json::<Value>().await.unwrap()["error"], error);
    }
    let answer = started.client.post(token_url(&started)).body("{}").send().await.unwrap();
    assert_eq!(answer.json::<Value>().await.unwrap()["error"], "invalid_request");
}

#[tokio::test]
async fn token_faults_end_what_was_granted_or_grant_nothing() {
    let started = started().await;
    let url = token_url(&started);
    let first = started.token(&url, "system/*.read").await;
    started.set("eput", "token-expired").await;
    assert_eq!(flags(&started, Some(&first)).await.status(), 401);
    let renewed = started.token(&url, "system/*.read").await;
    assert_eq!(flags(&started, Some(&renewed)).await.status(), 200, "one renewal is enough");
    started.set("eput", "token-refused").await;
    let refused = started.token_answer(&url, "system/*.read").await;
    assert_eq!(refused.status(), 400);
    assert_eq!(refused.json::<Value>().await.unwrap()["error"], "invalid_client");
}

#[tokio::test]
async fn a_token_lives_as_long_as_the_region_was_told() {
    let started = started_with(|options| options.token_life_s = 0).await;
    let token = started.token(&token_url(&started), "system/*.read").await;
    assert_eq!(flags(&started, Some(&token)).await.status(), 401);
}

#[tokio::test]
async fn provide_answers_those_alone_who_show_the_certificate() {
    let started = started().await;
    let url = format!("{}/metadata", started.source("provide"));
    assert!(url.starts_with("https://127.0.0.1:"));
    let known = started.client.get(&url).header("X-Request-Id", "1").send().await.unwrap();
    assert_eq!(known.status(), 200);
    let ca = std::fs::read(&started.region.endpoints().ca_file).unwrap();
    let bare = reqwest::Client::builder()
        .no_proxy()
        .tls_certs_only([reqwest::Certificate::from_pem(&ca).unwrap()])
        .build()
        .unwrap();
    assert!(bare.get(&url).send().await.is_err(), "no certificate, no handshake");
    let locks: Vec<&str> = started.region.endpoints().sources.iter().map(|one| one.lock.as_str()).collect();
    assert_eq!(locks[4..8], ["api-key", "oauth2", "api-key", "mtls"]);
}
