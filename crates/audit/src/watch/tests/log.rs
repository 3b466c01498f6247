//! Makes logs of entries as the program writes them. Professionals and persons are invented; numbers are never issued.

use crate::{
    Entry, Key, Kind, Millis, OpeningId, Relationship, SourceLine,
    sample::{self},
    watch::{Raised, Thresholds, Watch},
};
use std::collections::BTreeMap;

pub(super) const MINUTE: i64 = 60_000;
pub(super) const HOUR: i64 = 60 * MINUTE;
pub(super) const DAY: i64 = 24 * HOUR;
/// The beginning of a day.
pub(super) const START: i64 = 20_000 * DAY;

/// Who did something, when, about whom.
#[derive(Debug, Clone)]
pub(super) struct One {
    pub(super) professional: u32,
    pub(super) role: &'static str,
    pub(super) route: &'static str,
    pub(super) host: &'static str,
    /// Whether they are known nationally.
    pub(super) sds: bool,
    pub(super) person: u32,
    pub(super) relationship: &'static [&'static str],
    /// After [`START`].
    pub(super) at: i64,
}

impl Default for One {
    fn default() -> Self {
        Self {
            professional: 1,
            role: "R2",
            route: "signed",
            host: "host-a",
            sds: false,
            person: 0,
            relationship: &["caseload"],
            at: 0,
        }
    }
}

#[derive(Debug, Clone, Default)]
pub(super) struct Log {
    pub(super) entries: Vec<Entry>,
}

impl Log {
    pub(super) fn raised(&self) -> Vec<Raised> {
        self.raised_by(Watch::new(Thresholds::default()))
    }

    pub(super) fn raised_by(&self, watch: Watch) -> Vec<Raised> {
        raised(watch, self.entries.iter().enumerate())
    }

    pub(super) fn opened(&mut self, one: One) {
        self.push(one, Kind::Open, |_| {});
    }

    pub(super) fn opened_child(&mut self, one: One) {
        self.push(one, Kind::Open, |entry| entry.flags = vec!["child".to_owned()]);
    }

    /// With flags of its own.
    pub(super) fn marked(&mut self, one: One, marks: &[&str]) {
        self.push(one, Kind::Open, |entry| {
            entry.flags = marks.iter().map(|mark| (*mark).to_owned()).collect()
        });
    }

    pub(super) fn closed(&mut self, one: One, marks: &[&str]) {
        self.push(one, Kind::Close, |entry| {
            entry.flags = marks.iter().map(|mark| (*mark).to_owned()).collect()
        });
    }

    pub(super) fn document(&mut self, one: One) {
        self.push(one, Kind::Open, |entry| entry.flags = vec!["document".to_owned()]);
    }

    pub(super) fn refused(&mut self, one: One) {
        self.push(one, Kind::Refused, |_| {});
    }

    pub(super) fn overridden(&mut self, one: One, cause: &str) {
        self.push(one, Kind::Override, |entry| entry.cause = Some(cause.to_owned()));
    }

    pub(super) fn printed(&mut self, one: One) {
        self.push(one, Kind::Print, |_| {});
    }

    /// A search has no opening.
    pub(super) fn searched(&mut self, one: One, cause: &str) {
        self.push(one, Kind::Find, |entry| {
            entry.opening = None;
            entry.cause = Some(cause.to_owned());
        });
    }

    pub(super) fn disclosed(
        &mut self,
        one: One,
        partner: &str,
        (category, level): (&str, &str),
        state: &str,
    ) {
        let line = SourceLine {
            source: format!("source-{partner}"),
            partner: Some(partner.to_owned()),
            part: Some(1),
            state: Some(state.to_owned()),
            categories: BTreeMap::from([(category.to_owned(), level.to_owned())]),
            ..SourceLine::default()
        };
        self.push(one, Kind::Disclosure, |entry| entry.sources = vec![line]);
    }

    /// Another source of the opening before.
    pub(super) fn again_disclosed(&mut self, partner: &str, what: (&str, &str)) {
        let opening = self.entries.last().and_then(|entry| entry.opening.clone());
        self.disclosed(One::default(), partner, what, "answered");
        self.entries.last_mut().unwrap().opening = opening;
    }

    fn push(&mut self, one: One, kind: Kind, then: impl FnOnce(&mut Entry)) {
        let n = u32::try_from(self.entries.len()).unwrap();
        let opening = opening(n);
        let key = Key::edge(kind, &[opening.as_str()]);
        let mut entry = sample::whole(kind, key, &opening);
        entry.at = Millis(START.saturating_add(one.at));
        let who = entry.who.as_mut().unwrap();
        who.subject = subject(one.professional);
        who.host = one.host.to_owned();
        who.role = one.role.to_owned();
        if one.sds {
            who.sds_user_id = Some(format!("5559{:08}", one.professional));
            who.subject = format!("{} at {}", who.subject, one.host);
        }
        let how = entry.how.as_mut().unwrap();
        (how.route, how.host) = (one.route.to_owned(), one.host.to_owned());
        let whom = entry.whom.as_mut().unwrap();
        whom.nhs_number = number(one.person);
        whom.sent = number(one.person);
        let why = entry.why.as_mut().unwrap();
        let evidence =
            |code: &&str| Relationship { code: (*code).to_owned(), service: None, reference: None };
        why.relationship = one.relationship.iter().map(evidence).collect();
        why.reason_text = Some(format!("Typed reason {n} of the fixture"));
        then(&mut entry);
        self.entries.push(entry);
    }
}

/// What a watch raises over entries that stand where they are said to.
pub(super) fn raised<'a>(
    mut watch: Watch,
    entries: impl IntoIterator<Item = (usize, &'a Entry)>,
) -> Vec<Raised> {
    entries.into_iter().flat_map(|(index, entry)| watch.take(index as u64, entry)).collect()
}

fn subject(professional: u32) -> String {
    format!("professional-canary-{professional}")
}

/// Its last digit is no check digit: the rules do not look at it.
fn number(person: u32) -> String {
    format!("{:09}0", 999_000_000 + person)
}

fn opening(n: u32) -> OpeningId {
    let mut bytes = [0x22; 16];
    bytes[6] = 0x71;
    bytes[12..].copy_from_slice(&n.to_be_bytes());
    OpeningId::from_bytes(bytes)
}
