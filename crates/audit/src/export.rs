//! Takes a store, its key and a range, gives a folder that proves those entries to whoever has the log's public key: the
//! checkpoint with its cosignatures, every tile, the leaves of the range, one proof for each, and the entries with the salts
//! of their commitments. Refuses entries that no checkpoint covers. A caller records an `audit-read` first.
//! Source: C2SP tlog-tiles, "APIs"; C2SP tlog-proof.

use crate::{
    hash::hex,
    seal::{Keys, Use},
    signed::proof::TlogProof,
    store::{checkpoint, served},
    tree::{
        WIDTH,
        tile::{Of, Tile},
    },
};
use rusqlite::{Connection, OpenFlags};
use serde::Serialize;
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
    Read(#[source] rusqlite::Error),
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

#[derive(Serialize)]
struct ManifestBody {
    salt: String,
    text: String,
}

/// The proof of one entry under the newest checkpoint. It holds no identifier and needs no key.
pub fn prove(store: &Path, index: u64) -> Result<TlogProof, ExportFault> {
    let conn = look(store).map_err(ExportFault::Read)?;
    let covered = covered(&conn).map_err(ExportFault::Read)?;
    served::proof_of(&conn, index).map_err(ExportFault::Read)?.ok_or(ExportFault::Range(covered))
}

/// The public keys of a log: since which size each signs, the newest last. What partners are given by hand.
pub fn log_keys(store: &Path) -> Result<Vec<(u64, String)>, ExportFault> {
    let read = || -> rusqlite::Result<Vec<(u64, String)>> {
        let conn = look(store)?;
        let mut query = conn.prepare("SELECT since, verifier FROM log_key ORDER BY generation")?;
        query.query_map([], |row| Ok((row.get::<_, i64>(0)?.cast_unsigned(), row.get(1)?)))?.collect()
    };
    read().map_err(ExportFault::Read)
}

/// Writes the folder, which must not be there yet. Only its owner may read what is in it.
pub fn export(store: &Path, key: &[u8; 32], range: Range<u64>, to: &Path) -> Result<(), ExportFault> {
    let keys = Keys::derive(key).map_err(|_| ExportFault::Key)?;
    let conn = look(store).map_err(ExportFault::Read)?;
    let last = checkpoint::last(&conn).map_err(ExportFault::Read)?;
    let size = last.as_ref().map_or(0, |last| last.checkpoint.size);
    let Some(last) = last.filter(|_| range.start < range.end && range.end <= size) else {
        return Err(ExportFault::Range(size));
    };
    let folder = Folder(to);
    folder.make(to)?;
    folder.write("checkpoint", last.note.as_bytes())?;
    for tile in wanted(size, &range) {
        let bytes = served::tile_bytes(&conn, tile).map_err(ExportFault::Read)?;
        folder.write(&tile.path(), &bytes.ok_or_else(|| ExportFault::Tile(tile.path()))?)?;
    }
    let mut bodies = Vec::new();
    for index in range.clone() {
        let body = body(&conn, &keys, index)?;
        serde_json::to_writer(&mut bodies, &body).map_err(|_| ExportFault::Sealed(index))?;
        bodies.push(b'\n');
        let proof =
            served::proof_of(&conn, index).map_err(ExportFault::Read)?.ok_or(ExportFault::Range(size))?;
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

fn covered(conn: &Connection) -> rusqlite::Result<u64> {
    Ok(checkpoint::last(conn)?.map_or(0, |last| last.checkpoint.size))
}

fn body(conn: &Connection, keys: &Keys, index: u64) -> Result<Body, ExportFault> {
    let row = conn
        .prepare_cached(
            "SELECT e.key, e.sealed, m.sealed FROM entry e LEFT JOIN manifest m USING (idx) WHERE e.idx = ?1",
        )
        .and_then(|mut query| {
            query.query_row([index.cast_signed()], |row| {
                Ok((row.get::<_, String>(0)?, row.get::<_, Vec<u8>>(1)?, row.get::<_, Option<Vec<u8>>>(2)?))
            })
        });
    let (key, entry, manifest) = row.map_err(ExportFault::Read)?;
    // Every sealed row begins with its salt.
    let open = |of, sealed: &[u8]| {
        let plain = keys.open(of, key.as_bytes(), sealed).ok()?;
        let (salt, text) = plain.split_at_checked(32)?;
        Some((hex(salt), String::from_utf8(text.to_vec()).ok()?))
    };
    let (salt, entry) = open(Use::Entry, &entry).ok_or(ExportFault::Sealed(index))?;
    let manifest = manifest.map(|sealed| open(Use::Manifest, &sealed).ok_or(ExportFault::Sealed(index)));
    let manifest = manifest.transpose()?.map(|(salt, text)| ManifestBody { salt, text });
    Ok(Body { index, salt, entry, manifest })
}

fn look(store: &Path) -> rusqlite::Result<Connection> {
    let conn = Connection::open_with_flags(store, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    conn.busy_timeout(std::time::Duration::from_secs(5))?;
    // One transaction, so that a store in use is seen at one moment.
    conn.execute_batch("PRAGMA query_only=ON; PRAGMA trusted_schema=OFF; BEGIN;")?;
    Ok(conn)
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
