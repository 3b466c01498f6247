//! One file into the store. An extract is checked against its manifest, filled in unseen, checked again and published in one
//! step, or not at all; interrupted anywhere, it is gone on with where it was. Messages are taken one by one, each visible
//! as soon as it is durable. Memory does not grow with the file (HAZ-042, F30).

/// Units into rows, a chunk at a time.
mod chunk;

use crate::{
    feed::{Feed, Source, seal_file},
    format::{Seen, Unusable},
    manifest::Manifest,
    receipt::{Outcome, Receipt},
    report::Report,
    sql::StoreFault,
    vault::{
        Vault,
        filing::Filing,
        generation::{self, Generation, Mode, Progress},
        read::FeedState,
    },
};
use aws_lc_rs::digest;
use chunk::Chunks;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::{io::Read, path::PathBuf};

/// A file larger than this is refused.
pub(crate) const FILE_MAX_BYTES: u64 = 16 * 1024 * 1024 * 1024;

/// How far a load is, for whoever watches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    pub phase: Phase,
    pub done_bytes: u64,
    pub of_bytes: u64,
    /// Rows or messages so far.
    pub units: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// Its hash is taken and compared.
    Checking,
    /// Its rows go in.
    Loading,
    /// Its indexes are made, and it takes the place of what was there.
    Publishing,
}

/// Told each step.
pub type Watch<'a> = &'a mut (dyn FnMut(Step) + 'a);

/// One load.
pub(crate) struct Load<'a> {
    pub(crate) vault: &'a Vault,
    pub(crate) feed: &'a Feed,
    pub(crate) reports: PathBuf,
    pub(crate) quarantine: PathBuf,
    pub(crate) partner: &'a str,
    pub(crate) now: Timestamp,
    /// Publish a snapshot even where it has far fewer rows than the one before.
    pub(crate) accept_shrinking: bool,
}

/// How a file read.
struct ReadToTheEnd {
    seen: Result<Seen, Unusable>,
    progress: Progress,
    repeated: u64,
    released: i64,
}

