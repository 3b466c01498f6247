//! The sharing agreement in force: read before a port opens, read again when its files change, swapped whole once it is valid.
//! What cannot be used is refused, the one before goes on, and the operator hears of it (HAZ-055). An opening decides by the one
//! it took; whoever holds a view open compares generations.

use super::{
    Program,
    alerts::Rule,
    files::{self, Seen},
    status,
};
use crate::{clock, config::Config, entries};
use access::{
    Policy,
    policy::{Deployment, PolicyFault, SourceFacts},
};
use miette::{IntoDiagnostic, WrapErr};
use std::{
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError, RwLock,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

/// How often the agreement's files are looked at; a partner's switch is in force within a minute (access.md section 7).
pub(super) const LOOK_EVERY: Duration = Duration::from_secs(2);
/// Below the state directory: every agreement that was ever in force, by its id.
const KEPT: &str = "policy";

/// The agreement, and what it takes to read it again.
pub(crate) struct Agreement {
    now: RwLock<Arc<Policy>>,
    generation: AtomicU64,
    directory: PathBuf,
    kept: PathBuf,
    sources: Vec<SourceFacts>,
    deployment: Deployment,
    /// The files as they were last seen, and last taken or refused.
    seen: Mutex<Seen>,
    /// Why the files as they stand are not in force.
    refused: Mutex<Option<String>>,
}

/// What looking again led to.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Unchanged,
    /// Ids of the agreement in force until now, and from now on.
    Swapped {
        before: String,
        now: String,
    },
    Refused(String),
}

impl Agreement {
    /// Before a port opens. Refuses what cannot be used.
    pub(crate) fn begin(config: &Config) -> miette::Result<Self> {
        let sources: Vec<_> = config.sources.iter().map(status::facts).collect();
        let deployment = config.deployment();
        let directory = config.policy.directory.clone();
        // Taken before reading: a file that changes meanwhile is read again.
        let files = files::below(&directory);
        let policy = deployed(&directory, &sources, &deployment)
            .into_diagnostic()
            .wrap_err("the sharing policy cannot be used")?;
        if deployment.training && deployment.signers.is_empty() {
            tracing::warn!(
                "training: the sharing agreement is taken unsigned; a live deployment needs two signatures"
            );
        }
        let agreement = Self {
            now: RwLock::new(policy),
            generation: AtomicU64::new(1),
            kept: config.state_dir.join(KEPT),
            directory,
            sources,
            deployment,
            seen: Mutex::new(Seen::begin(files)),
            refused: Mutex::default(),
        };
        keep(&agreement.kept, &agreement.now())
            .into_diagnostic()
            .wrap_err_with(|| format!("the agreement cannot be kept in `{}`", agreement.kept.display()))?;
        Ok(agreement)
    }

