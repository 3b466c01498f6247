//! Takes the agreement's directory, gives every text of it by its path within, and hashes: one over all of it with the
//! partners' schedules, one over the board's own part. Signatures and the printed grid are not part of what is hashed.

use super::{PolicyFault, SourceFacts};
use crate::session;
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

/// A file of the agreement larger than this is not one.
const SIZE_MAX_BYTES: u64 = 8 * 1024 * 1024;
/// Folders whose files belong to one partner each and are signed by it.
const PARTNERS_OWN: [&str; 2] = ["roles/", "releases/"];
/// What is printed from the agreement, not read into it.
const PRINTED: &str = "matrix.golden.txt";

/// The texts as read, by path within the directory: `roles/acute-epr.csv`.
pub(super) struct Bundle {
    dir: PathBuf,
    texts: BTreeMap<String, String>,
}

pub(super) fn read(dir: &Path) -> Result<Bundle, PolicyFault> {
    let mut texts = BTreeMap::new();
    collect(dir, "", &mut texts)?;
    Ok(Bundle { dir: dir.to_owned(), texts })
}

impl Bundle {
    /// A file that must be there.
    pub(super) fn text(&self, name: &str) -> Result<&str, PolicyFault> {
        let missing = || std::io::Error::from(std::io::ErrorKind::NotFound);
        let fault = || PolicyFault::Read { path: self.path(name), source: missing() };
        self.texts.get(name).map(String::as_str).ok_or_else(fault)
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }

    /// Every text in a folder of the agreement, by path.
    pub(super) fn folder<'a>(&'a self, folder: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        let within = move |name: &str| name.starts_with(folder);
        self.texts
            .iter()
            .filter(move |(name, _)| within(name))
            .map(|(name, text)| (name.as_str(), text.as_str()))
    }

    pub(super) fn texts(&self) -> &BTreeMap<String, String> {
        &self.texts
    }

    /// The same texts, schedules and settings give the same id wherever the directory lies.
    pub(super) fn id(&self, sources: &[SourceFacts], settings: &str) -> String {
        let mut sources: Vec<String> = sources.iter().map(|source| format!("{source:?}\n")).collect();
        sources.sort();
        let lines = self.lines("policy bundle 2", |_| true);
        hash(&(lines + settings + "\n" + &sources.concat()))
    }

    /// What the board signs: all but the partners' own files.
    pub(super) fn agreement_id(&self) -> String {
        hash(&self.lines("sharing agreement 1", |name| !is_partners_own(name)))
    }

    fn lines(&self, head: &str, wanted: impl Fn(&str) -> bool) -> String {
        let mut lines = format!("{head}\n");
        for (name, text) in self.texts.iter().filter(|(name, _)| wanted(name)) {
            lines += &format!("{name} {}\n", hash(text));
        }
        lines
    }
}

/// SHA-256, hexadecimal.
pub(super) fn hash(text: &str) -> String {
    session::hex(&session::hash(text.as_bytes()))
}

pub(super) fn is_partners_own(name: &str) -> bool {
    PARTNERS_OWN.iter().any(|folder| name.starts_with(folder))
}

fn collect(dir: &Path, within: &str, texts: &mut BTreeMap<String, String>) -> Result<(), PolicyFault> {
    let fault = |path: &Path, source| PolicyFault::Read { path: path.to_owned(), source };
    for entry in std::fs::read_dir(dir).map_err(|e| fault(dir, e))? {
        let path = entry.map_err(|e| fault(dir, e))?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let within = format!("{within}{name}");
        if path.is_dir() {
            collect(&path, &format!("{within}/"), texts)?;
        } else if is_text(&name) {
            let size = std::fs::metadata(&path).map_err(|e| fault(&path, e))?.len();
            if size > SIZE_MAX_BYTES {
                return Err(fault(&path, std::io::ErrorKind::FileTooLarge.into()));
            }
            texts.insert(within, std::fs::read_to_string(&path).map_err(|e| fault(&path, e))?);
        }
    }
    Ok(())
}

/// Files a person's editor leaves beside are none of the agreement's.
fn is_text(name: &str) -> bool {
    let beside = name.starts_with('.') || name.ends_with('~') || name.ends_with(".sig");
    !beside && name != PRINTED
}
