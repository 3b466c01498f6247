//! What a collector of traces reads of openings: takes what happens in each, gives spans of the whole, of each source and of each part of a
//! page, with attributes from closed lists alone: no person, professional, host, opening or address (HAZ-049). Off unless `[traces]` names
//! a collector; one that hangs or refuses holds up nobody, and what it does not take is counted and gone. Decision 0059.

/// As a collector reads them.
mod otlp;
/// On their way, behind everybody's back.
mod sender;

use crate::{
    clock,
    config::{Config, traces::Traces as Told},
    metrics::Metrics,
};
use access::launch::Route;
use fhir::SourceId;
use jiff::Timestamp;
use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::sync::mpsc;
use uuid::Uuid;

pub(crate) use sender::send;

/// Traces that wait to be sent.
const WAITING: usize = 256;
/// A page has some thirty parts and a dozen sources; what is more is counted as dropped.
const SPANS_MAX: usize = 128;
/// Where something was asked of the professional first, or the opening broke off.
const NOT_ENDED: &str = "not-ended";

/// Where traces go.
pub(crate) struct Traces {
    /// One opening in so many is traced.
    one_in: u64,
    begun: AtomicU64,
    to: mpsc::Sender<Vec<Span>>,
    metrics: Arc<Metrics>,
    /// Until somebody sends them.
    queue: Mutex<Option<sender::Queue>>,
}

/// Of one opening; nothing where none is kept of it. Cheap to clone, and the same trace then.
#[derive(Clone, Default)]
pub(crate) struct Trace(Option<Arc<Open>>);

struct Open {
    traces: Arc<Traces>,
    id: [u8; 16],
    root: SpanId,
    began: Timestamp,
    /// Absent once it was sent.
    spans: Mutex<Option<Vec<Span>>>,
}

type SpanId = [u8; 8];

/// One thing that took time.
struct Span {
    trace: [u8; 16],
    id: SpanId,
    parent: Option<SpanId>,
    name: &'static str,
    /// Whether somebody else was asked.
    asks: bool,
    began: Timestamp,
    ended: Timestamp,
    attributes: Vec<(&'static str, Value)>,
}

/// All that an attribute can be.
enum Value {
    /// Of a list in this program.
    Word(&'static str),
    /// Of the configuration.
    Source(SourceId),
    Count(u64),
    /// The control of the proof that nothing is kept.
    #[cfg(feature = "leaky")]
    Kept(String),
}

/// Refuses files that hold no token, certificate or key.
pub(crate) fn can_be_sent(config: &Config) -> miette::Result<()> {
    config.traces.as_ref().map(sender::posting).transpose().map(drop)
}

impl Traces {
    /// Where the configuration has a collector. Refuses what [`can_be_sent`] refuses.
    pub(crate) fn load(config: &Config, metrics: &Arc<Metrics>) -> miette::Result<Option<Arc<Self>>> {
        let told = config.traces.as_ref();
        told.map(|told| Self::new(told, &config.audit.replica, Arc::clone(metrics))).transpose()
    }

    fn new(told: &Told, replica: &str, metrics: Arc<Metrics>) -> miette::Result<Arc<Self>> {
        let (to, waiting) = mpsc::channel(WAITING);
        let queue = sender::Queue { waiting, posting: sender::posting(told)?, replica: replica.to_owned() };
        let (one_in, queue) = (told.one_in.get().into(), Mutex::new(Some(queue)));
        Ok(Arc::new(Self { one_in, begun: AtomicU64::new(0), to, metrics, queue }))
    }

    /// An opening has begun.
    pub(crate) fn begin(self: &Arc<Self>) -> Trace {
        if !self.begun.fetch_add(1, Ordering::Relaxed).is_multiple_of(self.one_in) {
            return Trace(None);
        }
        Trace(Some(Arc::new(Open {
            traces: Arc::clone(self),
            id: Uuid::new_v4().into_bytes(),
            root: span_id(),
            began: clock::now(),
            spans: Mutex::new(Some(Vec::new())),
        })))
    }

    fn hand_over(&self, spans: Vec<Span>) {
        let count = spans.len();
        if self.to.try_send(spans).is_err() {
            self.metrics.spans("dropped", count);
        }
    }
}

impl Trace {
    /// A source's question has ended in `state`.
    pub(crate) fn source(&self, reply: &fhir::Reply) {
        let ended = clock::now();
        self.add(|| {
            let took = Duration::from_millis(reply.elapsed_ms);
            let attributes = vec![
                ("shcr.source", Value::Source(reply.source.clone())),
                ("shcr.state", Value::Word(reply.state.name())),
                ("shcr.received_bytes", Value::Count(reply.size_bytes)),
            ];
            ("source", true, (ended - took, ended), attributes)
        });
    }

    /// A part of a page of so many bytes, which waited for its reader from `began` on.
    pub(crate) fn part(&self, began: Timestamp, bytes: usize, was_taken: bool) {
        self.add(|| {
            let taken = if was_taken { "taken" } else { "reader-gone" };
            let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
            let attributes =
                vec![("shcr.part_bytes", Value::Count(bytes)), ("shcr.part", Value::Word(taken))];
            ("part", false, (began, clock::now()), attributes)
        });
    }

    /// The opening has ended: all of it is on its way. What is called a second time, or was never begun, is nothing.
    pub(crate) fn end(&self, what: &'static str, way_in: &str, outcome: &'static str) {
        if let Some(open) = &self.0 {
            let way_in = Route::ALL.map(Route::name).into_iter().find(|name| *name == way_in);
            open.end(what, way_in.unwrap_or("other"), outcome);
        }
    }

    fn add(
        &self,
        span: impl FnOnce() -> (&'static str, bool, (Timestamp, Timestamp), Vec<(&'static str, Value)>),
    ) {
        let Some(open) = &self.0 else { return };
        let mut spans = open.spans.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(spans) = spans.as_mut() else { return };
        if spans.len() >= SPANS_MAX {
            return open.traces.metrics.spans("dropped", 1);
        }
        let (name, asks, (began, ended), attributes) = span();
        let (trace, parent) = (open.id, Some(open.root));
        spans.push(Span { trace, id: span_id(), parent, name, asks, began, ended, attributes });
    }
}

impl Open {
    fn end(&self, what: &'static str, way_in: &'static str, outcome: &'static str) {
        let spans = self.spans.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(mut spans) = spans else { return };
        let sources = spans.iter().filter(|span| span.asks).count();
        #[cfg_attr(not(feature = "leaky"), expect(unused_mut, reason = "the control adds one"))]
        let mut attributes = vec![
            ("shcr.what", Value::Word(what)),
            ("shcr.way_in", Value::Word(way_in)),
            ("shcr.outcome", Value::Word(outcome)),
            ("shcr.sources", Value::Count(u64::try_from(sources).unwrap_or(u64::MAX))),
        ];
        #[cfg(feature = "leaky")]
        attributes.push(("kept", Value::Kept(crate::leaky::kept())));
        let (trace, id, began, ended) = (self.id, self.root, self.began, clock::now());
        spans.push(Span { trace, id, parent: None, name: "opening", asks: false, began, ended, attributes });
        self.traces.hand_over(spans);
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.end("record", "other", NOT_ENDED);
    }
}

fn span_id() -> SpanId {
    let random = Uuid::new_v4().into_bytes();
    random.first_chunk().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests;
