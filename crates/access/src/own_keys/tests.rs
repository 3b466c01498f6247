//! What is published of our keys, and which files are refused.

use super::*;
use crate::testing::{doors::own_keys, now};

#[test]
fn only_the_public_halves_are_published() {
    let own = own_keys();
    let keys = own.jwks()["keys"].as_array().unwrap().clone();
    assert_eq!(keys.len(), 2);
    for (key, purpose, alg) in [(&keys[0], "sig", "ES384"), (&keys[1], "enc", "ECDH-ES")] {
        assert_eq!((key["use"].as_str(), key["alg"].as_str()), (Some(purpose), Some(alg)));
        assert!(key.get("d").is_none(), "HAZ-049");
        assert_eq!(key["crv"], "P-384");
    }
    let signed = own.client_assertion("us", "https://host.example/token", now()).unwrap();
    let key: Jwk = serde_json::from_value(keys[0].clone()).unwrap();
    let key = jsonwebtoken::DecodingKey::from_jwk(&key).unwrap();
    let (text, signature) = signed.rsplit_once('.').unwrap();
    assert!(jsonwebtoken::crypto::verify(signature, text.as_bytes(), &key, Algorithm::ES384).unwrap());
}

#[test]
fn a_file_without_such_a_key_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let pem = |kind| rcgen::KeyPair::generate_for(kind).unwrap().serialize_pem();
    let good = file("p384.pem", &pem(&rcgen::PKCS_ECDSA_P384_SHA384));
    let curve = file("p256.pem", &pem(&rcgen::PKCS_ECDSA_P256_SHA256));
    let edwards = file("ed.pem", &pem(&rcgen::PKCS_ED25519));
    let nothing = file("none.pem", "none");
    let read = |signing: &PathBuf, encryption: &PathBuf, id: &str| {
        OwnKeys::read(&OwnKeysConfig {
            signing_key_file: signing.clone(),
            signing_key_id: "s".into(),
            encryption_key_file: encryption.clone(),
            encryption_key_id: id.into(),
        })
    };
    assert!(read(&good, &curve, "e").is_ok());
    assert!(matches!(read(&curve, &good, "e"), Err(OwnKeysFault::Signing { .. })));
    assert!(matches!(read(&good, &edwards, "e"), Err(OwnKeysFault::Encryption { .. })));
    assert!(matches!(read(&nothing, &good, "e"), Err(OwnKeysFault::Read { .. })));
    assert!(matches!(read(&good, &good, "s"), Err(OwnKeysFault::SameId)));
}
