//! What a sender says of its extract before it is believed: whose it is, which feed, how many rows, which bytes, as at when,
//! the how-manieth. Signed by the sender (JWS, ES384), or plain where a sender cannot sign. Refuses another partner's, an
//! altered, an older and a replayed one, each in its own words (HAZ-042, F30). Source: RFC 7515, RFC 7518 section 3.4.

use crate::{config::ManifestKind, vault::generation::Mode, vault::read::FeedState};
use jiff::Timestamp;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};

/// The `typ` of a signed manifest.
const TYPE: &str = "shcr-manifest+jwt";
/// A manifest larger than this is not one.
pub const SIZE_MAX_BYTES: usize = 1024 * 1024;
/// How far a sender's clock may be ahead of ours.
const AHEAD_S: i64 = 300;

/// What stands in a manifest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The partner's ODS code.
    pub partner: String,
    pub feed: String,
    /// The name of the file it speaks of, without a path.
    pub file: String,
    /// Of the file, hexadecimal.
    pub sha256: String,
    pub size_bytes: u64,
    /// Rows, lines or messages in it; of a file with a heading, the heading not counted.
    pub rows: u64,
    /// When the sender's system made it, RFC 3339.
    pub as_at: Timestamp,
    /// Greater with each extract of this feed.
    pub sequence: i64,
    /// `snapshot`, `delta` or `messages`.
    pub mode: String,
    /// Of a delta: the sequence of the extract it follows. The first of a feed follows none, and holds everything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<i64>,
}

/// Why a manifest, and the extract with it, is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ManifestFault {
    #[error("the manifest is larger than {SIZE_MAX_BYTES} bytes")]
    Size,
    #[error("the manifest is not signed by the key this feed is configured with")]
    Signature,
    #[error("the manifest cannot be read: {0}")]
    Form(String),
    #[error("the manifest is `{0}`'s, not this partner's")]
    Partner(String),
    #[error("the manifest is of feed `{0}`")]
    Feed(String),
    #[error("the manifest says `{said}`, this feed comes as `{configured}`")]
    Mode { said: String, configured: &'static str },
    #[error("it is older than what is here: sequence {sequence}, and {here} was taken")]
    Older { sequence: i64, here: i64 },
    #[error("sequence {0} was taken already, with other content")]
    Replayed(i64),
    #[error("it is as at a time before that of what is here")]
    Backwards,
    #[error("it is as at a time that is still to come")]
    Future,
    #[error("an extract is missing: this one follows {after}, and {here} is here")]
    Gap { after: i64, here: i64 },
    #[error("the manifest of a delta says which extract it follows, in `after`")]
    NoAfter,
}

/// Who signs, if anybody.
pub(crate) enum Trust {
    Signed(Box<DecodingKey>),
    Plain,
}

impl Trust {
    pub(crate) fn of(kind: ManifestKind, public_key: Option<&[u8]>) -> Result<Self, String> {
        match (kind, public_key) {
            (ManifestKind::Signed, Some(pem)) => DecodingKey::from_ec_pem(pem)
                .map(|key| Self::Signed(Box::new(key)))
                .map_err(|_| "not a public key in PEM for ES384".to_owned()),
            (ManifestKind::Signed, None) => Err("a signed manifest needs the sender's public key".to_owned()),
            _ => Ok(Self::Plain),
        }
    }

    pub(crate) fn read(&self, bytes: &[u8]) -> Result<Manifest, ManifestFault> {
        if bytes.len() > SIZE_MAX_BYTES {
            return Err(ManifestFault::Size);
        }
        match self {
            Trust::Plain => {
                let text =
                    fhir::json::check(bytes).map_err(|error| ManifestFault::Form(error.to_string()))?;
                serde_json::from_str(text).map_err(|error| ManifestFault::Form(error.to_string()))
            }
            Trust::Signed(key) => {
                let mut rules = Validation::new(Algorithm::ES384);
                rules.required_spec_claims.clear();
                (rules.validate_exp, rules.validate_aud) = (false, false);
                let token = jsonwebtoken::decode::<Manifest>(bytes.trim_ascii(), key, &rules);
                let token = token.map_err(|error| match error.kind() {
                    jsonwebtoken::errors::ErrorKind::Json(error) => ManifestFault::Form(error.to_string()),
                    _ => ManifestFault::Signature,
                })?;
                if token.header.typ.as_deref() != Some(TYPE) {
                    return Err(ManifestFault::Form(format!("its `typ` is not `{TYPE}`")));
                }
                Ok(token.claims)
            }
        }
    }
}

impl Manifest {
    /// Signs it, as a sender does.
    pub fn signed(&self, private_key_pem: &[u8]) -> Result<String, String> {
        let key = EncodingKey::from_ec_pem(private_key_pem)
            .map_err(|_| "not a private key in PEM (PKCS #8) for ES384".to_owned())?;
        let header = Header { typ: Some(TYPE.to_owned()), ..Header::new(Algorithm::ES384) };
        jsonwebtoken::encode(&header, self, &key).map_err(|_| "could not be signed".to_owned())
    }

    /// Whether it is for this feed and follows what is here. `Ok(true)`: the very same was taken already.
    pub(crate) fn check(
        &self,
        (partner, feed, mode): (&str, &str, Mode),
        here: &FeedState,
        here_sha256: Option<&str>,
        now: Timestamp,
    ) -> Result<bool, ManifestFault> {
        if self.partner != partner {
            return Err(ManifestFault::Partner(self.partner.clone()));
        }
        if self.feed != feed {
            return Err(ManifestFault::Feed(self.feed.clone()));
        }
        let mode = match Mode::parse(&self.mode) {
            Some(said) if said == mode => mode,
            // A feed of changes begins with everything, and may begin again.
            Some(Mode::Snapshot) if mode == Mode::Delta => Mode::Snapshot,
            _ => return Err(ManifestFault::Mode { said: self.mode.clone(), configured: mode.name() }),
        };
        if self.as_at.as_second() > now.as_second() + AHEAD_S {
            return Err(ManifestFault::Future);
        }
        let Some(as_at) = here.as_at else {
            // A delta without what it changes would be taken for all there is.
            let gap = |after| ManifestFault::Gap { after, here: 0 };
            return self.after.filter(|_| mode == Mode::Delta).map_or(Ok(false), |after| Err(gap(after)));
        };
        match self.sequence.cmp(&here.sequence) {
            std::cmp::Ordering::Less => {
                return Err(ManifestFault::Older { sequence: self.sequence, here: here.sequence });
            }
            std::cmp::Ordering::Equal if here_sha256 == Some(&self.sha256) => return Ok(true),
            std::cmp::Ordering::Equal => return Err(ManifestFault::Replayed(self.sequence)),
            std::cmp::Ordering::Greater => {}
        }
        if self.as_at.as_millisecond() < as_at {
            return Err(ManifestFault::Backwards);
        }
        match (mode, self.after) {
            (Mode::Delta, None) => Err(ManifestFault::NoAfter),
            (Mode::Delta, Some(after)) if after != here.sequence => {
                Err(ManifestFault::Gap { after, here: here.sequence })
            }
            _ => Ok(false),
        }
    }
}

#[cfg(test)]
mod tests;
