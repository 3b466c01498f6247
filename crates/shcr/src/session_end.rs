//! `shcr session end`: takes a host and a professional, has a running gateway end all their views, by way of its operator's
//! listener, since the store has one writer. Recorded there with who said so. Exit codes: 0 ended, 1 not.

use miette::{IntoDiagnostic, WrapErr};
use std::{io::Write, process::ExitCode, time::Duration};

/// How long the gateway may take to record it.
const PATIENCE: Duration = Duration::from_secs(10);

/// `shcr session`
#[derive(clap::Subcommand)]
pub(crate) enum Session {
    /// End every view of one professional, at once and on every replica.
    End(End),
}

/// `shcr session end`
#[derive(clap::Args)]
pub(crate) struct End {
    /// The operator's listener of any replica, such as `http://127.0.0.1:9001`.
    #[arg(long)]
    operator: String,
    /// The host's client id.
    #[arg(long)]
    host: String,
    /// The professional's id in that host.
    #[arg(long)]
    sub: String,
    /// Who says so; recorded.
    #[arg(long)]
    by: String,
}

pub(crate) async fn run(Session::End(end): Session) -> miette::Result<ExitCode> {
    let client = reqwest::Client::builder().timeout(PATIENCE).no_proxy().build().into_diagnostic()?;
    let operator = end.operator.trim_end_matches('/');
    let form = [("host", &end.host), ("sub", &end.sub), ("by", &end.by)];
    let asked = client.post(format!("{operator}/sessions/end")).header("Origin", operator).form(&form);
    let answer =
        asked.send().await.into_diagnostic().wrap_err("the gateway's operator's listener did not answer")?;
    let done = answer.status().is_success();
    let said = answer.text().await.into_diagnostic()?;
    std::io::stdout().write_all(said.as_bytes()).into_diagnostic()?;
    Ok(if done { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
