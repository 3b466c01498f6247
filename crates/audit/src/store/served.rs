//! Takes a path under the log, gives what stands there: the checkpoint, tiles of hashes, bundles of leaves. Leaves name
//! nobody, so partners may read them all. Refuses paths of another form, and tiles wider than what is stored.
//! Source: C2SP tlog-tiles, "APIs"; C2SP tlog-proof.

use super::{Fault, Store, checkpoint, grown};
use crate::{
    signed::proof::TlogProof,
    tree::{
        WIDTH,
        proof::inclusion,
        tile::{Of, Tile, bundle},
    },
};
use rusqlite::Connection;

/// A part of the log as it is served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// Changes; text.
    Checkpoint(String),
    /// Never changes; bytes.
    Tile(Vec<u8>),
}

impl Store {
    /// What stands at `checkpoint`, `tile/<L>/<N>[.p/<W>]` or `tile/entries/<N>[.p/<W>]`. Only what a published checkpoint
    /// covers is given out.
    pub async fn part(&self, path: &str) -> Result<Option<Part>, Fault> {
        if path == "checkpoint" {
            return Ok(self.published().await?.map(|published| Part::Checkpoint(published.note)));
        }
        let Some(tile) = Tile::parse(path) else { return Ok(None) };
        let bytes = self.0.reader.look(move |conn| tile_bytes(conn, tile)).await?;
        Ok(bytes.map(Part::Tile))
    }

    /// That the leaf at this index is under the newest checkpoint. `None`: it is not yet.
    pub async fn prove(&self, index: u64) -> Result<Option<TlogProof>, Fault> {
        self.0.reader.look(move |conn| proof_of(conn, index)).await
    }
}

/// The proof of one leaf under the newest checkpoint.
pub(crate) fn proof_of(conn: &Connection, index: u64) -> rusqlite::Result<Option<TlogProof>> {
    let Some(published) = checkpoint::last(conn)? else { return Ok(None) };
    let size = published.checkpoint.size;
    if index >= size {
        return Ok(None);
    }
    let path = inclusion(&mut grown::reader(conn, size), index, size)?;
    Ok(Some(TlogProof { index, path, note: published.note }))
}

/// The bytes of one tile or bundle under the newest checkpoint.
pub(crate) fn tile_bytes(conn: &Connection, tile: Tile) -> rusqlite::Result<Option<Vec<u8>>> {
    let Some(published) = checkpoint::last(conn)? else { return Ok(None) };
    let size = published.checkpoint.size;
    let Some(from) = tile.n.checked_mul(WIDTH as u64) else { return Ok(None) };
    match tile.of {
        Of::Hashes(level) => {
            Ok(grown::read(conn, size, level, from, tile.width)?.map(|hashes| hashes.concat()))
        }
        Of::Entries if from.checked_add(tile.width as u64).is_some_and(|end| end <= size) => {
            let leaves = grown::leaves(conn, from, tile.width)?;
            Ok(bundle(leaves.iter().map(Vec::as_slice)).filter(|_| leaves.len() == tile.width))
        }
        Of::Entries => Ok(None),
    }
}
