//! The audit as an auditor has it: takes a store and its key, gives the program's own verdict and what it counted.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::Command,
};

/// Somebody with the store's file and its key.
pub struct Auditor {
    program: PathBuf,
    store: PathBuf,
    key: PathBuf,
}

impl Auditor {
    pub(crate) fn new(program: &Path, state: &Path) -> Self {
        Self { program: program.to_owned(), store: state.join("audit.sqlite"), key: state.join("audit.key") }
    }

    /// Nothing was changed, removed, added or reordered (HAZ-030). Gives how many entries of each kind there are.
    pub fn verify(&self) -> Kinds {
        let mut command = Command::new(&self.program);
        command.args(["audit", "verify", "--store"]).arg(&self.store).arg("--key").arg(&self.key);
        let output = command.output().expect("the program starts");
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "the audit does not verify: {said}{complaint}");
        Kinds(said.lines().filter_map(kind).collect())
    }

    /// The operator's maintenance hold: while it stands, nothing can be recorded.
    pub fn hold(&self) {
        std::fs::write(self.hold_file(), b"").expect("the state folder can be written");
    }

    pub fn release(&self) {
        std::fs::remove_file(self.hold_file()).expect("the hold stood");
    }

    fn hold_file(&self) -> PathBuf {
        let mut name = self.store.clone().into_os_string();
        name.push(".hold");
        PathBuf::from(name)
    }
}

/// A line `    12 disclosure`.
fn kind(line: &str) -> Option<(String, u64)> {
    let (count, kind) = line.trim().split_once(' ')?;
    Some((kind.to_owned(), count.parse().ok()?))
}

/// How many entries of each kind an audit holds.
#[derive(Debug)]
pub struct Kinds(BTreeMap<String, u64>);

impl Kinds {
    /// None where the audit has no such entry.
    pub fn count(&self, kind: &str) -> u64 {
        self.0.get(kind).copied().unwrap_or_default()
    }
}
