//! One TOML, one typed tree. Takes a file, gives a checked configuration or a report that names line and fix.
//! Everything is parsed before a port opens.

use access::organisation::KINDS;
use miette::{IntoDiagnostic, WrapErr};
use serde::{Deserialize, Deserializer, de::Error as _};
use std::{
    collections::BTreeMap,
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

/// How long a view stands.
pub(crate) mod session;
/// Emergency access, and organisations asked about their own staff.
mod emergency;
/// What Caldicott Guardian and Clinical Safety Officer choose about a person's wish, identity and death.
mod choices;
/// Where in the file something is wrong, and what to write instead.
pub(crate) mod report;
/// How many are let in at once.
pub(crate) mod admission;
/// How many replicas run.
pub(crate) mod fleet;
/// Where hosts' servers reach us.
pub(crate) mod back_channel;
/// Where privacy officers read the audit.
pub(crate) mod office;
/// What privacy officers hear of, and where.
pub(crate) mod alerts;
/// Where traces go.
pub(crate) mod traces;
/// When sources' logs are held against ours.
pub(crate) mod reconcile;
/// How long the audit is kept.
mod retention;
/// What a partner published.
mod partner;

pub(crate) use choices::{Deceased, Identity, Objection, ObjectionPage, WhenUnknown};
pub(crate) use emergency::{BreakGlass, Organisation, StaffMatch};
use report::{Report, Text, Wrong};

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
    /// Absent: no host's server can launch, but in training on this machine.
    pub(crate) back_channel: Option<back_channel::BackChannel>,
    /// Our own keys; absent: nothing can be encrypted to us, and we are nobody's client.
    pub(crate) keys: Option<access::own_keys::OwnKeysConfig>,
    pub(crate) state_dir: PathBuf,
    pub(crate) contact: Contact,
    pub(crate) audit: Audit,
    #[serde(default)]
    pub(crate) retention: retention::Retention,
    pub(crate) policy: Policy,
    pub(crate) session: session::Session,
    #[serde(default)]
    pub(crate) admission: admission::Admission,
    #[serde(default)]
    pub(crate) fleet: fleet::Fleet,
    /// Identity providers that tell us when somebody signs out.
    #[serde(default)]
    pub(crate) logout: Vec<access::logout::ProviderConfig>,
    pub(crate) objection: Objection,
    #[serde(default)]
    pub(crate) restricted: Restricted,
    pub(crate) break_glass: BreakGlass,
    #[serde(default)]
    pub(crate) staff_match: StaffMatch,
    /// What the organisations of the professionals can be asked.
    #[serde(default)]
    pub(crate) organisations: Vec<Organisation>,
    /// How much of something is too much, before a privacy officer is told; and who is told at once.
    #[serde(default)]
    pub(crate) alerts: alerts::Alerts,
    /// A collector of traces; without the table nobody is told.
    pub(crate) traces: Option<traces::Traces>,
    pub(crate) identity: Identity,
    #[serde(default)]
    pub(crate) deceased: Deceased,
    /// By role, `R1` to `R11`, with a kind of organisation behind it (`R1-gp`) or without, or `default`: the parts of the summary in the
    /// order they are read.
    #[serde(deserialize_with = "views")]
    pub(crate) views: BTreeMap<String, View>,
    pub(crate) hosts: Vec<access::host::HostConfig>,
    /// Direct access; without the table it is off.
    pub(crate) direct: Option<access::launch::direct::DirectConfig>,
    /// The privacy officers' pages; without the table there are none.
    pub(crate) office: Option<office::Office>,
    pub(crate) national: federation::NationalConfig,
    /// What partners published for us to use.
    #[serde(default)]
    pub(crate) partners: Vec<partner::Partner>,
    pub(crate) sources: Vec<federation::SourceConfig>,
}

