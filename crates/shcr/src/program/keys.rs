//! Takes the deployment's key, gives keys for one use each, the same on every replica: any of them takes a form that another
//! drew, and knows a browser that another met. Source: RFC 5869 (HKDF-SHA-256), RFC 2104.

use access::session;
use aws_lc_rs::{hkdf, hmac};

/// The salt of the derivation; changing it makes every open page's forms void.
const DERIVATION: &[u8] = b"shcr-session-v1";

/// What sessions need beside the store.
pub(crate) struct SessionKeys {
    form: hmac::Key,
    pub(super) device: [u8; 32],
}

impl SessionKeys {
    pub(super) fn new(key: &[u8; 32]) -> Option<Self> {
        let root = hkdf::Salt::new(hkdf::HKDF_SHA256, DERIVATION).extract(key);
        let derived = |of: &[u8]| {
            let mut derived = [0; 32];
            root.expand(&[of], hkdf::HKDF_SHA256).ok()?.fill(&mut derived).ok()?;
            Some(derived)
        };
        Some(Self {
            form: hmac::Key::new(hmac::HMAC_SHA256, &derived(b"form")?),
            device: derived(b"device")?,
        })
    }

    /// Proves that a form came from a page of this session.
    pub(super) fn form_token(&self, sid: &[u8; 32]) -> String {
        session::encode(hmac::sign(&self.form, sid).as_ref())
    }

    pub(super) fn is_form_token(&self, sid: &[u8; 32], token: &str) -> bool {
        session::decode(token).is_some_and(|tag| hmac::verify(&self.form, sid, &tag).is_ok())
    }
}
