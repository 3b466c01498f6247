//! The host system as a browser meets it, against a gateway of a few lines.

use super::{DOREEN, Started, started, started_with};
use axum::{Form, Json, Router, extract::State, http::StatusCode, routing::post};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header, jwk::JwkSet};
use serde_json::{Value, json};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

type Received = Arc<Mutex<Vec<HashMap<String, String>>>>;

/// A token endpoint that keeps what it is sent and grants, or denies, every launch.
async fn gateway(grants: bool) -> (String, Received) {
    let received = Received::default();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    let launch_uri = format!("{origin}/launch/handle-1");
    let token = move |State(received): State<Received>, Form(form): Form<HashMap<String, String>>| async move {
        received.lock().unwrap().push(form);
        if grants {
            (StatusCode::OK, Json(json!({"launch_uri": launch_uri, "token_type": "N_A", "expires_in": 60})))
        } else {
            (StatusCode::BAD_REQUEST, Json(json!({"error": "invalid_grant", "error_description": "jti"})))
        }
    };
    let router = Router::new().route("/oauth2/token", post(token)).with_state(Arc::clone(&received));
    tokio::spawn(async move { axum::serve(listener, router).await });
    (origin, received)
}

async fn beside(gateway: &str) -> Started {
    started_with(|options| {
        options.gateway_url = gateway.to_owned();
        options.token_url = format!("{gateway}/oauth2/token");
    })
    .await
}

async fn signed_in(started: &Started, login: &str) -> String {
    let url = format!("{}/sign-in", started.region.endpoints().host_url);
    let answer = started.client.post(url).form(&[("login", login)]).send().await.unwrap();
    assert_eq!(answer.status(), 303);
    let cookie = answer.headers()["set-cookie"].to_str().unwrap().to_owned();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"));
    cookie.split(';').next().unwrap().to_owned()
}

/// The local address of Doreen's chart.
async fn doreens_chart(started: &Started, cookie: &str) -> String {
    chart_of(started, cookie, "999 123 4578").await
}

/// Found in the list by the number there, as a person would.
async fn chart_of(started: &Started, cookie: &str, number: &str) -> String {
    let host = &started.region.endpoints().host_url;
    let list = started.client.get(format!("{host}/patients")).header("Cookie", cookie).send().await.unwrap();
    let list = list.text().await.unwrap();
    let row = list.lines().find(|line| line.contains(&format!(">{number}<"))).unwrap();
    let link = row.split("href=\"").nth(1).unwrap().split('"').next().unwrap();
    assert!(!list.contains(DOREEN), "HAZ-049: no NHS number in a URL");
    format!("{host}{link}")
}

async fn press(started: &Started, chart: &str, cookie: &str, view: &str) -> reqwest::Response {
    let request = started.client.post(format!("{chart}/shared-care-record")).header("Cookie", cookie);
    request.form(&[("view", view)]).send().await.unwrap()
}

async fn verified(started: &Started, jwt: &str) -> Value {
    let jwks = started.client.get(&started.region.endpoints().host_jwks_url).send().await.unwrap();
    let jwks: JwkSet = jwks.json().await.unwrap();
    let kid = decode_header(jwt).unwrap().kid.unwrap();
    let key = DecodingKey::from_jwk(jwks.find(&kid).unwrap()).unwrap();
    let mut validation = Validation::new(Algorithm::ES384);
    validation.validate_aud = false;
    decode::<Value>(jwt, &key, &validation).unwrap().claims
}

#[tokio::test]
async fn the_button_launches_over_the_back_channel_and_opens_the_panel() {
    let (gateway, received) = gateway(true).await;
    let started = beside(&gateway).await;
    let cookie = signed_in(&started, "dr.okafor").await;
    let chart = doreens_chart(&started, &cookie).await;
    let page = press(&started, &chart, &cookie, "panel").await;
    assert_eq!(page.status(), 200);
    let policy = page.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.contains(&format!("frame-src {gateway}")), "{policy}");
    let page = page.text().await.unwrap();
    let frame = format!("<iframe src=\"{gateway}/launch/handle-1\" title=\"Shared Care Record\">");
    assert!(page.contains(&frame));

    let form = received.lock().unwrap().pop().unwrap();
    assert_eq!(form["grant_type"], "urn:ietf:params:oauth:grant-type:jwt-bearer");
    assert_eq!(form["scope"], "launch");
    assert_eq!(decode_header(&form["assertion"]).unwrap().typ.as_deref(), Some("shcr-launch+jwt"));
    let launch = verified(&started, &form["assertion"]).await;
    assert_eq!(launch["iss"], "demo-host");
    assert_eq!(launch["sub"], "dr.okafor");
    assert_eq!(launch["aud"], format!("{gateway}/oauth2/token"));
    assert_eq!(launch["exp"].as_i64().unwrap() - launch["iat"].as_i64().unwrap(), 60);
    assert!(launch["jti"].as_str().unwrap().len() >= 22, "HAZ-001: a launch is named by 128 bits or more");
    assert_eq!(launch["patient"]["identifier"][0]["value"], DOREEN);
    assert_eq!(launch["patient"]["birthDate"], "1935-08-14");
    assert_eq!(launch["relationship"][0]["code"], "host-open");
    let iua = &launch["extensions"]["ihe_iua"];
    assert_eq!(iua["subject_role"][0]["code"], "DOCTOR");
    assert_eq!(iua["subject_organization_id"], "ZZ910");
    assert_eq!(iua["purpose_of_use"][0]["code"], "TREAT");
    assert_eq!(launch["nhs"]["family"], "Okafor");
    assert!(!cookie.contains(launch["host_session"].as_str().unwrap()), "the cookie stays with the host");

    assert_eq!(decode_header(&form["client_assertion"]).unwrap().typ.as_deref(), Some("JWT"));
    let client = verified(&started, &form["client_assertion"]).await;
    assert_eq!((&client["iss"], &client["sub"]), (&json!("demo-host"), &json!("demo-host")));
    assert_ne!(client["jti"], launch["jti"]);
}

