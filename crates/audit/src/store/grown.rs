//! Takes the hashes of leaves, gives the tree they grow in the store's tables, and any hash of it again. The last tile of
//! level 0 is never stored: its hashes are had from the leaves themselves. Refuses a store whose tree is not that of its
//! leaves, as far as can be told from its right edge.
//! Source: C2SP tlog-tiles, "Merkle Tree".

use crate::{
    hash::Hash,
    tree::{Growing, HEIGHT, WIDTH, leaf_hash},
};
use rusqlite::{Connection, OptionalExtension, params};

/// Lets the tree grow by these leaves, and writes it. In the same transaction as the leaves.
pub(super) fn write(
    conn: &Connection,
    tree: &mut Growing,
    leaves: impl Iterator<Item = Hash>,
) -> rusqlite::Result<()> {
    for leaf in leaves {
        for tile in tree.push(leaf) {
            conn.prepare_cached("INSERT OR REPLACE INTO tile (level, n, hashes) VALUES (?1, ?2, ?3)")?
                .execute(params![tile.level, tile.n.cast_signed(), tile.hashes.as_flattened()])?;
        }
    }
    conn.prepare_cached("INSERT OR REPLACE INTO tree (one, size, root) VALUES (1, ?1, ?2)")?
        .execute((tree.size().cast_signed(), tree.root()))?;
    Ok(())
}

/// The whole tree anew, for a store from before there was one.
pub(super) fn over_every_leaf(conn: &Connection) -> rusqlite::Result<()> {
    let mut query = conn.prepare("SELECT leaf FROM leaf ORDER BY idx")?;
    let leaves = query.query_map([], |row| row.get::<_, Vec<u8>>(0))?;
    let hashes: Vec<Hash> = leaves.map(|leaf| leaf.map(|leaf| leaf_hash(&leaf))).collect::<Result<_, _>>()?;
    write(conn, &mut Growing::default(), hashes.into_iter())
}

/// The tree as stored, ready to grow. `Ok(None)`: it is not that of the leaves.
pub(super) fn load(conn: &Connection) -> rusqlite::Result<Option<Growing>> {
    let said = stands(conn)?;
    let leaves: i64 = conn.query_row("SELECT coalesce(max(idx) + 1, 0) FROM leaf", [], |row| row.get(0))?;
    let size = leaves.cast_unsigned();
    let mut open = Vec::new();
    for level in 0_u8.. {
        let hashes = size.checked_shr(HEIGHT * u32::from(level)).unwrap_or(0);
        if hashes == 0 {
            break;
        }
        let last = (hashes % WIDTH as u64) as usize;
        match read(conn, size, level, hashes - last as u64, last)? {
            Some(hashes) => open.push(hashes),
            None => return Ok(None),
        }
    }
    let tree = Growing::at(open);
    Ok(tree.filter(|tree| said.map_or(size == 0, |said| said == (tree.size(), tree.root()))))
}

/// Size and root as last written.
pub(super) fn stands(conn: &Connection) -> rusqlite::Result<Option<(u64, Hash)>> {
    let read = |row: &rusqlite::Row<'_>| Ok((row.get::<_, i64>(0)?.cast_unsigned(), row.get(1)?));
    conn.query_row("SELECT size, root FROM tree", [], read).optional()
}

/// Hashes of one tile in a tree of this size. `None`: they are not there.
pub(super) fn read(
    conn: &Connection,
    size: u64,
    level: u8,
    from: u64,
    count: usize,
) -> rusqlite::Result<Option<Vec<Hash>>> {
    let hashes = size.checked_shr(HEIGHT * u32::from(level)).unwrap_or(0);
    if from.checked_add(count as u64).is_none_or(|end| end > hashes) {
        return Ok(None);
    }
    let n = from / WIDTH as u64;
    if count == 0 {
        return Ok(Some(Vec::new()));
    }
    let stored: Option<Vec<u8>> = conn
        .prepare_cached("SELECT hashes FROM tile WHERE level = ?1 AND n = ?2")?
        .query_row((level, n.cast_signed()), |row| row.get(0))
        .optional()?;
    match stored {
        Some(bytes) => {
            let at = (from % WIDTH as u64) as usize;
            Ok(bytes.as_chunks::<32>().0.get(at..at + count).map(<[Hash]>::to_vec))
        }
        None if level == 0 => {
            let leaves = leaves(conn, from, count)?;
            Ok((leaves.len() == count).then(|| leaves.iter().map(|leaf| leaf_hash(leaf)).collect()))
        }
        None => Ok(None),
    }
}

/// Leaves in their order; fewer where they end.
pub(super) fn leaves(conn: &Connection, from: u64, count: usize) -> rusqlite::Result<Vec<Vec<u8>>> {
    let end = from.saturating_add(count as u64);
    conn.prepare_cached("SELECT leaf FROM leaf WHERE idx >= ?1 AND idx < ?2 ORDER BY idx")?
        .query_map((from.cast_signed(), end.cast_signed()), |row| row.get(0))?
        .collect()
}

/// A reader for proofs in the tree of this size. What is not there reads as a failed query.
pub(super) fn reader(
    conn: &Connection,
    size: u64,
) -> impl FnMut(u8, u64, usize) -> Result<Vec<Hash>, rusqlite::Error> + '_ {
    move |level, from, count| {
        read(conn, size, level, from, count)?.ok_or(rusqlite::Error::QueryReturnedNoRows)
    }
}
