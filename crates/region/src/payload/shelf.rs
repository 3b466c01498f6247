//! The resources of one reply as they are gathered: ids that are the holder's own, references that resolve,
//! nothing twice.
//! Source: sources, section 7.6 (ids are the server's own; the business identifier is the key).

use super::wire::{identifier, prune};
use crate::people::{Person, facts::Holders, partner::Partner, seed::digest, when::When};
use jiff::civil::Date;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Gathers what one partner holds about one person.
pub(super) struct Shelf<'a> {
    pub(super) person: &'a Person,
    pub(super) partner: Partner,
    pub(super) today: Date,
    held: Vec<Value>,
    ids: BTreeSet<(String, String)>,
}

impl<'a> Shelf<'a> {
    pub(super) fn new(person: &'a Person, partner: Partner, today: Date) -> Self {
        Self { person, partner, today, held: Vec::new(), ids: BTreeSet::new() }
    }

    pub(super) fn holds(&self, at: Holders) -> bool {
        at.contains(&self.partner)
    }

    /// Puts a resource in once; a second of the same type and id is the same resource.
    pub(super) fn put(&mut self, resource: Value) {
        let member = |name: &str| resource.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        if self.ids.insert((member("resourceType"), member("id"))) {
            self.held.push(prune(resource));
        }
    }

    pub(super) fn into_resources(self) -> Vec<Value> {
        self.held
    }

    /// An id that this holder alone uses for this thing of this person.
    pub(super) fn id(&self, kind: &str, key: &str) -> String {
        let person = self.person.nhs_number.digits();
        self.own_id(&format!("{person} {kind} {key}"))
    }

    /// An id for something that belongs to the holder and not to a person.
    pub(super) fn shared_id(&self, kind: &str, key: &str) -> String {
        self.own_id(&format!("{kind} {key}"))
    }

    fn own_id(&self, what: &str) -> String {
        let holder = self.ods();
        let (high, low) = (digest(&format!("{holder} {what}")), digest(&format!("{what} {holder}")));
        match self.partner {
            Partner::Gp => uuid(high, low),
            _ => format!("{}-{:08x}-{:08x}", self.partner.profile().slug, high >> 32, high & 0xffff_ffff),
        }
    }

    /// The persistent identifier the holder's system gives the thing.
    pub(super) fn business(&self, id: &str) -> Value {
        let profile = self.partner.profile();
        match self.partner {
            Partner::Gp => identifier(&format!("https://example-gp-system.test/{}", self.ods()), id),
            _ => identifier(&format!("https://{}.example.test/id", profile.slug), id),
        }
    }

    /// The number the laboratory gave the report: the same at every holder.
    pub(super) fn laboratory_number(&self, key: &str) -> String {
        let number = digest(&format!("{} laboratory {key}", self.person.nhs_number.digits()));
        format!("LAB-{:06X}-{:06X}", (number >> 40) & 0xff_ffff, (number >> 16) & 0xff_ffff)
    }

    pub(super) fn ods(&self) -> &'static str {
        match self.partner {
            Partner::Gp => self.person.practice,
            other => other.profile().ods,
        }
    }

    pub(super) fn patient_id(&self) -> String {
        self.id("Patient", "")
    }

    pub(super) fn subject(&self) -> Value {
        json!({ "reference": format!("Patient/{}", self.patient_id()) })
    }

    pub(super) fn organization(&self) -> Value {
        json!({ "reference": format!("Organization/{}", self.shared_id("Organization", "")) })
    }

    pub(super) fn on(&self, when: When) -> Option<String> {
        when.text(self.today)
    }

    pub(super) fn day(&self, when: When) -> Option<String> {
        when.day(self.today)
    }

    pub(super) fn instant(&self, when: When) -> Option<String> {
        when.instant(self.today)
    }
}

/// A letter in the middle of the last group: no id may hold ten digits in a row, which would read as an NHS
/// number.
const LETTER: u64 = 0xa00_0000;

/// Upper case, as one of the practice systems writes its ids.
fn uuid(high: u64, low: u64) -> String {
    let (a, b, c) = (high >> 32, (high >> 16) & 0xffff, high & 0xffff);
    let (d, e) = (low >> 48, low & 0xffff_ffff_ffff | LETTER);
    format!("{a:08X}-{b:04X}-{c:04X}-{d:04X}-{e:012X}")
}

/// A plain reference.
pub(super) fn reference(resource_type: &str, id: &str) -> Value {
    json!({ "reference": format!("{resource_type}/{id}") })
}

/// Puts in one resource for each fact of a kind that the partner holds. `build` takes the shelf, a key for
/// ids and the fact.
macro_rules! put_each {
    ($shelf:ident, $facts:ident, $build:path) => {
        for (at, fact) in $shelf.person.story_facts.$facts.iter().enumerate() {
            if $shelf.holds(fact.at) {
                let resource = $build($shelf, &at.to_string(), fact);
                $shelf.put(resource);
            }
        }
    };
}
pub(super) use put_each;
