//! Unknown keys, rotated keys, silent hosts, and key sets over a real socket.

use super::{KeyFault, Keys, decoding};
use crate::{
    host::{Host, Hosts},
    testing::*,
};
use jsonwebtoken::{Algorithm, jwk::Jwk};
use serde_json::json;
use std::io::{Read, Write};

fn bench() -> (Hosts, Keys, Fixed) {
    let (hosts, fixed) = (hosts(), Fixed::default());
    let keys = Keys::over(Box::new(fixed.clone()), hosts.issuers());
    (hosts, keys, fixed)
}

fn demo(hosts: &Hosts) -> &Host {
    hosts.find("demo-host").unwrap()
}

async fn find(keys: &Keys, host: &Host, kid: &str, after: i64) -> Option<KeyFault> {
    keys.find(&host.issuer, kid, Algorithm::ES384, after_s(after)).await.err()
}

// shows: F41, A5
#[tokio::test]
async fn t10_a_flood_of_unknown_keys_asks_the_host_once_a_minute() {
    let (hosts, keys, fixed) = bench();
    let host = demo(&hosts);
    for kid in ["../../etc/passwd", "' OR 1=1 --", "http://169.254.169.254/", "k2", ""] {
        for _ in 0..100 {
            assert_eq!(find(&keys, host, kid, 0).await, Some(KeyFault::Unknown));
        }
    }
    assert_eq!(fixed.count(), 1, "HAZ-046: one fetch, whatever is asked");
    assert_eq!(find(&keys, host, "k1", 30).await, None, "HAZ-057: known keys go on meanwhile");
    find(&keys, host, "k2", 59).await;
    assert_eq!(fixed.count(), 1);
    find(&keys, host, "k2", 60).await;
    assert_eq!(fixed.count(), 2);
}

#[tokio::test]
async fn a_key_taken_out_of_its_set_is_withdrawn_and_one_that_cannot_be_looked_up_is_not() {
    let (hosts, keys, fixed) = bench();
    let host = demo(&hosts);
    let withdrawn = |key: &str, after| keys.has_withdrawn(&host.issuer, key, after_s(after));
    assert!(!withdrawn("anything", 0), "HAZ-057: nobody has read the set yet");
    let found = keys.find(&host.issuer, "k1", Algorithm::ES384, after_s(0)).await.ok().unwrap();
    assert!(!withdrawn(&found.thumbprint, 0) && withdrawn("anything", 0));
    fixed.answer(Some(&json!({"keys": [jwk(&DEMO_KEY, "renamed")]})));
    keys.follow(&host.issuer, after_s(59)).await;
    assert_eq!((fixed.count(), keys.is_due(&host.issuer, after_s(59))), (1, false), "HAZ-046: once a minute");
    assert!(keys.is_due(&host.issuer, after_s(60)));
    keys.follow(&host.issuer, after_s(60)).await;
    assert!(!withdrawn(&found.thumbprint, 60), "the same key under another id");
    fixed.answer(None);
    keys.follow(&host.issuer, after_s(120)).await;
    assert!(!withdrawn(&found.thumbprint, 120), "HAZ-057: silence withdraws nothing");
    fixed.answer(Some(&json!({"keys": [jwk(&OTHER_KEY, "k1")]})));
    keys.follow(&host.issuer, after_s(180)).await;
    assert_eq!(fixed.count(), 4);
    assert!(withdrawn(&found.thumbprint, 180), "HAZ-047: another key under its id is another key");
    assert!(!withdrawn(&found.thumbprint, 180 + 86_400), "HAZ-057: and too old a set says nothing");
}

#[tokio::test]
async fn everybody_who_waits_shares_one_fetch() {
    let (hosts, keys, fixed) = bench();
    let host = demo(&hosts);
    let (a, b, c) =
        tokio::join!(find(&keys, host, "k1", 0), find(&keys, host, "k1", 0), find(&keys, host, "k1", 0));
    assert_eq!((a, b, c), (None, None, None));
    assert_eq!(fixed.count(), 1);
}

