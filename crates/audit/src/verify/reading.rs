//! Reads leaves, and what stands beside them, on a thread of its own: while some are checked the next are read.

use rusqlite::{Connection, Row};
use std::{sync::mpsc, thread};

/// Leaves handed over at once.
const AT_ONCE: usize = 512;
/// Of these, read and not yet checked: what is in memory has a bound.
const AHEAD: usize = 4;

/// One leaf with the entry beside it.
pub(super) struct Stored {
    pub(super) index: u64,
    pub(super) leaf: Vec<u8>,
    pub(super) hash: Vec<u8>,
    pub(super) entry: Option<StoredEntry>,
    pub(super) manifest: Option<(Vec<u8>, Vec<u8>)>,
}

pub(super) struct StoredEntry {
    pub(super) key: String,
    pub(super) kind: String,
    pub(super) opening: Option<String>,
    pub(super) commitment: Vec<u8>,
    pub(super) sealed: Vec<u8>,
    pub(super) person: Option<Vec<u8>>,
    pub(super) professional: Option<Vec<u8>>,
}

type Rows = rusqlite::Result<Vec<Stored>>;

/// Hands every leaf over in the order of record, until `take` refuses. `bodies`: whether sealed bytes are wanted; otherwise only
/// whether there are any. Gives the connection back, unless reading itself broke down.
pub(super) fn each<F>(
    conn: Connection,
    bodies: bool,
    mut take: impl FnMut(Rows) -> Result<(), F>,
) -> (Option<Connection>, Result<(), F>) {
    let (give, rows) = mpsc::sync_channel::<Rows>(AHEAD);
    let reader = thread::spawn(move || {
        if let Err(fault) = read_all(&conn, bodies, &give) {
            // Whoever no longer takes has refused something already.
            let _ = give.send(Err(fault));
        }
        conn
    });
    let done = rows.iter().try_for_each(&mut take);
    drop(rows);
    (reader.join().ok(), done)
}

fn read_all(conn: &Connection, bodies: bool, give: &mpsc::SyncSender<Rows>) -> rusqlite::Result<()> {
    // The length of a value is known without reading it.
    let [entry, manifest] = ["e.sealed", "m.sealed"].map(|sealed| match bodies {
        true => sealed.to_owned(),
        false => format!("CASE length({sealed}) WHEN 0 THEN x'' ELSE x'00' END"),
    });
    let mut query = conn.prepare(&format!(
        "SELECT l.idx, l.leaf, l.hash, e.key, e.kind, e.opening, e.hash, {entry}, e.person, e.professional,
                m.hash, {manifest}
         FROM leaf l LEFT JOIN entry e ON e.idx = l.idx LEFT JOIN manifest m ON m.idx = l.idx ORDER BY l.idx"
    ))?;
    let mut rows = query.query_map([], read)?;
    loop {
        let mut some = Vec::with_capacity(AT_ONCE);
        for row in rows.by_ref().take(AT_ONCE) {
            match row {
                Ok(stored) => some.push(stored),
                Err(fault) => {
                    // What could be read before is told first, so that the fault has its place.
                    let _ = give.send(Ok(some));
                    return Err(fault);
                }
            }
        }
        if some.is_empty() || give.send(Ok(some)).is_err() {
            return Ok(());
        }
    }
}

fn read(row: &Row<'_>) -> rusqlite::Result<Stored> {
    let key: Option<String> = row.get(3)?;
    let entry = key
        .map(|key| {
            Ok::<_, rusqlite::Error>(StoredEntry {
                key,
                kind: row.get(4)?,
                opening: row.get(5)?,
                commitment: row.get(6)?,
                sealed: row.get(7)?,
                person: row.get(8)?,
                professional: row.get(9)?,
            })
        })
        .transpose()?;
    let manifest: Option<Vec<u8>> = row.get(10)?;
    let manifest = manifest.map(|hash| Ok::<_, rusqlite::Error>((hash, row.get(11)?))).transpose()?;
    Ok(Stored {
        index: row.get::<_, i64>(0)?.cast_unsigned(),
        leaf: row.get(1)?,
        hash: row.get(2)?,
        entry,
        manifest,
    })
}