    fn now(&self) -> Arc<Policy> {
        Arc::clone(&self.now.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Reads again where the files have changed and then rested for one look: an editor may be half-way.
    fn look(&self) -> Outcome {
        let files = files::below(&self.directory);
        let changed = self.seen.lock().unwrap_or_else(PoisonError::into_inner).look(files);
        if changed.is_empty() { Outcome::Unchanged } else { self.read_again() }
    }

    fn read_again(&self) -> Outcome {
        let read = self.now().renewed(&self.directory, &self.sources, &self.deployment);
        let refuse = |why: String| {
            *self.refused.lock().unwrap_or_else(PoisonError::into_inner) = Some(why.clone());
            Outcome::Refused(why)
        };
        let policy = match read {
            Ok(policy) => policy,
            Err(fault) => return refuse(told(&fault)),
        };
        if let Err(error) = keep(&self.kept, &policy) {
            return refuse(format!("the agreement cannot be kept: {error}"));
        }
        *self.refused.lock().unwrap_or_else(PoisonError::into_inner) = None;
        let before = self.now();
        if before.id() == policy.id() {
            return Outcome::Unchanged;
        }
        let now = policy.id().to_owned();
        *self.now.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(policy);
        self.generation.fetch_add(1, Ordering::SeqCst);
        Outcome::Swapped { before: before.id().to_owned(), now }
    }
}

fn deployed(
    directory: &Path,
    sources: &[SourceFacts],
    deployment: &Deployment,
) -> Result<Arc<Policy>, PolicyFault> {
    let read = || Policy::deployed(directory, sources, deployment).map(Arc::new);
    #[cfg(test)]
    if clock::simulated::is_on() {
        return simulated::kept(read);
    }
    read()
}

/// In a simulation every gateway has the same agreement, and reading it is most of what a gateway costs to make.
#[cfg(test)]
mod simulated {
    use super::{Arc, Policy, PolicyFault};
    use std::cell::RefCell;

    thread_local! {
        static KEPT: RefCell<Option<Arc<Policy>>> = const { RefCell::new(None) };
    }

    pub(super) fn kept(
        read: impl FnOnce() -> Result<Arc<Policy>, PolicyFault>,
    ) -> Result<Arc<Policy>, PolicyFault> {
        KEPT.with_borrow_mut(|kept| match kept {
            Some(policy) => Ok(Arc::clone(policy)),
            None => Ok(Arc::clone(kept.insert(read()?))),
        })
    }
}

impl Program {
    /// The agreement in force: one snapshot for one decision.
    pub(crate) fn policy(&self) -> Arc<Policy> {
        self.agreement.now()
    }

    /// Moves with every swap: a view opened under another number was decided by another agreement.
    pub(crate) fn policy_generation(&self) -> u64 {
        self.agreement.generation.load(Ordering::SeqCst)
    }

    /// Why the agreement's files as they stand are not in force; `None` where they are.
    pub(crate) fn agreement_refused(&self) -> Option<String> {
        self.agreement.refused.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// One look at the agreement's files, and everything that follows from it.
    pub(crate) async fn look_at_agreement(self: &Arc<Self>) -> Outcome {
        let program = Arc::clone(self);
        let looked = tokio::task::spawn_blocking(move || program.agreement.look()).await;
        let outcome =
            looked.unwrap_or_else(|_| Outcome::Refused("the agreement could not be read".to_owned()));
        match &outcome {
            Outcome::Unchanged => {}
            Outcome::Swapped { before, now } => {
                self.hosts.renew(&self.policy());
                tracing::warn!(
                    before,
                    now,
                    generation = self.policy_generation(),
                    "another sharing agreement is in force"
                );
                self.record_agreement(Some(before)).await;
            }
            Outcome::Refused(why) => {
                tracing::error!(
                    why,
                    in_force = self.policy().id(),
                    "a changed sharing agreement is refused; the one before goes on"
                );
                let about = access::session::hex(&access::session::hash(why.as_bytes()));
                let what = "a changed sharing agreement was refused; the one before goes on";
                self.raise(Rule::AgreementRefused, &format!("{about} {}", clock::millis().0), what).await;
            }
        }
        outcome
    }

    async fn record_agreement(&self, before: Option<&str>) {
        let now = clock::millis();
        let entry = entries::agreement(self.policy().id(), before, now);
        if self.store.append(vec![entry], now).await.is_err() {
            tracing::error!(
                "that another agreement is in force could not be recorded; every opening names it"
            );
        }
    }
}

/// Looks until told to stop.
pub(crate) async fn watch(program: Arc<Program>, stopped: impl Future<Output = ()>) {
    program.record_agreement(None).await;
    tokio::pin!(stopped);
    loop {
        tokio::select! {
            () = &mut stopped => return,
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
        program.look_at_agreement().await;
    }
}

/// The fault with what lies under it: file, line and what is wrong there.
fn told(fault: &PolicyFault) -> String {
    let mut text = fault.to_string();
    let mut under: Option<&(dyn std::error::Error + 'static)> = std::error::Error::source(fault);
    while let Some(error) = under {
        text += &format!(": {error}");
        under = error.source();
    }
    text
}

/// Where the agreement of an id is kept.
pub(crate) fn kept_at(state_dir: &Path, id: &str) -> PathBuf {
    state_dir.join(KEPT).join(id)
}

/// Written whole or not at all; what is kept already stays as it is.
fn keep(kept: &Path, policy: &Policy) -> std::io::Result<()> {
    let place = kept.join(policy.id());
    if place.exists() {
        return Ok(());
    }
    let beside = kept.join(format!("{}.part", policy.id()));
    for (name, text) in policy.to_keep() {
        let path = beside.join(name);
        std::fs::create_dir_all(path.parent().unwrap_or(&beside))?;
        std::fs::write(path, text)?;
    }
    std::fs::rename(beside, place)
}

#[cfg(test)]
mod tests;
