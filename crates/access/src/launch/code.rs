//! Takes a one-time code that a host sent through the browser, gives a launch: the code is redeemed at that host's registered
//! token endpoint, where we prove ourselves, and what comes back is judged as an exchange would be. Nothing is discovered, no
//! redirect is followed, and a reply that is late or large is none. That a code is used once is the store's to check.
//! Source: RFC 6749 section 4.1.3; RFC 7523 section 2.2; RFC 8693.

use super::{Asked, Declined, exchange::Halves, signed::Accepted};
use crate::{
    host::{CodeConfig, Host, Hosts},
    jwt::Fault,
    keys::{Keys, KeysFault},
    own_keys::OwnKeys,
};
use fhir::Json;
use jiff::Timestamp;
use std::time::Duration;

const CLIENT_ASSERTION: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// A reply larger than this is not read.
const SIZE_MAX: usize = 64 * 1024;
/// The whole exchange, and within it the connection.
const REDEEM: Duration = Duration::from_secs(3);
const CONNECT: Duration = Duration::from_secs(1);
/// A code longer than this is nobody's.
const CODE_MAX: usize = 512;

/// The client that redeems codes.
pub struct Redeemer(reqwest::Client);

impl Redeemer {
    /// Asks nobody yet. The program must have installed a TLS provider before.
    pub fn new() -> Result<Self, KeysFault> {
        #[cfg(feature = "testing")]
        if let Some(client) = crate::socketless::client() {
            return Ok(Self(client));
        }
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(CONNECT)
            .timeout(REDEEM)
            .build()
            .map_err(KeysFault)?;
        Ok(Self(client))
    }
}

/// The registered host of that name that may send this code; everybody else's causes no packet.
pub fn host_of<'h>(hosts: &'h Hosts, name: &str, code: &str) -> Result<&'h Host, Declined> {
    let host = hosts.find(name).ok_or_else(|| Declined::new(None, Fault("host")))?;
    let decline = |fault| Declined::new(Some(&host.client_id), Fault(fault));
    if endpoint(host).is_none() {
        return Err(decline("flow"));
    }
    // RFC 6749 appendix A.11: visible characters.
    let whole = !code.is_empty() && code.len() <= CODE_MAX && code.bytes().all(|b| b.is_ascii_graphic());
    if whole { Ok(host) } else { Err(decline("code")) }
}

fn endpoint(host: &Host) -> Option<&CodeConfig> {
    host.exchange.as_ref().and_then(|exchange| exchange.code.as_ref())
}

/// Everything a code's reply is judged by.
#[derive(Clone, Copy)]
pub struct Judge<'a> {
    pub keys: &'a Keys,
    pub own: &'a OwnKeys,
    pub redeemer: &'a Redeemer,
    pub token_url: &'a str,
    pub training: bool,
}

impl Judge<'_> {
    pub async fn accept(&self, host: &Host, code: &str, now: Timestamp) -> Result<Accepted, Declined> {
        self.launch(host, code, now).await.map_err(|fault| Declined::new(Some(&host.client_id), fault))
    }

    async fn launch(&self, host: &Host, code: &str, now: Timestamp) -> Result<Accepted, Fault> {
        let endpoint = endpoint(host).ok_or(Fault("flow"))?;
        let reply = self.redeem(endpoint, code, now).await?;
        let text = fhir::json::check(&reply).map_err(|_| Fault("reply form"))?;
        let reply = Json::of(text).object().ok_or(Fault("reply form"))?;
        let id_token = reply.text("id_token").ok_or(Fault("reply id_token"))?;
        let actor_token = reply.text("actor_token").ok_or(Fault("reply actor_token"))?;
        let asked = Asked { token_url: self.token_url, training: self.training, now };
        Halves::of_reply(&id_token, &actor_token).launch(host, self.keys, asked).await
    }

    async fn redeem(&self, endpoint: &CodeConfig, code: &str, now: Timestamp) -> Result<Vec<u8>, Fault> {
        const SILENT: Fault = Fault("host unreachable");
        let assertion = self.own.client_assertion(&endpoint.client_id, &endpoint.token_url, now);
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("client_assertion_type", CLIENT_ASSERTION),
            ("client_assertion", &assertion.ok_or(SILENT)?),
        ];
        let sent = self.redeemer.0.post(&endpoint.token_url).form(&form).send().await;
        let mut answer = sent.map_err(|_| SILENT)?;
        if answer.status().is_server_error() {
            return Err(SILENT);
        }
        if answer.status() != reqwest::StatusCode::OK {
            return Err(Fault("code"));
        }
        let mut bytes = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(|_| SILENT)? {
            if bytes.len() + chunk.len() > SIZE_MAX {
                return Err(Fault("reply size"));
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests;
