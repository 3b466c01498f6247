//! `shcr edge`: runs a partner's edge node until it is told to stop, or asks something of it. Takes the node's own
//! configuration; a command goes to the node that runs on it, or, where none does, to the store itself. An NHS number is read
//! from the standard input, so that it stands in no list of processes. Source: docs/do/connect-a-periodic-partner.md.

use crate::clock;
use edge::{Clock, Command, Node, Said, Target};
use fhir::NhsNumber;
use miette::{IntoDiagnostic, WrapErr};
use std::{
    io::{BufRead, IsTerminal, Write},
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};

/// What a node says, for eyes.
mod tell;

/// `shcr edge`
#[derive(clap::Args)]
pub(crate) struct Edge {
    /// The node's configuration; `config/edge/edge.toml` is a complete, commented example.
    #[arg(long, global = true, default_value = "edge.toml")]
    config: PathBuf,
    /// Who asks, for the node's log.
    #[arg(long, global = true, env = "USER", default_value = "unknown")]
    by: String,
    /// Print what the node says as JSON.
    #[arg(long, global = true)]
    json: bool,
    #[command(flatten)]
    serve: Serve,
    #[command(subcommand)]
    verb: Option<Verb>,
}

/// Of a node that runs.
#[derive(clap::Args)]
struct Serve {
    /// Write the addresses as JSON once everything listens.
    #[arg(long)]
    ready_file: Option<PathBuf>,
    /// Stop when the standard input ends.
    #[arg(long)]
    until_input_ends: bool,
}

#[derive(clap::Subcommand)]
enum Verb {
    /// Whether the configuration can be used, and what it would listen to.
    Check,
    /// How every feed stands.
    Status,
    /// Load a file, with its manifest beside it as FILE.manifest or named.
    Load {
        file: PathBuf,
        #[arg(long)]
        feed: String,
        #[arg(long)]
        manifest: Option<PathBuf>,
        /// Publish a snapshot though it has far fewer rows than the one before.
        #[arg(long)]
        accept_shrinking: bool,
    },
    /// Make and sign the manifest of a file, as its sender does.
    Manifest(Sign),
    /// Switch a dataset off, or hold back a person, a unit or codes.
    #[command(subcommand)]
    Hold(What),
    /// Give free again what was held back.
    #[command(subcommand)]
    Release(What),
    /// What is held back.
    Held,
    /// Who was answered about whom. With --person, about the person whose number is read from the standard input.
    Viewed {
        #[arg(long)]
        person: bool,
        /// Only what stands behind this index.
        #[arg(long)]
        after: Option<u64>,
    },
    /// Delete one person (number on the standard input), or everything.
    Delete {
        #[arg(long, conflicts_with = "all")]
        person: bool,
        #[arg(long)]
        all: bool,
        /// Without it nothing is deleted.
        #[arg(long)]
        yes: bool,
    },
    /// Write a sealed copy of everything.
    Backup {
        #[arg(long)]
        to: PathBuf,
    },
    /// Replace everything by what a copy holds.
    Restore {
        #[arg(long)]
        from: PathBuf,
        /// Without it nothing is replaced.
        #[arg(long)]
        yes: bool,
    },
    /// Seal everything with the key the configuration names now; `retired` ones open what they sealed until then.
    RotateKey,
    /// What could not be taken.
    #[command(subcommand)]
    Quarantine(Kept),
}

/// What is held back.
#[derive(clap::Subcommand)]
enum What {
    /// A feed, or FEED/DATASET.
    Dataset { name: String },
    /// The person whose number is read from the standard input: answered as if nobody here knew them.
    Person,
    /// A team, ward or service, as the sender names it.
    Unit { name: String },
    /// Codes from a file, one a line: `system|code`, or the code alone; `#` begins a remark.
    Codes { file: PathBuf },
}

#[derive(clap::Subcommand)]
enum Kept {
    List,
    /// A message by its number, or a file by its name, as it came.
    TakeOut {
        name: String,
        #[arg(long)]
        to: PathBuf,
    },
    /// A message by its number, or `all`.
    Forget {
        name: String,
    },
}

#[derive(clap::Args)]
struct Sign {
    file: PathBuf,
    #[arg(long)]
    partner: String,
    #[arg(long)]
    feed: String,
    /// `snapshot`, `delta` or `messages`.
    #[arg(long, default_value = "snapshot")]
    mode: String,
    #[arg(long)]
    rows: u64,
    #[arg(long)]
    sequence: i64,
    /// Of a delta: the sequence it follows.
    #[arg(long)]
    after: Option<i64>,
    /// When the file was made, RFC 3339; now, where it is not given.
    #[arg(long)]
    as_at: Option<jiff::Timestamp>,
    /// The sender's private key, PEM (PKCS #8), P-384; without it the manifest is plain.
    #[arg(long)]
    key: Option<PathBuf>,
}

