//! `shcr audit figures`: takes a store's file and its key, gives counts that everybody may read, one to a line.

use super::say;
use crate::figured;
use audit::{Entry, Filter, figures::Figures};
use miette::{IntoDiagnostic, WrapErr};
use std::process::ExitCode;

pub(super) fn run(store: &audit::Place, key: [u8; 32]) -> miette::Result<ExitCode> {
    let read = audit::inspect(store, key, &Filter::default()).into_diagnostic()?;
    let entries: Vec<(u64, Entry)> = read
        .into_iter()
        .map(|view| Ok((view.index, serde_json::from_value(view.entry)?)))
        .collect::<Result<_, serde_json::Error>>()
        .into_diagnostic()
        .wrap_err("an entry is not of this version")?;
    let figures = audit::figures::figures(entries.iter().map(|(index, entry)| (*index, entry)));
    say(&text(&figures))?;
    Ok(ExitCode::SUCCESS)
}

fn text(figures: &Figures) -> String {
    let line = |group: &str, (name, count): &(String, u64)| {
        let of = if group.is_empty() { String::new() } else { format!("{group} ") };
        format!("{count:>8} {of}{name}")
    };
    let groups = figured::groups(figures);
    let counts = groups.iter().flat_map(|(group, rows)| rows.iter().map(|row| line(group, row)));
    let alert = |(rule, alerts): (&String, &audit::figures::Alerts)| {
        let precision =
            figured::precision(*alerts).map(|share| format!(", {share} of those closed a breach"));
        let closed = alerts.justified + alerts.breaches;
        format!("{:>8} alerts {rule}, {closed} closed{}", alerts.raised, precision.unwrap_or_default())
    };
    let lines: Vec<String> = counts.chain(figures.alerts.iter().map(alert)).collect();
    lines.join("\n") + "\n"
}
