//! Takes the launch and the national trace, gives the person confirmed, an interruption, or a refusal. Pure.
//! A wrong birth date or number stops; a name or gender interrupts; a practice is a caveat (HAZ-001, HAZ-005, HAZ-044).
//! Source: NHS England PDS FHIR API (R4); the project's identity table.

/// Names compared as people mean them: without case, accents, hyphens, apostrophes or blanks.
mod fold;
/// What is kept of a trace for a day.
mod last;

pub(crate) use fold::{same as same_name, same_given};
pub use last::{LastOutcome, LastTrace};

use crate::{
    Launch, Refusal,
    launch::{Person, Route},
};
use fhir::{FhirDate, NhsNumber, OdsCode};
use serde::{Deserialize, Serialize};
use std::fmt;

/// What the national service answered. Made by federation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(clippy::large_enum_variant, reason = "one per opening, and never kept in numbers")]
pub enum Trace {
    Found(Traced),
    NotFound,
    Invalidated,
    DidNotAnswer,
}

/// The person as the national service knows them.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Traced {
    pub nhs_number: NhsNumber,
    /// The number asked, where it is not the person's number any more.
    pub superseded_from: Option<NhsNumber>,
    pub names: Vec<Name>,
    /// The name the person prefers to be called.
    pub preferred: Option<String>,
    pub title: Option<String>,
    pub birth_date: Option<FhirDate>,
    pub gender: Option<String>,
    pub deceased: Option<FhirDate>,
    /// The registered practice.
    pub practice: Option<OdsCode>,
    /// `meta.security` R or V.
    pub restricted: bool,
    /// Verification status 01: number present and verified.
    pub verified: bool,
    /// Lines, for the eye only; never compared.
    pub address: Option<Vec<String>>,
    pub telephone: Option<String>,
}

/// One of the person's names.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Name {
    pub family: String,
    pub given: Vec<String>,
    /// FHIR NameUse: `usual`, `old`, `nickname` …
    pub use_: Option<String>,
}

/// The outcome of the comparison.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Identity {
    Confirmed(Identified),
    /// Ask the professional first; no source is asked before they choose to go on, and that is recorded.
    Interrupt(Identified, Vec<Difference>),
    Refused(Refusal),
}

/// The person every source is asked about, and the banner shows.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identified {
    pub person: ShownPerson,
    /// Found nationally with a verified number, at this opening or within the last day.
    pub traced: bool,
    /// The registered practice; only when traced.
    pub practice: Option<OdsCode>,
    /// An earlier number, for sources that key on it.
    pub superseded: Option<NhsNumber>,
    /// Sentences for the banner.
    pub caveats: Vec<String>,
}

/// Details to show: the national service's first, the host's where it has none.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShownPerson {
    pub nhs_number: NhsNumber,
    pub birth_date: FhirDate,
    pub family: String,
    pub given: Vec<String>,
    pub gender: String,
    pub title: Option<String>,
    pub preferred: Option<String>,
    pub deceased: Option<FhirDate>,
    pub address: Option<Vec<String>>,
    pub telephone: Option<String>,
}

/// One field on the interruption page, both values side by side.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    pub field: String,
    pub host: String,
    pub national: String,
}

/// Whether two family names are one, however they are written.
pub(crate) fn same_family(one: &str, other: &str) -> bool {
    fold::same(one, other)
}
/// Why the record of somebody who died long ago may be opened: a closed list.
pub const REASONS_AFTER_DEATH: [&str; 4] = ["certification", "family-care", "review-or-inquest", "other"];

const NOT_CHECKED: &str = "identity not checked nationally at this opening";
const NOT_VERIFIED: &str = "the NHS number is not verified nationally";
const SUPERSEDED: &str = "also held under an earlier NHS number";
const OTHER_PRACTICE: &str = "your system names another GP practice than the national record";
const NO_BIRTH_DATE: &str = "the national record holds no date of birth to compare";
const NO_NAME: &str = "the national record holds no name to compare";

