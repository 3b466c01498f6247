//! A listener and what stands behind it: takes connections and a router, and holds every caller to limits before anything of
//! ours is asked. A head or a body that dawdles, a head or an address that is too long, and a body without a stated length, in
//! which one request could be hidden behind another, are refused and the connection is closed; nobody else waits for it.
//! HTTP/1.1 only: whoever wants HTTP/2 speaks it to the proxy before us. Source: RFC 9112 sections 3, 6.1, 6.3 and 11.2.

use crate::metrics::Metrics;
use axum::{
    Router,
    body::{Body, Bytes},
    response::Response,
    serve::Listener,
};
use futures_util::{StreamExt, stream};
use hyper::{
    StatusCode,
    body::{Body as _, Incoming},
    header::{self, HeaderValue},
    http::Extensions,
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::{TokioIo, TokioTimer};
use std::{
    convert::Infallible,
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::{sync::watch, task::JoinSet, time::Instant};
use tower::ServiceExt;

#[cfg(test)]
mod tests;

/// Bytes of a request's first line and headers.
const HEAD_BYTES: usize = 32 * 1024;
/// Headers of a request.
const HEADERS: usize = 100;
/// Bytes of path and query.
const ADDRESS_BYTES: usize = 2048;

/// How long a caller may take.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// Over the head of a request, and between two requests.
    pub(crate) head: Duration,
    /// Over its body.
    pub(crate) body: Duration,
}

/// Of anybody who may come.
pub(crate) const LIMITS: Limits = Limits { head: Duration::from_secs(10), body: Duration::from_secs(10) };
/// Of an operator, who hands over whole days of a source's log.
pub(crate) const OPERATORS: Limits = Limits { head: LIMITS.head, body: Duration::from_secs(120) };

/// What a listener leads to.
#[derive(Clone)]
pub(crate) struct Door<A> {
    pub(crate) router: Router,
    /// Puts who is there into each request, where the routes look for it.
    pub(crate) introduce: fn(&A, &mut Extensions),
    pub(crate) limits: Limits,
    pub(crate) counted: Counted,
}

/// Whoever is turned away is counted, and nothing else of them.
#[derive(Clone)]
pub(crate) struct Counted {
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) listener: &'static str,
}

impl Counted {
    pub(crate) fn turned_away(&self, reason: &'static str) {
        self.metrics.turned_away(self.listener, reason);
    }
}

/// Until it is told to stop; then nobody new is let in, and whoever is there may end.
pub(crate) async fn serve<L>(mut listener: L, door: Door<L::Addr>, stopping: watch::Receiver<bool>)
where
    L: Listener,
    L::Addr: Clone + Sync + 'static,
{
    let mut connections = JoinSet::new();
    let stopped = super::stopped(stopping.clone());
    tokio::pin!(stopped);
    loop {
        tokio::select! {
            () = &mut stopped => break,
            (io, who) = listener.accept() => {
                connections.spawn(connection(io, who, door.clone(), stopping.clone()));
            }
            Some(_) = connections.join_next() => {}
        }
    }
    drop(listener);
    while connections.join_next().await.is_some() {}
}

async fn connection<I, A>(io: I, who: A, door: Door<A>, stopping: watch::Receiver<bool>)
where
    I: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
    A: Send + Sync + 'static,
{
    let who = Arc::new(who);
    let (limits, came) = (door.limits, AtomicBool::new(false));
    let service = service_fn(|request: hyper::Request<Incoming>| {
        came.store(true, Ordering::Relaxed);
        let (door, who) = (&door, Arc::clone(&who));
        answer(door, request, move |extensions| (door.introduce)(&who, extensions))
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head)
        .max_headers(HEADERS)
        .max_buf_size(HEAD_BYTES)
        .serve_connection(TokioIo::new(io), service);
    tokio::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = super::stopped(stopping) => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        // What it says may quote what was sent.
        tracing::debug!("a connection did not end in order");
        if let Some(reason) = turned_away(&error, came.load(Ordering::Relaxed)) {
            door.counted.turned_away(reason);
        }
    }
}

/// Why the library below turned a caller away; `None` where the connection only broke, or was kept and not used again.
fn turned_away(error: &hyper::Error, came: bool) -> Option<&'static str> {
    if error.is_parse_too_large() {
        Some("head-too-large")
    } else if error.is_timeout() {
        (!came).then_some("head-too-slow")
    } else {
        error.is_parse().then_some("malformed")
    }
}

async fn answer<A>(
    door: &Door<A>,
    request: hyper::Request<Incoming>,
    introduce: impl FnOnce(&mut Extensions),
) -> Result<Response, Infallible> {
    if let Some((status, reason)) = refused(&request) {
        door.counted.turned_away(reason);
        return Ok(closing(status));
    }
    let mut request = request.map(|body| timed(body, door.limits.body, door.counted.clone()));
    introduce(request.extensions_mut());
    let response = door.router.clone().oneshot(request).await;
    if response.as_ref().is_ok_and(|response| response.status() == StatusCode::PAYLOAD_TOO_LARGE) {
        door.counted.turned_away("body-too-large");
    }
    response
}

fn refused<B>(request: &hyper::Request<B>) -> Option<(StatusCode, &'static str)> {
    let address = request.uri().path_and_query().map_or(0, |address| address.as_str().len());
    if request.headers().contains_key(header::TRANSFER_ENCODING) {
        Some((StatusCode::LENGTH_REQUIRED, "length-required"))
    } else if address > ADDRESS_BYTES {
        Some((StatusCode::URI_TOO_LONG, "address-too-long"))
    } else {
        None
    }
}

/// In a few words, and the last thing on this connection.
fn closing(status: StatusCode) -> Response {
    let mut response = Response::new(Body::from(format!("{status}\n")));
    *response.status_mut() = status;
    for (name, value) in [
        (header::CONNECTION, "close"),
        (header::CONTENT_TYPE, "text/plain; charset=utf-8"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CACHE_CONTROL, "no-store, private"),
    ] {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

/// The body, which is an error once its time is over.
fn timed(body: Incoming, within: Duration, counted: Counted) -> Body {
    if body.is_end_stream() {
        return Body::empty();
    }
    let until = Instant::now() + within;
    let pieces = Body::new(body).into_data_stream();
    Body::from_stream(stream::try_unfold((pieces, counted), move |(mut pieces, counted)| async move {
        match tokio::time::timeout_at(until, pieces.next()).await {
            Ok(None) => Ok(None),
            Ok(Some(Ok(piece))) => Ok::<Option<(Bytes, _)>, io::Error>(Some((piece, (pieces, counted)))),
            Ok(Some(Err(error))) => Err(io::Error::other(error)),
            Err(_) => {
                counted.turned_away("body-too-slow");
                Err(io::ErrorKind::TimedOut.into())
            }
        }
    }))
}