pub(crate) async fn run(edge: Edge) -> miette::Result<ExitCode> {
    let Edge { config, by, json, serve, verb } = edge;
    let command = match verb {
        None => return run_node(&config, serve).await,
        Some(Verb::Check) => return check(&config),
        Some(Verb::Manifest(sign)) => return manifest(&sign),
        Some(verb) => asked(verb)?,
    };
    let name = name(&command);
    let mut teller = tell::Teller::new(json);
    let answer = ask(&config, command, &by, &mut teller).await?;
    teller.end();
    match answer {
        Ok(value) => tell::answer(name, &value, json),
        Err(reason) => Err(miette::miette!("{reason}")),
    }
}

fn now() -> Clock {
    Arc::new(clock::now)
}

async fn run_node(config: &Path, serve: Serve) -> miette::Result<ExitCode> {
    let path = config.to_owned();
    let node = tokio::task::spawn_blocking(move || Node::open(&path, now())).await.into_diagnostic()?;
    let running = node.into_diagnostic()?.start().await.into_diagnostic()?;
    if let Some(file) = &serve.ready_file {
        let beside = file.with_extension("part");
        std::fs::write(&beside, running.addresses().to_string()).into_diagnostic()?;
        std::fs::rename(&beside, file)
            .into_diagnostic()
            .wrap_err_with(|| format!("cannot write `{}`", file.display()))?;
    }
    tracing::info!(addresses = %running.addresses(), "the edge node answers");
    if serve.until_input_ends {
        tokio::select! {
            stopped = crate::serve::stop_signal() => stopped?,
            () = input_ends() => {}
        }
    } else {
        crate::serve::stop_signal().await?;
    }
    running.stop().await;
    Ok(ExitCode::SUCCESS)
}

/// Whoever started it holds the other end, and is gone when that is.
async fn input_ends() {
    let (told, ended) = tokio::sync::oneshot::channel();
    std::thread::spawn(move || {
        let _ = std::io::copy(&mut std::io::stdin().lock(), &mut std::io::sink());
        let _ = told.send(());
    });
    let _ = ended.await;
}

/// Everything that a start would find wrong, at once.
fn check(config: &Path) -> miette::Result<ExitCode> {
    let config = edge::config::Config::load(config).into_diagnostic()?;
    let wrong = edge::check(&config);
    if !wrong.is_empty() {
        say(&format!("{} cannot run:\n  {}\n", config.name, wrong.join("\n  ")))?;
        return Ok(ExitCode::FAILURE);
    }
    let feeds: Vec<String> =
        config.feeds.iter().map(|feed| format!("{} ({})", feed.id, feed.format)).collect();
    say(&format!("{} can run: feeds {}\n", config.name, feeds.join(", ")))?;
    Ok(ExitCode::SUCCESS)
}

fn manifest(sign: &Sign) -> miette::Result<ExitCode> {
    let (sha256, size_bytes) = edge::hash_of(&sign.file)
        .into_diagnostic()
        .wrap_err_with(|| format!("cannot read `{}`", sign.file.display()))?;
    let file = sign.file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let manifest = edge::Manifest {
        partner: sign.partner.clone(),
        feed: sign.feed.clone(),
        file,
        sha256,
        size_bytes,
        rows: sign.rows,
        as_at: sign.as_at.unwrap_or_else(clock::now),
        sequence: sign.sequence,
        mode: sign.mode.clone(),
        after: sign.after,
    };
    let text = match &sign.key {
        Some(key) => {
            let key = std::fs::read(key)
                .into_diagnostic()
                .wrap_err_with(|| format!("cannot read `{}`", key.display()))?;
            manifest.signed(&key).map_err(|reason| miette::miette!("{reason}"))?
        }
        None => serde_json::to_string_pretty(&manifest).into_diagnostic()?,
    };
    say(&format!("{text}\n"))?;
    Ok(ExitCode::SUCCESS)
}

