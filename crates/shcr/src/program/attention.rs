//! Alerts that must not lie: takes those in the log, sends word of the urgent ones out of band within a minute and until it arrives,
//! raises again what nobody took on in time. What was sent is an entry, so a restart loses nothing and tells nothing twice but
//! what it was sending at that moment. Source: audit.md section 12.

/// What is known of each alert.
mod cases;
/// Word, sent.
mod notifier;
/// Days on which somebody is at their desk.
mod working_days;

pub(crate) use notifier::Notifier;

use super::{Program, office::is_alert};
use crate::{clock, entries};
use audit::{Entry, Fault, Kind, Millis, Query, Why, cause};
use cases::{Cases, Word};
use std::{collections::BTreeSet, sync::Arc, time::Duration};

/// What is counted is raised within ten seconds: so word is out well within a minute.
const EVERY: Duration = Duration::from_secs(5);
/// A receiver that does not take it is tried again after this, then after twice as long, and so on.
const FIRST_REST_MS: i64 = 5_000;
const LONGEST_REST_MS: i64 = 5 * 60_000;

/// The rule of an entry that raises an alert; a step of one raises none.
fn raised(entry: &Entry) -> Option<&str> {
    let raises = is_alert(entry) && !entry.detail.contains_key("alert");
    entry.cause.as_deref().filter(|_| raises)
}

/// Attends until told to stop.
pub(crate) async fn watch(program: Arc<Program>, stopped: impl Future<Output = ()>) {
    tokio::pin!(stopped);
    let mut attention = Attention::default();
    loop {
        attention.go_on(&program).await;
        tokio::select! {
            () = &mut stopped => return,
            () = tokio::time::sleep(EVERY) => {}
        }
    }
}

/// What one gateway knows while it runs; all of it comes out of the log again.
#[derive(Default)]
pub(super) struct Attention {
    cases: Cases,
    from: u64,
    /// Sent, and not yet recorded as sent.
    sent: BTreeSet<(u64, Word)>,
    rest: Rest,
    frozen_told: bool,
}

/// How long a receiver that does not answer is left alone.
struct Rest {
    next_ms: i64,
    until: Millis,
}

impl Default for Rest {
    fn default() -> Self {
        Self { next_ms: FIRST_REST_MS, until: Millis(0) }
    }
}

impl Rest {
    fn begin(&mut self, now: Millis) {
        self.until = now.plus_ms(self.next_ms);
        self.next_ms = (self.next_ms * 2).min(LONGEST_REST_MS);
    }
}

impl Attention {
    pub(super) async fn go_on(&mut self, program: &Program) {
        if let Err(fault) = self.read_on(program).await {
            tracing::error!(?fault, "alerts cannot be attended to; it is tried again");
        }
        let Some(office) = &program.office else { return };
        self.escalate(program).await;
        if let Some(notifier) = &program.notifier {
            self.send(program, notifier, &office.url).await;
        }
    }

    /// Every alert and every step since.
    async fn read_on(&mut self, program: &Program) -> Result<(), Fault> {
        loop {
            let query = Query { from: self.from, kinds: vec![Kind::Alert], ..Query::default() };
            let page = program.store.watched(query).await?;
            for found in &page.entries {
                self.cases.take(found.index, &found.entry);
                if let Some(rule) = raised(&found.entry) {
                    program.metrics.alert(rule, found.entry.at);
                }
            }
            // What is no alert is not gone through again either.
            self.from = page.next.unwrap_or(page.end);
            if page.next.is_none() {
                return Ok(());
            }
        }
    }

    async fn escalate(&mut self, program: &Program) {
        let days = program.config.alerts.escalate_after_working_days;
        for alert in self.cases.overdue(clock::now(), days) {
            if record(program, alert, cause::ESCALATED).await {
                self.cases.step(alert, cause::ESCALATED);
                tracing::warn!(alert, "an alert that nobody took on is raised again");
            }
        }
    }

    async fn send(&mut self, program: &Program, notifier: &Notifier, office: &str) {
        let (now, log) = (clock::millis(), program.store.origin());
        let mut untold = self.cases.untold(&notifier.rules);
        untold.retain(|word| !self.sent.contains(word));
        let may_send = now >= self.rest.until;
        if may_send && program.store.frozen().is_some() && !self.frozen_told {
            // Nothing can be recorded any more, the alert included.
            match notifier.send(log, None, office).await {
                Ok(()) => self.frozen_told = true,
                Err(why) => return self.did_not_arrive(notifier, &why, untold.len()),
            }
        }
        let mut waiting = untold.len();
        for (alert, word) in untold {
            if !may_send {
                break;
            }
            match notifier.send(log, Some((alert, word)), office).await {
                Ok(()) => {
                    waiting -= 1;
                    self.rest = Rest::default();
                    self.sent.insert((alert, word));
                    self.record_sent(program).await;
                }
                Err(why) => return self.did_not_arrive(notifier, &why, waiting),
            }
        }
        self.record_sent(program).await;
        if waiting == 0 {
            notifier.all_is_told();
        }
    }

    /// Whatever could not be recorded a moment ago, too.
    async fn record_sent(&mut self, program: &Program) {
        for (alert, word) in self.sent.clone() {
            if record(program, alert, word.told()).await {
                self.cases.step(alert, word.told());
                self.sent.remove(&(alert, word));
            }
        }
    }

    fn did_not_arrive(&mut self, notifier: &Notifier, why: &str, waiting: usize) {
        let now = clock::millis();
        self.rest.begin(now);
        notifier.waits(why, waiting, now);
        tracing::error!(waiting, why, "word of an alert did not arrive out of band; it is tried again");
    }
}

/// Whether the step stands in the log, written now or before.
async fn record(program: &Program, alert: u64, step: &'static str) -> bool {
    let now = clock::millis();
    match program.store.append(vec![entries::step(alert, step, now)], now).await {
        // Another gateway over the same log was first.
        Ok(_) | Err(Fault::Rejected(Why::Conflict)) => true,
        Err(fault) => {
            tracing::error!(alert, step, ?fault, "a step of an alert could not be recorded");
            false
        }
    }
}
