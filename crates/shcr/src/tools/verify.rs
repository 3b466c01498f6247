//! `shcr audit verify`: takes a store's file, the address of a log or the folder of an export, says whether it is what was
//! written, and if not at which entry it first differs. Source: audit.md section 13.

use super::{INCOMPLETE, USAGE, read_key, read_text, say};
use audit::{
    VerifyFault,
    policy::Policy,
    verify::{Checked, Missing, Trust, published},
};
use miette::IntoDiagnostic;
use std::{
    path::{Path, PathBuf},
    process::ExitCode,
    time::Duration,
};

/// How long one part of a log may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// A full tile of the longest leaves.
const LARGEST_PART: usize = 256 * (64 * 1024 + 2);

/// `shcr audit verify`
#[derive(clap::Args)]
pub(crate) struct Options {
    /// A store's file.
    #[arg(long, group = "what")]
    store: Option<PathBuf>,
    /// A log as it is served, such as `https://gateway.example:8443/audit/log/2026`.
    #[arg(long, group = "what")]
    log: Option<String>,
    /// The folder of an export.
    #[arg(long, group = "what")]
    bundle: Option<PathBuf>,
    /// The store's key file; needed for its bodies.
    #[arg(long)]
    key: Option<PathBuf>,
    /// Recompute every commitment and every search column too. A store's key alone asks for the same.
    #[arg(long)]
    bodies: bool,
    /// Read leaves from this index on; those before are taken as their hashes.
    #[arg(long, default_value_t = 0)]
    from: u64,
    /// Whose signatures count, and how many witnesses are enough (C2SP tlog-policy).
    #[arg(long)]
    policy: Option<PathBuf>,
    /// PEM: our certificate and its key, for a log that asks for one.
    #[arg(long)]
    identity: Option<PathBuf>,
    /// PEM: the authority of the log's certificate.
    #[arg(long)]
    ca: Option<PathBuf>,
}

pub(crate) async fn run(options: Options) -> miette::Result<ExitCode> {
    match (&options.store, &options.log, &options.bundle) {
        (Some(_), Some(_), _) | (Some(_), _, Some(_)) | (_, Some(_), Some(_)) | (None, None, None) => {
            say("usage: one of --store, --log and --bundle\n")?;
            Ok(ExitCode::from(USAGE))
        }
        (Some(file), None, None) => store(file, &options),
        (None, Some(url), None) => {
            let client = client(&options)?;
            let (url, trust) = (url.trim_end_matches('/').to_owned(), trust(&options, None)?);
            let runtime = tokio::runtime::Handle::current();
            let fetch = move |path: &str| runtime.block_on(fetch(&client, &format!("{url}/{path}")));
            let checked = tokio::task::spawn_blocking(move || {
                let mut fetch = fetch;
                published(&mut fetch, &trust)
            });
            told(checked.await.into_diagnostic()?)
        }
        (None, None, Some(folder)) => {
            let range = range(folder);
            let trust = trust(&options, range)?;
            told(published(&mut |path| from_folder(folder, path), &trust))
        }
    }
}

fn store(file: &Path, options: &Options) -> miette::Result<ExitCode> {
    if options.bodies && options.key.is_none() {
        say("usage: --bodies of a store needs its --key\n")?;
        return Ok(ExitCode::from(USAGE));
    }
    let key = options.key.as_deref().map(read_key).transpose()?;
    match audit::verify(file, key) {
        Ok(verified) => {
            let (entries, openings, unclosed) = (verified.entries, verified.openings, verified.unclosed);
            let head = audit::hash::hex(&verified.last_hash);
            say(&format!(
                "verified: {entries} entries, {openings} openings, {unclosed} of them not closed\nhead {head}\n"
            ))?;
            let (signed, checkpoints) = (verified.signed, verified.checkpoints);
            let root = audit::hash::hex(&verified.root);
            say(&format!("root {root}\nsigned {signed} entries in {checkpoints} checkpoints\n"))?;
            for (kind, count) in verified.kinds {
                say(&format!("{count:>6} {kind}\n"))?;
            }
            Ok(ExitCode::SUCCESS)
        }
        Err(fault) => failed(&fault),
    }
}

