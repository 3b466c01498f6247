//! One opening from beginning to end: takes its id, gives who, from where, why, what was shown of each source, what was not, and
//! every entry in the order of record. An officer of one partner sees of other partners' sources nothing.

use super::{Program, Scope, Sight, Staged, unreadable, words};
use crate::entries::reading::Asked;
use audit::{Entry, Found, Kind, OpeningId, Query, ReadReceipt, hash, manifest::Manifest};
use serde_json::json;
use std::collections::BTreeMap;
use web::{
    gateway::Browser,
    office::{
        Stopped,
        values::{Shown, Step, Told},
    },
};

impl Program {
    pub(super) async fn office_tell(&self, browser: &Browser, opening: &str) -> Staged<Told> {
        let reader = self.reader(browser, None).await?;
        let id = OpeningId::parse(opening).map_err(|_| Stopped::NotFound)?;
        let asked = Asked { what: "opening", opening: Some(id.as_str()), ..Asked::default() };
        let read = self.is_about_to(&reader, asked).await?;
        let told = self.sight(&reader.scope).told((&id, reader.subject()), &read).await?;
        Ok(Told { desk: reader.shown, ..told })
    }
}

impl Sight<'_> {
    /// `reader`: who may not put back what they themselves left out of the report.
    pub(crate) async fn told(
        &self,
        (opening, reader): (&OpeningId, &str),
        read: &ReadReceipt,
    ) -> Staged<Told> {
        let query = Query { opening: Some(opening.clone()), manifests: true, ..Query::default() };
        let page = self.store.find(query, |_| true, read).await.map_err(unreadable)?;
        if !page.entries.iter().any(|found| self.scope.sees(&found.entry)) {
            return Err(Stopped::NotFound);
        }
        let holds = self.holds().await?;
        let first = page.entries.first().filter(|found| found.entry.kind == Kind::Open);
        let held = first.filter(|found| self.scope.is_by_own(&found.entry));
        let held = held.map(|_| holds.said(opening.as_str(), reader));
        let mut told = Told { held, ..told(&self.scope, &page.entries, opening.as_str()) };
        for part in &mut told.shown {
            part.partner = self.partner_named(&part.source);
        }
        Ok(told)
    }
}

fn told(scope: &Scope, entries: &[Found], opening: &str) -> Told {
    let by_own = entries.iter().any(|found| scope.is_by_own(&found.entry));
    let visible: Vec<&Found> = entries.iter().filter(|found| by_own || scope.sees(&found.entry)).collect();
    // Of an opening by somebody else's professional, only what concerns the officer's own sources.
    let own = |line: &audit::SourceLine| by_own || scope.is_own(line);
    let shown = |found: &Found| {
        let line = found.entry.sources.first().filter(|line| own(line))?;
        (found.entry.kind == Kind::Disclosure).then(|| part(found, line, scope.may_know_held(line)))
    };
    let shown: Vec<Shown> = visible.iter().filter_map(|found| shown(found)).collect();
    let step = |found: &&Found| Step {
        index: found.index,
        at: words::at(found.entry.at),
        says: words::step(&found.entry, &own),
    };
    let steps = visible.iter().map(step).collect();
    let end = entries.iter().rev().find(|found| matches!(found.entry.kind, Kind::Close | Kind::Sweep));
    let ended = end.iter().flat_map(|found| found.entry.sources.iter().filter(|line| own(line)));
    let named = |source: &str| shown.iter().any(|part| part.source == source);
    let not_shown = ended.filter(|line| !named(&line.source)).map(|line| {
        let reason = line.reason.as_deref().map(|reason| format!(": {reason}")).unwrap_or_default();
        (line.source.clone(), format!("{}{reason}", line.state.as_deref().unwrap_or("not known")))
    });
    let not_shown = not_shown.collect();
    let first = visible.first().map(|found| &found.entry);
    Told {
        opening: opening.to_owned(),
        reference: first.map(words::reference).unwrap_or_default(),
        summary: first.map(|first| summary(first, end.map(|found| &found.entry))).unwrap_or_default(),
        facts: first.map(|first| facts(first, end.map(|found| &found.entry))).unwrap_or_default(),
        shown,
        not_shown,
        steps,
        ..Told::default()
    }
}

