//! Files that are looked at while the gateway runs: takes what is on disk now, says which have changed, once they have rested for one look;
//! an editor, or whoever renews a certificate, may be half-way. Each change is told once, be it used or refused.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    time::SystemTime,
};

/// Size and time of change by path.
pub(super) type Files = BTreeMap<PathBuf, (u64, Option<SystemTime>)>;

/// The files as they were last seen, and last told of.
#[derive(Default)]
pub(super) struct Seen {
    last: Files,
    settled: Files,
}

impl Seen {
    /// As they are taken at the start.
    pub(super) fn begin(files: Files) -> Self {
        Self { last: files.clone(), settled: files }
    }

    /// Those that came, went or changed since they were last told of; none while they do not rest.
    pub(super) fn look(&mut self, files: Files) -> BTreeSet<PathBuf> {
        let resting = files == self.last;
        self.last = files;
        if !resting {
            return BTreeSet::new();
        }
        let all = self.last.keys().chain(self.settled.keys());
        let changed = all.filter(|path| self.last.get(*path) != self.settled.get(*path)).cloned().collect();
        self.settled.clone_from(&self.last);
        changed
    }
}

/// What cannot be looked at is as absent; reading it will say so.
pub(super) fn below(directory: &Path) -> Files {
    let mut all = Files::new();
    let Ok(entries) = std::fs::read_dir(directory) else { return all };
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.is_dir() {
            all.extend(below(&path));
        } else {
            all.extend(at([path]));
        }
    }
    all
}

/// The same of files that are named.
pub(super) fn at(paths: impl IntoIterator<Item = PathBuf>) -> Files {
    let about = |path: PathBuf| {
        let about = std::fs::metadata(&path).ok()?;
        Some((path, (about.len(), about.modified().ok())))
    };
    paths.into_iter().filter_map(about).collect()
}

#[cfg(test)]
mod tests {
    //! What is told, and when.

    use super::*;

    #[test]
    fn a_change_is_told_once_and_only_when_it_rests() {
        let of = |sizes: &[(&str, u64)]| -> Files {
            sizes.iter().map(|(name, size)| (PathBuf::from(name), (*size, None))).collect()
        };
        let told = |seen: &mut Seen, sizes: &[(&str, u64)]| -> Vec<String> {
            seen.look(of(sizes)).iter().map(|path| path.display().to_string()).collect()
        };
        let mut seen = Seen::begin(of(&[("a", 1), ("b", 1)]));
        assert_eq!(told(&mut seen, &[("a", 1), ("b", 1)]), [] as [&str; 0]);
        assert_eq!(told(&mut seen, &[("a", 2), ("b", 1)]), [] as [&str; 0], "it may be half-way");
        assert_eq!(told(&mut seen, &[("a", 3), ("b", 1)]), [] as [&str; 0], "and goes on");
        assert_eq!(told(&mut seen, &[("a", 3), ("b", 1)]), ["a"]);
        assert_eq!(told(&mut seen, &[("a", 3), ("b", 1)]), [] as [&str; 0]);
        assert_eq!(told(&mut seen, &[("a", 3), ("c", 1)]), [] as [&str; 0]);
        assert_eq!(told(&mut seen, &[("a", 3), ("c", 1)]), ["b", "c"], "one that went and one that came");
    }
}