// shows: F41
#[tokio::test]
async fn t11_a_rotated_key_is_found_and_a_silent_host_is_believed_for_a_day() {
    let (hosts, keys, fixed) = bench();
    let host = demo(&hosts);
    assert_eq!(find(&keys, host, "k1", 0).await, None);
    fixed.answer(Some(&json!({"keys": [jwk(&DEMO_KEY, "k1"), jwk(&OTHER_KEY, "k2")]})));
    assert_eq!(find(&keys, host, "k2", 61).await, None, "HAZ-057: rotation with overlapping keys");
    fixed.answer(Some(&json!("not a key set")));
    assert_eq!(find(&keys, host, "k3", 200).await, Some(KeyFault::Unknown));
    assert_eq!(find(&keys, host, "k1", 61 + 86_399).await, None);
    assert_eq!(find(&keys, host, "k1", 61 + 86_400).await, Some(KeyFault::Unreachable), "then closed");
    fixed.answer(None);
    assert_eq!(find(&keys, host, "k1", 61 + 86_406).await, None, "HAZ-057: and open again when it answers");
}

#[tokio::test]
async fn odd_key_sets_are_refused_or_passed_over() {
    let twice = json!({"keys": [jwk(&DEMO_KEY, "k1"), jwk(&OTHER_KEY, "k1")]});
    let mut for_encryption = jwk(&DEMO_KEY, "k1");
    for_encryption["use"] = json!("enc");
    let mixed = json!({"keys": [{"kty": "quantum"}, 7, jwk(&DEMO_KEY, "k1")]});
    for (set, expected) in [
        (twice, Some(KeyFault::Unreachable)),
        (json!({"keys": [for_encryption]}), Some(KeyFault::Unfit)),
        (json!({"keys": [{"kty": "oct", "k": "AAAA", "kid": "k1"}]}), Some(KeyFault::Unfit)),
        (json!([]), Some(KeyFault::Unreachable)),
        (mixed, None),
    ] {
        let (hosts, keys, fixed) = bench();
        fixed.answer(Some(&set));
        assert_eq!(find(&keys, demo(&hosts), "k1", 0).await, expected, "HAZ-046");
    }
}

// shows: A4
#[test]
fn t08_a_public_key_serves_only_its_own_algorithm() {
    let key: Jwk = serde_json::from_value(jwk(&DEMO_KEY, "k1")).unwrap();
    for algorithm in
        [Algorithm::HS384, Algorithm::ES256, Algorithm::RS384, Algorithm::PS384, Algorithm::EdDSA]
    {
        assert_eq!(decoding(&key, algorithm).err(), Some(KeyFault::Unfit), "HAZ-046");
    }
    assert!(decoding(&key, Algorithm::ES384).is_ok());
}

/// A server that answers one request with `answer`.
fn serve(answer: Vec<u8>) -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/keys", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        let (mut socket, _) = listener.accept().unwrap();
        let _ = socket.read(&mut [0; 4096]);
        let _ = socket.write_all(&answer);
    });
    url
}

#[tokio::test]
async fn t11_over_the_network_large_sets_and_redirects_are_refused() {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let set = json!({"keys": [jwk(&DEMO_KEY, "k1")]}).to_string();
    let ok = |body: &str| {
        format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len())
            .into_bytes()
    };
    let elsewhere = serve(ok(&set));
    let redirect =
        format!("HTTP/1.1 302 Found\r\nLocation: {elsewhere}\r\nContent-Length: 0\r\n\r\n").into_bytes();
    let padded = format!("{set}{}", " ".repeat(65 * 1024));
    for (answer, expected) in [
        (ok(&set), None),
        (ok(&padded), Some(KeyFault::Unreachable)),
        (redirect, Some(KeyFault::Unreachable)),
        (b"HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n".to_vec(), Some(KeyFault::Unreachable)),
        (Vec::new(), Some(KeyFault::Unreachable)),
    ] {
        let config = crate::host::HostConfig { jwks_url: serve(answer), ..host_config("demo-host") };
        let hosts = Hosts::load(vec![config], &policy_dir()).unwrap();
        let keys = Keys::new(hosts.issuers()).unwrap();
        assert_eq!(find(&keys, demo(&hosts), "k1", 0).await, expected, "HAZ-046");
    }
}
