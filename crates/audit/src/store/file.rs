//! Takes a path, gives the process lock, a file only its owner can read, and the identity by which a file that was
//! removed or exchanged under the writer is noticed. Refuses a path on a network file system.
//! Source: SQLite documentation, `howtocorrupt.html`, sections 2.1 and 4; `proc_pid_mountinfo(5)`.

use super::StoreFault;
use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io,
    os::unix::fs::{MetadataExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

/// File systems whose locks and shared memory cannot be relied on.
const NETWORK: [&str; 12] = [
    "nfs",
    "nfs4",
    "cifs",
    "smb3",
    "smbfs",
    "afs",
    "ceph",
    "glusterfs",
    "fuse.glusterfs",
    "fuse.sshfs",
    "lustre",
    "ncpfs",
];

/// `<path><ending>`: the lock, the hold switch, the write-ahead log.
pub(super) fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

/// Held until the file is dropped, and by the system until the process is gone.
pub(super) fn lock(path: &Path) -> Result<File, StoreFault> {
    let file = private(&beside(path, ".lock")).map_err(StoreFault::File)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StoreFault::Held),
        Err(TryLockError::Error(fault)) => Err(StoreFault::File(fault)),
    }
}

/// Opens or makes a file that only its owner may read.
pub(super) fn private(path: &Path) -> io::Result<File> {
    OpenOptions::new().create(true).truncate(false).read(true).write(true).mode(0o600).open(path)
}

/// Refuses a store whose directory is mounted over the network. Where mounts cannot be read, nothing is known.
pub(super) fn must_be_local(path: &Path) -> Result<(), StoreFault> {
    let directory = path.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let directory = fs::canonicalize(directory).map_err(StoreFault::File)?;
    let mounts = fs::read_to_string("/proc/self/mountinfo").unwrap_or_default();
    match kind_of(&mounts, &directory) {
        Some(kind) if NETWORK.contains(&kind) => Err(StoreFault::Network(kind.to_owned())),
        _ => Ok(()),
    }
}

/// The type of the file system mounted deepest above the directory, the last where two are mounted in one place.
fn kind_of<'a>(mounts: &'a str, directory: &Path) -> Option<&'a str> {
    let read = |line: &'a str| {
        let (place, rest) = line.split_once(" - ")?;
        let point = place.split(' ').nth(4)?;
        directory.starts_with(point).then_some((point.len(), rest.split(' ').next()?))
    };
    mounts.lines().filter_map(read).max_by_key(|(length, _)| *length).map(|(_, kind)| kind)
}

/// Which files the writer has open. Writing to a removed file succeeds and is lost, so paths are compared with these
/// before every commit (HAZ-030).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Identity {
    store: (u64, u64),
    log: Option<(u64, u64)>,
}

impl Identity {
    /// `None` where there is no file at the path.
    pub(super) fn of(path: &Path) -> Option<Self> {
        let store = number(path)?;
        Some(Self { store, log: number(&beside(path, "-wal")) })
    }
}

fn number(path: &Path) -> Option<(u64, u64)> {
    fs::metadata(path).ok().map(|seen| (seen.dev(), seen.ino()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// HAZ-030: a store whose locks are not real could be written by two processes.
    #[test]
    fn the_deepest_mount_decides_whether_a_place_is_local() {
        let mounts = "21 1 0:20 / / rw - ext4 /dev/a rw\n22 21 0:21 / /srv rw shared:1 - nfs4 host:/x rw\n\
                      23 22 0:22 / /srv/own rw - xfs /dev/b rw\n";
        assert_eq!(kind_of(mounts, Path::new("/srv/audit")), Some("nfs4"));
        assert_eq!(kind_of(mounts, Path::new("/srv/own/audit")), Some("xfs"));
        assert_eq!(kind_of(mounts, Path::new("/srvother")), Some("ext4"));
        assert_eq!(kind_of("damaged line", Path::new("/")), None);
    }
}
