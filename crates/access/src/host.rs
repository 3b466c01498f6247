//! Takes the registered hosts of the configuration, gives each with its role map and the organisations it may name;
//! refuses weak algorithms, plain http beyond this machine, and organisations the agreement does not know.
//! Nothing about a host is learned at run time. Source: RFC 7517, RFC 7518, RFC 6454.

/// Identities from elsewhere that a host may bring.
mod exchange;
/// Encrypted addresses of a host that can do no better.
mod legacy;
/// What it may ask for.
pub(crate) mod scope;

pub use exchange::{CodeConfig, ExchangeConfig, ProviderConfig};
pub(crate) use exchange::{Exchange, Provider};
pub use legacy::LegacyConfig;
pub(crate) use legacy::{Encoding, Field, Legacy, unhex};
pub use scope::Scope;

use crate::{
    certificate::{Certificate, Channel, Registered},
    jwt,
    keys::Issuer,
    launch::{
        Route,
        oidc::ProviderFault,
        smart::{Smart, SmartConfig},
    },
    organisation::{Organisation, Organisations},
    policy::{HostMap, Policy},
    role::{Maps, RoleMap},
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

/// The national job roles, where a host is registered for them.
pub(crate) const NATIONAL_ROLES: &str = "roles/national.csv";

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
    /// Whether the job role of a smartcard is taken where that map has no row for anything the host claims.
    #[serde(default)]
    pub national_roles: bool,
    /// Whether a new chart ends the earlier view.
    #[serde(default = "yes")]
    pub single_context: bool,
    /// Assurance level (1 to 3) by `acr` value; anything else is 1.
    #[serde(default)]
    pub assurance: BTreeMap<String, u8>,
    /// The ways in that it may use: `signed`, `exchange`, `form`, `legacy`.
    #[serde(default = "signed")]
    pub flows: Vec<Route>,
    /// What it may ask for: `launch`, and `fhir` where its own software may read a record as a searchset.
    #[serde(default = "scope::usual")]
    pub scopes: Vec<Scope>,
    /// Client certificates of its servers on the back channel: DNS names, or `sha256:` and a thumbprint.
    #[serde(default)]
    pub certificates: Vec<String>,
    /// Origins of its pages, from which forms may be posted.
    #[serde(default)]
    pub origins: Vec<String>,
    /// Its own role names that it may send; empty: whatever its role map knows.
    #[serde(default)]
    pub roles_allowed: Vec<String>,
    /// National activity codes that it may send; empty: none.
    #[serde(default)]
    pub activities_allowed: Vec<String>,
    /// The browser must come from the address the host names in `client_hint`.
    #[serde(default)]
    pub compares_client_hint: bool,
    /// More in a second are told to wait.
    #[serde(default = "twenty")]
    pub launches_per_second: u32,
    /// No launch by form is taken for more than this (0 to 2). Signed by the Caldicott Guardian.
    #[serde(default = "two")]
    pub form_max_assurance: u8,
    /// Identity providers whose tokens it may bring.
    pub exchange: Option<ExchangeConfig>,
    /// Keys of encrypted addresses, one for each organisation.
    #[serde(default)]
    pub legacy: Vec<LegacyConfig>,
    /// Its SMART server, where it has one.
    pub smart: Option<SmartConfig>,
}

impl HostConfig {
    /// Which maps this host's launches are read by.
    pub fn map(&self) -> HostMap {
        HostMap {
            host: self.client_id.clone(),
            roles: self.roles.to_string_lossy().into_owned(),
            national: self.national_roles,
        }
    }
}

fn yes() -> bool {
    true
}

fn signed() -> Vec<Route> {
    vec![Route::Signed]
}

fn twenty() -> u32 {
    20
}

fn two() -> u8 {
    2
}

impl HostConfig {
    /// Files of secrets.
    pub fn paths_mut(&mut self) -> impl Iterator<Item = &mut PathBuf> {
        let smart = self.smart.iter_mut().map(|smart| &mut smart.key_file);
        self.legacy.iter_mut().map(|legacy| &mut legacy.key_file).chain(smart)
    }
}

