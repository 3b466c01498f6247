//! One TOML, one typed tree. Takes a file, gives a checked configuration or a report that names line and fix.
//! Everything is parsed before a port opens.

use miette::{IntoDiagnostic, NamedSource, SourceSpan};
use record::Section;
use serde::{Deserialize, Deserializer, de::Error as _};
use std::{
    collections::BTreeMap,
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

/// A configuration larger than this is not one.
const SIZE_MAX_BYTES: u64 = 4 * 1024 * 1024;

/// A deployment.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    pub(crate) training: bool,
    pub(crate) listen: SocketAddr,
    pub(crate) public_url: String,
    pub(crate) admin_listen: SocketAddr,
    pub(crate) state_dir: PathBuf,
    pub(crate) contact: Contact,
    pub(crate) audit: Audit,
    pub(crate) policy: Policy,
    pub(crate) session: Session,
    pub(crate) objection: Objection,
    /// By role, `R1` to `R11` or `default`: the sections in the order they are read.
    pub(crate) views: BTreeMap<String, Vec<SectionName>>,
    pub(crate) hosts: Vec<access::host::HostConfig>,
    pub(crate) national: federation::NationalConfig,
    pub(crate) sources: Vec<federation::SourceConfig>,
}

/// Whom to turn to when the record cannot help; printed on pages.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Contact {
    pub(crate) help: String,
    pub(crate) safety: String,
    pub(crate) information_governance: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Audit {
    pub(crate) store: PathBuf,
    pub(crate) key_file: PathBuf,
    pub(crate) replica: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Policy {
    pub(crate) directory: PathBuf,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Session {
    #[serde(deserialize_with = "duration")]
    pub(crate) idle: Duration,
    #[serde(deserialize_with = "duration")]
    pub(crate) absolute: Duration,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Objection {
    #[serde(deserialize_with = "duration")]
    pub(crate) wait: Duration,
    pub(crate) unknown: WhenUnknown,
}

/// What an opening does while nobody has said whether the person objects.
#[derive(Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum WhenUnknown {
    ShowWithCaveat,
    Refuse,
}

/// A section of the page by its name in configuration.
#[derive(Clone, Copy)]
pub(crate) struct SectionName(pub(crate) Section);

impl<'de> Deserialize<'de> for SectionName {
    fn deserialize<D: Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
        let text = String::deserialize(reader)?;
        let known = |section: &Section| format!("{section:?}").eq_ignore_ascii_case(&text);
        let section = record::reconcile::SECTIONS.into_iter().find(known);
        section.map(Self).ok_or_else(|| D::Error::custom(format!("`{text}` is not a section of the page")))
    }
}

/// A key that is wrong, with its place in the file.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("the configuration cannot be used: {message}")]
struct Wrong {
    message: String,
    #[source_code]
    file: NamedSource<String>,
    #[label("here")]
    place: Option<SourceSpan>,
}

impl Config {
    /// Reads and checks the file; relative paths come out absolute.
    pub(crate) fn load(path: &Path) -> miette::Result<Self> {
        let size = std::fs::metadata(path)
            .into_diagnostic()
            .map_err(|e| e.wrap_err(format!("cannot read `{}`", path.display())))?
            .len();
        if size > SIZE_MAX_BYTES {
            return Err(miette::miette!("`{}` is larger than {SIZE_MAX_BYTES} bytes", path.display()));
        }
        let text = std::fs::read_to_string(path).into_diagnostic()?;
        let mut config: Self = toml::from_str(&text).map_err(|e| Wrong {
            message: e.message().to_owned(),
            place: e.span().map(SourceSpan::from),
            file: NamedSource::new(path.display().to_string(), text.clone()),
        })?;
        config.settle_paths(path.parent().unwrap_or(Path::new(".")));
        config.check()?;
        Ok(config)
    }

    /// The token endpoint: the one audience a launch assertion may name.
    pub(crate) fn token_url(&self) -> String {
        format!("{}/oauth2/token", self.public_url)
    }

    fn settle_paths(&mut self, beside: &Path) {
        self.state_dir = beside.join(&self.state_dir);
        self.policy.directory = beside.join(&self.policy.directory);
        self.audit.store = self.state_dir.join(&self.audit.store);
        self.audit.key_file = self.state_dir.join(&self.audit.key_file);
        let settle = |file: &mut Option<PathBuf>| *file = file.take().map(|file| self.state_dir.join(file));
        settle(&mut self.national.sds_api_key_file);
        self.sources.iter_mut().for_each(|source| settle(&mut source.api_key_file));
    }

    /// What the types cannot say.
    fn check(&self) -> miette::Result<()> {
        let mut seen = std::collections::BTreeSet::new();
        if let Some(twice) = self.sources.iter().find(|source| !seen.insert(&source.id)) {
            return Err(miette::miette!(
                "source `{}` stands twice in the configuration; give each its own `id`",
                twice.id
            ));
        }
        let outside =
            |url: &str| !url.starts_with("http://127.0.0.1") && !url.starts_with("http://localhost");
        let live = self.sources.iter().find(|source| source.base_url.as_deref().is_some_and(outside));
        if let (true, Some(source)) = (self.training, live) {
            let id = &source.id;
            return Err(miette::miette!(
                "training is on, and source `{id}` is not on this machine; training never meets a live source (HAZ-054)"
            ));
        }
        Ok(())
    }
}

/// `6s`, `1500ms`, `10m`, `24h`.
pub(crate) fn parse_duration(text: &str) -> Option<Duration> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at_checked(digits)?;
    let number: u64 = number.parse().ok()?;
    match unit {
        "ms" => Some(Duration::from_millis(number)),
        "s" => Some(Duration::from_secs(number)),
        "m" => Some(Duration::from_secs(number.checked_mul(60)?)),
        "h" => Some(Duration::from_secs(number.checked_mul(3600)?)),
        _ => None,
    }
}

fn duration<'de, D: Deserializer<'de>>(reader: D) -> Result<Duration, D::Error> {
    let text = String::deserialize(reader)?;
    parse_duration(&text).ok_or_else(|| {
        D::Error::custom(format!("`{text}` is not a duration; write it with its unit, such as `6s` or `10m`"))
    })
}

#[cfg(test)]
mod tests;
