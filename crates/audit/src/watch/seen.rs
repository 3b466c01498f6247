//! Takes an entry, gives what the rules see of it: what was done, and who did it under a hash. Gives nothing for an entry
//! that no rule counts. The words are those that the program writes into entries; they are stored and do not move.

use crate::{
    Entry, Kind, Millis,
    cause::{FOUND, IDENTITY_CONTINUED, MISSES},
};
use std::{
    collections::BTreeMap,
    hash::{BuildHasher, RandomState},
};

/// An opening of one document.
const DOCUMENT: &str = "document";
const DIRECT: &str = "direct";

/// A professional, a host or a pair of professional and person, for as long as one watch lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Pseudonym(u64, u64);

/// The two keys of the hash. They are this watch's own and stand nowhere else.
#[derive(Default)]
pub(super) struct Names(RandomState, RandomState);

impl Names {
    pub(super) fn of(&self, parts: &[&str]) -> Pseudonym {
        Pseudonym(self.0.hash_one(parts), self.1.hash_one(parts))
    }
}

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Act {
    Opened,
    OpenedDocument,
    Refused,
    Disclosed,
    Closed,
    /// A search: begun, refused, or without an answer.
    Looked,
    Missed,
    Found,
    IdentityContinued,
    Printed,
}

/// One entry, as far as it counts.
pub(super) struct Seen<'a> {
    pub(super) index: u64,
    pub(super) entry: &'a Entry,
    pub(super) now: Millis,
    pub(super) act: Act,
    pub(super) who: Pseudonym,
    pub(super) role: &'a str,
    pub(super) organisation: &'a str,
    pub(super) is_direct: bool,
    names: &'a Names,
}

impl<'a> Seen<'a> {
    pub(super) fn of(index: u64, entry: &'a Entry, now: Millis, names: &'a Names) -> Option<Self> {
        let act = Act::of(entry)?;
        let who = entry.who.as_ref()?;
        // One professional is one whichever way they come, where they are known nationally.
        let pseudonym = match &who.sds_user_id {
            Some(id) => names.of(&["sds", id]),
            None => names.of(&["host", &who.host, &who.subject]),
        };
        Some(Self {
            index,
            entry,
            now,
            act,
            who: pseudonym,
            role: &who.role,
            organisation: &who.organisation,
            is_direct: entry.how.as_ref().is_some_and(|how| how.route == DIRECT),
            names,
        })
    }

    /// The first nine digits of the person's number: all of it but the check digit.
    pub(super) fn number(&self) -> Option<u32> {
        let number = &self.entry.whom.as_ref()?.nhs_number;
        let is_whole = number.len() == 10 && number.bytes().all(|b| b.is_ascii_digit());
        if is_whole { number.get(..9)?.parse().ok() } else { None }
    }

    /// This professional with this person.
    pub(super) fn pair(&self) -> Option<Pseudonym> {
        let Pseudonym(one, two) = self.who;
        let number = &self.entry.whom.as_ref()?.nhs_number;
        Some(self.names.of(&["pair", &one.to_string(), &two.to_string(), number]))
    }

    pub(super) fn host(&self) -> Option<Pseudonym> {
        Some(self.names.of(&["from", &self.entry.how.as_ref()?.host]))
    }

    /// What a list says of this professional: by their SDS user id, or by host and the host's own id with `/` between.
    pub(super) fn listed_in<'l, T>(&self, list: &'l BTreeMap<String, T>) -> Option<&'l T> {
        let who = self.entry.who.as_ref()?;
        let nationally = who.sds_user_id.as_ref().and_then(|id| list.get(id));
        nationally.or_else(|| list.get(&format!("{}/{}", who.host, who.subject)))
    }

    /// Something else told of once a day.
    pub(super) fn other(&self, parts: &[&str]) -> Pseudonym {
        self.names.of(parts)
    }
}

impl Act {
    fn of(entry: &Entry) -> Option<Self> {
        let cause = entry.cause.as_deref().unwrap_or_default();
        match entry.kind {
            Kind::Open if entry.flags.iter().any(|flag| flag == DOCUMENT) => Some(Act::OpenedDocument),
            Kind::Open => Some(Act::Opened),
            Kind::Refused => Some(Act::Refused),
            Kind::Disclosure => Some(Act::Disclosed),
            Kind::Close => Some(Act::Closed),
            Kind::Find if cause == FOUND => Some(Act::Found),
            Kind::Find if MISSES.contains(&cause) => Some(Act::Missed),
            Kind::Find => Some(Act::Looked),
            Kind::Override if cause == IDENTITY_CONTINUED => Some(Act::IdentityContinued),
            Kind::Print => Some(Act::Printed),
            _ => None,
        }
    }
}
