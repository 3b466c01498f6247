//! The sections of the HTML view, and reading the Bundle that holds one: whose it is, in the older version's shapes, and
//! what the section says. Source: GP Connect Access Record: HTML 0.7.4; FHIR DSTU2 Patient and Composition.

use super::says::Says;
use crate::{
    national::token::dstu2,
    sources::gp_connect::exchange::{self, Asked, Condemned, Seen},
    subject::{OnePatient, demographics},
};
use fhir::{
    Category, Json, Object,
    bundle::{Bundle, Entry},
    coding::Concept,
    nhs_number,
    reply::Warning,
};

pub(super) const SYSTEM: &str = "http://fhir.nhs.net/ValueSet/gpconnect-record-section-1";

/// One section, asked for on its own.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Section {
    pub(super) code: &'static str,
    pub(super) category: Category,
    /// What the practice does not send, in words, should it not.
    pub(super) words: &'static str,
}

/// Safety first. The summary is never asked for: it repeats the others, and mixes what a role may see with what it may not.
static SECTIONS: [Section; 9] = [
    section("ALL", Category::Allergies, "allergies and adverse reactions"),
    section("MED", Category::Medications, "medications"),
    section("PRB", Category::Problems, "problems and issues"),
    section("IMM", Category::Immunisations, "immunisations"),
    section("OBS", Category::Results, "observations"),
    section("ENC", Category::Consultations, "encounters"),
    section("REF", Category::Encounters, "referrals"),
    section("CLI", Category::Problems, "clinical items"),
    section("ADM", Category::Encounters, "administrative items"),
];

const fn section(code: &'static str, category: Category, words: &'static str) -> Section {
    Section { code, category, words }
}

pub(super) fn of(permitted: &[Category]) -> Vec<&'static Section> {
    SECTIONS.iter().filter(|section| permitted.contains(&section.category)).collect()
}

/// What one reply shows.
pub(super) struct Shown {
    pub(super) says: Says,
    pub(super) warnings: Vec<Warning>,
    pub(super) practice_name: Option<String>,
}

pub(super) fn inspect(bundle: &Bundle<'_>, asked: &Asked, code: &str) -> Seen<Shown> {
    let mut patients = bundle.of_type("Patient");
    let Some(patient) = patients.next() else {
        return Seen::NotARecord;
    };
    let mut warnings = Vec::new();
    for one in std::iter::once(patient).chain(patients) {
        match compared(one, asked) {
            Ok(told) => warnings = told,
            Err(condemned) => return Seen::Condemned(condemned),
        }
    }
    // Each Patient is compared above: the common check does not know the older number system.
    let mut others = Bundle::default();
    others.entries =
        bundle.entries.iter().filter(|entry| entry.resource_type != "Patient").cloned().collect();
    if !OnePatient::new(&asked.person, patient, &asked.root).is_all(&others) {
        return Seen::Condemned(Condemned::WrongPerson);
    }
    match says(bundle, code) {
        Some(says) => Seen::Record(Shown { says, warnings, practice_name: practice_name(bundle) }),
        None => Seen::NotARecord,
    }
}

/// The older version's Patient differs in its number's system alone, as far as we compare: its names already are arrays.
fn compared(patient: &Entry<'_>, asked: &Asked) -> Result<Vec<Warning>, Condemned> {
    let escaped = |text: &str| text.replace('/', "\\/");
    let text = patient.json.as_sent().replace(dstu2::NHS_NUMBER, nhs_number::SYSTEM);
    let text = text.replace(&escaped(dstu2::NHS_NUMBER), &escaped(nhs_number::SYSTEM));
    let patient = Json::of(&text).object().unwrap_or_default();
    exchange::same(demographics::compare(&patient, &asked.person))
}

/// `None` where it is another section, or several, or none: nothing of it can be filed under what was asked.
fn says(bundle: &Bundle<'_>, code: &str) -> Option<Says> {
    let mut compositions = bundle.of_type("Composition");
    let composition = compositions.next().filter(|_| compositions.next().is_none())?;
    let sections = composition.resource.objects("section");
    let [section] = sections.as_slice() else { return None };
    if named(section).is_some_and(|named| named != code) {
        return None;
    }
    let text = section.object("text");
    let div = text.as_ref().and_then(|text| text.text("div")).unwrap_or_default();
    Some(Says::of(&div))
}

fn named(section: &Object<'_>) -> Option<String> {
    let code = Concept::read(&section.object("code")?);
    code.codings.into_iter().find_map(|coding| coding.code)
}

fn practice_name(bundle: &Bundle<'_>) -> Option<String> {
    let mut all = bundle.of_type("Organization");
    let only = all.next().filter(|_| all.next().is_none())?;
    only.resource.text("name").map(|name| name.into_owned())
}
