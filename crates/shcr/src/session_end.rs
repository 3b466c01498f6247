//! `shcr session end`: takes a host and one professional of it, or all of them, has a running gateway end their views, by way of its
//! operator's listener, since the store has one writer. Who it is about is read from standard input, never from an argument, which
//! others on the machine could read. Recorded there with who said so and why. Exit codes: 0 ended, 1 not.

use miette::{IntoDiagnostic, WrapErr, miette};
use std::{
    io::{BufRead, Write},
    process::ExitCode,
    time::Duration,
};

/// How long the gateway may take to record it.
const PATIENCE: Duration = Duration::from_secs(10);
/// A longer line is no id.
const ID_MAX: u64 = 512;

/// `shcr session`
#[derive(clap::Subcommand)]
pub(crate) enum Session {
    /// End every view of one professional, or of all of a host, at once and on every replica.
    End(End),
}

/// `shcr session end`
#[derive(clap::Args)]
#[command(group = clap::ArgGroup::new("whose").required(true).args(["professional", "all"]))]
pub(crate) struct End {
    /// The operator's listener of any replica, such as `http://127.0.0.1:9001`.
    #[arg(long)]
    operator: String,
    /// The host's client id.
    #[arg(long)]
    host: String,
    /// Of one professional: their id in that host is read from standard input, one line.
    #[arg(long)]
    professional: bool,
    /// Of everybody of that host.
    #[arg(long)]
    all: bool,
    /// Who says so; recorded.
    #[arg(long)]
    by: String,
    /// Why; recorded. Not about any person.
    #[arg(long)]
    reason: String,
}

pub(crate) async fn run(Session::End(end): Session) -> miette::Result<ExitCode> {
    let sub = if end.professional { id(std::io::stdin().lock())? } else { String::new() };
    let client = reqwest::Client::builder().timeout(PATIENCE).no_proxy().build().into_diagnostic()?;
    let operator = end.operator.trim_end_matches('/');
    let all = end.all.to_string();
    let form = [("host", &end.host), ("sub", &sub), ("all", &all), ("by", &end.by), ("reason", &end.reason)];
    let asked = client.post(format!("{operator}/sessions/end")).header("Origin", operator).form(&form);
    let answer =
        asked.send().await.into_diagnostic().wrap_err("the gateway's operator's listener did not answer")?;
    let done = answer.status().is_success();
    let said = answer.text().await.into_diagnostic()?;
    std::io::stdout().write_all(said.as_bytes()).into_diagnostic()?;
    Ok(if done { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The first line; refuses an empty one, and one without an end.
fn id(input: impl BufRead) -> miette::Result<String> {
    let mut line = String::new();
    input.take(ID_MAX).read_line(&mut line).into_diagnostic().wrap_err("standard input cannot be read")?;
    let id = line.trim();
    if id.is_empty() || (line.len() as u64 == ID_MAX && !line.ends_with('\n')) {
        return Err(miette!("standard input has no professional's id in its first line"));
    }
    Ok(id.to_owned())
}

#[cfg(test)]
mod tests;
