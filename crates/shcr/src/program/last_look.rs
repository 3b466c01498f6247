//! When a professional looked at a person's record before: takes both, gives the opening of their last view that was shown whole, read
//! from the audit by keyed hashes of the two, the sources that had not answered then, and the documents they opened. Keeps nothing, and
//! tells nobody else.

use super::Program;
use crate::{
    clock,
    entries::{DOCUMENT, FIND, SHOWN},
    opening::session::Entered,
};
use audit::{Entry, Kind, Query};
use fhir::{NhsNumber, SourceId};
use std::{collections::BTreeMap, time::Duration};
use web::page::LastLook;

/// An opening does not wait longer for it.
const PATIENCE: Duration = Duration::from_millis(500);
/// Openings of something less than the record are no look at it.
const LESS: [&str; 3] = [DOCUMENT, FIND, "searchset"];
/// The newest openings and closings of the two that are looked at. Whoever has more, a person the service tries itself with or a
/// ward's for months, is not read whole at each opening.
const NEWEST: usize = 200;
/// A document opened longer ago is not said to have been.
const OPENED_MS: i64 = 365 * 24 * 60 * 60 * 1000;

/// The look before this view, and whom it did not hear.
#[derive(Default)]
pub(crate) struct Looked {
    pub(crate) last: LastLook,
    pub(crate) unheard: Vec<SourceId>,
    /// Documents shown to them, by the name the audit has for each, with when last.
    pub(crate) opened: BTreeMap<String, jiff::Timestamp>,
}

impl Program {
    /// Never fails an opening: what cannot be read in time is said to be unknown.
    pub(crate) async fn last_look(&self, session: &Entered, person: &NhsNumber) -> Looked {
        match tokio::time::timeout(PATIENCE, self.read_last_look(session, person)).await {
            Ok(Some(looked)) => looked,
            Ok(None) | Err(_) => {
                tracing::warn!("when a professional last looked could not be read");
                Looked::default()
            }
        }
    }

    async fn read_last_look(&self, session: &Entered, person: &NhsNumber) -> Option<Looked> {
        let launch = &session.content.launch;
        let query = Query {
            person: Some(person.digits().to_owned()),
            professional: Some((launch.host.clone(), launch.practitioner.host_sub.clone())),
            kinds: vec![Kind::Open, Kind::Close],
            newest: Some(NEWEST),
            ..Query::default()
        };
        let mut looks = Looks::new(&launch.assertion_hash, clock::millis());
        let page = self.store.watched(query).await.ok()?;
        let read = page.entries.len() + page.deleted.len();
        page.entries.iter().rev().for_each(|found| looks.add(&found.entry));
        Some(looks.known(read))
    }
}

/// Openings in the order of record, the newest of them, of whom the last that was shown whole counts.
struct Looks<'a> {
    /// The launch of the view under way: what was opened in it is no earlier look.
    own: &'a str,
    begun: BTreeMap<String, audit::Millis>,
    now: audit::Millis,
    last: Looked,
}

impl<'a> Looks<'a> {
    fn new(own: &'a str, now: audit::Millis) -> Self {
        let last = Looked { last: LastLook::Never, ..Looked::default() };
        Self { own, begun: BTreeMap::new(), now, last }
    }

    fn add(&mut self, entry: &Entry) {
        if entry.flags.iter().any(|flag| flag == DOCUMENT) {
            return self.document(entry);
        }
        let launch = entry.how.as_ref().and_then(|how| how.jti_hash.as_deref());
        let is_less = entry.flags.iter().any(|flag| LESS.contains(&flag.as_str()));
        let Some(opening) = entry.opening.as_ref().filter(|_| launch != Some(self.own) && !is_less) else {
            return;
        };
        if entry.kind == Kind::Open {
            self.begun.insert(opening.to_string(), entry.at);
            return;
        }
        let begun =
            self.begun.remove(opening.as_str()).filter(|_| entry.cause.as_deref() == Some("complete"));
        let Some(at) = begun.and_then(|at| jiff::Timestamp::from_millisecond(at.0).ok()) else { return };
        let is_answer =
            |state: &Option<String>| state.as_ref().is_some_and(|state| state.starts_with("answered"));
        let unheard = entry.sources.iter().filter(|line| !is_answer(&line.state));
        let is_later = !matches!(self.last.last, LastLook::At(before) if before > at);
        if is_later {
            self.last.last = LastLook::At(at);
            self.last.unheard = unheard.map(|line| SourceId::new(&line.source)).collect();
        }
    }

    /// What is known once so many of the newest were read: where there may be more, "none of these" is not "never".
    fn known(self, read: usize) -> Looked {
        let is_unknown = read >= NEWEST && self.last.last == LastLook::Never;
        let last = if is_unknown { LastLook::Unknown } else { self.last.last };
        Looked { last, ..self.last }
    }

    /// One that was shown, in this view too.
    fn document(&mut self, entry: &Entry) {
        let is_recent = self.now.0 - entry.at.0 < OPENED_MS;
        let name = entry.detail.get(SHOWN).filter(|_| entry.kind == Kind::Close && is_recent);
        let Some((name, at)) = name.zip(jiff::Timestamp::from_millisecond(entry.at.0).ok()) else { return };
        let last = self.last.opened.entry(name.clone()).or_insert(at);
        *last = at.max(*last);
    }
}

#[cfg(test)]
mod tests;
