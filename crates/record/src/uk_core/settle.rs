//! Sets a converted resource into R4: takes a tree, gives only what R4 has a place for, with the values it takes there.
//! What does not fit goes to "as sent"; what R4 requires and nobody sent is said to be absent, never guessed (HAZ-040).
//! Source: HL7 FHIR R4 (4.0.1), StructureDefinitions; data-absent-reason.

use super::r4::{Kind, Slot};
use super::tree::{Fields, Leaf, Node};
use super::work::{Dialect, NO_PLACE, Work};
use super::{datatypes, extensions, resources, values};

const ONE_ONLY: &str = "R4 takes one here";
const NOT_THE_KIND: &str = "not the kind of value R4 takes here";

/// A resource inside another, or the outermost. `None` where R4 has no such resource.
pub(super) fn resource<'a>(mut fields: Fields<'a>, work: &mut Work) -> Option<Fields<'a>> {
    if work.dialect != Dialect::R4 {
        resources::convert(&mut fields, work);
    }
    let kind = Kind::resource(&fields.text("resourceType")?)?;
    Some(complex(fields, kind, work))
}

fn complex<'a>(mut fields: Fields<'a>, kind: &'static Kind, work: &mut Work) -> Fields<'a> {
    if work.dialect != Dialect::R4 {
        datatypes::convert(&mut fields, kind, work);
    }
    let mut settled = Fields::default();
    let (mut choices, mut undated) = (Vec::new(), Vec::new());
    for (name, node) in fields.into_members() {
        if name == "resourceType" && kind.is_resource() {
            settled.put(name, node);
            continue;
        }
        let Some(place) = Place::of(kind, &name) else {
            work.lose(&node, NO_PLACE);
            continue;
        };
        let is_second = place.slot.is_choice && !place.is_shadow && choices.contains(&place.slot.name);
        if is_second {
            work.lose(&node, ONE_ONLY);
            continue;
        }
        let is_dated = place.is_dated(&node);
        let fitted = if place.is_shadow { shadow(node, work) } else { place.member(node, work) };
        choices.extend((place.slot.is_choice && !place.is_shadow).then_some(place.slot.name));
        match fitted {
            Some(node) => settled.put(name, node),
            None if is_dated => undated.push(format!("_{name}")),
            None => {}
        }
    }
    say_undated(&mut settled, undated, work);
    if kind.is_resource() || settled.names().next().is_some() {
        fill(&mut settled, kind, work);
    }
    settled
}

/// A date that is no date of R4 leaves its element without a value, never without a trace: an end that could not be
/// carried over must not read as no end (HAZ-013, HAZ-016).
fn say_undated(fields: &mut Fields<'_>, undated: Vec<String>, work: &mut Work) {
    for name in undated {
        if work.dialect != Dialect::R4 && !fields.has(&name) {
            fields.put(name, Node::Object(Fields::not_known()));
        }
    }
}

/// One element of one type.
struct Place {
    kind: &'static Kind,
    slot: &'static Slot,
    type_name: &'static str,
    /// The extensions of a primitive, under `_name`.
    is_shadow: bool,
}

impl Place {
    fn of(kind: &'static Kind, name: &str) -> Option<Self> {
        let place = |name, is_shadow| {
            let (slot, type_name) = kind.slot(name)?;
            Some(Self { kind, slot, type_name, is_shadow })
        };
        let shadow =
            || place(name.strip_prefix('_')?, true).filter(|place| values::is_primitive(place.type_name));
        place(name, false).or_else(shadow)
    }

    fn is_dated(&self, node: &Node<'_>) -> bool {
        matches!(self.type_name, "date" | "dateTime" | "instant")
            && !(self.is_shadow || self.slot.is_many)
            && node.text().is_some_and(|text| !text.trim().is_empty())
    }

