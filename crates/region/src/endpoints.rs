//! Gives where everything of a running region listens and who lives in it, as the program writes it to its ready file.

use crate::marks::Mark;
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
    /// Stands before `/patient/$gpc.getstructuredrecord`: the newer national route.
    pub national_gateway_url: String,
    /// The bearer token of that route: it stands for a professional signed in with NHS CIS2.
    pub national_gateway_token: String,
    /// Stands before `/record-locator/consumer/FHIR/R4/…`.
    pub nrl_url: String,
    /// Where staff sign in by themselves: an OpenID provider's issuer.
    pub sign_in_url: String,
    /// Where the locator's access tokens are to be had.
    pub nrl_token_url: String,
    /// PEM, PKCS #8, P-384.
    pub host_signing_key: PathBuf,
    /// What the gateway is registered as at every authorisation server of the region.
    pub client_id: String,
    /// What it signs its assertions with, under the key id `shcr-gateway-1`: PEM, PKCS #8, P-384 (ES384).
    pub client_key: PathBuf,
    /// What it shows servers that ask for a client certificate: PEM, certificate and PKCS #8 key.
    pub client_identity: PathBuf,
    /// Who signed the certificates of those servers: PEM.
    pub ca_file: PathBuf,
    /// What the host's server shows the gateway on the back channel: PEM, certificate and PKCS #8 key.
    pub host_identity: PathBuf,
    /// What the gateway shows hosts' servers there: PEM, certificate and PKCS #8 key.
    pub back_channel_identity: PathBuf,
    pub sources: Vec<SourceEndpoint>,
    /// Who is asked whether a professional and a person are connected.
    pub staff_match: Vec<StaffMatchEndpoint>,
    /// What the edge node of each partner that cannot answer live is to be set up with.
    pub edges: Vec<EdgeEndpoint>,
    pub people: Vec<PersonLine>,
    pub users: Vec<UserLine>,
    /// What every source puts into its answers, where that was asked for.
    pub marks: Vec<Mark>,
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
    /// `api-key`, `oauth2` or `mtls`; a practice is asked through the proxy and has `none`.
    pub lock: String,
    /// Where access tokens are to be had, if it asks for them.
    pub token_url: Option<String>,
}

/// One organisation, about its own staff: asked with the API key `demo`.
#[derive(Debug, Clone, Serialize)]
pub struct StaffMatchEndpoint {
    /// ODS code.
    pub organisation: String,
    pub url: String,
    /// 64 hexadecimal digits: what both sides hash under.
    pub hash_key: PathBuf,
    pub hash_key_id: String,
}

/// What one partner's edge node and those who speak with it are given. The same authority has signed every certificate;
/// each file can be read by its owner alone.
#[derive(Debug, Clone, Serialize)]
pub struct EdgeEndpoint {
    /// `ic24`, `ambulance`, …: the name its source and its faults go by.
    pub name: String,
    /// The partner's ODS code.
    pub partner_ods: String,
    pub partner_name: String,
    /// The node's own certificate for 127.0.0.1 and PKCS #8 key: PEM.
    pub server_identity: PathBuf,
    /// Who signed the certificates of those who may speak with the node: PEM.
    pub ca_file: PathBuf,
    /// The FHIR base the gateway asks: the node's public base.
    pub line_url: String,
    /// What the line shows the node as its client.
    pub line_client_identity: PathBuf,
    /// What the partner's old system shows the node when it sends.
    pub sender_identity: PathBuf,
    /// What the old system signs its manifests with: PEM, PKCS #8, P-384 (ES384).
    pub manifest_key: PathBuf,
    /// What the node checks them with: PEM, SubjectPublicKeyInfo.
    pub manifest_public: PathBuf,
    /// What the node's access log hashes NHS numbers under: 64 hexadecimal digits.
    pub access_log_key: PathBuf,
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
