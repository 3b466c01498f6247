//! Takes a Bundle and the one Patient asked about, says whether everything in it is about that person. One stray
//! subject condemns the whole reply (HAZ-004). Source: FHIR R4 2.3.0 (references); access rules, identity.

use fhir::{
    Json, NhsNumber, Object,
    bundle::{Bundle, Entry, type_and_id},
    nhs_number,
};

/// Comparing a source's Patient with the person asked about.
pub(crate) mod demographics;

/// Where a resource says whom it is about.
const SUBJECTS: [&str; 4] = ["subject", "patient", "beneficiary", "for"];

/// The person asked about, as traced or as the host signed.
#[derive(Clone)]
pub(crate) struct Person {
    /// The current number first, then earlier ones of the same person.
    pub(crate) numbers: Vec<NhsNumber>,
    pub(crate) birth_date: Option<fhir::FhirDate>,
    pub(crate) families: Vec<String>,
    pub(crate) given: Vec<String>,
    pub(crate) gender: Option<String>,
}

impl Person {
    pub(crate) fn number(&self) -> Option<&NhsNumber> {
        self.numbers.first()
    }

    pub(crate) fn has(&self, number: &str) -> bool {
        NhsNumber::parse(number).is_ok_and(|number| self.numbers.contains(&number))
    }
}

/// The one Patient, as its server names it: other servers' ids mean nothing here.
#[derive(Clone)]
pub(crate) struct OnePatient {
    person: Person,
    id: Option<String>,
    /// Ids of records of the same person that the server has replaced by this one.
    replaced: Vec<String>,
    /// Absolute addresses and `urn:` names that are this Patient's.
    urls: Vec<String>,
    identifiers: Vec<(Option<String>, String)>,
    /// Inside a document or message: addresses and names of its places and warnings. A warning may be about a place, a form
    /// about a warning; each such entry is compared itself.
    things: Vec<String>,
}

/// What an entry of a message may be about beside a person.
const THINGS: [&str; 2] = ["Location", "Flag"];

impl OnePatient {
    /// `base_url`: of the server whose ids these are.
    pub(crate) fn new(person: &Person, patient: &Entry<'_>, base_url: &str) -> Self {
        let at_base = patient.id.iter().map(|id| format!("{base_url}/Patient/{id}"));
        let urls = at_base.chain(patient.full_url.clone()).collect();
        let identifiers = patient.resource.objects("identifier");
        let identifiers = identifiers.iter().filter_map(identifier).collect();
        let (person, id) = (person.clone(), patient.id.clone());
        Self { person, id, replaced: Vec::new(), urls, identifiers, things: Vec::new() }
    }

    /// The same, after the server replaced another of its records of this person by this one: entries may name either.
    pub(crate) fn replacing(mut self, earlier: &Self) -> Self {
        self.replaced.extend(earlier.id.clone());
        self.urls.extend(earlier.urls.iter().cloned());
        self.identifiers.extend(earlier.identifiers.iter().cloned());
        self
    }

    pub(crate) fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// Whether every resource of the Bundle, contained ones too, is about this person or about nobody.
    pub(crate) fn is_all(&self, bundle: &Bundle<'_>) -> bool {
        #[cfg(feature = "testing")]
        if crate::network::has(crate::network::Planted::EntriesOfAnybody) {
            return true;
        }
        bundle.entries.iter().all(|entry| self.is_of(&entry.resource, &[], false))
    }

    /// Whether a lone resource is about this person or about nobody.
    pub(crate) fn is_about(&self, resource: &Object<'_>) -> bool {
        self.is_of(resource, &[], false)
    }

