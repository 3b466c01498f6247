//! Hand-made pages and records for tests. Every person, place and entry is invented.

use crate::page::{Banner, Freshness, Handles, LastLook, Letters, Life, ListedDocument, Page, SourceCard};
use crate::view::Panel;
use fhir::reply::{Silence, Warning};
use fhir::{Category, FhirDate, ReplyState, SourceId};
use record::normalise::Unread;
use record::reconcile::SourceNote;
use record::release::Released;
use record::{Item, Record, Section};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Hand-made entries.
mod items;

pub(crate) use items::*;

pub(crate) const ALL: [Section; 12] = record::reconcile::SECTIONS;

pub(crate) fn page() -> Page {
    Page {
        reference: "7K2M-9QF4".into(),
        opening: "019ab1c2-0000-7000-8000-00000000c0de".into(),
        path: "/s/q3Zr8bT1mVxYc0aLwEo5nUuKsHdGfJpI2R7tN4vX6yA/".into(),
        form_token: "dG9rZW4".into(),
        opened_at: "2026-11-22T14:02:00Z".parse().unwrap(),
        last_look: LastLook::At("2026-11-08T09:12:00Z".parse().unwrap()),
        unheard_then: Vec::new(),
        opened_before: BTreeMap::new(),
        life: Life { idle_s: 600, absolute_s: 3_600 },
        banner: banner(),
        professional: "Dr Ada Example".into(),
        role: "Doctor".into(),
        organisation: "Example Hospital".into(),
        sources: vec![
            card("gp", "GP", Freshness::Live, &Category::ALL),
            card(
                "acute",
                "Acute",
                Freshness::Live,
                &[
                    Category::Allergies,
                    Category::Medications,
                    Category::Results,
                    Category::Encounters,
                    Category::Documents,
                    Category::CarePlans,
                ],
            ),
            card(
                "mh",
                "MH",
                Freshness::Live,
                &[Category::MentalHealth, Category::CarePlans, Category::Medications, Category::Allergies],
            ),
            card(
                "community",
                "Community",
                nightly(),
                &[Category::Encounters, Category::CarePlans, Category::Results],
            ),
            card("city", "City", Freshness::None, &[]),
        ],
        order: Panel::ALL.to_vec(),
        granted: Category::ALL.into_iter().filter(|c| *c != Category::Restricted).collect(),
        not_for_role: vec![Category::Restricted],
        why: Vec::new(),
        never_shown: Default::default(),
        caveats: vec![],
        mismatch: vec![],
        sought: None,
        training: true,
        emergency: Default::default(),
        documents: Arc::new(Numbered),
    }
}

/// Handles that name what they open, so that a golden page shows which link is which.
struct Numbered;

impl Handles for Numbered {
    fn handle(&self, document: &ListedDocument) -> Option<String> {
        let resource = document.retrieval.resource.as_deref().unwrap_or_default();
        (resource.len() < 100).then(|| format!("{}-{}", document.source, resource.replace('/', "-")))
    }

    fn name(&self, document: &ListedDocument) -> String {
        document.retrieval.resource.clone().unwrap_or_default()
    }

    fn letters(&self, letters: &Letters) -> Option<String> {
        (letters.rows.len() < 1_000).then(|| format!("list-of-{}", letters.rows.len()))
    }
}

pub(crate) fn banner() -> Banner {
    Banner {
        family: "Testpatient".into(),
        given: "DOREEN".into(),
        title: Some("MRS".into()),
        preferred: Some("Dolly".into()),
        born: Some(FhirDate::parse("1935-08-14")),
        age: Some(91),
        gender: "female".into(),
        nhs_number: "999 123 4578".into(),
        address: vec!["1 Invented Road".into(), "".into(), "Nowhere".into(), "ZZ99 3WZ".into()],
        telephone: Some("01632 960001".into()),
        practice: Some("Invented Surgery".into()),
        ..Banner::default()
    }
}