/// Whom to turn to when the record cannot help; printed on pages.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Contact {
    pub(crate) help: String,
    pub(crate) safety: String,
    pub(crate) information_governance: String,
    /// The address of the page that tells people how and why information is shared.
    #[serde(default)]
    pub(crate) sharing_notice: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Audit {
    pub(crate) store: PathBuf,
    /// A PostgreSQL server instead of that file, beside which the switches stand all the same.
    pub(crate) server: Option<AuditServer>,
    pub(crate) key_file: PathBuf,
    /// Where the keys of months rest, which no backup of the store may hold; absent, everything is sealed under the one key.
    pub(crate) month_keys: Option<PathBuf>,
    pub(crate) replica: String,
    /// `<host>/audit/<ODS>`: the log's name in its checkpoints, without its year.
    pub(crate) origin: String,
    /// Partners that keep a copy of their own part of the audit.
    #[serde(default)]
    pub(crate) feeds: Vec<AuditFeed>,
    /// Logs that ended, and that this one goes on from; the newest last.
    #[serde(default)]
    pub(crate) earlier: Vec<Earlier>,
    /// A witness policy (C2SP tlog-policy) whose witnesses have addresses; absent, nobody is asked.
    pub(crate) policy_file: Option<PathBuf>,
    #[serde(default)]
    pub(crate) reconcile: reconcile::Reconcile,
}

/// Who reads a partner's part of the audit, on the back channel.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AuditFeed {
    pub(crate) ods: fhir::OdsCode,
    /// DNS names, or `sha256:` and a thumbprint.
    #[serde(deserialize_with = "certificates")]
    pub(crate) certificates: access::certificate::Certificates,
}

impl Audit {
    fn paths_mut(&mut self) -> impl Iterator<Item = &mut PathBuf> {
        let own = [&mut self.store, &mut self.key_file].into_iter().chain(&mut self.month_keys);
        let own =
            own.chain(&mut self.policy_file).chain(self.server.iter_mut().flat_map(AuditServer::paths_mut));
        own.chain(self.earlier.iter_mut().flat_map(|earlier| {
            let own = [&mut earlier.store, &mut earlier.key_file].into_iter().chain(&mut earlier.month_keys);
            own.chain(earlier.server.iter_mut().flat_map(AuditServer::paths_mut))
        }))
    }
}

impl AuditServer {
    fn paths_mut(&mut self) -> impl Iterator<Item = &mut PathBuf> {
        std::iter::once(&mut self.url_file).chain(&mut self.ca_file)
    }
}

/// `[[audit.earlier]]`: a log that may not be gone on with.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Earlier {
    pub(crate) store: PathBuf,
    pub(crate) server: Option<AuditServer>,
    pub(crate) key_file: PathBuf,
    pub(crate) month_keys: Option<PathBuf>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AuditServer {
    /// The connection string. Only its owner may read the file.
    pub(crate) url_file: PathBuf,
    /// Whose certificates the server may have; without it only this machine is spoken to.
    pub(crate) ca_file: Option<PathBuf>,
}

impl Audit {
    /// Where the audit rests.
    pub(crate) fn place(&self) -> miette::Result<audit::Place> {
        place(&self.store, self.server.as_ref(), self.month_keys.as_deref())
    }
}

impl Earlier {
    /// Where it rests.
    pub(crate) fn place(&self) -> miette::Result<audit::Place> {
        place(&self.store, self.server.as_ref(), self.month_keys.as_deref())
    }
}

fn place(
    store: &Path,
    server: Option<&AuditServer>,
    month_keys: Option<&Path>,
) -> miette::Result<audit::Place> {
    let read = |server: &AuditServer| audit::Server::read(&server.url_file, server.ca_file.as_deref());
    let server = server.map(read).transpose().into_diagnostic();
    let server = server.wrap_err("the audit store's server is not known")?;
    Ok(audit::Place { path: store.to_owned(), server, month_keys: month_keys.map(Path::to_owned) })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Policy {
    pub(crate) directory: PathBuf,
    /// Who may sign the agreement and the partners' files. A live deployment wants two signatures on each.
    #[serde(default)]
    pub(crate) signers: Vec<access::policy::Signer>,
}

/// What is said of information that is never shown.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(crate) struct Restricted {
    pub(crate) own_label_notice: web::page::NeverShown,
}

/// The view of every role that has none of its own.
pub(crate) const DEFAULT_VIEW: &str = "default";

/// The panels of one role's summary, by their names in configuration; each stands once.
pub(crate) struct View(pub(crate) Vec<web::view::Panel>);

