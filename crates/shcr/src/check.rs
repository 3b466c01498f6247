//! `shcr check`: takes a configuration, says whether a gateway could run on it, and every place where it could not. Opens no
//! port, asks no source and writes nothing.

use crate::{
    config::{Config, report::Report},
    program::status,
    refsets,
    tools::policy::narrower_units,
};
use federation::{Federation, Limits, SourceConfig};
use miette::{IntoDiagnostic, WrapErr};
use std::{io::Write, path::PathBuf, process::ExitCode};

/// `shcr check`
#[derive(clap::Args)]
pub(crate) struct Options {
    /// The deployment's configuration.
    #[arg(long)]
    config: PathBuf,
}

pub(crate) fn run(options: &Options) -> miette::Result<ExitCode> {
    let (config, text) = Config::load_with_text(&options.config)?;
    let faults = Federation::faults(&config.sources, &config.national, &Limits::default());
    if let Some(report) = Report::of(faults.iter().map(|fault| text.fault(fault)).collect()) {
        return Err(report.into());
    }
    let facts: Vec<_> = config.sources.iter().map(status::facts).collect();
    let policy = access::Policy::deployed(&config.policy.directory, &facts, &config.deployment())
        .into_diagnostic()
        .wrap_err("the sharing policy cannot be used")?;
    let (training, policy_dir) = (config.training, &config.policy.directory);
    let hosts = access::host::Hosts::load_in(training, config.hosts.clone(), policy_dir);
    if let Some(report) = hosts.as_ref().err().and_then(|fault| Report::of(vec![text.host_fault(fault)?])) {
        return Err(report.into());
    }
    let hosts = hosts.into_diagnostic().wrap_err("a host cannot be registered")?;
    let providers = access::logout::Providers::load(&config.logout)
        .into_diagnostic()
        .wrap_err("an identity provider cannot be registered")?;
    config.audit.place()?;
    crate::program::direct::load(&config)?;
    crate::program::office::Office::load(&config)?;
    crate::program::attention::Notifier::load(&config)?;
    crate::traces::can_be_sent(&config)?;
    crate::program::counted::lists::read(&config.alerts)
        .into_diagnostic()
        .wrap_err("a list of professionals cannot be used")?;
    crate::program::held_keys::HeldKeys::load(&config)?;
    access::keys::Keys::new(hosts.issuers().chain(providers.issuers())).into_diagnostic()?;
    crate::program::employers(&config).into_diagnostic().wrap_err("an employer cannot be asked")?;
    if let Some(channel) = &config.back_channel {
        crate::serve::back_channel::guard(channel)?;
    }
    if let Some(keys) = &config.keys {
        access::own_keys::OwnKeys::read(keys).into_diagnostic().wrap_err("our own keys cannot be used")?;
    }
    let lists = refsets::load(&config.policy.directory, config.training)
        .into_diagnostic()
        .wrap_err("what is restricted cannot be told")?;
    let mut said = String::new();
    for source in &config.sources {
        said.push_str(&line(source));
        said.push_str(&narrower_units(&policy, &source.id));
    }
    let starter = if lists.starter { ", the starter list, not for live use" } else { "" };
    let (concepts, sets, services) = (lists.concepts, lists.sets, lists.services);
    said.push_str(&format!(
        "restricted {concepts} concepts of {sets} reference sets{starter}; {services} kinds of service\n"
    ));
    said.push_str(&format!(
        "ok: {} sources, {} hosts, configuration {}\n",
        config.sources.len(),
        config.hosts.len(),
        policy.id()
    ));
    std::io::stdout().write_all(said.as_bytes()).into_diagnostic()?;
    Ok(ExitCode::SUCCESS)
}

/// One source: who, what it speaks, how we prove ourselves, what it shares.
fn line(source: &SourceConfig) -> String {
    let shares: Vec<_> = source.shares.iter().map(|category| category.name()).collect();
    let mut proofs = Vec::new();
    if source.oauth2.is_some() {
        proofs.push("OAuth 2.0");
    }
    if source.api_key_file.is_some() {
        proofs.push("API key");
    }
    if source.tls.as_ref().is_some_and(|tls| tls.identity_file.is_some()) {
        proofs.push("client certificate");
    }
    let by = if proofs.is_empty() { String::new() } else { format!(", by {}", proofs.join(" and ")) };
    let what = if shares.is_empty() { "shares nothing yet".to_owned() } else { shares.join(" ") };
    format!("{:<10} {}{by}: {what}\n", source.id.as_str(), source.kind.speaks())
}
