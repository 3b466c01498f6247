//! Keeps this replica's part of what all replicas share of every source: asks the store for places while questions need them, gives them
//! back when they do not, and tells and hears which source asked to be left alone (HAZ-036). No question waits for any of it.

use super::Program;
use crate::clock;
use audit::{
    Millis,
    fleet::{Ask, Asks, Ledger},
};
use std::{
    collections::BTreeMap,
    future::Future,
    pin::pin,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::time::{Instant, sleep};

/// How often the ledger is looked at: others hear of a wait within a second.
const EVERY: Duration = Duration::from_millis(500);
/// How long the store is left alone between two looks, however many questions wait for a place.
const GAP: Duration = Duration::from_millis(20);
/// The same after it did not give what was asked for.
const AGAIN: Duration = Duration::from_millis(250);
/// How often it is looked whether everything can be given back, once questions have ended. What cannot be runs out.
const GIVES_BACK: u32 = 20;
/// A lease is asked for anew after half of the time that it is used for.
const RENEW: Duration = Duration::from_secs(2);

/// When the store last said how all stand; for the operator.
#[derive(Default)]
pub(crate) struct Heard(Mutex<Option<Instant>>);

impl Heard {
    fn now(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }

    /// In words: how many replicas share, what this one was lent, and how long ago it heard of it.
    pub(super) fn said(&self, replicas: usize, leased: usize) -> String {
        if replicas <= 1 {
            return "alone: every place at every source is this replica's".to_owned();
        }
        let heard = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match heard.map(|heard| heard.elapsed().as_secs()) {
            Some(seconds) => format!(
                "one of {replicas}: {leased} places are lent to it beside its own share; heard {seconds} s ago"
            ),
            None => format!("one of {replicas}: its own share alone; the store has not said how all stand"),
        }
    }
}

/// One replica's memory of the others.
struct Keeper {
    /// This process: another after a restart.
    me: String,
    known: Ledger,
    watch: federation::Watch,
    /// What was asked for last, and is recorded.
    asked: Option<Vec<Ask>>,
    renewed: Instant,
    tried: Instant,
    /// Waits that the store does not know of yet.
    untold: BTreeMap<String, Millis>,
    /// Those that were heard, or told, once.
    waits: BTreeMap<String, Millis>,
}

/// Until told to stop; then until nothing is lent any more. Does nothing where one replica is all there is.
pub(crate) async fn keep(program: Arc<Program>, stopped: impl Future<Output = ()>) {
    if !program.federation.is_shared() {
        return;
    }
    let mut keeper = Keeper::new(&program);
    let mut stopped = pin!(stopped);
    loop {
        keeper.look(&program).await;
        let stirred = async {
            sleep(GAP).await;
            program.federation.stirred().await;
        };
        tokio::select! {
            biased;
            () = &mut stopped => break,
            () = stirred => {}
            () = sleep(EVERY) => {}
        }
    }
    for _ in 0..GIVES_BACK {
        if keeper.asked.as_ref().is_none_or(Vec::is_empty) {
            return;
        }
        sleep(AGAIN).await;
        keeper.look(&program).await;
    }
}

impl Keeper {
    fn new(program: &Program) -> Self {
        let now = Instant::now();
        Self {
            me: format!("{}#{}", program.config.audit.replica, clock::millis().0),
            known: Ledger::default(),
            watch: federation::Watch::default(),
            asked: Some(Vec::new()),
            renewed: now,
            tried: now,
            untold: BTreeMap::new(),
            waits: BTreeMap::new(),
        }
    }

    async fn look(&mut self, program: &Program) {
        for (quota, until) in program.federation.waits(clock::millis()) {
            self.waits.insert(quota.clone(), until);
            self.untold.insert(quota, until);
        }
        let asks = program.federation.asks(&self.known, &self.me);
        let now = Instant::now();
        let silent = self.watch.silent(now, program.federation.patience());
        let known = if self.is_due(&asks, now) {
            self.settle(program, asks, silent).await
        } else {
            program.store.fleet().await.ok()
        };
        if let Some(known) = known {
            self.watch.saw(&known, Instant::now());
            self.known = known;
            program.fleet.now();
        }
        self.hear(program);
    }

    fn is_due(&self, asks: &[Ask], now: Instant) -> bool {
        let has_rested = now >= self.tried + AGAIN;
        let is_news = !self.untold.is_empty() || self.asked.as_deref().is_some_and(|asked| asked != asks);
        let lacks = |ask: &Ask| self.known.stand(&ask.quota, &self.me).own < ask.takes;
        let is_old = !asks.is_empty() && now >= self.renewed + RENEW;
        is_news || has_rested && (self.asked.is_none() || is_old || asks.iter().any(lacks))
    }

    /// A lease counts from the moment before it was asked for: others count from a later one.
    async fn settle(
        &mut self,
        program: &Program,
        asks: Vec<Ask>,
        silent: Vec<(String, i64)>,
    ) -> Option<Ledger> {
        let before = Instant::now();
        let waits = self.untold.iter().map(|(quota, until)| (quota.clone(), *until)).collect();
        let all = Asks { replica: self.me.clone(), asks: asks.clone(), silent, waits };
        let settled = program.store.settle_fleet(all, clock::millis()).await;
        self.tried = Instant::now();
        match settled {
            Ok(ledger) => {
                program.federation.lent(&ledger, &self.me, before);
                (self.asked, self.renewed) = (Some(asks), before);
                self.untold.clear();
                Some(ledger)
            }
            Err(fault) => {
                if self.asked.take().is_some() {
                    tracing::warn!(
                        ?fault,
                        "places at sources could not be asked for; what was lent runs out"
                    );
                }
                None
            }
        }
    }

    /// Each wait once, so that an operator who lets a source be asked again is not contradicted.
    fn hear(&mut self, program: &Program) {
        let now = clock::millis();
        for (quota, until) in self.known.waits().filter(|(_, until)| *until > now) {
            if self.waits.get(quota).is_none_or(|known| *known < until) {
                self.waits.insert(quota.to_owned(), until);
                program.federation.rest(quota, until, now);
            }
        }
    }
}
