//! Takes where a source hands over its own log of our requests, gives one day of it as it came; refuses more than a hand-over may
//! have. Asked with the same proof as the source's data, over the same authorities; about nobody, and in no opening's name.
//! Source: audit.md section 10; docs/look-up/reconciliation.md.

use crate::{
    auth::Credentials,
    fault::Fault,
    limits::Limits,
    source::{self, ConfigFault, Place, SourceConfig},
    wire::{self, Bounds, Line, Lines},
};
use audit::reconcile::{LONGEST_BYTES, SubjectKey};
use fhir::SourceId;
use jiff::Timestamp;
use reqwest::Url;
use serde::Deserialize;
use std::{collections::HashMap, path::PathBuf, sync::Arc, time::Duration};
use tokio::time::Instant;

/// A day of a large source comes at night, and at its leisure.
const TOTAL: Duration = Duration::from_secs(600);
const FIRST_BYTE: Duration = Duration::from_secs(60);
/// Beside `/Patient`, where no address is named.
const BESIDE: &str = "access-log";

/// How a source hands over its log of us.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccessLogConfig {
    /// Without it `access-log` below `base_url`. Asked with `?day=`.
    pub url: Option<String>,
    /// 64 hexadecimal digits that both sides have: what the log hashes NHS numbers under. Without it persons are not compared.
    pub subject_key_file: Option<PathBuf>,
}

/// Why a day was not handed over. Names no address.
#[derive(Debug, thiserror::Error)]
pub enum NotHandedOver {
    #[error("it has not been agreed that this source hands over its log")]
    NotAgreed,
    #[error("{0}")]
    Failed(String),
}

/// One source's log.
pub(crate) struct AccessLog {
    client: Line,
    credentials: Credentials,
    url: Url,
    subject_key: Option<SubjectKey>,
    limits: Arc<Limits>,
}

/// Of every source that hands one over.
pub(crate) fn of(
    sources: &[SourceConfig],
    lines: &Lines,
) -> Result<HashMap<SourceId, AccessLog>, ConfigFault> {
    let logs = sources.iter().map(|source| Ok((source.id.clone(), AccessLog::new(source, lines)?)));
    let logs: Vec<(SourceId, Option<AccessLog>)> = logs.collect::<Result<_, _>>()?;
    Ok(logs.into_iter().filter_map(|(id, log)| Some((id, log?))).collect())
}

impl AccessLog {
    /// Reads key files; touches no network. `None` where nothing is agreed.
    pub(crate) fn new(source: &SourceConfig, lines: &Lines) -> Result<Option<Self>, ConfigFault> {
        // A partner that is not asked yet may have its settings ready.
        let config = source.access_log.as_ref().filter(|_| !source.kind.is_none());
        let Some(config) = config else { return Ok(None) };
        let limits = Limits {
            page_bytes: LONGEST_BYTES,
            source_bytes: LONGEST_BYTES,
            first_byte: FIRST_BYTE,
            ..Limits::default()
        };
        let client = lines.line(&limits, source.tls.as_ref(), Some(&source.id), &source.addresses)?;
        let subject_key = config.subject_key_file.as_deref().map(|path| {
            let at = Place::of(&source.id, "access_log.subject_key_file");
            let text = wire::read_file(at.clone(), path)?;
            let digits = std::str::from_utf8(&text).map(str::trim).unwrap_or_default();
            let key = audit::hash::unhex(&digits.to_ascii_lowercase());
            key.map(|key| SubjectKey::new(&key)).ok_or_else(|| ConfigFault::Key { at, path: path.to_owned() })
        });
        Ok(Some(Self {
            credentials: Credentials::of(source, &client)?,
            client,
            url: url(source, config.url.as_deref())?,
            subject_key: subject_key.transpose()?,
            limits: Arc::new(limits),
        }))
    }

    pub(crate) fn subject_key(&self) -> Option<&SubjectKey> {
        self.subject_key.as_ref()
    }

    pub(crate) async fn of_day(&self, day: &str, now: Timestamp) -> Result<Vec<u8>, NotHandedOver> {
        let started = Instant::now();
        let bounds = Bounds::new(&self.limits, started, started + TOTAL);
        let request = self.client.get(self.url.clone()).query(&[("day", day)]);
        let request = request.header("Accept", "application/x-ndjson");
        let request = request.header("X-Request-Id", bounds.request_id());
        let answer = self.credentials.fetch(request, now, &bounds).await;
        match answer {
            Ok(answer) if answer.status == 200 => Ok(answer.body),
            Ok(answer) => Err(NotHandedOver::Failed(Fault::Status(answer.status).to_string())),
            Err(fault) => Err(NotHandedOver::Failed(fault.to_string())),
        }
    }
}

fn url(source: &SourceConfig, named: Option<&str>) -> Result<Url, ConfigFault> {
    if let Some(named) = named {
        return source::base_url(Place::of(&source.id, "access_log.url"), named);
    }
    let base = source.base_url.as_deref();
    let base = base.ok_or_else(|| ConfigFault::NoBaseUrl { id: source.id.clone() })?;
    let beside = format!("{}/{BESIDE}", base.trim_end_matches('/'));
    source::base_url(Place::of(&source.id, "base_url"), &beside)
}

#[cfg(test)]
mod tests;
