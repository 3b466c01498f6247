//! Who looks at whom: invented people, the professionals of one host, and the launches its server signs.

use crate::program::tests::doors::Host;
use serde_json::{Value, json};
use std::sync::OnceLock;
use web::gateway::TokenRequest;

/// Where the host's key set would be.
pub(super) const JWKS_URL: &str = "http://127.0.0.1:1/jwks.json";

/// Somebody whose record is opened.
pub(super) struct Person {
    pub(super) number: &'static str,
    pub(super) family: &'static str,
    pub(super) given: &'static str,
    pub(super) born: &'static str,
    pub(super) gender: &'static str,
}

pub(super) const PERSONS: [Person; 3] = [
    Person {
        number: "9990000018",
        family: "Testpatient",
        given: "Doreen",
        born: "1935-08-14",
        gender: "female",
    },
    Person { number: "9990000026", family: "Sample", given: "Edwin", born: "1948-02-03", gender: "male" },
    Person { number: "9990000034", family: "Specimen", given: "Maud", born: "1961-11-30", gender: "female" },
];

/// Somebody who looks.
pub(super) struct Professional {
    pub(super) sub: &'static str,
    name: &'static str,
    organisation: &'static str,
    role: &'static str,
}

pub(super) const PROFESSIONALS: [Professional; 3] = [
    Professional { sub: "u-1", name: "Dr N Example", organisation: "ZZ910", role: "DOCTOR" },
    Professional { sub: "u-2", name: "Nurse O Example", organisation: "ZZ910", role: "NURSE" },
    Professional { sub: "u-3", name: "P Example", organisation: "ZZ911", role: "CPN" },
];

/// The host's server and its key set: one key for the whole run, which takes long to make.
pub(super) fn host() -> &'static (Host, Value) {
    static HOST: OnceLock<(Host, Value)> = OnceLock::new();
    HOST.get_or_init(|| Host::made(JWKS_URL.to_owned()))
}

/// A launch as the host's server asks for it, with ids of its own.
pub(super) fn launch(person: usize, professional: usize, host_session: Option<u64>) -> TokenRequest {
    let (person, professional) = (&PERSONS[person], &PROFESSIONALS[professional]);
    host().0.request_with(|launch| {
        launch["sub"] = json!(professional.sub);
        if let Some(session) = host_session {
            launch["host_session"] = json!(format!("host-session-{session}"));
        }
        let patient = &mut launch["patient"];
        patient["identifier"][0]["value"] = json!(person.number);
        patient["birthDate"] = json!(person.born);
        patient["name"] = json!({"family": person.family, "given": [person.given]});
        patient["gender"] = json!(person.gender);
        let iua = &mut launch["extensions"]["ihe_iua"];
        iua["subject_name"] = json!(professional.name);
        iua["subject_organization_id"] = json!(professional.organisation);
        iua["subject_role"] = json!([professional.role]);
    })
}