fn nightly() -> Freshness {
    Freshness::Periodic { cadence: "nightly".into(), agreed: "24 h".into(), stale_after_s: 26 * 3600 }
}

fn card(id: &str, short: &str, freshness: Freshness, shares: &[Category]) -> SourceCard {
    SourceCard {
        id: SourceId::new(id),
        short: short.into(),
        partner: format!("{short} partner organisation"),
        freshness,
        shares: shares.to_vec(),
        contact: format!("{short} desk 01632 960099"),
    }
}

pub(crate) fn id(name: &str) -> SourceId {
    SourceId::new(name)
}

pub(crate) fn note(source: &str, state: ReplyState) -> SourceNote {
    SourceNote {
        source: id(source),
        state,
        by_category: BTreeMap::new(),
        asked: None,
        as_at: (source == "community").then(|| "2026-11-22T02:10:00Z".to_owned()),
        answered_at: Some("14:02:01".into()),
        elapsed_ms: 900,
        missed: Vec::new(),
    }
}

pub(crate) fn released(source: &str, items: Vec<Item>) -> Released {
    Released { items, ..Released::nothing(id(source)) }
}

/// A record nobody has answered for yet.
pub(crate) fn waiting() -> Record {
    Record::new(page().sources.into_iter().map(|card| card.id).collect())
}

/// Every source has answered; City does not share.
pub(crate) fn whole() -> Record {
    let mut record = waiting();
    record.add(note("gp", ReplyState::Answered), released("gp", gp()));
    record.add(note("acute", ReplyState::Answered), released("acute", acute()));
    record.add(note("mh", ReplyState::Answered), released("mh", mental_health()));
    record.add(note("community", ReplyState::Answered), released("community", community()));
    record.add(note("city", ReplyState::NotShared), Released::nothing(id("city")));
    record
}

/// As [`whole`], but MH timed out.
pub(crate) fn one_silent() -> Record {
    with("mh", ReplyState::DidNotAnswer(Silence::TimedOut))
}

/// As [`whole`], but one source ended in another state and brought nothing.
pub(crate) fn with(source: &str, state: ReplyState) -> Record {
    let mut record = waiting();
    let mut put = |name: &str, items: Vec<Item>| {
        if name == source {
            record.add(note(name, state.clone()), Released::nothing(id(name)));
        } else {
            record.add(note(name, ReplyState::Answered), released(name, items));
        }
    };
    put("gp", gp());
    put("acute", acute());
    put("mh", mental_health());
    put("community", community());
    record.add(note("city", ReplyState::NotShared), Released::nothing(id("city")));
    record
}

/// Everybody answered that there is nothing.
pub(crate) fn empty() -> Record {
    let mut record = waiting();
    for source in ["gp", "acute", "mh", "community"] {
        record.add(note(source, ReplyState::AnsweredEmpty), Released::nothing(id(source)));
    }
    record.add(note("city", ReplyState::NotShared), Released::nothing(id("city")));
    record
}

/// Acute sent two entries nobody can read, and a warning about paging.
pub(crate) fn unreadable() -> Record {
    let mut record = waiting();
    record.add(note("gp", ReplyState::Answered), released("gp", gp()));
    let unread = |kind: &str| Unread {
        source: id("acute"),
        category: Category::Results,
        resource_type: kind.into(),
        why: "in a form this record cannot yet read".into(),
        original: original("{\"resourceType\":\"Odd\"}"),
    };
    let warning = Warning {
        code: "paging".into(),
        category: Some(Category::Results),
        text: "showing 200 of 1,001".into(),
    };
    let sent = Released {
        unread: vec![unread("Odd"), unread("Odder")],
        warnings: vec![warning],
        ..released("acute", acute())
    };
    record.add(note("acute", ReplyState::AnsweredWithWarnings), sent);
    record.add(note("mh", ReplyState::Unreadable("not a record".into())), Released::nothing(id("mh")));
    record.add(note("community", ReplyState::Answered), released("community", community()));
    record.add(note("city", ReplyState::NotShared), Released::nothing(id("city")));
    record
}
