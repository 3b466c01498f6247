//! What holds the tables: a file of this process, or a server that several replicas write to. Runs one transaction at a
//! time, and says of one that failed whether it was undone or nobody knows (HAZ-030).

/// A file, and nobody beside us.
pub(super) mod embedded;
/// A server, and others beside us.
pub(super) mod server;

use super::{
    Fault, Place, Server, StoreFault,
    desk::End,
    file::{self, Identity},
    schema,
};
use sql::{Link, sqlite::Session};

/// Work in one transaction. May be run again where the database asks for it.
pub(super) type Work<'a> = &'a mut dyn FnMut(&mut dyn Link) -> Result<(), End>;

/// One way to write. Used on one thread, which may block.
pub(super) trait Base: Send {
    /// A connection is there. `true`: it is another than the last transaction had, so what was known must be read again.
    fn ready(&mut self) -> Result<bool, Fault>;

    /// All or nothing, durable once it returns. Nobody else writes meanwhile.
    fn transact(&mut self, work: Work<'_>) -> Result<(), End>;

    /// Lets the connection go: the next transaction needs another.
    fn leave(&mut self);

    /// What is to be done between transactions.
    fn upkeep(&mut self) -> Result<(), End>;

    /// Others write, too: between two transactions the tree may have grown.
    fn is_shared(&self) -> bool;

    /// Tells the others that evidence shut the door.
    fn tell_frozen(&mut self, words: &str) -> Result<(), End>;
}

/// Locks, checks and opens what the settings name. `log`: the name of a log that is new.
pub(super) fn open(place: &Place, log: &str) -> Result<Box<dyn Base>, StoreFault> {
    Ok(match &place.server {
        None => Box::new(embedded::Embedded::open(&place.path, log)?),
        Some(server) => Box::new(server::Served::open(place, server)?),
    })
}

impl Server {
    /// `url_file` holds its connection string, and only its owner may read it. Refuses one that is malformed, or by which others
    /// could listen. Connects to nothing.
    pub fn read(url_file: &std::path::Path, ca_file: Option<&std::path::Path>) -> Result<Self, sql::Fault> {
        let read = Self { url: sql::private(url_file)?, ca_file: ca_file.map(ToOwned::to_owned) };
        server::remote(&read).map(|_| read)
    }
}

impl Place {
    /// A store in a file.
    pub fn file(path: &std::path::Path) -> Self {
        Self { path: path.to_owned(), server: None, month_keys: None }
    }

    /// Looks at the store as it is at one moment, running or not. Blocks; writes nothing.
    pub(crate) fn look<T: Send>(
        &self,
        work: impl FnOnce(&mut dyn Link) -> Result<T, sql::Fault> + Send,
    ) -> Result<T, sql::Fault> {
        match &self.server {
            Some(server) => server::apart(|| server::look(server, work)),
            None => {
                let conn = schema::look_only(&self.path).map_err(sql::sqlite::of_sqlite)?;
                work(&mut Session(&conn))
            }
        }
    }

    /// Whether anything was ever written there.
    pub(crate) fn exists(&self) -> bool {
        self.server.is_some() || self.path.exists()
    }
}

/// A file that was removed or exchanged is no longer the one that was opened.
fn is_same(path: &std::path::Path, identity: Identity) -> bool {
    Identity::of(path) == Some(identity)
}

/// Whether a store may rest there.
pub(super) fn must_be_ours(path: &std::path::Path) -> Result<std::fs::File, StoreFault> {
    file::must_be_local(path)?;
    let lock = file::lock(path)?;
    file::private(path).map_err(StoreFault::File)?;
    Ok(lock)
}
