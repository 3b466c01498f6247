//! `shcr audit verify`: takes a store's file, the address of a log or the folder of an export, says whether it is what was
//! written, and if not at which entry it first differs. Source: audit.md section 13.

use super::{INCOMPLETE, USAGE, read_key, read_text, say};
use crate::config::Config;
use crate::program::{self, earlier};
use audit::{
    Place, VerifyFault,
    policy::Policy,
    verify::{Before, Checked, Missing, Trust, published},
};
use miette::IntoDiagnostic;
use std::{
    path::{Path, PathBuf},
    process::ExitCode,
    time::Duration,
};

/// How long one part of a log may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// The most logs that are followed back.
const MOST_LOGS: usize = 100;
/// A full tile of the longest leaves.
const LARGEST_PART: usize = 256 * (64 * 1024 + 2);

/// `shcr audit verify`
#[derive(clap::Args)]
pub(crate) struct Options {
    /// A store's file.
    #[arg(long, group = "what")]
    store: Option<PathBuf>,
    /// A gateway's configuration: the store that it names, in a file or on a server, and each that it goes on from.
    #[arg(long, group = "what")]
    config: Option<PathBuf>,
    /// A log as it is served, such as `https://gateway.example:8443/audit/log/2026`.
    #[arg(long, group = "what")]
    log: Option<String>,
    /// The folder of an export.
    #[arg(long, group = "what")]
    bundle: Option<PathBuf>,
    /// The store's key file; needed for its bodies.
    #[arg(long)]
    key: Option<PathBuf>,
    /// The directory of its month keys, where its months have keys; needed for the bodies of these.
    #[arg(long, requires = "key")]
    month_keys: Option<PathBuf>,
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
    if let Some(config) = &options.config {
        return configured(&Config::load(config)?, &options);
    }
    match (&options.store, &options.log, &options.bundle) {
        (Some(_), Some(_), _) | (Some(_), _, Some(_)) | (_, Some(_), Some(_)) | (None, None, None) => {
            say("usage: one of --store, --config, --log and --bundle\n")?;
            Ok(ExitCode::from(USAGE))
        }
        (Some(file), None, None) => match key(&options)? {
            Ok(key) => store(file, (key, options.month_keys.as_deref())),
            Err(usage) => Ok(usage),
        },
        (None, Some(url), None) => {
            let client = client(options.identity.as_deref(), options.ca.as_deref())?;
            served(client, url.trim_end_matches('/'), &trust(&options, None)?).await
        }
        (None, None, Some(folder)) => {
            let range = range(folder);
            let trust = trust(&options, range)?;
            told(published(&mut |path| from_folder(folder, path), &trust))
        }
    }
}

/// The key, where there is one. `Err`: how this is used.
fn key(options: &Options) -> miette::Result<Result<Option<[u8; 32]>, ExitCode>> {
    if options.bodies && options.key.is_none() {
        say("usage: --bodies of a store needs its --key\n")?;
        return Ok(Err(ExitCode::from(USAGE)));
    }
    options.key.as_deref().map(read_key).transpose().map(Ok)
}

/// The store that is written, then each that it goes on from, the newest first: with the keys that the configuration names for
/// them, where a key was given for the first.
fn configured(config: &Config, options: &Options) -> miette::Result<ExitCode> {
    let mut key = match key(options)? {
        Ok(key) => key,
        Err(usage) => return Ok(usage),
    };
    let mut place = config.audit.place()?;
    place.month_keys = options.month_keys.clone().or(place.month_keys);
    let verified = placed(config, &place, key)?;
    if verified != ExitCode::SUCCESS {
        return Ok(verified);
    }
    for earlier in config.audit.earlier.iter().rev() {
        let (before, its_key) = (earlier.place()?, key.map(|_| program::key_in(&earlier.key_file)));
        let its_key = its_key.transpose()?;
        say("the log before it\n")?;
        let verified = placed(config, &before, its_key)?;
        if verified != ExitCode::SUCCESS {
            return Ok(verified);
        }
        let joined = joins(&place, key, &before)?;
        if joined != ExitCode::SUCCESS {
            return Ok(joined);
        }
        (place, key) = (before, its_key);
    }
    Ok(verified)
}

/// Whether a log begins where the one before it ended.
fn joins(place: &Place, key: Option<[u8; 32]>, before: &Place) -> miette::Result<ExitCode> {
    let Some(key) = key else {
        say("whether the later log begins where this one ended is not known without --key\n")?;
        return Ok(ExitCode::SUCCESS);
    };
    let (begins, ended) = match (audit::goes_on_from(place, &key), audit::ended(before)) {
        (Ok(begins), Ok(ended)) => (begins, ended.map(|ended| ended.checkpoint)),
        _ => {
            say("could not be verified: where one log ends or the other begins cannot be read\n")?;
            return Ok(ExitCode::from(INCOMPLETE));
        }
    };
    match begins {
        Some(begins) if ended.as_ref() == Some(&begins) => {
            say(&format!("the later log begins where {} ended, at {}\n", begins.origin, begins.size))?;
            Ok(ExitCode::SUCCESS)
        }
        _ => {
            say("NOT verified: this log does not end where the later one says\n")?;
            Ok(ExitCode::FAILURE)
        }
    }
}

