//! Gives where everything of a running region listens and who lives in it, as the program writes it to its ready file.

use serde::Serialize;
use std::path::PathBuf;

/// Every address of a running region. URLs have no slash at the end.
#[derive(Debug, Clone, Serialize)]
pub struct Endpoints {
    pub host_url: String,
    pub host_client_id: String,
    pub host_jwks_url: String,
    pub control_url: String,
    /// Stands before `/personal-demographics/FHIR/R4/…`.
    pub pds_url: String,
    /// Stands before `/spine-directory/FHIR/R4/…`.
    pub sds_url: String,
    /// Stands before `/` and the whole target URL.
    pub ssp_url: String,
    /// PEM, PKCS #8, P-384.
    pub host_signing_key: PathBuf,
    pub sources: Vec<SourceEndpoint>,
    pub people: Vec<PersonLine>,
    pub users: Vec<UserLine>,
}

/// One source as federation is to be told of it.
#[derive(Debug, Clone, Serialize)]
pub struct SourceEndpoint {
    /// `gp:ZZ901`, `acute`, …: the name its faults go by.
    pub name: String,
    /// The partner's ODS code.
    pub partner: String,
    /// `gp-connect-stu3`, `fhir-r4` or `fhir-stu3`.
    pub kind: String,
    /// The service root: what stands before `/metadata`.
    pub url: String,
}

/// One synthetic person and what to look for in their record.
#[derive(Clone, Serialize)]
pub struct PersonLine {
    pub nhs_number: String,
    pub name: String,
    pub story: String,
    pub story_key: String,
}

impl std::fmt::Debug for PersonLine {
    /// People here are invented, and their identifiers still never reach a log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PersonLine({})", self.story_key)
    }
}

/// One person who may sign in to the demo host.
#[derive(Debug, Clone, Serialize)]
pub struct UserLine {
    pub login: String,
    pub name: String,
    /// As the host names it: the gateway's role map translates.
    pub role: String,
    /// ODS code.
    pub organisation: String,
}
