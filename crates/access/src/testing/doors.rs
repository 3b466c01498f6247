//! A host that may come by every door, with the keys, tokens and encrypted texts it sends; an identity provider beside it.

use super::{NOW_S, TOKEN_URL, header, host_config, launch_claims, new_key, policy_dir, sign};
use crate::{
    Certificate,
    host::{HostConfig, Hosts},
    jwe,
    launch::signed::TokenForm,
    own_keys::{OwnKeys, OwnKeysConfig},
    session,
};
use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey},
    agreement::{self, ECDH_P384, PrivateKey, UnparsedPublicKey},
    cipher::{AES_256, EncryptionContext, PaddedBlockEncryptingKey, UnboundCipherKey},
    iv::FixedLength,
};
use base64::{Engine, engine::general_purpose::STANDARD, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::EncodingKey;
use serde_json::{Value, json};
use std::{path::Path, sync::LazyLock};

pub(crate) const PROVIDER: &str = "https://login.example";
pub(crate) const ORIGIN: &str = "https://pas.trust.example";
pub(crate) const LEGACY_KEY: [u8; 32] = [7; 32];
pub(crate) const LEGACY_IV: [u8; 16] = [9; 16];

pub(crate) static PROVIDER_KEY: LazyLock<EncodingKey> = LazyLock::new(new_key);

/// A certificate with that DNS name, signed by itself.
pub(crate) fn certificate(name: &str) -> Certificate {
    let made = rcgen::generate_simple_self_signed(vec![name.to_owned()]).unwrap();
    Certificate::new(made.cert.der())
}

/// `demo-host` with every door open; its keys lie in the folder.
pub(crate) fn config(folder: &Path) -> HostConfig {
    let key_file = folder.join("legacy.key");
    std::fs::write(&key_file, session::hex(&LEGACY_KEY)).unwrap();
    let doors: toml::Table = toml::from_str(&format!(
        r#"
        flows = ["signed", "exchange", "form", "legacy"]
        certificates = ["demo-host.example"]
        origins = ["{ORIGIN}"]
        roles_allowed = ["DOCTOR", "NURSE"]
        activities_allowed = ["B0380"]
        [exchange]
        code = {{ token_url = "http://127.0.0.1:1/token", client_id = "shared-care-record" }}
        [[exchange.providers]]
        issuer = "{PROVIDER}"
        jwks_url = "http://127.0.0.1:1/provider"
        algorithms = ["ES384"]
        audience = "pas-at-login"
        assurance = {{ mfa = 2, smartcard = 3 }}
        [[legacy]]
        organisation = "ZZ910"
        key_file = "{}"
        iv = "{}"
        until = "2026-12-31"
        networks = ["10.20.0.0/16"]
        parameter = "data"
        genders = {{ F = "female", M = "male" }}
        date_format = "%d/%m/%Y"
        timestamp_format = "%Y%m%d%H%M%S"
        [legacy.fields]
        nhs_number = "nhs"
        birth_date = "dob"
        family = "surname"
        given = "forename"
        gender = "sex"
        user = "user"
        user_name = "username"
        role = "role"
        timestamp = "time"
        "#,
        key_file.display(),
        session::hex(&LEGACY_IV),
    ))
    .unwrap();
    let plain = host_config("demo-host");
    let mut table: toml::Table = toml::from_str(&format!(
        "client_id = \"demo-host\"\nname = \"Demo host\"\njwks_url = \"{}\"\norganisations = [\"ZZ910\", \"ZZ911\"]\n\
         algorithms = [\"ES384\"]\nroles = \"roles/demo-host.csv\"\nassurance = {{ AAL2 = 2, AAL3 = 3 }}",
        plain.jwks_url
    ))
    .unwrap();
    table.extend(doors);
    table.try_into().unwrap()
}

/// `demo-host` with every door open, and `other-host` with a certificate of its own.
pub(crate) fn hosts() -> (Hosts, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let other =
        HostConfig { certificates: vec!["other-host.example".to_owned()], ..host_config("other-host") };
    (Hosts::load(vec![config(folder.path()), other], &policy_dir()).unwrap(), folder)
}

/// The gateway's own keys, new.
pub(crate) fn own_keys() -> OwnKeys {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| {
        let path = folder.path().join(name);
        let key = rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P384_SHA384).unwrap();
        std::fs::write(&path, key.serialize_pem()).unwrap();
        path
    };
    OwnKeys::read(&OwnKeysConfig {
        signing_key_file: file("sign.pem"),
        signing_key_id: "sign-1".into(),
        encryption_key_file: file("enc.pem"),
        encryption_key_id: "enc-1".into(),
    })
    .unwrap()
}

