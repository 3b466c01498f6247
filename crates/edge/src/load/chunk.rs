//! Units as they are read, gathered and written a chunk at a time: rows, how far they reach and what is said of them go
//! together, so that a load stopped anywhere is gone on with and counts nothing twice.

use super::{Load, ReadToTheEnd};
use crate::{
    format::{Seen, Unusable},
    report::{self, Report},
    sql::{self, StoreFault},
    unit::{Refused, Unit},
    vault::{
        filing::{Filed, Filing},
        generation::{self, Generation, Mode, Progress},
    },
};
use std::ops::ControlFlow;

/// Units written together, at most.
const UNITS: usize = 2_000;
/// And their bytes.
const BYTES: usize = 8 * 1024 * 1024;

pub(super) struct Chunks<'a> {
    load: &'a Load<'a>,
    to: &'a Generation,
    report: Report,
    progress: Progress,
    /// Units read so far, safe ones too.
    units: i64,
    waiting: Vec<(u64, Result<Unit, Refused>)>,
    waiting_bytes: usize,
    repeated: u64,
    fault: Option<StoreFault>,
    is_fresh: bool,
}

impl<'a> Chunks<'a> {
    pub(super) fn new(load: &'a Load<'a>, to: &'a Generation, report: Report, progress: Progress) -> Self {
        Self {
            load,
            to,
            report,
            progress,
            units: 0,
            waiting: Vec::with_capacity(UNITS),
            waiting_bytes: 0,
            repeated: 0,
            fault: None,
            is_fresh: false,
        }
    }

    pub(super) fn take(&mut self, line: u64, unit: Result<Unit, Refused>) -> ControlFlow<()> {
        self.units += 1;
        self.is_fresh = false;
        // What an earlier run made safe is read again and not written again.
        if self.units <= self.progress.reached {
            return ControlFlow::Continue(());
        }
        let unit = self.load.feed.admitted(unit);
        self.waiting_bytes += unit.as_ref().map_or(0, |unit| unit.body.len());
        self.waiting.push((line, unit));
        if self.waiting.len() < UNITS && self.waiting_bytes < BYTES {
            return ControlFlow::Continue(());
        }
        match self.write() {
            Ok(()) => ControlFlow::Continue(()),
            Err(fault) => {
                self.fault = Some(fault);
                ControlFlow::Break(())
            }
        }
    }

    /// Whether a chunk has just been written.
    pub(super) fn is_fresh(&self) -> bool {
        self.is_fresh
    }

    pub(super) fn units(&self) -> u64 {
        self.units.unsigned_abs()
    }

    pub(super) fn end(mut self, seen: Result<Seen, Unusable>) -> Result<ReadToTheEnd, StoreFault> {
        if let Some(fault) = self.fault.take() {
            return Err(fault);
        }
        self.write()?;
        Ok(ReadToTheEnd { seen, progress: self.progress, repeated: self.repeated, released: 0 })
    }

    fn write(&mut self) -> Result<(), StoreFault> {
        self.is_fresh = true;
        if self.waiting.is_empty() {
            return Ok(());
        }
        let start = self.report.length();
        let (waiting, report) = (&self.waiting, &mut self.report);
        let (load, to, before) = (self.load, self.to, self.progress);
        let now = load.now.as_millisecond();
        let written = load.vault.write(|link| {
            // Asked for here: a change of key that ends before this commits must not leave rows under the old one.
            let ring = load.vault.ring()?;
            let mut filing = Filing::new(&ring, &load.vault.ods, to, now);
            let mut done = Written { progress: before, ..Written::default() };
            let mut rows = Vec::with_capacity(waiting.len());
            let mut n = first(link, to, before)?;
            for (place, (line, unit)) in waiting.iter().enumerate() {
                done.progress.reached += 1;
                match unit {
                    Err(why) => {
                        n += 1;
                        done.refuse(*line, why.field.as_deref(), &why.reason);
                    }
                    Ok(unit) => {
                        let (filed, row) = filing.file(link, n, unit)?;
                        n += 1;
                        done.count(*line, place, filed);
                        match (to.mode, row) {
                            // What follows a message in the chunk must find it.
                            (Mode::Messages, Some(row)) => sql::insert(link, &to.content(), &[row])?,
                            (_, row) => rows.extend(row),
                        }
                    }
                }
            }
            // Before the commit: a report may say too much for a moment, and is cut back; it must never say too little.
            report.rewind(start)?;
            report.write(&done.told)?;
            done.progress.report = report.length();
            if to.mode == Mode::Messages {
                let more = |count: fn(&Progress) -> i64| count(&done.progress) - count(&before);
                let (taken, held) = (more(|now| now.taken), more(|now| now.held));
                generation::count(link, to, taken, held, more(|now| now.refused))?;
                generation::came(link, to, now)?;
            } else {
                generation::append(link, to, &rows, done.progress)?;
            }
            Ok(done)
        })?;
        self.settle(written)
    }

    fn settle(&mut self, written: Written) -> Result<(), StoreFault> {
        let now = self.load.now.as_millisecond();
        for (place, reason) in &written.conflicts {
            if let Some((_, Ok(unit))) = self.waiting.get(*place) {
                self.load.vault.set_aside(&self.to.feed, reason, &unit.body, now)?;
                tracing::warn!(feed.id = %self.to.feed, %reason, "what contradicts what is here was set aside");
            }
        }
        self.repeated += written.repeated;
        self.progress = written.progress;
        self.waiting.clear();
        self.waiting_bytes = 0;
        Ok(())
    }
}

/// Rows of an extract are numbered by their place in it, those of messages one after another.
fn first(link: &mut dyn crate::sql::Link, to: &Generation, before: Progress) -> Result<i64, StoreFault> {
    match to.mode {
        Mode::Messages => generation::next_row(link, to),
        Mode::Snapshot | Mode::Delta => Ok(before.reached + 1),
    }
}

/// What one transaction did.
#[derive(Default)]
struct Written {
    progress: Progress,
    repeated: u64,
    /// Place in the chunk and why.
    conflicts: Vec<(usize, &'static str)>,
    /// What the report says of what was not taken.
    told: String,
}

impl Written {
    fn refuse(&mut self, line: u64, field: Option<&str>, reason: &str) {
        self.progress.refused += 1;
        self.told.push_str(&report::line(line, "refused", field, reason));
    }

    fn count(&mut self, line: u64, place: usize, filed: Filed) {
        match filed {
            Filed::Taken => self.progress.taken += 1,
            Filed::Held(why) => {
                self.progress.held += 1;
                self.told.push_str(&report::line(line, "held", None, &why.to_string()));
            }
            Filed::Duplicate => self.repeated += 1,
            Filed::Conflict(reason) => {
                self.conflicts.push((place, reason));
                self.refuse(line, None, reason);
            }
        }
    }
}
