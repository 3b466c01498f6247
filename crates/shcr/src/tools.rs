//! Checks from the command line: the audit and its log, and the sharing agreement. Takes files and facts, never a person. Exit codes: 0 verified or done, 1 verification failed, 2 incomplete, 3 refused, 64 usage.

/// Whether a store, a log or an export is what was written.
mod verify;
/// Entries taken out of a store, keys changed: acts that are recorded before they are done.
mod acts;
/// Counts for everybody.
mod figures;
/// A witness of other people's logs.
pub(crate) mod witness;
/// The sharing agreement.
pub(crate) mod policy;

use crate::program;
use miette::{IntoDiagnostic, WrapErr};
use std::{
    io::Write,
    path::{Path, PathBuf},
    process::ExitCode,
};

/// Something that decides the answer was not to be had.
const INCOMPLETE: u8 = 2;
/// What was asked for is not done.
const REFUSED: u8 = 3;
/// The command line asks for two things, or for nothing.
const USAGE: u8 = 64;

/// `shcr audit`
#[derive(clap::Subcommand)]
pub(crate) enum Audit {
    /// Check that no entry was changed, removed, added or reordered: in a store's file, in a log as it is served, or in an export.
    Verify(verify::Options),
    /// Count openings, how sources ended, exceptions and alerts; nobody is named.
    Figures {
        /// The store's file; it may be in use.
        #[arg(long)]
        store: PathBuf,
        /// The key file.
        #[arg(long)]
        key: PathBuf,
    },
    /// Write the proof that one entry is in the log, for whoever has the log's public key.
    Prove {
        /// The store's file; it may be in use.
        #[arg(long)]
        store: PathBuf,
        #[arg(long)]
        index: u64,
    },
    /// Print the log's public keys, to be handed to partners: the size since which each signs, and the key.
    Keys {
        /// The store's file; it may be in use.
        #[arg(long)]
        store: PathBuf,
    },
    /// Write entries with everything that proves them into a new folder. Two people; recorded first.
    Export(acts::Export),
    /// Sign the log with another key from here on. Two people; recorded, and the record signed by the old key.
    RotateKey(acts::RotateKey),
    /// Hold a checkpoint that somebody was given against a store; if the log's own key signed two histories, freeze it.
    Compare {
        /// The store's file; it may be in use.
        #[arg(long)]
        store: PathBuf,
        /// The checkpoint as it was given out.
        #[arg(long)]
        checkpoint: PathBuf,
    },
    /// Watch logs of others: cosign each checkpoint that only adds to the last one seen.
    Witness(witness::Options),
}

pub(crate) async fn audit(command: Audit) -> miette::Result<ExitCode> {
    match command {
        Audit::Verify(options) => verify::run(options).await,
        Audit::Figures { store, key } => figures::run(&store, read_key(&key)?),
        Audit::Prove { store, index } => prove(&store, index),
        Audit::Keys { store } => keys(&store),
        Audit::Export(options) => acts::export(options).await,
        Audit::RotateKey(options) => acts::rotate_key(options).await,
        Audit::Compare { store, checkpoint } => compare(&store, &checkpoint),
        Audit::Witness(options) => witness::run(options).await,
    }
}

fn prove(store: &Path, index: u64) -> miette::Result<ExitCode> {
    match audit::export::prove(store, index) {
        Ok(proof) => {
            say(&proof.text())?;
            Ok(ExitCode::SUCCESS)
        }
        Err(fault) => refuse(&fault),
    }
}

fn keys(store: &Path) -> miette::Result<ExitCode> {
    for (since, verifier) in audit::export::log_keys(store).into_diagnostic()? {
        say(&format!("{since} {verifier}\n"))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn compare(store: &Path, checkpoint: &Path) -> miette::Result<ExitCode> {
    let note = read_text(checkpoint)?;
    match audit::compare(store, &note).into_diagnostic()? {
        audit::Compared::SameLog => say("the store's log begins with that checkpoint, or goes on to it\n")?,
        audit::Compared::NotOurs => {
            say("that checkpoint is not signed by this log's key: it proves nothing\n")?;
            return Ok(ExitCode::from(INCOMPLETE));
        }
        audit::Compared::Ahead => {
            say(
                "that checkpoint is of more entries than the store holds: the store is from an earlier day, or entries were cut off\n",
            )?;
            return Ok(ExitCode::FAILURE);
        }
        audit::Compared::Fork => {
            let words = "two checkpoints signed by the log's own key tell two histories";
            audit::freeze(store, words).into_diagnostic()?;
            say(&format!("FORK: {words}; the log is frozen\n"))?;
            return Ok(ExitCode::FAILURE);
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn refuse(why: &dyn std::fmt::Display) -> miette::Result<ExitCode> {
    say(&format!("refused: {why}\n"))?;
    Ok(ExitCode::from(REFUSED))
}

fn read_key(path: &Path) -> miette::Result<[u8; 32]> {
    program::parse_key(&read_text(path)?)
        .ok_or_else(|| miette::miette!("`{}` does not hold 64 hexadecimal digits", path.display()))
}

fn read_text(path: &Path) -> miette::Result<String> {
    std::fs::read_to_string(path)
        .into_diagnostic()
        .wrap_err_with(|| format!("cannot read `{}`", path.display()))
}

fn say(text: &str) -> miette::Result<()> {
    std::io::stdout().write_all(text.as_bytes()).into_diagnostic()
}
