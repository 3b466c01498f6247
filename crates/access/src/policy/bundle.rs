//! Takes the agreement's directory, gives its texts and one hash over all of them and the partners' switches.

use super::{PolicyFault, SourceFacts};
use crate::session;
use std::path::{Path, PathBuf};

/// The texts as read.
pub(super) struct Bundle {
    pub(super) schema: (PathBuf, String),
    pub(super) policies: (PathBuf, String),
    pub(super) matrix: (PathBuf, String),
    pub(super) ceilings: (PathBuf, String),
    /// Hashed with the rest; read by the hosts' registration.
    others: Vec<(PathBuf, String)>,
}

pub(super) fn read(dir: &Path) -> Result<Bundle, PolicyFault> {
    let file = |name: &str| text(&dir.join(name));
    let mut others = vec![file("organisations.csv")?];
    for path in role_maps(&dir.join("roles"))? {
        others.push(text(&path)?);
    }
    // What is restricted is read by the program; a decision rests on it all the same.
    for path in refsets(&dir.join("refsets"))? {
        others.push(text(&path)?);
    }
    Ok(Bundle {
        schema: file("schema.cedarschema")?,
        policies: file("policies.cedar")?,
        matrix: file("matrix.csv")?,
        ceilings: file("ceilings.csv")?,
        others,
    })
}

impl Bundle {
    /// The same texts and switches give the same id wherever the directory lies.
    pub(super) fn id(&self, sources: &[SourceFacts]) -> String {
        let mut lines = String::from("policy bundle 1\n");
        let files = [&self.schema, &self.policies, &self.matrix, &self.ceilings];
        for (path, text) in files.into_iter().chain(&self.others) {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            lines += &format!("{name} {}\n", session::hex(&session::hash(text.as_bytes())));
        }
        let mut sources: Vec<String> = sources.iter().map(|source| format!("{source:?}\n")).collect();
        sources.sort();
        session::hex(&session::hash((lines + &sources.concat()).as_bytes()))
    }
}

fn role_maps(dir: &Path) -> Result<Vec<PathBuf>, PolicyFault> {
    let fault = |source| PolicyFault::Read { path: dir.to_owned(), source };
    let entries: Result<Vec<_>, _> = std::fs::read_dir(dir).map_err(fault)?.collect();
    let mut paths: Vec<PathBuf> = entries.map_err(fault)?.into_iter().map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "csv"));
    paths.sort();
    Ok(paths)
}

/// Every list, where the agreement has any.
fn refsets(dir: &Path) -> Result<Vec<PathBuf>, PolicyFault> {
    if !dir.is_dir() {
        return Ok(Vec::new());
    }
    let fault = |source| PolicyFault::Read { path: dir.to_owned(), source };
    let entries: Result<Vec<_>, _> = std::fs::read_dir(dir).map_err(fault)?.collect();
    let mut paths: Vec<PathBuf> = entries.map_err(fault)?.into_iter().map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "json" || extension == "toml"));
    paths.sort();
    Ok(paths)
}

fn text(path: &Path) -> Result<(PathBuf, String), PolicyFault> {
    let text = std::fs::read_to_string(path)
        .map_err(|source| PolicyFault::Read { path: path.to_owned(), source })?;
    Ok((path.to_owned(), text))
}
