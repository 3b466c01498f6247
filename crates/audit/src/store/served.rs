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
use sql::Link;

/// A part of the log as it is served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// Changes; text.
    Checkpoint(String),
    /// Never changes; bytes.
    Tile(Vec<u8>),
}

impl Store {
    /// What stands at `checkpoint`, `tile/<L>/<N>[.p/<W>]` or `tile/entries/<N>[.p/<W>]`, and at `fork-after` where the log goes on from
    /// another. Only what a published checkpoint
    /// covers is given out.
    pub async fn part(&self, path: &str) -> Result<Option<Part>, Fault> {
        if path == "checkpoint" {
            return Ok(self.published().await?.map(|published| Part::Checkpoint(published.note)));
        }
        let Some(tile) = Tile::parse(path) else { return self.fork_after(path).await };
        let bytes = self.0.reader.look(move |link| tile_bytes(link, tile)).await?;
        Ok(bytes.map(Part::Tile))
    }

    /// That the leaf at this index is under the newest checkpoint. `None`: it is not yet.
    pub async fn prove(&self, index: u64) -> Result<Option<TlogProof>, Fault> {
        self.0.reader.look(move |link| proof_of(link, index)).await
    }
}

/// The proof of one leaf under the newest checkpoint.
pub(crate) fn proof_of(link: &mut dyn Link, index: u64) -> Result<Option<TlogProof>, sql::Fault> {
    let Some(published) = checkpoint::last(link)? else { return Ok(None) };
    let size = published.checkpoint.size;
    if index >= size {
        return Ok(None);
    }
    let path = inclusion(&mut grown::reader(link, size), index, size)?;
    Ok(Some(TlogProof { index, path, note: published.note }))
}

/// The bytes of one tile or bundle under the newest checkpoint.
pub(crate) fn tile_bytes(link: &mut dyn Link, tile: Tile) -> Result<Option<Vec<u8>>, sql::Fault> {
    let Some(published) = checkpoint::last(link)? else { return Ok(None) };
    let size = published.checkpoint.size;
    let Some(from) = tile.n.checked_mul(WIDTH as u64) else { return Ok(None) };
    match tile.of {
        Of::Hashes(level) => {
            Ok(grown::read(link, size, level, from, tile.width)?.map(|hashes| hashes.concat()))
        }
        Of::Entries if from.checked_add(tile.width as u64).is_some_and(|end| end <= size) => {
            let leaves = grown::leaves(link, from, tile.width)?;
            Ok(bundle(leaves.iter().map(Vec::as_slice)).filter(|_| leaves.len() == tile.width))
        }
        Of::Entries => Ok(None),
    }
}
