//! Takes a directory and the store's key, gives for each month one key for its entries and one for its manifests, random, each
//! in a file of its own. Whoever destroys such a file takes with it what was sealed under it, in every copy of the store that
//! was ever made. Refuses a file that this store's key did not write; makes no key anew that was destroyed.
//!
//! File: `<YYYY-MM>.entries` or `<YYYY-MM>.manifests`, hexadecimal of the 32 bytes as [`super`] seals them, bound to the name.

use super::{DERIVATION, FORM, expand, mac, open_with, random, seal_with};
use crate::hash::{self, Hash};
use aws_lc_rs::{
    aead::{AES_256_GCM_SIV, RandomizedNonceKey},
    error::Unspecified,
    hkdf, hmac,
};
use jiff::{Timestamp, ToSpan, civil, tz::TimeZone};
use std::{
    collections::BTreeMap,
    fmt, fs, io,
    io::Write,
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

/// A month of UTC: the year times 100, and the month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Month(pub(crate) u32);

/// What a key of a month is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Of {
    Entries,
    Manifests,
}

/// One key, by the name of its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Name {
    pub(crate) month: Month,
    pub(crate) of: Of,
}

/// Why there is no key.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Lost {
    #[error("the directory of month keys cannot be used")]
    Directory(#[source] io::Error),
    #[error("`{0}` was not written with this store's key")]
    Foreign(Name),
    #[error("`{0}` was destroyed")]
    Destroyed(Name),
    #[error("could not seal")]
    Sealing,
}

/// A key, with what is derived from it.
pub(super) struct MonthKey {
    pub(super) sealing: RandomizedNonceKey,
    pub(super) search: hmac::Key,
    mark: Hash,
}

/// Every month's keys.
pub(crate) struct Months {
    directory: PathBuf,
    /// Seals the files.
    wrap: RandomizedNonceKey,
    known: Mutex<BTreeMap<Name, Arc<MonthKey>>>,
}

impl Month {
    pub(crate) fn of(at_s: i64) -> Self {
        let at = Timestamp::from_second(at_s).unwrap_or_default().to_zoned(TimeZone::UTC);
        Self(u32::from(at.year().unsigned_abs()) * 100 + u32::from(at.month().unsigned_abs()))
    }

    /// The first second behind it; `None` where it is no month.
    pub(crate) fn end_s(self) -> Option<i64> {
        let (year, month) = (i16::try_from(self.0 / 100).ok()?, i8::try_from(self.0 % 100).ok()?);
        let next = civil::Date::new(year, month, 1).ok()?.checked_add(1.month()).ok()?;
        Some(next.to_zoned(TimeZone::UTC).ok()?.timestamp().as_second())
    }
}

impl Name {
    pub(crate) fn entries(month: Month) -> Self {
        Self { month, of: Of::Entries }
    }

    pub(crate) fn manifests(month: Month) -> Self {
        Self { month, of: Of::Manifests }
    }

    fn parse(text: &str) -> Option<Self> {
        let (month, of) = text.split_once('.')?;
        let (year, month) = month.split_once('-')?;
        let month = Month(year.parse::<u32>().ok()? * 100 + month.parse::<u32>().ok()?);
        let name = match of {
            "entries" => Self::entries(month),
            "manifests" => Self::manifests(month),
            _ => return None,
        };
        (name.to_string() == text).then_some(name)
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let of = match self.of {
            Of::Entries => "entries",
            Of::Manifests => "manifests",
        };
        write!(f, "{:04}-{:02}.{of}", self.month.0 / 100, self.month.0 % 100)
    }
}

impl Months {
    pub(super) fn new(directory: &Path, wrap: RandomizedNonceKey) -> Self {
        Self { directory: directory.to_owned(), wrap, known: Mutex::default() }
    }

    /// Makes the directory, where there is none; only its owner may read it.
    pub(crate) fn begin(&self) -> io::Result<()> {
        match fs::DirBuilder::new().mode(0o700).create(&self.directory) {
            Err(fault) if fault.kind() != io::ErrorKind::AlreadyExists => Err(fault),
            _ => fs::read_dir(&self.directory).map(drop),
        }
    }