/// What the Clinical Safety Officer decides of the comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    /// A launch goes on with a caveat while the national service is silent. Whoever came in directly never does.
    pub goes_on_untraced: bool,
    /// Another practice than the host's is said in the banner.
    pub says_other_practice: bool,
}

impl Default for Rules {
    fn default() -> Self {
        Self { goes_on_untraced: true, says_other_practice: true }
    }
}

/// Compares what the host sent with what the national service knows, by the rules as they are without a decision.
pub fn identify(launch: &Launch, trace: &Trace) -> Identity {
    identify_by(Rules::default(), launch, trace, None)
}

/// The same, by the deployment's rules; `last` is what is known of a trace of the last day, for when there is none now.
pub fn identify_by(rules: Rules, launch: &Launch, trace: &Trace, last: Option<&LastTrace>) -> Identity {
    match trace {
        // Nobody is asked about a person the host holds as sensitive, and the answer is as for one nobody knows.
        _ if launch.person.sensitive => Identity::Refused(Refusal::NoSharedRecord),
        Trace::NotFound | Trace::Invalidated => Identity::Refused(Refusal::NoSharedRecord),
        // What was hidden an hour ago is hidden while nobody can say otherwise (HAZ-023).
        Trace::DidNotAnswer if last.is_some_and(LastTrace::is_hidden) => {
            Identity::Refused(Refusal::NoSharedRecord)
        }
        // Nobody but the national service has said who it is: without it there is nobody to open (HAZ-044).
        Trace::DidNotAnswer if launch.route == Route::Direct || !rules.goes_on_untraced => {
            Identity::Refused(Refusal::HostUnreachable)
        }
        Trace::DidNotAnswer => Identity::Confirmed(untraced(&launch.person, last)),
        // Before any comparison: a mismatch page would say that a restricted person exists (HAZ-023).
        Trace::Found(traced) if traced.restricted => Identity::Refused(Refusal::NoSharedRecord),
        Trace::Found(traced) => compare(rules, &launch.person, traced),
    }
}

fn compare(rules: Rules, host: &Person, traced: &Traced) -> Identity {
    let fields = stopping(host, traced);
    if !fields.is_empty() {
        return Identity::Refused(Refusal::IdentityMismatch { fields });
    }
    let differences = interrupting(host, traced);
    let mut identified = identified(host, traced);
    if !rules.says_other_practice {
        identified.caveats.retain(|caveat| caveat != OTHER_PRACTICE);
    }
    if differences.is_empty() {
        Identity::Confirmed(identified)
    } else {
        Identity::Interrupt(identified, differences)
    }
}

/// Fields whose difference leaves no way on.
fn stopping(host: &Person, traced: &Traced) -> Vec<String> {
    let same_number =
        traced.nhs_number == host.nhs_number || traced.superseded_from.as_ref() == Some(&host.nhs_number);
    let same_birth = traced.birth_date.as_ref().is_none_or(|date| agrees(&host.birth_date, date));
    let mut fields = Vec::new();
    if !same_number {
        fields.push("NHS number".to_owned());
    }
    if !same_birth {
        fields.push("date of birth".to_owned());
    }
    fields
}

/// A national date may be a month or a year only; the host's must lie in it.
fn agrees(host: &FhirDate, national: &FhirDate) -> bool {
    use fhir::date::Precision::{Month, Year};
    let (Some(ours), Some(theirs)) = (host.first_day(), national.first_day()) else { return false };
    match national.precision() {
        Year(year) => ours.year() == year,
        Month(year, month) => (ours.year(), ours.month()) == (year, month),
        _ => ours == theirs,
    }
}

fn interrupting(host: &Person, traced: &Traced) -> Vec<Difference> {
    let usual = usual(traced);
    let mut differences = Vec::new();
    let mut note = |field: &str, host: &str, national: &str| {
        let (field, host, national) = (field.to_owned(), host.to_owned(), national.to_owned());
        differences.push(Difference { field, host, national });
    };
    if let Some(usual) = usual {
        if !traced.names.iter().any(|name| fold::same(&name.family, &host.family)) {
            note("family name", &host.family, &usual.family);
        }
        if !traced.names.iter().any(|name| fold::same_given(&name.given, &host.given)) {
            note("given name", &host.given.join(" "), &usual.given.join(" "));
        }
    }
    if let Some(gender) = traced.gender.as_deref().filter(|gender| !fold::same(gender, &host.gender)) {
        note("gender", &host.gender, gender);
    }
    differences
}

