//! Takes one reply understood and what this professional may see, gives what is shown and the manifest of what was
//! shown and held. A held item leaves no gap: it is gone before anything is counted, chosen or ordered.
//! Source: access.md sections 6 and 9; HAZ-010, HAZ-047.

use crate::item::{Item, Original, Part, Provenance, Section};
use crate::normalise::{Cut, Normalised, Unread};
use fhir::reply::Warning;
use fhir::{Category, FhirDate, Level, SourceId};
use std::collections::{BTreeMap, BTreeSet};

/// What is left of an item at summary or existence.
mod reduce;

/// What of one source's reply may be shown.
#[derive(Debug, Clone)]
pub struct Released {
    pub source: SourceId,
    pub items: Vec<Item>,
    pub unread: Vec<Unread>,
    pub warnings: Vec<Warning>,
    pub not_shared: Vec<Category>,
    pub withheld: Vec<Category>,
    pub shown: Vec<ManifestLine>,
    pub held: Vec<ManifestLine>,
    /// Categories shown as summary or existence only.
    pub reduced: BTreeSet<Category>,
    /// What this reader would see but for the choice of a part of the partner: counted where it would stand, and no more told.
    pub kept_back: Vec<(Section, Category)>,
}

/// One line of the release manifest: which version of what was shown or held, never its content.
#[derive(Debug, Clone)]
pub struct ManifestLine {
    pub resource_type: String,
    pub id: Option<String>,
    pub version: Option<String>,
    pub last_updated: Option<String>,
    pub category: Category,
    pub level: Level,
    /// Why it was held; `None` for what was shown.
    pub reason: Option<Held>,
    /// For the program to hash; never stored.
    pub original: Original,
}

/// Why an item was held after it arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Held {
    /// The role sees nothing of the category.
    Role,
    /// Restricted, by label, code, service or what it stands beside.
    Restricted,
    /// The category is shown in part, and this is not in the part.
    Summary,
    /// A part of the partner shares less than the whole, and not this.
    Partner,
}

impl Released {
    /// A reply that brought nothing.
    pub fn nothing(source: SourceId) -> Self {
        Self {
            source,
            items: Vec::new(),
            unread: Vec::new(),
            warnings: Vec::new(),
            not_shared: Vec::new(),
            withheld: Vec::new(),
            shown: Vec::new(),
            held: Vec::new(),
            reduced: BTreeSet::new(),
            kept_back: Vec::new(),
        }
    }

    fn hold(&mut self, item: &Item, level: Level, reason: Held) {
        self.held.push(line(item, level, Some(reason)));
    }

    /// By its partner's choice: counted where it would stand.
    fn keep_back(&mut self, item: &Item) {
        self.hold(item, Level::Nothing, Held::Partner);
        if item.is_shown() {
            self.kept_back.push((item.section, item.category));
        }
    }

    fn show(&mut self, item: Item, manifest: ManifestLine, by_role: Level) {
        if by_role < Level::Full {
            self.reduced.insert(item.category);
        }
        let parts: Vec<_> = item.parts.iter().map(|part| part_line(part, &manifest)).collect();
        self.shown.push(manifest);
        for part in parts {
            let is_known = |line: &ManifestLine| {
                line.resource_type == part.resource_type
                    && line.id == part.id
                    && line.original.as_sent() == part.original.as_sent()
            };
            if !self.shown.iter().any(is_known) {
                self.shown.push(part);
            }
        }
        self.items.push(item);
    }
}

/// `on` is today's civil date (`2026-11-22`), for what counts as recent; without it nothing does.
/// Restricted items are released where the level says so and nowhere else; without an exception it says nothing for them.
/// Order is the source's own.
pub fn release(
    source: &SourceId,
    normalised: Normalised,
    level: &dyn Fn(Category) -> Level,
    on: Option<&str>,
) -> Released {
    // A restricted item has no summary: it is seen whole, by exception, or not at all.
    let level = &|category| match level(category) {
        Level::Summary | Level::Existence if category == Category::Restricted => Level::Nothing,
        level => level,
    };
    let mut released = Released::nothing(source.clone());
    let may_see =
        |category: Option<Category>| category.is_none_or(|category| level(category) > Level::Nothing);
    let seen = |all: &[Category]| all.iter().copied().filter(|of| may_see(Some(*of))).collect();
    let (not_shared, withheld) = (seen(&normalised.not_shared), seen(&normalised.withheld));
    (released.not_shared, released.withheld) = (not_shared, withheld);
    let warnings = normalised.warnings.iter().filter(|warning| may_see(warning.category));
    released.warnings = warnings.cloned().collect();
    let restricted = |entry: &Cut| taken_out(entry.clone(), (Category::Restricted, Held::Restricted));
    released.held.extend(normalised.taken_out.iter().map(restricted));
    unread(&mut released, &normalised.unread, level);
    let today = on.map(FhirDate::parse).and_then(|date| date.first_day());
    kept_back(&mut released, &normalised, level, today);
    let choice = |own: Level| reduce::Choice::of(&normalised.items, &|of| level(of).min(own), today);
    let owns: BTreeSet<Level> = normalised.in_part.values().copied().chain([Level::Full]).collect();
    let choices: BTreeMap<Level, reduce::Choice> = owns.into_iter().map(|own| (own, choice(own))).collect();
    for (place, item) in normalised.items.into_iter().enumerate() {
        let own = normalised.in_part.get(&place).copied().unwrap_or(Level::Full);
        let is_chosen = choices.get(&own).is_some_and(|choice| choice.has(place));
        let by_role = level(item.category);
        one(&mut released, item, (by_role, own), is_chosen);
    }
    released
}