impl<'de> Deserialize<'de> for View {
    fn deserialize<D: Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
        let mut panels = Vec::new();
        for name in Vec::<String>::deserialize(reader)? {
            let panel = web::view::Panel::named(&name).ok_or_else(|| {
                let known = web::view::Panel::ALL.map(|panel| format!("{panel:?}").to_lowercase());
                D::Error::custom(format!("`{name}` is no part of the summary: one of {}", known.join(", ")))
            })?;
            if panels.contains(&panel) {
                return Err(D::Error::custom(format!("`{name}` stands twice in one summary")));
            }
            panels.push(panel);
        }
        Ok(Self(panels))
    }
}

/// A view that nobody could have is a name mistyped.
fn views<'de, D: Deserializer<'de>>(reader: D) -> Result<BTreeMap<String, View>, D::Error> {
    let views = BTreeMap::<String, View>::deserialize(reader)?;
    let is_nobodys = |name: &&String| {
        let (role, kind) =
            name.split_once('-').map_or((name.as_str(), None), |(role, kind)| (role, Some(kind)));
        let is_role = access::Role::parse(role).is_some() && kind.is_none_or(|kind| KINDS.contains(&kind));
        !is_role && *name != DEFAULT_VIEW
    };
    match views.keys().find(is_nobodys) {
        Some(name) => Err(D::Error::custom(format!(
            "`{name}` is nobody's view: `default`, a role from `R1` to `R11`, or one at a kind of organisation, such as `R1-gp`"
        ))),
        None => Ok(views),
    }
}

impl Config {
    /// Reads and checks the file; relative paths come out absolute.
    pub(crate) fn load(path: &Path) -> miette::Result<Self> {
        Ok(Self::load_with_text(path)?.0)
    }

    /// As [`Config::load`], with the text, for whoever finds more wrong with it.
    pub(crate) fn load_with_text(path: &Path) -> miette::Result<(Self, Text)> {
        let size = std::fs::metadata(path)
            .into_diagnostic()
            .map_err(|e| e.wrap_err(format!("cannot read `{}`", path.display())))?
            .len();
        if size > SIZE_MAX_BYTES {
            return Err(miette::miette!("`{}` is larger than {SIZE_MAX_BYTES} bytes", path.display()));
        }
        let text = Text::new(path, std::fs::read_to_string(path).into_diagnostic()?);
        let mut config: Self =
            toml::from_str(text.as_str()).map_err(|error| refused(vec![text.refused(&error)]))?;
        config.settle_paths(path.parent().unwrap_or(Path::new(".")));
        match Report::of(config.wrong(&text)) {
            Some(report) => Err(report.into()),
            None => Ok((config, text)),
        }
    }

    /// The token endpoint: the one audience a launch assertion may name.
    pub(crate) fn token_url(&self) -> String {
        format!("{}/oauth2/token", self.public_url)
    }

    /// What the sharing agreement has to know of the deployment.
    pub(crate) fn deployment(&self) -> access::policy::Deployment {
        access::policy::Deployment {
            training: self.training,
            hosts: self.hosts.iter().map(access::host::HostConfig::map).collect(),
            signers: self.policy.signers.clone(),
        }
    }

    fn settle_paths(&mut self, beside: &Path) {
        self.state_dir = beside.join(&self.state_dir);
        self.policy.directory = beside.join(&self.policy.directory);
        let state_dir = self.state_dir.clone();
        let settle = |file: &mut PathBuf| *file = state_dir.join(&file);
        self.audit.paths_mut().for_each(settle);
        self.back_channel.iter_mut().flat_map(|channel| channel.paths_mut()).for_each(settle);
        self.keys.iter_mut().flat_map(|keys| keys.paths_mut()).for_each(settle);
        self.hosts.iter_mut().flat_map(|host| host.paths_mut()).for_each(settle);
        let sign_in = self.office.iter_mut().flat_map(|office| &mut office.sign_in);
        self.direct.iter_mut().chain(sign_in).flat_map(|direct| direct.paths_mut()).for_each(settle);
        self.organisations.iter_mut().flat_map(Organisation::paths_mut).for_each(settle);
        self.alerts.paths_mut().for_each(settle);
        self.traces.iter_mut().flat_map(traces::Traces::paths_mut).for_each(settle);
        self.national.paths_mut().for_each(settle);
        self.partners.iter_mut().map(|partner| &mut partner.held_key_file).for_each(settle);
        self.sources.iter_mut().flat_map(|source| source.paths_mut()).for_each(settle);
    }

