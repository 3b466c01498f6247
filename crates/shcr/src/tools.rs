//! Checks from the command line: the audit and its log, and the sharing agreement. Takes files and facts, never a person. Exit codes: 0 verified or done, 1 verification failed, 2 incomplete, 3 refused, 64 usage.

/// Whether a store, a log or an export is what was written.
mod verify;
/// Entries taken out of a store, keys changed: acts that are recorded before they are done.
mod acts;
/// What the officers' pages show, at a terminal.
mod read;
/// How long entries are kept, and what must stay.
mod keeping;
/// What was held back, for the partner that has the key.
mod held;
/// A partner's own copy.
pub(crate) mod import;
/// Counts for everybody.
mod figures;
/// Sources' own logs held against ours.
mod reconcile;
/// A witness of other people's logs.
pub(crate) mod witness;
/// The sharing agreement.
pub(crate) mod policy;

use crate::{config::Config, program};
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
    /// Find openings and attempts at them. Recorded first. No gateway may have the store as its file.
    Search(read::Search),
    /// Report on a person's record, direct access, alerts or one opening. Recorded first. No gateway may have the store as its file.
    #[command(subcommand)]
    Report(read::Report),
    /// Count openings, how sources ended, exceptions and alerts; nobody is named.
    Figures {
        #[command(flatten)]
        stored: Stored,
        /// The key file.
        #[arg(long)]
        key: PathBuf,
    },
    /// Write the proof that one entry is in the log, for whoever has the log's public key.
    Prove {
        #[command(flatten)]
        stored: Stored,
        #[arg(long)]
        index: u64,
        /// The key file: of an entry that was deleted it is also said when, and under which rule.
        #[arg(long)]
        key: Option<PathBuf>,
    },
    /// Print the log's public keys, to be handed to partners: the size since which each signs, and the key.
    Keys {
        #[command(flatten)]
        stored: Stored,
    },
    /// Make the tables on a PostgreSQL server, once, as the owner of the database; gateways get a role of their own.
    Create {
        /// The owner's connection string; only you may read the file.
        #[arg(long)]
        url_file: PathBuf,
        #[arg(long)]
        ca_file: Option<PathBuf>,
        /// The role under which gateways connect. It exists, owns nothing, and may then add entries and change none.
        #[arg(long)]
        role: String,
        /// The role under which two people may have old entries deleted. It exists, owns nothing, and may then do that alone.
        #[arg(long)]
        retention_role: Option<String>,
    },
    /// Write entries with everything that proves them into a new folder. Two people; recorded first.
    Export(acts::Export),
    /// Sign the log with another key from here on. Two people; recorded, and the record signed by the old key.
    RotateKey(acts::RotateKey),
    /// Begin a log that goes on from one that is frozen or put back from the past. Two people; the first entry names where that one ended.
    Succeed(acts::Succeed),
    /// Delete what the agreement keeps no longer, or erase one entry or opening. Two people; tried first, recorded first.
    Delete(keeping::Delete),
    /// As a partner: bring our own part of the audit into a file of our own, checked line by line.
    ImportFeed(import::Options),
    /// As a partner: read what was held back of our own answers, from our copy of the feed. Needs our private key.
    Held(held::Options),
    /// Keep everything about a person, a professional or an opening from being deleted.
    Hold(keeping::Hold),
    /// End such a hold, by another person.
    Lift(keeping::Lift),
    /// Hold a checkpoint that somebody was given against a store; if the log's own key signed two histories, freeze it.
    Compare {
        #[command(flatten)]
        stored: Stored,
        /// The checkpoint as it was given out.
        #[arg(long)]
        checkpoint: PathBuf,
    },
    /// Hold what sources logged of us on a day against our own entries.
    Reconcile(reconcile::Options),
    /// Watch logs of others: cosign each checkpoint that only adds to the last one seen.
    Witness(witness::Options),
}

