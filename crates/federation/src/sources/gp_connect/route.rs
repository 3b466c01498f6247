//! Takes one request to the person's practice, sends it the way the partner's configuration names: through the Spine
//! Secure Proxy, or through the national gateway, which finds the practice itself and knows the structured record only.
//! Source: GP Connect 1.6.2, Spine Secure Proxy; NHS England clinical data gateway API 0.1.0.

use super::capability::Capability;
use crate::{
    fault::Fault,
    guard::Suppliers,
    national::{gateway::Gateway, sds::NoEndpoint},
    open::OpenQuestion,
    question::Question,
    source::{ConfigFault, Route as Named, SourceConfig},
    sources::Surroundings,
    subject::Person,
    wire::{self, Answer, Bounds, Line},
};
use fhir::{NhsNumber, OdsCode};
use jiff::Timestamp;
use proxy::Proxy;
use reqwest::Method;
use std::sync::Arc;

/// The Spine Secure Proxy.
mod proxy;

/// The way to practices.
pub(super) enum Route {
    Proxy(Proxy),
    Gateway(Line, Gateway, Arc<Suppliers>),
}

/// Who asks which practice about whom: the same on every request of a question.
#[derive(Clone, Copy)]
pub(super) struct Who<'a> {
    pub(super) practice: &'a OdsCode,
    pub(super) opening: &'a str,
    pub(super) person: &'a Person,
    pub(super) asker: &'a crate::asking::Asker,
    pub(super) now: Timestamp,
}

/// One request, the same on either route.
pub(super) struct Request {
    pub(super) capability: &'static Capability,
    pub(super) method: Method,
    /// Below the service root.
    pub(super) path: String,
    pub(super) query: Vec<(&'static str, String)>,
    pub(super) body: Option<String>,
}

/// An answer of any status, and what is needed to believe it.
pub(super) struct Sent {
    pub(super) answer: Answer,
    /// Below which the practice's own addresses lie.
    pub(super) root: String,
    pub(super) trace_id: String,
    /// The answer came through the national gateway, whose own refusals say nothing of the practice.
    pub(super) by_gateway: bool,
}

/// Why there is no answer.
#[derive(Debug)]
pub(super) enum NotSent {
    NoEndpoint(NoEndpoint),
    Fault(Fault),
}

impl Route {
    pub(super) fn new(source: &SourceConfig, around: &Surroundings) -> Result<Self, ConfigFault> {
        let national = Arc::clone(&around.national);
        let client = around.lines.line(&around.limits, national.tls.as_ref(), None, &national.addresses)?;
        let suppliers = Arc::clone(&around.suppliers);
        match source.route {
            Named::SpineSecureProxy => Ok(Self::Proxy(Proxy { client, national, suppliers })),
            Named::NationalGateway => {
                let missing = || ConfigFault::NoGateway { id: source.id.clone() };
                Ok(Self::Gateway(client, national.gateway.clone().ok_or_else(missing)?, suppliers))
            }
        }
    }

    /// Whether one request brings the whole record, whatever areas were meant.
    pub(super) fn brings_all(&self) -> bool {
        matches!(self, Self::Gateway(..))
    }

    /// The practice's service root for a capability, known or looked up, so that requests side by side need not both
    /// look it up.
    pub(super) async fn reach(
        &self,
        who: &Who<'_>,
        capability: &'static Capability,
        bounds: &Bounds,
    ) -> Result<String, NoEndpoint> {
        match self {
            Self::Proxy(proxy) => proxy.endpoint(who, capability, bounds).await.map(|endpoint| endpoint.root),
            Self::Gateway(_, gateway, _) if *capability == super::capability::STRUCTURED => Ok(root(gateway)),
            Self::Gateway(..) => Err(NoEndpoint::NotRegistered),
        }
    }

    pub(super) async fn send(
        &self,
        who: &Who<'_>,
        request: &Request,
        bounds: &Bounds,
    ) -> Result<Sent, NotSent> {
        match self {
            Self::Proxy(proxy) => proxy.send(who, request, bounds).await,
            Self::Gateway(client, gateway, suppliers) => {
                let root = self.reach(who, request.capability, bounds).await.map_err(NotSent::NoEndpoint)?;
                suppliers.enter(&root, bounds).await.map_err(NotSent::Fault)?;
                to_gateway(client, gateway, who, bounds).await.map_err(NotSent::Fault)
            }
        }
    }
}

/// The gateway's own spelling of the operation, and the one parameter it knows.
async fn to_gateway(client: &Line, gateway: &Gateway, who: &Who<'_>, bounds: &Bounds) -> Result<Sent, Fault> {
    const MEDIA_TYPE: &str = "application/fhir+json";
    let trace_id = bounds.request_id();
    let root = root(gateway);
    let request = client
        .post(format!("{root}/patient/$gpc.getstructuredrecord"))
        .header("Accept", MEDIA_TYPE)
        .header("Content-Type", MEDIA_TYPE)
        .header("Ods-from", &who.asker.organisation_ods)
        .header("Ssp-TraceID", &trace_id)
        .header("Authorization", gateway.token.clone())
        .body(super::parameters::body(who.number(), &[]).to_string());
    let answer = wire::fetch(request, bounds).await?;
    Ok(Sent { answer, root, trace_id, by_gateway: true })
}

fn root(gateway: &Gateway) -> String {
    gateway.url.as_str().trim_end_matches('/').to_owned()
}

impl<'a> Who<'a> {
    /// `None` where there is no practice to ask.
    pub(super) fn of(question: &'a Question) -> Option<Self> {
        Some(Self {
            practice: question.practice.as_ref()?,
            opening: &question.opening,
            person: &question.person,
            asker: &question.asker,
            now: question.now,
        })
    }

    pub(super) fn of_document(question: &'a OpenQuestion) -> Option<Self> {
        Some(Self {
            practice: question.practice.as_ref()?,
            opening: &question.opening,
            person: &question.person,
            asker: &question.asker,
            now: question.now,
        })
    }

    /// Ten digits, for the wire only.
    pub(super) fn number(&self) -> &str {
        self.person.number().map(NhsNumber::digits).unwrap_or_default()
    }
}
