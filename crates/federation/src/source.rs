//! Takes the sources' part of the configuration, gives it typed; refuses unknown fields, and what no question could use.

use fhir::{Category, OdsCode, SourceId};
use serde::Deserialize;
use std::{collections::HashSet, io, path::PathBuf, time::Duration};

/// One partner's source, as the sharing agreement describes it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourceConfig {
    pub id: SourceId,
    /// The name in the coverage row: `Acute`.
    pub short: String,
    /// The partner's full name.
    pub partner: String,
    pub ods: OdsCode,
    pub kind: Kind,
    /// Of a FHIR server: the address before `/Patient`. GP practices are found by the person's registration.
    pub base_url: Option<String>,
    pub api_key_file: Option<PathBuf>,
    /// The categories this source shares at all.
    #[serde(default)]
    pub shares: Vec<Category>,
    /// Present where the source is fed by periodic extracts.
    pub feed: Option<Feed>,
    /// Whom to ask when the record lacks something: a telephone number fit for the page.
    pub contact: String,
    /// Questions in flight at once, where the partner's schedule names a number.
    pub ceiling: Option<usize>,
}

/// What a source speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// The person's registered practice, over GP Connect Access Record: Structured.
    GpConnect,
    FhirR4,
    FhirStu3,
    /// A partner that shares nothing yet; it is named, never asked.
    None,
}

impl Kind {
    /// The name in configuration, traces and metrics.
    pub fn name(self) -> &'static str {
        match self {
            Kind::GpConnect => "gp-connect",
            Kind::FhirR4 => "fhir-r4",
            Kind::FhirStu3 => "fhir-stu3",
            Kind::None => "none",
        }
    }
}

/// How often a periodic feed comes, and from which age it is stale: whole hours or minutes, such as `24h` or `90m`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Feed {
    pub every: String,
    pub stale_after: String,
}

impl Feed {
    /// The age from which what was received last counts as stale. Checked at start, so present in a running gateway.
    pub fn stale_age(&self) -> Option<Duration> {
        duration(&self.stale_after)
    }
}

/// The national services and who we are to them.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NationalConfig {
    pub pds_url: String,
    pub sds_url: String,
    pub ssp_url: String,
    /// Our own accredited system identifier.
    pub asid: String,
    pub sds_api_key_file: Option<PathBuf>,
}

/// Why a configuration cannot be used. The program stops before a port opens.
#[derive(Debug, thiserror::Error)]
pub enum ConfigFault {
    #[error("two sources have the id `{id}`")]
    DuplicateId { id: SourceId },
    #[error("the source `{id}` needs a base_url")]
    NoBaseUrl { id: SourceId },
    #[error("`{name}` must be an https address (http on loopback only) without user, query or fragment")]
    Url { name: String },
    #[error("the key file `{path}` cannot be read")]
    KeyFile {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("the key file `{path}` holds no usable key")]
    Key { path: PathBuf },
    #[error("the feed of `{id}` has the unreadable duration `{text}`")]
    Feed { id: SourceId, text: String },
    #[error("cannot build an HTTP client")]
    Client(#[source] reqwest::Error),
}

/// What can be checked without touching a file or the network.
pub(crate) fn check(sources: &[SourceConfig]) -> Result<(), ConfigFault> {
    let mut seen = HashSet::new();
    for source in sources {
        if !seen.insert(&source.id) {
            return Err(ConfigFault::DuplicateId { id: source.id.clone() });
        }
        let durations = source.feed.iter().flat_map(|feed| [&feed.every, &feed.stale_after]);
        if let Some(text) = durations.into_iter().find(|text| duration(text).is_none()) {
            return Err(ConfigFault::Feed { id: source.id.clone(), text: text.clone() });
        }
    }
    Ok(())
}

/// A base address without its last `/`.
pub(crate) fn base_url(name: &str, text: &str) -> Result<reqwest::Url, ConfigFault> {
    let refused = || ConfigFault::Url { name: name.to_owned() };
    let url = reqwest::Url::parse(text.trim_end_matches('/')).map_err(|_| refused())?;
    if is_usable(&url) { Ok(url) } else { Err(refused()) }
}

/// Plain HTTP only on this machine; nothing in the address that could carry a secret or a person.
pub(crate) fn is_usable(url: &reqwest::Url) -> bool {
    let loopback = url.host_str().is_some_and(|host| matches!(host, "127.0.0.1" | "localhost" | "[::1]"));
    let secure = url.scheme() == "https" || (url.scheme() == "http" && loopback);
    let bare = url.username().is_empty() && url.password().is_none();
    secure && bare && url.query().is_none() && url.fragment().is_none()
}

fn duration(text: &str) -> Option<Duration> {
    let unit_s = match text.chars().last()? {
        'h' => 3600,
        'm' => 60,
        _ => return None,
    };
    let count: u64 = text.get(..text.len().saturating_sub(1))?.parse().ok()?;
    (count > 0).then(|| count.checked_mul(unit_s).map(Duration::from_secs)).flatten()
}

#[cfg(test)]
mod tests;
