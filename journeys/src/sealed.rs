//! Launches that are encrypted because they pass through a browser: takes texts, gives them as a host would send them.
//! Written from the standards alone, so that it can disagree with the gateway.
//! Source: RFC 7516, RFC 7518 section 4.6 (ECDH-ES, A256GCM); NIST SP 800-38A section 6.2 (CBC).

use crate::{client, ready::Ready};
use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey},
    agreement::{self, ECDH_P384, PrivateKey, UnparsedPublicKey},
    cipher::{AES_256, EncryptionContext, PaddedBlockEncryptingKey, UnboundCipherKey},
    digest,
    iv::FixedLength,
    rand,
};
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use serde_json::{Value, json};

/// Encrypts to the key the gateway publishes.
pub async fn for_gateway(ready: &Ready, text: &str) -> String {
    let jwks = client().get(ready.text("gateway_url") + "/.well-known/jwks.json").send().await;
    let jwks: Value = jwks.expect("the gateway answers").json().await.expect("JSON");
    let keys = jwks.get("keys").and_then(Value::as_array).expect("keys");
    let key = keys.iter().find(|key| key.get("use") == Some(&json!("enc"))).expect("a key to encrypt to");
    let member = |name: &str| key.get(name).and_then(Value::as_str).expect("a member").to_owned();
    let decoded = |name: &str| URL_SAFE_NO_PAD.decode(member(name)).expect("base64url");
    let theirs = [vec![4], decoded("x"), decoded("y")].concat();
    let ephemeral = PrivateKey::generate(&ECDH_P384).expect("a key");
    let public = ephemeral.compute_public_key().expect("its public half");
    let coordinate =
        |from: usize| URL_SAFE_NO_PAD.encode(public.as_ref().get(from..from + 48).expect("48 bytes"));
    let header = json!({
        "alg": "ECDH-ES", "enc": "A256GCM", "cty": "JWT", "kid": member("kid"),
        "epk": {"kty": "EC", "crv": "P-384", "x": coordinate(1), "y": coordinate(49)},
    });
    let header = URL_SAFE_NO_PAD.encode(header.to_string());
    let peer = UnparsedPublicKey::new(&ECDH_P384, theirs);
    let secret = agreement::agree(&ephemeral, &peer, (), |secret| Ok::<_, ()>(concat_kdf(secret)));
    let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &secret.expect("agreed")).expect("a key"));
    let mut iv = [0; 12];
    rand::fill(&mut iv).expect("random bytes");
    let mut sealed = text.as_bytes().to_vec();
    let tag = key
        .seal_in_place_separate_tag(
            Nonce::assume_unique_for_key(iv),
            Aad::from(header.as_bytes()),
            &mut sealed,
        )
        .expect("it can be sealed");
    let parts = [iv.as_slice(), &sealed, tag.as_ref()].map(|part| URL_SAFE_NO_PAD.encode(part));
    format!("{header}..{}", parts.join("."))
}

/// One round, without party information.
fn concat_kdf(secret: &[u8]) -> Vec<u8> {
    let lengths = [&7_u32.to_be_bytes()[..], b"A256GCM", &[0; 4], &[0; 4], &256_u32.to_be_bytes()].concat();
    digest::digest(&digest::SHA256, &[&1_u32.to_be_bytes()[..], secret, &lengths].concat()).as_ref().to_vec()
}

/// The ciphertext of an address, with the key and the initialisation vector of the demo's `fairfax`.
pub fn address(ready: &Ready, text: &str) -> Vec<u8> {
    let hex =
        std::fs::read_to_string(ready.state_dir().join("fairfax-legacy.key")).expect("its key can be read");
    let byte = |place: usize| u8::from_str_radix(hex.get(place * 2..place * 2 + 2).expect("64 digits"), 16);
    let key: Vec<u8> = (0..32).map(|place| byte(place).expect("hexadecimal")).collect();
    let iv: [u8; 16] = std::array::from_fn(|place| u8::try_from(place).expect("small"));
    let key = PaddedBlockEncryptingKey::cbc_pkcs7(UnboundCipherKey::new(&AES_256, &key).expect("a key"));
    let mut bytes = text.as_bytes().to_vec();
    let context = EncryptionContext::Iv128(FixedLength::from(iv));
    key.expect("a key").less_safe_encrypt(&mut bytes, context).expect("it can be encrypted");
    bytes
}

/// As it stands in a query.
pub fn in_query(ciphertext: &[u8]) -> String {
    STANDARD.encode(ciphertext).replace('+', "%2B").replace('/', "%2F").replace('=', "%3D")
}
