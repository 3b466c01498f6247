//! A store that stops being written after so many transactions, and goes on when it is mended. Takes a store, gives one that breaks.

use crate::sql::{Database, StoreFault, Work};
use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

/// Transactions that still succeed.
#[derive(Clone)]
pub(crate) struct Allowed(Arc<AtomicI64>);

impl Allowed {
    pub(crate) fn all() -> Self {
        Self(Arc::new(AtomicI64::new(i64::MAX)))
    }

    pub(crate) fn only(&self, writes: i64) {
        self.0.store(writes, Ordering::SeqCst);
    }

    pub(crate) fn mend(&self) {
        self.only(i64::MAX);
    }
}

pub(crate) struct Breaking {
    pub(crate) inner: Box<dyn Database>,
    pub(crate) allowed: Allowed,
}

impl Database for Breaking {
    fn read(&self, work: Work<'_>) -> Result<(), StoreFault> {
        self.inner.read(work)
    }

    /// Does the work and takes it back, as a disk that fills at the commit does.
    fn write(&self, work: Work<'_>) -> Result<(), StoreFault> {
        let is_allowed = self.allowed.0.fetch_sub(1, Ordering::SeqCst) > 0;
        self.inner.write(&mut |link| {
            work(link)?;
            if is_allowed { Ok(()) } else { Err(StoreFault::Full) }
        })
    }

    fn scrub(&self, tables: &[String]) -> Result<(), StoreFault> {
        self.inner.scrub(tables)
    }

    fn describe(&self) -> String {
        self.inner.describe()
    }
}
