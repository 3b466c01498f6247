//! The body of a record document: written part by part, timed by the schedule, ended when nobody reads any more.

use access::session::Ending;
use bytes::Bytes;
use fhir::{Reply, SourceId};
use futures_util::{
    StreamExt,
    stream::{BoxStream, Fuse, FusedStream},
};
use record::Record;
use std::{collections::BTreeSet, time::Duration};
use tokio::{
    sync::{mpsc, oneshot},
    time::Instant,
};
use tokio_stream::wrappers::ReceiverStream;
use web::{
    page::Page,
    schedule::{PAGE_END_MS, Schedule},
    view,
};

/// Parts that may wait for a slow reader before the opening itself waits.
const PARTS_WAITING: usize = 8;

/// What happened next.
pub(crate) enum Event {
    Reply(Box<Reply>),
    /// A section's time has come.
    Tick,
    /// The view has ended: nothing more may be shown, and nothing stay.
    Ended(Ending),
}

/// The page under way.
pub(crate) struct Out {
    parts: mpsc::Sender<Bytes>,
    asked_at: Instant,
    gone: bool,
    /// Sources whose late block is written.
    late: BTreeSet<SourceId>,
    ended: oneshot::Receiver<Ending>,
}

impl Out {
    pub(crate) fn start(ended: oneshot::Receiver<Ending>) -> (Self, BoxStream<'static, Bytes>) {
        let (parts, body) = mpsc::channel(PARTS_WAITING);
        (
            Self { parts, asked_at: Instant::now(), gone: false, late: BTreeSet::new(), ended },
            ReceiverStream::new(body).boxed(),
        )
    }

    /// One write is one flush. A reader who has gone ends the opening at its next step.
    pub(crate) async fn write(&mut self, part: String) {
        self.gone = self.gone || self.parts.send(Bytes::from(part)).await.is_err();
    }

    /// The banner and the slots; from now on the schedule counts.
    pub(crate) async fn begin(&mut self, part: String) {
        self.asked_at = Instant::now();
        self.write(part).await;
    }

    /// The next reply or the next moment something is due; `None` when the page is at its end.
    pub(crate) async fn next(
        &mut self,
        replies: &mut Fuse<BoxStream<'static, Reply>>,
        schedule: &Schedule,
    ) -> Option<Event> {
        if self.gone
            || (replies.is_terminated() && schedule.all_written())
            || self.elapsed_ms() >= PAGE_END_MS
        {
            return None;
        }
        let wake = schedule.next_wake_ms(self.elapsed_ms()).unwrap_or(PAGE_END_MS).min(PAGE_END_MS);
        let wake = self.asked_at + Duration::from_millis(wake);
        tokio::select! {
            biased;
            () = self.parts.closed() => {
                self.gone = true;
                None
            }
            Ok(ending) = &mut self.ended, if !self.ended.is_terminated() => Some(Event::Ended(ending)),
            reply = replies.next(), if !replies.is_terminated() => Some(reply.map_or(Event::Tick, |reply| Event::Reply(Box::new(reply)))),
            () = tokio::time::sleep_until(wake) => Some(Event::Tick),
        }
    }

    /// Writes every section that is due, in page order, and every late answer in its own place.
    pub(crate) async fn show(&mut self, page: &Page, record: &Record, schedule: &mut Schedule) {
        for key in schedule.due(self.elapsed_ms(), record) {
            self.write(view::section(page, record, key)).await;
        }
        if schedule.all_written() {
            self.show_late(page, record, schedule).await;
        }
    }

    /// What came after its section was written stands in a place of its own, so that nothing read so far moves (HAZ-032).
    async fn show_late(&mut self, page: &Page, record: &Record, schedule: &Schedule) {
        let is_due = |id: &SourceId| {
            schedule.is_late(id) && record.note(id).is_some_and(|note| note.state.is_answer())
        };
        for card in page.sources.iter().filter(|card| is_due(&card.id)) {
            if self.late.insert(card.id.clone()) {
                self.write(view::late(page, record, &card.id, schedule.missed(&card.id))).await;
            }
        }
    }

    /// The end mark: only now does the page say that it is whole.
    pub(crate) async fn finish(&mut self, page: &Page, record: &Record, schedule: &Schedule) {
        self.show_late(page, record, schedule).await;
        self.write(view::finish(page, record, crate::clock::now())).await;
    }

    /// Why the opening ended, for its close entry.
    pub(crate) fn ending(&self) -> &'static str {
        if self.gone { "client-gone" } else { "complete" }
    }

    fn elapsed_ms(&self) -> u64 {
        u64::try_from(self.asked_at.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}
