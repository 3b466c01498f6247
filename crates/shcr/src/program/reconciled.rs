//! Every night: takes the days that are over and not reconciled yet, asks each source that hands over its log for them, and holds
//! the two against each other. By hand as well, by way of the operator's listener, since the store has one writer.
//! Source: audit.md section 10.

use super::Program;
use crate::{
    clock,
    entries::{reading, reconciled::Reader},
    reconcile::{self, Asked, Done, Of, Sides, Stopped},
};
use audit::{Fault, Query, reconcile::Day};
use fhir::{OdsCode, SourceId};
use jiff::{civil::Time, tz::TimeZone};
use std::{sync::Arc, time::Duration};
use web::gateway::{Reconcile, Reconciled};

/// How far back a hand-over that comes late is still asked for; a source that gives nothing for as long is listed.
pub(crate) const DAYS: i64 = 7;
/// A machine that slept, or whose clock was set, is at most this late.
const LONGEST_SLEEP: Duration = Duration::from_secs(15 * 60);
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// Reconciles every night until told to stop.
pub(crate) async fn nightly(program: Arc<Program>, stopped: impl Future<Output = ()>) {
    tokio::pin!(stopped);
    if program.handing_over().is_empty() {
        return stopped.await;
    }
    let at = program.config.audit.reconcile.at;
    let mut due = next(at, clock::now());
    loop {
        let wait = u64::try_from(due.as_millisecond() - clock::now().as_millisecond()).unwrap_or_default();
        tokio::select! {
            () = &mut stopped => return,
            () = tokio::time::sleep(Duration::from_millis(wait).min(LONGEST_SLEEP)) => {}
        }
        if clock::now() < due {
            continue;
        }
        tokio::select! {
            () = &mut stopped => return,
            done = program.reconcile_what_is_due() => match done {
                Ok(()) => {}
                Err(fault) => tracing::error!(%fault, "days could not be reconciled; it is tried again tomorrow"),
            }
        }
        due = next(at, clock::now());
    }
}

/// The first such time of UTC after a moment.
fn next(at: Time, now: jiff::Timestamp) -> jiff::Timestamp {
    let utc = now.to_zoned(TimeZone::UTC);
    let on = |days: i64| {
        let day = utc.date().saturating_add(jiff::Span::new().days(days));
        day.to_datetime(at).to_zoned(TimeZone::UTC).map(|zoned| zoned.timestamp()).unwrap_or(now)
    };
    if on(0) > now { on(0) } else { on(1) }
}

impl Program {
    /// Sources that hand over their logs.
    pub(crate) fn handing_over(&self) -> Vec<SourceId> {
        let sources = self.federation.sources().iter().filter(|source| source.access_log.is_some());
        sources.map(|source| source.id.clone()).collect()
    }

    /// Each of the last days for those sources that have no result of it.
    pub(crate) async fn reconcile_what_is_due(&self) -> Result<(), Stopped> {
        let now = clock::millis();
        let results = reconcile::results(&self.store, now.plus_ms(-(DAYS + 1) * DAY_MS));
        let results = results.await.map_err(Stopped::Unreadable)?;
        let first = match self.config.audit.reconcile.from {
            Some(day) => Some(day),
            None => self.first_whole_day().await.map_err(Stopped::Unreadable)?,
        };
        let days = (1..=DAYS).rev().map(|back| Day::of(now).before(back));
        for day in days.filter(|day| first.is_some_and(|first| *day >= first)) {
            let is_due = |id: &SourceId| !results.contains_key(&(id.to_string(), day.to_string()));
            let due: Vec<SourceId> = self.handing_over().into_iter().filter(is_due).collect();
            if !due.is_empty() {
                let reader = self.itself("every night, audit.md section 10");
                self.reconciled(Asked { day, of: Of::Sources(due), reader }).await?;
            }
        }
        Ok(())
    }

    /// The day after the one in which the log began: of that one a part was before it.
    async fn first_whole_day(&self) -> Result<Option<Day>, Fault> {
        let begins = self.store.watched(Query::default()).await?;
        Ok(begins.entries.first().map(|found| Day::of(found.entry.at).before(-1)))
    }

    pub(crate) async fn reconciled(&self, asked: Asked) -> Result<Done, Stopped> {
        let sides = Sides { store: &self.store, federation: &self.federation, names: &self.request_names };
        reconcile::reconcile(&sides, asked).await
    }

    /// As an operator asks for it.
    pub(super) async fn reconcile_by_hand(&self, asked: Reconcile) -> Reconciled {
        match asked_for(asked, self) {
            Ok(asked) => said(self.reconciled(asked).await),
            Err(why) => Reconciled::Refused(why),
        }
    }

    fn itself(&self, reason: &str) -> Reader {
        Reader {
            by: self.config.audit.replica.clone(),
            reason: reason.to_owned(),
            organisation: organisation(&self.config.audit.origin),
        }
    }
}

/// The ODS code in the log's name, `<host>/audit/<ODS>`.
pub(crate) fn organisation(origin: &str) -> String {
    origin.rsplit('/').next().unwrap_or_default().to_owned()
}

fn asked_for(asked: Reconcile, program: &Program) -> Result<Asked, String> {
    let reason = reading::reason(&asked.reason).filter(|_| !asked.by.trim().is_empty());
    let reason = reason.ok_or("say who you are, and why in 10 to 1,000 characters")?;
    let day = match asked.day.trim() {
        "" => Day::of(clock::millis()).before(1),
        text => Day::parse(text).map_err(|not| not.to_string())?,
    };
    let source = Some(asked.source.trim()).filter(|id| !id.is_empty()).map(SourceId::new);
    let practice = Some(asked.practice.trim()).filter(|ods| !ods.is_empty()).map(OdsCode::parse);
    let practice = practice.transpose().map_err(|_| "a practice is named by its ODS code".to_owned())?;
    let of = match (source, asked.lines) {
        (Some(source), Some(lines)) => Of::File(source, practice, lines.into_bytes()),
        _ if practice.is_some() => return Err("a practice's log comes as a file".to_owned()),
        (None, Some(_)) => return Err("a file is of one source: name it".to_owned()),
        (Some(source), None) => Of::Sources(vec![source]),
        (None, None) => Of::Sources(program.handing_over()),
    };
    let reader = Reader { by: asked.by.trim().to_owned(), ..program.itself(reason) };
    Ok(Asked { day, of, reader })
}

/// In words for an operator.
pub(crate) fn said(done: Result<Done, Stopped>) -> Reconciled {
    let done = match done {
        Ok(done) => done,
        Err(why) => return Reconciled::Refused(why.to_string()),
    };
    let lines = done.told.iter().map(|told| {
        format!(
            "{} {}: {} both, {} ours only, {} theirs only, {} different, {} lines, {} of them not readable\n",
            told.source,
            told.day,
            told.both,
            told.ours_only,
            told.theirs_only,
            told.different(),
            told.lines + told.unreadable,
            told.unreadable,
        )
    });
    let silent = done.silent.iter().map(|(id, why)| format!("{id}: not handed over: {why}\n"));
    let text: String = lines.chain(silent).collect();
    match (done.is_clean(), done.silent.is_empty()) {
        (false, _) => Reconciled::Differs(text),
        (true, false) => Reconciled::Incomplete(text),
        (true, true) => Reconciled::Clean(text),
    }
}

#[cfg(test)]
mod tests;
