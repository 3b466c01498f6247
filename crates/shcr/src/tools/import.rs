//! `shcr audit import-feed`: takes the address of a partner's feed, or a file of its lines, gives a copy that needs nobody: every row
//! checked against its leaf, its proof, the log's keys and the daily statements before it is kept. Goes on where it stopped;
//! keeps nothing of a batch that is cut or wrong. Source: audit.md section 11.

use super::{
    INCOMPLETE, read_text, say,
    verify::{client, fetch_up_to},
};
use audit::{
    feed::{
        End, Line,
        copy::{Copy, CopyFault},
    },
    signed::Verifier,
    verify::Missing,
};
use miette::{IntoDiagnostic, WrapErr};
use std::{
    fs::{File, OpenOptions},
    io::{BufRead, BufReader, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    process::ExitCode,
};

/// A batch of the longest rows.
const LARGEST_BATCH: usize = 256 * 1024 * 1024;

/// `shcr audit import-feed`
#[derive(clap::Args)]
pub(crate) struct Options {
    /// The feed, such as `https://gateway.example:8443/audit/feed/ZZ910`, or a file of its lines.
    #[arg(long)]
    from: String,
    /// Our copy; made where it is not there.
    #[arg(long)]
    into: PathBuf,
    /// Our ODS code.
    #[arg(long)]
    partner: String,
    /// The log's public keys, as its operator gave them to us: the lines that `shcr audit keys` prints.
    #[arg(long)]
    log_keys: PathBuf,
    /// PEM: our certificate and its key.
    #[arg(long)]
    identity: Option<PathBuf>,
    /// PEM: the authority of the gateway's certificate.
    #[arg(long)]
    ca: Option<PathBuf>,
}

/// Why nothing more was kept.
enum Stop {
    /// The line of the batch, counted from 1.
    Line(usize, CopyFault),
    /// The batch has no end.
    Cut,
    Unreachable(String),
}

pub(crate) async fn run(options: Options) -> miette::Result<ExitCode> {
    let mut copy = Copy::new(&options.partner, keys(&options.log_keys)?);
    let mut file = kept(&mut copy, &options.into)?;
    let stopped = if options.from.starts_with("https://") {
        let client = client(options.identity.as_deref(), options.ca.as_deref())?;
        from_gateway(&client, &options.from, &mut copy, &mut file).await?
    } else {
        let lines =
            std::fs::read(&options.from).into_diagnostic().wrap_err("the feed's lines cannot be read")?;
        from_lines(&lines, &mut copy, &mut file)?
    };
    let seen = copy.seen();
    say(&format!("{} rows, stated as far as entry {}\n", seen.rows, seen.stated))?;
    for short in &seen.short {
        say(&format!("{}\n", short.words()))?;
    }
    match stopped {
        Some(Stop::Line(line, fault)) => {
            say(&format!("NOT taken: line {line} of a batch: {fault}\n"))?;
            Ok(ExitCode::FAILURE)
        }
        _ if seen.missing().next().is_some() => {
            say("MISSING: rows that the log states are not in this copy\n")?;
            Ok(ExitCode::FAILURE)
        }
        Some(Stop::Cut) => {
            say("incomplete: a batch was cut off; run it again\n")?;
            Ok(ExitCode::from(INCOMPLETE))
        }
        Some(Stop::Unreachable(why)) => {
            say(&format!("incomplete: the feed could not be read: {why}\n"))?;
            Ok(ExitCode::from(INCOMPLETE))
        }
        None => Ok(ExitCode::SUCCESS),
    }
}

async fn from_gateway(
    client: &reqwest::Client,
    url: &str,
    copy: &mut Copy,
    file: &mut File,
) -> miette::Result<Option<Stop>> {
    loop {
        let after = copy.after().map(|after| format!("?after={after}")).unwrap_or_default();
        let bytes = match fetch_up_to(LARGEST_BATCH, client, &format!("{url}{after}")).await {
            Ok(bytes) => bytes,
            Err(Missing::Absent) => return Ok(Some(Stop::Unreachable("there is no such feed".to_owned()))),
            Err(Missing::Unreachable(why)) => return Ok(Some(Stop::Unreachable(why))),
        };
        let before = copy.after();
        match take(&bytes, copy) {
            Err(stop) => return Ok(Some(stop)),
            Ok(end) => {
                keep(file, &bytes)?;
                // One that says there is more and gives nothing would be asked for ever.
                if !end.more || copy.after() == before {
                    return Ok(None);
                }
            }
        }
    }
}

/// Batch by batch, each up to its end.
fn from_lines(bytes: &[u8], copy: &mut Copy, file: &mut File) -> miette::Result<Option<Stop>> {
    let mut batch = Vec::new();
    for line in bytes.split_inclusive(|b| *b == b'\n') {
        batch.extend_from_slice(line);
        if std::str::from_utf8(line).is_ok_and(|line| matches!(Line::read(line.trim_end()), Ok(Line::End(_))))
        {
            if let Err(stop) = take(&batch, copy) {
                return Ok(Some(stop));
            }
            keep(file, &batch)?;
            batch.clear();
        }
    }
    Ok(if batch.is_empty() { None } else { take(&batch, copy).err() })
}

/// Every line of one batch, of which the last is its end.
fn take(bytes: &[u8], copy: &mut Copy) -> Result<End, Stop> {
    let mut ended = None;
    for (at, line) in bytes.split_inclusive(|b| *b == b'\n').enumerate() {
        let wrong = |fault| Stop::Line(at + 1, fault);
        let whole = line.strip_suffix(b"\n").filter(|_| ended.is_none()).ok_or(Stop::Cut)?;
        let text = std::str::from_utf8(whole).map_err(|_| wrong(CopyFault::Line(audit::feed::NotALine)))?;
        if let Line::End(end) = copy.take(text).map_err(wrong)? {
            ended = Some(end);
        }
    }
    ended.ok_or(Stop::Cut)
}

/// The copy as it is, read again; what was written half when we were stopped is cut off.
fn kept(copy: &mut Copy, path: &Path) -> miette::Result<File> {
    let file = OpenOptions::new().create(true).truncate(false).read(true).append(true).mode(0o600).open(path);
    let file = file.into_diagnostic().wrap_err_with(|| format!("`{}` cannot be opened", path.display()))?;
    file.try_lock().into_diagnostic().wrap_err("another import has this copy")?;
    let (mut reader, mut whole, mut at, mut line) = (BufReader::new(&file), 0, 0, Vec::new());
    // A batch that was not kept to its end is asked for again, so only ends are places to go on from.
    let mut fresh = copy.clone();
    while reader.read_until(b'\n', &mut line).into_diagnostic()? > 0 {
        at += line.len() as u64;
        let text = std::str::from_utf8(&line).ok().and_then(|line| line.strip_suffix('\n'));
        let Some(text) = text else { break };
        let taken = fresh.take(text).map_err(|fault| {
            miette::miette!("`{}` is not the copy it was: byte {}: {fault}", path.display(), at)
        })?;
        if matches!(taken, Line::End(_)) {
            (whole, *copy) = (at, fresh.clone());
        }
        line.clear();
    }
    file.set_len(whole).into_diagnostic()?;
    Ok(file)
}

fn keep(file: &mut File, bytes: &[u8]) -> miette::Result<()> {
    let kept = file.write_all(bytes).and_then(|()| file.sync_data());
    kept.into_diagnostic().wrap_err("the copy could not be written")
}

/// `<since> <verifier>` on each line.
fn keys(path: &Path) -> miette::Result<Vec<Verifier>> {
    let text = read_text(path)?;
    let key = |line: &str| Verifier::parse(line.rsplit(' ').next().unwrap_or_default()).into_diagnostic();
    let keys: Vec<Verifier> =
        text.lines().filter(|line| !line.trim().is_empty()).map(key).collect::<Result<_, _>>()?;
    if keys.is_empty() { Err(miette::miette!("`{}` holds no key", path.display())) } else { Ok(keys) }
}

#[cfg(test)]
mod tests;
