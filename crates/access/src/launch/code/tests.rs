//! Codes redeemed at a host's token endpoint over a real socket: once honest, otherwise not.

use super::*;
use crate::{
    Refusal,
    launch::Route,
    testing::{
        DEMO_KEY, Fixed, TOKEN_URL,
        doors::{self, actor_claims, id_token, id_token_claims, own_keys},
        header, now, policy_dir, sign,
    },
};
use serde_json::json;
use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// A token endpoint that answers everybody the same, and remembers what it was asked.
struct Endpoint {
    url: String,
    asked: Arc<Mutex<Vec<String>>>,
    count: Arc<AtomicUsize>,
}

async fn endpoint(status: &'static str, body: String) -> Endpoint {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/token", listener.local_addr().unwrap());
    let (asked, count) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicUsize::new(0)));
    let kept = (Arc::clone(&asked), Arc::clone(&count));
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut bytes = vec![0; 16 * 1024];
            let read = stream.read(&mut bytes).await.unwrap();
            kept.0.lock().unwrap().push(String::from_utf8_lossy(&bytes[..read]).into_owned());
            kept.1.fetch_add(1, Ordering::SeqCst);
            let head =
                format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
            let _ = stream.write_all(format!("{head}{body}").as_bytes()).await;
        }
    });
    Endpoint { url, asked, count }
}

async fn redeemed(at: &str, code: &str) -> Result<Accepted, Declined> {
    // Another test may have been first.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let folder = tempfile::tempdir().unwrap();
    let mut config = doors::config(folder.path());
    config.exchange.as_mut().unwrap().code.as_mut().unwrap().token_url = at.to_owned();
    let hosts = Hosts::load(vec![config], &policy_dir()).unwrap();
    let keys = Keys::over(Box::new(Fixed::default()), hosts.issuers());
    let (own, redeemer) = (own_keys(), Redeemer::new().unwrap());
    let judge = Judge { keys: &keys, own: &own, redeemer: &redeemer, token_url: TOKEN_URL, training: true };
    judge.accept(host_of(&hosts, "demo-host", code)?, code, now()).await
}

fn reply() -> String {
    let id_token = id_token(&id_token_claims());
    let actor = sign(&header("shcr-actor+jwt"), &actor_claims(&id_token).to_string(), &DEMO_KEY);
    json!({"access_token": "x", "token_type": "Bearer", "id_token": id_token, "actor_token": actor})
        .to_string()
}

#[tokio::test]
async fn a_code_is_redeemed_by_us_at_the_registered_endpoint() {
    let host = endpoint("200 OK", reply()).await;
    let launch = redeemed(&host.url, "a-code-of-the-host").await.unwrap().launch;
    assert_eq!((launch.route, launch.assurance), (Route::Exchange, 2));
    let asked = host.asked.lock().unwrap().join("");
    assert!(asked.contains("grant_type=authorization_code&code=a-code-of-the-host"), "{asked}");
    assert!(asked.contains("client_assertion="), "we prove who we are");
}

#[tokio::test]
async fn what_does_not_come_back_whole_opens_nothing() {
    let (hosts, _folder) = doors::hosts();
    for (name, code) in
        [("stranger", "code"), ("other-host", "code"), ("demo-host", ""), ("demo-host", "a b")]
    {
        assert_eq!(host_of(&hosts, name, code).unwrap_err().refusal, Refusal::LaunchNotAccepted, "HAZ-046");
    }
    for (status, body, refusal) in [
        ("400 Bad Request", r#"{"error":"invalid_grant"}"#.to_owned(), Refusal::LaunchNotAccepted),
        ("302 Found", String::new(), Refusal::LaunchNotAccepted),
        ("503 Unavailable", String::new(), Refusal::HostUnreachable),
        ("200 OK", "{}".to_owned(), Refusal::LaunchNotAccepted),
        ("200 OK", "x".repeat(SIZE_MAX + 1), Refusal::LaunchNotAccepted),
        (
            "200 OK",
            reply().replacen("id_token", "id_token\":\"x\",\"id_token", 1),
            Refusal::LaunchNotAccepted,
        ),
    ] {
        let host = endpoint(status, body).await;
        let declined = redeemed(&host.url, "code").await.unwrap_err();
        assert_eq!(declined.refusal, refusal, "HAZ-046: {status} {}", declined.reason);
        assert_eq!(host.count.load(Ordering::SeqCst), 1, "no redirect is followed and nothing asked again");
    }
    let declined = redeemed("http://127.0.0.1:1/token", "code").await.unwrap_err();
    assert_eq!(declined.refusal, Refusal::HostUnreachable);
}
