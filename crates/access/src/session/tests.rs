//! Secrets, cookies and what is stored.

use super::{
    COOKIE, SessionContent, clear_cookie, decode, encode, hash, hex, new_secret, read_cookie, set_cookie,
};
use crate::testing::launch;

#[test]
fn secrets_are_long_and_never_twice_the_same() {
    let (one, other) = (new_secret(), new_secret());
    assert_ne!(one, other);
    assert_eq!((encode(&one).len(), decode(&encode(&one))), (43, Some(one)));
    for text in ["", "AAAA", &format!("{}=", encode(&one)), &encode(&one).replace(|_: char| true, "+")] {
        assert_eq!(decode(text), None);
    }
    assert!(hex(&hash(b"abc")).starts_with("ba7816bf"));
}

// shows: A26
#[test]
fn the_framed_cookie_is_partitioned_and_the_other_is_not() {
    let secret = [7; 32];
    let value = encode(&secret);
    let top = format!("__Host-shcr={value}; Path=/; Secure; HttpOnly; SameSite=Lax");
    let framed = format!("__Host-shcr={value}; Path=/; Secure; HttpOnly; SameSite=None; Partitioned");
    assert_eq!(set_cookie(&secret, false), top);
    assert_eq!(set_cookie(&secret, true), framed);
    assert!(clear_cookie(true).ends_with("Partitioned; Max-Age=0"));
}

// shows: A26
#[test]
fn a_cookie_is_read_once_or_not_at_all() {
    let value = encode(&[7; 32]);
    assert_eq!(read_cookie(&format!("a=b; {COOKIE}={value}; c=d")), Some([7; 32]));
    assert_eq!(
        read_cookie(&format!("{COOKIE}={value}; {COOKIE}={value}")),
        None,
        "HAZ-002: two are nobody's"
    );
    for header in ["", "=", "__Host-shcr", "__Host-shcr=", "__host-shcr=AAAA", "x__Host-shcr=AAAA"] {
        assert_eq!(read_cookie(header), None);
    }
}

#[test]
fn stored_content_comes_back_whole_and_prints_nobody() {
    let content = SessionContent {
        server: None,
        launch: launch(|_| {}),
        frame: Some("https://host.example".to_owned()),
        confirmed_identity: false,
        device: None,
        break_glass: None,
        acknowledged: None,
        reason: None,
    };
    let text = serde_json::to_string(&content).unwrap();
    let back: SessionContent = serde_json::from_str(&text).unwrap();
    assert_eq!(back.launch, content.launch);
    assert!(!format!("{back:?}").contains("Testpatient"), "HAZ-049");
    assert!(
        serde_json::from_str::<SessionContent>(&text.replace("\"launch\":\"", "\"launch\":\"A")).is_err()
    );
}
