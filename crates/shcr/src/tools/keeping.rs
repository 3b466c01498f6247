//! `shcr audit delete`, `hold` and `lift`: take two people's order, or one's word that something must stay. Everything is recorded
//! before it is done, and nothing is deleted that was not tried first. A store in a file must have no gateway; a server may.
//! Source: audit.md section 9.

use super::{
    acts::{deployment, opened},
    refuse, say,
};
use crate::{clock, config::Config};
use audit::{
    OpeningId, Place, Server, Store,
    retention::{self, Held, Order, RetentionFault, Scope, Tally, What},
};
use miette::{IntoDiagnostic, WrapErr, miette};
use std::{
    io::{BufRead, Read},
    path::PathBuf,
    process::ExitCode,
};

/// A longer line is no id.
const ID_MAX: u64 = 1_024;
/// Read from standard input, not from an argument that others on the machine could read.
const STDIN: &str = "-";

/// `shcr audit delete`
#[derive(clap::Args)]
#[command(group = clap::ArgGroup::new("which").required(true).args(["before", "index", "opening"]))]
pub(crate) struct Delete {
    /// The deployment's configuration.
    #[arg(long)]
    config: PathBuf,
    /// Everything written before this day (UTC), such as `2018-04-01`; `[retention]` must have a rule that old.
    #[arg(long, requires = "what")]
    before: Option<jiff::civil::Date>,
    /// What goes of it.
    #[arg(long, value_parser = ["entries", "manifests"])]
    what: Option<String>,
    /// Erase this one entry, whatever its age.
    #[arg(long)]
    index: Option<u64>,
    /// Erase everything about this opening, whatever its age.
    #[arg(long, value_parser = opening)]
    opening: Option<OpeningId>,
    /// Who orders it; recorded.
    #[arg(long)]
    by: String,
    /// Who agrees; recorded, and not the same person.
    #[arg(long)]
    second: String,
    /// The Guardian's decision or the court's reference; recorded, and not about any person.
    #[arg(long)]
    authority: String,
    /// Record and say what would go, without deleting.
    #[arg(long)]
    dry_run: bool,
    /// On a server: the connection string of the role that may delete. Only you may read the file.
    #[arg(long)]
    url_file: Option<PathBuf>,
}

/// `shcr audit hold`
#[derive(clap::Args)]
#[command(group = clap::ArgGroup::new("whose").required(true).args(["person", "professional", "opening"]))]
pub(crate) struct Hold {
    /// The deployment's configuration.
    #[arg(long)]
    config: PathBuf,
    /// `-`: the person's NHS number is read from standard input.
    #[arg(long, value_parser = [STDIN])]
    person: Option<String>,
    /// `-`: two lines are read from standard input: the host's client id, and the professional's id in that host.
    #[arg(long, value_parser = [STDIN])]
    professional: Option<String>,
    #[arg(long, value_parser = opening)]
    opening: Option<OpeningId>,
    /// Who says so; recorded.
    #[arg(long)]
    by: String,
    /// By what right; recorded.
    #[arg(long)]
    authority: String,
    /// Why; recorded.
    #[arg(long)]
    reason: String,
}

/// `shcr audit lift`
#[derive(clap::Args)]
pub(crate) struct Lift {
    /// The deployment's configuration.
    #[arg(long)]
    config: PathBuf,
    /// The index at which the hold stands.
    #[arg(long)]
    hold: u64,
    /// Who says so; recorded, and not who placed it.
    #[arg(long)]
    by: String,
    /// Why; recorded.
    #[arg(long)]
    reason: String,
}

pub(crate) async fn delete(options: Delete) -> miette::Result<ExitCode> {
    let (config, key) = deployment(&options.config)?;
    let order = match ordered(&options, &config)? {
        Ok(order) => order,
        Err(why) => return refuse(&why),
    };
    let place = config.audit.place()?;
    let keepers = keepers(place.clone(), options.url_file.as_deref(), options.dry_run)?;
    let store = opened(&config, key)?;
    let done = match retention::tally(&place, &key, &order) {
        Ok(counts) if options.dry_run => tried(&store, &order, &counts).await,
        Ok(counts) => recorded(&store, order, &counts).await,
        Err(fault) => Err(fault),
    };
    let signed = store.checkpoint(clock::millis()).await;
    store.stop(clock::millis()).await.into_diagnostic().wrap_err("the store could not be closed")?;
    drop(store);
    let recorded = match done {
        Ok(Some(recorded)) => recorded,
        Ok(None) => return Ok(ExitCode::SUCCESS),
        Err(fault) => return refused(fault),
    };
    // What explains the gap is signed before there is one.
    signed.into_diagnostic().wrap_err("the order could not be signed, so nothing is deleted")?;
    match recorded.carry_out(&keepers, &key) {
        Ok(counts) => {
            say(&format!("deleted by the order at index {}\n{}", recorded.index(), text(&counts)))?;
            for key in &counts.keys {
                say(&format!("the month key {key} is destroyed\n"))?;
            }
            if keepers.month_keys.is_none() {
                say(
                    "no month keys: what was deleted stays readable in every backup until that is destroyed\n",
                )?;
            }
            Ok(ExitCode::SUCCESS)
        }
        Err(fault) => refused(fault),
    }
}

