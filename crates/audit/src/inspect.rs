//! Takes a stored file and its key, gives entries as JSON in the order of record, with their manifests. What an order deleted
//! is not among them; a body that no order covers is a fault. It writes nothing: a caller that shows what it gives to anyone
//! records an `audit-read` first.

use crate::{
    OpeningId,
    entry::Kind,
    retention::{Gone, acts},
    seal::{Keys, Use},
    store::{self, Place, rows},
};
use serde_json::Value;
use sql::{Link, first};
use std::fmt;

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
    Read(#[source] sql::Fault),
    #[error("no key could be derived")]
    Key,
    #[error("the entry at index {0} does not open under this key")]
    Sealed(u64),
}

/// Every entry that fits, in the order of record. The file may be in use.
pub fn inspect(place: &Place, key: [u8; 32], filter: &Filter) -> Result<Vec<EntryView>, InspectFault> {
    let keys = Keys::of(&key, place).map_err(|_| InspectFault::Key)?;
    let (rows, taken) = place.look(|link| rows(link, &keys, filter)).map_err(InspectFault::Read)?;
    match taken {
        Some(index) => Err(InspectFault::Sealed(index)),
        None => rows.into_iter().map(|row| view(&keys, row)).collect(),
    }
}

/// By which order an entry is gone; `None` where it is there.
pub fn gone(place: &Place, key: &[u8; 32], index: u64) -> Result<Option<Gone>, InspectFault> {
    let keys = Keys::of(key, place).map_err(|_| InspectFault::Key)?;
    let found = place.look(|link| {
        let sealed = first(link, "SELECT sealed FROM entry WHERE idx = $1", &[rows::int(index)])?;
        if sealed.is_none_or(|mut line| line.bytes().is_none_or(|sealed| !sealed.is_empty())) {
            return Ok(Ok(None));
        }
        let acts = acts::read(link, &keys, index)?;
        Ok(store::gone_at(link, &acts, index)?.map(Some).ok_or(InspectFault::Sealed(index)))
    });
    found.map_err(InspectFault::Read)?
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

/// The rows that are there, and the first that somebody emptied without an order.
fn rows(link: &mut dyn Link, keys: &Keys, filter: &Filter) -> Result<(Vec<Sealed>, Option<u64>), sql::Fault> {
    let mut values = vec![sql::Value::Int(filter.from.cast_signed())];
    let mut wanted = String::from("e.idx >= $1");
    for (column, text) in
        [("opening", filter.opening.as_ref().map(OpeningId::as_str)), ("kind", filter.kind.map(Kind::name))]
    {
        if let Some(text) = text {
            values.push(sql::Value::Text(text));
            wanted.push_str(&format!(" AND e.{column} = ${}", values.len()));
        }
    }
    let sql = format!(
        "SELECT e.idx, e.key, e.sealed, m.sealed FROM entry e LEFT JOIN manifest m ON m.idx = e.idx
         WHERE {wanted} ORDER BY e.idx"
    );
    let mut lines = link.query(&sql, &values)?;
    let sealed = |line: &mut sql::Line| {
        Ok(Sealed {
            index: line.int().cast_unsigned(),
            key: line.text(),
            entry: rows::bytes(line)?,
            manifest: line.bytes(),
        })
    };
    let rows: Vec<Sealed> = lines.iter_mut().map(sealed).collect::<Result<_, sql::Fault>>()?;
    let (empty, there): (Vec<Sealed>, Vec<Sealed>) = rows.into_iter().partition(|row| row.entry.is_empty());
    let Some(first) = empty.first() else { return Ok((there, None)) };
    let acts = acts::read(link, keys, first.index)?;
    for row in &empty {
        if store::gone_at(link, &acts, row.index)?.is_none() {
            return Ok((there, Some(row.index)));
        }
    }
    Ok((there, None))
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
