//! Takes a searchset of Consents, gives what those in force say about sharing for direct care, and whether they are this
//! person's. Advance decisions, research and other purposes say nothing here. Pure; HAZ-004, HAZ-022.
//! Source: FHIR R4 and STU3 Consent; IHE PCF 1.1, base policies.

use crate::subject::{OnePatient, Person, nhs_numbers};
use access::objection::{CONSENT, DENY, IN_PART, PERMIT, Sign};
use fhir::{
    FhirDate, Object,
    bundle::{Bundle, Entry},
    coding::Concept,
    date::Precision,
    nhs_number,
};
use jiff::civil::Date;

const SCOPE: &str = "patient-privacy";
/// The base policies of IHE PCF: what holds unless a provision says otherwise.
const FORBIDDING: [&str; 2] = [
    "https://profiles.ihe.net/ITI/PCF/Policy-break-glass-only",
    "https://profiles.ihe.net/ITI/PCF/Policy-deny",
];
const ALLOWING: [&str; 2] = [
    "https://profiles.ihe.net/ITI/PCF/Policy-basic-normal",
    "https://profiles.ihe.net/ITI/PCF/Policy-all-normal",
];
/// Purposes of use that are direct care; a Consent that names others only is about something else.
const CARE: [&str; 4] = ["TREAT", "ETREAT", "CAREMGT", "BTG"];
/// What makes a provision speak of a part: to whom, about which data, from when.
const NARROWING: [&str; 6] = ["actor", "class", "code", "data", "dataPeriod", "securityLabel"];

/// What one searchset says.
pub(super) struct Said {
    pub(super) signs: Vec<Sign>,
    pub(super) whose: Whose,
    /// Nothing of it was left out or could not be read.
    pub(super) is_whole: bool,
}

/// Whom its Consents are about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whose {
    ThisPersons,
    /// One of them at least.
    SomebodyElses,
    NotSaid,
}

/// `None`: not the answer to a search. `base` is the server's own address.
pub(super) fn read(bundle: &Bundle<'_>, person: &Person, base: &str, today: Date) -> Option<Said> {
    if bundle.entries.is_empty() && bundle.kind != "searchset" {
        return None;
    }
    let consents: Vec<&Entry<'_>> = bundle.of_type("Consent").collect();
    let count = consents.len() as u64;
    let is_whole =
        bundle.next.is_none() && bundle.unreadable == 0 && bundle.total.is_none_or(|total| total <= count);
    Some(Said {
        signs: consents.iter().filter_map(|entry| sign(&entry.resource, today)).collect(),
        whose: whose(bundle, &consents, person, base),
        is_whole,
    })
}

/// By the Patient that came with them; without one, by the number each Consent carries itself.
fn whose(bundle: &Bundle<'_>, consents: &[&Entry<'_>], person: &Person, base: &str) -> Whose {
    if consents.is_empty() {
        return Whose::ThisPersons;
    }
    let patients: Vec<&Entry<'_>> = bundle.of_type("Patient").collect();
    let are_numbered = patients.iter().all(|patient| !nhs_numbers(&patient.resource).is_empty());
    let named = patients.iter().map(|patient| OnePatient::new(person, patient, base));
    match named.reduce(|one, other| one.replacing(&other)) {
        Some(one) if !one.is_all(bundle) => Whose::SomebodyElses,
        Some(_) if are_numbered && consents.iter().all(|entry| entry.resource.get("patient").is_some()) => {
            Whose::ThisPersons
        }
        Some(_) => Whose::NotSaid,
        None => by_number(consents, person),
    }
}

fn by_number(consents: &[&Entry<'_>], person: &Person) -> Whose {
    let number = |entry: &&Entry<'_>| {
        let identifier = entry.resource.object("patient")?.object("identifier")?;
        let is_nhs = identifier.text("system").as_deref() == Some(nhs_number::SYSTEM);
        identifier.text("value").filter(|_| is_nhs).map(|value| value.into_owned())
    };
    let numbers: Vec<Option<String>> = consents.iter().map(number).collect();
    if numbers.iter().flatten().any(|number| !person.has(number)) {
        Whose::SomebodyElses
    } else if numbers.iter().all(Option::is_some) {
        Whose::ThisPersons
    } else {
        Whose::NotSaid
    }
}

