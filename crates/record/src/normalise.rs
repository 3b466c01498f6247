//! Takes one source's reply, gives its items, what could not be read, and what the reply said about itself.
//! Everything received is an item, an unreadable entry that is counted, or context that an item refers to (HAZ-040).

use crate::category::{self, Read};
use crate::item::{Facts, Item, Original, Part, Standing};
use crate::restrictions::Restrictions;
use crate::units::Units;
use fhir::reply::{Payload, Warning};
use fhir::{Category, Level, Reply, SourceId};
use filing::Filed;
use resource::Resource;
use restriction::Left;
use shelf::Shelf;
use std::collections::{BTreeMap, HashMap, HashSet};
use surroundings::{Surroundings, address};

/// All documents of a reply together.
mod shelf;
/// One resource, read in STU3's shape or R4's.
pub(crate) mod resource;
/// Parts and values of extensions.
pub(crate) mod extensions;
/// Who made it, which version.
pub(crate) mod provenance;
/// Status words.
pub(crate) mod status;
/// Whether it says whom it is about.
mod about;
/// Who may see it: the one deciding category.
pub(crate) mod filing;
/// What belongs together.
pub(crate) mod surroundings;
/// Lists, warnings and consultations of GP Connect.
pub(crate) mod gp_connect;
/// The text of a narrative, without its markup.
pub(crate) mod narrative;
/// Letters and discharge summaries.
pub(crate) mod document;
/// Messages that tell of one event.
mod message;
/// Rows of a practice that sends no coded records.
pub mod html_view;
/// What is restricted, and a reply without it.
mod restriction;

/// Where nobody has said that the person's address may be known.
mod places;

pub use places::Places;
pub use restriction::Cut;

/// One reply, understood.
#[derive(Debug, Clone, Default)]
pub struct Normalised {
    pub items: Vec<Item>,
    /// Entries that could not be read as items: counted, kept as sent, said on the page (HAZ-040).
    pub unread: Vec<Unread>,
    /// List warnings, disabled areas, paging and the rest: for the source line and the Sources chapter.
    pub warnings: Vec<Warning>,
    /// Categories this reply says it does not share (a disabled area inside a 200).
    pub not_shared: Vec<Category>,
    /// Categories this reply says are refused for this person (a sentence in place of a list).
    pub withheld: Vec<Category>,
    /// Per resource type: how many entries arrived. The measure against which nothing may be lost.
    pub received: BTreeMap<String, usize>,
    /// Per resource type: entries that are context of items (Patient, Practitioner, an issue of a medicine …).
    pub context: BTreeMap<String, usize>,
    /// Restricted entries that were taken out before anything was read: nothing above knows of them (HAZ-010).
    pub taken_out: Vec<Cut>,
    /// Items of units of which their partner shares nothing, taken out like these: only their number is told.
    pub kept_back: Vec<Item>,
    /// What was read with them, and in which category.
    pub kept_back_beside: Vec<(Category, Cut)>,
    /// Items of units of which their partner shares less than of the rest, by their place among `items`.
    pub in_part: HashMap<usize, Level>,
}

/// An entry we received and could not turn into an item.
#[derive(Clone)]
pub struct Unread {
    pub source: SourceId,
    pub category: Category,
    pub resource_type: String,
    /// Why, in words fit for the page.
    pub why: String,
    pub original: Original,
}

impl std::fmt::Debug for Unread {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Unread({}, {}, {})", self.source, self.category.name(), self.resource_type)
    }
}

/// How entries inside a List's `contained` are counted.
pub const CONTAINED_ALLERGY: &str = "AllergyIntolerance (contained)";
/// How entries without a readable resource are counted.
pub const NO_RESOURCE: &str = "(no resource)";

impl Normalised {
    pub fn received_total(&self) -> usize {
        self.received.values().sum()
    }

    pub fn items_total(&self) -> usize {
        self.items.len()
    }

