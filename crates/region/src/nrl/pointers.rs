//! Gives every pointer of the region: one for each document of a type the locator knows, as its holder would have
//! registered it, and a few that lead to a telephone or may not be seen.
//! Source: NRL consumer API, DocumentReference; sources, section 6.

use super::{provider, types};
use crate::{
    payload::{self, DocumentIds},
    people::{
        Person,
        facts::{Document, Flaw},
        partner::Partner,
        when::When,
    },
    world::World,
};
use fhir::NhsNumber;
use jiff::civil::Date;
use serde_json::{Value, json};

const ODS: &str = "https://fhir.nhs.uk/Id/ods-organization-code";
const SNOMED: &str = "http://snomed.info/sct";
const CRISIS_PLAN: &str = "736253002";
const CONTINGENCY_PLAN: &str = "325691000000100";
const RECORD_FOLDER: &str = "16521000000101";

/// Where documents are to be had.
pub(crate) struct Addresses {
    /// FHIR base of each partner, by name.
    pub(crate) partners: Vec<(&'static str, String)>,
    /// The proxy, with `http://`.
    pub(crate) ssp: String,
    /// The server whose documents are fetched through the proxy.
    pub(crate) provider: String,
}

/// One pointer.
pub(super) struct Pointer {
    pub(super) id: String,
    pub(super) person: NhsNumber,
    pub(super) kind: &'static types::Kind,
    /// ODS code.
    pub(super) custodian: &'static str,
    pub(super) resource: Value,
}

pub(super) fn all(world: &World, addresses: &Addresses) -> Vec<Pointer> {
    let registry = Registry { addresses, today: world.today };
    world.people.iter().flat_map(|person| registry.of(person)).collect()
}

struct Registry<'a> {
    addresses: &'a Addresses,
    today: Date,
}

/// A document and the partner that has registered it.
pub(super) struct Registered<'a> {
    person: &'a Person,
    partner: Partner,
    fact: &'a Document,
    /// Its place among the person's documents.
    pub(super) at: usize,
    pub(super) ids: DocumentIds,
    kind: &'static types::Kind,
    /// The pointer this one has taken the place of.
    replaces: Option<String>,
}

impl Registry<'_> {
    fn of(&self, person: &Person) -> Vec<Pointer> {
        let mut pointers: Vec<Pointer> = Vec::new();
        for partner in Partner::REST.into_iter().filter(|partner| person.is_known_to(*partner)) {
            for registered in registered(person, partner, self.today) {
                pointers.push(self.pointer(&registered));
            }
        }
        if person.story_key == "crisis" {
            pointers.extend(self.telephone(person));
        }
        if person.story_key == "falls" {
            pointers.extend(self.folder(person));
        }
        pointers
    }

    fn pointer(&self, registered: &Registered<'_>) -> Pointer {
        let Registered { person, partner, fact, ids, kind, replaces, .. } = registered;
        let attachment = payload::papers::paper(fact).map(|paper| {
            json!({
                "contentType": paper.content_type,
                "language": "en-GB",
                "url": self.url(*partner, &ids.binary),
                "size": paper.size,
                "hash": paper.hash,
                "title": fact.title,
                "creation": fact.on.instant(self.today),
            })
        });
        let proxied = *partner == provider::HOLDER;
        let related = proxied.then(|| {
            let system = "https://fhir.nhs.uk/Id/nhsSpineASID";
            json!([{"identifier": {"system": system, "value": provider::ASID}}])
        });
        let pointer = Draft {
            person,
            partner: *partner,
            kind,
            id: pointer_id(*partner, &ids.reference),
            status: if fact.superseded { "superseded" } else { "current" },
            on: fact.on.instant(self.today),
            attachment,
            format: ("urn:nhs-ic:unstructured", "Unstructured Document"),
        };
        let replaces = replaces.as_ref().map(|old| {
            let target = json!({"type": "DocumentReference", "identifier": {"value": old}});
            json!([{"code": "replaces", "target": target}])
        });
        pointer.with(&[("relatesTo", json!(replaces)), ("related", json!(related))])
    }

    /// Through the proxy for the trust that asks for it, straight from the partner's server elsewhere.
    fn url(&self, partner: Partner, binary: &str) -> Option<String> {
        if partner == provider::HOLDER {
            let target = percent_encoded(&provider::url(&self.addresses.provider, binary));
            let proxy = self.addresses.ssp.strip_prefix("http://")?;
            return Some(format!("ssp://{proxy}/{target}"));
        }
        let slug = partner.profile().slug;
        let (_, base) = self.addresses.partners.iter().find(|(name, _)| *name == slug)?;
        Some(format!("{base}/Binary/{binary}"))
    }

    /// Nothing to fetch: somebody to ring.
    fn telephone(&self, person: &Person) -> Option<Pointer> {
        let partner = provider::HOLDER;
        let profile = partner.profile();
        let ids = payload::document_ids(partner, person, "contact", self.today);
        let draft = Draft {
            person,
            partner,
            kind: types::kind(CONTINGENCY_PLAN)?,
            id: pointer_id(partner, &ids.reference),
            status: "current",
            on: When::Day(30).instant(self.today),
            attachment: Some(json!({
                "contentType": "text/html",
                "url": format!("tel:{}", profile.telephone),
                "title": "Crisis line for professionals, all hours",
            })),
            format: ("urn:nhs-ic:record-contact", "Contact details (HTTP Unsecured)"),
        };
        Some(draft.with(&[]))
    }

    /// Of a type nobody agreed to share: it is there, and must not be seen.
    fn folder(&self, person: &Person) -> Option<Pointer> {
        let partner = Partner::Acute;
        let ids = payload::document_ids(partner, person, "folder", self.today);
        let draft = Draft {
            person,
            partner,
            kind: types::kind(RECORD_FOLDER)?,
            id: pointer_id(partner, &ids.reference),
            status: "current",
            on: When::Day(2500).instant(self.today),
            attachment: Some(json!({
                "contentType": "application/pdf",
                "url": self.url(partner, &ids.binary),
                "title": "Lloyd George record folder",
            })),
            format: ("urn:nhs-ic:unstructured", "Unstructured Document"),
        };
        Some(draft.with(&[]))
    }
}

