//! Takes entries and secrets from the stages of an opening, gives receipts once they are on disk; refuses a second use
//! of anything that may be used once, and everything while it cannot write.
//! Source: SQLite 3 (WAL, `synchronous=FULL`); PostgreSQL 15 (synchronous replication).
//!
//! Dropping a future does not stop its write. Every write answers within 2 s: later than that it is `Unknown`, and the
//! same call with the same values settles it. Writing is refused while a file named `<path>.hold` exists: the
//! operator's switch to hold all openings, looked for before each group commit.

/// The tables, and the checks before they are trusted.
mod schema;
/// The file: lock, identity, place.
mod file;
/// The end of each replica's chain.
mod chain;
/// What holds the tables.
mod base;
/// Values in rows.
pub(crate) mod rows;
/// Which keys are the months'.
mod agreed;
/// An entry made ready outside the writer.
mod prepared;
/// One transaction's view of the store.
mod desk;
/// The thread that owns the connection.
mod writer;
/// Handles and sessions.
mod session;
/// Small values with an end.
mod note;
/// What replicas share.
mod fleet;
/// Openings: open, disclose, close, sweep.
mod opening;
/// Committed rows for those who only look.
mod reader;
/// What was deleted, taken out of the tables for good.
pub(crate) mod removal;
/// What partners read of it.
mod feed;
/// A store on a server, as a file.
mod mirror;
/// Questions about the entries, recorded before they are answered.
mod find;

pub use feed::Batch;
pub use find::{Found, Page, Query, ReadReceipt};
/// The tree in the store's tables.
mod grown;
/// The log's name, and the keys that sign for it.
mod origin;
/// What the log says of itself, signed.
pub(crate) mod checkpoint;
/// The log as others read it.
pub(crate) mod served;
/// The door shut by evidence.
mod frozen;
/// The whole tree, recomputed.
mod recheck;
/// A log that goes on from another.
mod successor;
/// A checkpoint somebody was given, held against the store.
mod compare;
/// What is asked of others before the store opens.
mod start;
/// A store behind faults.
#[cfg(any(test, feature = "testing"))]
pub mod testing;

pub(crate) use find::{first_at, gone_at, written_s};
pub(crate) use prepared::{columns, columns_of, professional};

pub use base::server::{create, grant_retention};
pub use checkpoint::Published;
pub use compare::{Compared, compare};
pub use frozen::freeze;
pub use mirror::mirror;
pub use opening::{Disclosed, Opened};
pub use recheck::{TreeFault, check_tree};
pub use served::Part;
pub use session::{AssertionKey, ENDED_AT_ONCE, NewHandle, NewSession, Redeemed, Session, Which};
pub use start::{BeforeOpening, before_opening};
pub(crate) use successor::fork_after;
pub use successor::{Decided, Ended, ended, goes_on_from, is_begun};

use crate::{
    Millis,
    entry::{Entry, Key, Kind},
    hash::Hash,
    seal::Keys,
};
use base::Base;
use desk::{Desk, Kept, Stop};
use prepared::Prepared;
use std::{
    fmt,
    path::PathBuf,
    sync::{Arc, Mutex, OnceLock},
    thread::JoinHandle,
    time::{Duration, Instant},
};
use tokio::sync::{mpsc, oneshot};
use writer::{Errand, State, Task, Writer};

/// How long a caller waits before a write is `Unknown`.
pub const DEADLINE: Duration = Duration::from_secs(2);
/// How long one look through the entries may take.
const LOOK: Duration = Duration::from_secs(30);
/// How long a server is waited for when the store is let go of.
const LAST_WAIT: Duration = Duration::from_secs(5);
/// How many writes may wait for the disk before the next is refused.
const QUEUE: usize = 4_096;

/// Where a store rests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file. Nothing is kept in it where there is a server; the switches stand beside that name all the same.
    pub path: PathBuf,
    pub server: Option<Server>,
    /// Where the keys of the months rest: in no backup of the store. Without it everything is sealed under the store's own key.
    pub month_keys: Option<PathBuf>,
}

/// A PostgreSQL server, which several replicas may write to.
#[derive(Clone, PartialEq, Eq)]
pub struct Server {
    /// With a password in it.
    pub url: String,
    /// Whose certificate the server must have; without it only this machine is spoken to.
    pub ca_file: Option<PathBuf>,
}

/// Where the store lives and what seals it.
#[derive(Clone)]
pub struct Settings {
    pub place: Place,
    /// Seals bodies, manifests, handles and sessions, each under its own derived key.
    pub key: [u8; 32],
    /// The name of this gateway process in its leaves.
    pub replica: String,
    /// `<host>/audit/<ODS>`: the log's name without its year, which the store puts behind it with its first leaf.
    pub origin: String,
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Settings({}, {})", self.replica, self.place.path.display())
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Server(…)")
    }
}

