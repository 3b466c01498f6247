//! `shcr audit reconcile`: takes a day, and a running gateway's listener or a stopped one's configuration; has sources' own logs
//! held against ours, as they hand them over or from a file. Who asks and why is recorded first. Exit codes: 0 both sides agree,
//! 1 something has to be looked into, 2 a source handed nothing over, 3 refused.

use super::{INCOMPLETE, REFUSED, acts, read::ods, refuse, say};
use crate::{
    clock,
    entries::{reading, reconciled::Reader},
    program::reconciled::{organisation, said},
    reconcile::{self, Asked, Of, Sides},
};
use audit::reconcile::{Day, RequestNames};
use federation::Federation;
use fhir::{OdsCode, SourceId};
use miette::{IntoDiagnostic, WrapErr, miette};
use reqwest::StatusCode;
use std::{
    path::{Path, PathBuf},
    process::ExitCode,
    time::Duration,
};
use web::gateway::Reconciled;

/// How long a gateway may take over a day of every source.
const PATIENCE: Duration = Duration::from_secs(3600);

/// `shcr audit reconcile`
#[derive(clap::Args)]
#[command(group = clap::ArgGroup::new("where").required(true).args(["operator", "config"]))]
pub(crate) struct Options {
    /// The operator's listener of a running gateway, such as `http://127.0.0.1:9001`.
    #[arg(long)]
    operator: Option<String>,
    /// The deployment's configuration, while no gateway runs on it.
    #[arg(long)]
    config: Option<PathBuf>,
    /// One source; without it, every one that hands over its log.
    #[arg(long)]
    source: Option<String>,
    /// A day of UTC, such as `2026-11-28`; without it, yesterday.
    #[arg(long)]
    day: Option<String>,
    /// What the source handed over by another way.
    #[arg(long, requires = "source")]
    file: Option<PathBuf>,
    /// Of a source that stands for practices, the one whose log that is, by its ODS code; without it, all of them.
    #[arg(long, requires = "file", value_parser = ods)]
    practice: Option<OdsCode>,
    /// Who asks; recorded.
    #[arg(long)]
    by: String,
    /// Why; recorded. Not about any person.
    #[arg(long)]
    reason: String,
}

pub(crate) async fn run(options: Options) -> miette::Result<ExitCode> {
    if options.by.trim().is_empty() || reading::reason(&options.reason).is_none() {
        return refuse(&"say who you are, and why in 10 to 1,000 characters");
    }
    let lines = options.file.as_deref().map(read).transpose()?;
    match (&options.operator, &options.config) {
        (Some(operator), _) => by_operator(operator, &options, lines).await,
        (None, Some(config)) => told(&offline(config, &options, lines).await?),
        (None, None) => Err(miette!("name a running gateway or a configuration")),
    }
}

fn read(path: &Path) -> miette::Result<Vec<u8>> {
    std::fs::read(path).into_diagnostic().wrap_err_with(|| format!("cannot read `{}`", path.display()))
}

fn told(reconciled: &Reconciled) -> miette::Result<ExitCode> {
    let (text, code) = match reconciled {
        Reconciled::Clean(text) => (text, ExitCode::SUCCESS),
        Reconciled::Differs(text) => (text, ExitCode::FAILURE),
        Reconciled::Incomplete(text) => (text, ExitCode::from(INCOMPLETE)),
        Reconciled::Refused(why) => return refuse(why),
    };
    say(text)?;
    Ok(code)
}

async fn by_operator(operator: &str, options: &Options, lines: Option<Vec<u8>>) -> miette::Result<ExitCode> {
    let client = reqwest::Client::builder().timeout(PATIENCE).no_proxy().build().into_diagnostic()?;
    let operator = operator.trim_end_matches('/');
    let lines = lines.map(String::from_utf8).transpose();
    let lines = lines.map_err(|_| miette!("the file is no text"))?;
    let text = |option: &Option<String>| option.clone().unwrap_or_default();
    let form = [
        ("source", text(&options.source)),
        ("day", text(&options.day)),
        ("practice", options.practice.as_ref().map(ToString::to_string).unwrap_or_default()),
        ("by", options.by.clone()),
        ("reason", options.reason.clone()),
    ];
    let form: Vec<_> = form.into_iter().chain(lines.map(|lines| ("lines", lines))).collect();
    let asked = client.post(format!("{operator}/reconcile")).header("Origin", operator).form(&form);
    let answer =
        asked.send().await.into_diagnostic().wrap_err("the gateway's operator's listener did not answer")?;
    let status = answer.status();
    say(&answer.text().await.into_diagnostic()?)?;
    Ok(match status {
        StatusCode::OK => ExitCode::SUCCESS,
        StatusCode::CONFLICT => ExitCode::FAILURE,
        StatusCode::FAILED_DEPENDENCY => ExitCode::from(INCOMPLETE),
        _ => ExitCode::from(REFUSED),
    })
}

async fn offline(path: &Path, options: &Options, lines: Option<Vec<u8>>) -> miette::Result<Reconciled> {
    let day = match &options.day {
        None => Day::of(clock::millis()).before(1),
        Some(text) => match Day::parse(text) {
            Ok(day) => day,
            Err(not) => return Ok(Reconciled::Refused(not.to_string())),
        },
    };
    let (config, key) = acts::deployment(path)?;
    let federation =
        Federation::new(config.sources.clone(), config.national.clone(), federation::Limits::default())
            .into_diagnostic()?;
    let names = RequestNames::derive(&key).ok_or_else(|| miette!("no key can be derived"))?;
    let store = acts::opened(&config, key)?;
    let agreed = config.sources.iter().filter(|source| source.access_log.is_some());
    let of = match (options.source.as_deref().map(SourceId::new), lines) {
        (Some(source), Some(lines)) => Of::File(source, options.practice.clone(), lines),
        (Some(source), None) => Of::Sources(vec![source]),
        (None, _) => Of::Sources(agreed.map(|source| source.id.clone()).collect()),
    };
    let reader = Reader {
        by: options.by.trim().to_owned(),
        reason: options.reason.trim().to_owned(),
        organisation: organisation(&config.audit.origin),
    };
    let sides = Sides { store: &store, federation: &federation, names: &names };
    let done = reconcile::reconcile(&sides, Asked { day, of, reader }).await;
    store.stop(clock::millis()).await.into_diagnostic().wrap_err("the store could not be closed")?;
    Ok(said(done))
}
