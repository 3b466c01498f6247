//! Folders a partner's system puts files into, over SFTP or by a copy: looked into again and again, since a file system that is
//! mounted from elsewhere tells nobody what happened. A file is taken once it is whole: of the size its manifest says, or no
//! longer growing. What became of it stands beside it, as a receipt. Names that begin with a dot or end like a copy that is
//! still under way are left alone.

use crate::{
    config::ManifestKind,
    feed::{Feed, Source},
    node::Node,
    receipt::Receipt,
};
use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

/// How often folders are looked into.
pub(crate) const EVERY: Duration = Duration::from_millis(300);
/// A file without a manifest is whole when it has not grown for so long.
const STILL: Duration = Duration::from_secs(2);
/// Endings of files that are still being written, or that are ours.
const UNDER_WAY: [&str; 5] = [".part", ".tmp", ".filepart", ".manifest", ".receipt.json"];

/// What was seen of a file before.
#[derive(Default)]
pub(crate) struct Watcher {
    seen: HashMap<PathBuf, (u64, Instant)>,
}

impl Watcher {
    /// Takes whatever is whole in every feed's folder. Blocks. Receipts, in the order taken.
    pub(crate) fn look(&mut self, node: &Node) -> Vec<Receipt> {
        let mut receipts = Vec::new();
        for feed in &node.0.feeds {
            let Some(folder) = &feed.config.folder else { continue };
            for path in files(folder) {
                receipts.extend(self.take(node, feed, &path));
            }
        }
        self.seen.retain(|path, _| path.exists());
        receipts
    }

    fn take(&mut self, node: &Node, feed: &Feed, path: &Path) -> Option<Receipt> {
        let name = path.file_name()?.to_string_lossy().into_owned();
        let size = std::fs::metadata(path).ok()?.len();
        let beside = path.with_file_name(format!("{name}.manifest"));
        let manifest = std::fs::read(&beside).ok();
        let wants_one = feed.config.manifest() != ManifestKind::None;
        let is_whole = match &manifest {
            Some(bytes) if wants_one => match feed.trust.read(bytes) {
                // One that says more than there is, and nothing that grows: let it be decided.
                Ok(manifest) => size >= manifest.size_bytes || self.is_still(path, size, STILL * 30),
                Err(_) => self.is_still(path, size, STILL),
            },
            _ if wants_one && feed.config.manifest_is_needed() => return None,
            _ => self.is_still(path, size, STILL),
        };
        if !is_whole {
            return None;
        }
        let source = Source::Plain(path.to_owned());
        match node.load(feed, &source, &name, manifest.as_deref(), false, &mut |_| {}) {
            Ok(receipt) => {
                source.remove();
                let _ = std::fs::remove_file(&beside);
                put(&path.with_file_name(format!("{name}.receipt.json")), &receipt);
                Some(receipt)
            }
            Err(fault) => {
                tracing::error!(feed.id = %feed.config.id, %fault, "a file could not be taken now: it is tried again");
                None
            }
        }
    }

    fn is_still(&mut self, path: &Path, size: u64, long_enough: Duration) -> bool {
        let now = Instant::now();
        let seen = self.seen.entry(path.to_owned()).or_insert((size, now));
        if seen.0 != size {
            *seen = (size, now);
        }
        now.duration_since(seen.1) >= long_enough
    }
}

/// By name, so that a sender's numbering is its order.
fn files(folder: &Path) -> Vec<PathBuf> {
    let found = match std::fs::read_dir(folder) {
        Ok(found) => found,
        Err(error) => {
            tracing::error!(%error, "a feed's folder cannot be read");
            return Vec::new();
        }
    };
    let is_file = |path: &PathBuf| {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        !name.starts_with('.') && !UNDER_WAY.iter().any(|end| name.ends_with(end)) && path.is_file()
    };
    let mut files: Vec<PathBuf> = found.filter_map(|one| Some(one.ok()?.path())).filter(is_file).collect();
    files.sort();
    files
}

fn put(path: &Path, receipt: &Receipt) {
    let text = serde_json::to_vec_pretty(receipt).unwrap_or_default();
    if let Err(error) = std::fs::write(path, text) {
        tracing::warn!(%error, "a receipt could not be put beside its file");
    }
}

#[cfg(test)]
mod tests;
