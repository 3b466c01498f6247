//! `shcr audit search` and `report`: take a deployment's configuration, who asks, for which organisation and why; give what that
//! organisation's privacy officer would see on their pages. Numbers and names come from standard input alone, and each reading is recorded
//! before it answers. Refuses while a gateway has the store open.

use super::{USAGE, acts, refuse, say};
use crate::{
    clock,
    config::Config,
    entries::{
        self,
        reading::{self, Asked},
    },
    program::{
        alerts::Rule,
        earlier,
        office::{
            Scope, Sight,
            look::{self, Wanted},
            report,
        },
    },
};
use audit::{Kind, Millis, OpeningId, ReadReceipt, Store};
use fhir::{NhsNumber, OdsCode};
use miette::IntoDiagnostic;
use std::{io::Read, path::PathBuf, process::ExitCode};
use web::office::{
    Stopped, csv,
    values::{Alert, Fault, LookForm, Row, Told},
};

/// A name or a number is shorter.
const LONGEST_INPUT: u64 = 1_000;

/// Who reads, and why.
#[derive(clap::Args)]
pub(crate) struct By {
    /// The deployment's configuration; no gateway may have its store as a file.
    #[arg(long)]
    config: PathBuf,
    /// Why, in 10 to 1,000 characters; recorded.
    #[arg(long)]
    reason: String,
    /// Who asks; recorded.
    #[arg(long)]
    by: String,
    /// For which organisation, by its code: what its privacy officer may see is read.
    #[arg(long = "for", value_parser = ods)]
    organisation: OdsCode,
    /// A log that ended, by the last part of its name, such as `2026`; without it the one that is written.
    #[arg(long)]
    log: Option<String>,
}

/// The days, both included.
#[derive(clap::Args)]
pub(crate) struct Days {
    /// The first day, such as 2026-11-01.
    #[arg(long, default_value = "")]
    since: String,
    /// The last day; without it, today.
    #[arg(long, default_value = "")]
    until: String,
}

/// `shcr audit search`
#[derive(clap::Args)]
pub(crate) struct Search {
    #[command(flatten)]
    by: By,
    /// `-`: an NHS number, read from standard input.
    #[arg(long, value_parser = ["-"], group = "what")]
    person: Option<String>,
    /// `-`: a last name, smartcard user id or user id at the host, read from standard input.
    #[arg(long, value_parser = ["-"], group = "what")]
    professional: Option<String>,
    /// An opening's id, or its reference as printed.
    #[arg(long, group = "what")]
    opening: Option<String>,
    /// By professionals of that organisation alone.
    #[arg(long, value_parser = ods)]
    org: Option<OdsCode>,
    /// Entries of that kind alone, such as `print`; without it openings and attempts at them.
    #[arg(long, value_parser = kind)]
    kind: Option<Kind>,
    #[command(flatten)]
    days: Days,
    /// Where the page before ended.
    #[arg(long, default_value = "")]
    from: String,
}

/// `shcr audit report`
#[derive(clap::Subcommand)]
pub(crate) enum Report {
    /// Who looked at one person's record, as the person may read it: comma-separated values. The NHS number is read from standard input.
    Subject {
        #[command(flatten)]
        by: By,
        #[command(flatten)]
        days: Days,
    },
    /// Openings by direct access.
    Direct {
        #[command(flatten)]
        by: By,
        /// By professionals of that organisation alone.
        #[arg(long, value_parser = ods)]
        org: Option<OdsCode>,
        #[command(flatten)]
        days: Days,
        /// Where the page before ended.
        #[arg(long, default_value = "")]
        from: String,
    },
    /// Alerts, and what became of each.
    Alerts {
        #[command(flatten)]
        by: By,
    },
    /// One opening from beginning to end.
    View {
        #[command(flatten)]
        by: By,
        /// The opening's id.
        #[arg(long, value_parser = opening)]
        opening: OpeningId,
    },
}

/// What is to be read.
enum Question {
    Look(Box<Wanted>),
    /// Whose, since and until when, and the days in words.
    Subject(NhsNumber, (Millis, Millis), String),
    Alerts,
    View(OpeningId),
}

pub(crate) async fn search(search: Search) -> miette::Result<ExitCode> {
    let Search { by, person, professional, opening, org, kind, days, from } = search;
    let mut form = days.form(from);
    let input = if person.is_some() || professional.is_some() { from_input()? } else { String::new() };
    let way = match (person, professional, &opening) {
        (Some(_), ..) => "person",
        (_, Some(_), _) => "professional",
        (_, _, Some(_)) => "reference",
        _ => "all",
    };
    form.by = way.to_owned();
    form.reference = opening.unwrap_or_default();
    (form.nhs_number, form.professional) = (input.clone(), input);
    look(by, &form, (org, kind)).await
}

