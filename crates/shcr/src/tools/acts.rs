//! `shcr audit export`, `rotate-key` and `succeed`: take a deployment's configuration and two people, act on a store that no gateway
//! has open. What is read is recorded before it is written out (audit.md section 11); a reason has ten characters at least.

use super::{refuse, say};
use crate::{clock, config::Config, entries::reading, program};
use audit::{
    Decided, Entry, Found, Key, Kind, Query, Store,
    event::{Deployment, Placed},
};
use miette::{IntoDiagnostic, WrapErr};
use std::{ops::Range, path::PathBuf, process::ExitCode};

/// The export's entries as FHIR AuditEvents.
const EVENTS: &str = "events.ndjson";
/// What is recorded of one argument, at most.
const LONGEST_TOLD: usize = 1_000;

/// `shcr audit export`
#[derive(clap::Args)]
pub(crate) struct Export {
    /// The deployment's configuration.
    #[arg(long)]
    config: PathBuf,
    /// Indexes, the second not included: `1200..1300`.
    #[arg(long)]
    range: String,
    /// A folder that is not there yet.
    #[arg(long)]
    to: PathBuf,
    /// Why; recorded.
    #[arg(long)]
    reason: String,
    /// Who asks; recorded.
    #[arg(long)]
    by: String,
    /// Who agrees; recorded, and not the same person.
    #[arg(long)]
    second: String,
}

/// `shcr audit rotate-key`
#[derive(clap::Args)]
pub(crate) struct RotateKey {
    /// The deployment's configuration.
    #[arg(long)]
    config: PathBuf,
    /// Who decides; recorded.
    #[arg(long)]
    by: String,
    /// Who agrees; recorded, and not the same person.
    #[arg(long)]
    second: String,
}

/// `shcr audit succeed`
#[derive(clap::Args)]
pub(crate) struct Succeed {
    /// The deployment's configuration: the log that ended under `[[audit.earlier]]`, and a `store` that is not there yet.
    #[arg(long)]
    config: PathBuf,
    /// Why; recorded.
    #[arg(long)]
    reason: String,
    /// Who decides; recorded.
    #[arg(long)]
    by: String,
    /// Who agrees; recorded, and not the same person.
    #[arg(long)]
    second: String,
}

pub(crate) async fn export(options: Export) -> miette::Result<ExitCode> {
    let range = options.range.split_once("..").and_then(|(a, b)| Some(a.parse().ok()?..b.parse().ok()?));
    let Some(range) = range else { return refuse(&"a range is written `A..B`") };
    let Some(reason) = reading::reason(&options.reason) else {
        return refuse(&"say why in 10 to 1,000 characters");
    };
    if !audit::are_two(&options.by, &options.second) {
        return refuse(&"two people are needed");
    }
    let (config, key) = deployment(&options.config)?;
    let store = opened(&config, key)?;
    let recorded = store.append(vec![read(&options, reason)], clock::millis()).await;
    let events = match &recorded {
        Ok(_) => events(&store, &config, &range).await,
        Err(_) => Ok(String::new()),
    };
    store.stop(clock::millis()).await.into_diagnostic().wrap_err("the store could not be closed")?;
    if let Err(fault) = recorded {
        return refuse(&format!("it could not be recorded, so nothing is exported ({fault})"));
    }
    drop(store);
    match audit::export::export(&config.audit.place()?, &key, range, &options.to) {
        Ok(()) => {
            std::fs::write(options.to.join(EVENTS), events?).into_diagnostic()?;
            say(&format!("exported to `{}`\n", options.to.display()))?;
            Ok(ExitCode::SUCCESS)
        }
        Err(fault) => refuse(&fault),
    }
}

/// The same entries as FHIR AuditEvents, one to a line.
async fn events(store: &Store, config: &Config, range: &Range<u64>) -> miette::Result<String> {
    // `<host>/audit/<ODS>/<year>`, as its keys are named.
    let keys = audit::export::log_keys(&config.audit.place()?).into_diagnostic()?;
    let log = keys.last().and_then(|(_, verifier)| verifier.split('+').next()).unwrap_or_default();
    let deployment = Deployment {
        observer: format!("gateway:{}", config.audit.replica),
        site: log.rsplit('/').nth(1).unwrap_or_default().to_owned(),
        address: Some(config.public_url.clone()),
        base: config.public_url.clone(),
    };
    let (mut text, mut from) = (String::new(), Some(range.start));
    while let Some(begin) = from.filter(|begin| range.contains(begin)) {
        let page = store.watched(Query { from: begin, ..Query::default() }).await.into_diagnostic()?;
        for found in page.entries.iter().filter(|found| range.contains(&found.index)) {
            let Found { index, entry, commitment, .. } = found;
            let placed = Placed { entry, index: *index, commitment, log };
            for event in audit::event::events(&placed, &deployment).into_diagnostic()? {
                text.push_str(&event);
                text.push('\n');
            }
        }
        from = page.next;
    }
    Ok(text)
}

