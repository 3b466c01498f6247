//! Takes a source's name, gives the fault it is under; one table for the whole region, changed while it runs.
//! Source: the fault rows F01, F03, F07, F09, F11, F19 of the reliability paper.

use crate::options::RegionFault;
use std::{collections::BTreeMap, str::FromStr};
use tokio::sync::watch;

/// How requests meet the faults: the gate every source stands behind.
pub(crate) mod gate;

/// What is wrong with one source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Fault {
    #[default]
    None,
    /// Accepts and never answers, until the fault is lifted or the region stops.
    Hang,
    /// Answers so many milliseconds late.
    Slow { ms: u64 },
    /// Answers this HTTP status with words that are not FHIR.
    Status(u16),
    /// Sends half of the body and breaks the connection.
    Drop,
    /// Answers with another person's data, subject and all.
    WrongPerson,
    /// Answers a well-framed half of its JSON.
    Malformed,
    /// Answers 200 with no body at all.
    Empty,
}

/// The text names no fault.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no fault: none, hang, slow:<ms>, <HTTP status>, drop, wrong-person, malformed, empty")]
pub struct NotAFault(String);

impl FromStr for Fault {
    type Err = NotAFault;
    fn from_str(text: &str) -> Result<Self, NotAFault> {
        let not = || NotAFault(text.to_owned());
        Ok(match text {
            "none" | "" => Self::None,
            "hang" => Self::Hang,
            "drop" => Self::Drop,
            "wrong-person" => Self::WrongPerson,
            "malformed" => Self::Malformed,
            "empty" => Self::Empty,
            _ => match text.strip_prefix("slow:") {
                Some(ms) => Self::Slow { ms: ms.parse().map_err(|_| not())? },
                None => Self::Status(status(text).ok_or_else(not)?),
            },
        })
    }
}

fn status(text: &str) -> Option<u16> {
    text.parse().ok().filter(|status| (200..=599).contains(status))
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::None => f.write_str("none"),
            Self::Hang => f.write_str("hang"),
            Self::Slow { ms } => write!(f, "slow:{ms}"),
            Self::Status(status) => write!(f, "{status}"),
            Self::Drop => f.write_str("drop"),
            Self::WrongPerson => f.write_str("wrong-person"),
            Self::Malformed => f.write_str("malformed"),
            Self::Empty => f.write_str("empty"),
        }
    }
}

/// The faults in force, by source name; `gp` stands for every practice without a fault of its own.
pub(crate) struct Faults {
    names: Vec<String>,
    table: watch::Sender<BTreeMap<String, Fault>>,
}

impl Faults {
    pub(crate) fn new(names: Vec<String>) -> Self {
        Self { names, table: watch::Sender::new(BTreeMap::new()) }
    }

    /// Every name that can be given a fault, in the order the control page shows them.
    pub(crate) fn names(&self) -> &[String] {
        &self.names
    }

    pub(crate) fn set(&self, source: &str, fault: Fault) -> Result<(), RegionFault> {
        if !self.names.iter().any(|name| name == source) {
            return Err(RegionFault::UnknownSource(source.to_owned()));
        }
        self.table.send_modify(|table| {
            table.insert(source.to_owned(), fault);
        });
        Ok(())
    }

    /// The fault a request to this source meets now.
    pub(crate) fn of(&self, source: &str) -> Fault {
        in_force(&self.table.borrow(), source)
    }

    /// Returns once the source does not hang. Cancel-safe.
    pub(crate) async fn lifted(&self, source: &str) {
        let mut changes = self.table.subscribe();
        // The sender lives as long as `self`, so waiting cannot fail.
        let _ = changes.wait_for(|table| in_force(table, source) != Fault::Hang).await;
    }
}

fn in_force(table: &BTreeMap<String, Fault>, source: &str) -> Fault {
    let own = table.get(source).copied().unwrap_or_default();
    match own {
        Fault::None if source.starts_with("gp:") => table.get("gp").copied().unwrap_or_default(),
        own => own,
    }
}

#[cfg(test)]
mod tests;
