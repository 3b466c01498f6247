//! Takes what a source test found, gives it as text for the eye or JSON for a machine. The number asked about is a test
//! number; nothing clinical stands here, only counts, types and times.

use super::expect::{Finding, Outcome};
use access::person::Trace;
use federation::{Probe, SourceConfig};
use fhir::{Category, NhsNumber};
use miette::IntoDiagnostic;
use record::{Normalised, uk_core::Emitted};
use std::{collections::BTreeMap, fmt::Write};

/// One run.
#[derive(serde::Serialize)]
pub(crate) struct Report {
    source: String,
    kind: &'static str,
    nhs_number: String,
    traced: &'static str,
    state: &'static str,
    elapsed_ms: u64,
    size_bytes: u64,
    exchanges: Vec<federation::Exchange>,
    categories: Vec<Line>,
    received: BTreeMap<String, usize>,
    context: BTreeMap<String, usize>,
    unread: Vec<Unread>,
    warnings: Vec<String>,
    expectations: Vec<Finding>,
}

/// One category.
#[derive(serde::Serialize)]
struct Line {
    category: &'static str,
    state: &'static str,
    items: usize,
    unreadable: usize,
}

/// What could not be read, and why.
#[derive(serde::Serialize)]
struct Unread {
    resource_type: String,
    why: String,
    count: usize,
}

/// What a run found.
pub(crate) struct Run<'a> {
    pub(crate) source: &'a SourceConfig,
    pub(crate) number: &'a NhsNumber,
    pub(crate) trace: &'a Trace,
    pub(crate) probe: &'a Probe,
    pub(crate) normalised: &'a Normalised,
    pub(crate) expectations: Vec<Finding>,
}

impl Report {
    pub(crate) fn new(run: Run<'_>) -> Self {
        let Run { source, number, trace, probe, normalised, expectations } = run;
        let line = |category: &Category| Line {
            category: category.name(),
            state: probe.reply.state_of(*category).name(),
            items: normalised.items.iter().filter(|item| item.category == *category).count(),
            unreadable: normalised.unread.iter().filter(|entry| entry.category == *category).count(),
        };
        let said = |line: &Line| line.state != "not-shared" || line.items > 0 || line.unreadable > 0;
        Self {
            source: source.id.to_string(),
            kind: source.kind.name(),
            nhs_number: number.spaced(),
            traced: traced(trace),
            state: probe.reply.state.name(),
            elapsed_ms: probe.reply.elapsed_ms,
            size_bytes: probe.reply.size_bytes,
            exchanges: probe.exchanges.clone(),
            categories: Category::ALL.iter().map(line).filter(said).collect(),
            received: normalised.received.clone(),
            context: normalised.context.clone(),
            unread: unread(normalised),
            warnings: warnings(normalised),
            expectations,
        }
    }

    pub(crate) fn json(&self) -> miette::Result<String> {
        Ok(serde_json::to_string_pretty(self).into_diagnostic()? + "\n")
    }

    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        // Writing to a String cannot fail.
        let _ = self.write(&mut text);
        text
    }

    fn write(&self, out: &mut String) -> std::fmt::Result {
        writeln!(out, "source      {} ({})", self.source, self.kind)?;
        writeln!(out, "person      {}, at PDS: {}", self.nhs_number, self.traced)?;
        writeln!(
            out,
            "answer      {} in {} ms, {} bytes, {} exchanges",
            self.state,
            self.elapsed_ms,
            self.size_bytes,
            self.exchanges.len()
        )?;
        writeln!(out, "\n{:<16} {:<28} {:>6} {:>10}", "category", "state", "items", "unreadable")?;
        for line in &self.categories {
            writeln!(
                out,
                "{:<16} {:<28} {:>6} {:>10}",
                line.category, line.state, line.items, line.unreadable
            )?;
        }
        writeln!(out, "\n{:<28} {:>8} {:>22}", "resource type", "received", "of it only referred to")?;
        for (kind, count) in &self.received {
            let context = self.context.get(kind).copied().unwrap_or_default();
            writeln!(out, "{kind:<28} {count:>8} {context:>22}")?;
        }
        self.write_exchanges(out)?;
        for entry in &self.unread {
            writeln!(out, "unreadable  {} {}: {}", entry.count, entry.resource_type, entry.why)?;
        }
        for warning in &self.warnings {
            writeln!(out, "warning     {warning}")?;
        }
        self.write_expectations(out)
    }

    fn write_exchanges(&self, out: &mut String) -> std::fmt::Result {
        let longest =
            self.exchanges.iter().map(|exchange| exchange.path.len()).max().unwrap_or_default().max(4);
        writeln!(
            out,
            "\n{:<7} {:<longest$} {:>7} {:>8} {:>9}  type",
            "method", "path", "status", "ms", "bytes"
        )?;
        for exchange in &self.exchanges {
            let status = exchange.status.map_or_else(|| "none".to_owned(), |status| status.to_string());
            writeln!(
                out,
                "{:<7} {:<longest$} {:>7} {:>8} {:>9}  {}",
                exchange.method,
                exchange.path,
                status,
                exchange.elapsed_ms,
                exchange.size_bytes,
                exchange.media_type
            )?;
        }
        writeln!(out)
    }

    fn write_expectations(&self, out: &mut String) -> std::fmt::Result {
        writeln!(out)?;
        for finding in &self.expectations {
            let sign = match finding.outcome {
                Outcome::Met => "met     ",
                Outcome::Broken => "BROKEN  ",
                Outcome::NotSeen => "not seen",
            };
            writeln!(out, "{sign}  {:<16} {}: {}", finding.id, finding.expects, finding.found)?;
            if finding.outcome == Outcome::Broken {
                writeln!(out, "{:<27}see {}", "", finding.source)?;
            }
        }
        let count = |outcome| self.expectations.iter().filter(|finding| finding.outcome == outcome).count();
        writeln!(
            out,
            "\n{} expectations met, {} broken, {} not seen",
            count(Outcome::Met),
            count(Outcome::Broken),
            count(Outcome::NotSeen)
        )
    }
}

fn traced(trace: &Trace) -> &'static str {
    match trace {
        Trace::Found(_) => "found",
        Trace::NotFound => "not known",
        Trace::Invalidated => "invalidated",
        Trace::DidNotAnswer => "PDS did not answer",
    }
}

fn unread(normalised: &Normalised) -> Vec<Unread> {
    let mut counts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for entry in &normalised.unread {
        *counts.entry((&entry.resource_type, &entry.why)).or_default() += 1;
    }
    let line = |((resource_type, why), count): ((&str, &str), usize)| Unread {
        resource_type: resource_type.to_owned(),
        why: why.to_owned(),
        count,
    };
    counts.into_iter().map(line).collect()
}

/// Codes and our own words; a source's own words may be about the person.
fn warnings(normalised: &Normalised) -> Vec<String> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for warning in &normalised.warnings {
        let about = warning.category.map(|category| format!(" ({})", category.name())).unwrap_or_default();
        *counts.entry(format!("{}{about}", warning.code)).or_default() += 1;
    }
    counts.into_iter().map(|(code, count)| format!("{count} × {code}")).collect()
}

/// What of one converted resource found no place in R4, by path and never by content.
pub(super) fn unplaced(emitted: &Emitted) -> String {
    let mut text = String::new();
    for dropped in &emitted.dropped {
        let _ = writeln!(text, "{}: {} {}", emitted.resource_type, dropped.path, dropped.why);
    }
    for caveat in &emitted.caveats {
        let _ = writeln!(text, "{}: {caveat}", emitted.resource_type);
    }
    text
}
