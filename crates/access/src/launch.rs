//! The launch: what a host asserted about one professional and one person, once verified. Built only by the doors
//! below this module, read everywhere, changed nowhere. Source: IHE IUA; HL7 v3-ActReason.

/// The back-channel signed launch, `POST /oauth2/token`.
pub mod signed;
/// Which host asks at the token endpoint.
mod client;
/// A user's identity from elsewhere, exchanged for a launch.
pub mod exchange;
/// A code that the host's own server exchanges for the same.
pub mod code;
/// A signed launch that came through the browser, encrypted.
pub mod form;
/// An encrypted address.
pub mod legacy;
/// What a browser's launch is refused with.
mod declined;
/// What the claims of a host's assertion must say, and the launch they make.
pub(crate) mod claims;
/// Identities that are no professional's.
mod citizen;
/// What both ways through an OpenID provider share.
pub mod oidc;
/// The SMART EHR launch, `GET /launch/smart`.
pub mod smart;
/// Direct access, `GET /direct`.
pub mod direct;

pub use declined::Declined;

use crate::{
    organisation::Organisation,
    role::{Claimed, Role, Smartcard},
};
use fhir::{FhirDate, NhsNumber, OdsCode};
use serde::{Deserialize, Serialize};
use std::{fmt, ops::Deref};

/// A verified launch. Its facts are read through it (`launch.person.family`); nothing can alter them.
///
/// INVARIANT: made by one of the doors, or read back from the bytes such a launch gave for the session store.
#[derive(Clone, PartialEq, Eq)]
pub struct Launch(Box<LaunchFacts>);

/// What a launch says.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LaunchFacts {
    /// Ours, random, for correlation.
    pub id: String,
    pub route: Route,
    /// The host's client id.
    pub host: String,
    pub host_name: String,
    /// The host's own session, for logout, patient switch and one-chart hosts.
    pub host_session: Option<String>,
    /// Origins of this host, and of no other, that may frame the page.
    pub frame_origins: Vec<String>,
    pub practitioner: Practitioner,
    /// Role claims as the host sent them.
    pub role_claims: Vec<String>,
    /// `None` where the host's map knows none of them: the browser is told `no-role`.
    pub role: Option<Role>,
    /// The host's map lets this role ask for emergency access (break-glass).
    pub emergency_access: bool,
    /// The host's map lets this role see who the person is, and nothing else.
    #[serde(default)]
    pub demographics_only: bool,
    /// What a smartcard says beside the job role.
    #[serde(default)]
    pub smartcard: Smartcard,
    pub role_map_version: String,
    pub organisation: Organisation,
    /// 0 legacy address; 1 one factor or unstated; 2 two factors; 3 phishing-resistant hardware.
    pub assurance: u8,
    /// When the professional last proved who they are, in seconds since 1970.
    pub auth_time_s: Option<i64>,
    pub person: Person,
    pub purpose: Purpose,
    pub relationship: Vec<Evidence>,
    /// Typed by the professional where the way in asks for it: direct access, break-glass.
    pub reason: Option<GivenReason>,
    pub received_at: jiff::Timestamp,
    /// SHA-256 of the assertion, hexadecimal.
    pub assertion_hash: String,
    /// Thumbprint (RFC 7638) of the host's own key that signed the assertion; `None` where the way in has none.
    #[serde(default)]
    pub signed_by: Option<String>,
    /// SHA-256 of the host's registration, hexadecimal.
    pub configuration_hash: String,
    /// What else was asserted, for the audit and for comparing.
    #[serde(default)]
    pub particulars: Particulars,
}

/// What else the host or an identity provider asserted.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Particulars {
    /// The workstation's name, as the host knows it.
    pub workstation: Option<String>,
    /// The workstation's address, as the host knows it.
    pub workstation_address: Option<String>,
    /// Issuer and subject of the identity that was exchanged.
    pub provider: Option<(String, String)>,
}

/// How they got in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Route {
    /// SMART App Launch, from the host's own server.
    Smart,
    /// The back-channel signed launch, the default.
    Signed,
    /// Token exchange.
    Exchange,
    /// Through the browser, as an encrypted form.
    Form,
    /// An encrypted address.
    Legacy,
    /// Through an identity provider, without a host.
    Direct,
}

impl Route {
    pub const ALL: [Route; 6] =
        [Route::Smart, Route::Signed, Route::Exchange, Route::Form, Route::Legacy, Route::Direct];

    pub fn name(self) -> &'static str {
        match self {
            Route::Smart => "smart",
            Route::Signed => "signed",
            Route::Exchange => "exchange",
            Route::Form => "form",
            Route::Legacy => "legacy",
            Route::Direct => "direct",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|route| route.name() == name)
    }
}

