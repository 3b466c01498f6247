//! Takes the `[hosts.smart]` table of a host, gives its server as a provider we are a client of; refuses what the shared
//! registration refuses, and a role that is to be read from a claim without a name.

use crate::launch::oidc::{Provider, ProviderConfig, ProviderFault};
use serde::Deserialize;
use std::path::PathBuf;

/// As the configuration writes it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SmartConfig {
    /// The base address of its FHIR server: `iss` of the launch, letter for letter.
    pub iss: String,
    /// The `iss` of its identity tokens; the same unless it says otherwise.
    pub issuer: Option<String>,
    pub jwks_url: String,
    pub client_id: String,
    pub key_file: PathBuf,
    pub key_id: String,
    pub endpoint_hosts: Vec<String>,
    pub algorithms: Vec<String>,
    /// Where the professional's role stands.
    pub roles_from: RolesFrom,
    /// The claim of the identity token that names the role, where it stands there.
    pub role_claim: Option<String>,
    /// The claim that names the organisation by its code; without one the host's only organisation is meant.
    pub organisation_claim: Option<String>,
    /// Whether it can be asked when the professional last signed in.
    #[serde(default)]
    pub asks_auth_time: bool,
}

/// Registered for each host, never guessed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RolesFrom {
    IdToken,
    /// Asked with one scope more.
    PractitionerRole,
}

/// A host's SMART server.
#[derive(Debug, Clone)]
pub(crate) struct Smart {
    pub(crate) iss: String,
    pub(crate) provider: Provider,
    pub(crate) roles_from: RolesFrom,
    pub(crate) role_claim: Option<String>,
    pub(crate) organisation_claim: Option<String>,
    pub(crate) asks_auth_time: bool,
}

impl SmartConfig {
    /// Everything wrong with it but the key file.
    pub fn faults(&self, training: bool) -> Vec<ProviderFault> {
        let mut faults = self.provider().faults(training);
        if !crate::launch::oidc::is_safe(&self.iss, training) || self.iss.ends_with('/') {
            faults.push(ProviderFault {
                key: "iss",
                what: "the base address must be https and end without a slash",
                fix: "write it as the host sends it in `iss`, such as `https://ehr.example/fhir/r4`",
            });
        }
        if self.roles_from == RolesFrom::IdToken && self.role_claim.is_none() {
            faults.push(ProviderFault {
                key: "roles_from",
                what: "the role stands in the identity token, but no claim is named",
                fix: "add `role_claim`, or set `roles_from = \"practitioner-role\"`",
            });
        }
        faults
    }

    fn provider(&self) -> ProviderConfig {
        ProviderConfig {
            issuer: self.issuer.clone().unwrap_or_else(|| self.iss.clone()),
            jwks_url: self.jwks_url.clone(),
            client_id: self.client_id.clone(),
            key_file: self.key_file.clone(),
            key_id: self.key_id.clone(),
            endpoint_hosts: self.endpoint_hosts.clone(),
            algorithms: self.algorithms.clone(),
        }
    }
}

impl Smart {
    /// `host`: its client id with us.
    pub(crate) fn register(host: &str, config: &SmartConfig, training: bool) -> Result<Smart, ProviderFault> {
        if let Some(fault) = config.faults(training).into_iter().next() {
            return Err(fault);
        }
        let provider = Provider::register(format!("{host}/smart"), &config.provider(), training)?;
        Ok(Self {
            iss: config.iss.clone(),
            provider,
            roles_from: config.roles_from,
            role_claim: config.role_claim.clone(),
            organisation_claim: config.organisation_claim.clone(),
            asks_auth_time: config.asks_auth_time,
        })
    }
}
