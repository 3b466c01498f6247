//! What replicas share of every source: takes what the store says all have, gives what this one asks for, and takes what it was lent.
//! Nothing here is on a question's way: questions count, and somebody beside them asks the store (HAZ-036).

use crate::{
    Federation,
    guard::{Guard, Others},
};
use audit::{
    Millis,
    fleet::{Ask, Ledger},
};
use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{sync::Notify, time::Instant};

/// What every guard of a federation has in common.
#[derive(Clone, Default)]
pub(crate) struct Fleet(Arc<Inner>);

#[derive(Default)]
struct Inner {
    /// Somebody waits for a place that might be lent, or was asked to wait.
    stirred: Notify,
    /// Until when others were asked to leave a source alone that was not asked here yet.
    rests: Mutex<HashMap<String, Instant>>,
}

impl Fleet {
    pub(crate) fn stir(&self) {
        self.0.stirred.notify_one();
    }

    pub(crate) fn rests_until(&self, quota: &str) -> Option<Instant> {
        self.rests().get(quota).copied()
    }

    fn rests(&self) -> MutexGuard<'_, HashMap<String, Instant>> {
        self.0.rests.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// When each replica was last heard of, by this one's own clock.
#[derive(Debug, Default)]
pub struct Watch(BTreeMap<String, (i64, Instant)>);

impl Watch {
    /// `now`: not before the ledger was read.
    pub fn saw(&mut self, ledger: &Ledger, now: Instant) {
        let heard: BTreeMap<&str, i64> = ledger.heard().collect();
        self.0.retain(|replica, (number, _)| heard.get(replica.as_str()) == Some(number));
        for (replica, number) in heard {
            self.0.entry(replica.to_owned()).or_insert((number, now));
        }
    }

    /// Whoever was not heard of for so long: what it was lent it has given up, and what left by then has ended.
    pub fn silent(&self, now: Instant, patience: Duration) -> Vec<(String, i64)> {
        let silent = self.0.iter().filter(|(_, (_, since))| now >= *since + patience);
        silent.map(|(replica, (number, _))| (replica.clone(), *number)).collect()
    }
}

impl Federation {
    /// Whether anything is shared with other replicas at all.
    pub fn is_shared(&self) -> bool {
        self.limits().replicas > 1
    }

    /// Ends when somebody waits for a place that might be lent, or a source asked to be left alone. Cancel-safe.
    pub async fn stirred(&self) {
        self.fleet().0.stirred.notified().await;
    }

    /// How long whoever was lent something may go without being heard of before it is lent again.
    pub fn patience(&self) -> Duration {
        self.limits().lease_time + self.limits().total
    }

    /// What this replica asks for, now that it knows how all stand; it uses no more than that from here on. What is not named is given
    /// back.
    pub fn asks(&self, known: &Ledger, replica: &str) -> Vec<Ask> {
        let now = Instant::now();
        let ask = |(quota, guard): (String, Arc<Guard>)| {
            let stand = known.stand(&quota, replica);
            let others = Others {
                taken: count(stand.others),
                is_wanted: stand.is_wanted,
                wanting: count(stand.wanting),
            };
            let wish = guard.wish(others, now).filter(|wish| wish.wants > 0)?;
            let [pool, wants, takes] =
                [wish.pool, wish.wants, wish.takes].map(|it| u32::try_from(it).unwrap_or(u32::MAX));
            Some(Ask { quota, pool, wants, takes })
        };
        self.every_guard().into_iter().filter_map(ask).collect()
    }

    /// The store has recorded what was asked for at `asked`; it holds for a while from then on.
    pub fn lent(&self, ledger: &Ledger, replica: &str, asked: Instant) {
        let until = asked + self.limits().lease_held;
        for (quota, guard) in self.every_guard() {
            guard.lent(count(ledger.stand(&quota, replica).own), until);
        }
    }

    /// How many places this replica was lent at all sources together.
    pub fn leased(&self) -> usize {
        let now = Instant::now();
        self.every_guard().iter().map(|(_, guard)| guard.leased(now)).sum()
    }

    /// Sources that asked this replica to be left alone since this was last asked, and until when.
    pub fn waits(&self, now: Millis) -> Vec<(String, Millis)> {
        let wait = |(quota, guard): (String, Arc<Guard>)| {
            let left = guard.wait_to_tell()?.saturating_duration_since(Instant::now());
            Some((quota, now.plus_ms(i64::try_from(left.as_millis()).unwrap_or(i64::MAX))))
        };
        self.every_guard().into_iter().filter_map(wait).collect()
    }

    /// Another replica was asked to leave a source alone until then, as far as clocks agree; never longer than any source may ask for.
    pub fn rest(&self, quota: &str, until: Millis, now: Millis) {
        let left = u64::try_from(until.0.saturating_sub(now.0)).unwrap_or_default();
        let left = Duration::from_millis(left).min(crate::wire::LONGEST_WAIT);
        let until = Instant::now() + left;
        self.fleet().rests().insert(quota.to_owned(), until);
        let known = self.every_guard().into_iter().find(|(known, _)| known == quota);
        if let Some((_, guard)) = known {
            guard.rest(until);
        }
    }
}

fn count(places: u32) -> usize {
    usize::try_from(places).unwrap_or(usize::MAX)
}
