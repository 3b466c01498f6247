//! Takes a month whose keys are about to be used for the first time, lets the store say which they are: what whoever came first
//! wrote down holds for every replica. Refuses a directory that has others, such as a mount point with nothing mounted:
//! what was sealed under a key that nobody finds again would be lost (HAZ-030).

use crate::{
    hash::hex,
    seal::{
        Keys,
        month::{Month, Name},
    },
};
use sql::{Fault, Link, Value, first};

/// In the transaction of the first entry, under the lock of the writer.
pub(super) fn agree(link: &mut dyn Link, keys: &Keys, month: Month) -> Result<(), Fault> {
    for name in [Name::entries(month), Name::manifests(month)] {
        let mark = keys.mark(name).map_err(|lost| {
            tracing::error!(%lost, "the keys of the months cannot be used");
            Fault::Damaged
        })?;
        // One that was destroyed is used no more.
        let Some(mark) = mark.map(|mark| hex(&mark)) else { continue };
        let key = format!("month-key {name}");
        link.execute(
            "INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING",
            &[Value::Text(&key), Value::Text(&mark)],
        )?;
        let stored = first(link, "SELECT value FROM meta WHERE name = $1", &[Value::Text(&key)])?;
        if stored.map(|mut line| line.text()) != Some(mark) {
            keys.forget();
            tracing::error!(%name, "the directory of month keys has another key than the store was sealed under");
            return Err(Fault::Damaged);
        }
    }
    Ok(())
}
