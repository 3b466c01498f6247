//! The published example of the key derivation, and tokens that were changed on the way.

use super::*;
use crate::testing::doors::{encrypt, own_keys};
use serde_json::{Value, json};

/// RFC 7518, appendix C.
#[test]
fn the_key_of_the_published_example_is_derived() {
    let decode = |text: &str| URL_SAFE_NO_PAD.decode(text).unwrap();
    let alice =
        PrivateKey::from_private_key(&ECDH_P256, &decode("0_NxaRPUMQoAJt50Gz8YiTr8gRTwyEaCumd-MToTmIo"))
            .unwrap();
    let bob = json!({
        "kty": "EC", "crv": "P-256",
        "x": "weNJy2HscCSM6AEDTDg04biOvhFhyyWvOHQfeF_PxMQ", "y": "e8lnCO-AlStT-NJVX-crhB7QRYhiix03illJOVAOyck",
    });
    let text = bob.to_string();
    let bob = ephemeral(&Json::of(&text).object().unwrap(), Curve::P256).unwrap();
    let derived = agreement::agree(&alice, UnparsedPublicKey::new(&ECDH_P256, bob), (), |secret| {
        Ok::<_, ()>(derive(secret, "A128GCM", [b"Alice", b"Bob"], 128))
    });
    assert_eq!(URL_SAFE_NO_PAD.encode(derived.unwrap()), "VqqN6vgjbSBcIijNcacQGg");
}

#[test]
fn what_is_encrypted_to_us_is_read_and_nothing_that_was_changed() {
    let own = own_keys();
    let whole = encrypt("a.b.c", &own, |_| {});
    assert_eq!(own.decrypt(&whole).unwrap(), "a.b.c");
    let parts: Vec<&str> = whole.split('.').collect();
    for place in 0..parts.len() {
        for other in ["", "AAAA", "=", "é"] {
            let mut changed = parts.clone();
            changed[place] = other;
            if changed != parts {
                assert!(own.decrypt(&changed.join(".")).is_err(), "HAZ-046: part {place} `{other}`");
            }
        }
    }
    for text in ["", "....", "a.b.c", &format!("{whole}."), &"x".repeat(SIZE_MAX + 1)] {
        assert!(own.decrypt(text).is_err(), "HAZ-046");
    }
    assert!(own_keys().decrypt(&whole).is_err(), "HAZ-046: another gateway's key of the same name");
}

// shows: A5, A6
#[test]
fn t09_a_header_chooses_neither_key_nor_algorithm() {
    let own = own_keys();
    for (member, value) in [
        ("alg", json!("dir")),
        ("alg", json!("ECDH-ES+A256KW")),
        ("alg", json!("RSA1_5")),
        ("enc", json!("A128CBC-HS256")),
        ("enc", json!("A128GCM")),
        ("cty", json!("text")),
        ("cty", Value::Null),
        ("kid", json!("sign-1")),
        ("kid", json!("../../etc/passwd")),
        ("zip", json!("DEF")),
        ("crit", json!(["exp"])),
        ("jku", json!("https://attacker.example")),
        ("jwk", json!({})),
        ("x5c", json!([])),
        ("epk", json!({"kty": "oct", "k": "AAAA"})),
        ("epk", json!({"kty": "EC", "crv": "P-256", "x": "AAAA", "y": "AAAA"})),
        ("apv", json!("AAAA")),
    ] {
        let text = encrypt("a.b.c", &own, |header| header[member] = value);
        assert!(own.decrypt(&text).is_err(), "HAZ-046: {member}");
    }
    // A point that is not on the curve.
    let zero = "A".repeat(64);
    let text = encrypt("a.b.c", &own, |header| {
        header["epk"]["x"] = json!(zero);
        header["epk"]["y"] = json!(zero);
    });
    assert_eq!(own.decrypt(&text), Err(Fault("epk")), "HAZ-046");
}
