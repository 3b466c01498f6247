//! Takes a resource and the category its kind suggests, gives the one category that decides who may see it: the most
//! protected of what its labels, its kind and the search that found it say. Source: access.md sections 6 and 9.

use super::resource::Resource;
use crate::item::{Item, Label};
use fhir::coding::{Coding, Concept, SNOMED_CT};
use fhir::{Category, Object};

/// "Subject to child protection plan".
const CHILD_PROTECTION_PLAN: &str = "342191000000101";
/// The record heading.
const SAFEGUARDING: &str = "1077911000000105";

/// Where an item is filed and what it is labelled.
#[derive(Clone)]
pub(crate) struct Filed {
    pub(crate) category: Category,
    pub(crate) labels: Vec<Label>,
}

impl Filed {
    pub(super) fn take_on(&mut self, other: Filed) {
        self.category = stricter(self.category, other.category);
        let new: Vec<Label> = other.labels.into_iter().filter(|label| !self.labels.contains(label)).collect();
        self.labels.extend(new);
    }

    fn restrict(&mut self) {
        self.category = Category::Restricted;
        if !self.labels.contains(&Label::Restricted) {
            self.labels.push(Label::Restricted);
        }
    }
}

pub(crate) fn file(resource: &Resource<'_>, kind: Category) -> Filed {
    let searched = resource.document.searched.unwrap_or(kind);
    let mut filed = Filed { category: stricter(searched, protected_only(kind)), labels: Vec::new() };
    if is_safeguarding(resource) {
        filed.category = stricter(filed.category, Category::Safeguarding);
    }
    for code in labels(resource) {
        label(&mut filed, &code);
    }
    if resource.shelf.is_restricted(resource) {
        filed.restrict();
    }
    filed
}

/// Whether a label restricts it, its own or that of the document or message it came in.
pub(crate) fn is_labelled(resource: &Resource<'_>) -> bool {
    labels(resource).iter().any(|code| is_restricting(code))
}

/// Every security label that holds for an entry. A Composition has a word of its own for how confidential it is.
fn labels(resource: &Resource<'_>) -> Vec<String> {
    let own = security(&resource.object).into_iter().filter_map(|coding| coding.code);
    own.chain(resource.document.labels.iter().cloned()).chain(resource.text("confidentiality")).collect()
}

/// A child protection plan, whatever kind of entry tells of it: a flag, a care plan, a coded entry of a practice; or the pointer to
/// a document headed so.
fn is_safeguarding(resource: &Resource<'_>) -> bool {
    let tells = |concept: &Concept| {
        [CHILD_PROTECTION_PLAN, SAFEGUARDING].iter().any(|code| concept.has(SNOMED_CT, code))
    };
    let holds = |key: &&str| resource.concepts(key).iter().any(tells);
    ["code", "category"].iter().any(holds)
}

/// What is filed as one entry takes on what is labelled in any of its parts (HAZ-023).
pub(crate) fn take_on(item: &mut Item, part: Filed) {
    item.category = stricter(item.category, part.category);
    let new: Vec<Label> = part.labels.into_iter().filter(|label| !item.labels.contains(label)).collect();
    item.labels.extend(new);
}

/// An entry that no label or link restricts, and what it says does.
pub(crate) fn restrict(item: &mut Item) {
    take_on(item, Filed { category: Category::Restricted, labels: vec![Label::Restricted] });
}

/// Whether its own labels make it restricted or sensitive: then not even its words stand in another entry.
pub(crate) fn is_sensitive(resource: &Resource<'_>) -> bool {
    let category = file(resource, Category::Demographics).category;
    matches!(category, Category::Restricted | Category::Safeguarding | Category::MentalHealth)
}

/// Whether fewer may see `part` than `whole`: then its words do not stand in the whole (HAZ-023).
pub(crate) fn is_more_protected(part: &Resource<'_>, whole: &Resource<'_>) -> bool {
    let category = |resource| file(resource, Category::Demographics).category;
    rank(category(part)) > rank(category(whole))
}

/// The more protected of two; of two unprotected ones the first.
pub(crate) fn stricter(a: Category, b: Category) -> Category {
    if rank(b) > rank(a) { b } else { a }
}

fn rank(category: Category) -> u8 {
    match category {
        Category::Restricted => 5,
        Category::Safeguarding => 4,
        Category::MentalHealth => 3,
        Category::SocialCare => 2,
        Category::Consultations => 1,
        _ => 0,
    }
}

/// Whether fewer may see `a` than `b`.
pub(crate) fn is_stricter(a: Category, b: Category) -> bool {
    rank(a) > rank(b)
}

/// Whether fewer see it than see what is found with it.
pub(crate) fn is_protected(category: Category) -> bool {
    rank(category) > 0
}

/// A kind of entry overrules the search that found it only by being more protected.
fn protected_only(kind: Category) -> Category {
    if is_protected(kind) { kind } else { Category::Demographics }
}

fn label(filed: &mut Filed, code: &str) {
    match code {
        code if is_restricting(code) => filed.restrict(),
        "PSY" => filed.category = stricter(filed.category, Category::MentalHealth),
        "NOPAT" if !filed.labels.contains(&Label::NotForThePerson) => {
            filed.labels.push(Label::NotForThePerson)
        }
        _ => {}
    }
}

/// Of v3-Confidentiality the two above normal; of v3-ActCode the sensitivities the agreement restricts.
fn is_restricting(code: &str) -> bool {
    matches!(code, "R" | "V" | "SEX" | "STD" | "HIV" | "SDV" | "ETH" | "ETHUD" | "OPIOIDUD")
}

/// `meta.security` and `DocumentReference.securityLabel`; codes are distinct across their two systems.
fn security(object: &Object<'_>) -> Vec<Coding> {
    let meta = object.object("meta").unwrap_or_default();
    let mut codings: Vec<Coding> = meta.objects("security").iter().map(Coding::read).collect();
    for concept in object.objects("securityLabel") {
        codings.extend(concept.objects("coding").iter().map(Coding::read));
    }
    codings
}
