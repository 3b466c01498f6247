//! The thread that owns the connection. Takes work from a queue, commits what has gathered in one transaction, and
//! answers only once the disk has it. While one group is being synced the next gathers, so nothing waits for company.
//!
//! After a failed write the connection is dropped, and the next write opens another: the file must still be the one
//! that holds everything acknowledged. A failed fsync is never retried: what the system then holds in memory and what is
//! on disk may differ, so the store stays shut until the process starts again (HAZ-030).

use super::{
    Fault, Settings, StoreFault,
    chain::Chain,
    desk::{Desk, End, Kept, Stop},
    file::{self, Identity},
    frozen::Frozen,
    grown, origin, schema,
};
use crate::{
    Millis,
    entry::{Entry, Key, Kind},
    hash,
    seal::{self, Keys},
    tree::Growing,
};
use rusqlite::{Connection, ErrorCode, Transaction, TransactionBehavior};
use std::{
    fs::File,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};
use tokio::sync::{mpsc, oneshot};

/// The most rows in one group commit.
const GROUP: usize = 256;
/// Group commits between two checkpoints.
const CHECKPOINT: u32 = 200;
/// What others may know of the writer.
pub(super) struct State {
    writable: AtomicBool,
    hold: PathBuf,
    pub(super) frozen: Frozen,
    /// The store's file.
    pub(super) store: PathBuf,
    /// The log's name in its checkpoints.
    pub(super) origin: String,
}

impl State {
    pub(super) fn is_writable(&self) -> bool {
        self.writable.load(Ordering::Relaxed)
    }

    /// A switch that cannot be looked for counts as thrown.
    pub(super) fn is_held(&self) -> bool {
        self.frozen.is() || self.hold.try_exists().unwrap_or(true)
    }
}

