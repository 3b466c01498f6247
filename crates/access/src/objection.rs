//! Takes coded signs from the registered practice's record, and what partners' registers say, gives whether the person
//! objects to sharing. Pure. Latest wins; on the same day, or undated, the objection wins; opt-outs from secondary use
//! never count (HAZ-022).
//! Source: SNOMED CT UK Edition, Read v2 and CTV3 codes for local shared electronic records; IHE PCF 1.1, base policies.

use fhir::{FhirDate, date::Precision};
use jiff::{ToSpan, civil::DateTime};
use serde::{Deserialize, Serialize};
use std::{cmp::Ordering, fmt};

const SNOMED: &str = "http://snomed.info/sct";
const READ_V2: &str = "http://read.info/readv2";
const CTV3: &str = "http://read.info/ctv3";
/// What a FHIR Consent in a partner's register says, as a sign: one of the three codes below.
pub const CONSENT: &str = "http://hl7.org/fhir/Consent";
/// Sharing for direct care is forbidden.
pub const DENY: &str = "deny";
/// Sharing for direct care is allowed.
pub const PERMIT: &str = "permit";
/// Some of it is forbidden: to some, about some things, or for a while.
pub const IN_PART: &str = "in-part";

/// One coded entry that may speak of sharing.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sign {
    pub system: String,
    pub code: String,
    pub effective: Option<FhirDate>,
    pub issued: Option<FhirDate>,
}

/// Whether the person objects.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Objection {
    #[default]
    None,
    Objected,
    /// The practice did not answer and nothing recent is known.
    Unknown,
}

impl Objection {
    /// The name in policy and audit.
    pub fn name(self) -> &'static str {
        match self {
            Objection::None => "none",
            Objection::Objected => "objected",
            Objection::Unknown => "unknown",
        }
    }
}

/// What somebody should look at. For the practice and the audit; never a reason to show more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ObjectionCaveat {
    /// An objection without a date, or with an unreadable one, was taken to stand.
    Undated,
    /// Objection and consent cannot be put in order; the objection was taken to stand.
    Contradictory,
    /// A sharing choice about a specified third party, or about a part: nothing automatic follows.
    ManualReview,
    /// An entry that its source must not release was released all the same. For the source; never for the page.
    Confidential,
}

/// What the Caldicott Guardian decides of the table of codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NoElectronicSharing {
    /// "No consent for electronic record sharing" is an objection.
    Objection,
    /// A person must read it.
    Review,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Meaning {
    Objects,
    /// By the row that is the Caldicott Guardian's.
    ObjectsElectronically,
    Withdraws,
    Review,
    /// The source must not release it.
    Confidential,
}

/// The codes that matter; every other code has no effect, opt-outs and dissents of any kind from anything else included.
const MEANINGS: [(Meaning, &str, &[&str]); 15] = [
    (Meaning::Objects, SNOMED, &["416409005"]),
    (Meaning::Withdraws, SNOMED, &["417528008", "425691002"]),
    (Meaning::Review, SNOMED, &["320011000000108"]),
    (Meaning::Objects, READ_V2, &["93C1."]),
    (Meaning::ObjectsElectronically, READ_V2, &["9Nd1."]),
    (Meaning::Withdraws, READ_V2, &["93C0.", "9Nd7."]),
    (Meaning::Review, READ_V2, &["9NdH.", "9NdJ."]),
    (Meaning::Confidential, READ_V2, &["9R1..", "9R13.", "9R14.", "9R15."]),
    (Meaning::Objects, CTV3, &["XaKRw"]),
    (Meaning::ObjectsElectronically, CTV3, &["XaKII"]),
    (Meaning::Review, CTV3, &["XaNwT", "XaNwU"]),
    (Meaning::Confidential, CTV3, &["9R1..", "9R13.", "9R14.", "9R15."]),
    (Meaning::Objects, CONSENT, &[DENY]),
    (Meaning::Withdraws, CONSENT, &[PERMIT]),
    (Meaning::Review, CONSENT, &[IN_PART]),
];

/// Weighs all signs together, in any order. An objection stands unless a withdrawal is certainly later than it.
/// Never [`Objection::Unknown`]: that is for the caller, when nobody answered.
pub fn weigh(signs: &[Sign]) -> (Objection, Vec<ObjectionCaveat>) {
    weigh_by(NoElectronicSharing::Objection, signs)
}

