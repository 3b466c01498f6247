//! Takes a signed launch that came through the professional's browser, encrypted to us, gives a launch ready to be stored
//! under a one-time handle; refuses it from a page that is not the host's. It passed through hands that are not the host's
//! server, so it counts for two factors at most. Source: RFC 7516, RFC 7519 section 11.2; access.md section 1 (D).

use super::{
    Asked, Declined, LaunchFacts, Route, claims,
    signed::{Accepted, Presented},
};
use crate::{
    host::{Host, Hosts},
    jwt::{Compact, Fault},
    keys::Keys,
    own_keys::OwnKeys,
};
use jiff::Timestamp;

const FORM_TYPES: [Option<&str>; 1] = [Some("shcr-form+jwt")];

/// What a browser posted, and from where.
#[derive(Clone, Copy)]
pub struct Posted<'a> {
    pub assertion: &'a str,
    /// The page's, as the browser says.
    pub origin: Option<&'a str>,
}

/// Everything a form is judged by.
#[derive(Clone, Copy)]
pub struct Judge<'a> {
    pub hosts: &'a Hosts,
    pub keys: &'a Keys,
    pub own: &'a OwnKeys,
    pub token_url: &'a str,
    pub training: bool,
}

impl Judge<'_> {
    pub async fn accept(&self, posted: Posted<'_>, now: Timestamp) -> Result<Accepted, Declined> {
        let decline =
            |host: Option<&Host>, fault| Declined::new(host.map(|host| host.client_id.as_str()), fault);
        let text = self.own.decrypt(posted.assertion).map_err(|fault| decline(None, fault))?;
        let token = Compact::read(&text).map_err(|fault| decline(None, fault))?;
        let host = token.unverified_issuer().and_then(|issuer| self.hosts.find(&issuer));
        let host = host.ok_or_else(|| decline(None, Fault("iss")))?;
        self.launch(&text, posted, host, now).await.map_err(|fault| decline(Some(host), fault))
    }

    async fn launch(
        &self,
        text: &str,
        posted: Posted<'_>,
        host: &Host,
        now: Timestamp,
    ) -> Result<Accepted, Fault> {
        // Before the signature: a page that is not the host's causes no packet.
        if !posted.origin.is_some_and(|origin| host.origins.iter().any(|own| own == origin)) {
            return Err(Fault("origin"));
        }
        let asked = Asked { token_url: self.token_url, training: self.training, now };
        let (claims, unused) = Presented { text, types: &FORM_TYPES }.claims(host, self.keys, asked).await?;
        let facts = claims::facts(&claims.read(), host, Route::Form, asked)?;
        let assurance = facts.assurance.min(host.form_max_assurance);
        Ok(unused.with(LaunchFacts { assurance, ..facts }, text))
    }
}

#[cfg(test)]
mod tests;
