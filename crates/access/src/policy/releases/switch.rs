//! One line's switch: to whom a partner lets something out, and at which level at most. Takes a row, gives the switch; says whether
//! one lets out no more than another.

use super::cells;
use crate::{
    Launch,
    table::{Row, TableFault},
};
use fhir::{Level, OdsCode};
use std::collections::BTreeSet;

#[derive(Debug, Clone)]
pub(super) struct Switch {
    pub(super) to: To,
    pub(super) level: Level,
}

#[derive(Debug, Clone)]
pub(super) enum To {
    Nobody,
    Testers(Vec<Tester>),
    Organisations(BTreeSet<OdsCode>),
    Everybody,
}

/// One professional of a host, or everybody with one of its role claims.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Tester {
    Subject { host: String, subject: String },
    Role { host: String, claim: String },
}

impl Switch {
    pub(super) fn read(row: &Row) -> Result<Self, TableFault> {
        let named: Vec<&str> = row.cell("named").split_whitespace().collect();
        let to = match (row.cell("switch"), named.is_empty()) {
            ("off", true) => To::Nobody,
            ("open", true) => To::Everybody,
            ("safety-only", false) => {
                let testers: Option<Vec<Tester>> = named.iter().map(|name| Tester::parse(name)).collect();
                To::Testers(
                    testers.ok_or_else(|| row.fault("a tester is user:HOST/SUBJECT or role:HOST/ROLE"))?,
                )
            }
            ("pilot", false) => {
                let codes: Result<_, _> = named.iter().map(|code| OdsCode::parse(code)).collect();
                To::Organisations(codes.map_err(|_| row.fault("a pilot names organisation codes"))?)
            }
            ("safety-only" | "pilot", true) => return Err(row.fault("nobody is named")),
            ("off" | "open", false) => return Err(row.fault("off and open name nobody")),
            _ => return Err(row.fault("a switch is off, safety-only, pilot or open")),
        };
        Ok(Self { to, level: cells::level(row, "level")? })
    }

    /// `is_tester`: the asker is one of those it names.
    pub(super) fn lets_out(&self, organisation: &str, is_tester: bool) -> Level {
        let is_open = match &self.to {
            To::Nobody => false,
            To::Testers(_) => is_tester,
            To::Organisations(named) => named.iter().any(|ods| ods.as_str() == organisation),
            To::Everybody => true,
        };
        if is_open { self.level } else { Level::Nothing }
    }

    pub(super) fn names(&self, launch: &Launch) -> bool {
        matches!(&self.to, To::Testers(testers) if testers.iter().any(|tester| tester.is(launch)))
    }

    /// The column in which it says more than `other`, if in any. A narrower ring may name whom it likes: both must let out.
    pub(super) fn wider_in(&self, other: &Switch) -> Option<&'static str> {
        if matches!(self.to, To::Nobody) {
            return None;
        }
        if self.to.ring() > other.to.ring() {
            return Some("switch");
        }
        let is_named_there = match (&self.to, &other.to) {
            (To::Testers(own), To::Testers(all)) => own.iter().all(|tester| all.contains(tester)),
            (To::Organisations(own), To::Organisations(all)) => own.is_subset(all),
            _ => true,
        };
        if !is_named_there {
            return Some("named");
        }
        (self.level > other.level).then_some("level")
    }
}

impl To {
    /// From the narrowest.
    fn ring(&self) -> u8 {
        match self {
            To::Nobody => 0,
            To::Testers(_) => 1,
            To::Organisations(_) => 2,
            To::Everybody => 3,
        }
    }
}

impl Tester {
    fn parse(text: &str) -> Option<Self> {
        let (kind, rest) = text.split_once(':')?;
        let (host, name) =
            rest.split_once('/').filter(|(host, name)| !host.is_empty() && !name.is_empty())?;
        let (host, name) = (host.to_owned(), name.to_owned());
        match kind {
            "user" => Some(Self::Subject { host, subject: name }),
            "role" => Some(Self::Role { host, claim: name }),
            _ => None,
        }
    }

    fn is(&self, launch: &Launch) -> bool {
        match self {
            Tester::Subject { host, subject } => {
                *host == launch.host && *subject == launch.practitioner.host_sub
            }
            Tester::Role { host, claim } => *host == launch.host && launch.role_claims.contains(claim),
        }
    }
}
