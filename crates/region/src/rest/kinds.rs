//! The resource types partners serve, as data: search parameters, and where an `_include` finds its references.
//! Source: FHIR R4, search parameters of each resource; sources paper section 7, the table of searches.

/// A type of resource.
#[derive(Debug)]
pub(super) struct Kind {
    pub(super) name: &'static str,
    /// Parameters of its own; `patient` and the common ones go with every clinical type.
    pub(super) parameters: &'static [&'static str],
    /// `_include` name and the elements that hold the references, outermost first.
    pub(super) includes: &'static [(&'static str, &'static [&'static str])],
}

pub(super) fn kind(name: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| kind.name == name)
}

const fn plain(name: &'static str) -> Kind {
    Kind { name, parameters: &["patient"], includes: &[] }
}

const MEDICATION: &[(&str, &[&str])] = &[("medication", &["medicationReference"])];

const KINDS: [Kind; 20] = [
    Kind { name: "Patient", parameters: &["identifier", "_id"], includes: &[] },
    plain("AllergyIntolerance"),
    Kind { name: "MedicationRequest", parameters: &["patient"], includes: MEDICATION },
    Kind { name: "MedicationStatement", parameters: &["patient"], includes: MEDICATION },
    plain("Condition"),
    plain("Procedure"),
    Kind {
        name: "DiagnosticReport",
        parameters: &["patient"],
        includes: &[("result", &["result"]), ("specimen", &["specimen"])],
    },
    Kind {
        name: "Observation",
        parameters: &["patient", "category"],
        includes: &[("specimen", &["specimen"])],
    },
    plain("Immunization"),
    Kind {
        name: "Encounter",
        parameters: &["patient"],
        includes: &[("location", &["location", "location"]), ("participant", &["participant", "individual"])],
    },
    plain("EpisodeOfCare"),
    Kind { name: "Appointment", parameters: &["patient", "date"], includes: &[] },
    plain("ServiceRequest"),
    plain("ReferralRequest"),
    Kind {
        name: "CareTeam",
        parameters: &["patient"],
        includes: &[("participant", &["participant", "member"])],
    },
    plain("DocumentReference"),
    Kind { name: "CarePlan", parameters: &["patient"], includes: &[("goal", &["goal"])] },
    plain("QuestionnaireResponse"),
    Kind {
        name: "Consent",
        parameters: &["patient", "patient.identifier", "scope"],
        includes: &[("patient", &["patient"])],
    },
    plain("Flag"),
];
