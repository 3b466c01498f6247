//! A store behind faults, simulated: a file or a server whose transactions fail before, within, at and after their commit, by a
//! seed. For the tests of this room and of those that record here.

/// Bugs that a simulation must find.
pub mod planted;
/// Several replicas over one database, in one thread.
mod shared;

pub use shared::{Acknowledged, Replica, Shared, Weather};

use super::{
    Fault, Settings, Store, StoreFault,
    base::{self, Base, Work},
    desk::End,
};
use crate::Millis;
use sql::{Column, Line, Link, Part as Step, Value};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// What becomes of one transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fate {
    Fine,
    /// No connection is to be had.
    NoConnection,
    /// The connection breaks at this statement.
    BreaksAt(u32),
    /// All is undone at the commit, and it is said so.
    Undone,
    /// Nobody answers, and it was undone.
    Lost,
    /// Nobody answers, and it stands.
    Landed,
    /// Another holds the lock.
    Busy,
}

/// A small generator, so that a seed is a run (Marsaglia, xorshift64).
pub struct Dice(u64);

impl Dice {
    pub fn of(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// From 0 on.
    pub fn throw(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }
}

struct Plan {
    dice: Dice,
    sides: u64,
    calm: bool,
    met: BTreeMap<Fate, u32>,
}

/// What befalls the transactions of one store.
#[derive(Clone)]
pub struct Faults(Arc<Mutex<Plan>>);

impl Faults {
    /// Of so many transactions five fail, on the average.
    pub fn of(seed: u64, sides: u64) -> Self {
        Self(Arc::new(Mutex::new(Plan { dice: Dice::of(seed), sides, calm: false, met: BTreeMap::new() })))
    }

    /// From now on nothing fails, or it does again.
    pub fn cease(&self, calm: bool) {
        self.plan().calm = calm;
    }

    /// What was met so far.
    pub fn met(&self) -> BTreeMap<Fate, u32> {
        self.plan().met.clone()
    }

    /// A store in whose place these befall.
    pub fn store(&self, settings: Settings, now: Millis) -> Result<Store, StoreFault> {
        let faults = self.clone();
        Store::beginning(settings, None, now, move |place, log| {
            Ok(Box::new(Faulty { inner: base::open(place, log)?, faults }) as Box<dyn Base>)
        })
    }

    fn plan(&self) -> MutexGuard<'_, Plan> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Faulty {
    inner: Box<dyn Base>,
    faults: Faults,
}

impl Faulty {
    fn fate(&self) -> Fate {
        let mut plan = self.faults.plan();
        if plan.calm {
            return Fate::Fine;
        }
        let sides = plan.sides;
        let fate = match plan.dice.throw(sides) {
            0 => Fate::BreaksAt(u32::try_from(plan.dice.throw(9)).unwrap_or_default()),
            1 => Fate::Undone,
            2 => Fate::Lost,
            3 => Fate::Landed,
            4 => Fate::Busy,
            _ => Fate::Fine,
        };
        let counted = if let Fate::BreaksAt(_) = fate { Fate::BreaksAt(0) } else { fate };
        *plan.met.entry(counted).or_default() += 1;
        fate
    }
}

impl Base for Faulty {
    fn ready(&mut self) -> Result<bool, Fault> {
        let mut plan = self.faults.plan();
        let sides = plan.sides;
        if !plan.calm && plan.dice.throw(sides) == 0 {
            *plan.met.entry(Fate::NoConnection).or_default() += 1;
            return Err(Fault::Unavailable);
        }
        drop(plan);
        self.inner.ready()
    }

    fn transact(&mut self, work: Work<'_>) -> Result<(), End> {
        let undone = |fault| End { fault, ..End::unavailable() };
        match self.fate() {
            Fate::Fine | Fate::NoConnection => self.inner.transact(work),
            Fate::BreaksAt(statement) => self.inner.transact(&mut |link| {
                work(&mut Breaking { link, left: statement })?;
                Err(End::unavailable())
            }),
            Fate::Undone => self.inner.transact(&mut |link| work(link).and(Err(End::unavailable()))),
            Fate::Lost => self.inner.transact(&mut |link| work(link).and(Err(undone(Fault::Unknown)))),
            Fate::Landed => self.inner.transact(work).and(Err(undone(Fault::Unknown))),
            Fate::Busy => Err(End { busy: true, ..End::unavailable() }),
        }
    }

    fn leave(&mut self) {
        self.inner.leave();
    }

    fn upkeep(&mut self) -> Result<(), End> {
        self.inner.upkeep()
    }

    fn is_shared(&self) -> bool {
        self.inner.is_shared()
    }

    fn tell_frozen(&mut self, words: &str) -> Result<(), End> {
        self.inner.tell_frozen(words)
    }
}

/// A connection that breaks after so many statements.
struct Breaking<'a> {
    link: &'a mut dyn Link,
    left: u32,
}

impl Breaking<'_> {
    fn next(&mut self) -> Result<&mut dyn Link, sql::Fault> {
        self.left = self.left.checked_sub(1).ok_or(sql::Fault::Unusable("it broke".to_owned()))?;
        Ok(self.link)
    }
}

impl Link for Breaking<'_> {
    fn execute(&mut self, sql: &str, values: &[Value<'_>]) -> Result<u64, sql::Fault> {
        self.next()?.execute(sql, values)
    }

    fn query(&mut self, sql: &str, values: &[Value<'_>]) -> Result<Vec<Line>, sql::Fault> {
        self.next()?.query(sql, values)
    }

    fn part(&mut self, part: Step) -> Result<(), sql::Fault> {
        self.next()?.part(part)
    }

    fn batch(&mut self, sql: &str) -> Result<(), sql::Fault> {
        self.next()?.batch(sql)
    }

    fn insert(&mut self, table: &str, columns: &[Column], rows: &[&[Value<'_>]]) -> Result<(), sql::Fault> {
        self.next()?.insert(table, columns, rows)
    }
}