/// Why the store did not start. For the operator.
#[derive(Debug, thiserror::Error)]
pub enum StoreFault {
    #[error("could not read or lock the store's file")]
    File(#[source] std::io::Error),
    #[error("another process holds the store")]
    Held,
    #[error("the store lies on a network file system (`{0}`)")]
    Network(String),
    #[error("could not open the store")]
    Connect(#[source] sql::Fault),
    #[error("the store is not as it must be: {0}")]
    Check(String),
    #[error("the key is not the one this store was written with, or its last entries are missing")]
    Head,
    #[error("no key could be derived")]
    Key,
    #[error("the tree in the store is not the one over its leaves")]
    Tree,
    #[error("`{0}` cannot be a log's name: no spaces, no `+`, not empty")]
    Origin(String),
    #[error("the log is frozen: {0}")]
    Frozen(String),
    #[error("could not write the start entry ({0:?})")]
    Start(Fault),
}

/// What became of a write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// Never recorded, and never will be.
    #[error("the store refused the write ({0:?})")]
    Rejected(Why),
    /// Not recorded; try later.
    #[error("the store cannot be written")]
    Unavailable,
    /// May be recorded: settle by the same call with the same values.
    #[error("the store did not answer in time")]
    Unknown,
}

/// Why a write was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// Used before.
    Replay,
    /// The key is there with other content: an integrity alarm.
    Conflict,
    Malformed,
    /// Not there, or no longer.
    Unknown,
    /// The opening, the session or the store has ended.
    Closed,
}

/// Where a durable entry stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    pub index: u64,
    pub boot: u64,
    pub n: u64,
    /// SHA-256 of the leaf.
    pub leaf: Hash,
}

/// Hears of every write: how long its caller waited, and what became of it. No entry, and nobody in one.
pub type Hears = Box<dyn Fn(Duration, Result<(), Fault>) + Send + Sync>;

/// The store. Clones share one writer; when the last is dropped the writer finishes what it has and ends.
#[derive(Clone)]
pub struct Store(Arc<Inner>);

struct Inner {
    queue: Option<mpsc::Sender<Box<dyn Errand>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
    state: Arc<State>,
    served: bool,
    keys: Arc<Keys>,
    reader: Arc<reader::Reader>,
    /// For those who read the audit, so that nobody else waits for them.
    readings: Arc<reader::Reader>,
    /// Where what is written is recorded, when this store's log has ended.
    records_in: Option<Store>,
    hears: OnceLock<Hears>,
}

/// A writer that runs nowhere yet, and what it is to do.
type Unstarted = (Inner, Writer, mpsc::Receiver<Box<dyn Errand>>);

impl Inner {
    fn of(
        settings: Settings,
        begin: Option<successor::Begin>,
        now: Millis,
        open: impl FnOnce(&Place, &str) -> Result<Box<dyn Base>, StoreFault> + Send,
    ) -> Result<Unstarted, StoreFault> {
        let keys = Arc::new(Keys::of(&settings.key, &settings.place).map_err(|_| StoreFault::Key)?);
        if let Some(months) = keys.months() {
            months.begin().map_err(StoreFault::File)?;
        }
        let served = settings.place.server.is_some();
        let reader = Arc::new(reader::Reader::new(&settings.place, DEADLINE)?);
        let readings = Arc::new(reader::Reader::new(&settings.place, LOOK)?);
        let (writer, state) =
            base::server::apart(|| Writer::start((settings, begin), Arc::clone(&keys), now, open))?;
        let (queue, jobs) = mpsc::channel(QUEUE);
        let (queue, thread) = (Some(queue), Mutex::new(None));
        let hears = OnceLock::new();
        let inner = Inner { queue, thread, state, served, keys, reader, readings, records_in: None, hears };
        Ok((inner, writer, jobs))
    }
}

impl Store {
    /// Locks, checks and opens the file, or makes it; writes the `replica` start entry. Blocks.
    pub fn open(settings: Settings, now: Millis) -> Result<Self, StoreFault> {
        Self::beginning(settings, None, now, base::open)
    }

    fn beginning(
        settings: Settings,
        begin: Option<successor::Begin>,
        now: Millis,
        open: impl FnOnce(&Place, &str) -> Result<Box<dyn Base>, StoreFault> + Send,
    ) -> Result<Self, StoreFault> {
        let (mut inner, writer, jobs) = Inner::of(settings, begin, now, open)?;
        let thread = std::thread::Builder::new()
            .name("audit".to_owned())
            .spawn(move || writer.run(jobs))
            .map_err(StoreFault::File)?;
        inner.thread = Mutex::new(Some(thread));
        Ok(Self(Arc::new(inner)))
    }

