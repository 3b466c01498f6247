//! Bugs planted in the store of this thread, one at a time, so that it can be shown that a simulation finds them. Nothing of this is in
//! a program that is built to be run: the feature is one of tests.

use super::super::{
    Receipt, Store,
    desk::{Desk, Stop},
    rows,
};
use crate::hash::Hash;
use sql::{Value, first};
use std::cell::Cell;

/// What is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Planted {
    /// W1 says that it is durable, and writes nothing.
    OpenUnrecorded,
    /// W2 says that it is durable, and writes nothing.
    DisclosureUnrecorded,
    /// Whether a handle was used is looked at first, and used up afterwards.
    HandleLookedAtFirst,
    /// What failed or is in doubt is told as done.
    LostToldAsDone,
}

thread_local! {
    static PLANTED: Cell<Option<Planted>> = const { Cell::new(None) };
}

/// From now on, on this thread.
pub fn plant(bug: Option<Planted>) {
    PLANTED.set(bug);
}

pub(in super::super) fn has(bug: Planted) -> bool {
    PLANTED.get() == Some(bug)
}

/// Of an entry that stands nowhere.
pub(in super::super) fn no_receipt() -> Receipt {
    Receipt { index: u64::MAX, boot: 0, n: 0, leaf: [0; 32] }
}

/// The look of [`Planted::HandleLookedAtFirst`]: whether the handle was free then.
pub(in super::super) async fn saw_free(store: &Store, handle: Hash) -> bool {
    if !has(Planted::HandleLookedAtFirst) {
        return false;
    }
    let free = store.0.reader.look(move |link| {
        let sql = "SELECT used_by FROM handle WHERE handle = $1";
        let found = first(link, sql, &[Value::Bytes(&handle)])?;
        found.map(|mut line| rows::maybe_hash(&mut line).map(|used| used.is_none())).transpose()
    });
    free.await == Ok(Some(true))
}

/// Whoever saw it free takes it, whatever became of it since.
pub(in super::super) fn takes(desk: &mut Desk<'_>, saw_free: bool, handle: &Hash) -> Result<(), Stop> {
    if saw_free {
        desk.execute("UPDATE handle SET used_by = NULL WHERE handle = $1", &[Value::Bytes(handle)])?;
    }
    Ok(())
}
