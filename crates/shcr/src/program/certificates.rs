//! Certificates, keys and authorities while the gateway runs: looks at the files the configuration names, has whoever uses one take it anew when
//! it changes, for connections made from then on. What cannot be used is refused, the one before goes on, and the operator hears
//! of it on the status page, in the log and in the metrics (HAZ-057). Decision 0050.

use super::{
    Program,
    agreement::LOOK_EVERY,
    files::{self, Seen},
};
use crate::{clock, config::Config, serve::back_channel::Guard};
use federation::{Employers, Federation};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

const DAY_S: i64 = 24 * 60 * 60;
/// Whoever renews a certificate is told so many days before it runs out.
const SOON_DAYS: i64 = 30;

/// Why files as they stand are not in use, by the files that belong together.
type Refused = BTreeMap<Vec<PathBuf>, String>;

/// What is looked at, and what became of it.
pub(crate) struct Certificates {
    paths: BTreeSet<PathBuf>,
    seen: Mutex<Seen>,
    refused: Mutex<Refused>,
    /// When what is in use runs out, in seconds since 1970.
    ends: Mutex<BTreeMap<PathBuf, i64>>,
    /// What was said of days that are left.
    said: Mutex<BTreeMap<String, i64>>,
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
        let (refused, ends, said) = (Mutex::default(), Mutex::new(ends(&paths)), Mutex::default());
        Self { paths, seen, refused, ends, said, listener: OnceLock::new() }
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

    /// Days until what is in use runs out, by the name of its file: of certificates and authorities in it the one that is first. Fewer than
    /// none: it has run out.
    pub(super) fn days_left(&self) -> BTreeMap<String, i64> {
        let now = clock::now().as_second();
        let mut days = BTreeMap::new();
        for (path, end) in self.ends.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let left = (end - now).div_euclid(DAY_S);
            days.entry(name).and_modify(|days: &mut i64| *days = left.min(*days)).or_insert(left);
        }
        days
    }

    /// Those that run out soon, each once a day.
    pub(super) fn newly_soon(&self) -> Vec<(String, i64)> {
        let soon = self.days_left().into_iter().filter(|(_, days)| *days <= SOON_DAYS);
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        soon.filter(|(file, days)| said.insert(file.clone(), *days) != Some(*days)).collect()
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
        for (file, days) in self.certificates.newly_soon() {
            tracing::warn!(file, days, "a certificate runs out soon");
        }
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
        let mut ends = self.certificates.ends.lock().unwrap_or_else(PoisonError::into_inner);
        ends.extend(self::ends(taken.iter().flatten()));
        drop(ends);
        let mut known = self.certificates.refused.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|files, _| !taken.contains(files));
        known.extend(refused);
    }
}

/// Of files with certificates in them; a file of keys has no end.
fn ends<'p>(paths: impl IntoIterator<Item = &'p PathBuf>) -> BTreeMap<PathBuf, i64> {
    let end = |path: &PathBuf| access::certificate::soonest_end(&std::fs::read(path).ok()?);
    paths.into_iter().filter_map(|path| Some((path.clone(), end(path)?))).collect()
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

#[cfg(test)]
mod tests {
    //! Days that are left, and when somebody is told of them.

    use super::*;

    fn pem(days: i64) -> String {
        let mut params = rcgen::CertificateParams::new(vec!["gateway.example".to_owned()]).unwrap();
        let end = clock::now() + jiff::SignedDuration::from_hours(24 * days + 1);
        let date = end.to_zoned(jiff::tz::TimeZone::UTC).date();
        // Its day begins at midnight.
        let day = |part: i8| u8::try_from(part).unwrap();
        params.not_after = rcgen::date_time_ymd(date.year().into(), day(date.month()), day(date.day()));
        params.self_signed(&rcgen::KeyPair::generate().unwrap()).unwrap().pem()
    }

    fn of(folder: &std::path::Path, files: &[(&str, String)]) -> Certificates {
        let path = |name: &str| folder.join(name);
        files.iter().for_each(|(name, text)| std::fs::write(path(name), text).unwrap());
        let paths: BTreeSet<PathBuf> = files.iter().map(|(name, _)| path(name)).collect();
        let ends = Mutex::new(ends(&paths));
        let (seen, refused, said) = (Mutex::default(), Mutex::default(), Mutex::default());
        Certificates { paths, seen, refused, ends, said, listener: OnceLock::new() }
    }

    // shows: F4
    #[test]
    fn days_are_counted_by_file_and_whoever_runs_out_within_thirty_is_told_of_once_a_day() {
        let folder = tempfile::tempdir().unwrap();
        let key = rcgen::KeyPair::generate().unwrap().serialize_pem();
        let both = format!("{}{}", pem(300), pem(12));
        let files = [("far.pem", pem(40)), ("near.pem", both), ("gone.pem", pem(-3)), ("own.key", key)];
        let all = of(folder.path(), &files);
        let days = all.days_left();
        assert_eq!(days.keys().collect::<Vec<_>>(), ["far.pem", "gone.pem", "near.pem"], "a key has no end");
        // By up to a day, as a certificate ends at midnight here.
        let is = |file: &str, wanted: i64| (wanted - 1..=wanted).contains(days.get(file).unwrap());
        assert!(is("far.pem", 40) && is("near.pem", 12) && is("gone.pem", -3), "{days:?}");
        let soon: Vec<String> = all.newly_soon().into_iter().map(|(file, _)| file).collect();
        assert_eq!(soon, ["gone.pem", "near.pem"]);
        assert!(all.newly_soon().is_empty(), "it was said today");
    }
}
