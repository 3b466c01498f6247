//! The program: takes a command line, runs the gateway, the demo or a check; refuses with one clear sentence.
//! The only crate that imports all the others.

use clap::{Args, Parser, Subcommand};
use std::{path::PathBuf, process::ExitCode};

/// The one place where time is read.
mod clock;
/// One TOML, one typed tree.
mod config;
/// What a running gateway holds.
mod program;
/// One opening from launch to close, readable as a list.
mod opening;
/// Our values turned into audit entries.
mod entries;
/// Figures in words.
mod figured;
/// Counts and durations for the operator's monitoring.
mod metrics;
/// Openings told to a collector of traces.
mod traces;
/// One address that we post to.
mod posting;
/// A running gateway: listeners and background work.
mod serve;
/// A synthetic region around a gateway.
mod demo;
/// Checks from the command line.
mod tools;
/// What the agreement shows to nobody.
mod refsets;
/// One source asked about a test person.
mod source_test;
/// Whether a gateway could run on a configuration.
mod check;
/// A partner's edge node.
mod edge_node;
/// A professional's views ended by an operator.
mod session_end;
/// Sources' own logs held against ours.
mod reconcile;
/// A letter's words, read where they can harm nothing.
mod pdf_words;
/// No picture of our memory on a disk.
mod no_core;
/// What must be caught, in a build that never ships.
#[cfg(feature = "leaky")]
mod leaky;

/// The Shared Care Record gateway: one read-only page about one person, live from every partner.
#[derive(Parser)]
#[command(name = "shcr", version)]
struct CommandLine {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run a synthetic region, a gateway and a host to launch from.
    Demo(demo::Options),
    /// Run the gateway of one deployment.
    Serve(Serve),
    /// Say whether a configuration can be used, and every place where it cannot.
    Check(check::Options),
    /// Try one source as an opening would ask it, or convert what it sends.
    #[command(subcommand)]
    Source(source_test::Source),
    /// Run a partner's edge node, or ask something of it.
    Edge(edge_node::Edge),
    /// End a professional's views.
    #[command(subcommand)]
    Session(session_end::Session),
    /// Check or read the audit.
    #[command(subcommand)]
    Audit(tools::Audit),
    /// Check, print, explain, compare or sign the sharing agreement.
    #[command(subcommand)]
    Policy(tools::policy::Command),
    /// Read the hosts' role maps.
    #[command(subcommand)]
    Role(tools::policy::Roles),
    /// Bring in the lists of restricted concepts.
    #[command(subcommand)]
    Refset(refsets::import::Refset),
    /// Read the words of one PDF from a pipe, confined. The gateway runs it.
    #[command(name = pdf_words::COMMAND, hide = true)]
    ReadPdf,
}

#[derive(Args)]
struct Serve {
    /// The deployment's configuration; `config/demo.toml` is a complete, commented example.
    #[arg(long)]
    config: PathBuf,
}

fn main() -> miette::Result<ExitCode> {
    match CommandLine::parse().command {
        // Before anything else is there that it could use.
        Command::ReadPdf => pdf_words::read(),
        command => run(command),
    }
}

#[tokio::main]
async fn run(command: Command) -> miette::Result<ExitCode> {
    log_to_stderr();
    if !cfg!(feature = "leaky") {
        no_core::promise();
    }
    if rustls::crypto::aws_lc_rs::default_provider().install_default().is_err() {
        return Err(miette::miette!("a second TLS provider is already installed"));
    }
    match command {
        Command::Demo(options) => demo::run(options).await,
        Command::Serve(options) => serve::run(config::Config::load(&options.config)?).await,
        Command::Check(options) => check::run(&options),
        Command::Source(command) => source_test::run(command).await,
        Command::Edge(command) => edge_node::run(command).await,
        Command::Session(command) => session_end::run(command).await,
        Command::Audit(command) => tools::audit(command).await,
        Command::Policy(command) => tools::policy::run(command),
        Command::Role(command) => tools::policy::roles(command),
        Command::Refset(command) => refsets::import::run(&command),
        Command::ReadPdf => pdf_words::read(),
    }
}

/// The log is not the audit: it names openings, sources and states, never a person (HAZ-049).
fn log_to_stderr() {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| {
        tracing_subscriber::EnvFilter::new(
            "warn,shcr=info,edge=info,federation=info,access=info,audit=info,web=info",
        )
    });
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
}