    /// What the types cannot say.
    fn wrong(&self, text: &Text) -> Vec<Wrong> {
        let mut seen = std::collections::BTreeSet::new();
        let again = self.audit.feeds.iter().filter(|feed| !seen.insert(feed.ods.as_str()));
        let mut wrong: Vec<Wrong> = again
            .map(|feed| {
                let said = format!("the partner `{}` has two feeds", feed.ods);
                text.general(said, "give each partner one `[[audit.feeds]]` table")
            })
            .collect();
        if self.back_channel.is_none() && !self.audit.feeds.is_empty() {
            let said = "partners' feeds have nowhere to be read".to_owned();
            wrong.push(text.general(said, "add `[back_channel]`, or take `[[audit.feeds]]` out"));
        }
        let known = |partner: &&partner::Partner| self.sources.iter().any(|source| source.ods == partner.ods);
        wrong.extend(self.partners.iter().filter(|partner| !known(partner)).map(|partner| {
            let said = format!("the partner `{}` has no source here", partner.ods);
            text.general(said, "write the ODS code of one of `[[sources]]`, or take the partner out")
        }));
        let mut seen = std::collections::BTreeSet::new();
        let twice = self.sources.iter().filter(|source| !seen.insert(&source.id));
        wrong.extend(twice.map(|source| {
            let said = format!("source `{}` stands twice in the configuration", source.id);
            text.at_source(&source.id, "id", said, "give each source an `id` of its own")
        }));
        wrong.extend(self.objection.wrong(&self.sources, text));
        let here = ["http://127.0.0.1", "http://localhost", "https://127.0.0.1", "https://localhost"];
        let outside = |url: &str| {
            let rest = here.iter().find_map(|origin| url.strip_prefix(origin));
            // `http://localhost.example` is somewhere else.
            !rest.is_some_and(|rest| rest.is_empty() || rest.starts_with([':', '/']))
        };
        let live = self.sources.iter().filter(|source| source.base_url.as_deref().is_some_and(outside));
        let organisations = &self.organisations;
        wrong.extend(emergency::wrong(self.training, self.staff_match.wait, organisations, text));
        wrong.extend(live.filter(|_| self.training).map(|source| {
            let said = format!(
                "training never meets a live source (HAZ-054), and `{}` is not on this machine",
                source.id
            );
            text.at_source(&source.id, "base_url", said, "set `training = false`, or take the source out")
        }));
        wrong.extend(self.wrong_doors(text));
        let times = self.session.wrong();
        wrong.extend(
            times.map(|(key, said)| text.at("session", key, said.to_owned(), "choose a time within it")),
        );
        wrong.extend(self.hosts.iter().flat_map(|host| {
            let faults = host.smart.iter().flat_map(|smart| smart.faults(self.training));
            faults.map(|fault| text.at_smart_host(&host.client_id, &fault))
        }));
        let direct = self.direct.iter().flat_map(|direct| direct.faults(self.training));
        wrong.extend(direct.map(|fault| text.at_direct(&fault)));
        wrong.extend(self.wrong_admission(text));
        wrong.extend(self.wrong_fleet(text));
        wrong.extend(self.wrong_office(text));
        wrong.extend(self.wrong_alerts(text));
        wrong.extend(self.wrong_traces(text));
        wrong
    }
}

fn refused(wrong: Vec<Wrong>) -> miette::Report {
    Report::of(wrong)
        .map_or_else(|| miette::miette!("the configuration cannot be used"), miette::Report::from)
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

fn certificates<'de, D: Deserializer<'de>>(reader: D) -> Result<access::certificate::Certificates, D::Error> {
    access::certificate::Certificates::parse(&Vec::deserialize(reader)?).ok_or_else(|| {
        D::Error::custom("a certificate is a DNS name without `*`, or `sha256:` and 64 hexadecimal digits")
    })
}

#[cfg(test)]
mod tests;
