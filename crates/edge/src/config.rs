//! One TOML for one partner's node. Takes a file, gives a checked configuration; every mistake is named with its place in the
//! file or with its key, and nothing is opened before all of it is right. Unknown keys are refused; durations carry their
//! unit; secrets are named by file.

use crate::{intake::Formats, vault::generation::Mode};
use serde::{Deserialize, Deserializer, de::Error as _};
use std::{
    collections::BTreeSet,
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

/// A configuration larger than this is not one.
const SIZE_MAX_BYTES: u64 = 4 * 1024 * 1024;

/// One partner's edge node.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The partner's ODS code.
    pub partner: String,
    pub name: String,
    /// Only numbers from 999…, and messages marked as training are taken.
    #[serde(default)]
    pub training: bool,
    /// Relative paths start here; this one starts beside the file.
    pub state_dir: PathBuf,
    pub store: Store,
    pub key: Key,
    pub audit: Audit,
    /// Where the gateway asks.
    pub serve: Serve,
    /// Where the partner's own systems bring files and messages over HTTPS.
    pub intake: Option<Intake>,
    /// Whom the gateway's operator calls.
    pub contact: Option<String>,
    pub feeds: Vec<Feed>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", tag = "kind")]
pub enum Store {
    /// Embedded: one file.
    Sqlite { file: PathBuf },
    /// A server; the file holds its connection string.
    Postgresql {
        url_file: PathBuf,
        /// The authorities its certificate must come from; without it, the connection must be to this machine.
        ca_file: Option<PathBuf>,
    },
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Key {
    /// 64 hexadecimal digits.
    pub file: Option<PathBuf>,
    /// A key service's client that prints them.
    pub command: Option<Vec<String>>,
    /// How often the key service is asked again.
    #[serde(default, deserialize_with = "maybe_duration")]
    pub renew: Option<Duration>,
    /// Earlier keys, until `rotate-key` has ended.
    #[serde(default)]
    pub retired: Vec<PathBuf>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Audit {
    pub store: PathBuf,
    pub key_file: PathBuf,
    /// Where the keys of months rest, which no backup of the store may hold; absent, everything is sealed under the one key.
    pub month_keys: Option<PathBuf>,
    /// `<host>/audit/<ODS>`: the log's name in its checkpoints, without its year; absent, `edge/audit/<partner>`.
    pub origin: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Serve {
    pub listen: SocketAddr,
    /// The FHIR base as the gateway knows it.
    pub public_url: String,
    /// 64 hexadecimal digits agreed with the gateway: what the access log hashes NHS numbers under. Absent, it names no person.
    pub subject_key_file: Option<PathBuf>,
    pub tls: Tls,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Intake {
    pub listen: SocketAddr,
    pub tls: Tls,
    /// SHA-256 of the certificates that may read who viewed, and how the feeds stand; none named: nobody may, here.
    #[serde(default)]
    pub stewards: Vec<String>,
}

/// Mutual TLS, always: whoever has no certificate of this authority gets no connection.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tls {
    /// Certificate chain and private key in one PEM file.
    pub identity_file: PathBuf,
    pub client_ca_file: PathBuf,
    /// SHA-256 of the certificates that are let in, hexadecimal; none named: every one of that authority.
    #[serde(default)]
    pub clients: Vec<String>,
}

/// One kind of thing the partner sends.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Feed {
    pub id: String,
    /// In words, for the page and the operator: `Adult social care`.
    pub title: String,
    pub format: String,
    #[serde(deserialize_with = "mode")]
    pub(crate) mode: Mode,
    /// How often it comes.
    #[serde(deserialize_with = "duration")]
    pub every: Duration,
    /// From this age on it is overdue, and said to be.
    #[serde(deserialize_with = "duration")]
    pub overdue_after: Duration,
    /// From this age on nothing of it is shown, and that is said (HAZ-008).
    #[serde(deserialize_with = "duration")]
    pub withhold_after: Duration,
    /// Messages older than this are deleted.
    #[serde(default, deserialize_with = "maybe_duration")]
    pub keep: Option<Duration>,
    /// What must come with an extract.
    manifest: Option<ManifestKind>,
    /// Who signs manifests: PEM, P-384.
    pub manifest_key_file: Option<PathBuf>,
    /// A folder that is looked into.
    pub folder: Option<PathBuf>,
    /// Where HL7 v2 messages are taken over MLLP.
    pub mllp: Option<Mllp>,
    /// An extract with more refused rows than this is not published: of a hundred.
    #[serde(default = "refused_at_most")]
    pub refused_at_most_percent: u8,
    /// A snapshot with so much fewer people than the one before is not published unless it is accepted: of a hundred.
    #[serde(default = "shrinks_at_most")]
    pub shrinks_at_most_percent: u8,
    /// The format's own.
    #[serde(default)]
    pub settings: toml::Table,
}

fn refused_at_most() -> u8 {
    5
}

fn shrinks_at_most() -> u8 {
    20
}

/// What must come with an extract before anything of it is believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ManifestKind {
    Signed,
    /// Count, hash and sequence, from a sender that cannot sign.
    Plain,
    /// Single messages need none.
    None,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mllp {
    pub listen: SocketAddr,
    /// Without it only this machine may connect.
    pub tls: Option<Tls>,
}

/// Why a configuration cannot be used: every reason, each with its key.
#[derive(Debug, thiserror::Error)]
#[error("`{path}` cannot be used:{}", reasons.iter().map(|reason| format!("\n  {reason}")).collect::<String>())]
pub struct ConfigFault {
    pub path: String,
    pub reasons: Vec<String>,
}

impl Audit {
    /// Where the log rests.
    pub(crate) fn place(&self) -> audit::Place {
        audit::Place { month_keys: self.month_keys.clone(), ..audit::Place::file(&self.store) }
    }
}

impl Config {
    /// Reads and checks; relative paths come out absolute.
    pub fn load(path: &Path) -> Result<Self, ConfigFault> {
        let fault = |reason: String| ConfigFault { path: path.display().to_string(), reasons: vec![reason] };
        let size =
            std::fs::metadata(path).map_err(|error| fault(format!("it cannot be read: {error}")))?.len();
        if size > SIZE_MAX_BYTES {
            return Err(fault(format!("it is larger than {SIZE_MAX_BYTES} bytes")));
        }
        let text =
            std::fs::read_to_string(path).map_err(|error| fault(format!("it cannot be read: {error}")))?;
        let mut config: Self = toml::from_str(&text).map_err(|error| fault(error.to_string()))?;
        config.settle(path.parent().unwrap_or(Path::new(".")));
        match config.wrong() {
            reasons if reasons.is_empty() => Ok(config),
            reasons => Err(ConfigFault { path: path.display().to_string(), reasons }),
        }
    }

    fn settle(&mut self, beside: &Path) {
        self.state_dir = beside.join(&self.state_dir);
        let state = self.state_dir.clone();
        let mut paths: Vec<&mut PathBuf> = vec![&mut self.audit.store, &mut self.audit.key_file];
        paths.extend(&mut self.audit.month_keys);
        match &mut self.store {
            Store::Sqlite { file } => paths.push(file),
            Store::Postgresql { url_file, ca_file } => {
                paths.push(url_file);
                paths.extend(ca_file);
            }
        }
        paths.extend(&mut self.key.file);
        paths.extend(&mut self.key.retired);
        paths.extend(&mut self.serve.subject_key_file);
        paths.extend(self.serve.tls.paths());
        paths.extend(self.intake.iter_mut().flat_map(|intake| intake.tls.paths()));
        for feed in &mut self.feeds {
            paths.extend(&mut feed.manifest_key_file);
            paths.extend(&mut feed.folder);
            paths.extend(feed.mllp.iter_mut().filter_map(|mllp| mllp.tls.as_mut()).flat_map(Tls::paths));
        }
        for path in paths {
            *path = state.join(&path);
        }
        // A column map is configuration: it lies beside the file that names it.
        for feed in &mut self.feeds {
            if let Some(toml::Value::String(file)) = feed.settings.get_mut("columns_file") {
                *file = beside.join(&*file).display().to_string();
            }
        }
    }

    /// What the types cannot say.
    fn wrong(&self) -> Vec<String> {
        let mut wrong = Vec::new();
        if !matches!((&self.key.file, &self.key.command), (Some(_), None) | (None, Some(_))) {
            wrong.push("key: give `file` or `command`, one of them".to_owned());
        }
        if self.key.renew.is_some() && self.key.command.is_none() {
            wrong.push("key.renew: only a key `command` is asked again".to_owned());
        }
        if fhir::OdsCode::parse(&self.partner).is_err() {
            wrong.push("partner: not an ODS code".to_owned());
        }
        if self.feeds.is_empty() {
            wrong.push("feeds: a node without a feed has nothing to answer with".to_owned());
        }
        let mut seen = BTreeSet::new();
        for feed in &self.feeds {
            if !seen.insert(&feed.id) {
                wrong.push(format!("feeds `{}`: stands twice", feed.id));
            }
            wrong.extend(feed.wrong().into_iter().map(|reason| format!("feeds `{}`: {reason}", feed.id)));
        }
        wrong
    }
}

impl Feed {
    /// What must come with a file: of an extract a signed manifest, of messages none, unless it is said.
    pub fn manifest(&self) -> ManifestKind {
        let usual = if self.mode == Mode::Messages { ManifestKind::None } else { ManifestKind::Signed };
        self.manifest.unwrap_or(usual)
    }

    /// Whether a file without a manifest is not looked at.
    pub(crate) fn manifest_is_needed(&self) -> bool {
        self.manifest() != ManifestKind::None
    }

    fn wrong(&self) -> Vec<String> {
        let mut wrong = Vec::new();
        let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if self.id.is_empty() || !self.id.chars().all(is_plain) || self.id.len() > 60 {
            wrong.push("id: lower-case letters, digits and `-`, up to 60 of them".to_owned());
        }
        match Formats::build(self) {
            Err(reason) => wrong.push(reason),
            Ok(format) if !format.modes.contains(&self.mode) => {
                wrong.push(format!("mode: `{}` does not come as `{}`", self.format, self.mode.name()));
            }
            Ok(_) => {}
        }
        if !(self.every <= self.overdue_after && self.overdue_after <= self.withhold_after) {
            wrong.push(
                "`every`, `overdue_after` and `withhold_after` must each be at least the one before"
                    .to_owned(),
            );
        }
        let is_bulk = self.mode != Mode::Messages;
        if is_bulk && self.manifest() == ManifestKind::None {
            wrong.push("manifest: an extract needs one, `signed` or `plain`".to_owned());
        }
        if self.manifest() == ManifestKind::Signed && self.manifest_key_file.is_none() {
            wrong.push("manifest_key_file: a signed manifest needs the sender's public key".to_owned());
        }
        if self.keep.is_some() && is_bulk {
            wrong.push("keep: only messages grow old; a snapshot replaces the one before".to_owned());
        }
        if self.mllp.is_some() && self.format != "hl7-v2" {
            wrong.push("mllp: only `hl7-v2` comes over MLLP".to_owned());
        }
        let is_open = |mllp: &Mllp| mllp.tls.is_none() && !mllp.listen.ip().is_loopback();
        if self.mllp.as_ref().is_some_and(is_open) {
            wrong.push("mllp.tls: without it only this machine may connect: listen on 127.0.0.1".to_owned());
        }
        wrong
    }
}

impl Tls {
    fn paths(&mut self) -> Vec<&mut PathBuf> {
        vec![&mut self.identity_file, &mut self.client_ca_file]
    }
}

/// `90s`, `15m`, `24h`, `14d`.
pub(crate) fn parse_duration(text: &str) -> Option<Duration> {
    let unit_s = match text.chars().last()? {
        's' => 1,
        'm' => 60,
        'h' => 3600,
        'd' => 86_400,
        _ => return None,
    };
    let count: u64 = text.get(..text.len().saturating_sub(1))?.parse().ok()?;
    (count > 0).then(|| count.checked_mul(unit_s).map(Duration::from_secs)).flatten()
}

fn duration<'de, D: Deserializer<'de>>(reader: D) -> Result<Duration, D::Error> {
    let text = String::deserialize(reader)?;
    parse_duration(&text).ok_or_else(|| {
        D::Error::custom(format!(
            "`{text}` is not a duration; write it with its unit, such as `90s`, `24h` or `14d`"
        ))
    })
}

fn maybe_duration<'de, D: Deserializer<'de>>(reader: D) -> Result<Option<Duration>, D::Error> {
    duration(reader).map(Some)
}

fn mode<'de, D: Deserializer<'de>>(reader: D) -> Result<Mode, D::Error> {
    let text = String::deserialize(reader)?;
    Mode::parse(&text)
        .ok_or_else(|| D::Error::custom(format!("`{text}` is not `snapshot`, `delta` or `messages`")))
}

#[cfg(test)]
mod tests;
