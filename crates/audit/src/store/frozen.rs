//! Takes evidence that the log is not one log any more, or not all of it, gives a door that stays shut: a file beside the
//! store with the words for the operator. It survives a restart, and nothing here takes it away: two people decide what
//! follows (HAZ-030).

use super::{Place, Store, StoreFault, base::server, file};
use std::{
    fs, io,
    io::Write,
    path::{Path, PathBuf},
};

/// The file that shuts the door.
pub(super) struct Frozen(PathBuf);

impl Frozen {
    pub(super) fn of(store: &Path) -> Self {
        Self(file::beside(store, ".frozen"))
    }

    /// One that cannot be looked for counts as there.
    pub(super) fn is(&self) -> bool {
        self.0.try_exists().unwrap_or(true)
    }

    /// Why, where it is shut.
    pub(super) fn words(&self) -> Option<String> {
        self.is().then(|| {
            fs::read_to_string(&self.0).unwrap_or_else(|_| "for a reason that cannot be read".to_owned())
        })
    }

    fn shut(&self, words: &str) -> io::Result<()> {
        if self.is() {
            return Ok(());
        }
        let mut file = file::private(&self.0)?;
        file.write_all(words.as_bytes())?;
        file.sync_all()
    }
}

/// Shuts the door of a store for whoever writes to it, wherever they are; once this returns nothing more is recorded there. Waits as
/// long as its server does; a file that a gateway has open is refused. Blocks.
pub(super) fn for_all(place: &Place, words: &str) -> Result<(), StoreFault> {
    let _lock = match &place.server {
        Some(server) => server::shut(place, server, words).map(|()| None)?,
        None => Some(file::lock(&place.path)?),
    };
    freeze(&place.path, words).map_err(StoreFault::File)
}

/// Why a store's door is shut, as it is known here or to all.
pub(super) fn words(place: &Place) -> Result<Option<String>, sql::Fault> {
    match (Frozen::of(&place.path).words(), &place.server) {
        (None, Some(_)) => place.look(server::frozen),
        (here, _) => Ok(here),
    }
}

/// Shuts the door of the store at this path, running or not. The first reason stays.
pub fn freeze(store: &Path, words: &str) -> io::Result<()> {
    tracing::error!(words, "the audit log is frozen: nothing more is recorded, so nothing more is opened");
    Frozen::of(store).shut(words)
}

impl Store {
    /// Why nothing can be written any more, where evidence shut the door.
    pub fn frozen(&self) -> Option<String> {
        self.0.state.frozen.words()
    }
}
