//! Takes a source's TLS settings, gives a client that proves who we are and believes its authorities alone; refuses files
//! that hold no certificate or no key (HAZ-041). Source: RFC 8446, client authentication.

use super::lookup::Resolver;
use crate::{
    limits::Limits,
    source::{ConfigFault, Place, Tls},
};
use fhir::SourceId;
use reqwest::{Certificate, Client, ClientBuilder, Identity, redirect::Policy};
use std::{path::Path, sync::Arc};

/// A client for one source alone: its own pool, no redirects, no proxy of the environment, no referrer (HAZ-041).
/// `owner`: the source whose settings these are; `None` for the national services.
pub(super) fn client(
    limits: &Limits,
    tls: Option<&Tls>,
    owner: Option<&SourceId>,
    resolver: Resolver,
) -> Result<Client, ConfigFault> {
    #[cfg(feature = "testing")]
    if let Some(client) = crate::network::client().filter(|_| tls.is_none()) {
        return Ok(client);
    }
    let builder = Client::builder()
        .redirect(Policy::none())
        .referer(false)
        .no_proxy()
        .dns_resolver(Arc::new(resolver))
        .connect_timeout(limits.connect)
        .retry(reqwest::retry::never());
    let place = |key| Place { source: owner.cloned(), key };
    let builder = match tls {
        Some(tls) => secured(builder, tls, &place)?,
        None => builder,
    };
    // What building refuses beside a bad configuration is an identity whose key is not its certificate's.
    let at = if tls.is_some_and(|tls| tls.identity_file.is_some()) { "tls.identity_file" } else { "tls" };
    builder.build().map_err(|source| ConfigFault::Client { at: place(at), source })
}

fn secured(
    mut builder: ClientBuilder,
    tls: &Tls,
    place: &dyn Fn(&'static str) -> Place,
) -> Result<ClientBuilder, ConfigFault> {
    if let Some(path) = &tls.identity_file {
        let at = place("tls.identity_file");
        let identity = Identity::from_pem(&read(at.clone(), path)?);
        builder = builder.identity(identity.map_err(|_| ConfigFault::Key { at, path: path.clone() })?);
    }
    if let Some(path) = &tls.ca_file {
        let at = place("tls.ca_file");
        let authorities = Certificate::from_pem_bundle(&read(at.clone(), path)?).unwrap_or_default();
        if authorities.is_empty() {
            return Err(ConfigFault::Certificate { at, path: path.clone() });
        }
        builder = builder.tls_certs_only(authorities);
    }
    Ok(builder)
}

/// A key, token or certificate file, whole.
pub(crate) fn read(at: Place, path: &Path) -> Result<Vec<u8>, ConfigFault> {
    std::fs::read(path).map_err(|source| ConfigFault::KeyFile { at, path: path.to_owned(), source })
}

#[cfg(test)]
pub(super) mod tests;
