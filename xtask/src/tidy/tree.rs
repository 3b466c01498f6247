//! Takes the workspace root, gives the text files git tracks or would track; refuses a folder that is no git work tree.

use crate::step::told;
use std::path::Path;

/// A text file, by its path from the root with `/` between its parts.
pub(crate) struct File {
    pub(crate) path: String,
    pub(crate) text: String,
}

/// Everything under version control, and everything new that is not ignored, in order of path.
pub(crate) struct Tree {
    pub(crate) files: Vec<File>,
    /// `docs/hazards-open.txt` as it stood at the last commit; `None` where there is none to compare with.
    pub(crate) open_before: Option<String>,
}

impl Tree {
    pub(crate) fn read(root: &Path) -> Result<Self, String> {
        let list = told(root, "git", &["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
            .map_err(|_| "tidy reads what git tracks, and git gave no list: is this a clone?")?;
        let mut paths: Vec<&str> = list.split('\0').filter(|path| !path.is_empty()).collect();
        paths.sort_unstable();
        paths.dedup();
        let files = paths.into_iter().filter_map(|path| read(root, path)).collect();
        Ok(Self { files, open_before: told(root, "git", &["show", "HEAD:docs/hazards-open.txt"]).ok() })
    }

    /// The text of one file; empty where it is absent.
    pub(crate) fn text(&self, path: &str) -> &str {
        self.files.iter().find(|file| file.path == path).map_or("", |file| &file.text)
    }
}

impl File {
    pub(crate) fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    /// Written by a package manager, not by us: long, and full of hashes.
    pub(crate) fn is_lock(&self) -> bool {
        self.path.ends_with("Cargo.lock") || self.path.ends_with("package-lock.json")
    }

    /// Lines with their number, from 1.
    pub(crate) fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text.lines().enumerate().map(|(index, line)| (index + 1, line))
    }
}

/// What is not text (an image, a deleted file) has no habits to check.
fn read(root: &Path, path: &str) -> Option<File> {
    let bytes = std::fs::read(root.join(path)).ok()?;
    let text = String::from_utf8(bytes).ok().filter(|text| !text.contains('\0'))?;
    Some(File { path: path.to_owned(), text })
}
