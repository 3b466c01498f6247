//! Committed rows for those who only look: one connection that cannot write, opened anew when the file is another.

use super::{
    Fault, Place, StoreFault,
    base::server::{Looking, apart},
    file::Identity,
    schema,
};
use rusqlite::Connection;
use sql::{Link, sqlite::Session};
use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

/// The connection, and what it belongs to.
pub(super) struct Reader {
    patience: Duration,
    eyes: Mutex<Eyes>,
    /// On the caller's own thread, as the weather lets it.
    #[cfg(any(test, feature = "testing"))]
    pub(super) simulated: Option<super::testing::Weather>,
}

enum Eyes {
    File { path: PathBuf, open: Option<(Connection, Identity)> },
    Server(Option<Box<Looking>>),
}

impl Reader {
    /// `patience`: how long a look may take.
    pub(super) fn new(place: &Place, patience: Duration) -> Result<Self, StoreFault> {
        let eyes = match &place.server {
            None => Eyes::File { path: place.path.clone(), open: None },
            Some(server) => Eyes::Server(Some(Box::new(Looking::new(server).map_err(StoreFault::Connect)?))),
        };
        Ok(Self {
            patience,
            eyes: Mutex::new(eyes),
            #[cfg(any(test, feature = "testing"))]
            simulated: None,
        })
    }

    /// Looks off the async threads. Nothing found is the query's to say; a store that cannot be read is `Unavailable`.
    pub(super) async fn look<T: Send + 'static>(
        self: &Arc<Self>,
        query: impl FnOnce(&mut dyn Link) -> Result<T, sql::Fault> + Send + 'static,
    ) -> Result<T, Fault> {
        #[cfg(any(test, feature = "testing"))]
        if let Some(weather) = &self.simulated {
            return if weather.lets_read().await { self.now(query) } else { Err(Fault::Unavailable) };
        }
        let reader = Arc::clone(self);
        let looking = tokio::task::spawn_blocking(move || reader.now(query));
        match tokio::time::timeout(self.patience, looking).await {
            Ok(Ok(Ok(found))) => Ok(found),
            _ => Err(Fault::Unavailable),
        }
    }

    pub(super) fn now<T>(
        &self,
        query: impl FnOnce(&mut dyn Link) -> Result<T, sql::Fault>,
    ) -> Result<T, Fault> {
        let mut eyes = self.eyes.lock().unwrap_or_else(PoisonError::into_inner);
        match &mut *eyes {
            Eyes::File { path, open } => {
                let there = Identity::of(path).ok_or(Fault::Unavailable)?;
                if open.as_ref().is_none_or(|(_, identity)| *identity != there) {
                    *open = None;
                    *open = Some((schema::look(path).map_err(|_| Fault::Unavailable)?, there));
                }
                let (conn, _) = open.as_ref().ok_or(Fault::Unavailable)?;
                let found = query(&mut Session(conn));
                if found.is_err() {
                    *open = None;
                }
                found.map_err(|_| Fault::Unavailable)
            }
            Eyes::Server(looking) => {
                let looking = looking.as_mut().ok_or(Fault::Unavailable)?;
                looking.look(query).map_err(|_| Fault::Unavailable)
            }
        }
    }
}

impl Drop for Reader {
    /// A connection to a server waits for its own end, which the runtime's threads may not.
    fn drop(&mut self) {
        if let Eyes::Server(looking) = self.eyes.get_mut().unwrap_or_else(PoisonError::into_inner) {
            let looking = looking.take();
            apart(|| drop(looking));
        }
    }
}