/// A host that may launch.
#[derive(Debug, Clone)]
pub struct Host {
    pub client_id: String,
    pub name: String,
    pub frame_origins: Vec<String>,
    pub single_context: bool,
    /// Whose signature its launches carry.
    pub issuer: Issuer,
    pub(crate) smart: Option<Smart>,
    pub(crate) organisations: Vec<Organisation>,
    pub(crate) roles: Maps,
    pub(crate) assurance: BTreeMap<String, u8>,
    pub(crate) flows: Vec<Route>,
    scopes: Vec<Scope>,
    certificates: Vec<Registered>,
    pub(crate) origins: Vec<String>,
    pub(crate) roles_allowed: Vec<String>,
    pub(crate) activities_allowed: Vec<String>,
    pub compares_client_hint: bool,
    pub launches_per_second: u32,
    pub(crate) form_max_assurance: u8,
    pub(crate) exchange: Option<Exchange>,
    pub(crate) legacy: Vec<Legacy>,
    /// Hash of everything registered about it, for the audit.
    pub(crate) configuration_hash: String,
}

impl Host {
    /// Whether a request that came that way may be this host's: on the back channel only with a certificate of its own.
    /// Whether anything may come over the public listener is the program's to decide, before it asks here (HAZ-046).
    pub fn may_come_by(&self, channel: &Channel) -> bool {
        match channel {
            Channel::Public => true,
            Channel::Back(None) => false,
            Channel::Back(Some(certificate)) => self.shows(certificate),
        }
    }

    /// Whether it is registered for that.
    pub fn may_ask_for(&self, scope: Scope) -> bool {
        self.scopes.contains(&scope)
    }

    fn shows(&self, certificate: &Certificate) -> bool {
        self.certificates.iter().any(|registered| registered.is(certificate))
    }
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
    #[error("host `{host}`, `[hosts.smart]`")]
    Smart { host: String, source: ProviderFault },
    #[error("hosts `{one}` and `{other}` have the same `iss`")]
    SameIss { one: String, other: String },
    #[error("host `{host}`: {wrong}")]
    Registration { host: String, wrong: Wrong },
}

impl HostFault {
    /// The host, the key of its registration and what to write instead.
    pub fn place(&self) -> Option<(&str, &'static str, &'static str)> {
        match self {
            HostFault::Registration { host, wrong } => Some((host, wrong.key, wrong.fix)),
            HostFault::Twice { host } => Some((host, "client_id", "give each host a `client_id` of its own")),
            _ => None,
        }
    }
}

/// What is wrong with a registration, under which key, and what to write instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{what}")]
pub struct Wrong {
    key: &'static str,
    what: &'static str,
    fix: &'static str,
}

impl Wrong {
    pub(crate) fn new(key: &'static str, what: &'static str, fix: &'static str) -> Self {
        Self { key, what, fix }
    }
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
        self.0.values().flat_map(|host| {
            let providers = host.exchange.iter().flat_map(|exchange| &exchange.providers);
            let smart = host.smart.iter().map(|smart| &smart.provider.issuer);
            std::iter::once(&host.issuer).chain(providers.map(|provider| &provider.keys)).chain(smart)
        })
    }

    /// Everybody registered.
    pub fn all(&self) -> impl Iterator<Item = &Host> {
        self.0.values()
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

    /// From now on launches are mapped as the agreement in force has it.
    pub fn renew(&self, policy: &Policy) {
        for host in self.0.values() {
            if let Some(maps) = policy.maps(&host.client_id) {
                host.roles.renew(maps);
            }
        }
    }

    pub fn find(&self, client_id: &str) -> Option<&Host> {
        self.0.get(client_id)
    }
}

