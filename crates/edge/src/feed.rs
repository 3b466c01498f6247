//! One feed of a running node: its configuration, its format, and whom it believes.

use crate::{
    config::Feed as FeedConfig,
    format::Format,
    intake::Formats,
    key::PartnerKey,
    manifest::Trust,
    seal::{Seal, stream},
    sql::StoreFault,
    unit::{Refused, Unit, Whose},
    vault::{Ring, Vault},
};
use std::{
    fs::File,
    io::{self, BufReader, Read},
    path::{Path, PathBuf},
    sync::Arc,
};

pub(crate) struct Feed {
    pub(crate) config: FeedConfig,
    pub(crate) format: Arc<dyn Format>,
    pub(crate) trust: Trust,
    /// Whether the node holds nothing real.
    is_training: bool,
}

impl Feed {
    /// Words for the operator where it cannot be.
    pub(crate) fn new(config: &FeedConfig, is_training: bool) -> Result<Self, String> {
        let format = Formats::build(config)?.format;
        let key = config.manifest_key_file.as_ref().map(|path| {
            std::fs::read(path).map_err(|error| format!("manifest_key_file `{}`: {error}", path.display()))
        });
        let key = key.transpose()?;
        let trust = Trust::of(config.manifest(), key.as_deref())
            .map_err(|reason| format!("manifest_key_file: {reason}"))?;
        Ok(Self { config: config.clone(), format, trust, is_training })
    }

    /// What training sends stays out of a live node, and what is real out of training (HAZ-054).
    pub(crate) fn admitted(&self, unit: Result<Unit, Refused>) -> Result<Unit, Refused> {
        let unit = unit?;
        match &unit.whose {
            Whose::Person(number) if number.is_test() != self.is_training => {
                Err(Refused::new(if self.is_training {
                    "its NHS number is not one for training, and this node is"
                } else {
                    "its NHS number is one for training, and this node is live"
                }))
            }
            _ => Ok(unit),
        }
    }
}

/// What is read: twice, once to know its hash and once to take it in.
pub(crate) enum Source {
    /// A file the partner put there.
    Plain(PathBuf),
    /// One that waits here, sealed.
    Sealed { path: PathBuf, name: String, ring: Arc<Ring> },
}

impl Source {
    pub(crate) fn open(&self) -> io::Result<Box<dyn Read>> {
        match self {
            Source::Plain(path) => Ok(Box::new(BufReader::with_capacity(1 << 16, File::open(path)?))),
            Source::Sealed { path, name, ring } => {
                let file = BufReader::with_capacity(1 << 16, File::open(path)?);
                let seal = file_seal(ring).map_err(io::Error::other)?;
                Ok(Box::new(stream::Reader::new(file, seal, name)))
            }
        }
    }

    /// Of the content where it is known without reading it.
    pub(crate) fn size_bytes(&self) -> Option<u64> {
        match self {
            Source::Plain(path) => std::fs::metadata(path).ok().map(|found| found.len()),
            Source::Sealed { .. } => None,
        }
    }

    /// Takes it away.
    pub(crate) fn remove(&self) {
        let (Source::Plain(path) | Source::Sealed { path, .. }) = self;
        if let Err(error) = std::fs::remove_file(path) {
            tracing::warn!(%error, "a file that was taken in could not be removed");
        }
    }
}

pub(crate) fn file_seal(ring: &Ring) -> Result<Seal, StoreFault> {
    Seal::of(ring.current()?, crate::key::Purpose::File).map_err(|_| StoreFault::WrongKey)
}

/// Seals a copy of a file that is kept for the partner to look at.
pub(crate) fn seal_file(vault: &Vault, source: &Source, to: &Path, name: &str) -> Result<(), StoreFault> {
    let fault = |error: io::Error| match error.kind() {
        io::ErrorKind::StorageFull => StoreFault::Full,
        _ => StoreFault::File(to.display().to_string(), error),
    };
    let ring = vault.ring()?;
    let beside = to.with_extension("part");
    let file = private(&beside).map_err(fault)?;
    let mut writer = stream::Writer::new(file, file_seal(&ring)?, name, 0);
    io::copy(&mut source.open().map_err(fault)?, &mut writer).map_err(fault)?;
    writer.finish().and_then(|file| file.sync_all()).map_err(fault)?;
    std::fs::rename(&beside, to).map_err(fault)
}

/// A new file that only its owner may read.
pub(crate) fn private(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    std::fs::OpenOptions::new().create(true).truncate(true).write(true).mode(0o600).open(path)
}

/// Seals a kept file again, if it is one that `old` opens.
pub(crate) fn reseal(path: &Path, name: &str, old: &PartnerKey, new: &PartnerKey) -> Result<(), StoreFault> {
    let fault = |error: io::Error| StoreFault::File(path.display().to_string(), error);
    let seal = |key| Seal::of(key, crate::key::Purpose::File).map_err(|_| StoreFault::WrongKey);
    let mut reader = stream::Reader::new(BufReader::new(File::open(path).map_err(fault)?), seal(old)?, name);
    let beside = path.with_extension("part");
    let mut writer = stream::Writer::new(private(&beside).map_err(fault)?, seal(new)?, name, 0);
    if let Err(error) = io::copy(&mut reader, &mut writer) {
        std::fs::remove_file(&beside).map_err(fault)?;
        return match error.kind() {
            // Not sealed with that key.
            io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof => Ok(()),
            io::ErrorKind::StorageFull => Err(StoreFault::Full),
            _ => Err(fault(error)),
        };
    }
    writer.finish().and_then(|file| file.sync_all()).map_err(fault)?;
    std::fs::rename(&beside, path).map_err(fault)
}