    fn receive(&mut self, resource_type: &str) {
        *self.received.entry(resource_type.to_owned()).or_default() += 1;
    }

    fn set_aside(&mut self, resource_type: &str) {
        *self.context.entry(resource_type.to_owned()).or_default() += 1;
    }
}

/// Reads every payload of a reply. Never fails: what cannot be read is counted in `unread`. Restricted by label alone, and
/// restricted entries are read with the rest: for readers who show them to nobody, or hold them back themselves.
pub fn normalise(reply: &Reply) -> Normalised {
    let (restrictions, units) = (&Restrictions::default(), &Units::default());
    normalise_under(reply, &Under { restrictions, restricted: Restricted::Read, places: Places::Told, units })
}

/// What becomes of entries that are restricted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Restricted {
    /// Read with the rest, under their own category.
    Read,
    /// Taken out first, with every reference to them: the rest reads as though they had never been sent (HAZ-010).
    TakenOut,
}

/// Under what a reply is read.
#[derive(Clone, Copy)]
pub struct Under<'r> {
    /// The lists of the sharing agreement.
    pub restrictions: &'r Restrictions,
    pub restricted: Restricted,
    pub places: Places,
    /// Of which its partner shares less than of the rest.
    pub units: &'r Units,
}

/// The same under the sharing agreement. What is taken out is taken out before anything is read.
pub fn normalise_under(reply: &Reply, under: &Under<'_>) -> Normalised {
    let (hidden, pieces) = match under.places {
        Places::Told => Default::default(),
        Places::Kept => places::without(&reply.payloads),
    };
    let payloads = if under.places == Places::Kept { &hidden } else { &reply.payloads };
    let shelf = Shelf::read(&reply.source, payloads, under.restrictions);
    let all = entries(&shelf);
    let found = shelf.restrict(restriction::find(&all));
    let mut out = places::telling(&all, &pieces);
    if under.restricted == Restricted::TakenOut {
        out.extend(found);
    }
    if out.is_empty() {
        return read_by_units(reply, payloads, (&shelf, &all), under);
    }
    let (payloads, taken_out) = restriction::cut(payloads, &all, &out);
    let shelf = Shelf::read(&reply.source, &payloads, under.restrictions);
    let left = entries(&shelf);
    shelf.restrict(restriction::find(&left));
    Normalised { taken_out, ..read_by_units(reply, &payloads, (&shelf, &left), under) }
}

/// What units keep back is read to be counted, and then the reply without it: no other entry can tell of it.
fn read_by_units<'a>(
    reply: &Reply,
    payloads: &'a [Payload],
    (shelf, all): (&'a Shelf<'a>, &[Resource<'a>]),
    under: &Under<'_>,
) -> Normalised {
    let whole = read(reply, shelf, all);
    if !payloads.iter().any(|payload| under.units.may_concern(&payload.text)) {
        return whole;
    }
    let items: HashMap<usize, Category> =
        whole.items.iter().map(|item| (item.original.address(), item.category)).collect();
    let around = Surroundings::of(shelf, all);
    let left = Left::of(all, under.units, &items, &|entry| apart(entry, &around));
    if left.nothing.is_empty() {
        return in_part(whole, all, &left.in_part(all));
    }
    let (payloads, _) = restriction::cut(payloads, all, &left.nothing);
    let shelf = Shelf::read(&reply.source, &payloads, under.restrictions);
    let rest = entries(&shelf);
    shelf.restrict(restriction::find(&rest));
    let beside = left.beside(all, &items);
    let kept_back_beside = beside.map(|entry| (apart(entry, &around).0, restriction::line(entry))).collect();
    let is_kept_back = |item: &Item| left.nothing.contains(&item.original.address());
    let kept_back = whole.items.into_iter().filter(is_kept_back).collect();
    let read = in_part(read(reply, &shelf, &rest), &rest, &left.in_part(all));
    Normalised { kept_back, kept_back_beside, ..read }
}

/// The category an entry would have by itself, and whether it is read.
fn apart<'a>(entry: &Resource<'a>, around: &Surroundings<'a>) -> (Category, bool) {
    let by_itself =
        || filing::file(entry, entry.document.found_by.unwrap_or(Category::Demographics)).category;
    match category::read(entry, around) {
        Read::Item(item) => (item.category, true),
        Read::Context => (by_itself(), true),
        Read::Unread(_) => (by_itself(), false),
    }
}

