//! Files and messages into the node, and the entry that says so. A file is taken with its manifest; a message by itself.

use super::{Node, NodeFault};
use crate::{
    config::ManifestKind,
    deliver::{self, Delivered},
    feed::{Feed, Source},
    format::Unusable,
    journal,
    load::{Load, Watch},
    manifest::Manifest,
    receipt::{Outcome, Receipt},
    vault::generation::Mode,
};
use audit::Kind;
use jiff::Timestamp;
use std::{io::Read, path::Path, sync::PoisonError};

impl Node {
    /// Loads a file that lies at `path`, with the bytes of its manifest. The file stays where it is.
    #[expect(clippy::too_many_arguments, reason = "a file, its manifest, and what is to be done with them")]
    pub fn load_file(
        &self,
        feed: &str,
        path: &Path,
        manifest: Option<&[u8]>,
        accept_shrinking: bool,
        watch: Watch<'_>,
    ) -> Result<Receipt, NodeFault> {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let source = Source::Plain(path.to_owned());
        self.load(self.feed(feed)?, &source, &name, manifest, accept_shrinking, watch)
    }

    #[expect(clippy::too_many_arguments, reason = "a file, its manifest, and what is to be done with them")]
    pub(crate) fn load(
        &self,
        feed: &Feed,
        source: &Source,
        name: &str,
        manifest: Option<&[u8]>,
        accept_shrinking: bool,
        watch: Watch<'_>,
    ) -> Result<Receipt, NodeFault> {
        let _one_at_a_time = self.0.loading.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.now();
        let load = Load {
            vault: &self.0.vault,
            feed,
            reports: self.0.folders.reports.clone(),
            quarantine: self.0.folders.quarantine.clone(),
            partner: &self.0.config.partner,
            now,
            accept_shrinking,
        };
        let sent = manifest;
        let manifest = match (manifest, feed.config.manifest()) {
            (Some(bytes), ManifestKind::Signed | ManifestKind::Plain) => {
                feed.trust.read(bytes).map_err(|fault| fault.to_string())
            }
            (None, ManifestKind::Signed | ManifestKind::Plain) if feed.config.manifest_is_needed() => {
                Err("it came without its manifest".to_owned())
            }
            _ => Ok(self.assumed(feed, source, name, now)?),
        };
        let receipt = match (manifest, feed.config.mode) {
            (Ok(manifest), Mode::Messages) => load.messages(source, &manifest, watch)?,
            (Ok(manifest), _) => load.extract(source, &manifest, watch)?,
            (Err(reason), _) => load.refuse(source, &self.assumed(feed, source, name, now)?, reason)?,
        };
        self.note(&receipt, now)?;
        if receipt.outcome == Outcome::Refused {
            self.keep_manifest(&receipt, sent)?;
        }
        Ok(receipt)
    }

    /// One message. `Ok(Err)`: it could not be read, and was set aside.
    pub fn deliver(&self, feed: &str, bytes: &[u8]) -> Result<Result<Vec<Delivered>, Unusable>, NodeFault> {
        let feed = self.feed(feed)?;
        if feed.config.mode != Mode::Messages {
            let id = &feed.config.id;
            return Err(NodeFault::Refused(format!(
                "`{id}` takes whole extracts with their manifest, no messages"
            )));
        }
        let now = self.now();
        let delivered = deliver::deliver(&self.0.vault, feed, bytes, now.as_millisecond())?;
        let words = match &delivered {
            Ok(units) => {
                let count = |is: fn(&Delivered) -> bool| units.iter().filter(|unit| is(unit)).count();
                format!(
                    "taken {}, held {}, repeated {}, refused {}",
                    count(|unit| *unit == Delivered::Taken),
                    count(|unit| matches!(unit, Delivered::Held(_))),
                    count(|unit| *unit == Delivered::Repeated),
                    count(|unit| matches!(unit, Delivered::Refused(_))),
                )
            }
            Err(_) => "unreadable".to_owned(),
        };
        let feed = ("feed", feed.config.id.clone());
        let size = ("size-bytes", bytes.len().to_string());
        let entry = journal::entry(Kind::Intake, now, &[feed, ("outcome", words), size]);
        self.0.journal.record_blocking(entry)?;
        Ok(delivered)
    }

    /// Beside the file it came with, so that whoever takes that out can load it after all.
    fn keep_manifest(&self, receipt: &Receipt, sent: Option<&[u8]>) -> Result<(), NodeFault> {
        let Some(sent) = sent else { return Ok(()) };
        let path = self.0.folders.quarantine.join(format!("{}-{}.manifest", receipt.feed, receipt.id));
        std::fs::write(&path, sent).map_err(|error| NodeFault::File(path.display().to_string(), error))
    }

    /// What is said of a file of messages that came without a manifest.
    fn assumed(
        &self,
        feed: &Feed,
        source: &Source,
        name: &str,
        now: Timestamp,
    ) -> Result<Manifest, NodeFault> {
        let size_bytes = match source.size_bytes() {
            Some(size) => size,
            None => {
                let mut input = source.open().map_err(|error| NodeFault::File(name.to_owned(), error))?;
                let mut buffer = vec![0; 1 << 16];
                let mut size = 0u64;
                loop {
                    match input.read(&mut buffer).map_err(|error| NodeFault::File(name.to_owned(), error))? {
                        0 => break size,
                        got => size += got as u64,
                    }
                }
            }
        };
        Ok(Manifest {
            partner: self.0.config.partner.clone(),
            feed: feed.config.id.clone(),
            file: name.to_owned(),
            sha256: String::new(),
            size_bytes,
            rows: 0,
            as_at: now,
            sequence: now.as_millisecond(),
            mode: feed.config.mode.name().to_owned(),
            after: None,
        })
    }

    /// The entry in the log, and the receipt beside it.
    fn note(&self, receipt: &Receipt, now: Timestamp) -> Result<(), NodeFault> {
        let outcome = match receipt.outcome {
            Outcome::Published => "published",
            Outcome::AlreadyTaken => "already taken",
            Outcome::Refused => "refused",
        };
        let detail = [
            ("feed", receipt.feed.clone()),
            ("outcome", outcome.to_owned()),
            ("sequence", receipt.sequence.to_string()),
            ("sha256", receipt.sha256.clone()),
            ("rows", receipt.rows.to_string()),
            ("taken", receipt.taken.to_string()),
            ("held", receipt.held.to_string()),
            ("refused", receipt.refused.to_string()),
            ("reason", receipt.reason.clone().unwrap_or_default()),
            ("receipt", receipt.id.clone()),
        ];
        self.0.journal.record_blocking(journal::entry(Kind::Intake, now, &detail))?;
        if receipt.outcome == Outcome::Refused {
            let reason = receipt.reason.as_deref().unwrap_or_default();
            tracing::warn!(feed.id = %receipt.feed, %reason, "an extract was refused: what was here before is still answered");
        }
        let path = self.0.folders.receipts.join(format!("{}.json", receipt.id));
        let text = serde_json::to_vec_pretty(receipt).unwrap_or_default();
        std::fs::write(&path, text).map_err(|error| NodeFault::File(path.display().to_string(), error))
    }
}
