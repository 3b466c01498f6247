//! Takes evidence that the log is not one log any more, or not all of it, gives a door that stays shut: a file beside the
//! store with the words for the operator. It survives a restart, and nothing here takes it away: two people decide what
//! follows (HAZ-030).

use super::{Store, file};
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