pub(crate) async fn report(report: Report) -> miette::Result<ExitCode> {
    match report {
        Report::Subject { by, days } => {
            let Ok(number) = NhsNumber::parse(&from_input()?) else {
                return usage("give an NHS number of 10 digits on standard input");
            };
            let mut faults = Vec::new();
            let (moments, said) = days.moments(&mut faults);
            match faults.first() {
                Some(fault) => usage(fault.says),
                None => read(by, Question::Subject(number, moments, said)).await,
            }
        }
        Report::Direct { by, org, days, from } => {
            let form = LookForm { by: "all".to_owned(), only: "direct".to_owned(), ..days.form(from) };
            look(by, &form, (org, None)).await
        }
        Report::Alerts { by } => read(by, Question::Alerts).await,
        Report::View { by, opening } => read(by, Question::View(opening)).await,
    }
}

async fn look(
    by: By,
    form: &LookForm,
    (org, kind): (Option<OdsCode>, Option<Kind>),
) -> miette::Result<ExitCode> {
    match Wanted::read(form, look::today()) {
        Ok(wanted) => {
            let wanted = wanted.narrowed(org.map(|org| org.to_string()), kind);
            read(by, Question::Look(Box::new(wanted))).await
        }
        Err(faults) => usage(faults.first().map_or("that cannot be asked", |fault| fault.says)),
    }
}

async fn read(by: By, question: Question) -> miette::Result<ExitCode> {
    let (Some(reason), name) = (reading::reason(&by.reason), by.by.trim()) else {
        return refuse(&"say why in 10 to 1,000 characters");
    };
    if name.is_empty() {
        return refuse(&"say who asks");
    }
    let (config, key) = acts::deployment(&by.config)?;
    let store = acts::opened(&config, key)?;
    let earlier = earlier::read(&config, &store)?;
    let (logs, said) = match log(&by, &store, &earlier) {
        Some(log) => {
            let said = recorded_then_read(log, &config, (&by, name, reason), &question).await;
            (others(log, &store, &earlier), said)
        }
        None => (String::new(), Err(Stopped::NotFound)),
    };
    store.stop(clock::millis()).await.into_diagnostic()?;
    match said {
        Ok(text) => {
            say(&(text + &logs))?;
            Ok(ExitCode::SUCCESS)
        }
        Err(Stopped::NotFound) => refuse(&"no such log, or no such opening concerns that organisation"),
        Err(Stopped::Unreadable) => refuse(&"the log could not be read"),
        Err(_) => refuse(&"it could not be recorded, so nothing is read"),
    }
}

/// The log that is asked for.
fn log<'a>(by: &By, store: &'a Store, earlier: &'a [Store]) -> Option<&'a Store> {
    let mut logs = earlier.iter().chain([store]);
    let Some(wanted) = &by.log else { return Some(store) };
    logs.find(|log| earlier::shard(log.origin()) == wanted)
}

/// What was not looked at, so that nobody takes a part for the whole.
fn others(read: &Store, store: &Store, earlier: &[Store]) -> String {
    let others = earlier.iter().chain([store]).filter(|log| log.origin() != read.origin());
    let line = |log: &Store| format!("not in this: the log {}\n", log.origin());
    others.map(line).collect()
}

async fn recorded_then_read(
    store: &Store,
    config: &Config,
    (by, name, reason): (&By, &str, &str),
    question: &Question,
) -> Result<String, Stopped> {
    let organisation = by.organisation.to_string();
    let region = config.office.iter().flat_map(|office| &office.region).map(ToString::to_string).collect();
    let sight = Sight { store, sources: &config.sources, scope: Scope::of(&organisation, &region) };
    let now = clock::millis();
    let entry = question.asked().at_terminal((name, &organisation), reason, now);
    let read = store.reads(entry, now).await.map_err(|_| Stopped::NoReason)?;
    if let Question::Look(wanted) = question
        && wanted.is_for(&[name])
    {
        let what = "a reader of the audit looked for themselves";
        let raised = entries::raised(Rule::ReaderOfSelf.id(), &read.index().to_string(), what, now);
        store.append(vec![raised], now).await.map_err(|_| Stopped::NoReason)?;
    }
    question.answered(&sight, name, &read).await
}

