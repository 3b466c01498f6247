//! A running node: the partner's store, its feeds, its log. Takes files and messages in, answers about one person, does what
//! the partner's steward asks. Everything that happens to it happens here, whoever asks for it: a folder, a socket, a
//! command.

/// What came in, from wherever.
mod intake;
/// What the partner's steward may do.
mod steward;
/// Copies of the store, and back.
mod backup;
/// What goes on by itself.
mod upkeep;

pub use steward::Held;

use crate::{
    answer::openings::Openings,
    config::Config,
    feed::Feed,
    journal::{Journal, NotRecorded},
    key::{KeyFault, PartnerKey},
    sql::{self, StoreFault},
    vault::Vault,
};
use jiff::Timestamp;
use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

/// Where the time comes from: the program reads it, the node is told.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// Why a node did not start, or did not do what it was asked. For the operator; holds no content.
#[derive(Debug, thiserror::Error)]
pub enum NodeFault {
    #[error(transparent)]
    Config(#[from] crate::config::ConfigFault),
    #[error("there is no key: {0}")]
    Key(#[from] KeyFault),
    #[error(transparent)]
    Store(#[from] StoreFault),
    #[error("the log could not be opened: {0}")]
    Log(#[from] audit::StoreFault),
    #[error(transparent)]
    NotRecorded(#[from] NotRecorded),
    #[error("could not use `{0}`")]
    File(String, #[source] std::io::Error),
    #[error("{0}")]
    Refused(String),
}

/// A node. Clones are the same node.
#[derive(Clone)]
pub struct Node(pub(crate) Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) config: Config,
    /// Where the configuration was read, to be read again for its keys.
    path: PathBuf,
    pub(crate) vault: Vault,
    pub(crate) feeds: Vec<Feed>,
    pub(crate) journal: Journal,
    pub(crate) clock: Clock,
    pub(crate) folders: Folders,
    pub(crate) openings: Openings,
    /// One file of one feed at a time.
    loading: Mutex<()>,
}

/// Where a node keeps what is no row.
pub(crate) struct Folders {
    pub(crate) reports: PathBuf,
    pub(crate) receipts: PathBuf,
    pub(crate) quarantine: PathBuf,
    pub(crate) spool: PathBuf,
}

impl Node {
    /// Opens the store and the log. Must be called on a runtime. Blocks.
    pub fn open(path: &Path, clock: Clock) -> Result<Self, NodeFault> {
        let config = Config::load(path)?;
        let database = sql::open(&config.store)?;
        Self::over(path, config, database, clock)
    }

    /// The same, over a store that is open.
    fn over(
        path: &Path,
        config: Config,
        database: Box<dyn sql::Database>,
        clock: Clock,
    ) -> Result<Self, NodeFault> {
        let folders = Folders::make(&config.state_dir)?;
        let keys = keys(&config)?;
        let vault = Vault::open(database, &config.partner, keys)?;
        vault.write(backup::forget_unfinished)?;
        let feeds: Result<Vec<Feed>, NodeFault> = config
            .feeds
            .iter()
            .map(|feed| {
                let named = |reason| NodeFault::Refused(format!("feeds `{}`: {reason}", feed.id));
                Feed::new(feed, config.training).map_err(named)
            })
            .collect();
        let origin = config.audit.origin.clone().unwrap_or_else(|| format!("edge/audit/{}", config.partner));
        let key = hex_key(&config.audit.key_file)?;
        let journal = Journal::open(config.audit.place(), key, origin, clock())?;
        Ok(Self(Arc::new(Inner {
            vault,
            feeds: feeds?,
            journal,
            clock,
            folders,
            openings: Openings::default(),
            loading: Mutex::new(()),
            path: path.to_owned(),
            config,
        })))
    }

    pub fn config(&self) -> &Config {
        &self.0.config
    }

    pub(crate) fn now(&self) -> Timestamp {
        (self.0.clock)()
    }

    pub(crate) fn feed(&self, id: &str) -> Result<&Feed, NodeFault> {
        let known = || self.0.feeds.iter().map(|feed| format!("`{}`", feed.config.id)).collect::<Vec<_>>();
        let found = self.0.feeds.iter().find(|feed| feed.config.id == id);
        found.ok_or_else(|| {
            NodeFault::Refused(format!("there is no feed `{id}`: it is one of {}", known().join(", ")))
        })
    }

    /// Signs the log where it has grown.
    pub(crate) async fn sign_log(&self) {
        self.0.journal.checkpoint(self.now()).await;
    }

    /// The last entry of the log. After it the node answers nothing.
    pub async fn stop(&self) {
        self.0.journal.stop(self.now()).await;
    }
}

impl Folders {
    fn make(state: &Path) -> Result<Self, NodeFault> {
        use std::os::unix::fs::DirBuilderExt;
        let make = |name: &str| {
            let path = state.join(name);
            let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(&path);
            made.map_err(|error| NodeFault::File(path.display().to_string(), error)).map(|()| path)
        };
        Ok(Self {
            reports: make("reports")?,
            receipts: make("receipts")?,
            quarantine: make("quarantine")?,
            spool: make("spool")?,
        })
    }
}

/// What a start on this configuration would find wrong: keys, certificates, manifests' keys, formats.
pub fn check(config: &Config) -> Vec<String> {
    let mut wrong: Vec<String> =
        keys(config).err().map(|fault| format!("key: {fault}")).into_iter().collect();
    wrong.extend(hex_key(&config.audit.key_file).err().map(|fault| format!("audit.key_file: {fault}")));
    let subjects = config.serve.subject_key_file.as_deref().and_then(|path| hex_key(path).err());
    wrong.extend(subjects.map(|fault| format!("serve.subject_key_file: {fault}")));
    let mut guard = |name: String, tls: &crate::config::Tls| {
        wrong.extend(crate::tls::Guard::of(tls).err().map(|reason| format!("{name}: {reason}")));
    };
    guard("serve.tls".to_owned(), &config.serve.tls);
    if let Some(intake) = &config.intake {
        guard("intake.tls".to_owned(), &intake.tls);
    }
    for feed in &config.feeds {
        if let Some(tls) = feed.mllp.as_ref().and_then(|mllp| mllp.tls.as_ref()) {
            guard(format!("feeds `{}`: mllp.tls", feed.id), tls);
        }
    }
    for feed in &config.feeds {
        let made = Feed::new(feed, config.training);
        wrong.extend(made.err().map(|reason| format!("feeds `{}`: {reason}", feed.id)));
        if let Some(folder) = feed.folder.as_ref().filter(|folder| !folder.is_dir()) {
            wrong.push(format!("feeds `{}`: folder: `{}` is no folder", feed.id, folder.display()));
        }
    }
    wrong
}

/// The key in force first, then those that still open what they sealed.
pub(crate) fn keys(config: &Config) -> Result<Vec<PartnerKey>, KeyFault> {
    let current = match (&config.key.file, &config.key.command) {
        (Some(file), _) => PartnerKey::from_file(file)?,
        (None, Some(command)) => PartnerKey::from_command(command)?,
        (None, None) => return Err(KeyFault::Form),
    };
    let retired = config.key.retired.iter().map(|path| PartnerKey::from_file(path));
    std::iter::once(Ok(current)).chain(retired).collect()
}

pub(crate) fn hex_key(path: &Path) -> Result<[u8; 32], NodeFault> {
    let text =
        std::fs::read_to_string(path).map_err(|error| NodeFault::File(path.display().to_string(), error))?;
    let bytes = crate::vault::held_back::unhex(text.trim()).and_then(|bytes| bytes.try_into().ok());
    bytes.ok_or(NodeFault::Key(KeyFault::Form))
}

#[cfg(test)]
pub(crate) mod tests;
