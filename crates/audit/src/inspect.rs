//! Takes a stored file and its key, gives entries as JSON in the order of record, with their manifests. It writes
//! nothing: a caller that shows what it gives to anyone records an `audit-read` first.

use crate::{
    OpeningId,
    entry::Kind,
    seal::{Keys, Use},
};
use rusqlite::{Connection, OpenFlags, Row, ToSql};
use serde_json::Value;
use std::{fmt, path::Path};

/// Which entries; everything that is given must fit.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    pub opening: Option<OpeningId>,
    pub kind: Option<Kind>,
    /// From this index on.
    pub from: u64,
}

/// One entry as it was written.
#[derive(Clone, PartialEq)]
pub struct EntryView {
    pub index: u64,
    pub entry: Value,
    /// What was disclosed, while it is kept.
    pub manifest: Option<Value>,
}

/// Why entries could not be read. Carries nothing of them.
#[derive(Debug, thiserror::Error)]
pub enum InspectFault {
    #[error("could not read the store")]
    Read(#[source] rusqlite::Error),
    #[error("no key could be derived")]
    Key,
    #[error("the entry at index {0} does not open under this key")]
    Sealed(u64),
}

/// Every entry that fits, in the order of record. The file may be in use.
pub fn inspect(path: &Path, key: [u8; 32], filter: &Filter) -> Result<Vec<EntryView>, InspectFault> {
    let keys = Keys::derive(&key).map_err(|_| InspectFault::Key)?;
    let rows = rows(path, filter).map_err(InspectFault::Read)?;
    rows.into_iter().map(|row| view(&keys, row)).collect()
}

impl EntryView {
    /// One line for people and files: whatever could break a line or turn the reading direction is escaped.
    pub fn line(&self) -> String {
        self.entry.to_string().chars().fold(String::new(), |mut line, c| {
            match c {
                c if c.is_control() || steers(c) => {
                    let mut units = [0; 2];
                    for unit in c.encode_utf16(&mut units) {
                        line.push_str(&format!("\\u{unit:04x}"));
                    }
                }
                c => line.push(c),
            }
            line
        })
    }
}

/// Characters that are not seen but change what is: joiners, direction marks, line and paragraph separators, tags.
pub(crate) fn steers(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// Redacted: an entry names a person (HAZ-049).
impl fmt::Debug for EntryView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EntryView({}, …)", self.index)
    }
}

struct Sealed {
    index: u64,
    key: String,
    entry: Vec<u8>,
    manifest: Option<Vec<u8>>,
}

fn rows(path: &Path, filter: &Filter) -> rusqlite::Result<Vec<Sealed>> {
    let conn = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    conn.busy_timeout(std::time::Duration::from_secs(5))?;
    conn.execute_batch("PRAGMA query_only=ON; PRAGMA trusted_schema=OFF;")?;
    let mut query = conn.prepare(
        "SELECT e.idx, e.key, e.sealed, m.sealed FROM entry e LEFT JOIN manifest m USING (idx)
         WHERE e.idx >= ?1 AND (?2 IS NULL OR e.opening = ?2) AND (?3 IS NULL OR e.kind = ?3) ORDER BY e.idx",
    )?;
    let opening = filter.opening.as_ref().map(OpeningId::as_str);
    let kind = filter.kind.map(Kind::name);
    let from = filter.from.cast_signed();
    let wanted: [&dyn ToSql; 3] = [&from, &opening, &kind];
    query.query_map(wanted, read)?.collect()
}

fn read(row: &Row<'_>) -> rusqlite::Result<Sealed> {
    Ok(Sealed {
        index: row.get::<_, i64>(0)?.cast_unsigned(),
        key: row.get(1)?,
        entry: row.get(2)?,
        manifest: row.get(3)?,
    })
}

fn view(keys: &Keys, row: Sealed) -> Result<EntryView, InspectFault> {
    let open = |of, sealed: &[u8]| {
        let plain = keys.open(of, row.key.as_bytes(), sealed).ok()?;
        serde_json::from_slice(plain.get(32..)?).ok()
    };
    let entry = open(Use::Entry, &row.entry).ok_or(InspectFault::Sealed(row.index))?;
    let manifest = row
        .manifest
        .map(|sealed| open(Use::Manifest, &sealed).ok_or(InspectFault::Sealed(row.index)))
        .transpose()?;
    Ok(EntryView { index: row.index, entry, manifest })
}

#[cfg(test)]
mod tests;
