//! Where hosts' servers reach us, and what both sides prove themselves with: takes `[back_channel]`, gives it with its files'
//! places; says where a live deployment would leave a door without it. Source: RFC 8705.

use super::{
    Config,
    report::{Text, Wrong},
};
use access::{host::Scope, launch::Route};
use serde::Deserialize;
use std::{net::SocketAddr, path::PathBuf};

/// `[back_channel]`
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct BackChannel {
    pub(crate) listen: SocketAddr,
    /// As hosts' servers reach it; without a port it is given the listener's.
    pub(crate) url: String,
    /// PEM: our certificate and those between it and its authority.
    pub(crate) certificate_file: PathBuf,
    /// PEM.
    pub(crate) key_file: PathBuf,
    /// PEM: the authorities of hosts' certificates.
    pub(crate) client_ca_file: PathBuf,
}

impl BackChannel {
    /// Of certificate, key and authorities.
    pub(crate) fn files(&self) -> [PathBuf; 3] {
        [self.certificate_file.clone(), self.key_file.clone(), self.client_ca_file.clone()]
    }

    pub(super) fn paths_mut(&mut self) -> impl Iterator<Item = &mut PathBuf> {
        [&mut self.certificate_file, &mut self.key_file, &mut self.client_ca_file].into_iter()
    }
}

impl Config {
    /// Whether the token endpoint may also answer where browsers come: in training on this machine (decision 0006).
    pub(crate) fn answers_hosts_in_public(&self) -> bool {
        let here = ["http://127.0.0.1", "http://localhost", "http://[::1]"];
        let rest = here.iter().find_map(|origin| self.public_url.strip_prefix(origin));
        self.training && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(':'))
    }

    /// What a host's way in lacks.
    pub(super) fn wrong_doors(&self, text: &Text) -> Vec<Wrong> {
        let mut wrong = Vec::new();
        for host in &self.hosts {
            let has = |route| host.flows.contains(&route);
            let by_server = has(Route::Signed) || has(Route::Exchange);
            let mut say = |key: &str, what: &str, fix: &str| {
                wrong.push(text.at_host(
                    &host.client_id,
                    key,
                    format!("host `{}`: {what}", host.client_id),
                    fix,
                ));
            };
            if by_server && self.back_channel.is_none() && !self.answers_hosts_in_public() {
                say("flows", "its server has nowhere to launch at", "add `[back_channel]`");
            }
            if by_server && host.certificates.is_empty() && !self.answers_hosts_in_public() {
                say("certificates", "no client certificate is registered", "name it under `certificates`");
            }
            if host.scopes.contains(&Scope::Fhir) && (self.back_channel.is_none() || !by_server) {
                say(
                    "scopes",
                    "`fhir` is asked for on the back channel, by a server that launches there",
                    "add `[back_channel]` and `signed` or `exchange` to `flows`, or take `fhir` out",
                );
            }
            let codes = host.exchange.as_ref().is_some_and(|exchange| exchange.code.is_some());
            if (has(Route::Form) || codes) && self.keys.is_none() {
                say("flows", "this way in needs keys of ours", "add `[keys]`");
            }
        }
        wrong
    }
}
