//! Takes every request to a source before the source does: notes it, delays it, and lets the fault in force spoil
//! the answer. What a fault leaves alone reaches the source untouched.

use super::spoilt;
use crate::{
    faults::Fault,
    marks,
    outcome::{Dialect, Problem},
    world::World,
};
use axum::{
    body::Body,
    extract::{Request, State},
    http::{HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

/// How long a system that is out of order asks its callers to wait.
const WAIT_S: u32 = 2;

/// One source's place in the world.
pub(crate) struct Gate {
    pub(crate) world: Arc<World>,
    /// The name its requests are noted under.
    pub(crate) source: String,
    /// The name its faults are set under: of one of several services of a source, perhaps.
    fault: String,
    dialect: Dialect,
    asked: AtomicU64,
    /// It is no source: what it is asked is not noted.
    unnoted: bool,
}

impl Gate {
    /// A source that refuses in plain FHIR.
    pub(crate) fn new(world: &Arc<World>, source: &str) -> Arc<Self> {
        Self::speaking(world, source, Dialect::R4)
    }

    /// A source that refuses in its own dialect.
    pub(crate) fn speaking(world: &Arc<World>, source: &str, dialect: Dialect) -> Arc<Self> {
        Self::of_service(world, (source, source), dialect)
    }

    /// One service of a source: the source's name, then the one its own faults are set under.
    pub(crate) fn of_service(world: &Arc<World>, names: (&str, &str), dialect: Dialect) -> Arc<Self> {
        let (source, fault) = (names.0.to_owned(), names.1.to_owned());
        let (world, asked) = (Arc::clone(world), AtomicU64::new(0));
        Arc::new(Self { world, source, fault, dialect, asked, unnoted: false })
    }

    /// Something that can be broken and is no source.
    pub(crate) fn unnoted(world: &Arc<World>, name: &str) -> Arc<Self> {
        let (world, asked) = (Arc::clone(world), AtomicU64::new(0));
        let (source, fault) = (name.to_owned(), name.to_owned());
        Arc::new(Self { world, source, fault, dialect: Dialect::R4, asked, unnoted: true })
    }

    /// It is a source, and none of those that pass on what another answered.
    pub(crate) fn is_marked(&self, pass_on: &[&str]) -> bool {
        !self.unnoted && !pass_on.contains(&self.source.as_str())
    }
}

/// The middleware of every source.
pub(crate) async fn pass(State(gate): State<Arc<Gate>>, request: Request, next: Next) -> Response {
    if !gate.unnoted {
        gate.world.asked.note(&gate.source, &request);
    }
    tokio::select! {
        response = answer(&gate, request, next) => response,
        () = gate.world.closed() => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

async fn answer(gate: &Gate, request: Request, next: Next) -> Response {
    let nth = gate.asked.fetch_add(1, Ordering::Relaxed);
    if let Some(seed) = gate.world.latency {
        tokio::time::sleep(latency(seed, &gate.source, nth)).await;
    }
    gate.world.faults.lifted(&gate.fault).await;
    let fault = gate.world.faults.of(&gate.fault);
    if let Some(response) = instead(gate, fault) {
        return response;
    }
    if let Fault::Slow { ms } = fault {
        tokio::time::sleep(Duration::from_millis(ms)).await;
    }
    let response = marks::put(gate, next.run(request).await).await;
    spoil(gate, fault, response).await
}

/// What is said without asking the source.
fn instead(gate: &Gate, fault: Fault) -> Option<Response> {
    Some(match fault {
        Fault::Status(status) => refuse(status, WAIT_S),
        Fault::RetryAfter { s } => refuse(429, s),
        Fault::Outcome(code) => Problem::of(code).respond(gate.dialect),
        Fault::WrongType => spoilt::page(),
        Fault::Redirect => spoilt::elsewhere(),
        _ => return None,
    })
}

async fn spoil(gate: &Gate, fault: Fault, response: Response) -> Response {
    let rewrite: fn(&[u8]) -> Vec<u8> = match fault {
        Fault::Drop => return spoilt::body(response, spoilt::broken_off).await,
        Fault::Truncated => return spoilt::truncated(response).await,
        Fault::Malformed => return spoilt::body(response, |whole| Body::from(spoilt::half(&whole))).await,
        Fault::Empty => return spoilt::body(response, |_| Body::empty()).await,
        Fault::Huge => return spoilt::endless(response, &gate.world, true),
        Fault::Endless => return spoilt::endless(response, &gate.world, false),
        Fault::Gzip => return spoilt::gzip(response).await,
        Fault::DuplicateKey => spoilt::duplicate_key,
        Fault::BadUtf8 => spoilt::bad_utf8,
        Fault::Deep => spoilt::deep,
        Fault::NoSubject => spoilt::no_subject,
        // The others are for the source itself.
        _ => return response,
    };
    spoilt::body(response, |whole| Body::from(rewrite(&whole))).await
}

/// A failing system's own words, which are not FHIR.
fn refuse(status: u16, wait_s: u32) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = (status, "The service could not answer.\n").into_response();
    if matches!(status.as_u16(), 429 | 503) {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(wait_s));
    }
    response
}

/// 20 to 250 ms: the same for the same seed, source and number of the request.
fn latency(seed: u64, source: &str, nth: u64) -> Duration {
    let mixed = source.bytes().fold(seed ^ nth.rotate_left(32), |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    let mixed = (mixed ^ (mixed >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    Duration::from_millis(20 + (mixed >> 32) % 231)
}

#[cfg(test)]
mod tests {
    use super::latency;

    #[test]
    fn latency_repeats_for_a_seed_and_stays_in_bounds() {
        for nth in 0..500 {
            let ms = latency(7, "acute", nth).as_millis();
            assert!((20..=250).contains(&ms));
            assert_eq!(latency(7, "acute", nth).as_millis(), ms);
        }
        assert_ne!(latency(7, "acute", 1), latency(8, "acute", 1));
    }
}
