//! Who lives in the region: hand-made people with a story each, then background people that a seed decides.
//! Every NHS number lies in the range that is never issued (999…). Dates are relative to the day given.
//! Source: requirements, section 2; sources, section 16.

/// Who contributes to the record.
pub(crate) mod partner;
/// Seeded choice.
pub(crate) mod seed;
/// Dates relative to today.
pub(crate) mod when;
/// What is known, and who holds it.
pub(crate) mod facts;
/// Terms used by several stories.
pub(crate) mod terms;
/// The hand-made people, as a clinic list.
mod stories;
/// The others.
mod background;

pub(crate) use stories::staff;

use fhir::NhsNumber;
use jiff::civil::Date;
use partner::Partner;
use std::fmt;

/// A synthetic person, with everything any partner knows about them.
#[derive(Clone)]
pub struct Person {
    pub nhs_number: NhsNumber,
    /// Numbers that PDS maps to `nhs_number`.
    pub superseded: Vec<NhsNumber>,
    pub family: String,
    pub given: Vec<String>,
    pub title: Option<String>,
    pub preferred: Option<String>,
    /// Given names as the host system has them, where somebody mistyped them there.
    pub host_given: Option<Vec<String>>,
    /// FHIR administrative gender.
    pub gender: &'static str,
    pub birth_date: Date,
    pub deceased: Option<Date>,
    pub address: Vec<String>,
    pub postcode: String,
    pub telephone: String,
    /// ODS code of the registered practice, one of [`PRACTICES`].
    pub practice: &'static str,
    /// PDS confidentiality R: no place may be shown from any source.
    pub restricted: bool,
    /// The practice answers 403 NO_PATIENT_CONSENT.
    pub gp_refuses: bool,
    /// One line: who this is and what to look for.
    pub story: String,
    /// What kind of story; `background` for seeded people.
    pub story_key: &'static str,
    pub(crate) story_facts: facts::Facts,
}

/// Names the story only: a person has no other text that may reach a log (HAZ-049).
impl fmt::Debug for Person {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Person({})", self.story_key)
    }
}

impl Person {
    /// The number the host system has: it was told before the numbers were joined, and nobody told it since.
    pub(crate) fn host_nhs_number(&self) -> &NhsNumber {
        self.superseded.first().unwrap_or(&self.nhs_number)
    }

    /// The given names the host system has.
    pub(crate) fn host_given(&self) -> &[String] {
        self.host_given.as_deref().unwrap_or(&self.given)
    }

    /// `None` only for a practice outside [`PRACTICES`].
    pub(crate) fn practice_profile(&self) -> Option<Practice> {
        PRACTICES.into_iter().find(|practice| practice.ods == self.practice)
    }

    /// The names of those beside the practice who know the person.
    pub(crate) fn known_partners(&self) -> impl Iterator<Item = &'static str> {
        self.story_facts.known_to.iter().map(|partner| partner.profile().slug)
    }

    /// The registered practice knows everybody; another partner knows whom the story says.
    pub(crate) fn is_known_to(&self, partner: Partner) -> bool {
        partner == Partner::Gp || self.story_facts.known_to.contains(&partner)
    }
}

/// A GP practice: its own partner and its own data controller.
#[derive(Debug, Clone, Copy)]
pub struct Practice {
    pub ods: &'static str,
    pub name: &'static str,
    pub asid: &'static str,
    /// Whether Access Record: Structured is switched on.
    pub structured: bool,
    /// The system behind the HTML view; `None`: the practice has no such view.
    pub html: Option<HtmlSystem>,
    pub documents: DocumentsService,
    pub telephone: &'static str,
}

/// How a practice's system writes the HTML view.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HtmlSystem {
    /// As the specification has it.
    Current,
    /// The same, but it cannot retrieve administrative items.
    WithoutAdministration,
    /// From before table ids, banner classes, headings of sections and the one date style.
    Older,
}

/// Whether a practice gives its documents away. They stand on a system of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DocumentsService {
    On {
        asid: &'static str,
    },
    /// Registered and switched off.
    Off {
        asid: &'static str,
    },
    /// Not even registered.
    None,
}

pub const PRACTICES: [Practice; 4] = [
    Practice {
        ods: "ZZ901",
        name: "Marsh Lane Surgery",
        asid: "918999198901",
        structured: true,
        html: Some(HtmlSystem::Current),
        documents: DocumentsService::On { asid: "918999198911" },
        telephone: "01632960901",
    },
    Practice {
        ods: "ZZ902",
        name: "Estuary Health Centre",
        asid: "918999198902",
        structured: true,
        html: Some(HtmlSystem::WithoutAdministration),
        documents: DocumentsService::Off { asid: "918999198912" },
        telephone: "01632960902",
    },
    Practice {
        ods: "ZZ903",
        name: "Thornfield Medical Practice",
        asid: "918999198903",
        structured: true,
        html: Some(HtmlSystem::Older),
        documents: DocumentsService::None,
        telephone: "01632960903",
    },
    Practice {
        ods: "ZZ904",
        name: "Old Mill Surgery",
        asid: "918999198904",
        structured: false,
        html: Some(HtmlSystem::Current),
        documents: DocumentsService::On { asid: "918999198914" },
        telephone: "01632960904",
    },
];

/// Hand-made people first, the same ones whatever the seed; then seeded people until there are `count`.
/// The same arguments give the same people, to the byte. Never fewer than the hand-made ones.
pub fn people(seed: u64, count: usize, today: Date) -> Vec<Person> {
    let mut everyone = stories::clinic_list(today);
    let missing = count.saturating_sub(everyone.len());
    everyone.extend(background::people(seed, missing, today));
    everyone
}

#[cfg(test)]
mod tests;
