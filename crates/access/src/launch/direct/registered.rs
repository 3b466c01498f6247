//! Takes the `[direct]` table, gives the provider, the role map and the partners it is on for; refuses a partner that fewer
//! than two people enabled, and organisations the agreement does not know.

use super::Place;
use crate::{
    keys::Issuer,
    launch::oidc::{Provider, ProviderConfig, ProviderFault},
    organisation::{Organisation, Organisations},
    role::RoleMap,
    session,
    table::TableFault,
};
use fhir::OdsCode;
use serde::Deserialize;
use std::path::{Path, PathBuf};

/// As the configuration writes it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DirectConfig {
    /// Off unless it says so.
    #[serde(default)]
    pub enabled: bool,
    /// For the page: where the professional signs in.
    pub name: String,
    pub issuer: String,
    pub jwks_url: String,
    pub client_id: String,
    pub key_file: PathBuf,
    pub key_id: String,
    pub endpoint_hosts: Vec<String>,
    pub algorithms: Vec<String>,
    /// How strongly the professional must sign in: `AAL2_OR_AAL3_ANY` or `AAL3_ANY`.
    pub acr: String,
    /// The map from national job roles, relative to the policy directory.
    pub roles: PathBuf,
    /// Of a hundred openings, how many a second person looks at.
    #[serde(default = "all")]
    pub review_percent: u8,
    #[serde(default)]
    pub partners: Vec<PartnerConfig>,
}

fn all() -> u8 {
    100
}

/// A partner whose people may come in this way.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartnerConfig {
    pub ods: OdsCode,
    /// Two people.
    pub approved_by: Vec<String>,
}

/// Direct access, where it is on.
#[derive(Debug, Clone)]
pub struct Direct {
    pub(crate) place: Place,
    pub(crate) provider: Provider,
    /// Where the professional signs in.
    pub name: String,
    pub(crate) acr: String,
    pub(crate) roles: RoleMap,
    pub(crate) partners: Vec<Organisation>,
    pub review_percent: u8,
    pub(crate) configuration_hash: String,
}

/// Why direct access is refused, before a port opens.
#[derive(Debug, thiserror::Error)]
pub enum DirectFault {
    #[error("`{path}` cannot be read")]
    Read { path: PathBuf, source: std::io::Error },
    #[error("`{path}` is refused")]
    Table { path: PathBuf, source: TableFault },
    #[error("`[direct]`")]
    Registration(#[from] ProviderFault),
}

/// The strengths of sign-in a deployment may ask for.
const ACR: [&str; 2] = ["AAL2_OR_AAL3_ANY", "AAL3_ANY"];

impl DirectConfig {
    /// Everything wrong with it but its files.
    pub fn faults(&self, training: bool) -> Vec<ProviderFault> {
        let mut faults = self.provider().faults(training);
        if !ACR.contains(&self.acr.as_str()) {
            let what = "not a strength of sign-in that is accepted";
            faults.push(ProviderFault { key: "acr", what, fix: "write `AAL2_OR_AAL3_ANY` or `AAL3_ANY`" });
        }
        if self.review_percent > 100 {
            let what = "of a hundred openings no more than a hundred can be reviewed";
            faults.push(ProviderFault { key: "review_percent", what, fix: "write a number from 0 to 100" });
        }
        if !self.partners.iter().all(PartnerConfig::is_approved) {
            faults.push(ProviderFault {
                key: "partners",
                what: "a partner is enabled by two different people",
                fix: "write both names in `approved_by`",
            });
        }
        faults
    }

    pub fn paths_mut(&mut self) -> impl Iterator<Item = &mut PathBuf> {
        std::iter::once(&mut self.key_file)
    }

    fn provider(&self) -> ProviderConfig {
        ProviderConfig {
            issuer: self.issuer.clone(),
            jwks_url: self.jwks_url.clone(),
            client_id: self.client_id.clone(),
            key_file: self.key_file.clone(),
            key_id: self.key_id.clone(),
            endpoint_hosts: self.endpoint_hosts.clone(),
            algorithms: self.algorithms.clone(),
        }
    }
}

impl PartnerConfig {
    fn is_approved(&self) -> bool {
        matches!(self.approved_by.as_slice(), [one, two] if !one.trim().is_empty() && !two.trim().is_empty() && one != two)
    }
}

impl Direct {
    /// `None` where the configuration does not enable it.
    pub fn load(
        training: bool,
        config: Option<&DirectConfig>,
        policy_dir: &Path,
        place: Place,
    ) -> Result<Option<Direct>, DirectFault> {
        let Some(config) = config.filter(|config| config.enabled) else { return Ok(None) };
        if let Some(fault) = config.faults(training).into_iter().next() {
            return Err(fault.into());
        }
        let path = policy_dir.join("organisations.csv");
        let known =
            Organisations::read(&text(&path)?).map_err(|source| DirectFault::Table { path, source })?;
        let partners: Option<Vec<_>> =
            config.partners.iter().map(|partner| known.find(&partner.ods).cloned()).collect();
        let unknown = ProviderFault {
            key: "partners",
            what: "a partner is not an organisation of the agreement",
            fix: "write its code as `organisations.csv` has it",
        };
        let path = policy_dir.join(&config.roles);
        let roles = RoleMap::read(&text(&path)?).map_err(|source| DirectFault::Table { path, source })?;
        Ok(Some(Direct {
            place,
            provider: Provider::register(place.id.to_owned(), &config.provider(), training)?,
            name: config.name.clone(),
            acr: config.acr.clone(),
            roles,
            partners: partners.ok_or(unknown)?,
            review_percent: config.review_percent,
            configuration_hash: session::hex(&session::hash(format!("{config:?}").as_bytes())),
        }))
    }

    /// Whose keys may be asked for on its behalf.
    pub fn issuer(&self) -> &Issuer {
        &self.provider.issuer
    }

    /// Whether an opening, known by a hash of its own, is among those a second person looks at.
    pub fn is_reviewed(&self, opening_hash: &[u8; 32]) -> bool {
        let [first, second, ..] = *opening_hash;
        u16::from_be_bytes([first, second]) % 100 < u16::from(self.review_percent)
    }
}

fn text(path: &Path) -> Result<String, DirectFault> {
    std::fs::read_to_string(path).map_err(|source| DirectFault::Read { path: path.to_owned(), source })
}
