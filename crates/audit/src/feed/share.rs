//! Takes an entry and a partner, gives what the partner may have of it: all, a part, or nothing. Nothing that another partner
//! alone may know is in a part.

use super::{OTHER, Partner};
use crate::{Entry, Kind, SourceLine, cause::POSSIBLY_SHOWN, held, retention::DELETED};
use std::collections::BTreeMap;

/// Categories whose very mention tells something, of another partner's source.
const UNTOLD: [&str; 2] = ["restricted", "safeguarding"];

/// What a partner may have of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Share {
    /// As it was written.
    Whole,
    /// So much of it.
    Slice(Box<Entry>),
}

/// `None`: the entry is not the partner's.
pub fn share(entry: &Entry, partner: &Partner) -> Option<Share> {
    match entry.kind {
        Kind::FeedStatement => (entry.detail.get("partner") == Some(&partner.ods)).then_some(Share::Whole),
        // Everybody is told what was deleted, and by whose order.
        Kind::Deletion => (entry.cause.as_deref() == Some(DELETED)).then_some(Share::Whole),
        _ if entry.who.as_ref().is_some_and(|who| who.organisation == partner.ods) => {
            Some(own(entry, partner))
        }
        Kind::Disclosure | Kind::Print | Kind::Sweep => shown(entry, partner),
        _ => None,
    }
}

/// By one of the partner's own professionals: whole, but for what other partners' sources hold that may not be told.
fn own(entry: &Entry, partner: &Partner) -> Share {
    let mut slice = entry.clone();
    for line in slice.sources.iter_mut().filter(|line| !partner.is_of(line)) {
        untell(&mut line.categories);
    }
    if let Some(decision) = &mut slice.decision {
        let others = decision.slices.iter_mut().filter(|(source, _)| !partner.sources.contains(*source));
        others.for_each(|(_, categories)| untell(categories));
    }
    if slice == *entry { Share::Whole } else { Share::Slice(Box::new(slice)) }
}

/// By somebody else's, out of the partner's own source: whole where it is about nothing else.
fn shown(entry: &Entry, partner: &Partner) -> Option<Share> {
    let named = entry.detail.get(POSSIBLY_SHOWN).map(String::as_str).unwrap_or_default();
    let named = named.split(' ').filter(|source| partner.sources.contains(*source)).map(swept);
    let lines: Vec<SourceLine> =
        entry.sources.iter().filter(|line| partner.is_of(line)).cloned().chain(named).collect();
    if lines.is_empty() {
        return None;
    }
    let others = |sources: &BTreeMap<String, BTreeMap<String, String>>| {
        sources.keys().any(|source| !partner.sources.contains(source))
    };
    let is_alone =
        lines == entry.sources && !entry.decision.as_ref().is_some_and(|decision| others(&decision.slices));
    if is_alone {
        return Some(Share::Whole);
    }
    let mut slice = Entry { sources: lines, ..entry.clone() };
    slice.detail.retain(|name, _| name == held::DETAIL);
    if let Some(decision) = &mut slice.decision {
        decision.slices.retain(|source, _| partner.sources.contains(source));
    }
    Some(Share::Slice(Box::new(slice)))
}

fn swept(source: &str) -> SourceLine {
    SourceLine { source: source.to_owned(), state: Some(POSSIBLY_SHOWN.to_owned()), ..SourceLine::default() }
}

fn untell(categories: &mut BTreeMap<String, String>) {
    for name in UNTOLD {
        if let Some(level) = categories.remove(name) {
            categories.insert(OTHER.to_owned(), level);
        }
    }
}

impl Partner {
    pub(crate) fn is_of(&self, line: &SourceLine) -> bool {
        line.partner.as_ref().map_or_else(|| self.sources.contains(&line.source), |ods| *ods == self.ods)
    }
}
