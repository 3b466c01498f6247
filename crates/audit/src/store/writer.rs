//! The thread that owns the connection. Takes work from a queue, commits what has gathered in one transaction, and
//! answers only once the disk has it, or a standby too. While one group is being synced the next gathers, so nothing waits
//! for company. A commit is never given up: what was asked of the store is waited for, whoever else waits no more.
//!
//! After a failed write the connection is dropped, and the next write opens another: the store must still be the one
//! that holds everything acknowledged. A failed fsync is never retried: what the system then holds in memory and what is
//! on disk may differ, so the store stays shut until the process starts again (HAZ-030).

use super::{
    Fault, Place, Settings, StoreFault, Why,
    base::Base,
    chain::Chain,
    desk::{Desk, End, Kept, Stop},
    file,
    frozen::Frozen,
    grown, origin, schema,
    successor::Begin,
};
use crate::{
    Millis,
    entry::{Entry, Key, Kind},
    hash,
    seal::{Keys, month::Month},
    tree::Growing,
};
use sql::Link;
use std::{
    collections::BTreeSet,
    path::PathBuf,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::{
    sync::{mpsc, oneshot},
    time::Instant,
};

/// A commit that takes longer shuts the door until it is done.
const PATIENCE: Duration = Duration::from_secs(1);
/// The most rows in one group commit. A sync costs milliseconds, so more is better where many wait; but a group that a slow disk
/// cannot take within [`PATIENCE`] would shut the door.
const GROUP: usize = 512;
/// What others may know of the writer.
pub(super) struct State {
    writable: AtomicBool,
    /// When the transaction at hand began.
    since: Mutex<Option<Instant>>,
    hold: PathBuf,
    pub(super) frozen: Frozen,
    /// Beside which the switches stand.
    pub(super) store: PathBuf,
    /// The log's name in its checkpoints.
    pub(super) origin: String,
}

impl State {
    /// Of a log that is only read any more.
    pub(super) fn ended(place: &Place, origin: String) -> Self {
        Self {
            writable: AtomicBool::new(false),
            since: Mutex::new(None),
            hold: file::beside(&place.path, ".hold"),
            frozen: Frozen::of(&place.path),
            store: place.path.clone(),
            origin,
        }
    }

    pub(super) fn is_writable(&self) -> bool {
        self.writable.load(Ordering::Relaxed) && !self.is_waiting()
    }

    /// A commit takes so long that soon nobody waits for it any more: it is not given up, and nothing begins behind it.
    fn is_waiting(&self) -> bool {
        let since = self.since.lock().unwrap_or_else(PoisonError::into_inner);
        since.is_some_and(|since| since.elapsed() > PATIENCE)
    }

    fn waits(&self, waits: bool) {
        *self.since.lock().unwrap_or_else(PoisonError::into_inner) = waits.then(Instant::now);
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

/// What holds the tables, and what is known to be durable.
pub(super) struct Writer {
    settings: Settings,
    keys: Arc<Keys>,
    state: Arc<State>,
    chain: Chain,
    tree: Growing,
    /// Months whose keys are agreed on.
    months: BTreeSet<Month>,
    base: Box<dyn Base>,
    /// An fsync failed, or another process writes under this replica's name: nothing more is written by this one.
    broken: bool,
    stopped: bool,
    /// The others know that the door is shut.
    told: bool,
}

/// What one transaction left.
struct Left {
    chain: Chain,
    tree: Growing,
    months: BTreeSet<Month>,
    stopped: bool,
}

impl Writer {
    /// Opens the store and writes the start entry.
    pub(super) fn start(
        (settings, begin): (Settings, Option<Begin>),
        keys: Arc<Keys>,
        now: Millis,
        open: impl FnOnce(&Place, &str) -> Result<Box<dyn Base>, StoreFault>,
    ) -> Result<(Self, Arc<State>), StoreFault> {
        let place = &settings.place;
        let frozen = Frozen::of(&place.path);
        if let Some(words) = frozen.words() {
            return Err(StoreFault::Frozen(words));
        }
        let mut base = open(place, &schema::new_log()?)?;
        let (hold, store) = (file::beside(&place.path, ".hold"), place.path.clone());
        let (chain, tree, origin) = known(&mut *base, (&settings, begin.as_ref()), &keys, now)?;
        let (writable, since) = (AtomicBool::new(true), Mutex::new(None));
        let state = Arc::new(State { writable, since, hold, frozen, store, origin });
        let shared = Arc::clone(&state);
        let (broken, stopped, told) = (false, false, false);
        let months = BTreeSet::new();
        let mut writer = Self { settings, keys, state, chain, tree, months, base, broken, stopped, told };
        writer.begin(begin, now).map_err(StoreFault::Start)?;
        Ok((writer, shared))
    }

    /// Until every handle of the store is gone.
    pub(super) fn run(mut self, mut jobs: mpsc::Receiver<Box<dyn Errand>>) {
        while let Some(first) = jobs.blocking_recv() {
            let mut group = gather(first, &mut jobs);
            self.begin_group();
            let end = self.commit(&mut group);
            self.end_group(group, end);
        }
    }

    pub(super) fn begin_group(&self) {
        self.state.waits(true);
    }

    /// Tells everybody who waits.
    pub(super) fn end_group(&mut self, group: Vec<Box<dyn Errand>>, end: Result<(), Fault>) {
        self.state.waits(false);
        // The hold switch says nothing about the disk.
        if end.is_ok() || !self.state.is_held() {
            self.state.writable.store(end.is_ok() && !self.stopped, Ordering::Relaxed);
        }
        for job in group {
            job.tell(end);
        }
        self.upkeep();
    }

    /// The last leaf of this replica that is known to be durable.
    #[cfg(any(test, feature = "testing"))]
    pub(super) fn last(&self) -> Option<super::testing::Acknowledged> {
        let Chain { last, prev, .. } = &self.chain;
        last.map(|index| super::testing::Acknowledged { index, leaf: *prev })
    }

    /// The start entry states the last durable head and whether the boot before this one stopped in order.
    fn begin(&mut self, begin: Option<Begin>, now: Millis) -> Result<(), Fault> {
        let last = self.chain.clone();
        (self.chain.boot, self.chain.n) = (last.boot + 1, 0);
        let mut start = Entry::new(Kind::Replica, Key::replica(&last.replica, self.chain.boot, "start"), now);
        let stop = Key::replica(&last.replica, last.boot, "stop");
        let (task, mut answer) = Task::new(1, move |desk| {
            if let Some(index) = last.last {
                let stopped = if desk.has(stop.as_str())? { "in-order" } else { "without-stop" };
                start.detail.insert("previous_boot".to_owned(), stopped.to_owned());
                start.detail.insert("last_index".to_owned(), index.to_string());
                start.detail.insert("last_leaf".to_owned(), hash::hex(&last.prev));
            }
            if let Some(begin) = &begin {
                must_be_first(desk, begin, now)?;
            }
            desk.author(&start, now).map(Ok)
        });
        let mut group: Vec<Box<dyn Errand>> = vec![Box::new(task)];
        // The hold switch stops openings; it does not keep the program from starting and saying so.
        let end = self.write(&mut group, false);
        group.into_iter().for_each(|job| job.tell(end));
        answer.try_recv().map_err(|_| Fault::Unknown)?.map(|_| ())
    }

    pub(super) fn commit(&mut self, group: &mut [Box<dyn Errand>]) -> Result<(), Fault> {
        if let Some(words) = self.state.frozen.words().filter(|_| !self.told && !self.broken) {
            self.told = self.base.ready().is_ok() && self.base.tell_frozen(&words).is_ok();
        }
        if self.broken || self.state.is_held() {
            return Err(Fault::Unavailable);
        }
        if self.base.ready()? {
            self.take_up()?;
        }
        self.write(group, true)
    }

    /// One transaction. `ours`: the store's head of this replica is the one known here.
    fn write(&mut self, group: &mut [Box<dyn Errand>], ours: bool) -> Result<(), Fault> {
        let Self { keys, state, chain, tree, months, base, stopped, .. } = self;
        let (shared, mut left, mut fenced) = (base.is_shared(), None, false);
        let done = base.transact(&mut |link| {
            let (mut chain, mut tree) = (chain.clone(), tree.clone());
            if shared {
                if ours && !chain.is_ours(link)? {
                    fenced = true;
                    return Err(End::unavailable());
                }
                catch_up(link, &mut chain, &mut tree)?;
            }
            let before = chain.index;
            let mut desk = Desk::new(link, (&**keys, &**state), (chain, tree, months.clone()), *stopped);
            for job in group.iter_mut() {
                job.run(&mut desk)?;
            }
            desk.grow()?;
            let Desk { link, chain, tree, months, stopped, .. } = desk;
            if chain.index != before {
                chain.save(link, keys)?;
            }
            left = Some(Left { chain, tree, months, stopped });
            Ok(())
        });
        let Some(end) = done.err() else {
            let left = left.ok_or(Fault::Unknown)?;
            (self.chain, self.tree, self.stopped) = (left.chain, left.tree, left.stopped);
            self.months = left.months;
            return Ok(());
        };
        // A store that others hold for a moment is still the same store.
        if !end.busy {
            self.base.leave();
        }
        self.broken |= end.fsync || fenced;
        let in_doubt = end.fault == Fault::Unknown;
        tracing::error!(fsync = end.fsync, fenced, in_doubt, "the audit store could not be written");
        Err(end.fault)
    }

    /// Only a store that holds the last acknowledged leaf is written again; none is ever made here. A group in doubt may have
    /// been committed after all: what stands in the store is what counts, and this transaction's own commit proves it.
    fn take_up(&mut self) -> Result<(), Fault> {
        let Self { settings, keys, chain, base, .. } = self;
        let mut found = None;
        let done = base.transact(&mut |link| {
            found = None;
            let stored = Chain::load(link, &settings.replica, keys)?;
            let within = chain.is_within(link)?;
            let Some(stored) = stored.filter(|stored| within && stored.boot == chain.boot) else {
                return Ok(());
            };
            link.execute("INSERT INTO attempt (key, at) VALUES (NULL, 0)", &[])?;
            found = grown::load(link)?.map(|tree| (stored, tree));
            Ok(())
        });
        let Some((chain, tree)) = found.filter(|_| done.is_ok()) else {
            self.base.leave();
            tracing::error!("the audit store is not the one that was written before, or cannot be read");
            return Err(Fault::Unavailable);
        };
        (self.chain, self.tree) = (chain, tree);
        self.months.clear();
        tracing::warn!("the audit store was opened again");
        Ok(())
    }

    fn upkeep(&mut self) {
        if let Err(end) = self.base.upkeep() {
            self.broken |= end.fsync;
            self.base.leave();
            self.state.writable.store(false, Ordering::Relaxed);
            tracing::error!(fsync = end.fsync, "the audit store could not be checkpointed");
        }
    }
}

/// What stands in a store that has just been opened.
fn known(
    base: &mut dyn Base,
    settings: (&Settings, Option<&Begin>),
    keys: &Keys,
    now: Millis,
) -> Result<(Chain, Growing, String), StoreFault> {
    let mut known = None;
    let done = base.transact(&mut |link| {
        known = Some(read(link, settings, keys, now));
        Ok(())
    });
    match known {
        Some(Ok(known)) if done.is_ok() => Ok(known),
        Some(Err(fault)) => Err(fault),
        _ => Err(StoreFault::Start(Fault::Unavailable)),
    }
}

fn read(
    link: &mut dyn Link,
    (settings, begin): (&Settings, Option<&Begin>),
    keys: &Keys,
    now: Millis,
) -> Result<(Chain, Growing, String), StoreFault> {
    let chain = Chain::load(link, &settings.replica, keys).map_err(StoreFault::Connect)?;
    let chain = chain.ok_or(StoreFault::Head)?;
    let tree = grown::load(link).map_err(StoreFault::Connect)?.ok_or(StoreFault::Tree)?;
    let origin = origin::settle(link, &settings.origin, begin, now)?;
    Ok((chain, tree, origin))
}

/// What a log that goes on from another begins with; nothing is there before it.
fn must_be_first(desk: &mut Desk<'_>, begin: &Begin, now: Millis) -> Result<(), Stop> {
    if desk.chain.index != 0 {
        return Err(Stop::Refuse(Why::Conflict));
    }
    let signer = origin::numbered(desk.keys, &begin.origin, begin.generation)?;
    origin::announce(desk.link, begin.generation, &signer, 0)?;
    begin.entries.iter().try_for_each(|entry| desk.author(entry, now).map(drop))
}

/// What other replicas wrote since this one last did.
fn catch_up(link: &mut dyn Link, chain: &mut Chain, tree: &mut Growing) -> Result<(), End> {
    let (size, _) = grown::stands(link)?.unwrap_or_default();
    if size != tree.size() {
        *tree = grown::load(link)?.ok_or_else(End::unavailable)?;
    }
    chain.index = tree.size();
    Ok(())
}

pub(super) fn gather(
    first: Box<dyn Errand>,
    jobs: &mut mpsc::Receiver<Box<dyn Errand>>,
) -> Vec<Box<dyn Errand>> {
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
