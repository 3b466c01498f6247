//! Takes a request that nobody began to answer, says whether it is sent once more: only what reads, only where the connection
//! failed and not the trust in it, only while more than half of the time is left, and only if its source has a repetition
//! saved (HAZ-036). Never a second time, and never once the source has refused anything or asked us to wait.

use super::{Answer, Bounds};
use crate::fault::Fault;
use reqwest::{Method, Request, header::HeaderValue};
use std::{error::Error, io};
use tokio::time::{Instant, sleep};

const REQUEST_ID: &str = "x-request-id";

/// The end of the address of a search that travels in a body.
const SEARCH: &str = "/_search";

impl Bounds {
    /// The request again, where it might be sent twice.
    pub(super) fn spare(&self, request: &Request) -> Option<Request> {
        let may = self.errand.as_ref().is_some_and(|errand| errand.may_repeat());
        if may && is_read(request) { request.try_clone() } else { None }
    }

    /// Whether it may now; waits first, for as long as chance has it, so that all who missed an answer together do not come back
    /// together.
    pub(super) async fn may_repeat(&self) -> bool {
        let Some(errand) = &self.errand else {
            return false;
        };
        let pause = self.limits.repeat_within.mul_f64(chance());
        let left = self.deadline.saturating_duration_since(Instant::now() + pause);
        if left <= self.deadline.saturating_duration_since(self.started) / 2 || !errand.repeat() {
            return false;
        }
        sleep(pause).await;
        true
    }

    /// What an exchange says of its source, for the guard.
    pub(super) fn heard(&self, answer: &Result<Answer, Fault>) {
        let Some(errand) = &self.errand else {
            return;
        };
        let status = answer.as_ref().map(|answer| answer.status).ok();
        if matches!(status, Some(429 | 503)) || matches!(answer, Err(Fault::TimedOut)) {
            errand.strain();
        }
        let waits = answer.as_ref().is_ok_and(|answer| answer.retry_after.is_some());
        if waits || matches!(status, Some(400..=499)) {
            errand.forgo();
        }
    }
}

/// Sent again it has an id of its own: the source's log has two requests then, and neither stands for the other.
pub(super) fn renamed(mut request: Request, bounds: &Bounds) -> Request {
    if request.headers().contains_key(REQUEST_ID)
        && let Ok(id) = HeaderValue::from_str(&bounds.request_id())
    {
        request.headers_mut().insert(REQUEST_ID, id);
    }
    request
}

/// A read by FHIR's own rules. An operation of a practice is a POST, and what it does to them is not for us to know.
fn is_read(request: &Request) -> bool {
    let is_search = || *request.method() == Method::POST && request.url().path().ends_with(SEARCH);
    *request.method() == Method::GET || is_search()
}

/// Nothing of an answer came, and another connection may bring one. A certificate that is refused, ours or theirs, is no such
/// thing, nor is a name that leads nowhere (F04, F05). A head that breaks off half-way cannot be told from none.
pub(super) fn may_repeat(error: &reqwest::Error) -> bool {
    if error.is_timeout() {
        return error.is_connect();
    }
    let mut cause = error.source();
    while let Some(inner) = cause {
        if inner.downcast_ref::<hyper::Error>().is_some_and(hyper::Error::is_incomplete_message) {
            return true;
        }
        if let Some(io) = inner.downcast_ref::<io::Error>() {
            return is_cut(io.kind());
        }
        cause = inner.source();
    }
    false
}

fn is_cut(kind: io::ErrorKind) -> bool {
    use io::ErrorKind::*;
    matches!(
        kind,
        ConnectionRefused | ConnectionReset | ConnectionAborted | BrokenPipe | UnexpectedEof | TimedOut
    )
}

/// From 0 to 1, evenly.
fn chance() -> f64 {
    // What a simulation does must not hang on chance.
    #[cfg(feature = "testing")]
    if crate::network::is_laid() {
        return 0.5;
    }
    let [byte, next, ..] = *uuid::Uuid::new_v4().as_bytes();
    f64::from(u16::from_be_bytes([byte, next])) / f64::from(u16::MAX)
}

#[cfg(test)]
mod tests;
