//! Takes a resource, gives who made it and which version of it this is: names as written, ids as sent.
//! Source: sources.md 1.5 (business identifiers), section 17.

use super::resource::{Resource, text, words};
use crate::item::Provenance;
use fhir::Object;

/// The laboratory's own number: the key that joins a practice's and a trust's copy of a report.
const LABORATORY_REPORT: &str = "2.16.840.1.113883.2.1.4.5.5";
const NHS_NUMBER: &str = "https://fhir.nhs.uk/Id/nhs-number";
/// Where authors stand, the nearest to authorship first.
const AUTHORS: [&str; 10] = [
    "author",
    "asserter",
    "recorder",
    "requester",
    "performer",
    "practitioner",
    "participant",
    "informationSource",
    "source",
    "sender",
];
const ORGANISATIONS: [&str; 4] = ["custodian", "serviceProvider", "managingOrganization", "organization"];

pub(crate) fn read(resource: &Resource<'_>) -> Provenance {
    let meta = resource.object.object("meta").unwrap_or_default();
    let author = AUTHORS.iter().find_map(|key| party(resource, key));
    let organisation = ORGANISATIONS.iter().find_map(|key| name(resource, &resource.object.object(key)?));
    let (author, author_role, its_organisation) =
        author.map_or((None, None, None), |party| (party.name, party.role, party.organisation));
    Provenance {
        resource_type: resource.resource_type.clone(),
        id: resource.id.clone(),
        version: text(&meta, "versionId"),
        last_updated: text(&meta, "lastUpdated"),
        business: business(resource),
        author,
        author_role,
        organisation: organisation.or(its_organisation),
        contact: resource.encounter(),
    }
}

/// The person or body behind a member: name, role, organisation.
#[derive(Default)]
pub(crate) struct Party {
    pub(crate) name: Option<String>,
    pub(crate) role: Option<String>,
    pub(crate) organisation: Option<String>,
}

/// The party of the first readable reference in a member, plain or under `actor`, `agent`, `individual`, `member`.
pub(crate) fn party(resource: &Resource<'_>, key: &str) -> Option<Party> {
    resource.object.objects(key).iter().find_map(|object| party_of(resource, object))
}

pub(crate) fn party_of<'a>(resource: &Resource<'a>, object: &Object<'a>) -> Option<Party> {
    let nested = ["actor", "agent", "individual", "member"].iter().find_map(|key| object.object(key));
    let reference = nested.as_ref().unwrap_or(object);
    let mut party = match resource.follow(reference) {
        Some(target) => described(&target),
        None => Party { name: text(reference, "display"), ..Party::default() },
    };
    party.name = party.name.or_else(|| text(reference, "display"));
    party.role = party.role.or_else(|| words(object, "role")).or_else(|| words(object, "function"));
    party.organisation =
        party.organisation.or_else(|| object.object("onBehalfOf").and_then(|body| name(resource, &body)));
    (party.name.is_some() || party.organisation.is_some()).then_some(party)
}

/// The name behind a reference: what it is called in the reply, else its display.
pub(crate) fn name<'a>(resource: &Resource<'a>, reference: &Object<'a>) -> Option<String> {
    let target = resource.follow(reference).map(|target| described(&target));
    target.and_then(|party| party.name.or(party.organisation)).or_else(|| text(reference, "display"))
}

/// The name behind a reference that stands in a member of a backbone element.
pub(crate) fn name_in<'a>(resource: &Resource<'a>, holder: &Object<'a>, key: &str) -> Option<String> {
    name(resource, &holder.object(key)?)
}

fn described(target: &Resource<'_>) -> Party {
    match target.resource_type.as_str() {
        "PractitionerRole" => {
            let person = target.object.object("practitioner").and_then(|person| plain_name(target, &person));
            let organisation =
                target.object.object("organization").and_then(|body| plain_name(target, &body));
            Party { name: person.or_else(|| organisation.clone()), role: target.words("code"), organisation }
        }
        "Patient" => Party { name: Some("the person".into()), ..Party::default() },
        "Practitioner" | "RelatedPerson" => Party { name: human_name(&target.object), ..Party::default() },
        "Organization" => {
            let name = target.text("name");
            Party { organisation: name.clone(), name, role: None }
        }
        _ => Party { name: target.text("name"), ..Party::default() },
    }
}

/// The name a role refers to, without going further: a role that names a role would lead in a circle (HAZ-041).
fn plain_name<'a>(role: &Resource<'a>, reference: &Object<'a>) -> Option<String> {
    let target = role.follow(reference).filter(|target| target.resource_type != "PractitionerRole");
    target.and_then(|target| described(&target).name).or_else(|| text(reference, "display"))
}

/// `Dr Ada Example`, or the text the source wrote.
pub(crate) fn human_name(object: &Object<'_>) -> Option<String> {
    let name = object.object("name")?;
    let joined = |key: &str| -> Vec<String> {
        name.items(key).into_iter().filter_map(|part| part.text().map(|text| text.into_owned())).collect()
    };
    let parts: Vec<String> = ["prefix", "given", "family"].iter().flat_map(|key| joined(key)).collect();
    text(&name, "text").or_else(|| (!parts.is_empty()).then(|| parts.join(" ")))
}

/// The first telephone number among the contact points.
pub(crate) fn telephone(object: &Object<'_>) -> Option<String> {
    let points = object.objects("telecom");
    let phone = points.iter().find(|point| matches!(point.text("system").as_deref(), Some("phone" | "sms")));
    phone.and_then(|point| text(point, "value"))
}

/// The identifier that outlives the resource id: the laboratory's, else the first with a system.
fn business(resource: &Resource<'_>) -> Option<(String, String)> {
    let mut candidates = resource.object.objects("identifier");
    candidates.extend(resource.object.objects("masterIdentifier"));
    let pair = |identifier: &Object<'_>| {
        let system = text(identifier, "system")?.trim().to_owned();
        Some((system, text(identifier, "value")?)).filter(|(system, _)| system != NHS_NUMBER)
    };
    let pairs: Vec<(String, String)> = candidates.iter().filter_map(pair).collect();
    let laboratory = pairs.iter().find(|(system, _)| system.ends_with(LABORATORY_REPORT)).cloned();
    let laboratory = laboratory.map(|(_, value)| (format!("urn:oid:{LABORATORY_REPORT}"), value));
    laboratory.or_else(|| pairs.into_iter().next())
}
