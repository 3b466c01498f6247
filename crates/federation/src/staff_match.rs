//! Takes a professional, a person and the professional's own organisation, gives what that organisation says of the two. Both
//! travel as keyed hashes; an answer that is late, odd or missing is none, and stops nobody. Cancel-safe.
//! Source: `docs/look-up/staff-match.md`; HMAC (RFC 2104) with SHA-256; HAZ-048, HAZ-049.

use crate::{
    auth::Credentials,
    fault::Fault,
    guard::{Agreed, Guard, Verdict, Visit},
    limits::Limits,
    source::{self, Addresses, ConfigFault, OAuth2, Place, Tls},
    wire::{self, Answer, Bounds, Line, Lines, line::Renewed},
};
use access::staff_match::StaffMatch;
use aws_lc_rs::hmac;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use fhir::{NhsNumber, OdsCode, SourceId};
use jiff::Timestamp;
use reqwest::Url;
use serde::Deserialize;
use serde_json::json;
use std::{
    collections::{BTreeSet, HashMap},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};
use tokio::time::{Instant, timeout_at};

/// How long an opening waits for an employer's answer.
pub const WAIT: Duration = Duration::from_millis(300);

/// The version of question and answer.
const VERSION: u64 = 1;
/// No answer is longer; a token is.
const ANSWER_BYTES: usize = 16 * 1024;
/// Openings of one organisation that ask at the same time.
const AT_ONCE: usize = 32;
/// Of the key of the hashes.
const KEY_BYTES: usize = 32;

/// How one organisation is asked about its staff, and how it wants to be asked.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StaffMatchConfig {
    pub url: String,
    /// 32 random bytes as 64 hexadecimal digits, shared with this organisation alone.
    pub hash_key_file: PathBuf,
    /// Its name, so that it can be changed on both sides.
    pub hash_key_id: String,
    pub api_key_file: Option<PathBuf>,
    pub api_key_header: Option<String>,
    pub oauth2: Option<OAuth2>,
    pub tls: Option<Tls>,
    /// Where its name may lead beside public addresses.
    #[serde(default)]
    pub addresses: Addresses,
}

impl StaffMatchConfig {
    /// Key, certificate and authority files.
    pub fn paths_mut(&mut self) -> impl Iterator<Item = &mut PathBuf> {
        let oauth2 = self.oauth2.as_mut().map(|oauth2| &mut oauth2.key_file);
        let keys = std::iter::once(&mut self.hash_key_file).chain(&mut self.api_key_file).chain(oauth2);
        keys.chain(self.tls.iter_mut().flat_map(Tls::paths_mut))
    }
}

/// Every organisation that can be asked about its staff.
pub struct Employers {
    by_code: HashMap<OdsCode, Employer>,
    limits: Arc<Limits>,
    lines: Lines,
    wait: Duration,
}

/// Who asks about whom, at which opening.
pub struct Staff<'a> {
    pub organisation: &'a OdsCode,
    /// Every name under which the organisation may know the professional.
    pub professional: &'a [String],
    pub nhs_number: &'a NhsNumber,
    pub opening: &'a str,
    /// For tokens.
    pub now: Timestamp,
}

struct Employer {
    url: Url,
    client: Line,
    credentials: Credentials,
    guard: Arc<Guard>,
    key: hmac::Key,
    key_id: String,
}

impl Employers {
    /// Reads key files and builds clients; touches no network.
    pub fn new(
        organisations: impl IntoIterator<Item = (OdsCode, StaffMatchConfig)>,
        wait: Duration,
    ) -> Result<Self, ConfigFault> {
        let limits = Limits { page_bytes: ANSWER_BYTES, source_bytes: 4 * ANSWER_BYTES, ..Limits::default() };
        let lines = Lines::default();
        let employer = |(ods, config): (OdsCode, StaffMatchConfig)| {
            let employer = Employer::new(&ods, config, &limits, &lines)?;
            Ok((ods, employer))
        };
        let by_code = organisations.into_iter().map(employer).collect::<Result<_, _>>()?;
        Ok(Self { by_code, limits: Arc::new(limits), lines, wait })
    }

    /// Of certificates, keys and authorities.
    pub fn certificate_files(&self) -> BTreeSet<PathBuf> {
        self.lines.files()
    }

    /// As [`crate::Federation::renew`].
    pub fn renew(&self, changed: &BTreeSet<PathBuf>) -> Renewed {
        self.lines.renew(changed)
    }