fn told(checked: Result<Checked, VerifyFault>) -> miette::Result<ExitCode> {
    let checked = match checked {
        Ok(checked) => checked,
        Err(fault) => return failed(&fault),
    };
    let root = audit::hash::hex(&checked.root);
    say(&format!("log {}: {} entries, root {root}\n", checked.origin, checked.size))?;
    say(&format!(
        "{} leaves read, {} bodies recomputed, {} proofs followed\n",
        checked.leaves, checked.bodies, checked.proofs
    ))?;
    if !checked.signed {
        say("verified, but by no key from outside: name one with --policy\n")?;
        return Ok(ExitCode::SUCCESS);
    }
    let witnesses = checked.witnesses.join(", ");
    if !checked.quorum {
        say(&format!("NOT verified: signed, but not witnessed by enough ({witnesses})\n"))?;
        return Ok(ExitCode::from(INCOMPLETE));
    }
    say(&format!("verified: signed by the log; witnessed by {witnesses}\n"))?;
    Ok(ExitCode::SUCCESS)
}

fn failed(fault: &VerifyFault) -> miette::Result<ExitCode> {
    if fault.incomplete {
        say(&format!("could not be verified: {fault}\n"))?;
        return Ok(ExitCode::from(INCOMPLETE));
    }
    say(&format!("NOT verified: {fault}\n"))?;
    Ok(ExitCode::FAILURE)
}

fn trust(options: &Options, range: Option<(u64, u64)>) -> miette::Result<Trust> {
    let policy = options.policy.as_deref().map(read_text).transpose()?;
    let policy = policy.map(|text| Policy::parse(&text)).transpose().into_diagnostic()?;
    let (from, to) = range.map_or((options.from, None), |(from, to)| (from, Some(to)));
    Ok(Trust { policy, from, to })
}

/// What an export says it holds.
fn range(folder: &Path) -> Option<(u64, u64)> {
    let text = std::fs::read_to_string(folder.join("range")).ok()?;
    let (from, to) = text.trim_end().split_once("..")?;
    Some((from.parse().ok()?, to.parse().ok()?))
}

fn from_folder(folder: &Path, path: &str) -> Result<Vec<u8>, Missing> {
    std::fs::read(folder.join(path)).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => Missing::Absent,
        _ => Missing::Unreachable(error.to_string()),
    })
}

fn client(options: &Options) -> miette::Result<reqwest::Client> {
    let mut client = reqwest::Client::builder().timeout(PATIENCE).redirect(reqwest::redirect::Policy::none());
    if let Some(path) = &options.identity {
        let identity = reqwest::Identity::from_pem(read_text(path)?.as_bytes()).into_diagnostic()?;
        client = client.identity(identity);
    }
    if let Some(path) = &options.ca {
        let authority = reqwest::Certificate::from_pem(read_text(path)?.as_bytes()).into_diagnostic()?;
        client = client.tls_certs_only([authority]);
    }
    client.build().into_diagnostic()
}

async fn fetch(client: &reqwest::Client, url: &str) -> Result<Vec<u8>, Missing> {
    let unreachable = |error: reqwest::Error| Missing::Unreachable(error.without_url().to_string());
    let mut answer = client.get(url).send().await.map_err(unreachable)?;
    match answer.status().as_u16() {
        200 => {}
        404 => return Err(Missing::Absent),
        status => return Err(Missing::Unreachable(format!("status {status}"))),
    }
    let mut bytes = Vec::new();
    while let Some(more) = answer.chunk().await.map_err(unreachable)? {
        bytes.extend_from_slice(&more);
        if bytes.len() > LARGEST_PART {
            return Err(Missing::Unreachable("it is larger than any part of a log".to_owned()));
        }
    }
    Ok(bytes)
}
