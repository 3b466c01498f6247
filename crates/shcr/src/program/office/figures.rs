//! Counts for everybody, of one month: takes a month, gives how many openings there were, how sources ended, what was overridden, and
//! what became of each rule's alerts. Nobody is named, so no reason is asked for. Source: audit.md section 11, figures.

use super::{Program, Staged, look, unreadable, words};
use crate::{
    clock,
    figured::{self, Group},
};
use audit::{Entry, Kind, Query, figures::Count};
use jiff::{ToSpan, civil::Date};
use web::{
    gateway::Browser,
    office::values::{AlertFigures, Figured},
};

const COUNTED: [Kind; 4] = [Kind::Open, Kind::Close, Kind::Sweep, Kind::Override];

impl Program {
    pub(super) async fn office_figures(&self, browser: &Browser, month: &str) -> Staged<Figured> {
        let (cookie, desk) = self.officer(browser).await?;
        self.keep_officer(&cookie, &desk).await?;
        let first = month_of(month, look::today());
        let after = first.checked_add(1.month()).unwrap_or(first);
        let (since, until) = (look::start(first), look::start(after));
        let mut count = Count::default();
        let month =
            Query { since: Some(since), until: Some(until), kinds: COUNTED.to_vec(), ..Query::default() };
        self.count_over(month, &mut count, |_| true).await?;
        // What was raised in the month may be closed later.
        let alerts = Query { since: Some(since), kinds: vec![Kind::Alert], ..Query::default() };
        let counts = move |entry: &Entry| entry.at < until || entry.detail.contains_key("alert");
        self.count_over(alerts, &mut count, counts).await?;
        let figures = count.done();
        let alerts = figures.alerts.iter().map(|(rule, alerts)| AlertFigures {
            rule: rule.clone(),
            says: words::rule(rule).unwrap_or_default().to_owned(),
            raised: alerts.raised,
            open: alerts.not_closed(),
            justified: alerts.justified,
            breaches: alerts.breaches,
            precision: figured::precision(*alerts),
        });
        Ok(Figured {
            desk: self.with_waiting(&cookie, &desk).await?,
            month: first.strftime("%Y-%m").to_string(),
            groups: self.in_words(figured::groups(&figures)),
            alerts: alerts.collect(),
            log: self.witnesses.said(self.store.frozen(), clock::millis()),
        })
    }

    /// Ways, roles, organisations, sources and how these ended, by their names.
    fn in_words(&self, mut groups: Vec<Group>) -> Vec<Group> {
        let partner = |ods: &str| {
            let known = self.config.sources.iter().find(|source| source.ods.as_str() == ods);
            known.map_or_else(|| ods.to_owned(), |known| format!("{}, {ods}", known.partner))
        };
        for (group, rows) in &mut groups {
            for (name, _) in rows {
                *name = match group.as_str() {
                    figured::WAYS => words::way_named(name).to_owned(),
                    figured::ROLES => format!("{}, {name}", words::role_named(name)),
                    figured::ORGANISATIONS => partner(name),
                    figured::SOURCE => self.ended(name),
                    _ => continue,
                };
            }
        }
        groups
    }

    /// `<source> <state>`; a source's id has no space.
    fn ended(&self, name: &str) -> String {
        let (source, state) = name.split_once(' ').unwrap_or((name, ""));
        let known = self.config.sources.iter().find(|known| known.id.as_str() == source);
        let partner = known.map_or(source, |known| &known.partner);
        format!("{partner}: {}", words::ended_named(state))
    }

    async fn count_over(
        &self,
        query: Query,
        count: &mut Count,
        counts: impl Fn(&Entry) -> bool,
    ) -> Staged<()> {
        let mut next = Some(0);
        while let Some(from) = next {
            let page = self.store.watched(Query { from, ..query.clone() }).await.map_err(unreadable)?;
            page.entries
                .iter()
                .filter(|found| counts(&found.entry))
                .for_each(|found| count.take(found.index, &found.entry));
            next = page.next;
        }
        Ok(())
    }
}

/// The first day of it; of what is no month, this one's.
fn month_of(text: &str, today: Date) -> Date {
    let asked = format!("{}-01", text.trim()).parse::<Date>().ok();
    asked.filter(|first| first.day() == 1).unwrap_or_else(|| today.first_of_month())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_month_is_this_one() {
        let today = "2026-11-29".parse().unwrap();
        for (text, first) in [
            ("2026-10", "2026-10-01"),
            (" 2025-02 ", "2025-02-01"),
            ("", "2026-11-01"),
            ("2026-13", "2026-11-01"),
            ("2026-10-05", "2026-11-01"),
            ("=cmd()", "2026-11-01"),
        ] {
            assert_eq!(month_of(text, today), first.parse::<Date>().unwrap(), "{text}");
        }
    }
}
