//! One service of a practice as the directory has it, as a Device (its ASID) and as an Endpoint (its root).
//! Source: Spine Directory Service FHIR API (R4); sources, section 5.

use super::{INTERACTION, PARTY_KEY};
use crate::{gp::service::Service, people::Practice};
use serde_json::{Value, json};

#[derive(Debug, Clone)]
pub(crate) struct Registered {
    pub(crate) practice: Practice,
    pub(crate) service: Service,
    /// Its service root.
    pub(crate) root: String,
    pub(crate) asid: &'static str,
}

impl Registered {
    pub(super) fn party_key(&self) -> String {
        self.service.party_key(self.practice.ods)
    }

    /// A second registration that nobody took away when the practice changed its system.
    pub(super) fn other(&self) -> Self {
        Self { root: format!("{}-old", self.root), asid: "918999190000", ..self.clone() }
    }

    /// Registered, and neither number nor address filled in.
    pub(super) fn blank(self) -> Self {
        Self { root: String::new(), asid: "", ..self }
    }

    fn id(&self, kind: &str) -> String {
        let old = if self.root.ends_with("-old") { "-old" } else { "" };
        format!("{kind}-{}-{}{old}", self.practice.ods, self.service.name())
    }

    pub(super) fn device(&self) -> Value {
        json!({
            "resourceType": "Device",
            "id": self.id("device"),
            "identifier": [
                {"system": "https://fhir.nhs.uk/Id/nhsSpineASID", "value": self.asid},
                {"system": PARTY_KEY, "value": self.party_key()},
            ],
            "extension": self.interactions(),
            "owner": {"identifier": {"system": fhir::ods::SYSTEM, "value": self.practice.ods}},
        })
    }

    pub(super) fn endpoint(&self) -> Value {
        json!({
            "resourceType": "Endpoint",
            "id": self.id("endpoint"),
            "status": "active",
            "connectionType": {
                "system": "http://terminology.hl7.org/CodeSystem/endpoint-connection-type",
                "code": "hl7-fhir-rest",
            },
            "payloadType": [{"coding": [{
                "system": "http://terminology.hl7.org/CodeSystem/endpoint-payload-type",
                "code": "any",
            }]}],
            "address": self.root,
            "managingOrganization": {
                "identifier": {"system": fhir::ods::SYSTEM, "value": self.practice.ods},
            },
            "identifier": [
                {"system": "https://fhir.nhs.uk/Id/nhsMhsFQDN", "value": "127.0.0.1"},
                {"system": PARTY_KEY, "value": self.party_key()},
                {"system": "https://fhir.nhs.uk/Id/nhsMhsCPAId", "value": self.id("cpa")},
                {"system": "https://fhir.nhs.uk/Id/nhsMHSId", "value": self.id("cpa")},
            ],
            "extension": self.interactions(),
        })
    }

    fn interactions(&self) -> Value {
        let one = |interaction: &str| {
            json!({
                "url": "https://fhir.nhs.uk/StructureDefinition/Extension-SDS-NhsServiceInteractionId",
                "valueReference": {"identifier": {"system": INTERACTION, "value": interaction}},
            })
        };
        self.service.interactions().iter().map(|interaction| one(interaction.id())).collect()
    }
}
