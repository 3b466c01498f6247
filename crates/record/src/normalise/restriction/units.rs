//! Takes the entries of a reply and the units of which their partner shares less, gives what is left of each entry that is of one: by
//! whoever recorded or keeps it, by the service or place it names, and by the encounter, the stay, the report or the document it is
//! part of. An entry that names no unit is of none, as it is of no listed service (decision 0029).
//! Source: access.md sections 7 and 9, point 3; FHIR R4 and STU3 references.

use super::OF_A_SERVICE;
use super::links::{Graph, Link, is_reference};
use crate::normalise::resource::{Resource, reference_key};
use crate::normalise::surroundings::address;
use crate::units::{Of, Units};
use fhir::{Category, Json, Level, Object};
use std::collections::{HashMap, HashSet};

/// What a source has for its parts.
const PARTS: [&str; 4] = ["Organization", "HealthcareService", "Location", "CareTeam"];
/// A role is of whatever it names.
const ROLE: &str = "PractitionerRole";
/// The person is no unit, and a narrative names none.
const PASSED_OVER: [&str; 3] = ["subject", "patient", "text"];
/// A ward names its clinic, a clinic its site: no further.
const STEPS: usize = 3;

/// What is left of the entries of units, by their places among the entries.
pub(in crate::normalise) struct Left {
    levels: Vec<Option<Level>>,
    /// Addresses of the entries of which nothing is.
    pub(in crate::normalise) nothing: HashSet<usize>,
}

impl Left {
    /// `items`: the addresses of what stands for itself, with the category that decides. Of all else `apart` says the category, and
    /// whether it is read with an item: what is not read at all has no part to be left.
    pub(in crate::normalise) fn of<'a>(
        entries: &[Resource<'a>],
        units: &Units,
        items: &HashMap<usize, Category>,
        apart: &dyn Fn(&Resource<'a>) -> (Category, bool),
    ) -> Self {
        let graph = Graph::of(entries);
        let of = spread(&graph, Look::of(entries, units).all(entries), entries);
        let level = |(entry, of): (&Resource<'a>, &Of)| {
            if of.is_empty() {
                return None;
            }
            let item = items.get(&address(entry)).map(|category| (*category, true));
            let (category, is_read) = item.unwrap_or_else(|| apart(entry));
            // What has no name cannot be found again once others are gone: nothing of it rather than too much.
            let has_part = is_read && entry.name().is_some();
            units.left(of, category).map(|left| if has_part { left } else { Level::Nothing })
        };
        let levels: Vec<Option<Level>> = entries.iter().zip(&of).map(level).collect();
        let nothing = with_their_parts(&graph, entries, &levels, items);
        Self { levels, nothing }
    }

    /// By the name of each entry of which a part is left.
    pub(in crate::normalise) fn in_part(&self, entries: &[Resource<'_>]) -> HashMap<String, Level> {
        let mut parts: HashMap<String, Level> = HashMap::new();
        for (entry, level) in entries.iter().zip(&self.levels) {
            if let (Some(name), Some(level)) = (entry.name(), level) {
                let kept = parts.entry(name).or_insert(*level);
                *kept = (*level).min(*kept);
            }
        }
        parts
    }

    /// The entries of which nothing is left and that no item stands for.
    pub(in crate::normalise) fn beside<'e, 'a>(
        &self,
        entries: &'e [Resource<'a>],
        items: &HashMap<usize, Category>,
    ) -> impl Iterator<Item = &'e Resource<'a>> {
        let is_beside = |entry: &&Resource<'a>| {
            self.nothing.contains(&address(entry)) && !items.contains_key(&address(entry))
        };
        entries.iter().filter(is_beside)
    }
}

