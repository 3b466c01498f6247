//! Takes a store, its key and a range, gives a folder that proves those entries to whoever has the log's public key: the
//! checkpoint with its cosignatures, every tile, the leaves of the range, one proof for each, and the entries with the salts
//! of their commitments; of one that an order deleted, the order instead. Refuses entries that no checkpoint covers. A caller records an `audit-read` first.
//! Source: C2SP tlog-tiles, "APIs"; C2SP tlog-proof.

use crate::{
    hash::hex,
    retention::acts,
    seal::{Keys, Use},
    signed::proof::TlogProof,
    store::{
        self, Place, checkpoint,
        rows::{self, int},
        served,
    },
    tree::{
        WIDTH,
        tile::{Of, Tile},
    },
};
use serde::Serialize;
use sql::{Link, first};
use std::{
    fs, io,
    io::Write,
    ops::Range,
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

/// Why nothing was exported, or no proof given.
#[derive(Debug, thiserror::Error)]
pub enum ExportFault {
    #[error("could not read the store")]
    Read(#[source] sql::Fault),
    #[error("no key could be derived")]
    Key,
    #[error("the newest checkpoint covers {0} entries; the range ends after them or is empty")]
    Range(u64),
    #[error("the entry at index {0} does not open under this key")]
    Sealed(u64),
    #[error("the tile `{0}` is not in the store")]
    Tile(String),
    #[error("could not write `{0}`")]
    Write(PathBuf, #[source] io::Error),
}

/// One entry as it was committed to.
#[derive(Serialize)]
struct Body {
    index: u64,
    salt: String,
    entry: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    manifest: Option<ManifestBody>,
}

/// One that is gone.
#[derive(Serialize)]
struct GoneBody {
    index: u64,
    deleted: Evidence,
}

/// The order, with what proves that it stands in the log: the leaf is under the same root.
#[derive(Serialize)]
struct Evidence {
    leaf: String,
    #[serde(flatten)]
    order: Body,
}

#[derive(Serialize)]
struct ManifestBody {
    salt: String,
    text: String,
}

/// The proof of one entry under the newest checkpoint. It holds no identifier and needs no key.
pub fn prove(store: &Place, index: u64) -> Result<TlogProof, ExportFault> {
    let found = store.look(|link| {
        let covered = checkpoint::last(link)?.map_or(0, |last| last.checkpoint.size);
        Ok(served::proof_of(link, index)?.ok_or(covered))
    });
    found.map_err(ExportFault::Read)?.map_err(ExportFault::Range)
}

/// The public keys of a log: since which size each signs, the newest last. What partners are given by hand.
pub fn log_keys(store: &Place) -> Result<Vec<(u64, String)>, ExportFault> {
    let read = store.look(|link| {
        let mut keys = link.query("SELECT since, verifier FROM log_key ORDER BY generation", &[])?;
        Ok(keys.iter_mut().map(|line| (line.int().cast_unsigned(), line.text())).collect())
    });
    read.map_err(ExportFault::Read)
}

/// Writes the folder, which must not be there yet. Only its owner may read what is in it.
pub fn export(store: &Place, key: &[u8; 32], range: Range<u64>, to: &Path) -> Result<(), ExportFault> {
    let keys = Keys::of(key, store).map_err(|_| ExportFault::Key)?;
    store.look(|link| Ok(exported(link, &keys, range, to))).map_err(ExportFault::Read)?
}

fn exported(link: &mut dyn Link, keys: &Keys, range: Range<u64>, to: &Path) -> Result<(), ExportFault> {
    let last = checkpoint::last(link).map_err(ExportFault::Read)?;
    let size = last.as_ref().map_or(0, |last| last.checkpoint.size);
    let Some(last) = last.filter(|_| range.start < range.end && range.end <= size) else {
        return Err(ExportFault::Range(size));
    };
    let folder = Folder(to);
    folder.make(to)?;
    folder.write("checkpoint", last.note.as_bytes())?;
    for tile in wanted(size, &range) {
        let bytes = served::tile_bytes(link, tile).map_err(ExportFault::Read)?;
        folder.write(&tile.path(), &bytes.ok_or_else(|| ExportFault::Tile(tile.path()))?)?;
    }
    if let Some(first) = store::fork_after(link, keys).map_err(ExportFault::Read)? {
        folder.write("fork-after", &first)?;
    }
    let mut bodies = Vec::new();
    for index in range.clone() {
        match body(link, keys, index)? {
            Some(body) => serde_json::to_writer(&mut bodies, &body),
            None => serde_json::to_writer(&mut bodies, &gone(link, keys, (index, size))?),
        }
        .map_err(|_| ExportFault::Sealed(index))?;
        bodies.push(b'\n');
        let proof =
            served::proof_of(link, index).map_err(ExportFault::Read)?.ok_or(ExportFault::Range(size))?;
        folder.write(&format!("proofs/{index}.tlog-proof"), proof.text().as_bytes())?;
    }
    folder.write("range", format!("{}..{}\n", range.start, range.end).as_bytes())?;
    folder.write("bodies.ndjson", &bodies)
}

/// Every tile of hashes, and the bundles that hold the range.
fn wanted(size: u64, range: &Range<u64>) -> impl Iterator<Item = Tile> {
    let levels = (0..8).flat_map(move |level| Tile::all(Of::Hashes(level), size));
    let (first, last) = (range.start / WIDTH as u64, (range.end - 1) / WIDTH as u64);
    levels.chain(Tile::all(Of::Entries, size).filter(move |tile| (first..=last).contains(&tile.n)))
}

/// What an order says of an entry that is not there any more. The order must be under the same checkpoint.
fn gone(link: &mut dyn Link, keys: &Keys, (index, size): (u64, u64)) -> Result<GoneBody, ExportFault> {
    let acts = acts::read(link, keys, index).map_err(ExportFault::Read)?;
    let gone = store::gone_at(link, &acts, index).map_err(ExportFault::Read)?;
    let order = gone.ok_or(ExportFault::Sealed(index))?.order;
    if order >= size {
        return Err(ExportFault::Range(size));
    }
    let leaf =
        first(link, "SELECT leaf FROM leaf WHERE idx = $1", &[int(order)]).map_err(ExportFault::Read)?;
    let leaf = leaf.and_then(|mut line| line.bytes()).and_then(|leaf| String::from_utf8(leaf).ok());
    let leaf = leaf.ok_or(ExportFault::Sealed(order))?;
    let order = body(link, keys, order)?.ok_or(ExportFault::Sealed(order))?;
    Ok(GoneBody { index, deleted: Evidence { leaf, order } })
}

/// `None`: it is gone.
fn body(link: &mut dyn Link, keys: &Keys, index: u64) -> Result<Option<Body>, ExportFault> {
    let sql = "SELECT e.key, e.sealed, m.sealed FROM entry e LEFT JOIN manifest m ON m.idx = e.idx WHERE e.idx = $1";
    let mut line =
        first(link, sql, &[int(index)]).map_err(ExportFault::Read)?.ok_or(ExportFault::Sealed(index))?;
    let (key, entry) = (line.text(), rows::bytes(&mut line).map_err(ExportFault::Read)?);
    let manifest = line.bytes();
    if entry.is_empty() {
        return Ok(None);
    }
    // Every sealed row begins with its salt.
    let open = |of, sealed: &[u8]| {
        let plain = keys.open(of, key.as_bytes(), sealed).ok()?;
        let (salt, text) = plain.split_at_checked(32)?;
        Some((hex(salt), String::from_utf8(text.to_vec()).ok()?))
    };
    let (salt, entry) = open(Use::Entry, &entry).ok_or(ExportFault::Sealed(index))?;
    let manifest = manifest.map(|sealed| open(Use::Manifest, &sealed).ok_or(ExportFault::Sealed(index)));
    let manifest = manifest.transpose()?.map(|(salt, text)| ManifestBody { salt, text });
    Ok(Some(Body { index, salt, entry, manifest }))
}

struct Folder<'a>(&'a Path);

impl Folder<'_> {
    fn make(&self, path: &Path) -> Result<(), ExportFault> {
        fs::DirBuilder::new()
            .mode(0o700)
            .create(path)
            .map_err(|error| ExportFault::Write(path.to_owned(), error))
    }

    fn write(&self, name: &str, bytes: &[u8]) -> Result<(), ExportFault> {
        let path = self.0.join(name);
        let fault = |error| ExportFault::Write(path.clone(), error);
        if let Some(parent) = path.parent() {
            fs::DirBuilder::new().mode(0o700).recursive(true).create(parent).map_err(fault)?;
        }
        let mut file =
            fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path).map_err(fault)?;
        file.write_all(bytes).and_then(|()| file.sync_all()).map_err(fault)
    }
}

#[cfg(test)]
mod tests;
