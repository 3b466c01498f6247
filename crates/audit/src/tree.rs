//! Takes the hashes of leaves in their order, gives the root, each tile when it is full, and (below) proofs and how they
//! are checked. Pure: it reads no store, and any store can hold what it gives.
//! Source: RFC 6962 section 2.1; C2SP tlog-tiles, "Merkle Tree".

/// Proofs that a leaf is in a tree and that a tree has only grown.
pub mod proof;
/// How trees and leaves are served: tiles, bundles and their paths.
pub mod tile;

use crate::hash::{Hash, sha256};

/// Hashes in a full tile.
pub const WIDTH: usize = 256;
/// Levels of the tree that one tile spans.
pub const HEIGHT: u32 = 8;

/// `H(0x00 ‖ leaf)`.
pub fn leaf_hash(leaf: &[u8]) -> Hash {
    sha256(&[&[0], leaf])
}

/// `H(0x01 ‖ left ‖ right)`.
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    sha256(&[&[1], left, right])
}

/// The root over these hashes, which are those of leaves or of full subtrees of one height. Of none: `H()`.
pub fn root_of(hashes: &[Hash]) -> Hash {
    match hashes {
        [] => sha256(&[]),
        [one] => *one,
        more => {
            let (left, right) = more.split_at(split(more.len() as u64) as usize);
            node_hash(&root_of(left), &root_of(right))
        }
    }
}

/// The largest power of two below a number that is at least 2.
fn split(size: u64) -> u64 {
    size.next_power_of_two() / 2
}

/// A tile to be kept: of level 0 once it is full, of a higher level with each of its hashes, as those cannot be had from
/// a few leaves again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grown {
    pub level: u8,
    pub n: u64,
    pub hashes: Vec<Hash>,
}

/// The right edge of a tree: all that is needed to let it grow. At most 256 hashes for each level of tiles.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Growing {
    size: u64,
    /// The roots of the full subtrees, the largest first: one for each bit of the size.
    peaks: Vec<Hash>,
    /// For each level of tiles the hashes of its last, unfinished one.
    open: Vec<Vec<Hash>>,
}

impl Growing {
    /// The edge of a tree whose unfinished tiles hold these hashes, level 0 first. `None` where one is full.
    pub fn at(open: Vec<Vec<Hash>>) -> Option<Self> {
        if open.iter().any(|tile| tile.len() >= WIDTH) || open.len() > HEIGHT as usize {
            return None;
        }
        let size = open.iter().rev().fold(0, |size, tile| size << HEIGHT | tile.len() as u64);
        let mut peaks = Vec::new();
        for tile in open.iter().rev() {
            let mut rest = tile.as_slice();
            for bit in (0..HEIGHT).rev().filter(|bit| tile.len() >> bit & 1 == 1) {
                let (full, after) = rest.split_at(1 << bit);
                peaks.push(root_of(full));
                rest = after;
            }
        }
        Some(Self { size, peaks, open })
    }

    pub fn size(&self) -> u64 {
        self.size
    }

    /// Adds one leaf by its hash. Gives the tiles to be kept, the lowest first: none 255 times of 256.
    pub fn push(&mut self, leaf: Hash) -> Vec<Grown> {
        let mut grown = Vec::new();
        let (mut hash, mut height) = (leaf, 0_u32);
        loop {
            if height.is_multiple_of(HEIGHT) {
                grown.extend(self.place((height / HEIGHT) as usize, hash));
            }
            let joins = self.size >> height & 1 == 1;
            let Some(left) = joins.then(|| self.peaks.pop()).flatten() else { break };
            hash = node_hash(&left, &hash);
            height += 1;
        }
        self.peaks.push(hash);
        self.size += 1;
        grown
    }

    pub fn root(&self) -> Hash {
        let mut peaks = self.peaks.iter().rev();
        peaks
            .next()
            .map_or_else(|| root_of(&[]), |last| peaks.fold(*last, |right, left| node_hash(left, &right)))
    }

    fn place(&mut self, level: usize, hash: Hash) -> Option<Grown> {
        if self.open.len() <= level {
            self.open.resize(level + 1, Vec::new());
        }
        let tile = self.open.get_mut(level)?;
        tile.push(hash);
        let full = tile.len() == WIDTH;
        if !full && level == 0 {
            return None;
        }
        let hashes = if full { std::mem::take(tile) } else { tile.clone() };
        let level = u8::try_from(level).ok()?;
        let n = self.size >> (HEIGHT * (u32::from(level) + 1));
        Some(Grown { level, n, hashes })
    }
}

#[cfg(test)]
mod tests;
