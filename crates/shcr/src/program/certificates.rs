//! Certificates, keys and authorities while the gateway runs: looks at the files the configuration names, has whoever uses one take it anew when
//! it changes, for connections made from then on. What cannot be used is refused, the one before goes on, and the operator hears
//! of it on the status page, in the log and in the metrics (HAZ-057). Decision 0050.

use super::{
    Program,
    agreement::LOOK_EVERY,
    files::{self, Seen},
};
use crate::{config::Config, serve::back_channel::Guard};
use federation::{Employers, Federation};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

/// Why files as they stand are not in use, by the files that belong together.
type Refused = BTreeMap<Vec<PathBuf>, String>;

/// What is looked at, and what became of it.
pub(crate) struct Certificates {
    paths: BTreeSet<PathBuf>,
    seen: Mutex<Seen>,
    refused: Mutex<Refused>,
    /// Of the back channel, once it is served.
    listener: OnceLock<Arc<Guard>>,
}

impl Certificates {
    /// Before a port opens: the files have been read already.
    pub(super) fn begin(config: &Config, federation: &Federation, employers: &Employers) -> Self {
        let listener = config.back_channel.iter().flat_map(|channel| channel.files());
        let towards = federation.certificate_files().into_iter().chain(employers.certificate_files());
        let paths: BTreeSet<PathBuf> = listener.chain(towards).collect();
        let seen = Mutex::new(Seen::begin(files::at(paths.clone())));
        Self { paths, seen, refused: Mutex::default(), listener: OnceLock::new() }
    }

    /// The listener is kept by `guard` from now on.
    pub(crate) fn keep_for(&self, guard: Arc<Guard>) {
        // There is one back channel.
        let _ = self.listener.set(guard);
    }

    fn changed(&self) -> BTreeSet<PathBuf> {
        let files = files::at(self.paths.clone());
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).look(files)
    }

    /// Why some are not in use; `None` where all are.
    pub(super) fn refused(&self) -> Option<String> {
        let refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        (!refused.is_empty()).then(|| words(&refused))
    }
}

impl Program {
    /// One look at the files, and everything that follows from it. Blocks.
    pub(crate) fn look_at_certificates(&self) {
        let changed = self.certificates.changed();
        if changed.is_empty() {
            return;
        }
        let (mut taken, mut refused) = (BTreeSet::new(), Refused::new());
        for renewed in [self.federation.renew(&changed), self.employers.renew(&changed)] {
            taken.extend(renewed.taken);
            refused.extend(renewed.refused.into_iter().map(|(files, fault)| (files, told(&fault))));
        }
        if let Some(guard) = self.certificates.listener.get() {
            let files = guard.files().to_vec();
            if files.iter().any(|file| changed.contains(file)) {
                match guard.renew() {
                    Ok(()) => drop(taken.insert(files)),
                    Err(report) => drop(refused.insert(files, format!("[back_channel]: {report}"))),
                }
            }
        }
        self.say_renewed(&taken, refused);
    }

    fn say_renewed(&self, taken: &BTreeSet<Vec<PathBuf>>, refused: Refused) {
        if !taken.is_empty() {
            self.metrics.certificates("taken");
            tracing::warn!(users = taken.len(), "certificates were taken anew");
        }
        if !refused.is_empty() {
            self.metrics.certificates("refused");
            let why = words(&refused);
            tracing::error!(why, "changed certificates are refused; the ones before go on");
        }
        let mut known = self.certificates.refused.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|files, _| !taken.contains(files));
        known.extend(refused);
    }
}

/// Each reason once.
fn words(refused: &Refused) -> String {
    refused.values().map(String::as_str).collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>().join("; ")
}

/// The fault with what lies under it. It names a place in the configuration and a file, never what stands in it.
fn told(fault: &federation::ConfigFault) -> String {
    let mut text = fault.to_string();
    let mut under = std::error::Error::source(fault);
    while let Some(error) = under {
        text += &format!(": {error}");
        under = error.source();
    }
    text
}

/// Looks until told to stop.
pub(crate) async fn watch(program: Arc<Program>, stopped: impl Future<Output = ()>) {
    tokio::pin!(stopped);
    loop {
        tokio::select! {
            () = &mut stopped => return,
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
        let looks = Arc::clone(&program);
        if tokio::task::spawn_blocking(move || looks.look_at_certificates()).await.is_err() {
            tracing::error!("certificates could not be looked at; it is tried again");
        }
    }
}
