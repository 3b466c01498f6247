//! What is known about a person, as facts that say who holds them. The payloads render one fact in every
//! holder's own wire form,
//! so that partners agree, or differ, because the story says so.

mod care;
mod clinical;

pub(crate) use care::*;
pub(crate) use clinical::*;

use super::partner::Partner;
use jiff::civil::Date;

/// Who holds a fact.
pub(crate) type Holders = &'static [Partner];

/// A term as it was chosen, with its SNOMED CT concept where we are sure of one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Term {
    pub(crate) text: &'static str,
    pub(crate) code: Option<&'static str>,
    /// The concept's preferred term, where a synonym or the original words were kept.
    pub(crate) preferred: Option<&'static str>,
}

/// A coded term.
pub(crate) const fn sct(code: &'static str, text: &'static str) -> Term {
    Term { text, code: Some(code), preferred: None }
}

/// A term that nobody coded.
pub(crate) const fn text(text: &'static str) -> Term {
    Term { text, code: None, preferred: None }
}

impl Term {
    pub(crate) const fn preferring(self, term: &'static str) -> Self {
        Self { preferred: Some(term), ..self }
    }
}

/// A partner whose own demographics differ from the national ones: a mistake at that partner.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mistake {
    pub(crate) at: Partner,
    pub(crate) given: Option<&'static str>,
    pub(crate) birth_date: Option<Date>,
}

/// How a practice's reply departs from a plain one.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct PracticeQuirks {
    /// Items were left out of the problems List for confidentiality.
    pub(crate) confidential: bool,
    /// The record is still on its way from the last practice; registered so many days ago.
    pub(crate) in_transit_days: Option<i32>,
    /// The practice has switched problems off.
    pub(crate) problems_disabled: bool,
    /// Somebody pasted markup into the record, and the HTML view sends it on as it is.
    pub(crate) hostile_markup: bool,
}

/// How PDS has the person, where that is not plainly.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct National {
    /// NHS number verification status; none: 01, present and verified.
    pub(crate) status: Option<(&'static str, &'static str)>,
    /// Confidentiality V, which shows no place either.
    pub(crate) very_restricted: bool,
    /// The death is known from a hospital or the practice, and not from the registrar.
    pub(crate) informal_death: bool,
    /// Nothing but number, sex and birth date.
    pub(crate) minimal: bool,
    /// The entry has been made invalid.
    pub(crate) invalidated: bool,
    /// Left the practice so many days ago, for this reason, and is registered nowhere since.
    pub(crate) left: Option<(i32, &'static str, &'static str)>,
    /// S-flagged: practices act as if they did not know the person.
    pub(crate) sensitive: bool,
}

/// Everything the partners know, and who knows the person at all.
#[derive(Debug, Clone, Default)]
pub(crate) struct Facts {
    pub(crate) known_to: Vec<Partner>,
    pub(crate) quirks: PracticeQuirks,
    pub(crate) national: National,
    pub(crate) mistakes: Vec<Mistake>,
    /// Who still has the person under the earliest of the numbers that were superseded.
    pub(crate) keyed_on_old: Vec<Partner>,
    pub(crate) contacts: Vec<Relation>,
    pub(crate) allergies: Vec<Allergy>,
    pub(crate) medicines: Vec<Medicine>,
    pub(crate) problems: Vec<Problem>,
    pub(crate) procedures: Vec<Procedure>,
    pub(crate) reports: Vec<Report>,
    pub(crate) measures: Vec<Measure>,
    pub(crate) vaccines: Vec<Vaccine>,
    pub(crate) visits: Vec<Visit>,
    pub(crate) episodes: Vec<Episode>,
    pub(crate) appointments: Vec<Appointment>,
    pub(crate) referrals: Vec<Referral>,
    pub(crate) diary: Vec<DiaryEntry>,
    pub(crate) documents: Vec<Document>,
    pub(crate) plans: Vec<Plan>,
    pub(crate) decisions: Vec<Decision>,
    pub(crate) forms: Vec<Form>,
    pub(crate) alerts: Vec<Alert>,
    pub(crate) teams: Vec<Team>,
}