    fn member<'a>(&self, node: Node<'a>, work: &mut Work) -> Option<Node<'a>> {
        let node =
            if matches!(self.slot.name, "extension" | "modifierExtension") && work.dialect != Dialect::R4 {
                extensions::translate(node, self.kind, work)
            } else {
                node
            };
        let is_bare_array = matches!(node, Node::Array(_));
        let mut fitted: Vec<Node<'a>> = Vec::new();
        for item in node.into_items() {
            if !fitted.is_empty() && !self.slot.is_many {
                work.lose(&item, ONE_ONLY);
            } else if item.is_empty() && is_bare_array && values::is_primitive(self.type_name) {
                fitted.push(item);
            } else {
                fitted.extend(self.one(item, work));
            }
        }
        if fitted.iter().all(Node::is_empty) {
            return None;
        }
        if self.slot.is_many { Some(Node::Array(fitted)) } else { fitted.pop() }
    }

    fn one<'a>(&self, node: Node<'a>, work: &mut Work) -> Option<Node<'a>> {
        let settled = match (values::is_primitive(self.type_name), node) {
            (true, Node::Leaf(leaf)) => return self.leaf(leaf, work),
            (false, Node::Object(fields)) if self.type_name == "Resource" => {
                let all = Node::Object(fields.clone());
                let settled = resource(self.of_its_holder(fields, work), work);
                if settled.is_none() {
                    work.lose(&all, "R4 has no such resource");
                }
                settled?
            }
            (false, Node::Object(fields)) => complex(fields, Kind::named(self.type_name)?, work),
            (_, node) => {
                work.lose(&node, NOT_THE_KIND);
                return None;
            }
        };
        let node = Node::Object(settled);
        if let Some(why) = datatypes::unusable(&node, self.type_name) {
            work.lose(&node, why);
            return None;
        }
        (!node.is_empty()).then_some(node)
    }

    /// A resource contained in another has no version of its own (dom-4).
    fn of_its_holder<'a>(&self, mut fields: Fields<'a>, work: &mut Work) -> Fields<'a> {
        if self.slot.name == "contained" && work.dialect != Dialect::R4 {
            fields.each("meta", &mut |meta| {
                for name in ["versionId", "lastUpdated"] {
                    work.lose_any(meta.take(name), "what is contained has no version of its own");
                }
            });
        }
        fields
    }

    fn leaf<'a>(&self, leaf: Leaf<'a>, work: &mut Work) -> Option<Node<'a>> {
        if leaf.json() == "null" {
            return None;
        }
        let leaf = self.mended(leaf, work);
        let unknown = !self.slot.codes.is_empty()
            && leaf.text().is_some_and(|code| !self.slot.codes.contains(&code.as_ref()));
        let is_own_id = self.slot.name == "id" && self.kind.is_resource();
        let type_name = if is_own_id { "string" } else { self.type_name };
        let fault = values::fault(type_name, &leaf).or(unknown.then_some("a code R4 does not have"));
        if let Some(why) = fault {
            work.is_incomplete |= self.slot.is_required;
            work.caveat(format!("{}: {why}; it stands as sent", self.path()));
            work.lose(&Node::Leaf(leaf), why);
            return None;
        }
        if is_own_id && !leaf.text().is_some_and(|id| values::is_id(&id)) {
            work.caveat(format!("{}: not an id as R4 writes them; unchanged", self.path()));
            work.is_incomplete = true;
        }
        Some(Node::Leaf(leaf))
    }

    /// A number sent as a string has the same digits as a number; a code has no blanks around it. Nothing else is mended.
    fn mended<'a>(&self, leaf: Leaf<'a>, work: &mut Work) -> Leaf<'a> {
        let right = match self.type_name {
            "decimal" | "integer" | "unsignedInt" | "positiveInt" => leaf.digits(),
            "code" => leaf.text().filter(|text| text.trim() != text).map(|text| leaf.said(text.trim())),
            _ => None,
        };
        let Some(right) = right.filter(|_| work.dialect != Dialect::R4) else { return leaf };
        work.caveat(format!(
            "{}: sent as text or with blanks around it; the same digits and letters",
            self.path()
        ));
        right
    }

    fn path(&self) -> String {
        format!("{}.{}", self.kind.name, self.slot.name)
    }
}

/// The extensions of a primitive, beside it under `_name`.
fn shadow<'a>(node: Node<'a>, work: &mut Work) -> Option<Node<'a>> {
    let element = Kind::named("Element")?;
    let is_array = matches!(node, Node::Array(_));
    let mut settled = Vec::new();
    for item in node.into_items() {
        match item {
            Node::Object(fields) => settled.push(Node::Object(complex(fields, element, work))),
            leaf if leaf.is_empty() => settled.push(leaf),
            other => work.lose(&other, NOT_THE_KIND),
        }
    }
    if settled.iter().all(Node::is_empty) {
        return None;
    }
    if is_array { Some(Node::Array(settled)) } else { settled.pop() }
}

/// Says of every required element that is not there that it is not known.
fn fill(fields: &mut Fields<'_>, kind: &'static Kind, work: &mut Work) {
    for slot in kind.required() {
        let named = fields.has(slot.name) || fields.has(&format!("_{}", slot.name));
        let is_chosen = fields.has_choice(slot.name) || fields.has_choice(&format!("_{}", slot.name));
        let is_there = if slot.is_choice { is_chosen } else { named };
        if is_there || matches!(kind.name, "Extension" | "Narrative") {
            continue;
        }
        work.is_incomplete = true;
        if work.dialect == Dialect::R4 {
            continue;
        }
        work.caveat(format!("{}.{}: R4 requires it and nothing of use was sent", kind.name, slot.name));
        let (name, node) = absent(slot, work);
        fields.put(name, node);
    }
}

fn absent(slot: &'static Slot, work: &mut Work) -> (String, Node<'static>) {
    let preferred = slot.types.iter().find(|name| **name == "CodeableConcept").or(slot.types.first());
    let type_name = preferred.copied().unwrap_or_default();
    let mut fields = Fields::not_known();
    if let Some(kind) = Kind::named(type_name).filter(|_| type_name.starts_with('@')) {
        fill(&mut fields, kind, work);
    }
    let node = if slot.is_many { Node::Array(vec![Node::Object(fields)]) } else { Node::Object(fields) };
    let mark = if values::is_primitive(type_name) { "_" } else { "" };
    let suffix = if slot.is_choice { capitalised(type_name) } else { String::new() };
    (format!("{mark}{}{suffix}", slot.name), node)
}

fn capitalised(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
}