impl Load<'_> {
    /// An extract. `Err`: nothing is decided, try again; what was here still is.
    pub(crate) fn extract(
        &self,
        source: &Source,
        manifest: &Manifest,
        watch: Watch<'_>,
    ) -> Result<Receipt, StoreFault> {
        let feed = &self.feed.config;
        let state = self.vault.feed_state(&feed.id)?;
        let newest = self.vault.live(&feed.id)?.into_iter().max_by_key(|one| one.sequence);
        let here = newest.as_ref().map(|one| one.sha256.as_str());
        let mut receipt = self.receipt(manifest);
        match manifest.check((self.partner, &feed.id, feed.mode), &state, here, self.now) {
            Ok(true) => return Ok(self.again(receipt, manifest, newest.as_ref())),
            Ok(false) => {}
            Err(fault) => return self.refuse_file(source, receipt, fault.to_string()),
        }
        if let Err(reason) = hashed(source, manifest, watch)? {
            return self.refuse_file(source, receipt, reason);
        }
        let staged = self.stage(manifest)?;
        let mut read = self.fill(source, &staged, manifest.size_bytes, watch)?;
        if let Ok(seen) = &mut read.seen {
            let released = self.release(&staged)?;
            read.progress.taken += released;
            read.progress.held -= released;
            read.released = released;
            // The report was written as the rows came: it names them as held.
            seen.remarks.extend((released > 0).then(|| {
                format!(
                    "{released} rows that are told as held were taken: their person stood later in the file"
                )
            }));
        }
        receipt = told(receipt, &read, self.report_name(manifest));
        if let Some(reason) = self.unfit(&read, manifest, newest.as_ref()) {
            self.vault.discard(&staged)?;
            return self.refuse_file(source, receipt, reason);
        }
        let size = manifest.size_bytes;
        watch(Step { phase: Phase::Publishing, done_bytes: size, of_bytes: size, units: receipt.rows });
        if receipt.refused + receipt.held > 0 {
            self.keep(source, &receipt)?;
        }
        let body = serde_json::to_string(&receipt).unwrap_or_default();
        self.vault.publish(&staged, (&receipt.id, &body), self.now.as_millisecond())?;
        self.forget_earlier(&receipt);
        Ok(receipt)
    }

    /// A file of messages, or one message. Each stands by itself.
    pub(crate) fn messages(
        &self,
        source: &Source,
        manifest: &Manifest,
        watch: Watch<'_>,
    ) -> Result<Receipt, StoreFault> {
        let mut receipt = self.receipt(manifest);
        if !manifest.sha256.is_empty() {
            // It came with a manifest: the bytes must be those it speaks of, and for here.
            let own = (self.partner, self.feed.config.id.as_str(), Mode::Messages);
            if let Err(fault) = manifest.check(own, &FeedState::default(), None, self.now) {
                return self.refuse_file(source, receipt, fault.to_string());
            }
            if let Err(reason) = hashed(source, manifest, watch)? {
                return self.refuse_file(source, receipt, reason);
            }
        }
        let to = self.vault.messages(&self.feed.config.id, self.now.as_millisecond())?;
        let read = self.fill(source, &to, manifest.size_bytes, watch)?;
        receipt = told(receipt, &read, self.report_name(manifest));
        if let Err(unusable) = &read.seen {
            return self.refuse_file(source, receipt, unusable.to_string());
        }
        if receipt.refused > 0 {
            self.keep(source, &receipt)?;
        }
        let body = serde_json::to_string(&receipt).unwrap_or_default();
        self.vault.write(|link| {
            generation::note_receipt(link, (&receipt.id, &body), &to.feed, self.now.as_millisecond())
        })?;
        Ok(receipt)
    }

    /// A file that nothing can be believed of.
    pub(crate) fn refuse(
        &self,
        source: &Source,
        assumed: &Manifest,
        reason: String,
    ) -> Result<Receipt, StoreFault> {
        self.refuse_file(source, self.receipt(assumed), reason)
    }

    fn receipt(&self, manifest: &Manifest) -> Receipt {
        Receipt {
            id: uuid::Uuid::new_v4().to_string(),
            partner: self.partner.to_owned(),
            feed: self.feed.config.id.clone(),
            file: manifest.file.clone(),
            outcome: Outcome::Published,
            reason: None,
            sha256: manifest.sha256.clone(),
            size_bytes: manifest.size_bytes,
            sequence: manifest.sequence,
            as_at: manifest.as_at.to_string(),
            received: self.now.to_string(),
            rows: 0,
            taken: 0,
            held: 0,
            refused: 0,
            repeated: 0,
            unknown: Vec::new(),
            remarks: Vec::new(),
            report: None,
        }
    }

    /// Of an extract that is here: it tells what it told before, so that whoever lost that receipt has all of it.
    fn again(&self, receipt: Receipt, manifest: &Manifest, here: Option<&Generation>) -> Receipt {
        let progress = here.map(|one| one.progress).unwrap_or_default();
        let seen = Seen { units: progress.reached.max(0).unsigned_abs(), ..Seen::default() };
        let read = ReadToTheEnd { seen: Ok(seen), progress, repeated: 0, released: 0 };
        let receipt = told(receipt, &read, self.report_name(manifest));
        Receipt { outcome: Outcome::AlreadyTaken, ..receipt }
    }

    fn report_name(&self, manifest: &Manifest) -> String {
        match self.feed.config.mode {
            Mode::Messages => format!("{}.csv", self.feed.config.id),
            _ => format!("{}-{}.csv", self.feed.config.id, manifest.sequence),
        }
    }

    /// The generation that is being filled with these very bytes, or a new one.
    fn stage(&self, manifest: &Manifest) -> Result<Generation, StoreFault> {
        let feed = &self.feed.config;
        if let Some(staged) = self.vault.staged(&feed.id)? {
            if staged.sha256 == manifest.sha256 && staged.sequence == manifest.sequence {
                return Ok(staged);
            }
            self.vault.discard(&staged)?;
        }
        let new = Generation {
            id: 0,
            feed: feed.id.clone(),
            mode: Mode::parse(&manifest.mode).unwrap_or(feed.mode),
            sequence: manifest.sequence,
            as_at: manifest.as_at.as_millisecond(),
            received: self.now.as_millisecond(),
            sha256: manifest.sha256.clone(),
            size_bytes: i64::try_from(manifest.size_bytes).unwrap_or(i64::MAX),
            progress: Progress::default(),
        };
        self.vault.begin(&new, "staged")
    }

    fn fill(
        &self,
        source: &Source,
        to: &Generation,
        of_bytes: u64,
        watch: Watch<'_>,
    ) -> Result<ReadToTheEnd, StoreFault> {
        let is_bulk = to.mode != Mode::Messages;
        let name =
            if is_bulk { format!("{}-{}.csv", to.feed, to.sequence) } else { format!("{}.csv", to.feed) };
        let path = self.reports.join(name);
        let start =
            if is_bulk { to.progress } else { Progress { report: report_end(&path), ..Progress::default() } };
        let report = Report::open(&path, start.report)?;
        let mut chunks = Chunks::new(self, to, report, start);
        let input = source.open().map_err(|error| StoreFault::File("the file".to_owned(), error))?;
        let read = std::cell::Cell::new(0);
        let mut input = Counted { from: input, read: &read };
        let seen = self.feed.format.read(&mut input, &mut |line, unit| {
            let flow = chunks.take(line, unit);
            if chunks.is_fresh() {
                let (done_bytes, units) = (read.get(), chunks.units());
                watch(Step { phase: Phase::Loading, done_bytes, of_bytes, units });
            }
            flow
        });
        chunks.end(seen)
    }

    /// Why what was read must not be published.
    fn unfit(&self, read: &ReadToTheEnd, manifest: &Manifest, before: Option<&Generation>) -> Option<String> {
        let seen = match &read.seen {
            Ok(seen) => seen,
            Err(unusable) => return Some(unusable.to_string()),
        };
        if seen.units != manifest.rows {
            return Some(format!("it has {} rows and its manifest says {}", seen.units, manifest.rows));
        }
        let feed = &self.feed.config;
        let refused = read.progress.refused.max(0).unsigned_abs();
        if refused * 100 > seen.units * u64::from(feed.refused_at_most_percent) {
            let limit = feed.refused_at_most_percent;
            return Some(format!(
                "{refused} of its {} rows are refused, more than {limit} of a hundred",
                seen.units
            ));
        }
        let before = before
            .filter(|before| before.mode == Mode::Snapshot && manifest.mode == Mode::Snapshot.name())?;
        let (then, now) = (before.progress.taken, read.progress.taken);
        let least = then - then * i64::from(feed.shrinks_at_most_percent) / 100;
        (now < least && !self.accept_shrinking).then(|| {
            format!("it has {now} rows where the one before had {then}: if that is right, load it with `--accept-shrinking`")
        })
    }

    fn release(&self, staged: &Generation) -> Result<i64, StoreFault> {
        let now = self.now.as_millisecond();
        let (mut released, mut after) = (0, i64::MIN);
        loop {
            let step = self.vault.write(|link| {
                let ring = self.vault.ring()?;
                Filing::new(&ring, &self.vault.ods, staged, now).release(link, after)
            })?;
            let Some((rows, last)) = step else { return Ok(released) };
            released += rows;
            after = last;
        }
    }

    /// The file is kept, sealed, where a person may look at it; what was answered before still is.
    fn refuse_file(&self, source: &Source, receipt: Receipt, reason: String) -> Result<Receipt, StoreFault> {
        self.keep(source, &receipt)?;
        Ok(refused(receipt, reason))
    }

    /// What was kept of earlier extracts of this feed has been answered by this one.
    fn forget_earlier(&self, receipt: &Receipt) {
        let own = format!("{}-{}.", receipt.feed, receipt.id);
        let prefix = format!("{}-", receipt.feed);
        for path in
            std::fs::read_dir(&self.quarantine).into_iter().flatten().filter_map(|one| Some(one.ok()?.path()))
        {
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            // A receipt's id has a fixed length: `a-b` is not taken for `a`.
            let is_of_feed = name
                .strip_prefix(&prefix)
                .is_some_and(|rest| rest.find('.') == Some(own.len() - prefix.len() - 1));
            if is_of_feed && !name.starts_with(&own) && std::fs::remove_file(&path).is_err() {
                tracing::warn!("a file kept of an earlier extract could not be removed");
            }
        }
    }

    fn keep(&self, source: &Source, receipt: &Receipt) -> Result<(), StoreFault> {
        let name = format!("{}-{}", receipt.feed, receipt.id);
        seal_file(self.vault, source, &self.quarantine.join(format!("{name}.sealed")), &name)
    }
}

