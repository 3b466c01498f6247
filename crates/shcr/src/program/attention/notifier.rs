//! Word of an alert: takes the log's name, where the alert stands and the officers' page, posts them to the deployment's address; gives
//! whether they arrived. No person, professional, reason, organisation or rule is in what is sent, and no secret in what is said.

use super::cases::Word;
use crate::config::{Config, alerts::Notify};
use crate::program::reported::RULE;
use audit::Millis;
use miette::{IntoDiagnostic, WrapErr};
use reqwest::{Certificate, Client, Identity, header::HeaderValue, redirect::Policy};
use std::{
    collections::BTreeSet,
    path::Path,
    sync::{Mutex, PoisonError},
    time::Duration,
};

/// Sent to everybody who wants to be told at all.
const ALWAYS: [&str; 7] = ["PO-02", "PO-04", "PO-05", "PO-06", "PO-28", "PO-29", RULE];
/// How long a receiver may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// Where word goes, and how.
pub(crate) struct Notifier {
    client: Client,
    url: String,
    token: Option<HeaderValue>,
    pub(super) rules: BTreeSet<String>,
    trouble: Mutex<Option<Trouble>>,
}

/// What did not arrive.
struct Trouble {
    since: Millis,
    waiting: usize,
    why: String,
}

impl Notifier {
    /// Where the configuration has an address. Files that hold no token, certificate or key are refused.
    pub(crate) fn load(config: &Config) -> miette::Result<Option<Self>> {
        let notify = config.alerts.notify.as_ref();
        let notifier = notify.map(Self::new).transpose();
        notifier.wrap_err("nobody could be told of urgent alerts (`[alerts.notify]`)")
    }

    fn new(notify: &Notify) -> miette::Result<Self> {
        let mut builder = Client::builder()
            .redirect(Policy::none())
            .referer(false)
            .no_proxy()
            .timeout(PATIENCE)
            .retry(reqwest::retry::never());
        if let Some(path) = notify.tls.as_ref().and_then(|tls| tls.identity_file.as_ref()) {
            let identity = Identity::from_pem(&read(path)?);
            let identity =
                identity.map_err(|_| miette::miette!("`{}` holds no certificate and key", path.display()))?;
            builder = builder.identity(identity);
        }
        if let Some(path) = notify.tls.as_ref().and_then(|tls| tls.ca_file.as_ref()) {
            let authorities = Certificate::from_pem_bundle(&read(path)?).unwrap_or_default();
            if authorities.is_empty() {
                return Err(miette::miette!("`{}` holds no certificate in PEM", path.display()));
            }
            builder = builder.tls_certs_only(authorities);
        }
        let token = notify.token_file.as_deref().map(bearer).transpose()?;
        Ok(Self {
            client: builder.build().into_diagnostic()?,
            url: notify.url.clone(),
            token,
            rules: ALWAYS.map(str::to_owned).into_iter().chain(notify.also.clone()).collect(),
            trouble: Mutex::default(),
        })
    }

    /// `about`: the alert and what is told of it; without one, that the log is frozen. The error says why in words without an address.
    pub(super) async fn send(
        &self,
        log: &str,
        about: Option<(u64, Word)>,
        office: &str,
    ) -> Result<(), String> {
        let body = match about {
            Some((alert, word)) => serde_json::json!({
                "log": log, "alert": alert, "what": word.name(), "see": format!("{office}/alerts#a{alert}"),
            }),
            None => serde_json::json!({ "log": log, "what": "frozen", "see": format!("{office}/alerts") }),
        };
        let mut request = self.client.post(&self.url).json(&body);
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

    pub(super) fn waits(&self, why: &str, waiting: usize, now: Millis) {
        let mut trouble = self.trouble.lock().unwrap_or_else(PoisonError::into_inner);
        let since = trouble.as_ref().map_or(now, |before| before.since);
        *trouble = Some(Trouble { since, waiting, why: why.to_owned() });
    }

    pub(super) fn all_is_told(&self) {
        *self.trouble.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// For the operator.
    pub(crate) fn said(&self, now: Millis) -> String {
        let trouble = self.trouble.lock().unwrap_or_else(PoisonError::into_inner);
        match &*trouble {
            None => "everything urgent is told".to_owned(),
            Some(Trouble { since, waiting, why }) => {
                let age_s = (now.seconds() - since.seconds()).max(0);
                format!("NOT told for {age_s} s: {waiting} waiting, the receiver does not take them ({why})")
            }
        }
    }
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
