//! Reads what is particular to GP Connect Access Record Structured: its Lists say which section an entry stands in,
//! what the reply leaves out, and in what order a consultation was written.
//! Source: GP Connect 1.6.2, FHIR STU3 bundle, lists and warnings; sources.md 1.5, 1.6.

use super::resource::Resource;
use super::shelf::Shelf;
use fhir::reply::{Format, Warning};
use fhir::{Category, coding::Concept};
use std::collections::{BTreeSet, HashMap, HashSet};

/// A consultation's headings and entries in the practice's order.
mod consultation;
/// What the reply says it leaves out.
mod warnings;

pub(crate) use consultation::{Line, has_value_in_words, is_set_apart, named, term, terms};
pub(crate) use warnings::outcome;

/// A List's code, and the category it is about.
const PRIMARY: [(&str, Category); 10] = [
    ("886921000000105", Category::Allergies),
    (ENDED, Category::Allergies),
    (MEDICATIONS, Category::Medications),
    ("717711000000103", Category::Problems),
    ("1149501000000101", Category::Consultations),
    ("1102181000000102", Category::Immunisations),
    ("826501000000100", Category::Results),
    ("887191000000108", Category::Results),
    ("792931000000107", Category::Encounters),
    (DIARY, Category::Encounters),
];
const ENDED: &str = "1103671000000101";
const MEDICATIONS: &str = "933361000000108";
/// "Patient recall administration".
const DIARY: &str = "714311000000108";
const CONSULTATION: &str = "325851000000107";

/// What the Lists of a reply say.
#[derive(Default)]
pub(crate) struct Lists<'a> {
    /// Allergies inside `List.contained`, each as sent, with the List's resource for its place.
    pub(crate) ended: Vec<Resource<'a>>,
    pub(crate) warnings: Vec<Warning>,
    medications: HashSet<String>,
    diary: HashSet<String>,
    /// Medicines reached only through a problem or a consultation.
    linked: HashMap<String, &'static str>,
    /// Consultation structure by `Encounter/id`.
    consultations: HashMap<String, Vec<Resource<'a>>>,
}

impl<'a> Lists<'a> {
    pub(crate) fn read(_shelf: &'a Shelf<'a>, entries: &[Resource<'a>]) -> Self {
        let mut lists = Self::default();
        for list in entries.iter().filter(|entry| is_list(entry)) {
            lists.note(list);
        }
        lists
    }

    /// `a problem`, `a consultation`; `None` where the medicine stands in the practice's list or no list was sent.
    pub(crate) fn linked_to(&self, key: &str) -> Option<String> {
        if self.medications.contains(key) {
            return None;
        }
        self.linked.get(key).map(|link| (*link).to_owned())
    }

    pub(crate) fn consultation(&self, encounter: &Resource<'a>) -> Vec<Line> {
        let lists = encounter.name().and_then(|key| self.consultations.get(&key));
        lists.into_iter().flatten().flat_map(|list| consultation::lines(list)).collect()
    }

    /// The entries a consultation is made of, in its order.
    pub(crate) fn consultation_members(&self, encounter: &Resource<'a>) -> Vec<Resource<'a>> {
        let lists = encounter.name().and_then(|key| self.consultations.get(&key));
        lists.into_iter().flatten().flat_map(|list| consultation::members(list)).collect()
    }

    /// Whether the practice keeps a request in its diary.
    pub(crate) fn is_diary(&self, request: &Resource<'_>) -> bool {
        request.name().is_some_and(|key| self.diary.contains(&key))
    }

    fn note(&mut self, list: &Resource<'a>) {
        let code = list.concept("code").unwrap_or_default();
        let is = |wanted: &str| code.codings.iter().any(|coding| coding.code.as_deref() == Some(wanted));
        if let Some(encounter) = list.encounter().filter(|_| is(CONSULTATION)) {
            self.consultations.entry(encounter).or_default().push(list.clone());
        }
        if is(MEDICATIONS) {
            self.medications.extend(members(list));
        }
        if is(DIARY) {
            self.diary.extend(members(list));
        }
        self.note_linked(list, &code);
        let contained = list.object.items("contained").into_iter().filter_map(|json| list.inside(json));
        self.ended.extend(contained.filter(|inner| inner.resource_type == "AllergyIntolerance"));
        let about = PRIMARY.iter().find(|(code, _)| is(code)).map(|(_, category)| *category);
        for warning in warnings::of_list(list, about.or_else(|| secondary(&code))) {
            if !self.warnings.contains(&warning) {
                self.warnings.push(warning);
            }
        }
    }

    fn note_linked(&mut self, list: &Resource<'a>, code: &Concept) {
        let named = |part: &str| {
            code.codings.iter().any(|c| c.code.as_deref().is_some_and(|code| code.starts_with(part)))
        };
        let link = if named("problems-") {
            "a problem"
        } else if named("consultations-") {
            "a consultation"
        } else {
            return;
        };
        for key in members(list) {
            self.linked.entry(key).or_insert(link);
        }
    }
}

fn is_list(entry: &Resource<'_>) -> bool {
    entry.resource_type == "List" && entry.document.format == Format::GpConnectStu3
}

fn members(list: &Resource<'_>) -> BTreeSet<String> {
    let entries = list.object.objects("entry");
    let items = entries.iter().filter_map(|entry| entry.object("item"));
    items.filter_map(|item| list.name_behind(&item)).collect()
}

/// What a secondary List is about, by its code's own words.
fn secondary(code: &Concept) -> Option<Category> {
    const PARTS: [(&str, Category); 9] = [
        ("allergies", Category::Allergies),
        ("medications", Category::Medications),
        ("immunisations", Category::Immunisations),
        ("investigations", Category::Results),
        ("uncategorised", Category::Results),
        ("documents", Category::Documents),
        ("referrals", Category::Encounters),
        ("diary", Category::Encounters),
        ("linked-problems", Category::Problems),
    ];
    let codes: Vec<&str> = code.codings.iter().filter_map(|coding| coding.code.as_deref()).collect();
    let by_part =
        PARTS.iter().find(|(part, _)| codes.iter().any(|code| code.contains(part))).map(|(_, c)| *c);
    let by_start =
        || codes.iter().any(|code| code.starts_with("consultations-problems")).then_some(Category::Problems);
    let consultations =
        || codes.iter().any(|code| code.contains("-consultations")).then_some(Category::Consultations);
    by_part.or_else(by_start).or_else(consultations)
}
