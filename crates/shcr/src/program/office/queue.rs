//! Alerts: takes those raised and what officers did about them, gives the list and one step further. One person takes an alert on,
//! another closes it; every step is an entry, and each can be taken once.

use super::{Program, Reader, Scope, Sight, Staged, unreadable, unrecorded, words};
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
        let cases = self.sight(&reader.scope).cases().await?;
        let case = form
            .alert
            .parse()
            .ok()
            .and_then(|index: u64| cases.iter().find(|case| case.raised.index == index));
        let Some(case) = case else {
            return self.queue_for(reader, Some("There is no such alert here.".to_owned())).await;
        };
        if self.is_about(case, &reader).await? {
            let says = "It is about what you did yourself, so somebody else looks into it.";
            return self.queue_for(reader, Some(says.to_owned())).await;
        }
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

    /// Whether the officer is the professional whose opening it is.
    async fn is_about(&self, case: &Case, reader: &Reader) -> Staged<bool> {
        let Some(opening) = case.opening() else { return Ok(false) };
        let query = Query { opening: Some(opening), ..Query::default() };
        let page = self.store.watched(query).await.map_err(unreadable)?;
        let officer = &reader.desk.staff.practitioner;
        Ok(page.entries.iter().filter_map(|found| found.entry.who.as_ref()).any(|who| is_one(who, officer)))
    }

    /// How many nobody has closed.
    pub(super) async fn waiting(&self, scope: &Scope) -> usize {
        let cases = self.sight(scope).cases().await.unwrap_or_default();
        cases.iter().filter(|case| !case.is_closed()).count()
    }

    async fn queue_for(&self, reader: Reader, fault: Option<String>) -> Staged<Queue> {
        let cases = self.sight(&reader.scope).cases().await?;
        let waiting = cases.iter().filter(|case| !case.is_closed()).count();
        // What lies there too long first, then the newest.
        let mut listed: Vec<&Case> = cases.iter().rev().collect();
        listed.sort_by_key(|case| !case.is_overdue());
        let alerts = listed.into_iter().take(MOST).map(|case| alert(case, reader.subject())).collect();
        let is_cut = cases.len() > MOST;
        let desk = web::office::values::Desk { waiting, ..reader.shown };
        Ok(Queue { desk, alerts, fault, is_cut })
    }
}

impl Sight<'_> {
    /// Every alert, the oldest first; `reader`: whose next step is told.
    pub(crate) async fn alerts(&self, reader: &str) -> Staged<Vec<Alert>> {
        Ok(self.cases().await?.iter().map(|case| alert(case, reader)).collect())
    }

    /// Every alert that is theirs to see.
    async fn cases(&self) -> Staged<Vec<Case>> {
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
            if self.concerns(&case).await? {
                seen.push(case);
            }
        }
        Ok(seen)
    }

    /// Whether an alert concerns the officer's organisation: named in it, or by the opening it is about.
    async fn concerns(&self, case: &Case) -> Staged<bool> {
        let scope = &self.scope;
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
        self.has(cause::JUSTIFIED) || self.has(cause::BREACH)
    }

    /// Raised again, and still nobody has taken it on.
    fn is_overdue(&self) -> bool {
        self.has(cause::ESCALATED) && !self.has(cause::TAKEN) && !self.is_closed()
    }

    fn has(&self, step: &str) -> bool {
        self.steps.iter().any(|found| found.entry.cause.as_deref() == Some(step))
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

/// One person has one smartcard, whichever way they come; without it, one user id at the sign-in service that both share.
fn is_one(who: &audit::Who, officer: &access::launch::Practitioner) -> bool {
    let card = |id: &Option<String>| id.clone().filter(|id| id != "UNK");
    match (card(&who.sds_user_id), card(&officer.sds_user_id)) {
        (Some(theirs), Some(own)) => theirs == own,
        _ => who.host == access::launch::direct::HOST && who.subject == officer.host_sub,
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
            let note = reading::reason(&form.note).ok_or("Say what you found, in 10 to 1,000 characters.")?;
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
        // What the gateway did has nobody's name.
        let by = step.entry.who.as_ref().map(|_| format!(" by {}", words::professional(&step.entry)));
        format!("{} {said}{}{note}", words::at(step.entry.at), by.unwrap_or_default())
    };
    Alert {
        index: case.raised.index,
        says: words::raised(entry).unwrap_or_default(),
        rule,
        at: words::at(entry.at),
        text: entry.detail.get("text").cloned().unwrap_or_default(),
        opening: case.opening().map(|id| id.to_string()),
        organisation: entry.detail.get("organisation").cloned().unwrap_or_default(),
        history: case.steps.iter().map(history).collect(),
        is_overdue: case.is_overdue(),
        next: case.next(officer),
    }
}

#[cfg(test)]
mod tests;