fn usual(traced: &Traced) -> Option<&Name> {
    let usual = traced.names.iter().find(|name| name.use_.as_deref() == Some("usual"));
    usual.or_else(|| traced.names.first())
}

fn identified(host: &Person, traced: &Traced) -> Identified {
    let usual = usual(traced);
    let person = ShownPerson {
        nhs_number: traced.nhs_number.clone(),
        birth_date: full_birth_date(host, traced),
        family: usual.map_or_else(|| host.family.clone(), |name| name.family.clone()),
        given: usual.map_or_else(|| host.given.clone(), |name| name.given.clone()),
        gender: traced.gender.clone().unwrap_or_else(|| host.gender.clone()),
        title: traced.title.clone(),
        preferred: traced.preferred.clone(),
        deceased: traced.deceased.clone(),
        address: traced.address.clone(),
        telephone: traced.telephone.clone(),
    };
    Identified {
        person,
        traced: traced.verified,
        practice: traced.practice.clone().filter(|_| traced.verified),
        superseded: traced.superseded_from.clone(),
        caveats: caveats(host, traced),
    }
}

/// The finer of two dates that agree.
fn full_birth_date(host: &Person, traced: &Traced) -> FhirDate {
    let full = |date: &&FhirDate| matches!(date.precision(), fhir::date::Precision::Day(_));
    traced.birth_date.as_ref().filter(full).unwrap_or(&host.birth_date).clone()
}

fn caveats(host: &Person, traced: &Traced) -> Vec<String> {
    let other_practice =
        matches!((&host.gp_ods, &traced.practice), (Some(ours), Some(theirs)) if ours != theirs);
    [
        (!traced.verified, NOT_VERIFIED),
        (traced.superseded_from.is_some(), SUPERSEDED),
        (other_practice, OTHER_PRACTICE),
        (traced.birth_date.is_none(), NO_BIRTH_DATE),
        (traced.names.is_empty(), NO_NAME),
    ]
    .into_iter()
    .filter(|(holds, _)| *holds)
    .map(|(_, words)| words.to_owned())
    .collect()
}

/// The host's signed word stands alone. The practice is named, and so asked, only where the national record named it within
/// the last day (HAZ-044).
fn untraced(host: &Person, last: Option<&LastTrace>) -> Identified {
    let practice = last.and_then(|last| last.practice.clone());
    let by_last = last.filter(|_| practice.is_some()).map(LastTrace::words);
    Identified {
        person: ShownPerson {
            nhs_number: host.nhs_number.clone(),
            birth_date: host.birth_date.clone(),
            family: host.family.clone(),
            given: host.given.clone(),
            gender: host.gender.clone(),
            title: None,
            preferred: None,
            deceased: None,
            address: None,
            telephone: None,
        },
        traced: practice.is_some(),
        practice,
        superseded: None,
        caveats: std::iter::once(NOT_CHECKED.to_owned()).chain(by_last).collect(),
    }
}

impl Identified {
    /// How many days ago the person died, by the national record. A date nobody can read is long ago: then somebody is asked
    /// for a reason that was not needed, and not the other way round.
    pub fn days_since_death(&self, today: jiff::civil::Date) -> Option<i32> {
        let died = self.person.deceased.as_ref()?;
        let days = died.first_day().and_then(|day| today.since(day).ok()).map(|span| span.get_days());
        Some(days.unwrap_or(i32::MAX))
    }
}

impl fmt::Debug for Traced {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Traced(verified: {}, …)", self.verified)
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Name(…)")
    }
}

impl fmt::Debug for ShownPerson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ShownPerson(…)")
    }
}

impl fmt::Debug for Identified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Identified(traced: {}, …)", self.traced)
    }
}

impl fmt::Debug for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Difference({}, …)", self.field)
    }
}

#[cfg(test)]
mod tests;
