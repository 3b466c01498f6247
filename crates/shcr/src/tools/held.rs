//! `shcr audit held`: takes a partner's private key and lines of its feed, or of an opening as its officer reads it, gives what was
//! held back of its own sources' answers. Says of each line that was sealed to another key that it was.

use super::{read_text, say};
use audit::{
    Entry, OpeningId,
    feed::{Line, Text},
    held::{About, HeldBack, HeldFault, OwnKey},
};
use miette::{IntoDiagnostic, WrapErr};
use serde::Deserialize;
use std::{io::Read, path::PathBuf, process::ExitCode};

/// `shcr audit held`
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Our private key, as `openssl genpkey -algorithm X25519` writes it. The gateway never has it.
    #[arg(long)]
    key: PathBuf,
    /// Our copy of the feed, or lines from the officers' pages; without it, standard input.
    #[arg(long)]
    from: Option<PathBuf>,
}

/// A line from the officers' pages.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Told {
    opening: String,
    source: String,
    part: u32,
    held: String,
}

pub(crate) fn run(options: &Options) -> miette::Result<ExitCode> {
    let key = OwnKey::parse(&read_text(&options.key)?).into_diagnostic();
    let key = key.wrap_err_with(|| format!("`{}` cannot be used", options.key.display()))?;
    let text = match &options.from {
        Some(file) => read_text(file)?,
        None => {
            let mut text = String::new();
            std::io::stdin().read_to_string(&mut text).into_diagnostic()?;
            text
        }
    };
    let (mut opened, mut refused) = (0, 0);
    for told in text.lines().filter_map(sealed) {
        let Ok(opening) = OpeningId::parse(&told.opening) else { continue };
        let about = About { opening: &opening, source: &told.source, part: told.part };
        let found = key.open(about, &told.held);
        if found.is_ok() {
            opened += 1
        } else {
            refused += 1
        }
        say(&words(about, found))?;
    }
    say(&format!("{opened} opened, {refused} not\n"))?;
    Ok(if opened > 0 && refused == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// `None`: the line holds nothing sealed.
fn sealed(line: &str) -> Option<Told> {
    let Ok(Line::Row(row)) = Line::read(line) else { return serde_json::from_str(line).ok() };
    let (Text::Whole { entry: text, .. } | Text::Slice { slice: text }) = &row.text;
    let entry: Entry = serde_json::from_str(text).ok()?;
    let disclosed = entry.sources.first()?;
    Some(Told {
        opening: entry.opening?.to_string(),
        source: disclosed.source.clone(),
        part: disclosed.part?,
        held: row.held?,
    })
}

fn words(about: About<'_>, found: Result<HeldBack, HeldFault>) -> String {
    let place = format!("{} {} part {}", about.opening, about.source, about.part);
    match found {
        Err(fault) => format!("{place}: {fault}\n"),
        Ok(HeldBack { rows, more }) if rows.is_empty() && more.is_empty() => {
            format!("{place}: nothing was held back\n")
        }
        Ok(HeldBack { rows, more }) => {
            let version =
                |version: Option<String>| version.map(|one| format!(" version {one}")).unwrap_or_default();
            let rows = rows.into_iter().map(|one| {
                format!("  {}/{}{}: {}\n", one.resource, one.id, version(one.version), one.reason.name())
            });
            let more = more
                .into_iter()
                .map(|(resource, reason, count)| format!("  {count} more {resource}: {}\n", reason.name()));
            format!("{place}:\n{}", rows.chain(more).collect::<String>())
        }
    }
}
