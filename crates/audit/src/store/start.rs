//! Takes a store before it is opened, gives what is needed to ask witnesses how far they have seen its log: a checkpoint of
//! no leaves, which every tree begins with, and how far the store itself was published. Writes nothing.
//! Source: C2SP tlog-witness, "add-checkpoint", on asking with an old size of zero.

use super::{Settings, StoreFault, checkpoint, origin};
use crate::{Millis, seal::Keys, signed::checkpoint::Checkpoint, tree};
use rusqlite::{Connection, OpenFlags};

/// What to ask with, and what the answer is compared to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BeforeOpening {
    /// A signed checkpoint of the empty tree.
    pub note: String,
    /// Leaves under the newest checkpoint of the file; 0 where there is none.
    pub published: u64,
}

/// A store that is not there yet is asked about under the name it would take.
pub fn before_opening(settings: &Settings, now: Millis) -> Result<BeforeOpening, StoreFault> {
    let keys = Keys::derive(&settings.key).map_err(|_| StoreFault::Key)?;
    let (name, generation, published) =
        if settings.path.exists() { stored(settings).map_err(StoreFault::Connect)? } else { (None, 0, 0) };
    let name = name.unwrap_or_else(|| origin::named(&settings.origin, now.seconds()));
    let signer = origin::numbered(&keys, &name, generation).map_err(|_| StoreFault::Origin(name.clone()))?;
    let text = Checkpoint { origin: name, size: 0, root: tree::root_of(&[]) }.text();
    Ok(BeforeOpening { note: format!("{text}\n{}", signer.line(&text, 0)), published })
}

fn stored(settings: &Settings) -> rusqlite::Result<(Option<String>, u32, u64)> {
    let conn = Connection::open_with_flags(&settings.path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    // A file from before the tree has published nothing.
    let has: bool =
        conn.query_row("SELECT count(*) > 0 FROM sqlite_schema WHERE name = 'log_key'", [], |row| {
            row.get(0)
        })?;
    if !has {
        return Ok((None, 0, 0));
    }
    let generation =
        conn.query_row("SELECT coalesce(max(generation), 0) FROM log_key", [], |row| row.get(0))?;
    let published = checkpoint::last(&conn)?.map_or(0, |published| published.checkpoint.size);
    Ok((origin::of(&conn)?, generation, published))
}
