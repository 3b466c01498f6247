//! Takes what is wrong with a configuration, gives where it stands and what to write instead. Names keys, files and
//! sources; never what a key file holds.

use fhir::SourceId;
use std::{fmt, io, path::PathBuf};

/// One key of the configuration: of a source, or of `[national]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub source: Option<SourceId>,
    /// Dotted where it stands in a table inside: `tls.ca_file`.
    pub key: &'static str,
}

impl Place {
    pub(crate) fn of(source: &SourceId, key: &'static str) -> Self {
        Self { source: Some(source.clone()), key }
    }

    pub(crate) fn national(key: &'static str) -> Self {
        Self { source: None, key }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.source {
            Some(source) => write!(f, "`{}` of the source `{source}`", self.key),
            None => write!(f, "`{}` of the national services", self.key),
        }
    }
}

/// Why a configuration cannot be used. The program stops before a port opens.
#[derive(Debug, thiserror::Error)]
pub enum ConfigFault {
    #[error("two sources have the id `{id}`")]
    DuplicateId { id: SourceId },
    #[error("the source `{id}` needs a base_url")]
    NoBaseUrl { id: SourceId },
    #[error("the source `{id}` goes through the national gateway, whose address is missing")]
    NoGateway { id: SourceId },
    #[error("a source of kind `{kind}` takes no `{key}`, and `{id}` has one")]
    NotForKind { id: SourceId, key: &'static str, kind: &'static str },
    #[error("the source `{id}` has both an API key and OAuth 2.0 credentials")]
    TwoCredentials { id: SourceId },
    #[error("the source `{id}` names a header for an API key and no key")]
    HeaderWithoutKey { id: SourceId },
    #[error("the API key of `{id}` cannot travel in that header")]
    Header { id: SourceId },
    #[error("from whom `{id}` may fetch documents: {fault}")]
    Keeper { id: SourceId, fault: Box<ConfigFault> },
    #[error("the source `{id}` has TLS settings and an address without TLS")]
    TlsWithoutHttps { id: SourceId },
    #[error("{at} must be an https address (http on loopback only) without user, query or fragment")]
    Url { at: Place },
    #[error("{at} could write: `{word}`")]
    Scope { at: Place, word: String },
    #[error("{at} is empty")]
    Empty { at: Place },
    #[error("{at}: the file `{path}` cannot be read")]
    KeyFile {
        at: Place,
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("{at}: the file `{path}` holds no usable key")]
    Key { at: Place, path: PathBuf },
    #[error("{at}: the file `{path}` holds no usable certificate")]
    Certificate { at: Place, path: PathBuf },
    #[error("{at} has the unreadable duration `{text}`")]
    Duration { at: Place, text: String },
    #[error("{at} has the unreadable window `{text}`")]
    Window { at: Place, text: String },
    #[error("{at} must be more than nothing")]
    Zero { at: Place },
    #[error("{at} is less than the ceiling of one practice, {least}")]
    TooLow { at: Place, least: usize },
    #[error("cannot build an HTTP client for {at}")]
    Client {
        at: Place,
        #[source]
        source: reqwest::Error,
    },
}

impl ConfigFault {
    /// The source (`None`: the national services) and the key it is about.
    pub fn place(&self) -> Option<(Option<&SourceId>, &'static str)> {
        use ConfigFault::*;
        Some(match self {
            DuplicateId { id } => (Some(id), "id"),
            NoBaseUrl { id } | TlsWithoutHttps { id } => (Some(id), "base_url"),
            NoGateway { id } => (Some(id), "route"),
            Keeper { id, .. } => (Some(id), "retrieve_from"),
            NotForKind { id, key, .. } => (Some(id), key),
            TwoCredentials { id } => (Some(id), "api_key_file"),
            HeaderWithoutKey { id } | Header { id } => (Some(id), "api_key_header"),
            Url { at }
            | Scope { at, .. }
            | Empty { at }
            | KeyFile { at, .. }
            | Key { at, .. }
            | Certificate { at, .. }
            | Duration { at, .. }
            | Window { at, .. }
            | Zero { at }
            | TooLow { at, .. }
            | Client { at, .. } => (at.source.as_ref(), at.key),
        })
    }

    /// What to write instead, in one sentence.
    pub fn fix(&self) -> String {
        use ConfigFault::*;
        let words = match self {
            DuplicateId { .. } => "give each source an `id` of its own",
            NoBaseUrl { .. } => {
                "add `base_url`, the address before `/Patient`, such as `https://fhir.example/r4`"
            }
            NoGateway { .. } => "add `gateway_url` to `[national]`, or take `route` away",
            NotForKind { key, kind, .. } => {
                return format!("take `{key}` away, or choose another kind than `{kind}`");
            }
            TwoCredentials { .. } => "keep the one its interface sheet names: `api_key_file` or `oauth2`",
            HeaderWithoutKey { .. } => "add `api_key_file`, or take `api_key_header` away",
            Keeper { fault, .. } => return fault.fix(),
            Header { .. } => "write the header's name alone, such as `X-Api-Key`",
            TlsWithoutHttps { .. } => "begin `base_url` with `https://`, or take `tls` away",
            Url { .. } => "write an address such as `https://fhir.example/r4`",
            Scope { .. } => "ask for reading only, such as `system/*.read` or `system/*.rs`",
            Empty { .. } => "write what its interface sheet names",
            KeyFile { .. } => {
                "name a file that the gateway's user can read; relative ones start at `state_dir`"
            }
            Key { at, .. } => return key_fix(at.key).to_owned(),
            Certificate { .. } => {
                "name a file with one or more certificates in PEM (`-----BEGIN CERTIFICATE-----`)"
            }
            Duration { .. } => "write whole hours or minutes, such as `24h` or `90m`",
            Window { .. } => {
                "write days and times such as `mon-fri 07:30-18:30`, or `02:00-04:00` for every day"
            }
            Zero { .. } => "write a number from 1",
            TooLow { least, .. } => return format!("write a number from {least}"),
            Client { .. } => "check the certificate, the private key and the authorities against each other",
        };
        words.to_owned()
    }
}

fn key_fix(key: &str) -> &'static str {
    match key {
        "oauth2.key_file" | "pds_oauth2.key_file" => {
            "name a private key in PEM (PKCS #8): an elliptic-curve one on P-384, or RSA of 2048 bits or more"
        }
        "tls.identity_file" => "name one PEM file with our certificate chain and its private key",
        "access_log.subject_key_file" => {
            "name a file with the 64 hexadecimal digits that were agreed with the partner"
        }
        _ => "name a file whose one line is the key",
    }
}