/// With what has nothing left goes what is read with it: the results of a report, all of a document.
fn with_their_parts(
    graph: &Graph,
    entries: &[Resource<'_>],
    levels: &[Option<Level>],
    items: &HashMap<usize, Category>,
) -> HashSet<usize> {
    let is_gone = |(_, level): &(usize, &Option<Level>)| **level == Some(Level::Nothing);
    let mut waiting: Vec<usize> = levels.iter().enumerate().filter(is_gone).map(|(place, _)| place).collect();
    let mut gone: HashSet<usize> = waiting.iter().copied().collect();
    while let Some(place) = waiting.pop() {
        let is_part = |(link, other): (Link, usize)| (link == Link::Part).then_some(other);
        let beside = graph.same(place).chain(graph.out(place).filter_map(is_part));
        for other in beside.chain(graph.into(place).filter_map(is_part)) {
            let is_item = entries.get(other).is_none_or(|entry| items.contains_key(&address(entry)));
            if !is_item && gone.insert(other) {
                waiting.push(other);
            }
        }
    }
    gone.into_iter().filter_map(|place| entries.get(place)).map(address).collect()
}

/// What happened in an encounter of a unit is the unit's, and so are the two sides of one thing.
fn spread(graph: &Graph, mut of: Vec<Of>, entries: &[Resource<'_>]) -> Vec<Of> {
    let mut waiting: Vec<usize> = (0..of.len()).collect();
    while let Some(place) = waiting.pop() {
        let own = of.get(place).cloned().unwrap_or_default();
        if own.is_empty() {
            continue;
        }
        let is_stay = entries
            .get(place)
            .is_some_and(|entry| matches!(entry.resource_type.as_str(), "Encounter" | "EpisodeOfCare"));
        let named = graph.out(place).filter(|(link, _)| *link == Link::Part);
        let naming = graph.into(place).filter(|(link, _)| match link {
            Link::Part | Link::Within => true,
            Link::Course => is_stay,
            _ => false,
        });
        let others = graph.same(place).chain(named.chain(naming).map(|(_, other)| other));
        for other in others.collect::<Vec<_>>() {
            if let Some(theirs) = of.get_mut(other).filter(|theirs| !theirs.is_superset(&own)) {
                theirs.extend(&own);
                waiting.push(other);
            }
        }
    }
    of
}

/// A look at what each entry names.
struct Look<'l> {
    units: &'l Units,
    /// The parts of the source that came along, by name, with the units they are of.
    parts: HashMap<String, Of>,
}

impl<'l> Look<'l> {
    fn of(entries: &[Resource<'_>], units: &'l Units) -> Self {
        let mut look = Self { units, parts: HashMap::new() };
        let is_part = |entry: &&Resource<'_>| {
            PARTS.contains(&entry.resource_type.as_str()) || entry.resource_type == ROLE
        };
        for _ in 0..=STEPS {
            let named =
                entries.iter().filter(is_part).filter_map(|part| Some((part.name()?, look.entry(part))));
            let parts: HashMap<String, Of> = named.filter(|(_, of)| !of.is_empty()).collect();
            if parts == look.parts {
                break;
            }
            look.parts = parts;
        }
        look
    }

    /// Entries about nobody are of no unit: they go with whatever names them.
    fn all(&self, entries: &[Resource<'_>]) -> Vec<Of> {
        let is_told = |entry: &Resource<'_>| !super::is_about_nobody(&entry.resource_type);
        entries.iter().map(|entry| if is_told(entry) { self.entry(entry) } else { Of::new() }).collect()
    }

    fn entry(&self, entry: &Resource<'_>) -> Of {
        let mut found = Of::new();
        if PARTS.contains(&entry.resource_type.as_str()) {
            found.extend(entry.id.as_deref().and_then(|id| self.units.named(id)));
        }
        self.object(entry, &entry.object, false, &mut found);
        found
    }

    fn object(&self, entry: &Resource<'_>, object: &Object<'_>, of_a_service: bool, found: &mut Of) {
        let kind = object.text("resourceType");
        if kind.is_some_and(|kind| PARTS.contains(&kind.as_ref())) {
            let values = object.objects("identifier");
            found.extend(values.iter().filter_map(|one| self.units.named(&one.text("value")?)));
        }
        if is_reference(object) {
            self.reference(entry, object, found);
        }
        if of_a_service {
            found.extend(object.text("code").and_then(|code| self.units.named(&code)));
        }
        for (name, value) in object.members().filter(|(name, _)| !PASSED_OVER.contains(&name.as_ref())) {
            let of_a_service = of_a_service || OF_A_SERVICE.contains(&name.as_ref());
            self.value(entry, value, of_a_service, found);
        }
    }

    fn value(&self, entry: &Resource<'_>, value: Json<'_>, of_a_service: bool, found: &mut Of) {
        if value.as_sent().starts_with('[') {
            value.items().into_iter().for_each(|item| self.value(entry, item, of_a_service, found));
        } else if let Some(object) = value.object().filter(|_| value.as_sent().starts_with('{')) {
            self.object(entry, &object, of_a_service, found);
        }
    }

    /// By the part that came along, by the id the source has for it, or by its identifier.
    fn reference(&self, entry: &Resource<'_>, reference: &Object<'_>, found: &mut Of) {
        let name = entry.name_behind(reference);
        found.extend(name.as_ref().and_then(|name| self.parts.get(name)).into_iter().flatten());
        let key = reference_key(reference);
        let (kind, id) = key.as_deref().and_then(|key| key.split_once('/')).unwrap_or_default();
        if PARTS.contains(&kind) {
            found.extend(self.units.named(id));
        }
        let is_other = |kind: &str| !kind.is_empty() && !PARTS.contains(&kind);
        let said = reference.text("type").unwrap_or_default();
        if let Some(identifier) =
            reference.object("identifier").filter(|_| !is_other(kind) && !is_other(&said))
        {
            found.extend(identifier.text("value").and_then(|value| self.units.named(&value)));
        }
    }
}

#[cfg(test)]
mod tests;
