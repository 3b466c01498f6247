//! Takes a way to read hashes and two places in a tree, gives the proof that joins them; takes a proof, says whether it
//! holds. A checker needs no tree. Refuses proofs that are too long, too short or of an impossible place.
//! Source: RFC 6962 sections 2.1.1 and 2.1.2; the checks after RFC 9162 sections 2.1.3.2 and 2.1.4.2.

use super::{HEIGHT, node_hash, root_of, split};
use crate::hash::Hash;

/// The most hashes any proof has.
pub const LONGEST: usize = 63;

/// Reads one hash of a tile's level: level 0 are leaves' hashes, level 1 the roots of 256 leaves each. What it cannot
/// read ends the proof.
pub trait Read<Fault> {
    fn hashes(&mut self, level: u8, from: u64, count: usize) -> Result<Vec<Hash>, Fault>;
}

impl<Fault, F: FnMut(u8, u64, usize) -> Result<Vec<Hash>, Fault>> Read<Fault> for F {
    fn hashes(&mut self, level: u8, from: u64, count: usize) -> Result<Vec<Hash>, Fault> {
        self(level, from, count)
    }
}

/// The root of the first `size` leaves.
pub fn root<Fault>(read: &mut dyn Read<Fault>, size: u64) -> Result<Hash, Fault> {
    if size == 0 { Ok(root_of(&[])) } else { range(read, 0, size) }
}

/// From the leaf's neighbour up to the root's child. Empty where the index is not in the tree.
pub fn inclusion<Fault>(read: &mut dyn Read<Fault>, index: u64, size: u64) -> Result<Vec<Hash>, Fault> {
    let mut path = Vec::new();
    if index < size {
        let (mut start, mut end) = (0, size);
        while end - start > 1 {
            let middle = start + split(end - start);
            let other = if index < middle { (middle, end) } else { (start, middle) };
            path.push(range(read, other.0, other.1)?);
            (start, end) = if index < middle { (start, middle) } else { (middle, end) };
        }
        path.reverse();
    }
    Ok(path)
}

/// That the tree of `new` leaves begins with the tree of `old`. Empty for 0, for equal sizes, and where `old` is larger.
pub fn consistency<Fault>(read: &mut dyn Read<Fault>, old: u64, new: u64) -> Result<Vec<Hash>, Fault> {
    let mut path = Vec::new();
    if old == 0 || old >= new {
        return Ok(path);
    }
    let (mut start, mut end, mut whole) = (0, new, true);
    while end != old {
        let middle = start + split(end - start);
        if old <= middle {
            path.push(range(read, middle, end)?);
            end = middle;
        } else {
            path.push(range(read, start, middle)?);
            (start, whole) = (middle, false);
        }
    }
    if !whole {
        path.push(range(read, start, end)?);
    }
    path.reverse();
    Ok(path)
}

/// Whether the leaf with this hash stands at `index` in the tree of `size` leaves under `root`.
pub fn is_included(leaf: &Hash, (index, size): (u64, u64), path: &[Hash], root: &Hash) -> bool {
    let Some(mut last) = size.checked_sub(1).filter(|last| index <= *last) else { return false };
    let (mut at, mut hash) = (index, *leaf);
    for other in path {
        if last == 0 {
            return false;
        }
        if at & 1 == 1 || at == last {
            hash = node_hash(other, &hash);
            while at & 1 == 0 && at != 0 {
                (at, last) = (at >> 1, last >> 1);
            }
        } else {
            hash = node_hash(&hash, other);
        }
        (at, last) = (at >> 1, last >> 1);
    }
    last == 0 && hash == *root
}

/// Whether the tree of `new` only adds to that of `old`; each is a size and a root.
pub fn is_consistent(old: (u64, &Hash), new: (u64, &Hash), path: &[Hash]) -> bool {
    if old.0 == new.0 {
        return path.is_empty() && old.1 == new.1;
    }
    if old.0 == 0 {
        return path.is_empty() && *old.1 == root_of(&[]);
    }
    let first = if old.0.is_power_of_two() { Some(*old.1) } else { None };
    let mut path = first.iter().chain(path);
    let (Some(begin), true) = (path.next(), old.0 < new.0) else { return false };
    let skip = (old.0 - 1).trailing_ones();
    let (mut at, mut last) = ((old.0 - 1) >> skip, (new.0 - 1) >> skip);
    let (mut before, mut after) = (*begin, *begin);
    for other in path {
        if last == 0 {
            return false;
        }
        if at & 1 == 1 || at == last {
            (before, after) = (node_hash(other, &before), node_hash(other, &after));
            while at & 1 == 0 && at != 0 {
                (at, last) = (at >> 1, last >> 1);
            }
        } else {
            after = node_hash(&after, other);
        }
        (at, last) = (at >> 1, last >> 1);
    }
    last == 0 && before == *old.1 && after == *new.1
}

/// The root over the leaves from `start` to before `end`, which is not empty.
fn range<Fault>(read: &mut dyn Read<Fault>, start: u64, end: u64) -> Result<Hash, Fault> {
    let size = end - start;
    if size.is_power_of_two() {
        let height = size.trailing_zeros();
        // The hashes of the tile level at or below this height, all of one tile.
        let (level, count) = (height / HEIGHT, 1 << (height % HEIGHT));
        let level_at = start >> (level * HEIGHT);
        return Ok(root_of(&read.hashes(u8::try_from(level).unwrap_or(u8::MAX), level_at, count)?));
    }
    let middle = start + split(size);
    Ok(node_hash(&range(read, start, middle)?, &range(read, middle, end)?))
}
