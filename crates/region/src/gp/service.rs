//! The services a practice may offer: where each stands, which ASID it answers to, and which interactions it is
//! registered for at SDS. Roots and ASIDs of one are never good for another.
//! Source: GP Connect 1.6.2 and 0.7.4, Spine Directory Service integration; sources, sections 1.2, 2 and 3.

use crate::{
    outcome::Dialect,
    people::{DocumentsService, Practice},
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Service {
    Structured,
    Html,
    Documents,
}

/// What a request may be for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Interaction {
    Structured,
    StructuredMetadata,
    Html,
    HtmlMetadata,
    FindPatient,
    FindDocuments,
    ReadDocument,
    DocumentsMetadata,
}

impl Service {
    pub(crate) const ALL: [Self; 3] = [Self::Structured, Self::Html, Self::Documents];

    /// As its faults are called, behind the practice's name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Structured => "structured",
            Self::Html => "html",
            Self::Documents => "documents",
        }
    }

    /// The path below the server's origin.
    pub(crate) fn path(self, ods: &str) -> String {
        match self {
            Self::Structured => format!("/{ods}/STU3/1/gpconnect/structured/fhir"),
            Self::Html => format!("/{ods}/DSTU2/1/gpconnect/fhir"),
            Self::Documents => format!("/{ods}/STU3/1/gpconnect/documents/fhir"),
        }
    }

    /// `None`: not registered, and so not there.
    pub(crate) fn asid(self, practice: &Practice) -> Option<&'static str> {
        match (self, practice.documents) {
            (Self::Structured, _) => Some(practice.asid),
            (Self::Html, _) => practice.html.map(|_| practice.asid),
            (Self::Documents, DocumentsService::On { asid } | DocumentsService::Off { asid }) => Some(asid),
            (Self::Documents, DocumentsService::None) => None,
        }
    }

    /// Systems of one product share a key; the documents come from another product.
    pub(crate) fn party_key(self, ods: &str) -> String {
        match self {
            Self::Structured | Self::Html => format!("{ods}-801901"),
            Self::Documents => format!("{ods}-801902"),
        }
    }

    pub(crate) fn interactions(self) -> &'static [Interaction] {
        match self {
            Self::Structured => &[Interaction::Structured, Interaction::StructuredMetadata],
            Self::Html => &[Interaction::Html, Interaction::HtmlMetadata],
            Self::Documents => &[
                Interaction::FindPatient,
                Interaction::FindDocuments,
                Interaction::ReadDocument,
                Interaction::DocumentsMetadata,
            ],
        }
    }

    pub(crate) fn has(self, interaction: &str) -> bool {
        self.interactions().iter().any(|one| one.id() == interaction)
    }

    pub(crate) fn dialect(self) -> Dialect {
        match self {
            Self::Structured | Self::Documents => Dialect::GpConnect,
            Self::Html => Dialect::GpConnectHtml,
        }
    }
}

impl Interaction {
    pub(crate) const fn id(self) -> &'static str {
        match self {
            Self::Structured => "urn:nhs:names:services:gpconnect:fhir:operation:gpc.getstructuredrecord-1",
            Self::StructuredMetadata => {
                "urn:nhs:names:services:gpconnect:structured:fhir:rest:read:metadata-1"
            }
            Self::Html => "urn:nhs:names:services:gpconnect:fhir:operation:gpc.getcarerecord",
            Self::HtmlMetadata => "urn:nhs:names:services:gpconnect:fhir:rest:read:metadata",
            Self::FindPatient => "urn:nhs:names:services:gpconnect:documents:fhir:rest:search:patient-1",
            Self::FindDocuments => {
                "urn:nhs:names:services:gpconnect:documents:fhir:rest:search:documentreference-1"
            }
            Self::ReadDocument => "urn:nhs:names:services:gpconnect:documents:fhir:rest:read:binary-1",
            Self::DocumentsMetadata => "urn:nhs:names:services:gpconnect:documents:fhir:rest:read:metadata-1",
        }
    }

    pub(crate) fn service(self) -> Service {
        match self {
            Self::Structured | Self::StructuredMetadata => Service::Structured,
            Self::Html | Self::HtmlMetadata => Service::Html,
            Self::FindPatient | Self::FindDocuments | Self::ReadDocument | Self::DocumentsMetadata => {
                Service::Documents
            }
        }
    }

    /// The scopes a token must ask for.
    pub(super) fn scopes(self) -> &'static [&'static str] {
        match self {
            Self::StructuredMetadata | Self::HtmlMetadata | Self::DocumentsMetadata => {
                &["organization/*.read"]
            }
            Self::Structured | Self::Html => &["patient/*.read"],
            Self::FindPatient | Self::FindDocuments | Self::ReadDocument => &["patient/*.read", "conf/N"],
        }
    }

    /// Whether a body comes with the request.
    pub(super) fn has_body(self) -> bool {
        matches!(self, Self::Structured | Self::Html)
    }
}
