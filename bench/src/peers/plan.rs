//! What one opening asks of the partners, request by request, as a peer gets it when it starts; and the slow merge that every answer is
//! held against: it asks one after the other, and keeps nothing but who is in the answers.

use crate::Outcome;
use reqwest::{Client, Method, RequestBuilder};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    time::Duration,
};

/// Longer than any partner of the region takes.
const PATIENCE: Duration = Duration::from_secs(60);

#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Plan {
    /// Of each partner, what is asked of it one step after another. The requests of a step are asked together.
    pub(crate) partners: Vec<Vec<Vec<Ask>>>,
    /// Who signed the partners' certificates: PEM.
    pub(crate) authority: PathBuf,
    /// The asker's own certificate and key in one file, for a partner that wants it: PEM.
    pub(crate) identity: PathBuf,
}

/// One request, as the gateway sent it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Ask {
    pub(crate) method: String,
    pub(crate) url: String,
    pub(crate) headers: BTreeMap<String, String>,
    /// `None` with a request that has none.
    pub(crate) body: Option<String>,
    /// Whether a bundle that answers it belongs to the record. Registers and directories do not.
    pub(crate) merge: bool,
}

impl Plan {
    /// Every request, partner by partner.
    pub(crate) fn asks(&self) -> impl Iterator<Item = &Ask> {
        self.partners.iter().flatten().flatten()
    }

    /// The most steps that a partner is asked in.
    pub(crate) fn steps(&self) -> usize {
        self.partners.iter().map(Vec::len).max().unwrap_or(0)
    }

    /// A client of its own, with everything a partner may want to see.
    pub(crate) fn client(&self) -> Outcome<Client> {
        // A test before this one may have installed it.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let authority = reqwest::Certificate::from_pem(&std::fs::read(&self.authority)?)?;
        let identity = reqwest::Identity::from_pem(&std::fs::read(&self.identity)?)?;
        let client = Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none());
        Ok(client.timeout(PATIENCE).tls_certs_only([authority]).identity(identity).build()?)
    }

    pub(crate) fn write(&self, file: &Path) -> Outcome<()> {
        Ok(std::fs::write(file, serde_json::to_vec(self)?)?)
    }

    pub(crate) fn read(file: &Path) -> Outcome<Self> {
        Ok(serde_json::from_slice(&std::fs::read(file)?)?)
    }
}

impl Ask {
    pub(crate) fn request(&self, client: &Client) -> Outcome<RequestBuilder> {
        let request = client.request(Method::from_bytes(self.method.as_bytes())?, &self.url);
        let request = self.headers.iter().fold(request, |request, (name, value)| request.header(name, value));
        Ok(match &self.body {
            Some(body) => request.body(body.clone()),
            None => request,
        })
    }
}

/// Who must be in the answer, whoever gives it; nobody twice.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Expected {
    pub(crate) keys: BTreeSet<String>,
    /// Entries of all answers together, of which some stand in several.
    pub(crate) entries: usize,
    /// Of all answers together.
    pub(crate) size_bytes: usize,
}

impl Expected {
    pub(crate) async fn of(plan: &Plan) -> Outcome<Self> {
        let client = plan.client()?;
        let mut expected = Self { keys: BTreeSet::new(), entries: 0, size_bytes: 0 };
        for ask in plan.asks() {
            let answer = ask.request(&client)?.send().await?.error_for_status()?.bytes().await?;
            expected.size_bytes += answer.len();
            if ask.merge {
                expected.add(&serde_json::from_slice(&answer)?);
            }
        }
        Ok(expected)
    }

    pub(crate) fn add(&mut self, answer: &Value) {
        if answer.get("resourceType").is_some_and(|kind| kind == "Bundle") {
            for key in entries(answer).filter_map(key) {
                self.keys.insert(key);
                self.entries += 1;
            }
        }
    }

    /// Refuses, with what is wrong with it, an answer that is not whole, or holds somebody twice, or anybody else.
    pub(crate) fn check(&self, answer: &[u8]) -> Outcome<()> {
        let answer: Value = serde_json::from_slice(answer)?;
        if answer.get("resourceType").is_none_or(|kind| kind != "Bundle") {
            return Err("an answer that is no bundle".into());
        }
        let found = entries(&answer).map(|entry| key(entry).ok_or("an entry that is none of a record"));
        let found = found.collect::<Result<Vec<_>, _>>()?;
        let keys: BTreeSet<&String> = found.iter().collect();
        if keys.len() != found.len() {
            return Err(format!("{} entries stand twice", found.len() - keys.len()).into());
        }
        let missing = self.keys.iter().filter(|key| !keys.contains(key)).count();
        let others = keys.iter().filter(|key| !self.keys.contains(**key)).count();
        if missing + others > 0 {
            return Err(format!("{missing} of {} entries missing, {others} others", self.keys.len()).into());
        }
        let total = answer.get("total").and_then(Value::as_u64);
        if total != u64::try_from(found.len()).ok() {
            return Err(format!("a total of {total:?} over {} entries", found.len()).into());
        }
        Ok(())
    }
}

fn entries(bundle: &Value) -> impl Iterator<Item = &Value> {
    bundle.get("entry").and_then(Value::as_array).into_iter().flatten()
}

/// Its address, or else its type and id. What has neither is said of the search (an outcome), and is no entry of a record.
pub(crate) fn key(entry: &Value) -> Option<String> {
    if let Some(url) = entry.get("fullUrl").and_then(Value::as_str) {
        return Some(url.to_owned());
    }
    let text = |name: &str| entry.pointer(name).and_then(Value::as_str);
    Some(format!("{}/{}", text("/resource/resourceType")?, text("/resource/id")?))
}