impl Question {
    fn asked(&self) -> Asked<'_> {
        match self {
            Question::Look(wanted) => wanted.asked(),
            Question::Subject(number, _, said) => Asked {
                what: "subject report",
                nhs_number: Some(number.digits()),
                bounds: said.clone(),
                ..Asked::default()
            },
            Question::Alerts => Asked { what: "alerts", ..Asked::default() },
            Question::View(opening) => {
                Asked { what: "opening", opening: Some(opening.as_str()), ..Asked::default() }
            }
        }
    }

    async fn answered(&self, sight: &Sight<'_>, name: &str, read: &ReadReceipt) -> Result<String, Stopped> {
        match self {
            Question::Look(wanted) => {
                let fits = sight.found(wanted, read).await?;
                let gone: String = fits.gone.iter().map(|line| format!("{line}\n")).collect();
                let more = fits.next.map(|next| format!("more: --from {next}\n")).unwrap_or_default();
                Ok(table(fits.rows.iter().map(found)) + &gone + &more)
            }
            Question::Subject(number, moments, _) => {
                let mut lookers = sight.lookers(number, *moments, read).await?;
                lookers.rows.iter_mut().for_each(|row| row.why = plain(&row.why));
                let more = if lookers.is_cut { "there are more: choose a shorter time\n" } else { "" };
                Ok(csv::of(&lookers.rows) + more)
            }
            Question::Alerts => Ok(table(sight.alerts(name).await?.iter().map(alert))),
            Question::View(opening) => Ok(story(&sight.told((opening, name), read).await?)),
        }
    }
}

impl Days {
    fn form(&self, from: String) -> LookForm {
        LookForm { since: self.since.clone(), until: self.until.clone(), from, ..LookForm::default() }
    }

    fn moments(&self, faults: &mut Vec<Fault>) -> ((Millis, Millis), String) {
        let usual = (look::today(), report::USUAL_DAYS);
        look::period((&self.since, &self.until), usual, ["since", "until"], faults)
    }
}

fn found(row: &Row) -> Vec<String> {
    let Row { at, reference, professional, role, organisation, person, way_in, outcome, .. } = row;
    let cells = [at, reference, professional, role, organisation, person, way_in, outcome];
    let opening = row.opening.clone().unwrap_or_default();
    cells.into_iter().cloned().chain([row.flags.join("; "), opening]).collect()
}

fn alert(alert: &Alert) -> Vec<String> {
    let overdue = if alert.is_overdue { "overdue" } else { "" };
    let index = alert.index.to_string();
    let cells = [&index, &alert.rule, &alert.says, &alert.at, &alert.organisation].map(String::clone);
    let opening = alert.opening.clone().unwrap_or_default();
    cells.into_iter().chain([alert.history.join("; "), overdue.to_owned(), opening]).collect()
}

fn story(told: &Told) -> String {
    let mut lines = vec![told.summary.clone()];
    lines.extend(told.facts.iter().map(|(label, value)| format!("{label}: {value}")));
    for part in &told.shown {
        let kinds =
            part.categories.iter().map(|(category, level, count)| format!("{category} {level} {count}"));
        let kinds = kinds.collect::<Vec<_>>().join(", ");
        lines.push(format!("shown of {} ({}): {}, {kinds}", part.partner, part.source, part.state));
    }
    lines.extend(told.not_shown.iter().map(|(source, how)| format!("not shown: {source} {how}")));
    lines.extend(told.steps.iter().map(|step| format!("{} {} {}", step.index, step.at, step.says)));
    lines.iter().map(|line| plain(line) + "\n").collect()
}

fn table(rows: impl Iterator<Item = Vec<String>>) -> String {
    rows.map(|row| csv::line(&row.iter().map(|cell| plain(cell)).collect::<Vec<_>>())).collect()
}

/// Nothing that moves a cursor, breaks a line or turns the direction of reading.
fn plain(text: &str) -> String {
    let steers = |c| matches!(c, '\u{061C}' | '\u{200E}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
    text.chars().fold(String::new(), |mut plain, c| {
        match c {
            c if c.is_control() || steers(c) => plain.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => plain.push(c),
        }
        plain
    })
}

/// One line of standard input: what would stay in a shell's history stays out of it.
fn from_input() -> miette::Result<String> {
    let mut text = String::new();
    std::io::stdin().take(LONGEST_INPUT).read_to_string(&mut text).into_diagnostic()?;
    Ok(text.trim().to_owned())
}

fn kind(text: &str) -> Result<Kind, String> {
    Kind::parse(text).ok_or_else(|| format!("`{text}` is no kind of entry"))
}

pub(super) fn ods(text: &str) -> Result<OdsCode, String> {
    OdsCode::parse(text).map_err(|_| format!("`{text}` is no organisation's code"))
}

fn opening(text: &str) -> Result<OpeningId, String> {
    OpeningId::parse(&text.to_lowercase()).map_err(|_| "that is no opening's id".to_owned())
}

fn usage(says: &str) -> miette::Result<ExitCode> {
    say(&format!("{says}\n"))?;
    Ok(ExitCode::from(USAGE))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_is_printed_steers_a_terminal_or_breaks_a_line() {
        let hostile = "a\r\nb\u{1b}[2J\u{202e}c\0\u{2028}";
        let said = table([vec![hostile.to_owned(), "=1+1".to_owned()]].into_iter());
        assert_eq!(said, "\"a\\u000d\\u000ab\\u001b[2J\\u202ec\\u0000\\u2028\",\"'=1+1\"\r\n", "AU28");
    }
}
