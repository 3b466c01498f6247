//! The notes taken while one resource is converted: why something was left out, what was kept under its old URL, what a
//! reader must be told, and whether the result may claim a profile.

use super::tree::{Leaf, Node};
use std::collections::{BTreeSet, HashMap, HashSet};

pub(super) const NO_PLACE: &str = "R4 has no place for it";

/// Which standard a resource was written in.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    Stu3,
    GpConnect,
    Dstu2,
    R4,
}

pub(super) struct Work {
    pub(super) dialect: Dialect,
    /// Why a leaf is not in the output, by where it was sent.
    why: HashMap<usize, &'static str>,
    /// Leaves a stated rule has answered for: a claim taken out, a code said in other words.
    ruled: HashSet<usize>,
    pub(super) kept: BTreeSet<String>,
    pub(super) caveats: Vec<String>,
    /// Something required is missing: no profile may be claimed.
    pub(super) is_incomplete: bool,
}

impl Work {
    pub(super) fn new(dialect: Dialect) -> Self {
        Self {
            dialect,
            why: HashMap::new(),
            ruled: HashSet::new(),
            kept: BTreeSet::new(),
            caveats: Vec::new(),
            is_incomplete: false,
        }
    }

    /// Leaves a node out; everything in it that stands nowhere else is listed with this reason.
    pub(super) fn lose(&mut self, node: &Node<'_>, why: &'static str) {
        node.leaves(&mut |leaf| {
            if let Some(place) = place(leaf) {
                self.why.entry(place).or_insert(why);
            }
        });
    }

    /// As [`Self::lose`], where there may be nothing.
    pub(super) fn lose_any(&mut self, node: Option<Node<'_>>, why: &'static str) {
        if let Some(node) = node {
            self.lose(&node, why);
        }
    }

    /// Answers for a node by a rule of the table: what it says is said otherwise, or it said nothing about the person.
    pub(super) fn rule(&mut self, node: &Node<'_>) {
        node.leaves(&mut |leaf| self.ruled.extend(place(leaf)));
    }

    pub(super) fn caveat(&mut self, text: String) {
        if !self.caveats.contains(&text) {
            self.caveats.push(text);
        }
    }

    pub(super) fn is_ruled(&self, place: usize) -> bool {
        self.ruled.contains(&place)
    }

    pub(super) fn why(&self, place: usize) -> &'static str {
        self.why.get(&place).copied().unwrap_or(NO_PLACE)
    }

    pub(super) fn has_losses(&self) -> bool {
        !self.why.is_empty()
    }
}

/// Where a leaf was sent: its address in the source's text, which no other leaf has.
pub(super) fn place(leaf: &Leaf<'_>) -> Option<usize> {
    leaf.from().map(|text| text.as_ptr().addr())
}