    fn is_of(&self, resource: &Object<'_>, siblings: &[Object<'_>], is_contained: bool) -> bool {
        match resource.text("resourceType").as_deref() {
            Some("Patient") => return self.is_the_patient(resource, is_contained),
            // A document or message is a world of its own: its references mean its own entries.
            Some("Bundle") => return Bundle::of(resource).is_some_and(|bundle| self.is_nested(&bundle)),
            _ => {}
        }
        let contained = resource.objects("contained");
        let known = if is_contained { siblings } else { &contained };
        let mut subjects = SUBJECTS.iter().flat_map(|key| resource.objects(key));
        subjects.all(|subject| self.is_subject(&subject, known))
            && contained.iter().all(|inner| self.is_of(inner, &contained, true))
            && self.members_mention_only(resource)
    }

    /// Every Patient inside must carry the person's number; what its entries are about must be one of these, or the Patient
    /// of the server that sent it.
    fn is_nested(&self, bundle: &Bundle<'_>) -> bool {
        let mut within = self.clone();
        for patient in bundle.of_type("Patient") {
            if !self.is_the_patient(&patient.resource, true) {
                return false;
            }
            within = Self::new(&self.person, patient, "").replacing(&within);
        }
        let things = THINGS.iter().flat_map(|kind| bundle.of_type(kind));
        within.things = things
            .flat_map(|thing| {
                let named = thing.id.iter().map(|id| format!("{}/{id}", thing.resource_type));
                named.chain(thing.full_url.clone())
            })
            .collect();
        within.is_all(bundle)
    }

    /// A Patient with an NHS number must have the person's; one without must be the very Patient of this server.
    fn is_the_patient(&self, patient: &Object<'_>, is_contained: bool) -> bool {
        let numbers = nhs_numbers(patient);
        if numbers.is_empty() {
            return !is_contained && self.id.is_some() && patient.text("id").as_deref() == self.id();
        }
        numbers.iter().all(|number| self.person.has(number))
    }

    /// A subject must resolve to the person. One that names nobody (words only) proves nothing and condemns nothing.
    fn is_subject(&self, subject: &Object<'_>, contained: &[Object<'_>]) -> bool {
        let by_identifier = subject.object("identifier").as_ref().and_then(identifier);
        if by_identifier.is_some_and(|identifier| !self.is_identifier(&identifier)) {
            return false;
        }
        let Some(reference) = subject.text("reference") else {
            return true;
        };
        match reference.strip_prefix('#') {
            // A contained Patient was itself compared; a contained anything else is not a person.
            Some(id) => contained.iter().any(|inner| is_patient_with_id(inner, id)),
            None => self.is_thing(&reference) || self.is_reference(&reference),
        }
    }

    /// Whether it leads to an entry of the same Bundle that is nobody.
    fn is_thing(&self, reference: &str) -> bool {
        self.things.iter().any(|thing| thing == reference)
    }

    fn is_identifier(&self, (system, value): &(Option<String>, String)) -> bool {
        match system.as_deref() {
            Some(nhs_number::SYSTEM) => self.person.has(value),
            _ => self.identifiers.iter().any(|(s, v)| s == system && v == value),
        }
    }

    fn is_reference(&self, reference: &str) -> bool {
        let reference = reference.split("/_history/").next().unwrap_or(reference);
        if self.urls.iter().any(|url| url == reference) {
            return true;
        }
        let named = reference.strip_prefix("Patient/");
        named.is_some_and(|id| self.id() == Some(id) || self.replaced.iter().any(|replaced| replaced == id))
    }

    fn members_mention_only(&self, object: &Object<'_>) -> bool {
        let members = object.keys().filter(|key| *key != "contained");
        members.flat_map(|key| object.items(key)).all(|value| self.mentions_only(value))
    }

    /// Looks for other Patients anywhere below, such as among the participants of an appointment.
    fn mentions_only(&self, value: Json<'_>) -> bool {
        let text = value.as_sent();
        // Most of a record cannot name a Patient; an escape could hide one.
        if !text.contains("Patient") && !text.contains('\\') {
            return true;
        }
        if text.starts_with('[') {
            return value.items().into_iter().all(|item| self.mentions_only(item));
        }
        let Some(object) = value.object() else {
            return true;
        };
        if object.get("resourceType").is_some() {
            return self.is_of(&object, &[], true);
        }
        let named = object.text("reference").filter(|reference| names_a_patient(reference));
        let is_patient = object.text("type").as_deref() == Some("Patient");
        let numbered = object.object("identifier").filter(|_| is_patient).as_ref().and_then(identifier);
        named.is_none_or(|reference| self.is_reference(&reference))
            && numbered.is_none_or(|identifier| self.is_identifier(&identifier))
            && self.members_mention_only(&object)
    }
}

/// Whether a resource says whom it is about. One that does not proves nothing.
pub(crate) fn has_subject(resource: &Object<'_>) -> bool {
    let mut subjects = SUBJECTS.iter().flat_map(|key| resource.objects(key));
    subjects.any(|subject| {
        let by_identifier = subject.object("identifier").as_ref().and_then(identifier);
        subject.text("reference").is_some() || by_identifier.is_some()
    })
}

/// The NHS numbers a Patient carries, as sent.
pub(crate) fn nhs_numbers(patient: &Object<'_>) -> Vec<String> {
    let identifiers = patient.objects("identifier");
    let numbers = identifiers.iter().filter_map(identifier);
    numbers
        .filter(|(system, _)| system.as_deref() == Some(nhs_number::SYSTEM))
        .map(|(_, value)| value)
        .collect()
}

fn identifier(object: &Object<'_>) -> Option<(Option<String>, String)> {
    let value = object.text("value")?.trim().to_owned();
    let system = object.text("system").map(|system| system.trim().to_owned());
    (!value.is_empty()).then_some((system, value))
}

fn is_patient_with_id(resource: &Object<'_>, id: &str) -> bool {
    resource.text("resourceType").as_deref() == Some("Patient") && resource.text("id").as_deref() == Some(id)
}

fn names_a_patient(reference: &str) -> bool {
    type_and_id(reference).is_some_and(|name| name.starts_with("Patient/"))
}

#[cfg(test)]
mod tests;
