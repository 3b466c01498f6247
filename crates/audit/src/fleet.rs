//! What the replicas of one deployment share beside the log: places at sources, lent to one replica at a time, and how long sources asked
//! to be left alone. Takes what a replica asks, gives it what is left, never more than there is (HAZ-036). Pure. No two clocks are
//! compared for what is lent: a replica that falls silent is given up on by whoever watched it for long enough.

use crate::Millis;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How long a wait stands here once it is over: longer than clocks differ.
const WAIT_KEPT_MS: i64 = 60_000;

/// Everything that is lent and waited for, as one store has it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ledger {
    /// By replica: another number whenever it was heard of.
    heard: BTreeMap<String, i64>,
    /// By quota and replica.
    lines: BTreeMap<String, BTreeMap<String, Line>>,
    /// Until when a quota's source asked to be left alone.
    waits: BTreeMap<String, Millis>,
}

/// What one replica has of a quota.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Line {
    places: u32,
    /// How many it could use.
    wants: u32,
}

/// What a replica asks of one quota.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    pub quota: String,
    /// How many places are lent of it in all: the same for every replica.
    pub pool: u32,
    /// How many it could use.
    pub wants: u32,
    /// How many it takes at most, so that others have some; never fewer than are in use.
    pub takes: u32,
}

/// Everything a replica asks: what is not named it has given back.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asks {
    /// One process: another after a restart.
    pub replica: String,
    pub asks: Vec<Ask>,
    /// Replicas that were watched for as long as what they have may be in use, and the number that did not change.
    pub silent: Vec<(String, i64)>,
    /// Sources that asked to be left alone.
    pub waits: Vec<(String, Millis)>,
}

/// How a quota stands for one replica.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Stand {
    pub own: u32,
    /// Of all others.
    pub others: u32,
    /// Somebody else could use more than it has.
    pub is_wanted: bool,
    /// How many replicas could use any, this one left out.
    pub wanting: u32,
}

impl Ledger {
    /// `None`: not what was written.
    pub(crate) fn read(bytes: &[u8]) -> Option<Self> {
        serde_json::from_slice(bytes).ok()
    }

    pub(crate) fn bytes(&self) -> Option<Vec<u8>> {
        serde_json::to_vec(self).ok()
    }

    /// Gives up on the silent, then gives the asker what is left of what it asks.
    pub fn settle(&mut self, asks: &Asks, now: Millis) {
        for (replica, number) in &asks.silent {
            if *replica != asks.replica && self.heard.get(replica) == Some(number) {
                self.forget(replica);
            }
        }
        let before = self.heard.get(&asks.replica).copied().unwrap_or_default();
        self.forget(&asks.replica);
        for ask in &asks.asks {
            let left = ask.pool.saturating_sub(self.stand(&ask.quota, &asks.replica).others);
            let line = Line { places: ask.takes.min(left), wants: ask.wants.max(ask.takes) };
            if line.wants > 0 {
                self.lines.entry(ask.quota.clone()).or_default().insert(asks.replica.clone(), line);
            }
        }
        if !asks.asks.is_empty() {
            self.heard.insert(asks.replica.clone(), now.0.max(before.saturating_add(1)));
        }
        for (quota, until) in &asks.waits {
            let known = self.waits.entry(quota.clone()).or_insert(*until);
            *known = (*known).max(*until);
        }
        self.waits.retain(|_, until| until.0.saturating_add(WAIT_KEPT_MS) > now.0);
    }

    fn forget(&mut self, replica: &str) {
        self.heard.remove(replica);
        self.lines.retain(|_, lines| {
            lines.remove(replica);
            !lines.is_empty()
        });
    }

    pub fn stand(&self, quota: &str, replica: &str) -> Stand {
        let mut stand = Stand::default();
        for (whose, line) in self.lines.get(quota).into_iter().flatten() {
            if whose == replica {
                stand.own = line.places;
                continue;
            }
            stand.others = stand.others.saturating_add(line.places);
            stand.is_wanted |= line.wants > line.places;
            stand.wanting += u32::from(line.wants > 0);
        }
        stand
    }

    /// Every replica that has something, and its number of now.
    pub fn heard(&self) -> impl Iterator<Item = (&str, i64)> {
        self.heard.iter().map(|(replica, number)| (replica.as_str(), *number))
    }

    /// Until when each source asked to be left alone.
    pub fn waits(&self) -> impl Iterator<Item = (&str, Millis)> {
        self.waits.iter().map(|(quota, until)| (quota.as_str(), *until))
    }
}

#[cfg(test)]
mod tests;