pub(crate) async fn rotate_key(options: RotateKey) -> miette::Result<ExitCode> {
    if !audit::are_two(&options.by, &options.second) {
        return refuse(&"two people are needed");
    }
    let (config, key) = deployment(&options.config)?;
    let store = opened(&config, key)?;
    let rotated = store.rotate_key([options.by, options.second], clock::millis()).await;
    store.stop(clock::millis()).await.into_diagnostic().wrap_err("the store could not be closed")?;
    match rotated {
        Ok(verifier) => {
            say(&format!("{verifier}\n"))?;
            Ok(ExitCode::SUCCESS)
        }
        Err(fault) => refuse(&fault),
    }
}

pub(crate) async fn succeed(options: Succeed) -> miette::Result<ExitCode> {
    let Some(reason) = reading::reason(&options.reason) else {
        return refuse(&"say why in 10 to 1,000 characters");
    };
    if !audit::are_two(&options.by, &options.second) {
        return refuse(&"two people are needed");
    }
    let (config, key) = deployment(&options.config)?;
    let Some(old) = config.audit.earlier.last() else {
        return refuse(
            &"name the log that ended under `[[audit.earlier]]`, and another `store` for this one",
        );
    };
    let before = old.place()?;
    let Some(old) = audit::ended(&before).into_diagnostic()? else {
        return refuse(&"the log that ended has signed nothing, so there is nothing to go on from");
    };
    let decided = Decided { by: options.by, second: options.second, reason: reason.to_owned() };
    let settings = program::store_settings(&config, key)?;
    let store = match Store::succeed(settings, &old, &decided, clock::millis()) {
        Ok(store) => store,
        Err(fault) => return refuse(&fault),
    };
    let signed = store.checkpoint(clock::millis()).await;
    store.stop(clock::millis()).await.into_diagnostic().wrap_err("the store could not be closed")?;
    let size = signed.into_diagnostic()?.checkpoint.size;
    // As it stood once its door was shut.
    let old = audit::ended(&before).into_diagnostic()?.unwrap_or(old);
    let (log, ended, leaves) = (store.origin(), &old.checkpoint, old.leaves);
    say(&format!(
        "{log} goes on from {} of {} signed entries; {size} of its own are signed\n",
        ended.origin, ended.size
    ))?;
    if leaves > ended.size {
        say(&format!("{} entries of the old log were never signed\n", leaves - ended.size))?;
    }
    drop(store);
    for (since, verifier) in audit::export::log_keys(&config.audit.place()?).into_diagnostic()? {
        say(&format!("{since} {verifier}\n"))?;
    }
    Ok(ExitCode::SUCCESS)
}

pub(super) fn deployment(path: &std::path::Path) -> miette::Result<(Config, [u8; 32])> {
    let config = Config::load(path)?;
    let key = program::read_key(&config)?;
    Ok((config, key))
}

/// Beside running gateways on a server, as `<replica>-tools`; in a file, instead of one.
pub(super) fn opened(config: &Config, key: [u8; 32]) -> miette::Result<Store> {
    let mut settings = program::store_settings(config, key)?;
    program::earlier::must_be_begun(config, &settings.place)?;
    if settings.place.server.is_some() {
        settings.replica.push_str("-tools");
    }
    Store::open(settings, clock::millis())
        .into_diagnostic()
        .wrap_err("the store cannot be opened: a gateway that has it as its file must be stopped first")
}

fn read(options: &Export, reason: &str) -> Entry {
    let id = uuid::Uuid::new_v4().to_string();
    let mut entry = Entry::new(Kind::AuditRead, Key::edge(Kind::AuditRead, &[&id]), clock::millis());
    entry.cause = Some("export".to_owned());
    entry.software = Some(env!("CARGO_PKG_VERSION").to_owned());
    let told = [
        ("range", options.range.as_str()),
        ("reason", reason),
        ("by", &options.by),
        ("second", &options.second),
    ];
    let told =
        told.into_iter().map(|(name, value)| (name.to_owned(), value.chars().take(LONGEST_TOLD).collect()));
    entry.detail = told.collect();
    entry
}
