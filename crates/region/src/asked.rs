//! Takes every request a source receives, gives what each was asked: so that "nothing was asked" can be checked from
//! outside. In memory; a person's number in a path is masked, queries and bodies are not kept.

use axum::{extract::Request, http::HeaderMap};
use serde::Serialize;
use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Mutex, MutexGuard, PoisonError},
};

/// Requests kept per source; older ones are only counted.
const KEPT: usize = 1000;

/// Where a request names itself, in the order of preference.
const REQUEST_IDS: [&str; 3] = ["x-request-id", "ssp-traceid", "x-correlation-id"];

/// The access logs of all sources.
#[derive(Default)]
pub(crate) struct Asked(Mutex<BTreeMap<String, Log>>);

#[derive(Default)]
struct Log {
    count: u64,
    requests: VecDeque<Line>,
}

#[derive(Clone, Serialize)]
pub(crate) struct Line {
    at: String,
    request_id: Option<String>,
    method: String,
    path: String,
}

/// What one source was asked.
#[derive(Serialize)]
pub(crate) struct AskedOf {
    source: String,
    count: u64,
    request_ids: Vec<String>,
    requests: Vec<Line>,
}

impl Asked {
    pub(crate) fn note(&self, source: &str, request: &Request) {
        let line = Line {
            at: crate::clock::now().to_string(),
            request_id: request_id(request.headers()),
            method: request.method().to_string(),
            path: masked(request.uri().path()),
        };
        let mut logs = self.logs();
        let log = logs.entry(source.to_owned()).or_default();
        log.count += 1;
        log.requests.push_back(line);
        if log.requests.len() > KEPT {
            log.requests.pop_front();
        }
    }

    /// One entry per source that was asked anything, by name.
    pub(crate) fn all(&self) -> Vec<AskedOf> {
        let logs = self.logs();
        logs.iter().map(|(source, log)| log.asked_of(source)).collect()
    }

    pub(crate) fn reset(&self) {
        self.logs().clear();
    }

    fn logs(&self) -> MutexGuard<'_, BTreeMap<String, Log>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Log {
    fn asked_of(&self, source: &str) -> AskedOf {
        AskedOf {
            source: source.to_owned(),
            count: self.count,
            request_ids: self.requests.iter().filter_map(|line| line.request_id.clone()).collect(),
            requests: self.requests.iter().cloned().collect(),
        }
    }
}

fn request_id(headers: &HeaderMap) -> Option<String> {
    let id = REQUEST_IDS.iter().find_map(|name| headers.get(*name))?;
    id.to_str().ok().map(str::to_owned)
}

/// PDS takes the NHS number in its path: a segment of ten digits is not kept.
fn masked(path: &str) -> String {
    let mask = |segment: &str| {
        let number = segment.len() == 10 && segment.bytes().all(|byte| byte.is_ascii_digit());
        if number { "-".to_owned() } else { segment.to_owned() }
    };
    path.split('/').map(mask).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::Asked;
    use axum::{body::Body, extract::Request};

    #[test]
    fn what_was_asked_is_counted_and_no_number_is_kept() {
        let asked = Asked::default();
        let request = |path: &str| {
            Request::builder().uri(path).header("X-Request-ID", "r-1").body(Body::empty()).unwrap()
        };
        asked.note("pds", &request("/personal-demographics/FHIR/R4/Patient/9990000018?x=9990000018"));
        asked.note("pds", &request("/metadata"));
        let all = serde_json::to_string(&asked.all()).unwrap();
        assert!(all.contains("\"count\":2") && all.contains("\"request_ids\":[\"r-1\",\"r-1\"]"));
        assert!(!all.contains("9990000018"), "HAZ-049: an access log keeps no identifier");
        asked.reset();
        assert!(asked.all().is_empty());
    }
}
