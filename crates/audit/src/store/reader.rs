//! Committed rows for those who only look: one connection that cannot write, opened anew when the file is another.

use super::{Fault, file::Identity, schema};
use rusqlite::Connection;
use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

/// The connection, and the file it belongs to.
pub(super) struct Reader {
    path: PathBuf,
    patience: Duration,
    open: Mutex<Option<(Connection, Identity)>>,
}

impl Reader {
    /// `patience`: how long a look may take.
    pub(super) fn new(path: PathBuf, patience: Duration) -> Self {
        Self { path, patience, open: Mutex::new(None) }
    }

    /// Looks off the async threads. Nothing found is the query's to say; a file that cannot be read is `Unavailable`.
    pub(super) async fn look<T: Send + 'static>(
        self: &Arc<Self>,
        query: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, Fault> {
        let reader = Arc::clone(self);
        let looking = tokio::task::spawn_blocking(move || reader.now(query));
        match tokio::time::timeout(self.patience, looking).await {
            Ok(Ok(Ok(found))) => Ok(found),
            _ => Err(Fault::Unavailable),
        }
    }

    fn now<T>(&self, query: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, Fault> {
        let there = Identity::of(&self.path).ok_or(Fault::Unavailable)?;
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if open.as_ref().is_none_or(|(_, identity)| *identity != there) {
            *open = None;
            *open = Some((schema::look(&self.path).map_err(|_| Fault::Unavailable)?, there));
        }
        let (conn, _) = open.as_ref().ok_or(Fault::Unavailable)?;
        let found = query(conn);
        if found.is_err() {
            *open = None;
        }
        found.map_err(|_| Fault::Unavailable)
    }
}