pub(crate) async fn hold(options: Hold) -> miette::Result<ExitCode> {
    let held = match (&options.person, &options.professional, &options.opening) {
        (Some(_), ..) => Held::Person(number(&typed(1)?)?),
        (_, Some(_), _) => {
            let mut lines = typed(2)?.into_iter();
            let mut next = || lines.next().unwrap_or_default();
            Held::Professional { host: next(), subject: next() }
        }
        (.., Some(opening)) => Held::Opening(opening.clone()),
        _ => return Err(miette!("say what is held")),
    };
    let (config, key) = deployment(&options.config)?;
    let store = opened(&config, key)?;
    let said = [options.by.as_str(), &options.authority, &options.reason];
    let done = retention::hold(&store, &held, said, clock::millis()).await;
    closed(store, done, "held").await
}

pub(crate) async fn lift(options: Lift) -> miette::Result<ExitCode> {
    let (config, key) = deployment(&options.config)?;
    let (store, place) = (opened(&config, key)?, config.audit.place()?);
    let said = (options.hold, options.by.as_str(), options.reason.as_str());
    let done = retention::lift(&store, (&place, &key), said, clock::millis()).await;
    closed(store, done, "lifted").await
}

async fn closed(store: Store, done: Result<u64, RetentionFault>, what: &str) -> miette::Result<ExitCode> {
    store.stop(clock::millis()).await.into_diagnostic().wrap_err("the store could not be closed")?;
    match done {
        Ok(index) => {
            say(&format!("{what}: recorded at index {index}\n"))?;
            Ok(ExitCode::SUCCESS)
        }
        Err(fault) => refused(fault),
    }
}

async fn tried(
    store: &Store,
    order: &Order,
    counts: &Tally,
) -> Result<Option<retention::Recorded>, RetentionFault> {
    let index = retention::dry_run(store, order, counts, clock::millis()).await?;
    // The printer may be gone; the dry run stands all the same.
    let _ = say(&format!("tried, nothing deleted: recorded at index {index}\n{}", text(counts)));
    Ok(None)
}

async fn recorded(
    store: &Store,
    order: Order,
    counts: &Tally,
) -> Result<Option<retention::Recorded>, RetentionFault> {
    retention::record(store, order, counts, clock::millis()).await.map(Some)
}

/// What is to go; the inner fault is for the two people.
fn ordered(options: &Delete, config: &Config) -> miette::Result<Result<Order, String>> {
    let order = match (options.before, options.index, &options.opening) {
        (Some(day), None, None) => {
            let midnight = day.to_zoned(jiff::tz::TimeZone::UTC).into_diagnostic()?;
            let (what, period) = match options.what.as_deref() {
                Some("manifests") => (What::Manifests, &config.retention.manifests),
                _ => (What::Entries, &config.retention.entries),
            };
            let Some(period) = period else {
                return Ok(Err(format!(
                    "`[retention]` has no rule for {0}, so none is ever deleted",
                    what.name()
                )));
            };
            match Order::by_rule(what, period, midnight.timestamp().as_second(), clock::millis()) {
                Ok(order) => order,
                Err(fault) => return Ok(Err(fault.to_string())),
            }
        }
        (None, Some(index), None) => Order::erasure(Scope::Entry(index)),
        (None, None, Some(opening)) => Order::erasure(Scope::Opening(opening.clone())),
        _ => return Err(miette!("one of `--before`, `--index` and `--opening`")),
    };
    Ok(Ok(order.ordered(&options.authority, &options.by, &options.second)))
}

/// The place as those may use it who delete.
fn keepers(place: Place, url_file: Option<&std::path::Path>, dry_run: bool) -> miette::Result<Place> {
    match (place.server, url_file) {
        (None, None) => Ok(Place { server: None, ..place }),
        (None, Some(_)) => Err(miette!("`--url-file` is for a store on a server")),
        (server, None) if dry_run => Ok(Place { server, ..place }),
        (Some(_), None) => Err(miette!("a gateway's role cannot delete: name another's with `--url-file`")),
        (Some(server), Some(file)) => {
            let server = Server::read(file, server.ca_file.as_deref()).into_diagnostic()?;
            Ok(Place { server: Some(server), ..place })
        }
    }
}

fn text(counts: &Tally) -> String {
    let mut text: String =
        counts.counts().iter().map(|(name, count)| format!("{count:>8} {name}\n")).collect();
    for hold in &counts.holds {
        text.push_str(&format!("the legal hold at index {hold} stands\n"));
    }
    text
}

/// Its cause with it, and never a person.
fn refused(fault: RetentionFault) -> miette::Result<ExitCode> {
    let cause = std::error::Error::source(&fault).map(|cause| format!(" ({cause})"));
    refuse(&format!("{fault}{}", cause.unwrap_or_default()))
}

/// That many lines from standard input.
fn typed(lines: usize) -> miette::Result<Vec<String>> {
    let read: Result<Vec<String>, _> = std::io::stdin().lock().take(ID_MAX).lines().take(lines).collect();
    let read: Vec<String> = read.into_diagnostic()?.iter().map(|line| line.trim().to_owned()).collect();
    if read.len() == lines && read.iter().all(|line| !line.is_empty()) {
        Ok(read)
    } else {
        Err(miette!("{lines} lines were expected on standard input"))
    }
}

fn number(lines: &[String]) -> miette::Result<String> {
    let typed = lines.first().map(String::as_str).unwrap_or_default();
    let number = fhir::NhsNumber::parse(typed).map_err(|_| miette!("that is no NHS number"))?;
    Ok(number.digits().to_owned())
}

fn opening(text: &str) -> Result<OpeningId, String> {
    OpeningId::parse(text).map_err(|fault| fault.to_string())
}
