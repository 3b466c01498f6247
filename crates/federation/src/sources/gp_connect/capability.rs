//! What may be asked of a practice: one line per interaction, with the media type, the scope and the token its
//! specification wants. Records for migration, registration, booking and every write have no line here.
//! Source: GP Connect 1.6.2 (interaction ids, JWT scopes); Access Record: HTML 0.7.4.

use crate::national::token::Shape;

/// One interaction.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Capability {
    pub(super) interaction: &'static str,
    /// As its specification spells it: no blank before the charset.
    pub(super) media_type: &'static str,
    pub(super) scope: &'static str,
    pub(super) token: Shape,
}

const STU3: &str = "application/fhir+json;charset=utf-8";
const DSTU2: &str = "application/json+fhir;charset=utf-8";

pub(super) static STRUCTURED: Capability =
    stu3("urn:nhs:names:services:gpconnect:fhir:operation:gpc.getstructuredrecord-1");
pub(super) static FIND_PATIENT: Capability =
    stu3("urn:nhs:names:services:gpconnect:documents:fhir:rest:search:patient-1");
pub(super) static FIND_DOCUMENTS: Capability =
    stu3("urn:nhs:names:services:gpconnect:documents:fhir:rest:search:documentreference-1");
pub(super) static READ_DOCUMENT: Capability =
    stu3("urn:nhs:names:services:gpconnect:documents:fhir:rest:read:binary-1");
pub(super) static HTML_VIEW: Capability = Capability {
    interaction: "urn:nhs:names:services:gpconnect:fhir:operation:gpc.getcarerecord",
    media_type: DSTU2,
    scope: "patient/*.read",
    token: Shape::Dstu2,
};

const fn stu3(interaction: &'static str) -> Capability {
    Capability { interaction, media_type: STU3, scope: "patient/*.read conf/N", token: Shape::Stu3 }
}
