//! Takes a practice's code and an interaction, gives its address and system identifier; refuses none, several and blank
//! ones. Nothing is kept between openings unless the operator says so. Source: NHS England SDS FHIR API (R4 façade).

/// Addresses for the length of an opening.
pub(crate) mod kept;

use crate::{
    document,
    fault::{Fault, failed},
    guard::{Guard, Verdict, Visit},
    source::is_usable,
    wire::{self, Bounds, Line},
};
use fhir::{
    ReplyState,
    bundle::{Bundle, Entry},
    ods,
};
use kept::{Kept, Wanted};
use reqwest::{Url, header::HeaderValue};
use std::sync::Arc;
use tokio::time::Instant;

const INTERACTION_SYSTEM: &str = "https://fhir.nhs.uk/Id/nhsServiceInteractionId";
const ASID_SYSTEM: &str = "https://fhir.nhs.uk/Id/nhsSpineASID";

/// The directory.
pub(crate) struct Sds {
    pub(crate) client: Line,
    pub(crate) base: Url,
    pub(crate) api_key: Option<HeaderValue>,
    pub(crate) guard: Arc<Guard>,
    pub(crate) kept: Kept,
}

/// Where a practice answers one interaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Endpoint {
    pub(crate) asid: String,
    /// The service root, its scheme included, without a `/` at the end.
    pub(crate) root: String,
}

/// Why there is no address to ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum NoEndpoint {
    /// The practice has no such capability registered.
    NotRegistered,
    /// Several, or blank, or no address one may call: the practice's registration is at fault.
    Unusable,
    Directory(Fault),
    DirectoryClosed,
}

impl NoEndpoint {
    pub(crate) fn is_not_registered(&self) -> bool {
        *self == NoEndpoint::NotRegistered
    }

    pub(crate) fn state(&self) -> ReplyState {
        match self {
            NoEndpoint::NotRegistered => ReplyState::NotShared,
            NoEndpoint::Unusable => failed("its entry in the national directory cannot be used"),
            NoEndpoint::Directory(_) | NoEndpoint::DirectoryClosed => {
                failed("the national directory did not say where it answers")
            }
        }
    }
}

impl Sds {
    /// As known from this opening, else looked up. Cancel-safe.
    pub(crate) async fn find(&self, wanted: &Wanted<'_>, bounds: &Bounds) -> Result<Endpoint, NoEndpoint> {
        if let Some(known) = self.kept.recall(wanted, Instant::now()) {
            return known;
        }
        let found = self.look_up(wanted, bounds).await;
        self.kept.keep(wanted, &found, Instant::now());
        found
    }

    /// The address turned out not to be the practice's any more.
    pub(crate) fn forget(&self, wanted: &Wanted<'_>) {
        self.kept.forget(wanted);
    }

    /// Device and Endpoint, side by side.
    async fn look_up(&self, wanted: &Wanted<'_>, bounds: &Bounds) -> Result<Endpoint, NoEndpoint> {
        let ticket = self.guard.enter(Visit::default()).await.map_err(|_| NoEndpoint::DirectoryClosed)?;
        let look = Look { sds: self, wanted, bounds };
        let (asid, root) = tokio::join!(look.up("Device", asids), look.up("Endpoint", addresses));
        let faults = [asid.as_ref().err(), root.as_ref().err()];
        ticket.end(verdict(&faults.into_iter().flatten().map(Fault::verdict).collect::<Vec<_>>()));
        let (asids, addresses) = (asid.map_err(NoEndpoint::Directory)?, root.map_err(NoEndpoint::Directory)?);
        one(&asids, &addresses)
    }
}

/// What two look-ups tell the directory's guard: to be asked to wait weighs most (HAZ-036).
fn verdict(faults: &[Verdict]) -> Verdict {
    let wait = faults.iter().find(|verdict| matches!(verdict, Verdict::Wait(_)));
    wait.or_else(|| faults.iter().find(|verdict| **verdict == Verdict::Sick))
        .copied()
        .unwrap_or(Verdict::Well)
}

/// Only an empty searchset says that there is no such entry (HAZ-006, HAZ-038).
fn read_whole(bundle: &Bundle<'_>, read: fn(&Bundle<'_>) -> Vec<String>) -> Result<Vec<String>, Fault> {
    let found = read(bundle);
    let is_whole = bundle.kind == "searchset" && bundle.unreadable == 0 && bundle.total.unwrap_or(0) == 0;
    if found.is_empty() && !is_whole { Err(Fault::NotARecord) } else { Ok(found) }
}

/// One of each is expected; nothing is picked among several.
fn one(asids: &[String], addresses: &[String]) -> Result<Endpoint, NoEndpoint> {
    match (asids, addresses) {
        ([], _) | (_, []) => Err(NoEndpoint::NotRegistered),
        ([asid], [address]) if !asid.is_empty() && is_address(address) => {
            Ok(Endpoint { asid: asid.clone(), root: address.trim_end_matches('/').to_owned() })
        }
        _ => Err(NoEndpoint::Unusable),
    }
}

fn is_address(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| is_usable(&url))
}

/// One look-up.
struct Look<'a> {
    sds: &'a Sds,
    wanted: &'a Wanted<'a>,
    bounds: &'a Bounds,
}

impl Look<'_> {
    async fn up(
        &self,
        kind: &'static str,
        read: fn(&Bundle<'_>) -> Vec<String>,
    ) -> Result<Vec<String>, Fault> {
        let base = self.sds.base.as_str().trim_end_matches('/');
        let query = [
            ("organization", format!("{}|{}", ods::SYSTEM, self.wanted.practice)),
            ("identifier", format!("{INTERACTION_SYSTEM}|{}", self.wanted.interaction)),
        ];
        let request = self.sds.client.get(format!("{base}/spine-directory/FHIR/R4/{kind}")).query(&query);
        let request =
            request.header("Accept", "application/fhir+json").header("X-Correlation-Id", self.wanted.opening);
        let request = match &self.sds.api_key {
            Some(key) => request.header("apikey", key.clone()),
            None => request,
        };
        let answer = wire::fetch(request, self.bounds).await?;
        document::open(answer, move |bundle| read_whole(bundle, read)).await.map(|document| document.seen)
    }
}

/// One text per Device: blank where it has none, joined where it has several, so that both are refused.
fn asids(bundle: &Bundle<'_>) -> Vec<String> {
    bundle.of_type("Device").map(asid).collect()
}

fn asid(device: &Entry<'_>) -> String {
    let identifiers = device.resource.objects("identifier");
    let own =
        identifiers.iter().filter(|identifier| identifier.text("system").as_deref() == Some(ASID_SYSTEM));
    let values: Vec<String> = own.filter_map(|own| own.text("value").map(|v| v.trim().to_owned())).collect();
    match values.as_slice() {
        [only] => only.clone(),
        _ => String::new(),
    }
}

fn addresses(bundle: &Bundle<'_>) -> Vec<String> {
    let endpoints = bundle.of_type("Endpoint");
    endpoints
        .map(|endpoint| endpoint.resource.text("address").unwrap_or_default().trim().to_owned())
        .collect()
}
