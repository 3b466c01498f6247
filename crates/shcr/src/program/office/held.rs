//! Openings left out of the report for the person while something is looked into: takes an opening, a reason and the day on which
//! that is looked at again; gives which are held. One officer holds, another lifts; each is an entry. How many a report leaves out is
//! told to the region's officers alone. Source: audit.md section 11.

use super::{Program, Reader, Sight, Staged, look, unreadable, unrecorded, words};
use crate::{
    clock,
    entries::{
        LISTED_BY,
        reading::{self, Asked},
    },
};
use audit::{Entry, Fault, Kind, Millis, OpeningId, Query, Why, cause};
use jiff::{ToSpan, civil::Date};
use std::collections::BTreeMap;
use web::{
    gateway::Browser,
    office::{
        Stopped,
        values::{Held, HeldRow, HeldRows, HoldForm, Told},
    },
};

/// Whoever wants longer says so again.
const LONGEST_DAYS: i64 = 366;

/// What stands about one opening.
struct Hold {
    /// How often it was held or lifted.
    steps: u32,
    is_held: bool,
    /// The officer's own id at the sign-in service.
    by: String,
    by_name: String,
    at: Millis,
    review: String,
    reason: String,
}

/// By the opening's id.
pub(super) struct Holds(BTreeMap<String, Hold>);

impl Holds {
    /// The opening itself, or one that it listed the document of.
    pub(super) fn keeps_back(&self, open: &Entry) -> bool {
        let own = open.opening.as_ref().map(OpeningId::as_str);
        let listed_by = open.detail.get(LISTED_BY).map(String::as_str);
        own.into_iter().chain(listed_by).any(|id| self.held(id).is_some())
    }

    fn held(&self, opening: &str) -> Option<&Hold> {
        self.0.get(opening).filter(|hold| hold.is_held)
    }

    /// Later entries stand over earlier ones.
    fn take(&mut self, entry: &Entry) {
        let is_held = match entry.cause.as_deref() {
            Some(cause::HELD) => true,
            Some(cause::LIFTED) => false,
            _ => return,
        };
        let told = |name: &str| entry.detail.get(name).cloned().unwrap_or_default();
        let before = self.0.get(&told("about")).map_or(0, |hold| hold.steps);
        let hold = Hold {
            steps: before + 1,
            is_held,
            by: entry.who.as_ref().map(|who| who.subject.clone()).unwrap_or_default(),
            by_name: words::professional(entry),
            at: entry.at,
            review: told("review"),
            reason: told("note"),
        };
        self.0.insert(told("about"), hold);
    }

    /// For the page of one opening.
    pub(super) fn said(&self, opening: &str, officer: &str) -> Held {
        let Some(hold) = self.held(opening) else { return Held::No };
        let says = format!(
            "Left out of the report for the person since {}, by {}: {}. To be looked at again on {}.",
            words::at(hold.at),
            hold.by_name,
            hold.reason,
            hold.review
        );
        Held::Yes { says, may_lift: hold.by != officer }
    }
}

impl Sight<'_> {
    pub(super) async fn holds(&self) -> Staged<Holds> {
        let (mut holds, mut next) = (Holds(BTreeMap::new()), Some(0));
        while let Some(from) = next {
            let query = Query { from, kinds: vec![Kind::Incident], ..Query::default() };
            let page = self.store.watched(query).await.map_err(unreadable)?;
            page.entries.iter().for_each(|found| holds.take(&found.entry));
            next = page.next;
        }
        Ok(holds)
    }
}