/// The command a verb stands for.
fn asked(verb: Verb) -> miette::Result<Command> {
    Ok(match verb {
        Verb::Check | Verb::Manifest(_) | Verb::Status => Command::Status,
        Verb::Load { file, feed, manifest, accept_shrinking } => {
            let path = file
                .canonicalize()
                .into_diagnostic()
                .wrap_err_with(|| format!("cannot read `{}`", file.display()))?;
            let mut beside = path.clone().into_os_string();
            beside.push(".manifest");
            let beside = PathBuf::from(beside);
            let manifest = match manifest {
                Some(named) => {
                    Some(named.canonicalize().into_diagnostic().wrap_err("cannot read the manifest")?)
                }
                None => beside.exists().then_some(beside),
            };
            Command::Load { feed, path, manifest, accept_shrinking }
        }
        Verb::Hold(what) => Command::Hold { what: target(what)?, is_held: true },
        Verb::Release(what) => Command::Hold { what: target(what)?, is_held: false },
        Verb::Held => Command::HeldBack,
        Verb::Viewed { person, after } => {
            Command::Viewed { nhs_number: person.then(number).transpose()?, after }
        }
        Verb::Delete { person, all, yes } => match (person, all, yes) {
            (false, false, _) => return Err(miette::miette!("say what: --person or --all")),
            (_, _, false) => return Err(miette::miette!("nothing was deleted: say --yes if it is meant")),
            (true, _, true) => Command::DeletePerson { nhs_number: number()? },
            (false, true, true) => Command::DeleteAll,
        },
        Verb::Backup { to } => Command::Backup { to: std::path::absolute(to).into_diagnostic()? },
        Verb::Restore { yes: false, .. } => {
            return Err(miette::miette!("nothing was replaced: say --yes if it is meant"));
        }
        Verb::Restore { from, .. } => {
            Command::Restore { from: from.canonicalize().into_diagnostic().wrap_err("cannot read the copy")? }
        }
        Verb::RotateKey => Command::RotateKey,
        Verb::Quarantine(Kept::List) => Command::Quarantine,
        Verb::Quarantine(Kept::TakeOut { name, to }) => {
            Command::TakeOut { name, to: std::path::absolute(to).into_diagnostic()? }
        }
        Verb::Quarantine(Kept::Forget { name }) => Command::Forget { name },
    })
}

fn target(what: What) -> miette::Result<Target> {
    Ok(match what {
        What::Dataset { name } => Target::Dataset(name),
        What::Person => Target::Person(number()?),
        What::Unit { name } => Target::Unit(name),
        What::Codes { file } => {
            let text = std::fs::read_to_string(&file)
                .into_diagnostic()
                .wrap_err_with(|| format!("cannot read `{}`", file.display()))?;
            let codes = text.lines().map(|line| line.split('#').next().unwrap_or_default().trim());
            Target::Codes(codes.filter(|code| !code.is_empty()).map(str::to_owned).collect())
        }
    })
}

/// One line of the standard input.
fn number() -> miette::Result<NhsNumber> {
    if std::io::stdin().is_terminal() {
        let mut terminal = std::io::stderr();
        terminal.write_all(b"NHS number: ").and_then(|()| terminal.flush()).into_diagnostic()?;
    }
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line).into_diagnostic()?;
    NhsNumber::parse(line.trim()).map_err(|why| miette::miette!("the standard input: {why}"))
}

fn name(command: &Command) -> &'static str {
    match command {
        Command::Status => "status",
        Command::Load { .. } => "load",
        Command::Viewed { .. } => "viewed",
        Command::HeldBack => "held",
        Command::Quarantine => "quarantine",
        _ => "done",
    }
}

/// Asks the node that runs; where none does, opens the store and does it here.
async fn ask(
    config: &Path,
    command: Command,
    by: &str,
    teller: &mut tell::Teller,
) -> miette::Result<Result<serde_json::Value, String>> {
    let state = edge::config::Config::load(config).into_diagnostic()?.state_dir;
    let (path, by) = (config.to_owned(), by.to_owned());
    let (told, mut hear) = tokio::sync::mpsc::unbounded_channel::<Said>();
    let asked = tokio::task::spawn_blocking(move || -> miette::Result<Result<serde_json::Value, String>> {
        let hear = told.clone();
        let mut say = move |said| drop(hear.send(said));
        if let Some(answer) = edge::ask(&state, &command, &by, &mut say) {
            return answer.into_diagnostic();
        }
        let node = Node::open(&path, now()).into_diagnostic()?;
        let done = node.perform(command, &by, &mut say).map_err(|fault| fault.to_string());
        tokio::runtime::Handle::current().block_on(node.stop());
        Ok(done)
    });
    while let Some(said) = hear.recv().await {
        teller.hear(&said);
    }
    asked.await.into_diagnostic()?
}

fn say(text: &str) -> miette::Result<()> {
    std::io::stdout().write_all(text.as_bytes()).into_diagnostic()
}
