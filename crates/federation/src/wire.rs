//! Takes one request, gives one whole answer within its bounds, or the fault that stopped it. Bytes, the throughput
//! floor and every deadline are counted while they arrive (HAZ-035, HAZ-041). Cancel-safe: dropping it closes the
//! connection. No URL leaves this file: the client's own error texts name them.

/// Clients, each with its own identity and authorities.
mod tls;
/// The same, made anew when these change.
pub(crate) mod line;
/// Where names lead.
pub(crate) mod lookup;
/// Addresses that somebody else wrote.
pub(crate) mod path;
/// How long not to ask again.
pub(crate) mod retry_after;
/// What may be sent once more.
mod repeat;
/// How much may be read at once.
mod hold;

use crate::{
    exchange::Log,
    fault::Fault,
    guard::Errand,
    limits::Limits,
    source::{ConfigFault, Place},
};
use audit::reconcile::RequestName;
use reqwest::{
    Client, Request, RequestBuilder, Response,
    header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderValue},
};
use std::path::Path;
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

pub(crate) use hold::{Hold, Kept};
pub(crate) use line::{Line, Lines};
pub(crate) use retry_after::LONGEST as LONGEST_WAIT;
pub(crate) use tls::read as read_file;

/// One whole answer, not yet looked into.
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// In small letters, without parameters.
    pub(crate) media_type: String,
    /// How long it asked to be left alone, where it did.
    pub(crate) retry_after: Option<Duration>,
    pub(crate) body: Vec<u8>,
}

/// What one question may still spend at one source. Clones share the byte budget.
#[derive(Clone)]
pub(crate) struct Bounds {
    pub(crate) limits: Arc<Limits>,
    pub(crate) deadline: Instant,
    pub(crate) started: Instant,
    read_bytes: Arc<AtomicUsize>,
    /// What every request of the question is called by.
    name: Option<RequestName>,
    /// Only of a test question.
    log: Option<Arc<Log>>,
    /// Of a question that passed a guard: what its requests tell of the source, and whether one may be sent once more.
    errand: Option<Arc<Errand>>,
    /// Room for what is read; without it, as much as the limits allow.
    held: Kept,
}

impl Bounds {
    pub(crate) fn new(limits: &Arc<Limits>, started: Instant, deadline: Instant) -> Self {
        Self {
            limits: Arc::clone(limits),
            deadline,
            started,
            read_bytes: Arc::default(),
            name: None,
            log: None,
            errand: None,
            held: None,
        }
    }

    /// The same for a question of that name.
    pub(crate) fn named(self, name: Option<RequestName>) -> Self {
        Self { name, ..self }
    }

    /// The id of the next request: it begins with the question's name, so that our entries and the source's log can be held
    /// against each other (HAZ-030). Of no question: random.
    pub(crate) fn request_id(&self) -> String {
        let random = uuid::Uuid::new_v4();
        let [.., a, b, c, d, e, f] = *random.as_bytes();
        self.name.map_or_else(|| random.to_string(), |name| name.id([a, b, c, d, e, f]))
    }

    /// The same, with every exchange noted.
    pub(crate) fn noted(self, log: &Arc<Log>) -> Self {
        Self { log: Some(Arc::clone(log)), ..self }
    }

    /// The same for a question that passed its guard.
    pub(crate) fn sent_by(self, errand: &Arc<Errand>) -> Self {
        Self { errand: Some(Arc::clone(errand)), ..self }
    }

    /// Of a question that passed its guard.
    pub(crate) fn errand(&self) -> Option<&Arc<Errand>> {
        self.errand.as_ref()
    }

    /// The same, reading no more than there is room for.
    pub(crate) fn holding(self, hold: &Hold) -> Self {
        Self { held: Some(hold.for_a_question()), ..self }
    }

    /// What must be kept as long as the answer.
    pub(crate) fn kept(&self) -> Kept {
        self.held.clone()
    }

    /// The same budget with a nearer deadline.
    pub(crate) fn until(&self, deadline: Instant) -> Self {
        Self { deadline: self.deadline.min(deadline), ..self.clone() }
    }

    pub(crate) fn elapsed_ms(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    pub(crate) fn size_bytes(&self) -> u64 {
        self.read_bytes.load(Ordering::Relaxed) as u64
    }

    fn take(&self, bytes: usize) -> Result<(), Fault> {
        let read = self.read_bytes.fetch_add(bytes, Ordering::Relaxed).saturating_add(bytes);
        if read > self.limits.source_bytes { Err(Fault::TooLarge) } else { Ok(()) }
    }
}

/// A header value that no debug output prints.
pub(crate) fn secret(text: &str) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_str(text.trim()).ok().filter(|value| !value.is_empty())?;
    value.set_sensitive(true);
    Some(value)
}

/// A key or token from its file.
pub(crate) fn key_file(at: Place, path: &Path) -> Result<HeaderValue, ConfigFault> {
    let bytes = tls::read(at.clone(), path)?;
    let key = std::str::from_utf8(&bytes).ok().and_then(secret);
    key.ok_or_else(|| ConfigFault::Key { at, path: path.to_owned() })
}

