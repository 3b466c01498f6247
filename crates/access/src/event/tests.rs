//! Events that are the host's own, and everything else.

use super::{EventKind, HostEvent, TokenError, accept};
use crate::{Channel, keys::Keys, session, testing::*};
use serde_json::{Value, json};

const EVENT_URL: &str = "https://gateway.example/launch/event";

fn claims() -> Value {
    json!({
        "iss": "demo-host", "aud": EVENT_URL, "iat": NOW_S, "exp": NOW_S + 60, "jti": "abcdefghijklmnopqrstuv",
        "host_session": "hs-1", "event": "patient-changed",
    })
}

async fn told(token: &str) -> Result<HostEvent, TokenError> {
    by(&Channel::Public, token).await
}

async fn by(channel: &Channel, token: &str) -> Result<HostEvent, TokenError> {
    let (hosts, _folder) = doors::hosts();
    let keys = Keys::over(Box::new(Fixed::default()), hosts.issuers());
    accept(token, &hosts, &keys, channel, (EVENT_URL, now())).await
}

async fn edited(edit: impl FnOnce(&mut Value)) -> Result<HostEvent, TokenError> {
    let mut claims = claims();
    edit(&mut claims);
    told(&sign(&header("shcr-event+jwt"), &claims.to_string(), &DEMO_KEY)).await
}

#[tokio::test]
async fn an_event_names_a_session_of_its_own_host_and_nobody() {
    for (name, kind) in [
        ("patient-closed", EventKind::PatientClosed),
        ("patient-changed", EventKind::PatientChanged),
        ("user-out", EventKind::UserOut),
    ] {
        let event = edited(|claims| claims["event"] = json!(name)).await.unwrap();
        assert_eq!(
            (event.kind, event.host.as_str(), event.host_session.as_str()),
            (kind, "demo-host", "hs-1")
        );
        assert_eq!(event.jti_hash, session::hash(b"abcdefghijklmnopqrstuv"));
        assert_eq!(event.expires_s, NOW_S + 60 + 120);
        assert!(!format!("{event:?}").contains("hs-1"), "HAZ-049");
    }
}

// shows: R39
#[tokio::test]
async fn t13_only_the_hosts_own_certificate_brings_its_events_on_the_back_channel() {
    let token = sign(&header("shcr-event+jwt"), &claims().to_string(), &DEMO_KEY);
    let shown = |name: &str| Channel::Back(Some(certificate(name)));
    assert!(by(&shown("demo-host.example"), &token).await.is_ok());
    for channel in [shown("other-host.example"), Channel::Back(None)] {
        let refusal = by(&channel, &token).await.unwrap_err();
        assert_eq!((refusal.status, refusal.audit.reason), (401, "certificate"), "HAZ-046: {channel:?}");
    }
}

#[tokio::test]
async fn t38_whatever_is_wrong_with_an_event_is_named_and_refused() {
    type Edit = fn(&mut Value);
    let wrong: [(&str, Edit); 9] = [
        ("aud", |claims| claims["aud"] = json!(TOKEN_URL)),
        ("aud", |claims| claims["aud"] = json!([EVENT_URL])),
        ("exp", |claims| claims["exp"] = json!(NOW_S + 61)),
        ("iat", |claims| claims["iat"] = json!(NOW_S - 200)),
        ("jti", |claims| claims["jti"] = json!("short")),
        ("host_session", |claims| claims["host_session"] = json!("")),
        ("host_session", |claims| claims["host_session"] = Value::Null),
        ("event", |claims| claims["event"] = json!("patient-opened")),
        ("event", |claims| claims["event"] = Value::Null),
    ];
    for (reason, edit) in wrong {
        let refused = edited(edit).await.unwrap_err();
        assert_eq!((refused.status, refused.audit.reason), (400, reason), "HAZ-046");
        assert_eq!(refused.audit.issuer.as_deref(), Some("demo-host"));
    }
}

/// T7: a token of one kind is taken as no other.
#[tokio::test]
async fn t38_no_other_token_is_an_event_and_no_other_key_signs_one() {
    for typ in ["shcr-launch+jwt", "shcr-form+jwt", "logout+jwt", "JWT", "at+jwt"] {
        let refused = told(&sign(&header(typ), &claims().to_string(), &DEMO_KEY)).await.unwrap_err();
        assert_eq!(refused.audit.reason, "typ", "HAZ-046: {typ}");
    }
    let foreign =
        told(&sign(&header("shcr-event+jwt"), &claims().to_string(), &OTHER_KEY)).await.unwrap_err();
    assert_eq!(foreign.audit.reason, "signature", "HAZ-046");
    let unknown = edited(|claims| claims["iss"] = json!("nobody")).await.unwrap_err();
    assert_eq!((unknown.status, unknown.audit.issuer), (401, None), "an unknown name goes nowhere");
}