/// Which store. It may be in use.
#[derive(clap::Args)]
pub(crate) struct Stored {
    /// The store's file.
    #[arg(long, required_unless_present = "config", conflicts_with = "config")]
    store: Option<PathBuf>,
    /// The gateway's configuration, which names a file or a server.
    #[arg(long)]
    config: Option<PathBuf>,
    /// The directory of that file's month keys, where its months have keys.
    #[arg(long, conflicts_with = "config")]
    month_keys: Option<PathBuf>,
}

impl Stored {
    fn place(&self) -> miette::Result<audit::Place> {
        match (&self.store, &self.config) {
            (_, Some(config)) => Config::load(config)?.audit.place(),
            (Some(store), None) => {
                Ok(audit::Place { month_keys: self.month_keys.clone(), ..audit::Place::file(store) })
            }
            (None, None) => Err(miette::miette!("name a store with `--store` or `--config`")),
        }
    }
}

pub(crate) async fn audit(command: Audit) -> miette::Result<ExitCode> {
    match command {
        Audit::Verify(options) => verify::run(options).await,
        Audit::Search(options) => read::search(options).await,
        Audit::Report(report) => read::report(report).await,
        Audit::Figures { stored, key } => figures::run(&stored.place()?, read_key(&key)?),
        Audit::Prove { stored, index, key } => prove(&stored.place()?, index, key.as_deref()),
        Audit::Keys { stored } => keys(&stored.place()?),
        Audit::Create { url_file, ca_file, role, retention_role } => {
            let server = audit::Server::read(&url_file, ca_file.as_deref()).into_diagnostic()?;
            create(&server, &role, retention_role.as_deref())
        }
        Audit::Export(options) => acts::export(options).await,
        Audit::RotateKey(options) => acts::rotate_key(options).await,
        Audit::Succeed(options) => acts::succeed(options).await,
        Audit::Delete(options) => keeping::delete(options).await,
        Audit::ImportFeed(options) => import::run(options).await,
        Audit::Held(options) => held::run(&options),
        Audit::Hold(options) => keeping::hold(options).await,
        Audit::Lift(options) => keeping::lift(options).await,
        Audit::Compare { stored, checkpoint } => compare(&stored.place()?, &checkpoint),
        Audit::Reconcile(options) => reconcile::run(options).await,
        Audit::Witness(options) => witness::run(options).await,
    }
}

fn prove(store: &audit::Place, index: u64, key: Option<&Path>) -> miette::Result<ExitCode> {
    let key = key.map(read_key).transpose()?;
    let gone = key.map(|key| audit::gone(store, &key, index)).transpose().into_diagnostic()?.flatten();
    match audit::export::prove(store, index) {
        Ok(proof) => {
            if let Some(gone) = gone {
                // Beside the proof, whose form is fixed.
                writeln!(std::io::stderr(), "{gone}").into_diagnostic()?;
            }
            say(&proof.text())?;
            Ok(ExitCode::SUCCESS)
        }
        Err(fault) => refuse(&fault),
    }
}

fn create(server: &audit::Server, role: &str, retention: Option<&str>) -> miette::Result<ExitCode> {
    if let Err(fault) = audit::create(server, role) {
        return refuse(&fault);
    }
    say(&format!("the tables are made; `{role}` may add to them\n"))?;
    let Some(retention) = retention else { return Ok(ExitCode::SUCCESS) };
    match audit::grant_retention(server, retention) {
        Ok(()) => {
            say(&format!("`{retention}` may delete from them what two people order\n"))?;
            Ok(ExitCode::SUCCESS)
        }
        Err(fault) => refuse(&fault),
    }
}

fn keys(store: &audit::Place) -> miette::Result<ExitCode> {
    for (since, verifier) in audit::export::log_keys(store).into_diagnostic()? {
        say(&format!("{since} {verifier}\n"))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn compare(store: &audit::Place, checkpoint: &Path) -> miette::Result<ExitCode> {
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
            audit::freeze(&store.path, words).into_diagnostic()?;
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
