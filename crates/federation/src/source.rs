//! Takes the sources' part of the configuration, gives it typed; refuses unknown fields, and what no question could use.

/// The files a configuration names.
mod paths;
/// What no question could use.
mod check;
/// Why a configuration cannot be used, and where.
mod fault;
/// Where names may lead.
mod addresses;

pub use addresses::Addresses;
pub(crate) use check::{check, faults};
pub use fault::{ConfigFault, Place};

use crate::access_log::AccessLogConfig;
use crate::limits::Limits;
use crate::sources::{KINDS, KindOfSource};
use fhir::{Category, OdsCode, SourceId};
use serde::{Deserialize, Deserializer, de::Error};
use std::{path::PathBuf, time::Duration};

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
    /// A key sent with every request, in the header its interface sheet names.
    pub api_key_file: Option<PathBuf>,
    pub api_key_header: Option<String>,
    pub oauth2: Option<OAuth2>,
    pub tls: Option<Tls>,
    /// Where its names may lead beside public addresses.
    #[serde(default)]
    pub addresses: Addresses,
    /// How the person is searched for, where a server cannot do so by POST.
    #[serde(default)]
    pub person_search: PersonSearch,
    /// Whether its requests name the professional and the organisation that ask, for its own audit.
    #[serde(default)]
    pub says_who: bool,
    /// Of GP practices: the way there.
    #[serde(default)]
    pub route: Route,
    /// Of pointers: from whom this gateway may fetch documents.
    #[serde(default)]
    pub retrieve_from: Vec<Keeper>,
    /// Whether the partner keeps a register of who has objected to its sharing, to be asked at every opening.
    #[serde(default)]
    pub consent: Consent,
    /// Whether it still keeps people under NHS numbers that others have taken the place of: then it is asked under those too.
    #[serde(default)]
    pub keys_on_superseded: bool,
    /// Where it hands over its own log of our requests, to be held against our entries; without it the two are not compared.
    pub access_log: Option<AccessLogConfig>,
    /// Whether its controller lets restricted items out under break-glass.
    #[serde(default)]
    pub releases_restricted: bool,
    /// Whether its controller lets an objection be overridden under break-glass.
    #[serde(default)]
    pub releases_on_override: bool,
    /// The categories this source shares at all.
    #[serde(default)]
    pub shares: Vec<Category>,
    /// Present where the source is fed by periodic extracts.
    pub feed: Option<Feed>,
    /// Whom to ask when the record lacks something: a telephone number fit for the page.
    pub contact: String,
    /// Questions in flight at once, where the partner's schedule names a number.
    pub ceiling: Option<usize>,
    /// Of practices: questions in flight at once at each endpoint that answers for several of them.
    pub supplier_ceiling: Option<usize>,
    /// Whether it is asked less than its ceiling while it is strained.
    #[serde(default = "adapts")]
    pub adapts: bool,
    /// Questions that leave in any second, where the partner's schedule names a number.
    pub per_second: Option<u32>,
    /// When it may be asked, such as `mon-fri 07:30-18:30`, by the clock in London; none: always.
    #[serde(default)]
    pub agreed_hours: Vec<String>,
    /// When it may not, such as `02:00-04:00`.
    #[serde(default)]
    pub quiet_windows: Vec<String>,
}

impl SourceConfig {
    /// Questions at once at an endpoint behind which several practices stand; never fewer than one of them may have.
    pub(crate) fn at_a_supplier(&self, limits: &Limits) -> usize {
        let own = self.ceiling.unwrap_or(limits.ceiling);
        self.supplier_ceiling.unwrap_or_else(|| limits.supplier_ceiling.max(own))
    }
}

fn adapts() -> bool {
    true
}

/// What a source speaks: one of the kinds of [`crate::sources`], or nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kind(Option<&'static str>);

/// No such kind of source.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown kind `{name}`, expected one of {known}")]
pub struct NotAKind {
    name: String,
    known: String,
}

impl Kind {
    /// A partner that shares nothing yet; it is named, never asked.
    pub const NONE: Kind = Kind(None);
    const NONE_NAME: &'static str = "none";

    pub fn named(name: &str) -> Result<Self, NotAKind> {
        if name == Self::NONE_NAME {
            return Ok(Self::NONE);
        }
        let known = || KINDS.iter().map(|kind| format!("`{}`", kind.name)).chain(["`none`".to_owned()]);
        let refused = || NotAKind { name: name.to_owned(), known: known().collect::<Vec<_>>().join(", ") };
        let kind = KINDS.iter().find(|kind| kind.name == name).ok_or_else(refused)?;
        Ok(Self(Some(kind.name)))
    }

    /// The name in configuration, traces and metrics.
    pub fn name(self) -> &'static str {
        self.0.unwrap_or(Self::NONE_NAME)
    }

    pub fn is_none(self) -> bool {
        self.0.is_none()
    }

    /// Whether it stands for the person's registered practice.
    pub fn is_practice(self) -> bool {
        self.line().is_some_and(|kind| kind.is_practice)
    }

    /// What it speaks, in words for the operator.
    pub fn speaks(self) -> &'static str {
        self.line().map_or("no source", |kind| kind.speaks)
    }

    pub(crate) fn line(self) -> Option<&'static KindOfSource> {
        KINDS.iter().find(|kind| Some(kind.name) == self.0)
    }
}