    /// Never longer than the wait. [`StaffMatch::Unchecked`] where the organisation did not answer or has nobody to ask.
    pub async fn ask(&self, staff: &Staff<'_>) -> StaffMatch {
        let Some(employer) = self.by_code.get(staff.organisation) else { return StaffMatch::Unchecked };
        let now = Instant::now();
        let bounds = Bounds::new(&self.limits, now, now + self.wait);
        employer.ask(staff, &bounds).await.unwrap_or_else(|| {
            tracing::warn!(
                opening.id = staff.opening,
                partner.ods = %staff.organisation,
                "an organisation did not say whether its professional and the person are connected: unchecked"
            );
            StaffMatch::Unchecked
        })
    }
}

impl Employer {
    fn new(
        ods: &OdsCode,
        config: StaffMatchConfig,
        limits: &Limits,
        lines: &Lines,
    ) -> Result<Self, ConfigFault> {
        let owner = SourceId::new(&format!("staff-match {ods}"));
        let client = lines.line(limits, config.tls.as_ref(), Some(&owner), &config.addresses)?;
        let api_key = (config.api_key_file.as_deref(), config.api_key_header.as_deref());
        let credentials = Credentials::named(&owner, config.oauth2.as_ref(), api_key, &client)?;
        Ok(Self {
            url: source::base_url(Place::of(&owner, "url"), &config.url)?,
            key: hash_key(Place::of(&owner, "hash_key_file"), &config.hash_key_file)?,
            key_id: config.hash_key_id,
            guard: Guard::new(limits, Agreed::ours(AT_ONCE)),
            credentials,
            client,
        })
    }

    async fn ask(&self, staff: &Staff<'_>, bounds: &Bounds) -> Option<StaffMatch> {
        let entered = timeout_at(bounds.deadline, self.guard.enter(Visit::default())).await;
        let ticket = entered.ok().and_then(Result::ok)?;
        // Silence counts against it: an employer that hangs is soon not waited for at all.
        let answer = timeout_at(bounds.deadline, self.exchange(staff, bounds)).await;
        let answer = answer.unwrap_or(Err(Fault::TimedOut));
        let said = answer.as_ref().ok().and_then(read);
        let verdict = match &answer {
            Ok(_) if said.is_some() => Verdict::Well,
            Ok(answer) => Fault::of(answer).verdict(),
            Err(fault) => fault.verdict(),
        };
        ticket.end(verdict);
        said
    }

    async fn exchange(&self, staff: &Staff<'_>, bounds: &Bounds) -> Result<Answer, Fault> {
        let professional: Vec<String> =
            staff.professional.iter().map(|id| self.hashed("professional", id)).collect();
        let question = json!({
            "version": VERSION,
            "key": self.key_id,
            "professional": professional,
            "person": self.hashed("person", staff.nhs_number.digits()),
        });
        let request = self.client.post(self.url.clone()).header("Accept", "application/json");
        let request = request.header("X-Request-ID", uuid::Uuid::new_v4().to_string());
        self.credentials.fetch(request.json(&question), staff.now, bounds).await
    }

    /// What a name is, stands before it: the hash of a professional is never that of a person.
    fn hashed(&self, what: &str, value: &str) -> String {
        let text = format!("shcr staff-match {VERSION}\n{what}\n{value}");
        URL_SAFE_NO_PAD.encode(hmac::sign(&self.key, text.as_bytes()))
    }
}

#[derive(Deserialize)]
struct Said {
    version: u64,
    result: String,
}

/// Nothing but one of the five words, said as agreed, is an answer.
fn read(answer: &Answer) -> Option<StaffMatch> {
    let is_json = answer.status == 200 && answer.media_type == "application/json";
    let said: Said = serde_json::from_slice(&answer.body).ok().filter(|_| is_json)?;
    (said.version == VERSION).then(|| StaffMatch::parse(&said.result)).flatten()
}

fn hash_key(at: Place, path: &Path) -> Result<hmac::Key, ConfigFault> {
    let text = wire::read_file(at.clone(), path)?;
    let digits = std::str::from_utf8(&text).map(str::trim).unwrap_or_default();
    let byte = |place: usize| u8::from_str_radix(digits.get(place * 2..place * 2 + 2)?, 16).ok();
    let bytes: Option<Vec<u8>> = (0..KEY_BYTES).map(byte).collect();
    let whole =
        bytes.filter(|_| digits.len() == KEY_BYTES * 2 && digits.bytes().all(|b| b.is_ascii_hexdigit()));
    let bytes = whole.ok_or_else(|| ConfigFault::Key { at, path: path.to_owned() })?;
    Ok(hmac::Key::new(hmac::HMAC_SHA256, &bytes))
}

#[cfg(test)]
mod tests;
