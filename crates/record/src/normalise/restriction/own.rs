//! Takes one entry, says whether it is restricted by what it says of itself: a label on any part of it, a listed concept anywhere in
//! it, a listed service as its author or place, a listed kind of document. Source: access.md section 9, points 1 to 3.

use super::{OF_A_SERVICE, is_about_nobody};
use crate::normalise::resource::Resource;
use crate::normalise::{document, filing};
use crate::restrictions::Restrictions;
use fhir::coding::SNOMED_CT;
use fhir::{Json, Object};
use std::collections::HashSet;

/// Who does things, and where.
const PARTIES: [&str; 7] = [
    "Organization",
    "HealthcareService",
    "Location",
    "PractitionerRole",
    "Practitioner",
    "Device",
    "Endpoint",
];
const DOCUMENTS: [&str; 3] = ["DocumentReference", "Composition", "DocumentManifest"];
/// Entries whose kind may name the service.
const CONTACTS: [&str; 9] = [
    "Encounter",
    "Appointment",
    "ReferralRequest",
    "ServiceRequest",
    "ProcedureRequest",
    "EpisodeOfCare",
    "CareTeam",
    "Task",
    "Communication",
];
const OF_A_CONTACT: [&str; 4] = ["type", "category", "code", "class"];
/// And the member that names one by a place.
const BY_PLACE: &str = "location";
/// Members that hold words.
const WORDS: [&str; 6] = ["text", "display", "name", "alias", "title", "description"];
/// A person's name is no service, a narrative is no name, and a section's heading is of a document, not of its author.
const PASSED_OVER: [&str; 4] = ["subject", "patient", "div", "section"];
/// What an entry is called, where it may come without a code.
const CALLED: [&str; 5] = ["code", "medicationCodeableConcept", "vaccineCode", "type", "reasonCode"];
/// A role names an organisation, a location its organisation: no further.
const STEPS: usize = 3;

pub(super) fn is_party(resource_type: &str) -> bool {
    PARTIES.contains(&resource_type)
}

/// The names of the listed services among the entries, and of the roles that are theirs.
pub(super) fn parties(entries: &[Resource<'_>]) -> HashSet<String> {
    let all: Vec<&Resource<'_>> = entries.iter().filter(|entry| is_party(&entry.resource_type)).collect();
    let own = all.iter().filter(|party| is_listed(party)).filter_map(|party| party.name());
    let mut listed: HashSet<String> = own.collect();
    for _ in 0..STEPS {
        let before = listed.len();
        if before == 0 {
            break;
        }
        let theirs: Vec<String> =
            all.iter().filter(|party| refers(party, &listed)).filter_map(|party| party.name()).collect();
        listed.extend(theirs);
        if listed.len() == before {
            break;
        }
    }
    listed
}

pub(super) fn is_restricted(entry: &Resource<'_>, listed: &HashSet<String>) -> bool {
    if is_about_nobody(&entry.resource_type) {
        return false;
    }
    filing::is_labelled(entry)
        || contained(entry).iter().any(filing::is_labelled)
        || (entry.resource_type == "Composition" && document::is_restricted(entry))
        || is_listed(entry)
        || (!listed.is_empty() && refers(entry, listed))
}

fn contained<'a>(entry: &Resource<'a>) -> Vec<Resource<'a>> {
    entry.object.items("contained").into_iter().filter_map(|json| entry.inside(json)).collect()
}

/// Whether it refers, anywhere in it, to one of these.
fn refers(entry: &Resource<'_>, names: &HashSet<String>) -> bool {
    let mut found = false;
    super::links::references(entry, &mut |_, reference| {
        found |= entry.name_behind(reference).is_some_and(|name| names.contains(&name));
    });
    found
}

/// Whether anything it says stands in a list of the agreement.
pub(in crate::normalise) fn is_listed(entry: &Resource<'_>) -> bool {
    let lists = entry.shelf.restrictions;
    is_called_so(entry, lists)
        || (lists.may_concern(entry.json.as_sent()) && Look::of(entry).object("", &entry.object, false))
}

/// Without a code, by exactly the words of a listed concept.
fn is_called_so(entry: &Resource<'_>, lists: &Restrictions) -> bool {
    let concepts = CALLED.iter().flat_map(|key| entry.concepts(key));
    let uncoded = concepts.filter(|concept| concept.code_in(SNOMED_CT).is_none());
    uncoded.into_iter().any(|concept| concept.words().is_some_and(|words| lists.has_term(words)))
}

/// A closer look at one entry.
struct Look<'l> {
    lists: &'l Restrictions,
    is_document: bool,
    is_contact: bool,
    is_party: bool,
}

impl<'l> Look<'l> {
    fn of(entry: &Resource<'l>) -> Self {
        let kind = entry.resource_type.as_str();
        Self {
            lists: entry.shelf.restrictions,
            is_document: DOCUMENTS.contains(&kind),
            is_contact: CONTACTS.contains(&kind),
            is_party: is_party(kind),
        }
    }

    /// `names_service`: the words here are those of a service.
    fn object(&self, key: &str, object: &Object<'_>, names_service: bool) -> bool {
        let is_reference = object.get("reference").is_some()
            || object.get("identifier").is_some_and(|i| i.object().is_some());
        let names_service = names_service
            || self.is_party
            || OF_A_SERVICE.contains(&key)
            || key == BY_PLACE
            || (self.is_contact && OF_A_CONTACT.contains(&key))
            || object.text("resourceType").is_some_and(|kind| is_party(&kind));
        let said_here =
            names_service || is_reference || self.is_document || (self.is_contact && key.is_empty());
        self.is_code(object)
            || self.is_organisation(object)
            || object.members().any(|(name, value)| {
                (said_here && WORDS.contains(&name.as_ref()) && self.is_named(value))
                    || (!PASSED_OVER.contains(&name.as_ref()) && self.value(name, value, names_service))
                    || (name == "section" && self.sections(value))
            })
    }

    fn value(&self, key: &str, value: Json<'_>, names_service: bool) -> bool {
        let text = value.as_sent();
        if text.starts_with('[') {
            return value.items().into_iter().any(|item| self.value(key, item, names_service));
        }
        text.starts_with('{') && value.object().is_some_and(|object| self.object(key, &object, names_service))
    }

    /// Codes of sections count, their words do not: most records have a heading for what they then say nothing of.
    fn sections(&self, value: Json<'_>) -> bool {
        let coded = Look { is_document: false, is_contact: false, ..*self };
        value.items().into_iter().any(|section| coded.value("", section, false))
    }

    fn is_code(&self, object: &Object<'_>) -> bool {
        let Some(code) = object.text("code") else { return false };
        let system = object.text("system");
        let system = system.as_deref();
        self.lists.has_concept(system, &code)
            || self.lists.has_service_code(system, &code)
            || (self.is_document && self.lists.has_document_code(system, &code))
    }

    fn is_organisation(&self, object: &Object<'_>) -> bool {
        let is_ods =
            object.text("system").is_some_and(|system| system.to_ascii_lowercase().contains("/ods-"));
        is_ods && object.text("value").is_some_and(|ods| self.lists.has_organisation(&ods))
    }

    /// A string, or several.
    fn is_named(&self, value: Json<'_>) -> bool {
        value.items().into_iter().filter_map(Json::text).any(|words| {
            self.lists.names_service(&words) || (self.is_document && self.lists.names_document(&words))
        })
    }
}
