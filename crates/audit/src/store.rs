//! Takes entries and secrets from the stages of an opening, gives receipts once they are on disk; refuses a second use
//! of anything that may be used once, and everything while it cannot write.
//! Source: SQLite 3 (WAL, `synchronous=FULL`).
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
/// Openings: open, disclose, close, sweep.
mod opening;
/// Committed rows for those who only look.
mod reader;
/// Questions about the entries, recorded before they are answered.
mod find;

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
/// A checkpoint somebody was given, held against the store.
mod compare;
/// What is asked of others before the store opens.
mod start;

pub use checkpoint::Published;
pub use compare::{Compared, compare};
pub use frozen::freeze;
pub use opening::{Disclosed, Opened};
pub use served::Part;
pub use session::{AssertionKey, ENDED_AT_ONCE, NewHandle, NewSession, Redeemed, Session, Which};
pub use start::{BeforeOpening, before_opening};

use crate::{
    Millis,
    entry::{Entry, Key, Kind},
    hash::Hash,
    seal::Keys,
};
use desk::{Desk, Kept, Stop};
use prepared::Prepared;
use std::{
    fmt,
    path::PathBuf,
    sync::{Arc, Mutex},
    thread::JoinHandle,
    time::Duration,
};
use tokio::sync::{mpsc, oneshot};
use writer::{Errand, State, Task, Writer};

/// How long a caller waits before a write is `Unknown`.
pub const DEADLINE: Duration = Duration::from_secs(2);
/// How long one look through the entries may take.
const LOOK: Duration = Duration::from_secs(30);
/// How many writes may wait for the disk before the next is refused.
const QUEUE: usize = 4_096;

/// Where the store lives and what seals it.
#[derive(Clone)]
pub struct Settings {
    pub path: PathBuf,
    /// Seals bodies, manifests, handles and sessions, each under its own derived key.
    pub key: [u8; 32],
    /// The name of this gateway process in its leaves.
    pub replica: String,
    /// `<host>/audit/<ODS>`: the log's name without its year, which the store puts behind it with its first leaf.
    pub origin: String,
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Settings({}, {})", self.replica, self.path.display())
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
    Connect(#[source] rusqlite::Error),
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

/// The store. Clones share one writer; when the last is dropped the writer finishes what it has and ends.
#[derive(Clone)]
pub struct Store(Arc<Inner>);

struct Inner {
    queue: Option<mpsc::Sender<Box<dyn Errand>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
    state: Arc<State>,
    keys: Arc<Keys>,
    reader: Arc<reader::Reader>,
    /// For those who read the audit, so that nobody else waits for them.
    readings: Arc<reader::Reader>,
}

impl Store {
    /// Locks, checks and opens the file, or makes it; writes the `replica` start entry. Blocks.
    pub fn open(settings: Settings, now: Millis) -> Result<Self, StoreFault> {
        let keys = Arc::new(Keys::derive(&settings.key).map_err(|_| StoreFault::Key)?);
        let reader = Arc::new(reader::Reader::new(settings.path.clone(), DEADLINE));
        let readings = Arc::new(reader::Reader::new(settings.path.clone(), LOOK));
        let (writer, state) = Writer::start(settings, Arc::clone(&keys), now)?;
        let (queue, jobs) = mpsc::channel(QUEUE);
        let thread = std::thread::Builder::new()
            .name("audit".to_owned())
            .spawn(move || writer.run(jobs))
            .map_err(StoreFault::File)?;
        let inner =
            Inner { queue: Some(queue), thread: Mutex::new(Some(thread)), state, keys, reader, readings };
        Ok(Self(Arc::new(inner)))
    }

    /// Records entries that need no state of their own: all or none. Kinds that a receipt hangs on are refused as
    /// `Malformed`; an `ask` in an opening that is not open is refused as `Unknown` or `Closed`. The same entries again
    /// give the same receipts.
    pub async fn append(&self, entries: Vec<Entry>, now: Millis) -> Result<Vec<Receipt>, Fault> {
        let rows = entries.iter().map(|entry| self.appendable(entry)).collect::<Result<Vec<_>, _>>()?;
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

    fn appendable(&self, entry: &Entry) -> Result<Prepared, Fault> {
        if entry.kind.is_kept() {
            return Err(Fault::Rejected(Why::Malformed));
        }
        self.prepare(entry)
    }

    fn prepare(&self, entry: &Entry) -> Result<Prepared, Fault> {
        Prepared::new(entry, &self.0.keys)
    }

    /// Hands work to the writer and waits for its commit. The work runs in one transaction with its neighbours and
    /// leaves nothing behind when it refuses.
    async fn write<T: Send + 'static>(
        &self,
        rows: usize,
        work: impl FnMut(&mut Desk<'_>) -> Result<Kept<T>, Stop> + Send + 'static,
    ) -> Result<T, Fault> {
        let (task, answer) = Task::new(rows, work);
        let queue = self.0.queue.as_ref().ok_or(Fault::Unavailable)?;
        queue.try_send(Box::new(task)).map_err(|_| Fault::Unavailable)?;
        settle(answer).await
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
    /// Waits for the writer, so that whoever opens the file next finds it unlocked.
    fn drop(&mut self) {
        self.queue = None;
        let thread = self.thread.get_mut().map(Option::take).unwrap_or_default();
        if let Some(thread) = thread {
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests;