fn register(config: HostConfig, known: &Organisations, policy_dir: &Path) -> Result<Host, HostFault> {
    let refuse = |wrong| HostFault::Registration { host: config.client_id.clone(), wrong };
    check(&config).and_then(|()| scope::check(&config)).map_err(refuse)?;
    let organisations: Option<Vec<_>> =
        config.organisations.iter().map(|ods| known.find(ods).cloned()).collect();
    let organisations = organisations.filter(|all| !all.is_empty()).ok_or_else(|| {
        refuse(Wrong::new(
            "organisations",
            "names no organisation, or one the agreement does not know",
            "name organisations that stand in organisations.csv",
        ))
    })?;
    let certificates: Option<Vec<_>> =
        config.certificates.iter().map(|text| Registered::parse(text)).collect();
    let certificates = certificates.ok_or_else(|| {
        refuse(Wrong::new(
            "certificates",
            "a certificate is a DNS name without `*`, or `sha256:` and 64 hexadecimal digits",
            "write the name in the certificate's subject alternative names",
        ))
    })?;
    let algorithms = algorithms(&config.algorithms, &ALGORITHMS).ok_or_else(|| {
        refuse(Wrong::new(
            "algorithms",
            "algorithms are of ES384, PS384, RS384",
            "write `algorithms = [\"ES384\"]`",
        ))
    })?;
    let exchange = config.exchange.as_ref().map(|exchange| Exchange::register(&config.client_id, exchange));
    let exchange = exchange.transpose().map_err(refuse)?;
    let legacy: Result<Vec<_>, _> = config.legacy.iter().map(|one| Legacy::register(one, known)).collect();
    let legacy = legacy.map_err(refuse)?;
    let read = |path: &Path, read: fn(&str) -> Result<RoleMap, TableFault>| {
        let path = policy_dir.join(path);
        read(&text(&path)?).map_err(|source| HostFault::Table { path, source })
    };
    let own = read(&config.roles, RoleMap::read)?;
    let national = config.national_roles.then(|| read(Path::new(NATIONAL_ROLES), RoleMap::read_national));
    let roles = Maps::new(own, national.transpose()?);
    let configuration_hash = session::hex(&session::hash(format!("{config:?}").as_bytes()));
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
        flows: config.flows,
        scopes: config.scopes,
        certificates,
        origins: config.origins,
        roles_allowed: config.roles_allowed,
        activities_allowed: config.activities_allowed,
        compares_client_hint: config.compares_client_hint,
        launches_per_second: config.launches_per_second,
        form_max_assurance: config.form_max_assurance,
        exchange,
        legacy,
        configuration_hash,
    })
}

fn check(config: &HostConfig) -> Result<(), Wrong> {
    let holds = |holds: bool, wrong: Wrong| if holds { Ok(()) } else { Err(wrong) };
    holds(
        !config.client_id.is_empty() && !config.name.is_empty(),
        Wrong::new("client_id", "the client id and the name are required", "write both"),
    )?;
    holds(
        is_safe_url(&config.jwks_url),
        Wrong::new(
            "jwks_url",
            "the key address must be https, or http on loopback, without user or fragment",
            "write an `https` address",
        ),
    )?;
    holds(
        config.frame_origins.iter().all(|origin| is_origin(origin)),
        Wrong::new(
            "frame_origins",
            "a frame origin is scheme, host and port, and nothing else",
            "write it as \"https://pas.trust.example\"",
        ),
    )?;
    holds(
        config.origins.iter().all(|origin| is_origin(origin)),
        Wrong::new(
            "origins",
            "an origin is scheme, host and port, and nothing else",
            "write it as \"https://pas.trust.example\"",
        ),
    )?;
    holds(
        config.assurance.values().all(|level| (1..=3).contains(level)),
        Wrong::new("assurance", "assurance levels are 1 to 3", "write 1, 2 or 3 for each `acr`"),
    )?;
    holds(
        config.form_max_assurance <= 2,
        Wrong::new("form_max_assurance", "a launch by form is taken for 2 at most", "write 0, 1 or 2"),
    )?;
    holds(
        config.launches_per_second > 0,
        Wrong::new("launches_per_second", "a host without launches is no host", "write 1 or more"),
    )?;
    flows(config)
}

/// Each way in has what it needs, and nothing stands there that no way in would use.
fn flows(config: &HostConfig) -> Result<(), Wrong> {
    let has = |route| config.flows.contains(&route);
    let needs =
        |route: Route, is_there: bool, wrong: Wrong| if has(route) != is_there { Err(wrong) } else { Ok(()) };
    needs(
        Route::Form,
        !config.origins.is_empty(),
        Wrong::new(
            "origins",
            "flow `form` and `origins` go together",
            "name the host's origins, or take both away",
        ),
    )?;
    needs(
        Route::Exchange,
        config.exchange.is_some(),
        Wrong::new(
            "flows",
            "flow `exchange` and `[hosts.exchange]` go together",
            "write both, or take both away",
        ),
    )?;
    needs(
        Route::Legacy,
        !config.legacy.is_empty(),
        Wrong::new(
            "flows",
            "flow `legacy` and `[[hosts.legacy]]` go together",
            "write both, or take both away",
        ),
    )?;
    if has(Route::Direct) || config.flows.is_empty() {
        return Err(Wrong::new(
            "flows",
            "a host comes by `signed`, `exchange`, `form`, `legacy` or `smart`",
            "name at least one of them",
        ));
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
