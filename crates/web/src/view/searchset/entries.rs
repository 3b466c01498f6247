//! Takes the items of a record, gives each as R4 under an address that names its source; what cannot be given is counted, never
//! passed off. Bytes that were R4 stay as sent but for claims of profiles that do not hold. Source: FHIR R4 2.36.4
//! (resolving references in Bundles); decisions 0013 and 0030; HAZ-004, HAZ-040.

use crate::gateway::Wanted;
use crate::outcome::is_id;
use crate::page::Page;
use access::session;
use fhir::{Json, SourceId, reply::Format};
use record::Record;
use record::item::{Item, Label, Original};
use record::uk_core::{self, Emitted};
use std::collections::{BTreeMap, HashSet};

/// All entries of one Bundle, in the order of sources and, of one source, as it sent them.
#[derive(Default)]
pub(super) struct Entries {
    json: Vec<String>,
    matches: usize,
    counts: BTreeMap<SourceId, Counts>,
    /// Left out because other types were asked for.
    pub(super) of_other_types: usize,
    /// Addresses given already.
    taken: HashSet<String>,
}

/// What became of one source's entries.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Counts {
    /// Shown in part for the role: the page has the part, and nothing else may leave.
    pub(super) in_part: usize,
    /// In a form that cannot be given as R4.
    pub(super) not_given: usize,
    /// Came in an older standard.
    pub(super) converted: usize,
    /// Of these, with something that R4 has no place for.
    pub(super) shortened: usize,
    /// Places of entries that are not to be shared with the person.
    pub(super) not_for_the_person: Vec<usize>,
}

/// Where the relative references of one source's entries lead. Nothing answers there.
pub(super) fn base(origin: &str, source: &str) -> String {
    format!("{origin}/fhir/{source}/")
}

impl Entries {
    pub(super) fn of(page: &Page, record: &Record, wanted: &Wanted, origin: &str) -> Self {
        let mut entries = Self::default();
        for card in &page.sources {
            let base = base(origin, card.id.as_str());
            for item in record.items_of(&card.id).into_iter().filter(|item| item.is_shown()) {
                entries.add(item, wanted, (&page.reference, &base));
            }
        }
        entries
    }

    pub(super) fn matches(&self) -> usize {
        self.matches
    }

    pub(super) fn counts(&self, source: &SourceId) -> Counts {
        self.counts.get(source).cloned().unwrap_or_default()
    }

    pub(super) fn into_json(self) -> Vec<String> {
        self.json
    }

    fn add(&mut self, item: &Item, wanted: &Wanted, of: (&str, &str)) {
        let original = &item.original;
        if original.as_sent().is_empty() {
            self.count(item).in_part += 1;
            return;
        }
        let Some(emitted) = uk_core::emit(original.as_sent(), original.format()) else {
            self.count(item).not_given += 1;
            return;
        };
        if !wanted.is_of(&emitted.resource_type) {
            self.of_other_types += 1;
            return;
        }
        self.matches += 1;
        let place = self.json.len();
        self.note(item, original, &emitted);
        if item.labels.contains(&Label::NotForThePerson) {
            self.count(item).not_for_the_person.push(place);
        }
        self.push(&emitted, of, "match");
        for part in &item.parts {
            self.add_part(item, &part.original, of);
        }
    }

    /// Sent along with the first entry that is read with it.
    fn add_part(&mut self, item: &Item, original: &Original, of: (&str, &str)) {
        let Some(emitted) = uk_core::emit(original.as_sent(), original.format()) else {
            self.count(item).not_given += 1;
            return;
        };
        let known = address(&emitted, of.1).is_some_and(|address| self.taken.contains(&address));
        if !known {
            self.note(item, original, &emitted);
            self.push(&emitted, of, "include");
        }
    }

    fn note(&mut self, item: &Item, original: &Original, emitted: &Emitted) {
        if original.format() == Format::R4 {
            return;
        }
        let counts = self.count(item);
        counts.converted += 1;
        counts.shortened += usize::from(!emitted.dropped.is_empty());
    }

    fn push(&mut self, emitted: &Emitted, (reference, base): (&str, &str), mode: &str) {
        let own = address(emitted, base).filter(|address| self.taken.insert(address.clone()));
        let address = own.unwrap_or_else(|| unnamed(reference, base, self.json.len()));
        let json = &emitted.json;
        self.json.push(format!(
            "{{\"fullUrl\":\"{address}\",\"resource\":{json},\"search\":{{\"mode\":\"{mode}\"}}}}"
        ));
    }

    fn count(&mut self, item: &Item) -> &mut Counts {
        self.counts.entry(item.source.clone()).or_default()
    }
}

/// `None` for an entry whose id is none of R4's.
fn address(emitted: &Emitted, base: &str) -> Option<String> {
    let object = Json::of(&emitted.json).object()?;
    let id = object.text("id")?;
    is_id(&id).then(|| format!("{base}{}/{id}", emitted.resource_type))
}

/// For an entry without an id, or another version of one that is here already. Source: RFC 9562 section 5.8.
fn unnamed(reference: &str, base: &str, place: usize) -> String {
    let hash = session::hex(&session::hash(format!("{reference} {base} {place}").as_bytes()));
    let part = |from: usize, to: usize| hash.get(from..to).unwrap_or_default();
    format!("urn:uuid:{}-{}-8{}-8{}-{}", part(0, 8), part(8, 12), part(12, 15), part(15, 18), part(18, 30))
}