impl Program {
    /// `Some`: nothing was changed, and the page says why.
    pub(super) async fn office_hold(
        &self,
        browser: &Browser,
        token: &str,
        form: HoldForm,
    ) -> Staged<Option<Told>> {
        let reader = self.reader(browser, Some(token)).await?;
        let opening = OpeningId::parse(&form.opening).map_err(|_| Stopped::NotFound)?;
        let asked = Asked { what: "opening", opening: Some(opening.as_str()), ..Asked::default() };
        let read = self.is_about_to(&reader, asked).await?;
        let query = Query { opening: Some(opening.clone()), kinds: vec![Kind::Open], ..Query::default() };
        let page = self.store.find(query, |_| true, &read).await.map_err(unreadable)?;
        // Whose professional it was looks into it.
        if !page.entries.iter().any(|found| reader.scope.is_by_own(&found.entry)) {
            return Err(Stopped::NotFound);
        }
        let fault = match self.hold(&reader, &opening, &form).await? {
            Ok(()) => return Ok(None),
            Err(fault) => fault,
        };
        let told = self.office_tell(browser, opening.as_str()).await?;
        Ok(Some(Told { fault: Some(fault.to_owned()), hold: form, ..told }))
    }

    async fn hold(
        &self,
        reader: &Reader,
        opening: &OpeningId,
        form: &HoldForm,
    ) -> Staged<Result<(), &'static str>> {
        let holds = self.sight(&reader.scope).holds().await?;
        let hold = holds.0.get(opening.as_str());
        let (step, note, review) = match allowed(hold, reader.subject(), form, look::today()) {
            Ok(step) => step,
            Err(says) => return Ok(Err(says)),
        };
        let (now, n) = (clock::millis(), hold.map_or(0, |hold| hold.steps));
        let told = reading::Hold { opening, n, step, note, review: &review };
        let entry = told.entry(&reader.desk.staff, &reader.desk.address, now);
        match self.store.append(vec![entry], now).await {
            Ok(_) => Ok(Ok(())),
            Err(Fault::Rejected(Why::Conflict)) => Ok(Err("Somebody else did that a moment ago.")),
            Err(_) => Err(unrecorded()),
        }
    }

    /// Everything that is held, for the region's officers; those to be looked at again stand first.
    pub(super) async fn office_held(&self, browser: &Browser) -> Staged<HeldRows> {
        let reader = self.reader(browser, None).await?;
        if !reader.scope.is_region() {
            return Err(Stopped::NotFound);
        }
        self.is_about_to(&reader, Asked { what: "held rows", ..Asked::default() }).await?;
        let holds = self.sight(&reader.scope).holds().await?;
        let today = look::today().to_string();
        let held = holds.0.iter().filter(|(_, hold)| hold.is_held);
        let mut rows: Vec<HeldRow> = held
            .map(|(opening, hold)| HeldRow {
                opening: opening.clone(),
                since: words::at(hold.at),
                by: hold.by_name.clone(),
                reason: hold.reason.clone(),
                review: hold.review.clone(),
                is_due: hold.review <= today,
            })
            .collect();
        rows.sort_by(|one, other| one.review.cmp(&other.review));
        Ok(HeldRows { desk: reader.shown, rows })
    }
}

/// Step, reason and the day of the next look.
type Step<'a> = (&'static str, &'a str, String);

fn allowed<'a>(
    hold: Option<&Hold>,
    officer: &str,
    form: &'a HoldForm,
    today: Date,
) -> Result<Step<'a>, &'static str> {
    let held = hold.filter(|hold| hold.is_held);
    match (form.step.as_str(), held) {
        ("hold", Some(_)) => return Err("It is left out already."),
        ("lift", None) => return Err("It is not left out."),
        ("lift", Some(hold)) if hold.by == officer => {
            return Err("You left it out, so somebody else puts it back.");
        }
        ("hold" | "lift", _) => {}
        _ => return Err("That is no step."),
    }
    let note = reading::reason(&form.note).ok_or("Say why, in 10 to 1,000 characters.")?;
    if form.step == "lift" {
        return Ok((cause::LIFTED, note, String::new()));
    }
    let last = today.checked_add(LONGEST_DAYS.days()).unwrap_or(today);
    let review = form.review.trim().parse::<Date>().ok();
    match review.filter(|day| *day > today && *day <= last) {
        Some(review) => Ok((cause::HELD, note, review.to_string())),
        None => Err("Say on which day it is looked at again, within a year, for example 2026-12-31."),
    }
}

#[cfg(test)]
mod tests;
