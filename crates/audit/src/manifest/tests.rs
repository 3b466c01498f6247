//! A manifest can be rebuilt, and its hashes say nothing without its key.

use super::*;
use crate::sample;

#[test]
fn the_same_manifest_has_the_same_bytes_and_reads_back_equal() {
    let manifest = sample::manifest(1, "gp", 1);
    let bytes = manifest.to_bytes().unwrap();
    let back = Manifest::from_bytes(&bytes).unwrap();
    assert_eq!(back, manifest, "HAZ-025: what was shown can be named later");
    assert_eq!(back.to_bytes().unwrap(), bytes);
    let text = String::from_utf8(bytes).unwrap();
    assert!(
        text.contains(
            r#""shown":[["AllergyIntolerance","manifest-item-canary","3",null,"allergies","full","#
        ),
        "{text}"
    );
    assert!(text.ends_with(r#""v":"manifest/v2"}"#));
}

#[test]
fn an_item_hash_needs_the_key_of_its_opening() {
    let (one, other) = (item_key().unwrap(), item_key().unwrap());
    let item = b"{\"resourceType\":\"AllergyIntolerance\"}";
    assert_eq!(hash(&one, item), hash(&one, item));
    assert_ne!(hash(&one, item), hash(&other, item));
    assert_ne!(hash(&one, item), hash(&one, &item[1..]));
    assert_eq!(format!("{one:?}"), "ItemKey(…)");
}

#[test]
fn an_item_hash_is_the_first_half_of_the_hmac() {
    // RFC 4231, test case 2, with the key filled up with zeros, which HMAC does anyway.
    let mut key = [0; 32];
    key[..4].copy_from_slice(b"Jefe");
    let found = hash(&ItemKey::from_bytes(key), b"what do ya want for nothing?");
    assert_eq!(crate::hash::hex(&found), "5bdcc146bf60754e6a042426089575c7");
}

#[test]
fn another_version_unknown_fields_and_short_keys_are_refused() {
    let right = String::from_utf8(sample::manifest(1, "gp", 1).to_bytes().unwrap()).unwrap();
    let key = right.split("\"key\":\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    for wrong in [
        right.replace("manifest/v2", "manifest/v1"),
        right.replacen('{', "{\"later\":1,", 1),
        right.replace(&key, key.strip_prefix(|_: char| true).unwrap()),
        right.replace(&key, &key.to_uppercase().replace(|c: char| c.is_ascii_digit(), "G")),
        String::new(),
        "[]".to_owned(),
    ] {
        assert!(Manifest::from_bytes(wrong.as_bytes()).is_err(), "{wrong}");
    }
}
