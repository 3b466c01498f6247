//! Takes the folder of what the agreement shows to nobody, gives it as one value; refuses a list that is missing, older than agreed,
//! empty, or only the starter list in a live deployment. Then nothing starts, and the words say which list and what to do.
//! Source: FHIR R4 ValueSet; access.md section 9, point 1.

use record::Restrictions;
use serde::Deserialize;
use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

/// `shcr refset import`: lists out of a release of SNOMED CT.
pub(crate) mod import;
/// Release Format 2, as released.
mod rf2;
/// The files as they are written.
mod file;

use file::{Agreed, Documents, Services, ValueSet};

/// The folder, below the agreement's.
pub(crate) const FOLDER: &str = "refsets";
const AGREED: &str = "agreed.toml";
const SERVICES: &str = "services.toml";
const DOCUMENTS: &str = "documents.toml";
/// Larger than any reference set, and small enough to read at once.
const SIZE_MAX_BYTES: u64 = 32 * 1024 * 1024;

/// The sets without which nothing starts, whatever a deployment agrees beside them.
pub(crate) const REFSETS: [&str; 6] = [
    "999004351000000109",
    "999004371000000100",
    "999004361000000107",
    "999004381000000103",
    "1955841000000104",
    "1955851000000101",
];

const IMPORT: &str = "import a release with `shcr refset import --release FOLDER --out";

/// Why the lists are refused.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Fault {
    #[error("`{path}` cannot be read")]
    Read { path: PathBuf, source: std::io::Error },
    #[error("`{path}` is larger than {SIZE_MAX_BYTES} bytes")]
    TooLarge { path: PathBuf },
    #[error("`{path}` is refused: {what}")]
    Refused { path: PathBuf, what: String },
    #[error("reference set {id} is not agreed in `{path}`: it may not be left out")]
    NotAgreed { path: PathBuf, id: &'static str },
    #[error("the list of reference set {id} ({name}) is missing: {IMPORT} {}`", .folder.display())]
    Missing { folder: PathBuf, id: String, name: String },
    #[error("the list of reference set {id} ({name}) is of {release}, older than the {agreed} agreed: {IMPORT} {}`", .folder.display())]
    Old { folder: PathBuf, id: String, name: String, release: String, agreed: String },
    #[error("the list of reference set {id} ({name}) is the starter list, which is not for live use: {IMPORT} {}`", .folder.display())]
    Starter { folder: PathBuf, id: String, name: String },
}

/// The lists, and what an operator is told of them.
#[derive(Debug)]
pub(crate) struct Lists {
    pub(crate) restrictions: Restrictions,
    pub(crate) sets: usize,
    pub(crate) concepts: usize,
    pub(crate) services: usize,
    /// At least one is the starter list.
    pub(crate) starter: bool,
}

/// `policy`: the agreement's directory. `training`: only then may a list be the starter list.
pub(crate) fn load(policy: &Path, training: bool) -> Result<Lists, Fault> {
    let folder = policy.join(FOLDER);
    let mut lists =
        Lists { restrictions: Restrictions::default(), sets: 0, concepts: 0, services: 0, starter: false };
    for agreed in agreed(&folder)? {
        let (set, starter) = set(&folder, &agreed, training)?;
        lists.starter |= starter;
        lists.sets += 1;
        lists.concepts += set.len();
        set.iter().for_each(|concept| lists.restrictions.concept(&concept.code, &concept.display));
    }
    lists.services = services(&folder, &mut lists.restrictions)?;
    documents(&folder, &mut lists.restrictions)?;
    Ok(lists)
}

fn agreed(folder: &Path) -> Result<Vec<file::Refset>, Fault> {
    let path = folder.join(AGREED);
    let agreed: Agreed = toml(&path)?;
    for id in REFSETS {
        if !agreed.refset.iter().any(|refset| refset.id == id) {
            return Err(Fault::NotAgreed { path, id });
        }
    }
    let mut seen = BTreeSet::new();
    for refset in &agreed.refset {
        let what = match (file::is_sctid(&refset.id), file::is_date(&refset.not_older_than)) {
            (false, _) => Some(format!("`{}` is not an id of SNOMED CT", refset.id)),
            (_, false) => {
                Some(format!("`{}` is not a date; write it as `2026-04-01`", refset.not_older_than))
            }
            _ if !seen.insert(&refset.id) => Some(format!("{} stands twice", refset.id)),
            _ => None,
        };
        if let Some(what) = what {
            return Err(Fault::Refused { path, what });
        }
    }
    Ok(agreed.refset)
}

/// The concepts of one set, and whether it is the starter list.
fn set(folder: &Path, agreed: &file::Refset, training: bool) -> Result<(Vec<file::Concept>, bool), Fault> {
    let path = folder.join(format!("{}.json", agreed.id));
    let (folder, id, name) = (folder.to_owned(), agreed.id.clone(), agreed.name.clone());
    if !path.exists() {
        return Err(Fault::Missing { folder, id, name });
    }
    let text = text(&path)?;
    let refused = |what: String| Fault::Refused { path: path.clone(), what };
    let set: ValueSet = serde_json::from_str(&text).map_err(|fault| refused(fault.to_string()))?;
    set.check(&agreed.id).map_err(refused)?;
    if set.version < agreed.not_older_than {
        let (release, agreed) = (set.version, agreed.not_older_than.clone());
        return Err(Fault::Old { folder, id, name, release, agreed });
    }
    if set.experimental && !training {
        return Err(Fault::Starter { folder, id, name });
    }
    let starter = set.experimental;
    Ok((set.concepts(), starter))
}

fn services(folder: &Path, into: &mut Restrictions) -> Result<usize, Fault> {
    let path = folder.join(SERVICES);
    let services: Services = toml(&path)?;
    for service in &services.service {
        service.check().map_err(|what| Fault::Refused { path: path.clone(), what })?;
        service.names.iter().for_each(|name| into.service_name(name));
        service.organisations.iter().for_each(|ods| into.organisation(ods));
        service.codes.iter().for_each(|code| into.service_code(&code.system, &code.code));
    }
    Ok(services.service.len())
}

fn documents(folder: &Path, into: &mut Restrictions) -> Result<(), Fault> {
    let path = folder.join(DOCUMENTS);
    let documents: Documents = toml(&path)?;
    for kind in &documents.document {
        kind.check().map_err(|what| Fault::Refused { path: path.clone(), what })?;
        kind.names.iter().for_each(|name| into.document_name(name));
        kind.codes.iter().for_each(|code| into.document_code(&code.system, &code.code));
    }
    Ok(())
}

fn toml<T: for<'de> Deserialize<'de>>(path: &Path) -> Result<T, Fault> {
    let refused = |fault: toml::de::Error| Fault::Refused { path: path.to_owned(), what: fault.to_string() };
    toml::from_str(&text(path)?).map_err(refused)
}

fn text(path: &Path) -> Result<String, Fault> {
    let read = |source| Fault::Read { path: path.to_owned(), source };
    if std::fs::metadata(path).map_err(read)?.len() > SIZE_MAX_BYTES {
        return Err(Fault::TooLarge { path: path.to_owned() });
    }
    std::fs::read_to_string(path).map_err(read)
}

#[cfg(test)]
mod tests;
