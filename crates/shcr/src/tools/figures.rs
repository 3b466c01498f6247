//! `shcr audit figures`: takes a store's file and its key, gives counts that everybody may read, one to a line.

use super::say;
use audit::{Entry, Filter, figures::Figures};
use miette::{IntoDiagnostic, WrapErr};
use std::{collections::BTreeMap, path::Path, process::ExitCode};

pub(super) fn run(store: &Path, key: [u8; 32]) -> miette::Result<ExitCode> {
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
    let mut lines = Vec::new();
    let single = [
        ("openings", figures.openings),
        ("documents opened", figures.documents),
        ("direct access", figures.direct),
        ("encrypted address", figures.legacy),
        ("emergency access", figures.break_glass),
        ("emergency access over an objection", figures.over_objection),
        ("interruptions passed", figures.overrides),
    ];
    lines.extend(single.map(|(name, count)| format!("{count:>8} {name}")));
    let mut by = |what: &str, counts: &BTreeMap<String, u64>| {
        lines.extend(counts.iter().map(|(name, count)| format!("{count:>8} {what} {name}")));
    };
    by("openings by way in", &figures.by_route);
    by("openings by organisation", &figures.by_organisation);
    by("openings by role", &figures.by_role);
    for (source, states) in &figures.states {
        by(&format!("source {source}"), states);
    }
    let alert = |(rule, alerts): (&String, &audit::figures::Alerts)| {
        let precision =
            alerts.precision().map(|share| format!(", {:.0} % of those closed a breach", share * 100.0));
        let closed = alerts.justified + alerts.breaches;
        format!("{:>8} alerts {rule}, {closed} closed{}", alerts.raised, precision.unwrap_or_default())
    };
    lines.extend(figures.alerts.iter().map(alert));
    lines.join("\n") + "\n"
}
