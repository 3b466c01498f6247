//! Logout tokens by the letter, and every way they can be wrong.

use super::{EVENT, LogoutFault, ProviderConfig, Providers, SignedOut, SignedOutBy, accept};
use crate::{keys::Keys, testing::*};
use serde_json::{Value, json};

fn provider() -> ProviderConfig {
    ProviderConfig {
        issuer: "https://login.example".to_owned(),
        client_id: "shcr".to_owned(),
        jwks_url: "https://login.example/demo-host".to_owned(),
        algorithms: vec!["ES384".to_owned()],
        host: "demo-host".to_owned(),
    }
}

fn claims() -> Value {
    json!({
        "iss": "https://login.example", "aud": "shcr", "iat": NOW_S, "exp": NOW_S + 120,
        "jti": "abcdefghijklmnopqrstuv", "events": {EVENT: {}}, "sid": "hs-1", "sub": "u-1",
    })
}

async fn told(token: &str) -> Result<SignedOut, LogoutFault> {
    let providers = Providers::load(&[provider()]).unwrap();
    let keys = Keys::over(Box::new(Fixed::default()), providers.issuers());
    accept(token, &providers, &keys, now()).await
}

async fn edited(edit: impl FnOnce(&mut Value)) -> Result<SignedOut, LogoutFault> {
    let mut claims = claims();
    edit(&mut claims);
    told(&sign(&header("logout+jwt"), &claims.to_string(), &DEMO_KEY)).await
}

fn without(claim: &'static str) -> impl FnOnce(&mut Value) {
    move |claims| drop(claims.as_object_mut().unwrap().remove(claim))
}

#[tokio::test]
async fn t39_a_logout_token_names_a_session_or_a_subject() {
    let one = edited(|_| {}).await.unwrap();
    assert!(one.who == SignedOutBy::Session("hs-1".to_owned()), "a session named is the one meant");
    assert_eq!((one.host.as_str(), one.expires_s), ("demo-host", NOW_S + 180 + 120));
    let all = edited(without("sid")).await.unwrap();
    assert!(all.who == SignedOutBy::Subject("u-1".to_owned()));
    assert!(edited(|claims| claims["aud"] = json!(["another", "shcr"])).await.is_ok());
    assert!(edited(without("exp")).await.is_ok(), "older providers send none");
    assert!(!format!("{all:?}").contains("u-1"), "HAZ-049");
}

#[tokio::test]
async fn t39_nonce_audience_events_times_and_type_each_refuse() {
    type Edit = Box<dyn FnOnce(&mut Value)>;
    let wrong: [(&str, Edit); 15] = [
        ("nonce", Box::new(|claims| claims["nonce"] = json!("n"))),
        ("nonce", Box::new(|claims| claims["nonce"] = Value::Null)),
        ("aud", Box::new(|claims| claims["aud"] = json!("another"))),
        ("aud", Box::new(|claims| claims["aud"] = json!(["another"]))),
        ("aud", Box::new(without("aud"))),
        ("events", Box::new(without("events"))),
        (
            "events",
            Box::new(|claims| claims["events"] = json!({"http://schemas.openid.net/event/other": {}})),
        ),
        ("events", Box::new(|claims| claims["events"] = json!({EVENT: true}))),
        ("iat", Box::new(without("iat"))),
        ("iat", Box::new(|claims| claims["iat"] = json!(NOW_S - 181))),
        ("iat", Box::new(|claims| claims["iat"] = json!(NOW_S + 61))),
        ("exp", Box::new(|claims| claims["exp"] = json!(NOW_S - 1))),
        ("jti", Box::new(without("jti"))),
        ("sub", Box::new(|claims| (claims["sid"], claims["sub"]) = (Value::Null, Value::Null))),
        ("sid", Box::new(|claims| claims["sid"] = json!(7))),
    ];
    for (reason, edit) in wrong {
        let refused = edited(edit).await.unwrap_err();
        assert_eq!(refused.reason, reason, "HAZ-046");
        assert_eq!(refused.provider.as_deref(), Some("logout https://login.example"));
    }
    for typ in ["JWT", "shcr-event+jwt", "shcr-launch+jwt", "at+jwt"] {
        let refused = told(&sign(&header(typ), &claims().to_string(), &DEMO_KEY)).await.unwrap_err();
        assert_eq!(refused.reason, "typ", "HAZ-046: {typ}");
    }
}

#[tokio::test]
async fn t39_only_a_registered_provider_is_heard() {
    let slash = edited(|claims| claims["iss"] = json!("https://login.example/")).await.unwrap_err();
    assert_eq!((slash.reason, slash.provider), ("iss", None));
    let foreign = told(&sign(&header("logout+jwt"), &claims().to_string(), &OTHER_KEY)).await.unwrap_err();
    assert_eq!(foreign.reason, "signature", "HAZ-046");
    for config in [
        ProviderConfig { issuer: "http://login.example".to_owned(), ..provider() },
        ProviderConfig { algorithms: vec!["HS256".to_owned()], ..provider() },
        ProviderConfig { algorithms: Vec::new(), ..provider() },
    ] {
        assert!(Providers::load(&[config]).is_err());
    }
}
