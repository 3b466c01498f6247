//! Takes traces as they end, posts them to the collector, several together; what it does not take in time is dropped and counted. Nobody
//! waits for it but this.

use super::Span;
use crate::{config::traces::Traces as Config, posting::Posting, program::Program};
use miette::WrapErr;
use std::{
    sync::{Arc, PoisonError},
    time::Duration,
};
use tokio::sync::mpsc;

/// Openings that end in so short a time go together.
const TOGETHER: Duration = Duration::from_millis(500);
/// So many spans go in one request, and those of one opening more.
const BATCH: usize = 1_024;

/// Where they wait, and where they go.
pub(super) struct Queue {
    pub(super) waiting: mpsc::Receiver<Vec<Span>>,
    pub(super) posting: Posting,
    pub(super) replica: String,
}

/// The way to the collector.
pub(super) fn posting(to: &Config) -> miette::Result<Posting> {
    let posting = Posting::load(&to.url, to.token_file.as_deref(), to.tls.as_ref());
    posting.wrap_err("no collector could be told of openings (`[traces]`)")
}

impl Queue {
    async fn batch(&mut self) -> Option<Vec<Span>> {
        let mut spans = self.waiting.recv().await?;
        tokio::time::sleep(TOGETHER).await;
        while spans.len() < BATCH
            && let Ok(more) = self.waiting.try_recv()
        {
            spans.extend(more);
        }
        Some(spans)
    }
}

/// Sends until told to stop. What waits then is gone.
pub(crate) async fn send(program: Arc<Program>, stopped: impl Future<Output = ()>) {
    let Some(traces) = &program.traces else { return };
    let queue = traces.queue.lock().unwrap_or_else(PoisonError::into_inner).take();
    let Some(mut queue) = queue else { return };
    tokio::pin!(stopped);
    let mut was_taken = true;
    loop {
        let spans = tokio::select! {
            () = &mut stopped => return,
            Some(spans) = queue.batch() => spans,
        };
        let request = super::otlp::request(&spans, &queue.replica);
        let posted = tokio::select! {
            () = &mut stopped => return,
            posted = queue.posting.post(&request) => posted,
        };
        let is_taken = posted.is_ok();
        program.metrics.spans(if is_taken { "sent" } else { "dropped" }, spans.len());
        match posted {
            Err(why) if was_taken => {
                tracing::warn!(why, "the collector does not take traces; they are dropped");
            }
            Ok(()) if !was_taken => tracing::info!("the collector takes traces again"),
            _ => {}
        }
        was_taken = is_taken;
    }
}