/// The documents of a partner that it has told the locator of.
pub(super) fn registered<'a>(person: &'a Person, partner: Partner, today: Date) -> Vec<Registered<'a>> {
    let mut found: Vec<Registered<'a>> = Vec::new();
    for (at, fact) in person.story_facts.documents.iter().enumerate() {
        let kind = fact.kind.code.and_then(types::kind);
        let (Some(kind), true, Flaw::None) = (kind, fact.at.contains(&partner), fact.flaw) else { continue };
        let ids = payload::document_ids(partner, person, &at.to_string(), today);
        found.push(Registered { person, partner, fact, at, ids, kind, replaces: None });
    }
    let old = found.iter().find(|one| one.fact.superseded);
    let old = old.map(|one| (one.kind, pointer_id(partner, &one.ids.reference)));
    if let Some((kind, old)) = old
        && let Some(new) = found.iter_mut().find(|one| one.kind == kind && !one.fact.superseded)
    {
        new.replaces = Some(old);
    }
    found
}

/// What every pointer has.
struct Draft<'a> {
    person: &'a Person,
    partner: Partner,
    kind: &'static types::Kind,
    id: String,
    status: &'static str,
    on: Option<String>,
    attachment: Option<Value>,
    format: (&'static str, &'static str),
}

impl Draft<'_> {
    /// `related` stands in the context, everything else beside what every pointer has.
    fn with(self, more: &[(&str, Value)]) -> Pointer {
        let custodian = self.partner.profile().ods;
        let person = json!({
            "identifier": {"system": fhir::nhs_number::SYSTEM, "value": self.person.nhs_number.digits()},
        });
        let organisation = json!({"identifier": {"system": ODS, "value": custodian}});
        let (format, display) = self.format;
        let (category, category_display) = self.kind.category.coding();
        let coded = |code: &str, display: &str| json!({"coding": [{"system": SNOMED, "code": code, "display": display}]});
        let own = |name: &str| more.iter().find(|(own, _)| *own == name).map(|(_, value)| value);
        let mental = self.partner == Partner::Eput;
        let resource = json!({
            "resourceType": "DocumentReference",
            "id": self.id,
            "meta": {"lastUpdated": self.on},
            "status": self.status,
            "docStatus": "final",
            "type": coded(self.kind.code, self.kind.display),
            "category": [coded(category, category_display)],
            "subject": person,
            "date": self.on,
            "author": [organisation],
            "custodian": organisation,
            "relatesTo": own("relatesTo"),
            "securityLabel": (self.kind.code == CRISIS_PLAN).then(very_restricted),
            "content": [{
                "extension": [stability()],
                "attachment": self.attachment,
                "format": {"system": FORMATS, "code": format, "display": display},
            }],
            "context": {
                "period": {"start": self.on},
                "practiceSetting": mental.then(|| coded("788002001", "Adult mental health service")),
                "sourcePatientInfo": person,
                "related": own("related"),
            },
        });
        let resource = payload::pruned(resource);
        Pointer { id: self.id, person: self.person.nhs_number.clone(), kind: self.kind, custodian, resource }
    }
}

const FORMATS: &str = "https://fhir.nhs.uk/England/CodeSystem/England-NRLFormatCode";

fn very_restricted() -> Value {
    let system = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality";
    json!([{"coding": [{"system": system, "code": "V", "display": "very restricted"}]}])
}

fn stability() -> Value {
    json!({
        "url": "https://fhir.nhs.uk/England/StructureDefinition/Extension-England-ContentStability",
        "valueCodeableConcept": {"coding": [{
            "system": "https://fhir.nhs.uk/England/CodeSystem/England-NRLContentStability",
            "code": "static",
            "display": "static",
        }]},
    })
}

fn pointer_id(partner: Partner, id: &str) -> String {
    format!("{}-{id}", partner.profile().ods)
}

/// Everything that could be read as part of another URL.
fn percent_encoded(url: &str) -> String {
    let encode = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
        other => format!("%{other:02X}"),
    };
    url.bytes().map(encode).collect()
}
