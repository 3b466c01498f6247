//! What a node does by itself between questions: clears away what was replaced, deletes messages past their time, goes on with
//! a change of key, asks the key service again, and says when a feed is overdue. Every step is short and can be stopped.

use super::{Node, NodeFault, keys};
use crate::{
    config::Config,
    journal::entry,
    key::{KeyFault, PartnerKey},
    sql::Value,
    vault::{
        generation::{Mode, all},
        rotate::Place,
    },
};
use audit::Kind;
use std::{collections::HashMap, sync::PoisonError};

/// Messages deleted in one step.
const EXPIRED_AT_ONCE: i64 = 5_000;

/// How far a change of key has got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rotated {
    /// Rows sealed under the new key.
    pub rows: u64,
}

impl Node {
    /// Reads the keys of the configuration again and seals everything that an earlier one sealed with the one in force, while
    /// the node goes on. `watch` is told the rows so far.
    pub fn rotate_key(&self, by: &str, watch: &mut dyn FnMut(u64)) -> Result<Rotated, NodeFault> {
        let detail = [("act", "change of key".to_owned()), ("by", by.to_owned())];
        self.0.journal.record_blocking(entry(Kind::Configuration, self.now(), &detail))?;
        {
            // A load under way goes on with the key it began with: the change waits for its end.
            let _no_load = self.0.loading.lock().unwrap_or_else(PoisonError::into_inner);
            let config = Config::load(&self.0.path)?;
            self.0.vault.rekey(Some(keys(&config)?))?;
        }
        let mut rows = 0;
        loop {
            let before = rows;
            let mut at = Place::default();
            while let Some(step) = self.0.vault.rotate_step(&mut at)? {
                rows += step;
                watch(rows);
            }
            // What was being written while the keys changed is found by looking once more.
            if rows == before {
                break;
            }
        }
        self.reseal_files()?;
        self.0.vault.scrub(&[])?;
        Ok(Rotated { rows })
    }

    /// Files in quarantine, one by one.
    fn reseal_files(&self) -> Result<(), NodeFault> {
        let ring = self.0.vault.ring()?;
        for name in self.quarantined_files()? {
            let path = self.0.folders.quarantine.join(format!("{name}.sealed"));
            for key in ring.keys().iter().skip(1) {
                crate::feed::reseal(&path, &name, key, ring.current()?)?;
            }
        }
        Ok(())
    }

    /// Asks the key service again. Without a key nothing is answered until it is back (F31).
    pub(crate) fn renew_key(&self) {
        match self.keys_in_force() {
            Ok(keys) => {
                if let Err(fault) = self.0.vault.rekey(Some(keys)) {
                    tracing::error!(%fault, "the key service gave another key than this store was sealed with");
                    let _ = self.0.vault.rekey(None);
                }
            }
            Err(fault) => {
                tracing::error!(%fault, "the key service gave no key: nothing is answered until it does");
                let _ = self.0.vault.rekey(None);
            }
        }
    }

    /// As the configuration names them now: the steward may be in the middle of a change. One that cannot be read changes
    /// nothing.
    pub(super) fn keys_in_force(&self) -> Result<Vec<PartnerKey>, KeyFault> {
        match Config::load(&self.0.path) {
            Ok(config) => keys(&config),
            Err(_) => keys(&self.0.config),
        }
    }

    /// One step of clearing away; `false` when there is nothing left to do.
    pub(crate) fn tidy_step(&self) -> Result<bool, NodeFault> {
        Ok(self.0.vault.clear_step()? || self.expire_step()?)
    }

    /// Messages that are older than their feed keeps them.
    fn expire_step(&self) -> Result<bool, NodeFault> {
        let now = self.now();
        let mut deleted = 0;
        for feed in &self.0.feeds {
            let Some(keep) = feed.config.keep else { continue };
            let until = now.as_millisecond() - i64::try_from(keep.as_millis()).unwrap_or(i64::MAX);
            deleted += self.0.vault.write(|link| {
                let mut deleted = 0;
                for of in all(link)? {
                    if of.mode != Mode::Messages || of.feed != feed.config.id {
                        continue;
                    }
                    let (content, names) = (of.content(), of.names());
                    let old = format!("SELECT n FROM {content} WHERE received < $1 ORDER BY n LIMIT $2");
                    let values = [Value::Int(until), Value::Int(EXPIRED_AT_ONCE)];
                    link.execute(&format!("DELETE FROM {names} WHERE n IN ({old})"), &values)?;
                    deleted += link.execute(&format!("DELETE FROM {content} WHERE n IN ({old})"), &values)?;
                }
                Ok(deleted)
            })?;
        }
        if deleted > 0 {
            let detail =
                [("what", format!("{deleted} messages past their time")), ("by", "the node".to_owned())];
            self.0.journal.record_blocking(entry(Kind::Deletion, now, &detail))?;
        }
        Ok(deleted > 0)
    }

    /// Says which feeds have become overdue, or too old, since it was last called; `known` is what it said before (HAZ-008).
    pub(crate) fn alarm(&self, known: &mut HashMap<String, &'static str>) -> Result<(), NodeFault> {
        let now = self.now();
        for feed in &self.0.feeds {
            let state = self.0.vault.feed_state(&feed.config.id)?;
            let freshness = crate::freshness::Freshness::of(&feed.config, &state, now);
            let id = &feed.config.id;
            if freshness.is_late() && known.insert(id.clone(), freshness.name()) != Some(freshness.name()) {
                tracing::warn!(feed.id = %id, state = freshness.name(), "a feed is overdue");
                let detail = [("feed", id.clone()), ("state", freshness.name().to_owned())];
                self.0.journal.record_blocking(entry(Kind::Alert, now, &detail))?;
            } else if !freshness.is_late() {
                known.remove(id);
            }
        }
        Ok(())
    }
}
