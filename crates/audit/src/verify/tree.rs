//! Takes leaves in their order, gives the tree over them once more: every level of its tiles, and the root after each leaf.
//! Written from the standard, and sharing nothing with what grew the tree in the store but the hash.
//! Source: RFC 6962 section 2.1; C2SP tlog-tiles, "Merkle Tree".

use crate::hash::{Hash, sha256};

/// Subtrees that are full, the largest first, each with how many leaves it has.
#[derive(Default)]
pub(super) struct Tree {
    full: Vec<(u64, Hash)>,
    /// For each level of tiles all its hashes.
    levels: Vec<Vec<Hash>>,
}

impl Tree {
    pub(super) fn add(&mut self, leaf: Hash) {
        self.settle(1, leaf);
        while let [.., (left_size, left), (right_size, right)] = self.full.as_slice()
            && left_size == right_size
        {
            let (size, hash) = (left_size * 2, sha256(&[&[1], left, right]));
            self.full.truncate(self.full.len().saturating_sub(2));
            self.settle(size, hash);
        }
    }

    pub(super) fn root(&self) -> Hash {
        let whole = self.full.iter().rev().map(|(_, hash)| *hash);
        whole.reduce(|right, left| sha256(&[&[1], &left, &right])).unwrap_or_else(|| sha256(&[]))
    }

    pub(super) fn levels(&self) -> &[Vec<Hash>] {
        &self.levels
    }

    fn settle(&mut self, size: u64, hash: Hash) {
        self.full.push((size, hash));
        if size.trailing_zeros().is_multiple_of(8) {
            let level = (size.trailing_zeros() / 8) as usize;
            self.levels.resize_with(self.levels.len().max(level + 1), Vec::new);
            self.levels.get_mut(level).into_iter().for_each(|hashes| hashes.push(hash));
        }
    }
}

pub(super) fn leaf(bytes: &[u8]) -> Hash {
    sha256(&[&[0], bytes])
}

/// The root to which this path leads, from the root down. `None`: it is too long or too short for the place.
pub(super) fn led_to(leaf: &Hash, index: u64, size: u64, path: &[Hash]) -> Option<Hash> {
    if size <= 1 {
        return (size == 1 && index == 0 && path.is_empty()).then_some(*leaf);
    }
    let (other, below) = path.split_last()?;
    let left = size.next_power_of_two() / 2;
    if index < left {
        Some(sha256(&[&[1], &led_to(leaf, index, left, below)?, other]))
    } else {
        Some(sha256(&[&[1], other, &led_to(leaf, index - left, size - left, below)?]))
    }
}
