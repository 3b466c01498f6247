//! Checks from the command line: the audit's chain, and the sharing agreement. Takes files and facts, never a person. Exit codes: 0 verified or done, 1 verification failed, 64 usage (by the argument parser).

/// The sharing agreement.
pub(crate) mod policy;

use crate::program;
use miette::{IntoDiagnostic, WrapErr};
use std::{io::Write, path::PathBuf, process::ExitCode};

/// `shcr audit`
#[derive(clap::Subcommand)]
pub(crate) enum Audit {
    /// Check that no entry was changed, removed, added or reordered.
    Verify {
        /// The store's file.
        #[arg(long)]
        store: PathBuf,
        /// The key file; with it every entry's commitment is recomputed too.
        #[arg(long)]
        key: Option<PathBuf>,
    },
}

pub(crate) fn audit(command: Audit) -> miette::Result<ExitCode> {
    let Audit::Verify { store, key } = command;
    verify(&store, key.as_deref())
}

fn verify(store: &std::path::Path, key: Option<&std::path::Path>) -> miette::Result<ExitCode> {
    let key = key.map(read_key).transpose()?;
    match audit::verify(store, key) {
        Ok(verified) => {
            let (entries, openings, unclosed) = (verified.entries, verified.openings, verified.unclosed);
            let head = audit::hash::hex(&verified.last_hash);
            say(&format!(
                "verified: {entries} entries, {openings} openings, {unclosed} of them not closed\nhead {head}\n"
            ))?;
            for (kind, count) in verified.kinds {
                say(&format!("{count:>6} {kind}\n"))?;
            }
            Ok(ExitCode::SUCCESS)
        }
        Err(fault) => {
            say(&format!("NOT verified: {fault}\n"))?;
            Ok(ExitCode::FAILURE)
        }
    }
}

fn read_key(path: &std::path::Path) -> miette::Result<[u8; 32]> {
    let text = std::fs::read_to_string(path)
        .into_diagnostic()
        .wrap_err_with(|| format!("cannot read `{}`", path.display()))?;
    program::parse_key(&text)
        .ok_or_else(|| miette::miette!("`{}` does not hold 64 hexadecimal digits", path.display()))
}

fn say(text: &str) -> miette::Result<()> {
    std::io::stdout().write_all(text.as_bytes()).into_diagnostic()
}