/// Where and when a door is used, and in which profile.
#[derive(Clone, Copy)]
struct Asked<'a> {
    token_url: &'a str,
    /// Only numbers of the test range, and those nowhere else (HAZ-054).
    training: bool,
    now: jiff::Timestamp,
}

/// Why, in the professional's own words.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GivenReason {
    /// Of the closed list of the way in.
    pub code: String,
    pub text: String,
}

impl GivenReason {
    /// The shortest and longest text that counts as one.
    pub const TEXT_CHARS: std::ops::RangeInclusive<usize> = 20..=1000;

    /// `None`: a code outside the list, or a text that says nothing.
    pub fn of(code: &str, text: &str, codes: &[&str]) -> Option<Self> {
        let text = text.trim();
        let says = Self::TEXT_CHARS.contains(&text.chars().count());
        (says && codes.contains(&code)).then(|| Self { code: code.to_owned(), text: text.to_owned() })
    }
}

/// The professional, as the host names them.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Practitioner {
    /// The host's stable user id.
    pub host_sub: String,
    /// The name for the banner and the audit.
    pub display: String,
    pub family: Option<String>,
    pub given: Vec<String>,
    pub title: Option<String>,
    /// `UNK` where there is no smartcard.
    pub sds_user_id: Option<String>,
    pub sds_role_profile_id: Option<String>,
    /// `S8000:G8000:R8001`.
    pub sds_job_role: Option<String>,
    pub local_user_id: Option<String>,
    /// Registration number with a professional body.
    pub registration: Option<String>,
}

/// The person, as the host knows them.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    pub nhs_number: NhsNumber,
    pub birth_date: FhirDate,
    pub family: String,
    pub given: Vec<String>,
    /// `male`, `female`, `other` or `unknown`.
    pub gender: String,
    pub gp_ods: Option<OdsCode>,
    /// The host's own record carries the sensitive flag (S): treated as not found everywhere (HAZ-023).
    #[serde(default)]
    pub sensitive: bool,
}

/// Why the record is opened. Anything outside the list is carried as sent, and refused by policy.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Purpose {
    Treat,
    Etreat,
    /// Break-glass.
    Btg,
    Other(String),
}

impl Purpose {
    /// The v3-ActReason code.
    pub fn code(&self) -> &str {
        match self {
            Purpose::Treat => "TREAT",
            Purpose::Etreat => "ETREAT",
            Purpose::Btg => "BTG",
            Purpose::Other(code) => code,
        }
    }
}

/// Kinds of legitimate relationship, strongest first.
pub const RELATIONSHIPS: [&str; 7] = [
    "registered-gp",
    "open-encounter",
    "accepted-referral",
    "caseload",
    "mental-health-care",
    "host-open",
    "self-claimed",
];

/// What the professional has to do with the person, as the host asserts it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// One of [`RELATIONSHIPS`].
    pub code: String,
    pub service: Option<String>,
    pub since: Option<String>,
    /// Opaque to us.
    pub reference: Option<String>,
}

/// The bytes are not a launch of this version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the stored launch cannot be read")]
pub struct NotALaunch;

impl Launch {
    fn new(facts: LaunchFacts) -> Self {
        Self(Box::new(facts))
    }

    /// For sealing into the session store, nowhere else: it holds the person in clear.
    pub fn to_sealed_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(&self.0).unwrap_or_default()
    }

    /// Reads back what [`Self::to_sealed_bytes`] gave. The store's seal is what makes it trustworthy.
    pub fn from_sealed_bytes(bytes: &[u8]) -> Result<Self, NotALaunch> {
        serde_json::from_slice(bytes).map(Self::new).map_err(|_| NotALaunch)
    }

    /// What a role map is asked about.
    pub(crate) fn claimed(&self) -> Claimed<'_> {
        Claimed {
            claims: &self.role_claims,
            job_role: self.practitioner.sds_job_role.as_deref(),
            smartcard: &self.smartcard,
        }
    }

    /// The relationship codes, sorted, each once.
    pub fn relationship_codes(&self) -> std::collections::BTreeSet<String> {
        self.relationship.iter().map(|evidence| evidence.code.clone()).collect()
    }
}

impl Deref for Launch {
    type Target = LaunchFacts;
    fn deref(&self) -> &LaunchFacts {
        &self.0
    }
}

impl fmt::Debug for Launch {
    /// Neither the professional nor the person is printed.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl fmt::Debug for LaunchFacts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Launch")
            .field("id", &self.id)
            .field("host", &self.host)
            .field("role", &self.role)
            .field("organisation", &self.organisation.ods)
            .field("assurance", &self.assurance)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Particulars {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Particulars(…)")
    }
}

impl fmt::Debug for GivenReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "GivenReason({})", self.code)
    }
}

impl fmt::Debug for Practitioner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Practitioner(…)")
    }
}

impl fmt::Debug for Person {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Person(…)")
    }
}

impl fmt::Debug for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Evidence({})", self.code)
    }
}