    /// Records entries that need no state of their own: all or none. Kinds that a receipt hangs on are refused as
    /// `Malformed`; an `ask` in an opening that is not open is refused as `Unknown` or `Closed`. The same entries again
    /// give the same receipts.
    pub async fn append(&self, entries: Vec<Entry>, now: Millis) -> Result<Vec<Receipt>, Fault> {
        let prepared = |entry| self.appendable(entry).map(Arc::new);
        let rows = entries.iter().map(prepared).collect::<Result<Vec<_>, _>>()?;
        self.write(rows.len(), move |desk| {
            let mut receipts = Vec::with_capacity(rows.len());
            for row in &rows {
                if row.kind == Kind::Ask {
                    desk.must_be_open(row.opening.as_deref())?;
                }
                receipts.push(desk.record(row, now)?);
            }
            Ok(Ok(receipts))
        })
        .await
    }

    /// Writes the `replica` stop entry and a last checkpoint. After it every write is `Rejected(Closed)`.
    pub async fn stop(&self, now: Millis) -> Result<(), Fault> {
        self.write(1, move |desk| {
            let entry =
                Entry::new(Kind::Replica, Key::replica(&desk.chain.replica, desk.chain.boot, "stop"), now);
            desk.author(&entry, now)?;
            let signed = checkpoint::sign(desk, now)?.map(drop);
            desk.stopped = true;
            Ok(signed)
        })
        .await
    }

    /// Whether an opening may begin, as far as is known. While the last write failed this also asks the writer to try
    /// again, so that a store that can be written once more says so without a restart (HAZ-029).
    pub fn is_writable(&self) -> bool {
        let fine = self.0.state.is_writable();
        if !fine && let Some(queue) = &self.0.queue {
            let (probe, _) = Task::new(0, |desk: &mut Desk<'_>| desk.probe().map(Ok));
            let _ = queue.try_send(Box::new(probe));
        }
        fine && !self.0.state.is_held()
    }

    /// From now on `hears` is told of every write, whoever holds the store. The first to ask is told, and nobody after it.
    pub fn tell_of_writes(&self, hears: Hears) {
        // Whoever came first goes on hearing.
        let _ = self.0.hears.set(hears);
    }

    fn appendable(&self, entry: &Entry) -> Result<Prepared, Fault> {
        if entry.kind.is_kept() {
            return Err(Fault::Rejected(Why::Malformed));
        }
        self.prepare(entry)
    }

    fn prepare(&self, entry: &Entry) -> Result<Prepared, Fault> {
        Prepared::new(entry, &self.recorder().0.keys)
    }

    fn recorder(&self) -> &Self {
        self.0.records_in.as_ref().unwrap_or(self)
    }

    /// Hands work to the writer and waits for its commit. The work runs in one transaction with its neighbours and
    /// leaves nothing behind when it refuses.
    async fn write<T: Send + 'static>(
        &self,
        rows: usize,
        work: impl FnMut(&mut Desk<'_>) -> Result<Kept<T>, Stop> + Send + 'static,
    ) -> Result<T, Fault> {
        let (began, inner) = (Instant::now(), &self.recorder().0);
        let (task, answer) = Task::new(rows, work);
        let taken = inner.queue.as_ref().is_some_and(|queue| queue.try_send(Box::new(task)).is_ok());
        let ended = if taken { settle(answer).await } else { Err(Fault::Unavailable) };
        if let Some(hears) = inner.hears.get() {
            hears(began.elapsed(), ended.as_ref().map(drop).map_err(|fault| *fault));
        }
        ended
    }
}

async fn settle<T>(answer: oneshot::Receiver<Result<T, Fault>>) -> Result<T, Fault> {
    match tokio::time::timeout(DEADLINE, answer).await {
        Ok(Ok(result)) => result,
        Ok(Err(_)) | Err(_) => Err(Fault::Unknown),
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Store(…)")
    }
}

impl Drop for Inner {
    /// Waits for the writer, so that whoever opens the file next finds it unlocked. A writer that waits for a server's
    /// commit may wait for ever; it holds no file.
    fn drop(&mut self) {
        self.queue = None;
        let thread = self.thread.get_mut().map(Option::take).unwrap_or_default();
        let Some(thread) = thread else { return };
        let until = Instant::now() + LAST_WAIT;
        while self.served && !thread.is_finished() && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(5));
        }
        if !self.served || thread.is_finished() {
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests;
