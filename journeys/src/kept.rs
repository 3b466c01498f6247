//! Takes the marks of one run and every channel a program can keep something in, gives where a mark was found and in which form: the
//! proof that nothing is kept (HAZ-049). Decision 0058.

/// A mark in other letters.
pub(crate) mod forms;
/// Packed streams inside bytes.
mod packed;

use aho_corasick::{AhoCorasick, MatchKind};
use forms::FORMS;
use std::{collections::BTreeMap, path::Path};

/// Bytes looked through at a time; two pieces share as much as the longest form of a mark.
const PIECE_BYTES: usize = 4 * 1024 * 1024;

/// One class of field and what its sources put there.
#[derive(Debug, Clone)]
pub struct Mark {
    pub class: String,
    pub mark: String,
}

/// Everything looked for, and what was found so far.
pub struct Scan {
    patterns: AhoCorasick,
    /// Class and form of each pattern.
    meant: Vec<(String, &'static str)>,
    longest: usize,
    /// How many bytes each channel had, packed ones as they unpack too.
    pub looked_at: BTreeMap<&'static str, u64>,
    pub found: Vec<Found>,
}

/// A mark where none may be.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Found {
    pub channel: &'static str,
    pub form: String,
    pub class: String,
    /// A file's path, a page's address.
    pub place: String,
}

impl Scan {
    pub fn new(marks: &[Mark]) -> Self {
        let mut meant = Vec::new();
        let mut patterns = Vec::new();
        for Mark { class, mark } in marks {
            for (name, form) in FORMS {
                for bytes in form(mark) {
                    meant.push((class.clone(), name));
                    patterns.push(bytes);
                }
            }
        }
        let longest = patterns.iter().map(Vec::len).max().unwrap_or_default();
        let patterns = AhoCorasick::builder().match_kind(MatchKind::Standard).build(&patterns);
        let patterns = patterns.expect("so few patterns fit");
        Self { patterns, meant, longest, looked_at: BTreeMap::new(), found: Vec::new() }
    }

    /// How many byte strings are looked for.
    pub fn patterns(&self) -> usize {
        self.meant.len()
    }

    /// Looks through one thing a channel holds, and through what is packed in it.
    pub fn look(&mut self, channel: &'static str, place: &str, bytes: &[u8]) {
        self.plain(channel, place, "", bytes);
        for (form, inside) in packed::streams(bytes) {
            self.plain(channel, place, form, &inside);
        }
    }

    /// How often a mark stands in these bytes, in any form but a packed one.
    pub fn count(&self, bytes: &[u8]) -> usize {
        self.patterns.find_iter(bytes).count()
    }

    fn plain(&mut self, channel: &'static str, place: &str, packed: &str, bytes: &[u8]) {
        *self.looked_at.entry(channel).or_default() += u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        let mut from = 0;
        while from < bytes.len() {
            let to = bytes.len().min(from + PIECE_BYTES + self.longest);
            let piece = bytes.get(from..to).unwrap_or_default();
            for hit in self.patterns.find_overlapping_iter(piece) {
                let Some((class, form)) = self.meant.get(hit.pattern().as_usize()) else { continue };
                let form = if packed.is_empty() { (*form).to_owned() } else { packed.to_owned() };
                let found = Found { channel, form, class: class.clone(), place: place.to_owned() };
                if !self.found.contains(&found) {
                    self.found.push(found);
                }
            }
            from += PIECE_BYTES;
        }
    }

    /// Every file below a folder; one that cannot be read is told as it stands. What `spare` says is no file of the program's.
    pub fn folder(&mut self, channel: &'static str, folder: &Path, spare: &dyn Fn(&Path) -> bool) {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            let kind = entry.file_type().expect("a file has a kind");
            if spare(&path) || kind.is_symlink() {
                continue;
            }
            if kind.is_dir() {
                self.folder(channel, &path, spare);
            } else if kind.is_file() {
                // One that is taken away meanwhile is gone.
                let bytes = std::fs::read(&path).unwrap_or_default();
                self.look(channel, &path.display().to_string(), &bytes);
                self.look(channel, "name of a file", path.display().to_string().as_bytes());
            }
        }
    }

    /// The forms found in a channel.
    pub fn forms_in(&self, channel: &str) -> Vec<&str> {
        let own = self.found.iter().filter(|found| found.channel == channel);
        let mut forms: Vec<&str> = own.map(|found| found.form.as_str()).collect();
        forms.sort_unstable();
        forms.dedup();
        forms
    }
}

#[cfg(test)]
mod tests;
