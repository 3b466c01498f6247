//! Who looked at one person's record: takes an NHS number and a time, gives every opening with what was shown, in words the person
//! themselves can read. Professionals stand by role and organisation; what a row must not give away reads "other information".

use super::{Program, Sight, Staged, look, unreadable, words};
use crate::entries::reading::Asked;
use audit::{Entry, Found, Kind, Millis, Query, ReadReceipt};
use fhir::NhsNumber;
use std::collections::{BTreeMap, BTreeSet};
use web::{
    gateway::Browser,
    office::values::{Fault, Looker, ReportForm, Reported},
};

/// Without a first day.
pub(crate) const USUAL_DAYS: i64 = 365;

impl Program {
    pub(super) async fn office_report(
        &self,
        browser: &Browser,
        token: &str,
        form: ReportForm,
    ) -> Staged<Reported> {
        let reader = self.reader(browser, Some(token)).await?;
        let mut faults = Vec::new();
        let fields = ["report-since", "report-until"];
        let usual = (look::today(), USUAL_DAYS);
        let ((since, until), period) = look::period((&form.since, &form.until), usual, fields, &mut faults);
        let Ok(number) = NhsNumber::parse(&form.nhs_number) else {
            faults.push(Fault { field: "report-nhs_number", says: "Enter an NHS number of 10 digits" });
            return Ok(Reported { desk: reader.shown, form, faults, ..Reported::default() });
        };
        if !faults.is_empty() {
            return Ok(Reported { desk: reader.shown, form, faults, ..Reported::default() });
        }
        let asked = Asked {
            what: "subject report",
            nhs_number: Some(number.digits()),
            bounds: period.clone(),
            ..Asked::default()
        };
        let read = self.is_about_to(&reader, asked).await?;
        let Lookers { rows, is_cut, held } =
            self.sight(&reader.scope).lookers(&number, (since, until), &read).await?;
        Ok(Reported {
            desk: reader.shown,
            form,
            faults,
            nhs_number: words::spaced(number.digits()),
            period,
            made_at: words::at(crate::clock::millis()),
            rows,
            is_cut,
            // Whoever the report is for must not learn it.
            held: reader.scope.is_region().then_some(held),
        })
    }
}

/// Who looked, the oldest first.
pub(crate) struct Lookers {
    pub(crate) rows: Vec<Looker>,
    pub(crate) is_cut: bool,
    /// Left out while something is looked into.
    pub(crate) held: usize,
}

impl Sight<'_> {
    pub(crate) async fn lookers(
        &self,
        person: &NhsNumber,
        (since, until): (Millis, Millis),
        read: &ReadReceipt,
    ) -> Staged<Lookers> {
        let query = Query {
            person: Some(person.digits().to_owned()),
            kinds: vec![Kind::Open],
            since: Some(since),
            until: Some(until),
            ..Query::default()
        };
        let scope = self.scope.clone();
        let page = self.store.find(query, move |entry| scope.sees(entry), read).await.map_err(unreadable)?;
        let holds = self.holds().await?;
        let (held, open): (Vec<_>, Vec<_>) =
            page.entries.iter().partition(|found| holds.keeps_back(&found.entry));
        let mut rows = Vec::with_capacity(open.len());
        for open in open {
            rows.push(self.looker(open, read).await?);
        }
        Ok(Lookers { rows, is_cut: page.next.is_some(), held: held.len() })
    }

    async fn looker(&self, open: &Found, read: &ReadReceipt) -> Staged<Looker> {
        let scope = &self.scope;
        let query = Query {
            opening: open.entry.opening.clone(),
            kinds: vec![Kind::Disclosure, Kind::Sweep],
            manifests: true,
            ..Query::default()
        };
        let told = self.store.find(query, |_| true, read).await.map_err(unreadable)?;
        let by_own = scope.is_by_own(&open.entry);
        let mut shown: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let disclosures = told.entries.iter().filter(|found| found.entry.kind == Kind::Disclosure);
        let seen =
            disclosures.filter(|found| by_own || found.entry.sources.iter().any(|line| scope.is_own(line)));
        for manifest in
            seen.filter_map(|found| found.manifest.as_ref()).filter(|manifest| !manifest.shown.is_empty())
        {
            let kinds = manifest.shown.iter().map(|item| words::category_for_the_person(&item.category));
            shown.entry(self.partner_named(&manifest.head.source)).or_default().extend(kinds);
        }
        let swept = told.entries.iter().any(|found| found.entry.kind == Kind::Sweep);
        let mut flags = words::flags(&open.entry);
        flags.extend(swept.then(|| "Possibly shown".to_owned()));
        let listed = |kinds: BTreeSet<String>| kinds.into_iter().collect::<Vec<_>>().join(", ");
        let entry: &Entry = &open.entry;
        Ok(Looker {
            at: words::at(entry.at),
            organisation: words::organisation(entry),
            role: words::role(entry).to_owned(),
            way_in: words::way_in(entry),
            why: words::why(entry),
            shown: shown.into_iter().map(|(partner, kinds)| (partner, listed(kinds))).collect(),
            flags,
            reference: words::reference(entry),
            index: open.index,
        })
    }
}
