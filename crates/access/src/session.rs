//! What a session holds, its secrets and its cookie. Gives secrets, hashes and header text; keeps nothing:
//! the store holds hashes and sealed content only. Source: RFC 6265bis, RFC 4648 section 5; CHIPS.

use crate::{
    break_glass::Exception,
    certificate::Certificate,
    launch::{GivenReason, Launch},
    staff_match::StaffMatch,
};
use aws_lc_rs::{digest, rand};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};

/// Why a view ended.
mod ending;
/// Which kind of browser it was begun in.
pub mod device;

pub use device::{Device, Fingerprint};
pub use ending::Ending;

/// A launched view ends after this long without the professional doing anything.
pub const IDLE_S: i64 = 10 * 60;
/// A launched view ends after this long whatever happens.
pub const ABSOLUTE_S: i64 = 60 * 60;
/// The same for direct access, where no host watches over the professional: half.
pub const DIRECT_IDLE_S: i64 = IDLE_S / 2;
pub const DIRECT_ABSOLUTE_S: i64 = ABSOLUTE_S / 2;
/// Whatever a deployment chooses lies within these.
pub const IDLE_BOUNDS_S: [i64; 2] = [2 * 60, 30 * 60];
pub const ABSOLUTE_MAX_S: i64 = 4 * 60 * 60;
/// The professional is warned this long before a view ends.
pub const WARNING_S: i64 = 60;
/// The session cookie.
pub const COOKIE: &str = "__Host-shcr";

/// What the program seals into the session store.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SessionContent {
    #[serde(with = "sealed")]
    pub launch: Launch,
    /// The origin that frames this view; `None` at top level.
    pub frame: Option<String>,
    /// The professional has chosen to go on after the interruption page, and that is recorded.
    pub confirmed_identity: bool,
    /// The kind of browser it was begun in.
    #[serde(default)]
    pub device: Option<Fingerprint>,
    /// Emergency access begun in this session, in force or run out.
    #[serde(default)]
    pub break_glass: Option<Exception>,
    /// What the employer's answer was when the professional gave a reason for going on, and that is recorded.
    #[serde(default)]
    pub acknowledged: Option<StaffMatch>,
    /// Typed by the professional because this record asks for it, and recorded.
    #[serde(default)]
    pub reason: Option<GivenReason>,
    /// Of the host's own server: the thumbprint of the certificate its token is bound to. No browser enters such a session, and no
    /// server any other.
    #[serde(default)]
    pub server: Option<String>,
}

impl SessionContent {
    /// Of a host's own server, known by that certificate.
    pub fn of_server(launch: Launch, certificate: &Certificate) -> Self {
        Self {
            launch,
            frame: None,
            confirmed_identity: false,
            device: None,
            break_glass: None,
            acknowledged: None,
            reason: None,
            server: Some(certificate.thumbprint()),
        }
    }

    /// Whether both belong to one professional of one host.
    pub fn is_same_professional(&self, launch: &Launch) -> bool {
        self.launch.host == launch.host && self.launch.practitioner.host_sub == launch.practitioner.host_sub
    }
}

/// 256 random bits.
#[expect(clippy::expect_used, reason = "without randomness no session may exist; the request must die")]
pub fn new_secret() -> [u8; 32] {
    let mut secret = [0; 32];
    rand::fill(&mut secret).expect("the system gives random bytes");
    secret
}

/// SHA-256: what the store keeps of a secret.
pub fn hash(secret: &[u8]) -> [u8; 32] {
    let mut out = [0; 32];
    for (to, from) in out.iter_mut().zip(digest::digest(&digest::SHA256, secret).as_ref()) {
        *to = *from;
    }
    out
}

/// Base64url without padding, as in paths and cookies.
pub fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Strict: no padding, no other alphabet, exactly 32 bytes.
pub fn decode(text: &str) -> Option<[u8; 32]> {
    URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The `Set-Cookie` value of a new session; framed views get a cookie of their own partition.
pub fn set_cookie(secret: &[u8; 32], framed: bool) -> String {
    format!("{COOKIE}={}; Path=/; Secure; HttpOnly; {}", encode(secret), same_site(framed))
}

/// The `Set-Cookie` value that ends it.
pub fn clear_cookie(framed: bool) -> String {
    format!("{COOKIE}=; Path=/; Secure; HttpOnly; {}; Max-Age=0", same_site(framed))
}

/// The session secret in a `Cookie` header. Two cookies of the name are nobody's.
pub fn read_cookie(header: &str) -> Option<[u8; 32]> {
    let mut values =
        header.split(';').filter_map(|pair| pair.trim().split_once('=')).filter(|(name, _)| *name == COOKIE);
    let (_, value) = values.next()?;
    if values.next().is_some() { None } else { decode(value) }
}

fn same_site(framed: bool) -> &'static str {
    if framed { "SameSite=None; Partitioned" } else { "SameSite=Lax" }
}

/// A launch inside stored content, as the bytes it gives for the store.
mod sealed {
    use super::{Engine, Launch, URL_SAFE_NO_PAD};
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer>(launch: &Launch, to: S) -> Result<S::Ok, S::Error> {
        URL_SAFE_NO_PAD.encode(launch.to_sealed_bytes()).serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Launch, D::Error> {
        let bytes = URL_SAFE_NO_PAD.decode(String::deserialize(from)?).map_err(D::Error::custom)?;
        Launch::from_sealed_bytes(&bytes).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests;
