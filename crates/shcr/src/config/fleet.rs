//! How many replicas run at most: takes `[fleet]`, gives one where it is left out; refuses none, more than a database would serve, and
//! several over one file.

use super::{
    Config,
    report::{Text, Wrong},
};
use serde::Deserialize;

/// A ceiling divided among more leaves nobody anything.
const REPLICAS_MAX: usize = 64;

/// `[fleet]`
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Fleet {
    /// At most, those included that are on their way out while others take their place.
    pub(crate) replicas: usize,
}

impl Fleet {
    /// What may be asked of sources and read from them, by one of so many.
    pub(crate) fn limits(self) -> federation::Limits {
        federation::Limits { replicas: self.replicas, ..federation::Limits::default() }
    }
}

impl Default for Fleet {
    fn default() -> Self {
        Self { replicas: 1 }
    }
}

impl Config {
    pub(super) fn wrong_fleet(&self, text: &Text) -> Option<Wrong> {
        let replicas = self.fleet.replicas;
        let (what, fix) = if !(1..=REPLICAS_MAX).contains(&replicas) {
            ("nobody is to run, or more than can share a ceiling", "choose from 1 to 64")
        } else if replicas > 1 && self.audit.server.is_none() {
            ("several replicas cannot write to one file", "name an `[audit.server]`, or write `replicas = 1`")
        } else {
            return None;
        };
        Some(text.at("fleet", "replicas", format!("`[fleet]`: {what}"), fix))
    }
}
