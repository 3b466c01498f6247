//! Takes a whole answer, gives it spoilt: cut short, doubled, nested, compressed or about nobody. Each is what a real
//! system has sent or could send, and none of them is told by its status.
//! Source: RFC 9112, section 6.3 (length of a message); RFC 8259, sections 4, 8 and 9; RFC 1952 (gzip).

use crate::{payload::papers::crc32, world::World};
use axum::{
    body::{Body, Bytes, to_bytes},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use futures_util::{StreamExt, stream};
use serde_json::Value;
use std::{io, sync::Arc, time::Duration};

/// Between the half that is sent and the break, so that the half is really on the wire.
const BEFORE_THE_BREAK: Duration = Duration::from_millis(40);
/// How deep `deep` is.
const DEPTH: usize = 10_000;
/// What `huge` declares: a tebibyte.
const TOO_MUCH: u64 = 1 << 40;
/// One piece of an answer that does not end, and the time between two.
const PIECE_BYTES: usize = 64 * 1024;
const BETWEEN_PIECES: Duration = Duration::from_millis(2);

/// The same answer with another body, whose length follows it.
pub(super) async fn body(response: Response, with: impl FnOnce(Bytes) -> Body) -> Response {
    let (mut parts, body) = response.into_parts();
    parts.headers.remove(header::CONTENT_LENGTH);
    let whole = to_bytes(body, usize::MAX).await.unwrap_or_default();
    Response::from_parts(parts, with(whole))
}

pub(super) fn half(whole: &Bytes) -> Bytes {
    whole.slice(..whole.len() / 2)
}

/// Half of it, and then an end that was not the end.
pub(super) fn broken_off(whole: Bytes) -> Body {
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

/// The whole length is declared, half of it comes.
pub(super) async fn truncated(response: Response) -> Response {
    let (mut parts, body) = response.into_parts();
    let whole = to_bytes(body, usize::MAX).await.unwrap_or_default();
    parts.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(whole.len()));
    Response::from_parts(parts, broken_off(whole))
}

/// One object with a key twice, the second of them the one most readers would take.
pub(super) fn duplicate_key(whole: &[u8]) -> Vec<u8> {
    with_member(whole, br#""implicitRules":"first","implicitRules":"second""#)
}

/// A lead byte without its second.
pub(super) fn bad_utf8(whole: &[u8]) -> Vec<u8> {
    with_member(whole, b"\"language\":\"\xc3(\"")
}

pub(super) fn deep(whole: &[u8]) -> Vec<u8> {
    let member = [b"\"extension\":", "[".repeat(DEPTH).as_bytes(), "]".repeat(DEPTH).as_bytes()].concat();
    with_member(whole, &member)
}

/// Puts a member at the start of the outermost object. What is no object stays as it is.
fn with_member(whole: &[u8], member: &[u8]) -> Vec<u8> {
    match whole.strip_prefix(b"{") {
        Some(rest) if rest.starts_with(b"}") => [b"{", member, rest].concat(),
        Some(rest) => [b"{", member, b",", rest].concat(),
        None => whole.to_vec(),
    }
}

/// Blanks after the first brace, for ever: a reader that waits for the end waits for its own limit.
pub(super) fn endless(response: Response, world: &Arc<World>, declared: bool) -> Response {
    let (mut parts, _) = response.into_parts();
    parts.headers.remove(header::CONTENT_LENGTH);
    if declared {
        parts.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(TOO_MUCH));
    }
    let piece = Bytes::from(vec![b' '; PIECE_BYTES]);
    let pieces = stream::unfold(Bytes::from_static(b"{"), move |next| {
        let piece = piece.clone();
        async move {
            tokio::time::sleep(BETWEEN_PIECES).await;
            Some((Ok::<_, io::Error>(next), piece))
        }
    });
    let world = Arc::clone(world);
    let closed = Box::pin(async move { world.closed().await });
    Response::from_parts(parts, Body::from_stream(pieces.take_until(closed)))
}

/// What a proxy or a portal says for a system that is not there.
pub(super) fn page() -> Response {
    let page = "<!doctype html>\n<html><head><title>Sign in</title></head>\
                <body><p>Your session has ended.</p></body></html>\n";
    ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], page).into_response()
}

/// Nothing listens there, and a gateway must not try.
pub(super) fn elsewhere() -> Response {
    (StatusCode::FOUND, [(header::LOCATION, "http://127.0.0.1:9/elsewhere")]).into_response()
}

/// Of stored blocks: right, and no smaller.
pub(super) async fn gzip(response: Response) -> Response {
    let mut response = body(response, |whole| Body::from(gzipped(&whole))).await;
    response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    response
}

fn gzipped(whole: &[u8]) -> Vec<u8> {
    let mut file = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];
    for block in whole.chunks(usize::from(u16::MAX)) {
        let length = u16::try_from(block.len()).unwrap_or(u16::MAX);
        file.push(0);
        file.extend_from_slice(&length.to_le_bytes());
        file.extend_from_slice(&(!length).to_le_bytes());
        file.extend_from_slice(block);
    }
    // A last block of nothing.
    file.extend_from_slice(&[1, 0, 0, 0xff, 0xff]);
    file.extend_from_slice(&crc32(whole).to_le_bytes());
    file.extend_from_slice(&u32::try_from(whole.len()).unwrap_or(u32::MAX).to_le_bytes());
    file
}

/// Without a word of whom it is about: what is no JSON stays as it is.
pub(super) fn no_subject(whole: &[u8]) -> Vec<u8> {
    let Ok(mut value) = serde_json::from_slice::<Value>(whole) else { return whole.to_vec() };
    forget(&mut value);
    serde_json::to_vec(&value).unwrap_or_default()
}

fn forget(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.retain(|name, value| {
                !(value.is_object() && ["subject", "patient", "beneficiary", "for"].contains(&name.as_str()))
            });
            members.values_mut().for_each(forget);
        }
        Value::Array(items) => items.iter_mut().for_each(forget),
        _ => {}
    }
}

#[cfg(test)]
mod tests;