    /// The key of that name. `Ok(None)`: there is no such file.
    pub(super) fn key(&self, name: Name) -> Result<Option<Arc<MonthKey>>, Lost> {
        let known = || self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(key) = known().get(&name) {
            return Ok(Some(Arc::clone(key)));
        }
        let text = match fs::read_to_string(self.path(name)) {
            Ok(text) => text,
            Err(fault) if fault.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(fault) => return Err(Lost::Directory(fault)),
        };
        let key = self.unwrapped(name, text.trim_end()).ok_or(Lost::Foreign(name))?;
        let key = Arc::new(MonthKey::new(&key, name).map_err(|Unspecified| Lost::Foreign(name))?);
        known().insert(name, Arc::clone(&key));
        Ok(Some(key))
    }

    /// The same; the first time in a month, anew. Of several who come at once, one writes the file and all read it.
    pub(super) fn key_or_new(&self, name: Name) -> Result<Arc<MonthKey>, Lost> {
        if let Some(key) = self.key(name)? {
            return Ok(key);
        }
        // Entries are made last: where they have a key, manifests had one.
        let (entries, manifests) = (Name::entries(name.month), Name::manifests(name.month));
        if self.key(entries)?.is_some() {
            return Err(Lost::Destroyed(name));
        }
        self.make(manifests)?;
        self.make(entries)?;
        self.key(name)?.ok_or(Lost::Destroyed(name))
    }

    /// What tells this key from any other, and nothing of it.
    pub(super) fn mark(&self, name: Name) -> Result<Option<Hash>, Lost> {
        Ok(self.key(name)?.map(|key| key.mark))
    }

    /// Every key there is.
    pub(crate) fn names(&self) -> Result<Vec<Name>, Lost> {
        let read = fs::read_dir(&self.directory).map_err(Lost::Directory)?;
        let names: Result<Vec<_>, _> = read.map(|file| Ok(file?.file_name())).collect();
        let names = names.map_err(Lost::Directory)?;
        let mut names: Vec<Name> =
            names.iter().filter_map(|name| Name::parse(&name.to_string_lossy())).collect();
        names.sort_unstable();
        Ok(names)
    }

    /// What was read is read again: the file may be another.
    pub(super) fn forget(&self) {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Whatever is sealed under it cannot be had any more, from any copy.
    pub(crate) fn destroy(&self, name: Name) -> Result<(), Lost> {
        fs::remove_file(self.path(name)).and_then(|()| self.sync()).map_err(Lost::Directory)?;
        self.forget();
        Ok(())
    }

    fn make(&self, name: Name) -> Result<(), Lost> {
        let foreign = |Unspecified| Lost::Foreign(name);
        let key = random().map_err(foreign)?;
        let sealed = seal_with(&self.wrap, bound(name).as_bytes(), &key, &[FORM]).map_err(foreign)?;
        let half = self.directory.join(format!(".{}", hash::hex(&random().map_err(foreign)?)));
        let done = self.write(&half, &hash::hex(&sealed)).and_then(|()| {
            match fs::hard_link(&half, self.path(name)) {
                Err(fault) if fault.kind() != io::ErrorKind::AlreadyExists => Err(fault),
                _ => Ok(()),
            }
        });
        let gone = fs::remove_file(&half);
        done.and(gone).and_then(|()| self.sync()).map_err(Lost::Directory)
    }

    fn write(&self, path: &Path, text: &str) -> io::Result<()> {
        let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
        writeln!(file, "{text}")?;
        file.sync_all()
    }

    fn sync(&self) -> io::Result<()> {
        fs::File::open(&self.directory)?.sync_all()
    }

    fn unwrapped(&self, name: Name, text: &str) -> Option<[u8; 32]> {
        let sealed = hash::unhex::<61>(text)?;
        let sealed = sealed.strip_prefix(&[FORM])?;
        open_with(&self.wrap, bound(name).as_bytes(), sealed).ok()?.try_into().ok()
    }

    fn path(&self, name: Name) -> PathBuf {
        self.directory.join(name.to_string())
    }
}

impl MonthKey {
    fn new(key: &[u8; 32], name: Name) -> Result<Self, Unspecified> {
        let root = hkdf::Salt::new(hkdf::HKDF_SHA256, DERIVATION).extract(key);
        let marks = hmac::Key::new(hmac::HMAC_SHA256, &expand(&root, "mark")?);
        Ok(Self {
            sealing: RandomizedNonceKey::new(&AES_256_GCM_SIV, &expand(&root, "seal")?)?,
            search: hmac::Key::new(hmac::HMAC_SHA256, &expand(&root, "search")?),
            mark: mac(&marks, &[name.to_string().as_bytes()]),
        })
    }
}

fn bound(name: Name) -> String {
    format!("month\0{name}")
}

#[cfg(test)]
mod tests;
