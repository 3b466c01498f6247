//! The elements of R4 as a table: per type its members, how many, of which types, and the codes of required bindings.
//! Takes `r4.txt`, made from the published definitions by `xtask/validate/r4-table.mjs`; gives look-ups, no judgement.
//! Source: HL7 FHIR R4 (4.0.1), profiles-types, profiles-resources and valuesets.

use std::collections::HashMap;
use std::sync::LazyLock;

const TABLE: &str = include_str!("r4.txt");

/// A type or backbone element.
pub(super) struct Kind {
    pub(super) name: &'static str,
    slots: Vec<Slot>,
}

/// One element of a type.
pub(super) struct Slot {
    /// Without `[x]`.
    pub(super) name: &'static str,
    pub(super) is_choice: bool,
    pub(super) is_required: bool,
    pub(super) is_many: bool,
    pub(super) types: Vec<&'static str>,
    /// Empty: any code.
    pub(super) codes: Vec<&'static str>,
}

struct Table {
    kinds: HashMap<&'static str, Kind>,
    others: Vec<&'static str>,
}

static R4: LazyLock<Table> = LazyLock::new(read);

impl Kind {
    /// A type by its name: `Observation`, `Quantity`, or `@Observation.component` as slots name it.
    pub(super) fn named(name: &str) -> Option<&'static Kind> {
        R4.kinds.get(name.strip_prefix('@').unwrap_or(name))
    }

    /// A kind of resource a record about a person's care can hold.
    pub(super) fn resource(name: &str) -> Option<&'static Kind> {
        Self::named(name).filter(|kind| kind.is_resource())
    }

    pub(super) fn is_resource(&self) -> bool {
        self.slots.iter().any(|slot| slot.name == "implicitRules")
    }

    /// The element a member belongs to, and its type there: `valueString` is `value[x]` as `string`.
    pub(super) fn slot(&self, member: &str) -> Option<(&Slot, &'static str)> {
        self.slots.iter().find_map(|slot| Some((slot, slot.type_of(member)?)))
    }

    pub(super) fn required(&self) -> impl Iterator<Item = &Slot> {
        self.slots.iter().filter(|slot| slot.is_required)
    }
}

impl Slot {
    fn type_of(&self, member: &str) -> Option<&'static str> {
        let rest = member.strip_prefix(self.name)?;
        if !self.is_choice {
            return if rest.is_empty() { self.types.first().copied() } else { None };
        }
        self.types.iter().copied().find(|name| is_capitalised(name, rest))
    }
}

/// A kind of resource R4 has, but no record of care holds: definitions, claims, terminologies.
pub(super) fn is_other_resource(name: &str) -> bool {
    R4.others.contains(&name)
}

fn is_capitalised(name: &str, rest: &str) -> bool {
    let (mut name, mut rest) = (name.chars(), rest.chars());
    name.next().map(|c| c.to_ascii_uppercase()) == rest.next() && name.as_str() == rest.as_str()
}

fn read() -> Table {
    let mut table = Table { kinds: HashMap::new(), others: Vec::new() };
    for line in TABLE.lines() {
        let mut words = line.split_ascii_whitespace();
        let Some((name, base)) = words.next().and_then(|head| head.split_once('<')) else { continue };
        if name == "Other" {
            table.others = words.collect();
            continue;
        }
        let mut slots = inherited(&table, base);
        for slot in words.filter_map(slot) {
            slots.retain(|known| known.name != slot.name);
            slots.push(slot);
        }
        table.kinds.insert(name, Kind { name, slots });
    }
    table
}

/// Bases stand before the types made from them.
fn inherited(table: &Table, base: &str) -> Vec<Slot> {
    let slots = table.kinds.get(base).map(|kind| kind.slots.as_slice()).unwrap_or_default();
    slots.iter().map(Slot::copy).collect()
}

impl Slot {
    fn copy(&self) -> Self {
        Self { types: self.types.clone(), codes: self.codes.clone(), ..*self }
    }
}

/// `name[x]!*:type,type=code|code`.
fn slot(word: &'static str) -> Option<Slot> {
    let (head, types) = word.split_once(':')?;
    let (types, codes) = types.split_once('=').unwrap_or((types, ""));
    let (head, is_many) = head.strip_suffix('*').map_or((head, false), |head| (head, true));
    let (head, is_required) = head.strip_suffix('!').map_or((head, false), |head| (head, true));
    let (name, is_choice) = head.strip_suffix("[x]").map_or((head, false), |head| (head, true));
    let codes = codes.split('|').filter(|code| !code.is_empty()).collect();
    Some(Slot { name, is_choice, is_required, is_many, types: types.split(',').collect(), codes })
}
