//! Makes the keys that are the gateway's own, once for a state folder: P-384, PEM, readable by their owner alone; and the key
//! of the demonstration's encrypted addresses. Source: RFC 5958, RFC 7468.

use super::write_secret;
use aws_lc_rs::{
    rand::{self, SystemRandom},
    signature::{ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use std::path::Path;

const PAIRS: [&str; 2] = ["gateway-signing.pem", "gateway-encryption.pem"];
const LEGACY: &str = "fairfax-legacy.key";

pub(crate) fn make(folder: &Path) -> miette::Result<()> {
    for name in PAIRS {
        let path = folder.join(name);
        if !path.exists() {
            write_secret(&path, &pair()?)?;
        }
    }
    let path = folder.join(LEGACY);
    if !path.exists() {
        let mut key = [0u8; 32];
        rand::fill(&mut key).map_err(|_| miette::miette!("the operating system gave no random bytes"))?;
        write_secret(&path, &access::session::hex(&key))?;
    }
    Ok(())
}

fn pair() -> miette::Result<String> {
    let made = EcdsaKeyPair::generate_pkcs8(&ECDSA_P384_SHA384_FIXED_SIGNING, &SystemRandom::new());
    let made = made.map_err(|_| miette::miette!("no key could be made"))?;
    let encoded = STANDARD.encode(made.as_ref());
    let lines: Vec<&str> =
        encoded.as_bytes().chunks(64).filter_map(|line| std::str::from_utf8(line).ok()).collect();
    Ok(format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", lines.join("\n")))
}