/// What one Consent says, if it is in force and about sharing for direct care.
fn sign(consent: &Object<'_>, today: Date) -> Option<Sign> {
    if consent.text("status")? != "active" {
        return None;
    }
    // In STU3 what narrows a Consent stands in the Consent itself.
    let provision = consent.object("provision");
    let own = provision.as_ref().unwrap_or(consent);
    let base = BasePolicy::of(consent);
    let is_about_sharing = base.is_some() || has_scope(consent);
    if !is_about_sharing || !is_in_force(own, today) || !is_for_care(own) {
        return None;
    }
    let stated = own.text("type").filter(|_| provision.is_some());
    let forbids = base == Some(BasePolicy::Forbids) || stated.as_deref() == Some("deny");
    let is_narrowed = NARROWING.iter().any(|key| !own.items(key).is_empty());
    let code = match (forbids, is_narrowed) {
        (true, false) => DENY,
        (true, true) => IN_PART,
        (false, _) if forbids_some(own) => IN_PART,
        // Allowing some takes no objection back.
        (false, true) => return None,
        (false, false) => PERMIT,
    };
    Some(Sign {
        system: CONSENT.to_owned(),
        code: code.to_owned(),
        effective: consent.text("dateTime").map(|text| FhirDate::parse(&text)),
        issued: None,
    })
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum BasePolicy {
    Forbids,
    Allows,
}

impl BasePolicy {
    /// The stricter, where several are named.
    fn of(consent: &Object<'_>) -> Option<Self> {
        let policies = consent.objects("policy");
        let uris = policies.iter().filter_map(|policy| Some(policy.text("uri")?.into_owned()));
        // An address in STU3, a concept in R4.
        let rule = consent.text("policyRule").map(|uri| uri.into_owned());
        let concept = consent.object("policyRule").map(|rule| Concept::read(&rule));
        let codes = concept.into_iter().flat_map(|concept| concept.codings).filter_map(|coding| coding.code);
        let named: Vec<String> = uris.chain(rule).chain(codes).collect();
        let is_any = |of: &[&str]| named.iter().any(|uri| of.contains(&uri.as_str()));
        match (is_any(&FORBIDDING), is_any(&ALLOWING)) {
            (true, _) => Some(BasePolicy::Forbids),
            (false, true) => Some(BasePolicy::Allows),
            (false, false) => None,
        }
    }
}

fn has_scope(consent: &Object<'_>) -> bool {
    let scope = consent.object("scope").map(|scope| Concept::read(&scope));
    scope.is_some_and(|scope| scope.codings.iter().any(|coding| coding.code.as_deref() == Some(SCOPE)))
}

fn is_for_care(provision: &Object<'_>) -> bool {
    let purposes = provision.objects("purpose");
    let is_care =
        |purpose: &Object<'_>| purpose.text("code").is_some_and(|code| CARE.contains(&code.as_ref()));
    purposes.is_empty() || purposes.iter().any(is_care)
}

/// Provisions inside an allowing one; `except` in STU3.
fn forbids_some(provision: &Object<'_>) -> bool {
    let inner = provision.objects("provision").into_iter().chain(provision.objects("except"));
    inner.into_iter().any(|inner| inner.text("type").as_deref() == Some("deny") && is_for_care(&inner))
}

/// A bound that cannot be read bounds nothing.
fn is_in_force(provision: &Object<'_>, today: Date) -> bool {
    let period = provision.object("period");
    let bound = |key| Some(FhirDate::parse(&period.as_ref()?.text(key)?));
    let is_begun = bound("start").and_then(|start| start.first_day()).is_none_or(|start| start <= today);
    let is_over = bound("end").is_some_and(|end| {
        let is_coarse = matches!(end.precision(), Precision::Year(_) | Precision::Month(..));
        !is_coarse && end.first_day().is_some_and(|end| end < today)
    });
    is_begun && !is_over
}
