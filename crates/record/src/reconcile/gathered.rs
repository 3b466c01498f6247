//! Takes a record as far as it has arrived, gives its sections grouped and in order; each is reckoned when it is first asked for
//! and once. Whoever adds to the record begins with a new one.

use super::{Group, Record, SECTIONS, grouping, order};
use crate::item::{Item, Section};
use fhir::SourceId;
use std::{
    collections::{BTreeMap, HashMap},
    ptr,
    sync::OnceLock,
};

#[derive(Debug, Clone, Default)]
pub(super) struct Gathered {
    sections: [OnceLock<Vec<Places>>; SECTIONS.len()],
    duplicates: OnceLock<BTreeMap<SourceId, usize>>,
}

/// A group, by where its entries stand among all of the record.
#[derive(Debug, Clone)]
struct Places {
    items: Vec<usize>,
    conflict: Option<String>,
}

impl Gathered {
    pub(super) fn section<'a>(&'a self, record: &'a Record, section: Section) -> Vec<Group<'a>> {
        let reckoned = SECTIONS.iter().position(|one| *one == section).and_then(|at| self.sections.get(at));
        let Some(reckoned) = reckoned else { return groups(record, section) };
        let groups = reckoned.get_or_init(|| places(record, section));
        let items: Vec<&Item> = record.items().collect();
        let group = |places: &Places| Group {
            items: places.items.iter().filter_map(|place| items.get(*place).copied()).collect(),
            conflict: places.conflict.clone(),
        };
        groups.iter().map(group).collect()
    }

    /// How many entries of a source stand under another's.
    pub(super) fn duplicates(&self, record: &Record, source: &SourceId) -> usize {
        let counted = self.duplicates.get_or_init(|| {
            let mut counted = BTreeMap::new();
            for group in SECTIONS.iter().flat_map(|section| self.section(record, *section)) {
                for item in group.items.iter().skip(1) {
                    *counted.entry(item.source.clone()).or_default() += 1;
                }
            }
            counted
        });
        counted.get(source).copied().unwrap_or_default()
    }
}

fn places(record: &Record, section: Section) -> Vec<Places> {
    let at: HashMap<*const Item, usize> =
        record.items().enumerate().map(|(place, item)| (ptr::from_ref(item), place)).collect();
    let place = |item: &&Item| at.get(&ptr::from_ref::<Item>(item)).copied();
    let of = |group: Group<'_>| Places {
        items: group.items.iter().filter_map(place).collect(),
        conflict: group.conflict,
    };
    groups(record, section).into_iter().map(of).collect()
}

fn groups(record: &Record, section: Section) -> Vec<Group<'_>> {
    let items: Vec<&Item> = record.shown().filter(|item| item.section == section).collect();
    let mut groups = grouping::groups(&items);
    order::sort(section, &mut groups, &record.planned);
    groups
}
