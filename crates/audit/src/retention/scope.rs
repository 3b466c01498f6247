//! What an order covers: everything before a moment, one entry, or one opening. Written in one line that stands in the order's
//! key, too, so that a check without the store's key can read it.

use super::Tally;
use crate::OpeningId;

/// What goes of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// Body, salt, manifest and search columns.
    Entries,
    /// The manifest alone.
    Manifests,
}

/// Which entries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// Written before that moment, in seconds since 1970.
    Before {
        at_s: i64,
    },
    /// By its index.
    Entry(u64),
    Opening(OpeningId),
}

impl What {
    pub fn name(self) -> &'static str {
        match self {
            What::Entries => "entries",
            What::Manifests => "manifests",
        }
    }
}

impl Scope {
    /// `entries/before/<index>/<seconds>`, `entries/entry/<index>`, `entries/opening/<id>`.
    pub(super) fn words(&self, what: What, tally: &Tally) -> String {
        let what = what.name();
        match self {
            Scope::Before { at_s } => format!("{what}/before/{}/{at_s}", tally.end),
            Scope::Entry(index) => format!("{what}/entry/{index}"),
            Scope::Opening(id) => format!("{what}/opening/{id}"),
        }
    }
}

/// The same, read back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Covers {
    Before {
        end: u64,
        at_s: i64,
    },
    Entry(u64),
    /// Its indexes stand beside it.
    Opening,
}

impl Covers {
    /// `None` where it is none of ours.
    pub(super) fn read(words: &str) -> Option<(What, Self)> {
        let mut parts = words.split('/');
        let what = match parts.next()? {
            "entries" => What::Entries,
            "manifests" => What::Manifests,
            _ => return None,
        };
        let covers = match (parts.next()?, parts.next()?, parts.next()) {
            ("before", end, Some(at_s)) => {
                Covers::Before { end: end.parse().ok()?, at_s: at_s.parse().ok()? }
            }
            ("entry", index, None) => Covers::Entry(index.parse().ok()?),
            ("opening", _, None) => Covers::Opening,
            _ => return None,
        };
        parts.next().is_none().then_some((what, covers))
    }
}