fn in_part(normalised: Normalised, entries: &[Resource<'_>], by_name: &HashMap<String, Level>) -> Normalised {
    let left = |entry: &Resource<'_>| Some((address(entry), *by_name.get(&entry.name()?)?));
    let by_address: HashMap<usize, Level> = entries.iter().filter_map(left).collect();
    let items = normalised.items.iter().enumerate();
    let left = |(place, item): (usize, &Item)| Some((place, *by_address.get(&item.original.address())?));
    Normalised { in_part: items.filter_map(left).collect(), ..normalised }
}

fn read<'a>(reply: &Reply, shelf: &'a Shelf<'a>, entries: &[Resource<'a>]) -> Normalised {
    let mut normalised = Normalised { warnings: reply.warnings.clone(), ..Normalised::default() };
    let around = Surroundings::of(shelf, entries);
    let mut reading =
        Reading { copies: copies(entries), found: found(entries), around: &around, seen: HashSet::new() };
    for entry in entries.iter().filter(|entry| !html_view::is_view(entry)) {
        normalised.receive(&entry.resource_type);
        reading.entry(entry, &mut normalised);
    }
    reading.ended(&mut normalised);
    unreadable(shelf, &mut normalised);
    html_view::read(entries, &mut normalised);
    normalised.warnings.extend(around.lists.warnings.iter().cloned());
    normalised
}

fn entries<'a>(shelf: &'a Shelf<'a>) -> Vec<Resource<'a>> {
    let documents = shelf.documents().iter().enumerate();
    let of = |(place, document): (usize, &'a shelf::Document<'a>)| {
        document.bundle.entries.iter().filter_map(move |entry| Resource::new(shelf, place, entry))
    };
    documents.flat_map(of).collect()
}