/// One piece of work: run inside the transaction, told after its commit.
pub(super) trait Errand: Send {
    fn rows(&self) -> usize;
    fn run(&mut self, desk: &mut Desk<'_>) -> Result<(), End>;
    fn tell(self: Box<Self>, end: Result<(), Fault>);
}

type Work<T> = Box<dyn FnMut(&mut Desk<'_>) -> Result<Kept<T>, Stop> + Send>;

/// Work, and who waits for its answer.
pub(super) struct Task<T> {
    rows: usize,
    work: Work<T>,
    kept: Option<Kept<T>>,
    answer: oneshot::Sender<Result<T, Fault>>,
}

impl<T: Send + 'static> Task<T> {
    pub(super) fn new(
        rows: usize,
        work: impl FnMut(&mut Desk<'_>) -> Result<Kept<T>, Stop> + Send + 'static,
    ) -> (Self, oneshot::Receiver<Result<T, Fault>>) {
        let (answer, waiting) = oneshot::channel();
        (Self { rows, work: Box::new(work), kept: None, answer }, waiting)
    }
}

impl<T: Send> Errand for Task<T> {
    fn rows(&self) -> usize {
        self.rows
    }

    fn run(&mut self, desk: &mut Desk<'_>) -> Result<(), End> {
        self.kept = Some(desk.apart(&mut self.work)?);
        Ok(())
    }

    /// A refusal, too, holds only if what it was decided on was committed.
    fn tell(self: Box<Self>, end: Result<(), Fault>) {
        let kept = self.kept.ok_or(Fault::Unavailable);
        let answer = end.and(kept).and_then(|kept| kept.map_err(Fault::Rejected));
        // Nobody may be waiting any more; the write stands all the same.
        let _ = self.answer.send(answer);
    }
}

/// The connection, and what is known to be durable.
pub(super) struct Writer {
    settings: Settings,
    keys: Arc<Keys>,
    state: Arc<State>,
    chain: Chain,
    tree: Growing,
    open: Option<(Connection, Identity)>,
    /// An fsync failed: nothing more is written by this process.
    broken: bool,
    stopped: bool,
    commits: u32,
    /// Last, so that it is let go after the connection.
    _lock: File,
}

impl Writer {
    /// Opens the store and writes the start entry.
    pub(super) fn start(
        settings: Settings,
        keys: Arc<Keys>,
        now: Millis,
    ) -> Result<(Self, Arc<State>), StoreFault> {
        file::must_be_local(&settings.path)?;
        let frozen = Frozen::of(&settings.path);
        if let Some(words) = frozen.words() {
            return Err(StoreFault::Frozen(words));
        }
        let lock = file::lock(&settings.path)?;
        file::private(&settings.path).map_err(StoreFault::File)?;
        let log = seal::random().map_err(|_| StoreFault::Key)?;
        let conn = schema::connect(&settings.path, Some(&hash::hex(log.get(..16).unwrap_or_default())))?;
        schema::check(&conn)?;
        let chain = Chain::load(&conn, &settings.replica, &keys)
            .map_err(StoreFault::Connect)?
            .ok_or(StoreFault::Head)?;
        let tree = grown::load(&conn).map_err(StoreFault::Connect)?.ok_or(StoreFault::Tree)?;
        let origin = origin::settle(&conn, &settings.origin, now)?;
        let hold = file::beside(&settings.path, ".hold");
        let store = settings.path.clone();
        let state = Arc::new(State { writable: AtomicBool::new(true), hold, frozen, store, origin });
        let identity = Identity::of(&settings.path).ok_or(StoreFault::Held)?;
        let mut writer = Self {
            settings,
            keys,
            state: Arc::clone(&state),
            chain,
            tree,
            open: Some((conn, identity)),
            broken: false,
            stopped: false,
            commits: 0,
            _lock: lock,
        };
        writer.begin(now).map_err(StoreFault::Start)?;
        Ok((writer, state))
    }

    /// Until every handle of the store is gone.
    pub(super) fn run(mut self, mut jobs: mpsc::Receiver<Box<dyn Errand>>) {
        while let Some(first) = jobs.blocking_recv() {
            let mut group = gather(first, &mut jobs);
            let end = self.commit(&mut group);
            // The hold switch says nothing about the disk.
            if end.is_ok() || !self.state.is_held() {
                self.state.writable.store(end.is_ok() && !self.stopped, Ordering::Relaxed);
            }
            for job in group {
                job.tell(end);
            }
            self.checkpoint();
        }
    }

    /// The start entry states the last durable head and whether the boot before this one stopped in order.
    fn begin(&mut self, now: Millis) -> Result<(), Fault> {
        let last = self.chain.clone();
        (self.chain.boot, self.chain.n) = (last.boot + 1, 0);
        let mut start = Entry::new(Kind::Replica, Key::replica(&last.replica, self.chain.boot, "start"), now);
        let stop = Key::replica(&last.replica, last.boot, "stop");
        let (task, mut answer) = Task::new(1, move |desk| {
            if last.boot > 0 {
                let stopped = if desk.has(stop.as_str())? { "in-order" } else { "without-stop" };
                start.detail.insert("previous_boot".to_owned(), stopped.to_owned());
                start.detail.insert("last_index".to_owned(), last.index.saturating_sub(1).to_string());
                start.detail.insert("last_leaf".to_owned(), hash::hex(&last.prev));
            }
            desk.author(&start, now).map(Ok)
        });
        let mut group: Vec<Box<dyn Errand>> = vec![Box::new(task)];
        // The hold switch stops openings; it does not keep the program from starting and saying so.
        let end = self.write(&mut group);
        group.into_iter().for_each(|job| job.tell(end));
        // The write-ahead log may have come into being with this write.
        if let Some((_, identity)) = &mut self.open {
            *identity = Identity::of(&self.settings.path).ok_or(Fault::Unavailable)?;
        }
        answer.try_recv().map_err(|_| Fault::Unknown)?.map(|_| ())
    }

    fn commit(&mut self, group: &mut [Box<dyn Errand>]) -> Result<(), Fault> {
        if self.broken || self.state.is_held() {
            return Err(Fault::Unavailable);
        }
        self.reopen_if_needed()?;
        self.write(group)
    }

    fn write(&mut self, group: &mut [Box<dyn Errand>]) -> Result<(), Fault> {
        let Some((conn, _)) = &self.open else { return Err(Fault::Unavailable) };
        let desk = Desk {
            conn,
            keys: &self.keys,
            state: &self.state,
            chain: self.chain.clone(),
            stopped: self.stopped,
            tree: self.tree.clone(),
            pending: Vec::new(),
        };
        match transact(conn, desk, group) {
            Ok((chain, tree, stopped)) => {
                (self.chain, self.tree, self.stopped) = (chain, tree, stopped);
                self.commits += 1;
                Ok(())
            }
            Err(End { fault, fsync, busy }) => {
                // A file that another program holds for a moment is still the same file.
                if !busy {
                    self.open = None;
                }
                self.broken |= fsync;
                tracing::error!(
                    fsync,
                    in_doubt = fault == Fault::Unknown,
                    "the audit store could not be written"
                );
                Err(fault)
            }
        }
    }

    /// Only a file that holds the last acknowledged leaf is written again; none is ever made here.
    fn reopen_if_needed(&mut self) -> Result<(), Fault> {
        let there = Identity::of(&self.settings.path);
        if self.open.as_ref().is_some_and(|(_, identity)| Some(*identity) == there) {
            return Ok(());
        }
        self.open = None;
        let conn = schema::connect(&self.settings.path, None).map_err(|_| Fault::Unavailable)?;
        let stored =
            Chain::load(&conn, &self.settings.replica, &self.keys).map_err(|_| Fault::Unavailable)?;
        let stored = stored.ok_or(Fault::Unavailable)?;
        let ours = stored.boot == self.chain.boot && self.chain.is_within(&conn).unwrap_or(false);
        if !ours {
            tracing::error!("the audit store is not the file that was written before");
            return Err(Fault::Unavailable);
        }
        conn.execute("INSERT INTO attempt (key, at) VALUES (NULL, 0)", []).map_err(|_| Fault::Unavailable)?;
        // A group in doubt may have been committed after all: the tree is what stands in the file.
        self.tree = grown::load(&conn).ok().flatten().ok_or(Fault::Unavailable)?;
        self.chain = stored;
        self.open = Identity::of(&self.settings.path).map(|identity| (conn, identity));
        tracing::warn!("the audit store was opened again");
        Ok(())
    }

    /// Moves the write-ahead log into the file, so that it does not grow for ever. Everything acknowledged is in one of
    /// the two before and after.
    fn checkpoint(&mut self) {
        let Some((conn, _)) = &self.open else { return };
        if self.commits < CHECKPOINT {
            return;
        }
        self.commits = 0;
        if let Err(fault) = conn.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(())) {
            self.broken |= End::from(fault).fsync;
            self.open = None;
            self.state.writable.store(false, Ordering::Relaxed);
            tracing::error!(fsync = self.broken, "the audit store could not be checkpointed");
        }
    }
}

fn transact(
    conn: &Connection,
    mut desk: Desk<'_>,
    group: &mut [Box<dyn Errand>],
) -> Result<(Chain, Growing, bool), End> {
    let tx = Transaction::new_unchecked(conn, TransactionBehavior::Immediate)?;
    let before = desk.chain.index;
    for job in group {
        job.run(&mut desk)?;
    }
    desk.grow()?;
    if desk.chain.index != before {
        desk.chain.save(&tx, desk.keys)?;
    }
    tx.commit().map_err(in_doubt)?;
    Ok((desk.chain, desk.tree, desk.stopped))
}

/// A commit that found no room or no permission wrote no commit frame. Of any other failure nobody knows.
fn in_doubt(fault: rusqlite::Error) -> End {
    let undone = matches!(
        fault.sqlite_error_code(),
        Some(ErrorCode::DiskFull | ErrorCode::ReadOnly | ErrorCode::DatabaseBusy)
    );
    End { fault: if undone { Fault::Unavailable } else { Fault::Unknown }, ..End::from(fault) }
}

fn gather(first: Box<dyn Errand>, jobs: &mut mpsc::Receiver<Box<dyn Errand>>) -> Vec<Box<dyn Errand>> {
    let mut rows = first.rows();
    let mut group = vec![first];
    while rows < GROUP
        && let Ok(next) = jobs.try_recv()
    {
        rows += next.rows();
        group.push(next);
    }
    group
}
