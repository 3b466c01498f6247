//! Alerts: takes those raised and what officers did about them, gives the list and one step further. One person takes an alert on,
//! another closes it; every step is an entry, and each can be taken once.

use super::{Program, Reader, Scope, Staged, unreadable, unrecorded, words};
use crate::{
    clock,
    entries::reading::{self, Asked},
};
use audit::{Fault, Found, Kind, OpeningId, Query, Why, cause};
use std::collections::BTreeMap;
use web::{
    gateway::Browser,
    office::values::{Alert, NextStep, Queue, StepForm},
};

/// The most on one page.
const MOST: usize = 500;
const NOTE_CHARS: std::ops::RangeInclusive<usize> = 10..=1_000;

/// An alert and its steps.
struct Case {
    raised: Found,
    /// In the order of record.
    steps: Vec<Found>,
}

impl Program {
    pub(super) async fn office_queue(&self, browser: &Browser) -> Staged<Queue> {
        let reader = self.reader(browser, None).await?;
        self.is_about_to(&reader, Asked { what: "alerts", ..Asked::default() }).await?;
        self.queue_for(reader, None).await
    }

    pub(super) async fn office_step(&self, browser: &Browser, token: &str, form: StepForm) -> Staged<Queue> {
        let reader = self.reader(browser, Some(token)).await?;
        self.is_about_to(&reader, Asked { what: "alerts", ..Asked::default() }).await?;
        let cases = self.cases(&reader.scope).await?;
        let case = form
            .alert
            .parse()
            .ok()
            .and_then(|index: u64| cases.iter().find(|case| case.raised.index == index));
        let Some(case) = case else {
            return self.queue_for(reader, Some("There is no such alert here.".to_owned())).await;
        };
        let (step, note) = match allowed(case, reader.subject(), &form) {
            Ok(step) => step,
            Err(says) => return self.queue_for(reader, Some(says.to_owned())).await,
        };
        let now = clock::millis();
        let entry =
            reading::step(&reader.desk.staff, (case.raised.index, step, note), &reader.desk.address, now);
        match self.store.append(vec![entry], now).await {
            Ok(_) => self.queue_for(reader, None).await,
            Err(Fault::Rejected(Why::Conflict)) => {
                self.queue_for(reader, Some("Somebody else did that a moment ago.".to_owned())).await
            }
            Err(_) => Err(unrecorded()),
        }
    }

    /// How many nobody has closed.
    pub(super) async fn waiting(&self, scope: &Scope) -> usize {
        let cases = self.cases(scope).await.unwrap_or_default();
        cases.iter().filter(|case| !case.is_closed()).count()
    }

    async fn queue_for(&self, reader: Reader, fault: Option<String>) -> Staged<Queue> {
        let cases = self.cases(&reader.scope).await?;
        let waiting = cases.iter().filter(|case| !case.is_closed()).count();
        let newest = cases.iter().rev().take(MOST);
        let alerts = newest.map(|case| alert(case, reader.subject())).collect();
        let is_cut = cases.len() > MOST;
        let desk = web::office::values::Desk { waiting, ..reader.shown };
        Ok(Queue { desk, alerts, fault, is_cut })
    }

    /// Every alert that is this officer's to see.
    async fn cases(&self, scope: &Scope) -> Staged<Vec<Case>> {
        let mut cases: BTreeMap<u64, Case> = BTreeMap::new();
        let mut next = Some(0);
        while let Some(from) = next {
            let page = self
                .store
                .watched(Query { from, kinds: vec![Kind::Alert], ..Query::default() })
                .await
                .map_err(unreadable)?;
            next = page.next;
            for found in page.entries {
                let of = found.entry.detail.get("alert").and_then(|index| index.parse::<u64>().ok());
                match of {
                    Some(index) => {
                        if let Some(case) = cases.get_mut(&index) {
                            case.steps.push(found);
                        }
                    }
                    None if words::raised(&found.entry).is_some() => {
                        cases.insert(found.index, Case { raised: found, steps: Vec::new() });
                    }
                    None => {}
                }
            }
        }
        let mut seen = Vec::new();
        for case in cases.into_values() {
            if self.concerns(&case, scope).await? {
                seen.push(case);
            }
        }
        Ok(seen)
    }