fn summary(first: &Entry, end: Option<&Entry>) -> String {
    let person = first.whom.as_ref().map(|whom| words::spaced(&whom.nhs_number)).unwrap_or_default();
    let did = if first.kind == Kind::Refused { "was refused" } else { "opened" };
    let end = match end.map(|entry| entry.kind) {
        Some(Kind::Sweep) => " How it ended is not known: what was under way counts as possibly shown.",
        Some(_) => "",
        None if first.kind == Kind::Refused => "",
        None => " It is still open.",
    };
    let (who, role, organisation) =
        (words::professional(first), words::role(first), words::organisation(first));
    format!(
        "{who} ({role}, {organisation}) {did} the record of NHS number {person} on {}.{end}",
        words::at(first.at)
    )
}

/// Label and value; what is not known is left out.
fn facts(entry: &Entry, end: Option<&Entry>) -> Vec<(&'static str, String)> {
    let mut marks = words::flags(entry);
    // What is known only once the sources have answered.
    marks.extend(
        end.iter().flat_map(|end| words::flags(end)).filter(|mark| !words::flags(entry).contains(mark)),
    );
    let who = entry.who.as_ref();
    let how = entry.how.as_ref();
    let whom = entry.whom.as_ref();
    let claims =
        who.map(|who| who.claims.iter().map(|claim| claim.code.clone()).collect::<Vec<_>>().join(", "));
    let moved = whom.filter(|whom| whom.sent != whom.nhs_number).map(|whom| words::spaced(&whom.sent));
    let differed = whom.map(|whom| whom.differed.join(", "));
    let relationship = entry.why.as_ref().map(|why| {
        why.relationship.iter().map(|relationship| relationship.code.clone()).collect::<Vec<_>>().join(", ")
    });
    let policies = entry.decision.as_ref().map(|decision| decision.policies.join(", "));
    let all = [
        ("User id", who.map(|who| who.subject.clone())),
        ("Smartcard user id", who.and_then(|who| who.sds_user_id.clone())),
        ("Role profile", who.and_then(|who| who.sds_role_profile_id.clone())),
        ("Role as their system said it", claims),
        ("Role map", who.and_then(|who| who.map.clone())),
        ("How they got in", Some(words::way_in(entry))),
        ("Assurance level", how.map(|how| how.assurance.to_string())),
        ("Workstation", how.and_then(|how| how.device.clone())),
        ("Network address", how.and_then(|how| how.address.clone())),
        ("Why", Some(words::why(entry))),
        ("Relationship", relationship),
        ("National trace", whom.map(|whom| whom.trace.clone())),
        ("Number as their system sent it", moved),
        ("Details that differed", differed),
        ("The person\u{2019}s wish", entry.objection.as_ref().map(|objection| objection.state.clone())),
        ("Marks", Some(marks.join(", "))),
        ("Rules that decided", policies),
        ("Agreement", entry.configuration.clone()),
    ];
    let said = all.into_iter().filter_map(|(label, value)| Some((label, value?)));
    said.filter(|(_, value)| !value.is_empty()).collect()
}

fn part(found: &Found, line: &audit::SourceLine, may_know_held: bool) -> Shown {
    let manifest = found.manifest.as_ref();
    Shown {
        source: line.source.clone(),
        partner: line.partner.clone().unwrap_or_default(),
        state: line.state.clone().unwrap_or_default(),
        at: words::at(found.entry.at),
        as_at: line.as_at.clone(),
        categories: manifest.map(categories).unwrap_or_default(),
        items: manifest.map(items).unwrap_or_default(),
        held: manifest.filter(|_| may_know_held).map(held),
        index: found.index,
        commitment: hash::hex(&found.commitment),
    }
}

/// Category and level, and how many entries.
fn categories(manifest: &Manifest) -> Vec<(String, String, usize)> {
    let mut counted: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for item in &manifest.shown {
        *counted.entry((&item.category, &item.level)).or_default() += 1;
    }
    let said = |((category, level), count): ((&str, &str), usize)| {
        (words::category(category), level.to_owned(), count)
    };
    counted.into_iter().map(said).collect()
}

fn items(manifest: &Manifest) -> Vec<(String, String, String)> {
    let version = |item: &audit::manifest::Shown| item.version.clone().unwrap_or_default();
    manifest.shown.iter().map(|item| (item.resource.clone(), item.id.clone(), version(item))).collect()
}

/// As `shcr audit held` reads it.
fn held(Manifest { head, held, .. }: &Manifest) -> String {
    json!({"opening": head.opening.as_str(), "source": head.source, "part": head.part, "held": held})
        .to_string()
}
