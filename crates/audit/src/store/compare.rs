//! Takes a checkpoint that somebody was given, says whether the store's log is the same one. Only two checkpoints validly
//! signed by the log's own key prove anything against it (HAZ-030). Reads the file and writes nothing.
//! Source: C2SP tlog-checkpoint, "Signatures"; RFC 6962 section 2.1.

use super::{Place, grown};
use crate::{
    signed::{Note, Verifier, checkpoint::Checkpoint},
    tree::proof,
};
use sql::Link;

/// How a checkpoint and a store stand to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compared {
    /// The store's tree begins with it.
    SameLog,
    /// No key of this log has signed it, or it is of another log.
    NotOurs,
    /// It is of more leaves than the store has.
    Ahead,
    /// Signed by this log, and the store's tree does not begin with it.
    Fork,
}

/// The store may be in use.
pub fn compare(store: &Place, note: &str) -> Result<Compared, sql::Fault> {
    store.look(|link| compared(link, note))
}

fn compared(link: &mut dyn Link, note: &str) -> Result<Compared, sql::Fault> {
    let Ok(note) = Note::parse(note) else { return Ok(Compared::NotOurs) };
    let Some(said) = Checkpoint::parse(&note.text) else { return Ok(Compared::NotOurs) };
    let mut keys = link.query("SELECT verifier FROM log_key", &[])?;
    let keys = keys.iter_mut().filter_map(|key| Verifier::parse(&key.text()).ok());
    let mut signing = keys.filter(|key| key.name() == said.origin && key.check(&note) == Some(Ok(0)));
    if signing.next().is_none() {
        return Ok(Compared::NotOurs);
    }
    let (size, _) = grown::stands(link)?.unwrap_or_default();
    if said.size > size {
        return Ok(Compared::Ahead);
    }
    let root = proof::root(&mut grown::reader(link, size), said.size)?;
    Ok(if root == said.root { Compared::SameLog } else { Compared::Fork })
}
