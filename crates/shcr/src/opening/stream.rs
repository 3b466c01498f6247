//! What an opening tells, part by part, timed by the schedule, ended when nobody reads any more. A page is written as it grows; a
//! searchset once, when every source has ended.

use super::{questions::Replies, session::Entered, shown::Shown, told::Sink};
use crate::{
    clock,
    entries::Story,
    metrics::Metrics,
    program::{
        Program,
        admission::Place,
        objection::{Watched, Wishes},
    },
};
use access::session::Ending;
use fhir::{Reply, SourceId};
use futures_util::{
    FutureExt,
    stream::{FusedStream, StreamExt},
};
use std::{sync::Arc, time::Duration};
use tokio::{sync::oneshot, time::Instant};
use web::{
    gateway::{Refused, Searchset},
    page::Page,
    schedule::{PAGE_END_MS, Schedule},
    view, words,
};

/// The cause of a close where nobody read any more.
pub(super) const GONE: &str = "client-gone";

/// What happened next.
pub(crate) enum Event {
    /// All that are there.
    Replies(Vec<Reply>),
    /// A section's time has come.
    Tick,
    /// The view has ended: nothing more may be shown, and nothing stay.
    Ended(Ending),
}

/// An opening's place among all that are under way, and how long what takes, for the operator's monitoring.
pub(super) struct Pace {
    metrics: Arc<Metrics>,
    arrived: Instant,
    shows: bool,
    /// Held to the end of the opening.
    _place: Place,
}

impl Pace {
    /// Before anybody is asked: from here on the opening is under way. Refused where too many are.
    pub(super) async fn begin(
        program: &Program,
        session: &Entered,
        story: &mut Story,
    ) -> Result<Self, Refused> {
        let place = program.place_for_record(session, story).await?;
        let metrics = Arc::clone(&program.metrics);
        Ok(Self { metrics, arrived: story.arrived, shows: false, _place: place })
    }

    fn section(&mut self) {
        if !self.shows {
            self.shows = true;
            self.metrics.first_section(self.arrived.elapsed());
        }
    }
}

/// The page or searchset under way.
pub(crate) struct Out {
    sink: Sink,
    pace: Pace,
    asked_at: Instant,
    gone: bool,
    ended: oneshot::Receiver<Ending>,
}

impl Out {
    pub(super) fn start(sink: Sink, pace: Pace, ended: oneshot::Receiver<Ending>) -> Self {
        Self { sink, pace, asked_at: Instant::now(), gone: false, ended }
    }

    /// Before anything of the person is known; no part of a searchset.
    pub(crate) async fn head(&mut self, page: &Page) {
        self.write(|| view::head(page)).await;
    }

    /// The banner and the slots. The schedule counts from when the questions left, which may have been before the wish was known.
    pub(crate) async fn begin(&mut self, page: &Page, asked_at: Instant) {
        self.asked_at = asked_at;
        self.write(|| view::begin(page)).await;
    }

    /// The person has objected, or that is not known: `said` is the one sentence.
    pub(crate) async fn objection(&mut self, page: &Page, said: &str) {
        self.write(|| view::objection(page, said)).await;
        self.instead(said);
    }

    pub(crate) async fn objected_late(&mut self, page: &Page) {
        self.write(|| view::objected_late(page)).await;
        self.instead(words::OBJECTION);
    }

    pub(crate) async fn ended(&mut self, page: &Page, ending: Ending) {
        self.write(|| view::ended(page, ending)).await;
        self.instead(words::ended(ending));
    }

    /// A page stands open after it is told, so somebody goes on asking whether the person objects.
    pub(crate) fn stays(&self, program: &Arc<Program>, watched: Watched, wishes: Wishes) {
        if self.sink.stands_open() {
            program.watch(watched, wishes);
        }
    }

