//! Several replicas over one database, in one thread and on the runtime's clock: each has a writer of its own, which is a task and may
//! end at any await. Commits are slow before or after they are durable, readers are slow or find nothing, as the weather says.

use super::{
    super::{
        Fault, Place, Settings, Store, StoreFault,
        base::{self, Base, Work},
        desk::End,
        find::{self, Found, Query},
        rows,
        writer::{self, Errand, Writer},
    },
    Dice, Faults, Faulty,
    planted::{self, Planted},
};
use crate::{
    Millis,
    hash::{self, Hash},
    store::schema,
    tree,
};
use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{sync::mpsc, task::JoinHandle, time::sleep};

/// Longer than anybody waits for a write.
const STUCK_MS: u64 = 2_600;

/// How slow the disk is, by a seed; shared by those who write and those who read.
#[derive(Clone)]
pub struct Weather(Arc<Mutex<Sky>>);

struct Sky {
    dice: Dice,
    /// One of so many is slow; 0: none.
    sides: u64,
    calm: bool,
}

impl Weather {
    pub fn of(seed: u64, sides: u64) -> Self {
        Self(Arc::new(Mutex::new(Sky { dice: Dice::of(seed), sides, calm: false })))
    }

    /// From now on nothing is slow, or it is again.
    pub fn cease(&self, calm: bool) {
        self.sky().calm = calm;
    }

    /// How long the disk takes now.
    fn delay(&self) -> Duration {
        let mut sky = self.sky();
        let ms = match sky.throw() {
            Some(0) => sky.dice.throw(400),
            Some(1) => sky.dice.throw(STUCK_MS),
            _ => 0,
        };
        Duration::from_millis(ms)
    }

    pub(in super::super) async fn lets_read(&self) -> bool {
        let (finds, ms) = {
            let mut sky = self.sky();
            match sky.throw() {
                Some(0) => (true, sky.dice.throw(80)),
                Some(1) => (sky.dice.throw(2) == 0, 0),
                _ => (true, 0),
            }
        };
        if ms > 0 {
            sleep(Duration::from_millis(ms)).await;
        }
        finds
    }

    fn sky(&self) -> MutexGuard<'_, Sky> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Sky {
    fn throw(&mut self) -> Option<u64> {
        (!self.calm && self.sides > 0).then(|| self.dice.throw(self.sides))
    }
}

/// What a writer told somebody: this leaf stands at this index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Acknowledged {
    pub index: u64,
    pub leaf: Hash,
}

/// The database.
#[derive(Clone)]
pub struct Shared {
    place: Place,
    disk: Arc<Mutex<Box<dyn Base>>>,
    told: Arc<Mutex<Vec<Acknowledged>>>,
}

/// One replica's store, and the task that writes for it.
pub struct Replica {
    pub store: Store,
    writer: JoinHandle<()>,
}

impl Replica {
    /// Ends the writer where it now waits: what it had begun is done or not, and nobody is told.
    pub fn crash(&self) {
        self.writer.abort();
    }
}

impl Shared {
    /// Makes the file, with its tables.
    pub fn open(place: &Place) -> Result<Self, StoreFault> {
        let disk = Arc::new(Mutex::new(base::open(place, &schema::new_log()?)?));
        Ok(Self { place: place.clone(), disk, told: Arc::default() })
    }

    /// Must be called inside the runtime. The place is the database's, whatever the settings say.
    pub fn replica(
        &self,
        settings: Settings,
        (faults, weather): (&Faults, &Weather),
        now: Millis,
    ) -> Result<Replica, StoreFault> {
        let door = Door { disk: Arc::clone(&self.disk), is_in: true };
        let faulty = Faulty { inner: Box::new(door), faults: faults.clone() };
        let settings = Settings { place: self.place.clone(), ..settings };
        let (mut inner, writer, jobs) =
            super::super::Inner::of(settings, None, now, move |_, _| Ok(Box::new(faulty) as Box<dyn Base>))?;
        for reader in [&mut inner.reader, &mut inner.readings] {
            if let Some(reader) = Arc::get_mut(reader) {
                reader.simulated = Some(weather.clone());
            }
        }
        let writer = tokio::spawn(run(writer, jobs, (weather.clone(), Arc::clone(&self.told))));
        Ok(Replica { store: Store(Arc::new(inner)), writer })
    }

    /// What writers told since this was last asked.
    pub fn told(&self) -> Vec<Acknowledged> {
        std::mem::take(&mut *self.told.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Of every leaf its hash in receipts and its hash in the tree, as it now stands.
    pub fn leaves(&self) -> Result<Vec<(Hash, Hash)>, sql::Fault> {
        self.place.look(|link| {
            let mut lines = link.query("SELECT leaf FROM leaf ORDER BY idx", &[])?;
            let leaves = lines.iter_mut().map(rows::bytes);
            leaves.map(|leaf| leaf.map(|leaf| (hash::sha256(&[&leaf]), tree::leaf_hash(&leaf)))).collect()
        })
    }

    /// How often each key stands that stands more than once: none, in a log as it should be.
    pub fn doubled(&self) -> Result<u64, sql::Fault> {
        self.place.look(|link| {
            let sql = "SELECT COALESCE(SUM(n), 0) FROM
                         (SELECT COUNT(*) - 1 AS n FROM entry GROUP BY key HAVING COUNT(*) > 1) AS doubled";
            Ok(sql::first(link, sql, &[])?.map_or(0, |mut line| line.int().cast_unsigned()))
        })
    }
}

impl Store {
    /// Every durable entry from an index on, whatever the weather.
    pub fn recorded(&self, from: u64) -> Result<Vec<Found>, Fault> {
        let query = Query { from, ..Query::default() };
        let keys = &self.0.keys;
        let page = self.0.readings.now(|link| find::look(link, keys, &query, &|_| true))?;
        Ok(page.map(|page| page.entries).unwrap_or_default())
    }
}

/// The writer's loop, as [`Writer::run`] has it, with the disk's time in it.
async fn run(
    mut writer: Writer,
    mut jobs: mpsc::Receiver<Box<dyn Errand>>,
    (weather, told): (Weather, Arc<Mutex<Vec<Acknowledged>>>),
) {
    while let Some(first) = jobs.recv().await {
        let mut group = writer::gather(first, &mut jobs);
        writer.begin_group();
        sleep(weather.delay()).await;
        let mut end = writer.commit(&mut group);
        sleep(weather.delay()).await;
        if let (Ok(()), Some(last)) = (end, writer.last()) {
            told.lock().unwrap_or_else(PoisonError::into_inner).push(last);
        }
        if planted::has(Planted::LostToldAsDone) {
            end = Ok(());
        }
        writer.end_group(group, end);
    }
}

/// One replica's way to the database.
struct Door {
    disk: Arc<Mutex<Box<dyn Base>>>,
    is_in: bool,
}

impl Door {
    fn disk(&self) -> MutexGuard<'_, Box<dyn Base>> {
        self.disk.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Base for Door {
    fn ready(&mut self) -> Result<bool, Fault> {
        self.disk().ready()?;
        Ok(!std::mem::replace(&mut self.is_in, true))
    }

    fn transact(&mut self, work: Work<'_>) -> Result<(), End> {
        self.disk().transact(work)
    }

    fn leave(&mut self) {
        self.is_in = false;
    }

    fn upkeep(&mut self) -> Result<(), End> {
        self.disk().upkeep()
    }

    fn is_shared(&self) -> bool {
        true
    }

    fn tell_frozen(&mut self, _words: &str) -> Result<(), End> {
        Ok(())
    }
}