/// The same, by the deployment's reading of the table.
pub fn weigh_by(no_sharing: NoElectronicSharing, signs: &[Sign]) -> (Objection, Vec<ObjectionCaveat>) {
    let read = |sign: &Sign| match (read(sign)?, no_sharing) {
        (Meaning::ObjectsElectronically, NoElectronicSharing::Objection) => Some(Meaning::Objects),
        (Meaning::ObjectsElectronically, NoElectronicSharing::Review) => Some(Meaning::Review),
        (meaning, _) => Some(meaning),
    };
    let of = |meaning| signs.iter().filter(move |sign| read(sign) == Some(meaning)).collect::<Vec<_>>();
    let (objections, withdrawals) = (of(Meaning::Objects), of(Meaning::Withdraws));
    let standing: Vec<&&Sign> = objections
        .iter()
        .filter(|objection| !withdrawals.iter().any(|withdrawal| is_later(withdrawal, objection)))
        .collect();
    let undated = standing.iter().any(|objection| span(objection.effective.as_ref()).is_none());
    let tied = standing.iter().any(|objection| withdrawals.iter().any(|w| order(w, objection).is_eq()));
    let caveats = [
        (undated, ObjectionCaveat::Undated),
        (tied, ObjectionCaveat::Contradictory),
        (!of(Meaning::Review).is_empty(), ObjectionCaveat::ManualReview),
        (!of(Meaning::Confidential).is_empty(), ObjectionCaveat::Confidential),
    ];
    let caveats = caveats.into_iter().filter(|(holds, _)| *holds).map(|(_, caveat)| caveat).collect();
    (if standing.is_empty() { Objection::None } else { Objection::Objected }, caveats)
}

fn read(sign: &Sign) -> Option<Meaning> {
    let code = match sign.system.as_str() {
        READ_V2 | CTV3 => five(&sign.code),
        _ => sign.code.clone(),
    };
    MEANINGS
        .iter()
        .find(|(_, system, codes)| *system == sign.system && codes.contains(&code.as_str()))
        .map(|(meaning, ..)| *meaning)
}

/// Read codes: the first five characters, case kept; `93C1`, `93C1.00` and `93C1000` are all `93C1.`.
fn five(code: &str) -> String {
    let code = match code.len() {
        4 => format!("{code}."),
        7 if code.ends_with("000") => format!("{}.", code.chars().take(4).collect::<String>()),
        _ => code.to_owned(),
    };
    code.chars().take(5).collect()
}

fn is_later(withdrawal: &Sign, objection: &Sign) -> bool {
    order(withdrawal, objection).is_gt()
}

/// By effective date; where those overlap, by issue date; where those overlap too, neither is later.
/// A sign without a readable effective date is never later, and nothing is later than it.
fn order(one: &Sign, other: &Sign) -> Ordering {
    let (Some(a), Some(b)) = (span(one.effective.as_ref()), span(other.effective.as_ref())) else {
        return Ordering::Equal;
    };
    let by_issue = || match (span(one.issued.as_ref()), span(other.issued.as_ref())) {
        (Some(a), Some(b)) => apart(a, b),
        _ => Ordering::Equal,
    };
    apart(a, b).then_with(by_issue)
}

/// Equal unless the spans do not overlap.
fn apart((from_a, to_a): (DateTime, DateTime), (from_b, to_b): (DateTime, DateTime)) -> Ordering {
    if from_a >= to_b && from_a != from_b {
        Ordering::Greater
    } else if from_b >= to_a && from_a != from_b {
        Ordering::Less
    } else {
        Ordering::Equal
    }
}

/// From the first moment a date can mean to just after the last, in London time.
fn span(date: Option<&FhirDate>) -> Option<(DateTime, DateTime)> {
    let date = date?;
    let day = |days: jiff::Span| {
        let from = date.first_day()?.at(0, 0, 0, 0);
        Some((from, from.checked_add(days).ok()?))
    };
    match date.precision() {
        Precision::Year(_) => day(1.year()),
        Precision::Month(..) => day(1.month()),
        Precision::Day(_) => day(1.day()),
        Precision::Instant(at) => {
            Some((fhir::date::london(at).datetime(), fhir::date::london(at).datetime()))
        }
        Precision::Local(at) => Some((at, at)),
        Precision::Unreadable => None,
    }
}

impl fmt::Debug for Sign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sign(…)")
    }
}

#[cfg(test)]
mod tests;