fn refused(receipt: Receipt, reason: String) -> Receipt {
    Receipt { outcome: Outcome::Refused, reason: Some(reason), ..receipt }
}

fn told(receipt: Receipt, read: &ReadToTheEnd, report: String) -> Receipt {
    let count = |value: i64| value.max(0).unsigned_abs();
    let seen = read.seen.clone().unwrap_or_default();
    let progress = read.progress;
    let is_told = progress.held + progress.refused + read.released > 0;
    Receipt {
        rows: seen.units,
        taken: count(progress.taken),
        held: count(progress.held),
        refused: count(progress.refused),
        repeated: read.repeated,
        unknown: seen.unknown,
        remarks: seen.remarks,
        report: is_told.then_some(report),
        ..receipt
    }
}

/// Whether the bytes are those of the manifest. Words where not.
fn hashed(source: &Source, manifest: &Manifest, watch: Watch<'_>) -> Result<Result<(), String>, StoreFault> {
    let fault = |error| StoreFault::File("the file".to_owned(), error);
    let mut input = source.open().map_err(fault)?;
    let mut context = digest::Context::new(&digest::SHA256);
    let mut buffer = vec![0; 1 << 16];
    let mut size = 0u64;
    loop {
        let got = match input.read(&mut buffer) {
            Ok(0) => break,
            Ok(got) => got,
            Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
                return Ok(Err("it did not arrive whole".to_owned()));
            }
            Err(error) => return Err(fault(error)),
        };
        context.update(buffer.get(..got).unwrap_or_default());
        size += got as u64;
        if size > FILE_MAX_BYTES {
            return Ok(Err(format!("it is larger than {FILE_MAX_BYTES} bytes")));
        }
        if size % (16 << 20) < (1 << 16) {
            watch(Step { phase: Phase::Checking, done_bytes: size, of_bytes: manifest.size_bytes, units: 0 });
        }
    }
    let sha256 = crate::vault::held_back::hex(context.finish().as_ref());
    Ok(if size != manifest.size_bytes {
        Err(format!("it has {size} bytes and its manifest says {}", manifest.size_bytes))
    } else if sha256 != manifest.sha256.to_ascii_lowercase() {
        Err("its hash is not the one in its manifest".to_owned())
    } else {
        Ok(())
    })
}

fn report_end(path: &std::path::Path) -> i64 {
    std::fs::metadata(path).map_or(0, |found| i64::try_from(found.len()).unwrap_or(0))
}

/// Tells how much was read to whoever is called from within the reading.
struct Counted<'a> {
    from: Box<dyn Read>,
    read: &'a std::cell::Cell<u64>,
}

impl Read for Counted<'_> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let got = self.from.read(out)?;
        self.read.set(self.read.get() + got as u64);
        Ok(got)
    }
}

/// SHA-256 (hexadecimal) and size of a file, for whoever writes its manifest.
pub fn hash_of(path: &std::path::Path) -> std::io::Result<(String, u64)> {
    let mut input = std::io::BufReader::new(std::fs::File::open(path)?);
    let mut context = digest::Context::new(&digest::SHA256);
    let mut buffer = vec![0; 1 << 16];
    let mut size = 0;
    loop {
        match input.read(&mut buffer)? {
            0 => return Ok((crate::vault::held_back::hex(context.finish().as_ref()), size)),
            got => {
                context.update(buffer.get(..got).unwrap_or_default());
                size += got as u64;
            }
        }
    }
}
