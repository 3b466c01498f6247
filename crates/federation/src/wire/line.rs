//! Clients that are made anew while they are used: takes TLS settings, gives requests over whichever client stands; when files of
//! its own have changed, puts another in its place, or keeps the one before where they cannot be used. What is under way
//! goes on over the client it began with. Source: RFC 8446; HAZ-041, HAZ-057.

use super::{
    lookup::{Lookup, Resolver, System},
    tls,
};
use crate::{
    limits::Limits,
    source::{Addresses, ConfigFault, Tls},
};
use fhir::SourceId;
use reqwest::{Client, IntoUrl, Method, RequestBuilder};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError, RwLock},
};

/// Where a client leads, and what it is made from.
struct Towards {
    limits: Limits,
    tls: Option<Tls>,
    owner: Option<SourceId>,
    addresses: Addresses,
    lookup: Arc<dyn Lookup>,
}

impl Towards {
    fn client(&self) -> Result<Client, ConfigFault> {
        let owner = self.owner.as_ref();
        let resolver = Resolver {
            lookup: Arc::clone(&self.lookup),
            addresses: self.addresses.clone(),
            owner: owner.map_or_else(|| "national".to_owned(), ToString::to_string),
        };
        tls::client(&self.limits, self.tls.as_ref(), owner, resolver)
    }

    fn files(&self) -> impl Iterator<Item = &PathBuf> {
        let tls = self.tls.iter();
        tls.flat_map(|tls| tls.identity_file.iter().chain(&tls.ca_file))
    }
}

/// A client for one source alone. Clones share it.
#[derive(Clone)]
pub(crate) struct Line(Arc<(Towards, RwLock<Client>)>);

impl Line {
    pub(crate) fn get(&self, url: impl IntoUrl) -> RequestBuilder {
        self.request(Method::GET, url)
    }

    pub(crate) fn post(&self, url: impl IntoUrl) -> RequestBuilder {
        self.request(Method::POST, url)
    }

    pub(crate) fn request(&self, method: Method, url: impl IntoUrl) -> RequestBuilder {
        self.0.1.read().unwrap_or_else(PoisonError::into_inner).request(method, url)
    }

    fn renew(&self) -> Result<(), ConfigFault> {
        let anew = self.0.0.client()?;
        *self.0.1.write().unwrap_or_else(PoisonError::into_inner) = anew;
        Ok(())
    }
}

/// Every line there is. Clones share them.
#[derive(Clone)]
pub(crate) struct Lines {
    all: Arc<Mutex<Vec<Line>>>,
    lookup: Arc<dyn Lookup>,
}

impl Default for Lines {
    /// Names as the machine knows them.
    fn default() -> Self {
        Self::knowing(Arc::new(System))
    }
}

/// What became of files that changed.
#[derive(Debug, Default)]
pub struct Renewed {
    /// The files of clients that are made anew.
    pub taken: BTreeSet<Vec<PathBuf>>,
    /// Those of clients that go on as before.
    pub refused: BTreeMap<Vec<PathBuf>, ConfigFault>,
}

impl Lines {
    pub(crate) fn knowing(lookup: Arc<dyn Lookup>) -> Self {
        Self { all: Arc::default(), lookup }
    }

    /// `owner`: the source whose settings these are; `None` for the national services. Reads the files; touches no network.
    pub(crate) fn line(
        &self,
        limits: &Limits,
        tls: Option<&Tls>,
        owner: Option<&SourceId>,
        addresses: &Addresses,
    ) -> Result<Line, ConfigFault> {
        let towards = Towards {
            limits: limits.clone(),
            tls: tls.cloned(),
            owner: owner.cloned(),
            addresses: addresses.clone(),
            lookup: Arc::clone(&self.lookup),
        };
        let client = towards.client()?;
        let line = Line(Arc::new((towards, RwLock::new(client))));
        self.all.lock().unwrap_or_else(PoisonError::into_inner).push(line.clone());
        Ok(line)
    }

    /// Of certificates, keys and authorities.
    pub(crate) fn files(&self) -> BTreeSet<PathBuf> {
        self.all().iter().flat_map(|line| line.0.0.files().cloned()).collect()
    }

    /// Blocks: reads files. Each line for itself: one partner's broken file holds up nobody else's.
    pub(crate) fn renew(&self, changed: &BTreeSet<PathBuf>) -> Renewed {
        let mut renewed = Renewed::default();
        for line in self.all() {
            let files: Vec<PathBuf> = line.0.0.files().cloned().collect();
            if !files.iter().any(|file| changed.contains(file)) {
                continue;
            }
            match line.renew() {
                Ok(()) => {
                    renewed.taken.insert(files);
                }
                Err(fault) => {
                    renewed.refused.insert(files, fault);
                }
            }
        }
        renewed
    }

    fn all(&self) -> Vec<Line> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
