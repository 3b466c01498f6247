//! What became of each source's last day: takes the results as they are recorded, gives those an officer may see. A source that hands
//! nothing over, or with which nothing is agreed, is listed too, so that its silence does not read as agreement.

use super::{Program, Reader, Staged, unreadable, words};
use crate::{
    clock,
    entries::reading::Asked,
    program::reconciled::DAYS,
    reconcile::{self, OF_PRACTICE},
};
use audit::reconcile::{Day, Told};
use federation::SourceConfig;
use std::collections::BTreeMap;
use web::{
    gateway::Browser,
    office::values::{HandsOver, Reconciliation, Side},
};

/// How far back the last result of a silent source is still shown.
const SHOWN_MS: i64 = 35 * 24 * 60 * 60 * 1000;
/// A clock as near as this is right.
const CLOCK_MS: u64 = 10_000;

impl Program {
    pub(super) async fn office_reconciliation(&self, browser: &Browser) -> Staged<Reconciliation> {
        let reader = self.reader(browser, None).await?;
        self.is_about_to(&reader, Asked { what: "reconciliation", ..Asked::default() }).await?;
        let now = clock::millis();
        let results = reconcile::results(&self.store, now.plus_ms(-SHOWN_MS)).await.map_err(unreadable)?;
        // Of one source the days stand in their order, so the last one stays; of practices, the last day of any.
        let mut last: BTreeMap<String, Told> = BTreeMap::new();
        for told in results.into_values() {
            let source = told.source.split(OF_PRACTICE).next().unwrap_or_default().to_owned();
            if last.get(&source).is_none_or(|before| before.day <= told.day) {
                last.insert(source, told);
            }
        }
        let today = Day::of(now);
        let sources = self.federation.sources().iter().filter(|source| self.may_see(&reader, source));
        let sources = sources.map(|source| side(source, last.get(source.id.as_str()), today)).collect();
        let at = self.config.audit.reconcile.at.strftime("%H:%M").to_string();
        Ok(Reconciliation { desk: reader.shown, sources, at })
    }

    fn may_see(&self, reader: &Reader, source: &SourceConfig) -> bool {
        !source.kind.is_none() && reader.scope.is_of(source.ods.as_str())
    }
}

fn side(source: &SourceConfig, last: Option<&Told>, today: Day) -> Side {
    let earliest = today.before(DAYS).to_string();
    let is_lately = last.is_some_and(|told| told.day >= earliest);
    let how = match (last, &source.access_log) {
        (None, None) => HandsOver::NotAgreed,
        _ if is_lately => HandsOver::Lately,
        _ => HandsOver::Silent,
    };
    let side = Side {
        source: source.short.clone(),
        partner: source.partner.clone(),
        how,
        beside: Vec::new(),
        ..Side::default()
    };
    let Some(told) = last else { return side };
    Side {
        day: Some(day(told)),
        both: told.both,
        ours_only: told.ours_only,
        theirs_only: told.theirs_only,
        different: told.different(),
        beside: beside(told),
        ..side
    }
}

/// `28-Nov-2026`, as it stands on every page.
fn day(told: &Told) -> String {
    let begins = Day::parse(&told.day).map(Day::begins);
    let written = begins.map(|begins| words::at(begins).split(' ').next().map(str::to_owned));
    written.ok().flatten().unwrap_or_else(|| told.day.clone())
}

fn beside(told: &Told) -> Vec<String> {
    let counted = [
        (told.explained, "not asked or not answered, and no line of it"),
        (told.unreadable, "lines that cannot be read"),
        (told.repeated, "lines that stand twice"),
        (told.out_of_day, "lines of other days"),
    ];
    let counted = counted.into_iter().filter(|(count, _)| *count > 0);
    let mut said: Vec<String> = counted.map(|(count, what)| format!("{count} {what}")).collect();
    if let Some((_, practice)) = told.source.split_once(OF_PRACTICE) {
        said.push(format!("Of practice {practice} alone"));
    }
    if told.persons_compared == 0 && told.both > 0 {
        said.push("Persons are not compared: its lines name none".to_owned());
    }
    if let Some(ms) = told.offset_ms.filter(|ms| ms.unsigned_abs() > CLOCK_MS) {
        let way = if ms > 0 { "ahead of" } else { "behind" };
        said.push(format!("Its clock is {} s {way} ours", ms.unsigned_abs() / 1000));
    }
    said
}

#[cfg(test)]
mod tests;
