//! The back channel as a host's server reaches it: takes the identity it shows, or none, gives what the gateway answers there.
//! Source: RFC 8705.

use crate::{client, ready::Ready, signer::Granted};
use serde_json::Value;
use std::path::Path;

/// One server's connection.
pub struct BackChannel {
    client: reqwest::Client,
    url: String,
}

/// What it answered with JSON.
pub struct Answer {
    pub status: u16,
    pub body: Value,
    headers: Vec<(String, String)>,
}

impl Answer {
    /// From elsewhere, without its headers.
    pub fn of(status: u16, body: &str) -> Self {
        let body = serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}: {body}"));
        Self { status, body, headers: Vec::new() }
    }

    /// Empty where there is none.
    pub fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }
}

impl BackChannel {
    /// With the identity in the file of that name in the ready file: `host_identity`, or another partner's; `None` shows none.
    pub fn showing(ready: &Ready, identity: Option<&str>) -> Self {
        let identity = identity.map(|name| ready.text(name));
        Self::with(ready, identity.as_deref().map(Path::new))
    }

    /// With the identity in that file.
    pub fn with(ready: &Ready, identity: Option<&Path>) -> Self {
        // A provider is installed by whoever makes the first client.
        drop(client());
        let read = |path: &Path| std::fs::read(path).expect("the file can be read");
        let authority = reqwest::Certificate::from_pem(&read(Path::new(&ready.text("ca_file"))));
        let builder = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .tls_certs_only([authority.expect("a certificate")]);
        let builder = match identity {
            Some(path) => {
                builder.identity(reqwest::Identity::from_pem(&read(path)).expect("certificate and key"))
            }
            None => builder,
        };
        Self {
            client: builder.build().expect("a client can be built"),
            url: ready.text("back_channel_url") + "/oauth2/token",
        }
    }

    /// Asks for an address of the back channel, with these headers.
    pub async fn get(&self, url: &str, headers: &[(&str, &str)]) -> Answer {
        let request = self.client.get(url).timeout(std::time::Duration::from_secs(60));
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        let answer = request.send().await.expect("the gateway answers");
        let status = answer.status().as_u16();
        let text =
            |value: &reqwest::header::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        let headers = answer.headers().iter().map(|(name, value)| (name.to_string(), text(value))).collect();
        let body = answer.text().await.expect("text");
        Answer { headers, ..Answer::of(status, &body) }
    }

    /// Posts to the token endpoint.
    pub async fn post(&self, form: &[(&str, &str)]) -> Granted {
        self.try_post(form).await.expect("the gateway answers")
    }

    /// The same, where the handshake may fail.
    pub async fn try_post(&self, form: &[(&str, &str)]) -> Result<Granted, reqwest::Error> {
        let answer = self.client.post(&self.url).form(form).send().await?;
        Ok(Granted::of(answer).await)
    }
}