impl<'de> Deserialize<'de> for Kind {
    fn deserialize<D: Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
        Self::named(&String::deserialize(reader)?).map_err(D::Error::custom)
    }
}

/// OAuth 2.0 client credentials with a signed assertion. Source: RFC 7523; SMART Backend Services.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OAuth2 {
    pub token_url: String,
    pub client_id: String,
    /// Our private key in PEM (PKCS #8), P-384 or RSA.
    pub key_file: PathBuf,
    /// The `kid` under which the partner knows the public key.
    pub key_id: Option<String>,
    /// Read scopes only, such as `system/*.read`.
    pub scope: String,
}

/// A keeper of documents that pointers lead to, and how its interface sheet wants to be asked.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Keeper {
    /// Scheme, host and port, such as `https://documents.trust.example`.
    pub origin: String,
    pub api_key_file: Option<PathBuf>,
    pub api_key_header: Option<String>,
    pub oauth2: Option<OAuth2>,
    pub tls: Option<Tls>,
    #[serde(default)]
    pub addresses: Addresses,
}

/// Mutual TLS, and a partner's own certificate authority.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tls {
    /// Our certificate chain and its private key in one PEM file.
    pub identity_file: Option<PathBuf>,
    /// The authorities this source's certificate must come from, in PEM; without it, those of the machine.
    pub ca_file: Option<PathBuf>,
}

/// How a server is asked for its Patient. A number in an address ends in other people's logs (HAZ-049).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PersonSearch {
    #[default]
    Post,
    Get,
}

/// A partner's register of objections: FHIR Consent, at the address of its source. `true`, `false`, or a table.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Consent {
    /// It has none.
    #[default]
    None,
    Asked(WhenSilent),
}

/// What becomes of a partner whose register does not say.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WhenSilent {
    /// Nothing of it is asked for or shown.
    #[default]
    Withheld,
    /// Its controller has chosen to share all the same.
    Shared,
}

impl Consent {
    pub fn is_asked(self) -> bool {
        matches!(self, Consent::Asked(_))
    }
}

impl<'de> Deserialize<'de> for Consent {
    fn deserialize<D: Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Table {
            #[serde(default)]
            when_silent: WhenSilent,
        }
        #[derive(Deserialize)]
        #[serde(untagged, expecting = "`true`, `false` or `{ when_silent = \"withheld\" | \"shared\" }`")]
        enum Written {
            Plain(bool),
            Table(Table),
        }
        Ok(match Written::deserialize(reader)? {
            Written::Plain(false) => Consent::None,
            Written::Plain(true) => Consent::Asked(WhenSilent::default()),
            Written::Table(table) => Consent::Asked(table.when_silent),
        })
    }
}

/// The way to a practice.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Route {
    /// Look the practice up, then go through the Spine Secure Proxy.
    #[default]
    SpineSecureProxy,
    /// The national gateway does the looking up.
    NationalGateway,
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
    /// The newer national route to practices, where a source names it.
    pub gateway_url: Option<String>,
    /// The token for it, where it does not take the professional's own.
    pub gateway_token_file: Option<PathBuf>,
    /// Application-restricted access to PDS.
    pub pds_oauth2: Option<OAuth2>,
    /// Requests to PDS in a second, for the whole deployment.
    #[serde(default = "pds_per_second")]
    pub pds_per_second: u32,
    /// How long an endpoint looked up at SDS may be used again, such as `10m`; absent: within one opening only, as the
    /// specification wants.
    pub keep_endpoints: Option<String>,
    /// Towards PDS, SDS and the proxy.
    pub tls: Option<Tls>,
    /// Where their names may lead beside public addresses.
    #[serde(default)]
    pub addresses: Addresses,
}

/// What PDS allows an application unless agreed otherwise.
fn pds_per_second() -> u32 {
    5
}

/// A base address without its last `/`.
pub(crate) fn base_url(at: Place, text: &str) -> Result<reqwest::Url, ConfigFault> {
    let url = reqwest::Url::parse(text.trim_end_matches('/')).ok().filter(is_usable);
    url.ok_or(ConfigFault::Url { at })
}

/// Plain HTTP only on this machine; nothing in the address that could carry a secret or a person.
pub(crate) fn is_usable(url: &reqwest::Url) -> bool {
    let loopback = url.host_str().is_some_and(|host| matches!(host, "127.0.0.1" | "localhost" | "[::1]"));
    let secure = url.scheme() == "https" || (url.scheme() == "http" && loopback);
    let bare = url.username().is_empty() && url.password().is_none();
    secure && bare && url.query().is_none() && url.fragment().is_none()
}

/// Whole hours or minutes; more than none.
pub(crate) fn duration(text: &str) -> Option<Duration> {
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