#[tokio::test]
async fn a_launch_carries_what_the_host_has_though_others_know_better() {
    let (gateway, received) = gateway(true).await;
    let started = beside(&gateway).await;
    let cookie = signed_in(&started, "dr.okafor").await;
    for (number, given) in [("999 001 4140", "Ivor"), ("999 002 4243", "Brneda")] {
        let chart = chart_of(&started, &cookie, number).await;
        let page = press(&started, &chart, &cookie, "panel").await.text().await.unwrap();
        assert!(page.contains(&format!(", {given} (")) && page.contains(&format!(">{number}<")), "HAZ-001");
        let assertion = received.lock().unwrap().pop().unwrap().remove("assertion").unwrap();
        let launch = verified(&started, &assertion).await;
        let digits = number.replace(' ', "");
        assert_eq!(launch["patient"]["identifier"][0]["value"], digits, "HAZ-005");
        let person_id = launch["extensions"]["ihe_iua"]["person_id"].as_str().unwrap();
        assert!(person_id.ends_with(&format!("|{digits}")), "HAZ-005: one person throughout");
        assert_eq!(launch["patient"]["name"]["given"], json!([given]), "HAZ-001");
    }
}

#[tokio::test]
async fn a_new_window_is_sent_straight_to_the_record_and_each_press_is_a_new_launch() {
    let (gateway, received) = gateway(true).await;
    let started = beside(&gateway).await;
    let cookie = signed_in(&started, "sw.dean").await;
    let chart = doreens_chart(&started, &cookie).await;
    for _ in 0..2 {
        let answer = press(&started, &chart, &cookie, "window").await;
        assert_eq!(answer.status(), 303);
        assert_eq!(answer.headers()["location"], format!("{gateway}/launch/handle-1"));
    }
    let received = received.lock().unwrap().clone();
    assert_ne!(received[0]["assertion"], received[1]["assertion"]);
    let launch = verified(&started, &received[0]["assertion"]).await;
    assert_eq!(launch["nhs"]["sds_user_id"], "UNK");
    assert!(launch["nhs"].get("title").is_none());
}

#[tokio::test]
async fn a_gateway_that_refuses_or_is_down_leaves_the_hosts_page_working() {
    let (gateway, _) = gateway(false).await;
    let cases = [(gateway.as_str(), "It refused the request."), ("http://127.0.0.1:9", "It did not answer.")];
    for (gateway, why) in cases {
        let started = beside(gateway).await;
        let cookie = signed_in(&started, "nurse.bell").await;
        let chart = doreens_chart(&started, &cookie).await;
        for view in ["panel", "window"] {
            let page = press(&started, &chart, &cookie, view).await;
            assert_eq!(page.status(), 200);
            let page = page.text().await.unwrap();
            assert!(
                page.contains("could not be opened") && page.contains(why) && page.contains("01632 960000")
            );
            assert!(page.contains("This stay") && !page.contains("<iframe"), "the host's own record stays");
        }
    }
}

#[tokio::test]
async fn nothing_of_a_patient_is_shown_to_who_is_not_signed_in() {
    let started = started().await;
    let host = &started.region.endpoints().host_url;
    for path in ["/patients", "/patients/MPM00001"] {
        let answer = started.client.get(format!("{host}{path}")).send().await.unwrap();
        assert_eq!(answer.status(), 303);
        assert_eq!(answer.headers()["location"], "/sign-in");
    }
    let cookie = signed_in(&started, "student.pike").await;
    for (path, status) in [("/patients/MPM00001", 200), ("/patients/MPM99999", 404), ("/patients/1", 404)] {
        let answer =
            started.client.get(format!("{host}{path}")).header("Cookie", &cookie).send().await.unwrap();
        assert_eq!(answer.status().as_u16(), status, "{path}");
    }
    started.client.post(format!("{host}/sign-out")).header("Cookie", &cookie).send().await.unwrap();
    let after =
        started.client.get(format!("{host}/patients")).header("Cookie", &cookie).send().await.unwrap();
    assert_eq!(after.status(), 303);
    let nobody =
        started.client.post(format!("{host}/sign-in")).form(&[("login", "root")]).send().await.unwrap();
    assert_eq!(nobody.status(), 403);
}

#[tokio::test]
async fn the_signing_key_is_readable_by_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let started = started().await;
    let path = &started.region.endpoints().host_signing_key;
    assert_eq!(std::fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o600);
    let pem = std::fs::read(path).unwrap();
    assert!(
        jsonwebtoken::EncodingKey::from_ec_pem(&pem).is_ok(),
        "tools that drive the demo can sign with it"
    );
}
