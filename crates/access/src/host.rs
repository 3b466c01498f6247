//! Takes the registered hosts of the configuration, gives each with its role map and the organisations it may name;
//! refuses weak algorithms, plain http beyond this machine, and organisations the agreement does not know.
//! Nothing about a host is learned at run time. Source: RFC 7517, RFC 7518, RFC 6454.

use crate::{
    jwt,
    keys::Issuer,
    launch::{
        oidc::ProviderFault,
        smart::{Smart, SmartConfig},
    },
    organisation::{Organisation, Organisations},
    role::RoleMap,
    session,
    table::TableFault,
};
use fhir::OdsCode;
use jsonwebtoken::Algorithm;
use serde::Deserialize;
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

/// The only algorithms a host may sign launches with.
pub const ALGORITHMS: [&str; 3] = ["ES384", "PS384", "RS384"];

/// One host as the configuration writes it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HostConfig {
    pub client_id: String,
    /// For the page: "your system".
    pub name: String,
    /// `https`, or `http` on this machine's loopback.
    pub jwks_url: String,
    /// The organisations whose users it may name.
    pub organisations: Vec<OdsCode>,
    /// Origins that may frame the page.
    #[serde(default)]
    pub frame_origins: Vec<String>,
    /// Of ES384, PS384, RS384.
    pub algorithms: Vec<String>,
    /// Its role map, relative to the policy directory.
    pub roles: PathBuf,
    /// Whether a new chart ends the earlier view.
    #[serde(default = "yes")]
    pub single_context: bool,
    /// Assurance level (1 to 3) by `acr` value; anything else is 1.
    #[serde(default)]
    pub assurance: BTreeMap<String, u8>,
    /// Its SMART server, where it has one.
    pub smart: Option<SmartConfig>,
}

impl HostConfig {
    /// Files of the deployment's that it names.
    pub fn paths_mut(&mut self) -> impl Iterator<Item = &mut PathBuf> {
        self.smart.iter_mut().map(|smart| &mut smart.key_file)
    }
}

fn yes() -> bool {
    true
}

/// A host that may launch.
#[derive(Debug, Clone)]
pub struct Host {
    pub client_id: String,
    pub name: String,
    pub frame_origins: Vec<String>,
    pub single_context: bool,
    /// Whose signature its launches carry.
    pub(crate) issuer: Issuer,
    pub(crate) smart: Option<Smart>,
    pub(crate) organisations: Vec<Organisation>,
    pub(crate) roles: RoleMap,
    pub(crate) assurance: BTreeMap<String, u8>,
    /// Hash of everything registered about it, for the audit.
    pub(crate) configuration_hash: String,
}

/// Why the hosts are refused, before a port opens.
#[derive(Debug, thiserror::Error)]
pub enum HostFault {
    #[error("`{path}` cannot be read")]
    Read { path: PathBuf, source: std::io::Error },
    #[error("`{path}` is refused")]
    Table { path: PathBuf, source: TableFault },
    #[error("host `{host}` is registered twice")]
    Twice { host: String },
    #[error("host `{host}`: {what}")]
    Registration { host: String, what: &'static str },
    #[error("host `{host}`, `[hosts.smart]`")]
    Smart { host: String, source: ProviderFault },
    #[error("hosts `{one}` and `{other}` have the same `iss`")]
    SameIss { one: String, other: String },
}

/// Every registered host, by client id.
#[derive(Debug, Clone, Default)]
pub struct Hosts(BTreeMap<String, Host>);

impl Hosts {
    /// Reads `organisations.csv` and the hosts' role maps from `policy_dir`.
    pub fn load(configs: Vec<HostConfig>, policy_dir: &Path) -> Result<Hosts, HostFault> {
        Self::load_in(false, configs, policy_dir)
    }

    /// The same; in training a SMART server may be on this machine, without TLS (HAZ-054).
    pub fn load_in(training: bool, configs: Vec<HostConfig>, policy_dir: &Path) -> Result<Hosts, HostFault> {
        let path = policy_dir.join("organisations.csv");
        let organisations = Organisations::read(&text(&path)?)
            .map_err(|source| HostFault::Table { path: path.clone(), source })?;
        let mut hosts: BTreeMap<String, Host> = BTreeMap::new();
        for config in configs {
            let client_id = config.client_id.clone();
            let smart = config.smart.as_ref().map(|smart| Smart::register(&client_id, smart, training));
            let smart =
                smart.transpose().map_err(|source| HostFault::Smart { host: client_id.clone(), source })?;
            let iss = |smart: &Option<Smart>| smart.as_ref().map(|smart| smart.iss.clone());
            let other = hosts.values().find(|other| smart.is_some() && iss(&other.smart) == iss(&smart));
            if let Some(other) = other {
                return Err(HostFault::SameIss { one: other.client_id.clone(), other: client_id });
            }
            let host = Host { smart, ..register(config, &organisations, policy_dir)? };
            if hosts.insert(client_id.clone(), host).is_some() {
                return Err(HostFault::Twice { host: client_id });
            }
        }
        Ok(Hosts(hosts))
    }