/// Encrypts to the published key, as a host would; `edit` alters the header before it is bound.
pub(crate) fn encrypt(text: &str, own: &OwnKeys, edit: impl FnOnce(&mut Value)) -> String {
    let key = own.jwks()["keys"].as_array().unwrap().iter().find(|key| key["use"] == "enc").unwrap();
    let coordinate = |member: &str| URL_SAFE_NO_PAD.decode(key[member].as_str().unwrap()).unwrap();
    let theirs = [vec![4], coordinate("x"), coordinate("y")].concat();
    let ephemeral = PrivateKey::generate(&ECDH_P384).unwrap();
    let public = ephemeral.compute_public_key().unwrap();
    let (x, y) = public.as_ref()[1..].split_at(48);
    let mut head = json!({
        "alg": "ECDH-ES", "enc": "A256GCM", "cty": "JWT", "kid": key["kid"], "apu": session::encode(b"demo-host"),
        "epk": {"kty": "EC", "crv": "P-384", "x": session::encode(x), "y": session::encode(y)},
    });
    edit(&mut head);
    let header = session::encode(head.to_string().as_bytes());
    let peer = UnparsedPublicKey::new(&ECDH_P384, theirs);
    let agreed = agreement::agree(&ephemeral, &peer, (), |secret| {
        Ok::<_, ()>(jwe::derive(secret, "A256GCM", [b"demo-host", b""], 256))
    });
    let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &agreed.unwrap()).unwrap());
    let mut sealed = text.as_bytes().to_vec();
    let nonce = Nonce::assume_unique_for_key([5; 12]);
    let tag = key.seal_in_place_separate_tag(nonce, Aad::from(header.as_bytes()), &mut sealed).unwrap();
    let parts = [[5; 12].as_slice(), &sealed, tag.as_ref()].map(session::encode);
    format!("{header}..{}", parts.join("."))
}

pub(crate) fn id_token_claims() -> Value {
    json!({
        "iss": PROVIDER, "sub": "entra-77", "aud": "pas-at-login", "iat": NOW_S - 30, "exp": NOW_S + 3600,
        "auth_time": NOW_S - 3600, "acr": "mfa", "amr": ["pwd", "mfa"],
    })
}

pub(crate) fn id_token(claims: &Value) -> String {
    sign(&header("JWT"), &claims.to_string(), &PROVIDER_KEY)
}

/// The host's word about that identity.
pub(crate) fn actor_claims(subject_token: &str) -> Value {
    let mut claims = launch_claims();
    let members = claims.as_object_mut().unwrap();
    let (patient, relationship) = (members.remove("patient"), members.remove("relationship"));
    members.remove("acr");
    members.remove("auth_time");
    claims["subject_token_hash"] = json!(session::encode(&session::hash(subject_token.as_bytes())));
    claims["authorization_details"] = json!([{
        "type": "shcr-launch", "patient": patient, "relationship": relationship, "purpose_of_use": ["TREAT"],
    }]);
    claims
}

pub(crate) fn exchange_form(subject_token: String, actor_token: String) -> TokenForm {
    let jwt = "urn:ietf:params:oauth:token-type:jwt";
    TokenForm {
        grant_type: "urn:ietf:params:oauth:grant-type:token-exchange".into(),
        scope: "launch".into(),
        client_assertion_type: Some("urn:ietf:params:oauth:client-assertion-type:jwt-bearer".into()),
        client_assertion: Some(super::client_assertion()),
        subject_token: Some(subject_token),
        subject_token_type: Some("urn:ietf:params:oauth:token-type:id_token".into()),
        actor_token: Some(actor_token),
        actor_token_type: Some(jwt.into()),
        requested_token_type: Some("urn:shcr:params:oauth:token-type:launch".into()),
        resource: TOKEN_URL.strip_suffix("/oauth2/token").map(str::to_owned),
        ..TokenForm::default()
    }
}

/// The query of an encrypted address.
pub(crate) fn legacy_query(text: &str) -> String {
    let bytes = legacy_ciphertext(text);
    format!("data={}", STANDARD.encode(bytes).replace('+', "%2B"))
}

pub(crate) fn legacy_ciphertext(text: &str) -> Vec<u8> {
    let key = UnboundCipherKey::new(&AES_256, &LEGACY_KEY).unwrap();
    let key = PaddedBlockEncryptingKey::cbc_pkcs7(key).unwrap();
    let mut bytes = text.as_bytes().to_vec();
    let iv = EncryptionContext::Iv128(FixedLength::from(LEGACY_IV));
    key.less_safe_encrypt(&mut bytes, iv).unwrap();
    bytes
}