/// What rests on a server is carried into a file first, sealed as it is, at one moment; the file goes again.
fn placed(config: &Config, place: &Place, key: Option<[u8; 32]>) -> miette::Result<ExitCode> {
    let month_keys = place.month_keys.as_deref();
    if place.server.is_none() {
        return store(&place.path, (key, month_keys));
    }
    let copy = Copy(config.state_dir.join(format!("audit-verify-{}.sqlite", std::process::id())));
    match audit::mirror(place, &copy.0) {
        Ok(()) => store(&copy.0, (key, month_keys)),
        Err(fault) => failed(&VerifyFault {
            at: 0,
            what: format!("the store cannot be read ({fault})"),
            incomplete: true,
        }),
    }
}

/// A file that is gone when it is let go of, and what the database laid beside it.
struct Copy(PathBuf);

impl Drop for Copy {
    fn drop(&mut self) {
        for beside in ["", "-wal", "-shm"] {
            let mut name = self.0.clone().into_os_string();
            name.push(beside);
            // It may never have been there.
            let _ = std::fs::remove_file(name);
        }
    }
}

fn store(file: &Path, (key, month_keys): (Option<[u8; 32]>, Option<&Path>)) -> miette::Result<ExitCode> {
    match audit::verify(file, key, month_keys) {
        Ok(verified) => {
            let (entries, openings, unclosed) = (verified.entries, verified.openings, verified.unclosed);
            let head = audit::hash::hex(&verified.last_hash);
            say(&format!(
                "verified: {entries} entries, {openings} openings, {unclosed} of them not closed\nhead {head}\n"
            ))?;
            let (signed, checkpoints) = (verified.signed, verified.checkpoints);
            let root = audit::hash::hex(&verified.root);
            say(&format!("root {root}\nsigned {signed} entries in {checkpoints} checkpoints\n"))?;
            for (rule, count) in verified.deleted {
                say(&format!("{count:>6} bodies deleted under rule {rule}\n"))?;
            }
            for (kind, count) in verified.kinds {
                say(&format!("{count:>6} {kind}\n"))?;
            }
            Ok(ExitCode::SUCCESS)
        }
        Err(fault) => failed(&fault),
    }
}

/// The log at that address, and those before it that it goes on from.
async fn served(client: reqwest::Client, url: &str, trust: &Trust) -> miette::Result<ExitCode> {
    let (mut url, mut before) = (url.to_owned(), None::<Before>);
    // Each is of an earlier time than the one after it; a log that leads in a circle is none.
    for _ in 0..MOST_LOGS {
        let checked = at(client.clone(), url.clone(), trust.clone()).await?;
        let next = checked.as_ref().ok().and_then(|checked| checked.goes_on_from.clone());
        let differs = before.as_ref().zip(checked.as_ref().ok()).is_some_and(|(before, is)| {
            (&before.origin, before.size, before.root) != (&is.origin, is.size, is.root)
        });
        let this = told(checked)?;
        if this != ExitCode::SUCCESS {
            return Ok(this);
        }
        if differs {
            say("NOT verified: that log does not end where the one after it says\n")?;
            return Ok(ExitCode::FAILURE);
        }
        let Some(next) = next else { return Ok(this) };
        let place = url.rsplit_once('/').map_or(url.as_str(), |(place, _)| place);
        url = format!("{place}/{}", earlier::shard(&next.origin));
        before = Some(next);
    }
    say("could not be verified: too many logs, one before the other\n")?;
    Ok(ExitCode::from(INCOMPLETE))
}

async fn at(
    client: reqwest::Client,
    url: String,
    trust: Trust,
) -> miette::Result<Result<Checked, VerifyFault>> {
    let runtime = tokio::runtime::Handle::current();
    let checked = tokio::task::spawn_blocking(move || {
        let mut fetch = |path: &str| runtime.block_on(fetch(&client, &format!("{url}/{path}")));
        published(&mut fetch, &trust)
    });
    checked.await.into_diagnostic()
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
    if let Some(before) = &checked.goes_on_from {
        say(&format!("it goes on from {} of {} entries\n", before.origin, before.size))?;
    }
    if checked.deleted > 0 {
        say(&format!("{} bodies deleted by order\n", checked.deleted))?;
    }
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

/// `identity`: our certificate and its key; `ca`: the authority of whoever is asked.
pub(super) fn client(identity: Option<&Path>, ca: Option<&Path>) -> miette::Result<reqwest::Client> {
    let mut client = reqwest::Client::builder().timeout(PATIENCE).redirect(reqwest::redirect::Policy::none());
    if let Some(path) = identity {
        let identity = reqwest::Identity::from_pem(read_text(path)?.as_bytes()).into_diagnostic()?;
        client = client.identity(identity);
    }
    if let Some(path) = ca {
        let authority = reqwest::Certificate::from_pem(read_text(path)?.as_bytes()).into_diagnostic()?;
        client = client.tls_certs_only([authority]);
    }
    client.build().into_diagnostic()
}

/// The bytes at an address, of which there are no more than a part of a log has.
async fn fetch(client: &reqwest::Client, url: &str) -> Result<Vec<u8>, Missing> {
    fetch_up_to(LARGEST_PART, client, url).await
}

pub(super) async fn fetch_up_to(
    most: usize,
    client: &reqwest::Client,
    url: &str,
) -> Result<Vec<u8>, Missing> {
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
        if bytes.len() > most {
            return Err(Missing::Unreachable("it is larger than any such part".to_owned()));
        }
    }
    Ok(bytes)
}