    /// Whether an alert concerns the officer's organisation: named in it, or by the opening it is about.
    async fn concerns(&self, case: &Case, scope: &Scope) -> Staged<bool> {
        if scope.is_region() {
            return Ok(true);
        }
        if let Some(organisation) = case.raised.entry.detail.get("organisation") {
            return Ok(scope.is_of(organisation));
        }
        let Some(opening) = case.opening() else { return Ok(false) };
        let page = self
            .store
            .watched(Query { opening: Some(opening), ..Query::default() })
            .await
            .map_err(unreadable)?;
        Ok(page.entries.iter().any(|found| scope.sees(&found.entry)))
    }
}

impl Case {
    fn is_closed(&self) -> bool {
        self.steps.iter().any(|step| step.entry.cause.as_deref() != Some(cause::TAKEN))
    }

    fn taken_by(&self) -> Option<&str> {
        let taken = self.steps.iter().find(|step| step.entry.cause.as_deref() == Some(cause::TAKEN))?;
        taken.entry.who.as_ref().map(|who| who.subject.as_str())
    }

    fn opening(&self) -> Option<OpeningId> {
        OpeningId::parse(self.raised.entry.detail.get("about")?).ok()
    }

    fn next(&self, officer: &str) -> NextStep {
        match self.taken_by() {
            _ if self.is_closed() => NextStep::Closed,
            None => NextStep::Take,
            Some(taker) if taker == officer => NextStep::Wait,
            Some(_) => NextStep::Close,
        }
    }
}

/// The step that is asked for, if it may be taken.
fn allowed<'a>(
    case: &Case,
    officer: &str,
    form: &'a StepForm,
) -> Result<(&'static str, &'a str), &'static str> {
    match (form.step.as_str(), case.next(officer)) {
        ("take", NextStep::Take) => Ok((cause::TAKEN, "")),
        ("take", _) => Err("Somebody has taken it on already."),
        ("justified" | "breach", NextStep::Wait) => Err("You took it on, so somebody else closes it."),
        ("justified" | "breach", NextStep::Take) => Err("Somebody takes it on first."),
        ("justified" | "breach", NextStep::Closed) => Err("It is closed already."),
        (step @ ("justified" | "breach"), NextStep::Close) => {
            let note = form.note.trim();
            if !NOTE_CHARS.contains(&note.chars().count()) {
                return Err("Say what you found, in 10 to 1,000 characters.");
            }
            Ok((if step == "breach" { cause::BREACH } else { cause::JUSTIFIED }, note))
        }
        _ => Err("That is no step of an alert."),
    }
}

fn alert(case: &Case, officer: &str) -> Alert {
    let entry = &case.raised.entry;
    let rule = entry.cause.clone().unwrap_or_default();
    let history = |step: &Found| {
        let cause = step.entry.cause.as_deref().unwrap_or_default();
        let said = if cause == cause::TAKEN { "taken on" } else { cause };
        let note = step.entry.detail.get("note").map(|note| format!(": {note}")).unwrap_or_default();
        let by = words::professional(&step.entry);
        format!("{} {said} by {by}{note}", words::at(step.entry.at))
    };
    Alert {
        index: case.raised.index,
        says: words::raised(entry).unwrap_or_default(),
        rule,
        at: words::at(entry.at),
        opening: case.opening().map(|id| id.to_string()),
        organisation: entry.detail.get("organisation").cloned().unwrap_or_default(),
        history: case.steps.iter().map(history).collect(),
        next: case.next(officer),
    }
}

#[cfg(test)]
mod tests;
