//! Takes a server's CapabilityStatement, gives what may be asked of it. Read at most hourly and shared by all openings;
//! when it cannot be read the question goes on by configuration. Source: FHIR R4 and STU3 CapabilityStatement.

use super::{FHIR_JSON, Server, Version, table::Search};
use crate::{document, wire::Bounds};
use fhir::{Json, Object};
use jiff::Timestamp;
use reqwest::Method;
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};
use tokio::{
    sync::Mutex,
    time::{Instant, timeout_at},
};

/// What one server declares.
#[derive(Debug, Default)]
pub(crate) struct Capability {
    /// `None`: neither STU3 nor R4.
    pub(super) version: Option<Version>,
    types: HashMap<String, Declared>,
}

#[derive(Debug, Default)]
struct Declared {
    is_searchable: bool,
    parameters: HashSet<String>,
    includes: HashSet<String>,
}

impl Capability {
    pub(super) fn can_search(&self, resource_type: &str) -> bool {
        self.has_parameter(resource_type, "patient")
            && self.types.get(resource_type).is_some_and(|declared| declared.is_searchable)
    }

    pub(super) fn has_parameter(&self, resource_type: &str, name: &str) -> bool {
        self.types.get(resource_type).is_some_and(|declared| declared.parameters.contains(name))
    }

    pub(super) fn can_include(&self, search: &Search, include: &str) -> bool {
        let includes = self.types.get(search.resource_type).map(|declared| &declared.includes);
        includes.is_some_and(|includes| includes.contains(include) || includes.contains("*"))
    }
}

/// The last statement and when it was asked for. One reading at a time.
#[derive(Default)]
pub(crate) struct Capabilities(Mutex<Option<Read>>);

struct Read {
    at: Instant,
    is_fresh: bool,
    statement: Option<Arc<Capability>>,
}

impl Capabilities {
    /// The statement, read now if it is due. A statement once read is used until a newer one is.
    pub(super) async fn current(
        &self,
        server: &Server,
        now: Timestamp,
        bounds: &Bounds,
    ) -> Option<Arc<Capability>> {
        let deadline = bounds.deadline.min(Instant::now() + bounds.limits.capability_deadline);
        let mut last = timeout_at(deadline, self.0.lock()).await.ok()?;
        if let Some(read) = last.as_ref().filter(|read| !read.is_due(bounds)) {
            return read.statement.clone();
        }
        // Left in its place: whoever waits may leave before the new one is read.
        let before = last.as_ref().and_then(|read| read.statement.clone());
        let read = read(server, now, &bounds.until(deadline)).await.map(Arc::new);
        let is_fresh = read.is_some();
        let statement = read.or(before);
        *last = Some(Read { at: Instant::now(), is_fresh, statement: statement.clone() });
        statement
    }
}

impl Read {
    fn is_due(&self, bounds: &Bounds) -> bool {
        let limits = &bounds.limits;
        self.at.elapsed() >= if self.is_fresh { limits.capability_age } else { limits.capability_retry }
    }
}

async fn read(server: &Server, now: Timestamp, bounds: &Bounds) -> Option<Capability> {
    let request = server.bare(Method::GET, server.address("metadata"), "capability", FHIR_JSON);
    let answer = server.fetch(request, now, bounds).await.ok().filter(|answer| answer.status == 200)?;
    let text = document::checked(&answer).ok()?;
    let root = Json::of(text).object()?;
    (root.text("resourceType")? == "CapabilityStatement").then(|| statement(&root))
}

fn statement(root: &Object<'_>) -> Capability {
    let version = root.text("fhirVersion").unwrap_or_default();
    let version = match version.split('.').next() {
        Some("4") if version.starts_with("4.0") => Some(Version::R4),
        Some("3") => Some(Version::Stu3),
        _ => None,
    };
    let rest = root.objects("rest");
    let server = rest.iter().filter(|rest| rest.text("mode").as_deref() != Some("client"));
    let types = server.flat_map(|rest| rest.objects("resource")).filter_map(|resource| declared(&resource));
    Capability { version, types: types.collect() }
}

fn declared(resource: &Object<'_>) -> Option<(String, Declared)> {
    let texts = |key: &str, member: &str| -> HashSet<String> {
        let members = resource.objects(key);
        members.iter().filter_map(|object| object.text(member).map(|text| text.into_owned())).collect()
    };
    let includes = resource.items("searchInclude");
    let declared = Declared {
        is_searchable: texts("interaction", "code").contains("search-type"),
        parameters: texts("searchParam", "name"),
        includes: includes
            .iter()
            .filter_map(|include| include.text().map(|text| text.into_owned()))
            .collect(),
    };
    Some((resource.text("type")?.into_owned(), declared))
}
