//! Takes a request, looks the practice's address up, and sends it through the Spine Secure Proxy with the headers and the
//! token it wants. An address the proxy no longer knows is looked up again, once.
//! Source: GP Connect 1.6.2, Spine Secure Proxy and cross-organisation audit.

use super::{NotSent, Request, Sent, Who};
use crate::{
    fault::Fault,
    guard::Suppliers,
    national::{
        National,
        sds::{Endpoint, NoEndpoint, kept::Wanted},
        token,
    },
    sources::gp_connect::{capability::Capability, refused},
    wire::{self, Bounds, Line},
};
use reqwest::RequestBuilder;
use std::sync::Arc;

/// The way through the proxy.
pub(in crate::sources::gp_connect) struct Proxy {
    pub(super) client: Line,
    pub(super) national: Arc<National>,
    pub(super) suppliers: Arc<Suppliers>,
}

impl Proxy {
    pub(super) async fn endpoint(
        &self,
        who: &Who<'_>,
        capability: &'static Capability,
        bounds: &Bounds,
    ) -> Result<Endpoint, NoEndpoint> {
        self.national.sds.find(&wanted(who, capability), bounds).await
    }

    pub(super) async fn send(
        &self,
        who: &Who<'_>,
        request: &Request,
        bounds: &Bounds,
    ) -> Result<Sent, NotSent> {
        let endpoint = self.endpoint(who, request.capability, bounds).await.map_err(NotSent::NoEndpoint)?;
        let sent = self.once(who, request, &endpoint, bounds).await.map_err(NotSent::Fault)?;
        if !refused::is_other_address(&sent.answer) {
            return Ok(sent);
        }
        self.national.sds.forget(&wanted(who, request.capability));
        let endpoint = self.endpoint(who, request.capability, bounds).await.map_err(NotSent::NoEndpoint)?;
        self.once(who, request, &endpoint, bounds).await.map_err(NotSent::Fault)
    }

    async fn once(
        &self,
        who: &Who<'_>,
        request: &Request,
        endpoint: &Endpoint,
        bounds: &Bounds,
    ) -> Result<Sent, Fault> {
        self.suppliers.enter(&endpoint.root, bounds).await?;
        let trace_id = bounds.request_id();
        let built = self.request(who, request, endpoint).header("Ssp-TraceID", &trace_id);
        let answer = wire::fetch(built, bounds).await?;
        Ok(Sent { answer, root: endpoint.root.clone(), trace_id, by_gateway: false })
    }

    fn request(&self, who: &Who<'_>, request: &Request, endpoint: &Endpoint) -> RequestBuilder {
        let capability = request.capability;
        let own = self.national.ssp.as_str().trim_end_matches('/');
        let token = token::unsigned(&token::Claims {
            shape: capability.token,
            scope: capability.scope,
            issuer: own,
            audience: &endpoint.root,
            asker: who.asker,
            number: who.number(),
            issued_s: who.now.as_second(),
        });
        // The practice's whole address stands behind the proxy's, its own `https://` included.
        let url = format!("{own}/{}/{}", endpoint.root, request.path);
        let built = self
            .client
            .request(request.method.clone(), url)
            .header("Accept", capability.media_type)
            .header("Ssp-From", &self.national.asid)
            .header("Ssp-To", &endpoint.asid)
            .header("Ssp-InteractionID", capability.interaction)
            .bearer_auth(token);
        let built = if request.query.is_empty() { built } else { built.query(&request.query) };
        match &request.body {
            Some(body) => built.header("Content-Type", capability.media_type).body(body.clone()),
            None => built,
        }
    }
}

fn wanted<'a>(who: &Who<'a>, capability: &'static Capability) -> Wanted<'a> {
    Wanted { practice: who.practice, interaction: capability.interaction, opening: who.opening }
}