    /// Everybody whose keys may be asked for on behalf of a host.
    pub fn issuers(&self) -> impl Iterator<Item = &Issuer> {
        let smart =
            self.0.values().filter_map(|host| host.smart.as_ref()).map(|smart| &smart.provider.issuer);
        self.0.values().map(|host| &host.issuer).chain(smart)
    }

    /// The host whose SMART server that is, byte for byte.
    pub(crate) fn by_iss(&self, iss: &str) -> Option<(&Host, &Smart)> {
        let mut with = self.0.values().filter_map(|host| host.smart.as_ref().map(|smart| (host, smart)));
        with.find(|(_, smart)| smart.iss == iss)
    }

    #[cfg(test)]
    pub(crate) fn smart_mut(&mut self, client_id: &str) -> &mut Smart {
        self.0.get_mut(client_id).unwrap().smart.as_mut().unwrap()
    }

    pub fn find(&self, client_id: &str) -> Option<&Host> {
        self.0.get(client_id)
    }
}

fn register(config: HostConfig, known: &Organisations, policy_dir: &Path) -> Result<Host, HostFault> {
    let refuse = |what| HostFault::Registration { host: config.client_id.clone(), what };
    check(&config).map_err(refuse)?;
    let organisations: Option<Vec<_>> =
        config.organisations.iter().map(|ods| known.find(ods).cloned()).collect();
    let organisations = organisations
        .filter(|all| !all.is_empty())
        .ok_or_else(|| refuse("names no organisation, or one the agreement does not know"))?;
    let path = policy_dir.join(&config.roles);
    let roles =
        RoleMap::read(&text(&path)?).map_err(|source| HostFault::Table { path: path.clone(), source })?;
    let configuration_hash = session::hex(&session::hash(format!("{config:?}").as_bytes()));
    let algorithms = algorithms(&config.algorithms, &ALGORITHMS)
        .ok_or_else(|| refuse("algorithms are of ES384, PS384, RS384"))?;
    Ok(Host {
        issuer: Issuer { id: config.client_id.clone(), jwks_url: config.jwks_url, algorithms },
        client_id: config.client_id,
        name: config.name,
        frame_origins: config.frame_origins,
        single_context: config.single_context,
        assurance: config.assurance,
        smart: None,
        organisations,
        roles,
        configuration_hash,
    })
}

fn check(config: &HostConfig) -> Result<(), &'static str> {
    if config.client_id.is_empty() || config.name.is_empty() {
        return Err("the client id and the name are required");
    }
    if !is_safe_url(&config.jwks_url) {
        return Err("the key address must be https, or http on loopback, without user or fragment");
    }
    if !config.frame_origins.iter().all(|origin| is_origin(origin)) {
        return Err("a frame origin is scheme, host and port, and nothing else");
    }
    if !config.assurance.values().all(|level| (1..=3).contains(level)) {
        return Err("assurance levels are 1 to 3");
    }
    Ok(())
}

/// Each of them allowed, and at least one.
pub(crate) fn algorithms(names: &[String], allowed: &[&str]) -> Option<Vec<Algorithm>> {
    let known = |name: &String| jwt::ALGORITHMS.iter().find(|(known, _)| known == name);
    let find =
        |name: &String| known(name).filter(|(name, _)| allowed.contains(name)).map(|(_, found)| *found);
    names.iter().map(find).collect::<Option<Vec<_>>>().filter(|all| !all.is_empty())
}

pub(crate) fn is_safe_url(text: &str) -> bool {
    let Ok(url) = reqwest::Url::parse(text) else { return false };
    let plain = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
    plain && (url.scheme() == "https" || (url.scheme() == "http" && is_loopback(&url)))
}

fn is_loopback(url: &reqwest::Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address: Result<std::net::IpAddr, _> = host.trim_matches(['[', ']']).parse();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

/// Exactly an origin: it goes into a response header, so nothing but its own serialisation passes.
fn is_origin(text: &str) -> bool {
    is_safe_url(text) && reqwest::Url::parse(text).is_ok_and(|url| url.origin().ascii_serialization() == text)
}

fn text(path: &Path) -> Result<String, HostFault> {
    std::fs::read_to_string(path).map_err(|source| HostFault::Read { path: path.to_owned(), source })
}

#[cfg(test)]
mod tests;