    /// What comes of it; `None` where nobody reads any more, and then nothing is waited for.
    pub(crate) async fn while_read<T>(&mut self, awaited: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            biased;
            () = self.sink.closed() => {
                self.gone = true;
                None
            }
            done = awaited => Some(done),
        }
    }

    /// The next reply or the next moment something is due; `None` when what is told is at its end.
    pub(crate) async fn next(&mut self, replies: &mut Replies, schedule: &Schedule) -> Option<Event> {
        let all_told = schedule.all_written() || !self.sink.stands_open();
        if self.gone || (replies.is_terminated() && all_told) || self.elapsed_ms() >= page_end_ms() {
            return None;
        }
        let wake = schedule.next_wake_ms(self.elapsed_ms()).unwrap_or(page_end_ms()).min(page_end_ms());
        let wake = self.asked_at + Duration::from_millis(wake);
        tokio::select! {
            biased;
            () = self.sink.closed() => {
                self.gone = true;
                None
            }
            Ok(ending) = &mut self.ended, if !self.ended.is_terminated() => Some(Event::Ended(ending)),
            reply = replies.next(), if !replies.is_terminated() => Some(reply.map_or(Event::Tick, |reply| with_the_next(reply, replies))),
            () = tokio::time::sleep_until(wake) => Some(Event::Tick),
        }
    }

    /// Writes every section that is due, in page order, and every late answer in its own place.
    pub(super) async fn show(&mut self, page: &Page, shown: &Shown, schedule: &mut Schedule) {
        if !self.sink.stands_open() {
            return;
        }
        for key in schedule.due(self.elapsed_ms(), shown.record()) {
            self.write(|| view::section(page, shown.record(), key)).await;
            self.pace.section();
        }
        if schedule.all_written() {
            self.show_late(page, shown, schedule).await;
        }
    }

    /// What came after its section was written stands in a place of its own, so that nothing read so far moves (HAZ-032).
    async fn show_late(&mut self, page: &Page, shown: &Shown, schedule: &Schedule) {
        let record = shown.record();
        let is_due = |id: &SourceId| {
            schedule.is_late(id) && record.note(id).is_some_and(|note| note.state.is_answer())
        };
        for card in page.sources.iter().filter(|card| is_due(&card.id)) {
            if self.sink.is_first_late(&card.id) {
                self.write(|| view::late(page, record, &card.id, schedule.missed(&card.id))).await;
            }
        }
    }

    /// The end mark: only now does the page say that it is whole.
    pub(super) async fn finish(&mut self, page: &Page, shown: &Shown, schedule: &Schedule) {
        self.show_late(page, shown, schedule).await;
        let record = shown.record();
        let at = clock::now();
        self.write(|| view::finish(page, record, at)).await;
        if self.sink.stands_open() && !self.gone {
            self.pace.metrics.page(self.pace.arrived.elapsed());
        }
        if let Sink::Searchset { whole, wanted, place, ready } = &mut self.sink {
            self.gone = self.gone || whole.is_closed();
            let body = view::searchset(page, record, wanted, place, at);
            *ready = Some(Searchset { status: 200, body });
        }
    }

    /// The opening's close is recorded, and only then does a searchset leave: it may be given where the close cannot be.
    pub(crate) async fn end(self, closing: impl Future<Output = ()>) {
        closing.await;
        if let Sink::Searchset { whole, ready: Some(ready), .. } = self.sink
            && whole.send(ready).is_err()
        {
            tracing::info!("nobody waited for a searchset any more");
        }
    }

    /// Why the opening ended, for its close entry.
    pub(crate) fn ending(&self) -> &'static str {
        if self.gone { GONE } else { "complete" }
    }

    /// A part of a page: one write is one flush. A reader who has gone ends the opening at its next step.
    async fn write(&mut self, part: impl FnOnce() -> String) {
        self.gone = self.gone || !self.sink.give(part).await;
    }

    /// One sentence where a searchset would be.
    fn instead(&mut self, said: &str) {
        if let Sink::Searchset { ready, .. } = &mut self.sink {
            *ready = Some(Searchset { status: 403, body: view::in_place_of_searchset(said) });
        }
    }

    fn elapsed_ms(&self) -> u64 {
        u64::try_from(self.asked_at.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

/// A reply, and all that have come meanwhile: what is due for want of them waits for them, and one commit records them.
fn with_the_next(reply: Reply, replies: &mut Replies) -> Event {
    let others = std::iter::from_fn(|| replies.next().now_or_never().flatten());
    Event::Replies([reply].into_iter().chain(others).collect())
}

/// When a page ends, whatever is outstanding.
fn page_end_ms() -> u64 {
    #[cfg(test)]
    if super::simulation::planted::has(super::simulation::planted::Bug::PageWithoutEnd) {
        return 10 * PAGE_END_MS;
    }
    PAGE_END_MS
}

#[cfg(test)]
mod tests;