/// By `Type/id`, the most protected category under which one resource came, and every label any copy of it carries.
fn copies(entries: &[Resource<'_>]) -> HashMap<String, Filed> {
    let mut strictest: HashMap<String, Filed> = HashMap::new();
    for entry in entries {
        let Some(key) = entry.key() else { continue };
        let filed = filing::file(entry, Category::Demographics);
        match strictest.get_mut(&key) {
            Some(kept) => kept.take_on(filed),
            None => {
                strictest.insert(key, filed);
            }
        }
    }
    strictest
}

/// The documents a search for documents found: other answers carry less of them, and often no address (HAZ-017).
fn found(entries: &[Resource<'_>]) -> HashSet<String> {
    let is_found = |entry: &&Resource<'_>| is_document_search(entry) && !entry.is_included();
    entries.iter().filter(is_found).filter_map(Resource::key).collect()
}

fn is_document_search(entry: &Resource<'_>) -> bool {
    entry.resource_type == "DocumentReference"
        && entry.document.searched == Some(Category::Documents)
        && !entry.document.is_whole
}

/// One reply while it is read.
struct Reading<'r, 'a> {
    copies: HashMap<String, Filed>,
    found: HashSet<String>,
    around: &'r Surroundings<'a>,
    /// Entries already read, by type, id and bytes: the same answer to two searches is one entry.
    seen: HashSet<(String, &'a str)>,
}

impl<'a> Reading<'_, 'a> {
    fn entry(&mut self, entry: &Resource<'a>, normalised: &mut Normalised) {
        // Inside a message it acknowledges something to somebody else.
        if entry.resource_type == "OperationOutcome" && entry.document.bundle.kind != "message" {
            gp_connect::outcome(entry, normalised);
        }
        // Only what is read can be repeated: an entry sent along by one search may be the answer to another.
        let aside = entry.is_included() || self.around.is_context(entry) || self.is_less(entry);
        let mut is_new = || entry.key().is_none_or(|key| self.seen.insert((key, entry.json.as_sent())));
        if aside || !is_new() {
            normalised.set_aside(&entry.resource_type);
            return;
        }
        match category::read(entry, self.around) {
            Read::Item(mut item) => {
                item.caveats.extend(about::caveat(entry));
                self.keep(entry, *item, normalised);
            }
            Read::Context => normalised.set_aside(&entry.resource_type),
            Read::Unread(why) => normalised.unread.push(unread(entry, why)),
        }
    }

    /// A document that the search for documents found too: shown once, as the search has it.
    fn is_less(&self, entry: &Resource<'a>) -> bool {
        entry.resource_type == "DocumentReference"
            && !is_document_search(entry)
            && entry.key().is_some_and(|key| self.found.contains(&key))
    }

    fn keep(&mut self, entry: &Resource<'a>, mut item: Item, normalised: &mut Normalised) {
        if let Some(strictest) = entry.key().and_then(|key| self.copies.get(&key)) {
            filing::take_on(&mut item, strictest.clone());
        }
        let may_stand = |part: &Part| {
            let filed = self.copies.get(&part.key());
            filed.is_some_and(|filed| !filing::is_stricter(filed.category, item.category))
        };
        item.parts.retain(may_stand);
        if odd_date(&item) {
            item.caveats.push("A date here is not one we can read: shown as recorded".into());
        }
        normalised.items.push(item);
    }

    /// Ended allergies stand inside their List and nowhere else.
    fn ended(&mut self, normalised: &mut Normalised) {
        for allergy in &self.around.lists.ended {
            normalised.receive(CONTAINED_ALLERGY);
            let repeated = allergy.key().is_some_and(|key| !self.seen.insert((key, allergy.json.as_sent())));
            if repeated {
                normalised.set_aside(CONTAINED_ALLERGY);
                continue;
            }
            let mut item = category::allergies::read(allergy);
            item.provenance.resource_type = CONTAINED_ALLERGY.to_owned();
            if item.status.standing == Standing::Current {
                item.caveats.push("In the practice's list of ended allergies, but marked active".into());
            } else if item.status.standing == Standing::Unknown {
                item.status.standing = Standing::Past;
            }
            self.keep(allergy, item, normalised);
        }
    }
}

fn unread(entry: &Resource<'_>, why: &str) -> Unread {
    let kind = entry.document.found_by.unwrap_or(Category::Demographics);
    Unread {
        source: entry.shelf.source.clone(),
        category: filing::file(entry, kind).category,
        resource_type: entry.resource_type.clone(),
        why: why.to_owned(),
        original: entry.original(),
    }
}

fn unreadable(shelf: &Shelf<'_>, normalised: &mut Normalised) {
    for document in shelf.documents() {
        for json in &document.unreadable {
            normalised.receive(NO_RESOURCE);
            normalised.unread.push(Unread {
                source: shelf.source.clone(),
                category: document.found_by.unwrap_or(Category::Demographics),
                resource_type: NO_RESOURCE.to_owned(),
                why: "without a readable resource".to_owned(),
                original: Original::of(document.text, json.as_sent(), document.format),
            });
        }
    }
}

fn odd_date(item: &Item) -> bool {
    let dates = [&item.when.from, &item.when.to, &item.when.recorded];
    let stopped =
        matches!(&item.facts, Facts::Medicine(m) if m.stopped.as_ref().is_some_and(|d| !d.is_readable()));
    stopped || dates.into_iter().flatten().any(|date| !date.is_readable())
}

#[cfg(test)]
pub(crate) mod tests;
