//! Takes the hashes of leaves, gives the tree they grow in the store's tables, and any hash of it again. The last tile of
//! level 0 is never stored: its hashes are had from the leaves themselves. Refuses a store whose tree is not that of its
//! leaves, as far as can be told from its right edge.
//! Source: C2SP tlog-tiles, "Merkle Tree".

use super::rows::{self, int};
use crate::{
    hash::Hash,
    tree::{Growing, HEIGHT, WIDTH, leaf_hash},
};
use sql::{Fault, Link, Value, first};

/// Lets the tree grow by these leaves, and writes it. In the same transaction as the leaves.
pub(super) fn write(
    link: &mut dyn Link,
    tree: &mut Growing,
    leaves: impl Iterator<Item = Hash>,
) -> Result<(), Fault> {
    for leaf in leaves {
        for tile in tree.push(leaf) {
            link.execute(
                "INSERT INTO tile (level, n, hashes) VALUES ($1, $2, $3)
                 ON CONFLICT (level, n) DO UPDATE SET hashes = excluded.hashes",
                &[Value::Int(tile.level.into()), int(tile.n), Value::Bytes(tile.hashes.as_flattened())],
            )?;
        }
    }
    link.execute(
        "INSERT INTO tree (one, size, root) VALUES (1, $1, $2)
         ON CONFLICT (one) DO UPDATE SET size = excluded.size, root = excluded.root",
        &[int(tree.size()), Value::Bytes(&tree.root())],
    )?;
    Ok(())
}

/// The whole tree anew, for a store from before there was one.
pub(super) fn over_every_leaf(link: &mut dyn Link) -> Result<(), Fault> {
    let mut leaves = link.query("SELECT leaf FROM leaf ORDER BY idx", &[])?;
    let hashes: Vec<Hash> = leaves
        .iter_mut()
        .map(|line| rows::bytes(line).map(|leaf| leaf_hash(&leaf)))
        .collect::<Result<_, _>>()?;
    write(link, &mut Growing::default(), hashes.into_iter())
}

/// The tree as stored, ready to grow. `Ok(None)`: it is not that of the leaves.
pub(super) fn load(link: &mut dyn Link) -> Result<Option<Growing>, Fault> {
    let said = stands(link)?;
    let size = rows::number(link, "SELECT COALESCE(MAX(idx) + 1, 0) FROM leaf", &[])?.cast_unsigned();
    let mut open = Vec::new();
    for level in 0_u8.. {
        let hashes = size.checked_shr(HEIGHT * u32::from(level)).unwrap_or(0);
        if hashes == 0 {
            break;
        }
        let last = (hashes % WIDTH as u64) as usize;
        match read(link, size, level, hashes - last as u64, last)? {
            Some(hashes) => open.push(hashes),
            None => return Ok(None),
        }
    }
    let tree = Growing::at(open);
    Ok(tree.filter(|tree| said.map_or(size == 0, |said| said == (tree.size(), tree.root()))))
}

/// Size and root as last written.
pub(super) fn stands(link: &mut dyn Link) -> Result<Option<(u64, Hash)>, Fault> {
    let found = first(link, "SELECT size, root FROM tree", &[])?;
    found.map(|mut line| Ok((line.int().cast_unsigned(), rows::hash(&mut line)?))).transpose()
}

/// Hashes of one tile in a tree of this size. `None`: they are not there.
pub(super) fn read(
    link: &mut dyn Link,
    size: u64,
    level: u8,
    from: u64,
    count: usize,
) -> Result<Option<Vec<Hash>>, Fault> {
    let hashes = size.checked_shr(HEIGHT * u32::from(level)).unwrap_or(0);
    if from.checked_add(count as u64).is_none_or(|end| end > hashes) {
        return Ok(None);
    }
    let n = from / WIDTH as u64;
    if count == 0 {
        return Ok(Some(Vec::new()));
    }
    let sql = "SELECT hashes FROM tile WHERE level = $1 AND n = $2";
    let stored = first(link, sql, &[Value::Int(level.into()), int(n)])?.and_then(|mut line| line.bytes());
    match stored {
        Some(bytes) => {
            let at = (from % WIDTH as u64) as usize;
            Ok(bytes.as_chunks::<32>().0.get(at..at + count).map(<[Hash]>::to_vec))
        }
        None if level == 0 => {
            let leaves = leaves(link, from, count)?;
            Ok((leaves.len() == count).then(|| leaves.iter().map(|leaf| leaf_hash(leaf)).collect()))
        }
        None => Ok(None),
    }
}

/// Leaves in their order; fewer where they end.
pub(super) fn leaves(link: &mut dyn Link, from: u64, count: usize) -> Result<Vec<Vec<u8>>, Fault> {
    let end = from.saturating_add(count as u64);
    let sql = "SELECT leaf FROM leaf WHERE idx >= $1 AND idx < $2 ORDER BY idx";
    link.query(sql, &[int(from), int(end)])?.iter_mut().map(rows::bytes).collect()
}

/// A reader for proofs in the tree of this size. What is not there reads as damage.
pub(super) fn reader(
    link: &mut dyn Link,
    size: u64,
) -> impl FnMut(u8, u64, usize) -> Result<Vec<Hash>, Fault> + '_ {
    move |level, from, count| read(link, size, level, from, count)?.ok_or(Fault::Damaged)
}
