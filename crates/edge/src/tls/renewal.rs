//! Certificates while a node runs: takes whoever shakes hands, looks at their files, has them take what changed once it has rested for
//! one look; what cannot be used is refused, said in the log, and the one before goes on. As the gateway does it (decision 0050).

use super::Guard;
use std::{path::PathBuf, time::Duration, time::SystemTime};

/// How often files are looked at.
const EVERY: Duration = Duration::from_secs(2);

/// Size and time of change of each file; of one that is not there, nothing.
type Files = Vec<(PathBuf, Option<(u64, Option<SystemTime>)>)>;

/// One guard's files as they were last seen, and last taken or refused.
struct Watched {
    guard: Guard,
    last: Files,
    settled: Files,
}

/// Looks for as long as the node runs.
pub(crate) async fn watch(guards: Vec<Guard>) {
    let mut all: Vec<Watched> = guards.into_iter().map(Watched::begin).collect();
    loop {
        tokio::time::sleep(EVERY).await;
        let looked = tokio::task::spawn_blocking(move || {
            all.iter_mut().for_each(Watched::look);
            all
        });
        match looked.await {
            Ok(looked) => all = looked,
            Err(_) => return tracing::error!("certificates are not looked at any more"),
        }
    }
}

impl Watched {
    fn begin(guard: Guard) -> Self {
        let files = files(&guard);
        Self { guard, last: files.clone(), settled: files }
    }

    fn look(&mut self) {
        let now = files(&self.guard);
        let rests = now == self.last;
        self.last = now;
        if !rests || self.last == self.settled {
            return;
        }
        self.settled.clone_from(&self.last);
        let file = self.guard.files()[0].display().to_string();
        match self.guard.renew() {
            Ok(()) => tracing::warn!(file, "a certificate was taken anew"),
            Err(why) => {
                tracing::error!(file, why, "a changed certificate is refused; the one before goes on");
            }
        }
    }
}

fn files(guard: &Guard) -> Files {
    let about = |path: PathBuf| {
        let about = std::fs::metadata(&path).ok().map(|about| (about.len(), about.modified().ok()));
        (path, about)
    };
    guard.files().into_iter().map(|path| about(path.to_owned())).collect()
}
