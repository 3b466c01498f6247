//! One address of the deployment's own that we post to: takes it with our token, our certificate and their authorities, posts JSON; says
//! why something did not arrive in words without an address.

use miette::{IntoDiagnostic, WrapErr};
use reqwest::{Certificate, Client, Identity, header::HeaderValue, redirect::Policy};
use std::{path::Path, time::Duration};

/// How long a receiver may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// Where something is posted, and how.
pub(crate) struct Posting {
    client: Client,
    url: String,
    token: Option<HeaderValue>,
}

impl Posting {
    /// Files that hold no token, certificate or key are refused.
    pub(crate) fn load(
        url: &str,
        token_file: Option<&Path>,
        tls: Option<&federation::Tls>,
    ) -> miette::Result<Self> {
        let mut builder = Client::builder()
            .redirect(Policy::none())
            .referer(false)
            .no_proxy()
            .timeout(PATIENCE)
            .retry(reqwest::retry::never());
        if let Some(path) = tls.and_then(|tls| tls.identity_file.as_ref()) {
            let identity = Identity::from_pem(&read(path)?);
            let identity =
                identity.map_err(|_| miette::miette!("`{}` holds no certificate and key", path.display()))?;
            builder = builder.identity(identity);
        }
        if let Some(path) = tls.and_then(|tls| tls.ca_file.as_ref()) {
            let authorities = Certificate::from_pem_bundle(&read(path)?).unwrap_or_default();
            if authorities.is_empty() {
                return Err(miette::miette!("`{}` holds no certificate in PEM", path.display()));
            }
            builder = builder.tls_certs_only(authorities);
        }
        let token = token_file.map(bearer).transpose()?;
        Ok(Self { client: builder.build().into_diagnostic()?, url: url.to_owned(), token })
    }

    pub(crate) async fn post(&self, body: &serde_json::Value) -> Result<(), String> {
        let mut request = self.client.post(&self.url).json(body);
        if let Some(token) = &self.token {
            request = request.header(reqwest::header::AUTHORIZATION, token.clone());
        }
        match request.send().await {
            Ok(answer) if answer.status().is_success() => Ok(()),
            Ok(answer) => Err(format!("status {}", answer.status().as_u16())),
            Err(error) if error.is_timeout() => Err("no answer in time".to_owned()),
            Err(error) if error.is_connect() => Err("no connection".to_owned()),
            Err(_) => Err("the connection broke off".to_owned()),
        }
    }
}

/// What is wrong with an address that something is posted to, and what to write instead. HTTP goes over this machine alone, and only where
/// `here` allows it.
pub(crate) fn wrong(address: &str, here: bool) -> Option<(String, &'static str)> {
    let url = reqwest::Url::parse(address).ok();
    let is_here = |url: &reqwest::Url| {
        here && url.scheme() == "http" && matches!(url.host_str(), Some("127.0.0.1" | "localhost" | "[::1]"))
    };
    let Some(url) = url.filter(|url| url.scheme() == "https" || is_here(url)) else {
        return Some((
            format!("`{address}` is no address of HTTPS"),
            "write one that begins with `https://`",
        ));
    };
    let has_secrets = !url.username().is_empty() || url.password().is_some() || url.query().is_some();
    has_secrets.then(|| {
        ("it holds a name, a password or a query".to_owned(), "put what is secret into `token_file`")
    })
}

fn read(path: &Path) -> miette::Result<Vec<u8>> {
    std::fs::read(path).into_diagnostic().wrap_err_with(|| format!("cannot read `{}`", path.display()))
}

fn bearer(path: &Path) -> miette::Result<HeaderValue> {
    let text = String::from_utf8(read(path)?).unwrap_or_default();
    let token = text.trim();
    let is_plain = !token.is_empty() && token.bytes().all(|b| b.is_ascii_graphic());
    let header = HeaderValue::from_str(&format!("Bearer {token}")).ok().filter(|_| is_plain);
    let mut header =
        header.ok_or_else(|| miette::miette!("`{}` holds no token of one line", path.display()))?;
    header.set_sensitive(true);
    Ok(header)
}
