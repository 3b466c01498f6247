//! Takes what is kept of one person, gives the resources the gateway reads. Of two rows of one key the greater order
//! holds; what comes out depends on orders and bodies alone, never on the order in which they are handed in.
//! Source: sources.md 14 (to items); UK Core R4.

use super::columns::Column;
use super::event::{Client, Event, Kind};
use super::settings::FlagAs;
use crate::format::{About, Demographics, Kept, Shown};
use make::Maker;
use std::collections::BTreeMap;

/// Requests, assessments, services and reviews.
mod events;
/// Open services of one kind as one package.
mod package;
/// What is recorded of the person: support reason, accommodation, carers, impairments.
mod facts;
/// Resources without empty members.
mod make;

/// A row, and where it stands among the others.
pub(super) struct Told {
    order: i64,
    pub(super) event: Event,
}

impl Told {
    /// By what it tells of: the submission, then the event, then the file.
    fn recency(&self) -> (&str, &str, i64) {
        let of = |column| self.event.of(column).unwrap_or_default();
        (of(Column::PeriodEnd), of(Column::Start), self.order)
    }
}

pub(super) fn resources(
    kept: &[Kept<'_>],
    about: &About<'_>,
    flags: &BTreeMap<Column, FlagAs>,
) -> Vec<Shown> {
    let told = latest(kept);
    let mut maker = Maker::new(about);
    for event in told.iter().map(|told| &told.event) {
        match event.kind() {
            _ if event.is_safeguarding() => events::concern(&mut maker, event),
            Some(Kind::Request) => events::request(&mut maker, event),
            Some(Kind::Assessment) => events::assessment(&mut maker, event),
            Some(Kind::Service) => events::service(&mut maker, event),
            Some(Kind::Review) => events::review(&mut maker, event),
            None => {}
        }
    }
    package::put(&mut maker, &told);
    facts::put(&mut maker, &told, flags);
    maker.shown()
}

/// The last of what is said of the person; a carer known by association has no say.
pub(super) fn demographics(kept: &[Kept<'_>]) -> Option<Demographics> {
    let told = latest(kept);
    let of = |column| facts::last(&told, column).map(|(value, _)| value.to_owned());
    (!told.is_empty()).then(|| Demographics {
        family: of(Column::LastName),
        given: of(Column::FirstName).into_iter().collect(),
        birth_date: of(Column::Born),
        gender: of(Column::Gender).and_then(|gender| fhir_gender(&gender)),
        deceased: of(Column::Died),
    })
}

fn fhir_gender(word: &str) -> Option<&'static str> {
    match super::words::value(word).as_str() {
        "male" => Some("male"),
        "female" => Some("female"),
        "other" => Some("other"),
        _ => None,
    }
}

/// One row for each key, by key. Those known by association stay behind.
fn latest(kept: &[Kept<'_>]) -> Vec<Told> {
    let mut by_key: BTreeMap<String, (i64, &[u8], Event)> = BTreeMap::new();
    for row in kept {
        let Some(event) = Event::from_body(row.body) else { continue };
        let new = (row.order, row.body);
        let key = event.key();
        if by_key.get(&key).is_none_or(|(order, body, _)| new > (*order, *body)) {
            by_key.insert(key, (row.order, row.body, event));
        }
    }
    let told = by_key.into_values().map(|(order, _, event)| Told { order, event });
    told.filter(|told| told.event.client().is_some_and(|client| client != Client::ByAssociation)).collect()
}
