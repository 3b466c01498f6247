//! Takes every request to a source before the source does: notes it, delays it, and lets the fault in force spoil
//! the answer. What a fault leaves alone reaches the source untouched.

use crate::{faults::Fault, world::World};
use axum::{
    body::{Body, Bytes, to_bytes},
    extract::{Request, State},
    http::{HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use futures_util::stream;
use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

/// Between the half that is sent and the break, so that the half is really on the wire.
const BEFORE_THE_BREAK: Duration = Duration::from_millis(40);

/// One source's place in the world.
pub(crate) struct Gate {
    pub(crate) world: Arc<World>,
    pub(crate) source: String,
    asked: AtomicU64,
}

impl Gate {
    pub(crate) fn new(world: &Arc<World>, source: &str) -> Arc<Self> {
        Arc::new(Self { world: Arc::clone(world), source: source.to_owned(), asked: AtomicU64::new(0) })
    }
}

/// The middleware of every source.
pub(crate) async fn pass(State(gate): State<Arc<Gate>>, request: Request, next: Next) -> Response {
    gate.world.asked.note(&gate.source, &request);
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
    gate.world.faults.lifted(&gate.source).await;
    match gate.world.faults.of(&gate.source) {
        Fault::Slow { ms } => {
            tokio::time::sleep(Duration::from_millis(ms)).await;
            next.run(request).await
        }
        Fault::Status(status) => refuse(status),
        Fault::Drop => spoil(next.run(request).await, broken_off).await,
        Fault::Malformed => spoil(next.run(request).await, |whole| Body::from(half(&whole))).await,
        Fault::Empty => spoil(next.run(request).await, |_| Body::empty()).await,
        Fault::None | Fault::Hang | Fault::WrongPerson => next.run(request).await,
    }
}

/// A failing system's own words, which are not FHIR.
fn refuse(status: u16) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = (status, "The service could not answer.\n").into_response();
    if matches!(status.as_u16(), 429 | 503) {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("2"));
    }
    response
}

async fn spoil(response: Response, with: impl FnOnce(Bytes) -> Body) -> Response {
    let (mut parts, body) = response.into_parts();
    parts.headers.remove(header::CONTENT_LENGTH);
    let whole = to_bytes(body, usize::MAX).await.unwrap_or_default();
    Response::from_parts(parts, with(whole))
}

fn half(whole: &Bytes) -> Bytes {
    whole.slice(..whole.len() / 2)
}

fn broken_off(whole: Bytes) -> Body {
    let first = half(&whole);
    Body::from_stream(stream::unfold(Some(first), |left| async move {
        match left {
            Some(first) if !first.is_empty() => Some((Ok(first), Some(Bytes::new()))),
            Some(_) => {
                tokio::time::sleep(BEFORE_THE_BREAK).await;
                Some((Err(io::Error::from(io::ErrorKind::ConnectionReset)), None))
            }
            None => None,
        }
    }))
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