/// Sends and reads; what nobody began to answer once more, where that may be ([`repeat`]). Any status is an answer; the caller
/// knows what it means for its kind of source.
pub(crate) async fn fetch(request: RequestBuilder, bounds: &Bounds) -> Result<Answer, Fault> {
    let (client, request) = request.build_split();
    let request = request.map_err(|_| Fault::Unreachable)?;
    let spare = bounds.spare(&request);
    let mut answer = noted(&client, request, bounds).await;
    if matches!(answer, Err(Missed { may_repeat: true, .. }))
        && let Some(spare) = spare
        && bounds.may_repeat().await
    {
        answer = noted(&client, repeat::renamed(spare, bounds), bounds).await;
    }
    let answer = answer.map_err(|missed| missed.fault);
    bounds.heard(&answer);
    answer
}

/// Why an exchange gave no answer.
struct Missed {
    fault: Fault,
    /// Nothing of an answer had come, and another connection may bring one.
    may_repeat: bool,
}

impl From<Fault> for Missed {
    fn from(fault: Fault) -> Self {
        Self { fault, may_repeat: false }
    }
}

async fn noted(client: &Client, request: Request, bounds: &Bounds) -> Result<Answer, Missed> {
    let Some(log) = &bounds.log else {
        return exchange(client, request, bounds).await;
    };
    let noted = request.try_clone();
    let started = Instant::now();
    let answer = exchange(client, request, bounds).await;
    if let Some(request) = noted {
        let seen =
            answer.as_ref().map(|answer| (answer.status, answer.media_type.as_str(), answer.body.len()));
        log.note(&request, started.elapsed(), seen.map_err(|missed| &missed.fault));
    }
    answer
}

async fn exchange(client: &Client, request: Request, bounds: &Bounds) -> Result<Answer, Missed> {
    let first_byte = bounds.deadline.min(Instant::now() + bounds.limits.first_byte);
    let response = timeout_at(first_byte, head(client, request)).await.map_err(|_| Fault::TimedOut)??;
    let encoding = response.headers().get(CONTENT_ENCODING);
    if encoding.is_some_and(|encoding| encoding != "identity") {
        return Err(Fault::Encoded.into());
    }
    let status = response.status().as_u16();
    let media_type = media_type(response.headers().get(CONTENT_TYPE));
    let retry_after = retry_after::retry_after(response.headers());
    let body = timeout_at(bounds.deadline, read(response, bounds)).await.map_err(|_| Fault::TimedOut)??;
    Ok(Answer { status, media_type, retry_after, body })
}

async fn head(client: &Client, request: Request) -> Result<Response, Missed> {
    #[cfg(feature = "testing")]
    if let Some(answer) = crate::network::answer(&request) {
        return answer.await.map_err(|why| Missed { fault: why.into(), may_repeat: true });
    }
    let missed = |error| Missed { fault: connecting(&error), may_repeat: repeat::may_repeat(&error) };
    client.execute(request).await.map_err(missed)
}

async fn read(mut response: Response, bounds: &Bounds) -> Result<Vec<u8>, Fault> {
    let limits = &bounds.limits;
    if response.content_length().is_some_and(|length| length > limits.page_bytes as u64) {
        return Err(Fault::TooLarge);
    }
    let mut body = Vec::new();
    let mut floor = Floor::new(limits);
    loop {
        if bounds.make_room().await? {
            // It was we who did not read.
            floor = Floor::new(limits);
        }
        match timeout_at(floor.window_end, response.chunk()).await {
            Ok(Ok(Some(chunk))) => {
                if body.len() + chunk.len() > limits.page_bytes {
                    return Err(Fault::TooLarge);
                }
                bounds.take(chunk.len())?;
                floor.in_window += chunk.len();
                body.extend_from_slice(&chunk);
            }
            Ok(Ok(None)) => return Ok(body),
            Ok(Err(error)) if error.is_timeout() => return Err(Fault::TimedOut),
            Ok(Err(_)) => return Err(Fault::Broke),
            Err(_) => {}
        }
        floor.check(limits)?;
    }
}

/// A body that drips would pass any timeout between two reads; the floor looks at whole windows.
struct Floor {
    window_end: Instant,
    in_window: usize,
    exempt: bool,
}

impl Floor {
    fn new(limits: &Limits) -> Self {
        Self { window_end: Instant::now() + limits.floor_after, in_window: 0, exempt: true }
    }

    fn check(&mut self, limits: &Limits) -> Result<(), Fault> {
        let now = Instant::now();
        if now < self.window_end {
            return Ok(());
        }
        if !self.exempt && self.in_window < limits.floor_bytes {
            return Err(Fault::TimedOut);
        }
        *self = Self { window_end: now + limits.floor_window, in_window: 0, exempt: false };
        Ok(())
    }
}

fn connecting(error: &reqwest::Error) -> Fault {
    if error.is_timeout() {
        return Fault::TimedOut;
    }
    if !error.is_connect() {
        return Fault::Broke;
    }
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        if inner.is::<lookup::Elsewhere>() {
            return Fault::Elsewhere;
        }
        let io = inner.downcast_ref::<std::io::Error>();
        if io.is_some_and(|io| io.kind() == std::io::ErrorKind::ConnectionRefused) {
            return Fault::Refused;
        }
        cause = inner.source();
    }
    Fault::Unreachable
}

fn media_type(value: Option<&HeaderValue>) -> String {
    bare_type(value.and_then(|value| value.to_str().ok()).unwrap_or_default())
}

/// A media type in small letters, without parameters.
pub(crate) fn bare_type(text: &str) -> String {
    text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}
