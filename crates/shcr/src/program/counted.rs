//! Alerts that can only be counted over the log: takes the entries as they are written, raises what the rules find, once each.
//! Starts again a month back, so that a restart forgets nothing. Never fails what it watches over.
//! Source: audit.md section 12.

/// What organisations say of their professionals.
pub(crate) mod lists;

use super::Program;
use crate::{clock, entries};
use audit::{
    Fault, Millis, Query, Why,
    watch::{Lists, REPLAY_MS, Raised, Watch},
};
use lists::Files;
use std::{sync::Arc, time::Duration};

/// An alert is out within a minute of its entry.
const EVERY: Duration = Duration::from_secs(10);

/// Watches until told to stop.
pub(crate) async fn watch(program: Arc<Program>, stopped: impl Future<Output = ()>) {
    tokio::pin!(stopped);
    let (mut counted, mut files) = (Counted::begin(Lists::default()), Files::unread());
    loop {
        match files.renewed(&program.config.alerts) {
            // Whoever is listed from an earlier day on is found where they were.
            Some(Ok(lists)) => counted = Counted::begin(lists),
            Some(Err(fault)) => {
                tracing::error!(%fault, "a list of professionals cannot be used; what was before goes on")
            }
            None => {}
        }
        counted.go_on(&program).await;
        tokio::select! {
            () = &mut stopped => return,
            () = tokio::time::sleep(EVERY) => {}
        }
    }
}

struct Counted {
    /// `None` before the first entry was read.
    watch: Option<Watch>,
    lists: Lists,
    since: Millis,
    from: u64,
}

impl Counted {
    fn begin(lists: Lists) -> Self {
        Self { watch: None, lists, since: clock::millis().plus_ms(-REPLAY_MS), from: 0 }
    }

    /// Everything that was written since.
    async fn go_on(&mut self, program: &Program) {
        loop {
            let since = (self.from == 0).then_some(self.since);
            let page = program.store.watched(Query { since, from: self.from, ..Query::default() }).await;
            let page = match page {
                Ok(page) => page,
                Err(fault) => return tracing::error!(?fault, "the log cannot be watched; it is tried again"),
            };
            for found in &page.entries {
                let watch = self.watch.get_or_insert_with(|| {
                    let thresholds = program.config.alerts.thresholds.clone();
                    // Of a log that is younger than the longest rule looks back, nothing is unknown.
                    let watch =
                        if found.index == 0 { Watch::new(thresholds) } else { Watch::resumed(thresholds) };
                    watch.with(self.lists.clone())
                });
                for raised in watch.take(found.index, &found.entry) {
                    program.raise_counted(&raised).await;
                }
                self.from = found.index + 1;
            }
            match page.next {
                Some(next) => self.from = next,
                None => return,
            }
        }
    }
}

impl Program {
    async fn raise_counted(&self, raised: &Raised) {
        let id = raised.rule.id();
        let mut entry = entries::raised(id, &raised.about, &raised.what, raised.at);
        entry.detail.insert("organisation".to_owned(), raised.organisation.clone());
        entry.detail.insert("version".to_owned(), raised.version.to_string());
        match self.store.append(vec![entry], clock::millis()).await {
            Ok(_) | Err(Fault::Rejected(Why::Conflict)) => {}
            Err(_) => tracing::error!(alert = id, "an alert could not be recorded"),
        }
    }
}