/// `by_role` and what the item's own part of the partner leaves of it: the narrower holds.
fn one(released: &mut Released, item: Item, (by_role, own): (Level, Level), is_chosen: bool) {
    match by_role.min(own) {
        Level::Nothing if item.category == Category::Restricted => {
            released.hold(&item, Level::Nothing, Held::Restricted)
        }
        Level::Nothing if by_role > Level::Nothing => released.keep_back(&item),
        Level::Nothing => released.hold(&item, Level::Nothing, Held::Role),
        Level::Full => {
            let manifest = line(&item, Level::Full, None);
            released.show(item, manifest, by_role);
        }
        granted => match reduce::reduce(&item, granted, is_chosen) {
            Some(reduced) => released.show(reduced, line(&item, granted, None), by_role),
            None if own < by_role => released.keep_back(&item),
            None => released.hold(&item, granted, Held::Summary),
        },
    }
}

/// What parts of the partner keep back is theirs to answer for only where the role would see it.
fn kept_back(
    released: &mut Released,
    normalised: &Normalised,
    level: &dyn Fn(Category) -> Level,
    today: reduce::Day,
) {
    let choice = reduce::Choice::of(&normalised.kept_back, level, today);
    for (place, item) in normalised.kept_back.iter().enumerate() {
        match level(item.category) {
            Level::Nothing if item.category == Category::Restricted => {
                released.hold(item, Level::Nothing, Held::Restricted);
            }
            Level::Nothing => released.hold(item, Level::Nothing, Held::Role),
            Level::Full => released.keep_back(item),
            granted if reduce::reduce(item, granted, choice.has(place)).is_some() => released.keep_back(item),
            granted => released.hold(item, granted, Held::Summary),
        }
    }
    let beside = normalised.kept_back_beside.iter().cloned();
    released.held.extend(beside.map(|(category, entry)| taken_out(entry, (category, Held::Partner))));
}

/// What could not be read is counted only where the role sees the category; its bytes only where it sees them in full.
fn unread(released: &mut Released, all: &[Unread], level: &dyn Fn(Category) -> Level) {
    for entry in all.iter().cloned() {
        let granted = level(entry.category);
        let reason = match granted {
            Level::Nothing if entry.category == Category::Restricted => Some(Held::Restricted),
            Level::Nothing => Some(Held::Role),
            _ => None,
        };
        let line = ManifestLine {
            resource_type: entry.resource_type.clone(),
            id: None,
            version: None,
            last_updated: None,
            category: entry.category,
            level: granted,
            reason,
            original: entry.original.clone(),
        };
        if reason.is_some() {
            released.held.push(line);
            continue;
        }
        released.shown.push(line);
        let original = if granted == Level::Full { entry.original } else { Original::none() };
        released.unread.push(Unread { original, ..entry });
    }
}

/// What was taken out before the reply was read stands in the manifest like anything else that was held.
fn taken_out(entry: Cut, (category, reason): (Category, Held)) -> ManifestLine {
    ManifestLine {
        resource_type: entry.resource_type,
        id: entry.id,
        version: entry.version,
        last_updated: entry.last_updated,
        category,
        level: Level::Nothing,
        reason: Some(reason),
        original: entry.original,
    }
}

fn line(item: &Item, level: Level, reason: Option<Held>) -> ManifestLine {
    let provenance = &item.provenance;
    ManifestLine {
        resource_type: provenance.resource_type.clone(),
        id: provenance.id.clone(),
        version: provenance.version.clone(),
        last_updated: provenance.last_updated.clone(),
        category: item.category,
        level,
        reason,
        original: item.original.clone(),
    }
}

/// What is read as part of an item is shown where the item is.
fn part_line(part: &Part, of: &ManifestLine) -> ManifestLine {
    let Part { provenance, original } = part.clone();
    let Provenance { resource_type, id, version, last_updated, .. } = provenance;
    ManifestLine { resource_type, id, version, last_updated, original, ..of.clone() }
}

#[cfg(test)]
mod tests;
