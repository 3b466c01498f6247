//! Names into addresses: takes the name of a source and what may be connected to, gives the addresses to try; the one that was judged is the one that
//! is connected, since nobody looks again. A name that leads only where it may not leads nowhere, and the log says so.
//! Source: RFC 6890; HAZ-041.

use crate::source::Addresses;
use futures_util::future::{BoxFuture, FutureExt};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::{
    io,
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

/// How the machine, or a test, knows names.
pub(crate) trait Lookup: Send + Sync {
    fn look_up(&self, name: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>>;
}

/// As the machine is set up.
pub(crate) struct System;

impl Lookup for System {
    fn look_up(&self, name: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            Ok(found.map(|address| address.ip()).collect())
        }
        .boxed()
    }
}

/// A name that leads only to addresses nobody agreed to.
#[derive(Debug, thiserror::Error)]
#[error("its name leads to an address that is not allowed")]
pub(super) struct Elsewhere;

/// Of one source.
pub(super) struct Resolver {
    pub(super) lookup: Arc<dyn Lookup>,
    pub(super) addresses: Addresses,
    /// For the log.
    pub(super) owner: String,
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let (looking, addresses) = (self.lookup.look_up(name.as_str().to_owned()), self.addresses.clone());
        let (owner, is_here) = (self.owner.clone(), name.as_str().eq_ignore_ascii_case("localhost"));
        async move {
            let found = looking.await?;
            let may = |address: &IpAddr| addresses.allow(*address) || (is_here && address.is_loopback());
            let (allowed, others): (Vec<IpAddr>, Vec<IpAddr>) = found.into_iter().partition(may);
            if !others.is_empty() {
                // Addresses of a network are nobody's secret, and whoever looks into it needs them.
                tracing::error!(
                    source.id = owner,
                    addresses = ?others,
                    "SECURITY: a source's name leads to addresses that are not allowed; they are not connected to"
                );
            }
            if allowed.is_empty() && !others.is_empty() {
                return Err(Elsewhere.into());
            }
            let addresses = allowed.into_iter().map(|address| SocketAddr::new(address, 0));
            Ok(Box::new(addresses.collect::<Vec<_>>().into_iter()) as Addrs)
        }
        .boxed()
    }
}

#[cfg(test)]
mod tests;
