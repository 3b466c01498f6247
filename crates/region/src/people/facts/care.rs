//! Facts of care: contacts, episodes, appointments, referrals, documents, plans, decisions, forms, alerts and
//! teams.

use super::{Holders, Term};
use crate::people::{partner::Partner, when::When};

/// Somebody close to the person.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Relation {
    pub(crate) name: &'static str,
    pub(crate) relationship: &'static str,
    pub(crate) telephone: &'static str,
}

/// How a contact took place.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Setting {
    #[default]
    Consultation,
    HomeVisit,
    Emergency,
    Inpatient,
    Outpatient,
    Telephone,
}

/// A heading and what was written under it.
pub(crate) type Heading = (&'static str, &'static str);

#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Visit {
    pub(crate) at: Holders,
    pub(crate) setting: Setting,
    pub(crate) what: Term,
    pub(crate) on: When,
    pub(crate) until: Option<When>,
    pub(crate) reason: &'static str,
    pub(crate) outcome: Option<&'static str>,
    pub(crate) clinician: &'static str,
    pub(crate) place: Option<&'static str>,
    /// What was written, at a practice.
    pub(crate) headings: &'static [Heading],
    /// Names of problems the consultation was about, at a practice.
    pub(crate) problems: &'static [&'static str],
    pub(crate) status: Option<&'static str>,
}

#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Episode {
    pub(crate) at: Holders,
    pub(crate) service: Term,
    pub(crate) since: When,
    pub(crate) until: Option<When>,
    pub(crate) worker: &'static str,
    pub(crate) status: Option<&'static str>,
}

#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Appointment {
    pub(crate) at: Holders,
    pub(crate) service: &'static str,
    pub(crate) on: When,
    pub(crate) place: &'static str,
    pub(crate) status: Option<&'static str>,
}

#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Referral {
    pub(crate) at: Holders,
    pub(crate) what: Term,
    pub(crate) to: &'static str,
    pub(crate) reason: &'static str,
    pub(crate) on: When,
    pub(crate) urgent: bool,
    pub(crate) status: Option<&'static str>,
    /// A safeguarding concern: only that it exists may travel.
    pub(crate) safeguarding: bool,
}

/// An intention in the practice's diary.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct DiaryEntry {
    pub(crate) what: Term,
    pub(crate) due: When,
    pub(crate) entered: When,
    pub(crate) note: Option<&'static str>,
}

/// What the words of a document are written on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Medium {
    #[default]
    Text,
    Pdf,
    Rtf,
    /// A scanned page.
    Png,
    /// A scanned page as fax machines write it.
    Tiff,
    /// A letter out of a word processor, with what such programs leave in it: a script, a handler, a remote picture.
    Html,
    /// A binary document of an old word processor.
    Word,
}

/// What a holder gets wrong about a document.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Flaw {
    #[default]
    None,
    /// Its bytes are what the medium says, and it is declared as something else.
    DeclaredAs(&'static str),
    /// Size and hash are those of another version.
    Lies,
    /// It was here and has been deleted since.
    Deleted,
    /// It was never here.
    Missing,
}

#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Document {
    pub(crate) at: Holders,
    pub(crate) kind: Term,
    pub(crate) title: &'static str,
    pub(crate) on: When,
    pub(crate) author: &'static str,
    /// The words of the document; none makes it a placeholder that says it is too large.
    pub(crate) body: Option<&'static str>,
    /// What the words are written on.
    pub(crate) medium: Medium,
    /// What its holder gets wrong about it.
    pub(crate) flaw: Flaw,
    /// Sent inside what refers to it, where others send an address.
    pub(crate) inline: bool,
    /// Not to be told to the person.
    pub(crate) not_for_patient: bool,
    pub(crate) superseded: bool,
    /// Who sent it to the practice; none where the holder wrote it.
    pub(crate) sent_by: Option<Partner>,
    /// Marked confidential at the practice, which leaves it out without a word.
    pub(crate) confidential: bool,
}

#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Plan {
    pub(crate) at: Holders,
    pub(crate) kind: Term,
    pub(crate) title: &'static str,
    pub(crate) on: When,
    pub(crate) review: Option<When>,
    pub(crate) author: &'static str,
    /// `active` where none is given.
    pub(crate) status: Option<&'static str>,
    pub(crate) summary: &'static str,
    /// What is done or wished: heading and words.
    pub(crate) lines: &'static [Heading],
    /// In the person's words.
    pub(crate) goals: &'static [&'static str],
}

/// An advance decision to refuse treatment, a best-interests decision, or an objection to one controller.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Decision {
    pub(crate) at: Holders,
    pub(crate) kind: Term,
    /// FHIR consent scope: `adr`, `treatment` or `patient-privacy`.
    pub(crate) scope: &'static str,
    pub(crate) on: When,
    pub(crate) words: &'static str,
}

#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Form {
    pub(crate) at: Holders,
    pub(crate) title: &'static str,
    pub(crate) on: When,
    pub(crate) author: &'static str,
    pub(crate) answers: &'static [Heading],
}

#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Alert {
    pub(crate) at: Holders,
    /// `safety`, `clinical`, `behavioral`, `contact` or `admin`, as in flag-category.
    pub(crate) category: &'static str,
    pub(crate) what: Term,
    pub(crate) since: When,
    pub(crate) until: Option<When>,
    pub(crate) status: Option<&'static str>,
}

#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Team {
    pub(crate) at: Holders,
    pub(crate) name: &'static str,
    pub(crate) since: When,
    /// Name, role and telephone of each member.
    pub(crate) members: &'static [(&'static str, &'static str, &'static str)],
}
