//! How an opening is told: as a page that streams, or as a searchset that is given whole. The steps are the same either way;
//! what the page would ask of the professional first, a program may not answer. Decision 0030; HAZ-001.

use super::{Begun, session::Entered, steps::Asks};
use crate::{
    clock,
    entries::{FIND, SEARCHSET, Story},
    program::{Program, last_look::Looked, narrowed::Shown},
    traces::Trace,
};
use access::Permit;
use bytes::Bytes;
use fhir::{NhsNumber, SourceId};
use futures_util::stream::{BoxStream, StreamExt};
use std::{collections::BTreeSet, sync::Arc, time::Duration};
use tokio::sync::{mpsc, oneshot};
use tokio_stream::wrappers::ReceiverStream;
use web::{
    gateway::{Document, Opened as Page, Order, Refused, Searchset, Wanted, Within},
    page::{Emergency, Sought},
    view::{self, Place},
};

/// Parts that may wait for a slow reader before the opening itself waits.
const PARTS_WAITING: usize = 8;
/// How long the opening then waits. Whoever takes nothing for so long counts as gone: an opening holds its place among all others.
const READER_PATIENCE: Duration = Duration::from_secs(20);

/// What is known of a page before anybody is asked.
pub(super) type Beforehand = (Looked, Emergency, Option<Sought>);

/// Where an opening is told.
pub(crate) enum Sink {
    Page {
        parts: mpsc::Sender<Bytes>,
        order: Order,
        /// What only is shown.
        sought: Option<Sought>,
        /// Sources whose late block is written.
        late: BTreeSet<SourceId>,
        trace: Trace,
    },
    Searchset {
        whole: oneshot::Sender<Searchset>,
        wanted: Wanted,
        place: Place,
        /// To be given once the opening's close is recorded.
        ready: Option<Searchset>,
    },
}

impl Sink {
    pub(super) fn page(order: Order, sought: Option<Sought>) -> (Self, BoxStream<'static, Bytes>) {
        let (parts, body) = mpsc::channel(PARTS_WAITING);
        let (late, trace) = (BTreeSet::new(), Trace::default());
        (Sink::Page { parts, order, sought, late, trace }, ReceiverStream::new(body).boxed())
    }

    fn searchset(wanted: Wanted, place: Place) -> (Self, oneshot::Receiver<Searchset>) {
        let (whole, given) = oneshot::channel();
        (Sink::Searchset { whole, wanted, place, ready: None }, given)
    }

    pub(super) fn order(&self) -> Order {
        match self {
            Sink::Page { order, .. } => *order,
            Sink::Searchset { .. } => Order::AsTheyLand,
        }
    }

    /// When they looked before, what may be asked for on the page, and what is looked for. Whoever takes entries for a program is told
    /// and offered nothing of that.
    pub(super) async fn beforehand(
        &self,
        program: &Program,
        session: &Entered,
        person: &NhsNumber,
    ) -> Beforehand {
        match self {
            Sink::Page { sought, .. } => {
                let emergency = program.emergency(&session.content);
                (program.last_look(session, person).await, emergency, sought.clone())
            }
            Sink::Searchset { .. } => Beforehand::default(),
        }
    }

    /// What the audit knows of it from the start.
    pub(super) fn story(&mut self, program: &Program, session: &Entered, address: &str) -> Story {
        let mut story =
            Story::begin(&session.content.launch, address, program.policy().id(), clock::millis());
        story.trace = program.trace_opening();
        if let Sink::Page { trace, .. } = self {
            trace.clone_from(&story.trace);
        }
        self.marked(story.during(session.content.exception(clock::now())))
    }

    /// For the audit: as what it is told, where that is not the whole page. What was looked for is not in it.
    fn marked(&self, mut story: Story) -> Story {
        if matches!(self, Sink::Page { sought: Some(_), .. }) {
            story.flag(FIND);
        }
        if let Sink::Searchset { place, .. } = self {
            story.flag(SEARCHSET);
            // No browser holds the session: a host's server asks.
            place.page.is_none().then(|| story.flag("host-server"));
        }
        story
    }

    /// A searchset is no view that stands open: what one does show stays remembered as it was.
    pub(super) async fn remember(&self, program: &Program, session: &Entered, permit: &Permit) -> Shown {
        match self {
            Sink::Page { .. } => program.remember_shown(session, permit).await,
            Sink::Searchset { .. } => program.shows_at_most(permit),
        }
    }

    /// Whether anybody could look at it after it is told.
    pub(super) fn stands_open(&self) -> bool {
        matches!(self, Sink::Page { .. })
    }

    /// Whether that source's late block is to be written now.
    pub(super) fn is_first_late(&mut self, source: &SourceId) -> bool {
        match self {
            Sink::Page { late, .. } => late.insert(source.clone()),
            Sink::Searchset { .. } => false,
        }
    }

    /// The next part of a page. `false`: nobody takes it. A searchset has no parts.
    pub(super) async fn give(&self, part: impl FnOnce() -> String) -> bool {
        match self {
            Sink::Page { parts, trace, .. } => {
                let (began, part) = (clock::now(), part());
                #[cfg(feature = "leaky")]
                crate::leaky::take(&part);
                let bytes = part.len();
                let was_taken = parts.send_timeout(Bytes::from(part), READER_PATIENCE).await.is_ok();
                trace.part(began, bytes, was_taken);
                was_taken
            }
            Sink::Searchset { .. } => true,
        }
    }

    /// Until nobody reads any more.
    pub(super) async fn closed(&mut self) {
        match self {
            Sink::Page { parts, .. } => parts.closed().await,
            Sink::Searchset { whole, .. } => whole.closed().await,
        }
    }
}

impl Program {
    /// Opens a record; see [`super::open`].
    pub(crate) async fn open_record(self: Arc<Self>, within: Within, order: Order) -> Result<Page, Refused> {
        self.open_page(within, Sink::page(order, None)).await
    }

    /// The same, showing only what holds `sought`. The form is one of this session's.
    pub(crate) async fn find_in_record(
        self: Arc<Self>,
        within: Within,
        token: String,
        sought: Sought,
    ) -> Result<Page, Refused> {
        let entered = super::session::look(&self, &within).await?;
        self.must_be_ours(&entered.sid, &token)?;
        self.open_page(within, Sink::page(Order::AsTheyLand, Some(sought))).await
    }

    async fn open_page(
        self: Arc<Self>,
        within: Within,
        (sink, body): (Sink, BoxStream<'static, Bytes>),
    ) -> Result<Page, Refused> {
        let framed = within.browser.framed;
        match super::open(Arc::clone(&self), within, sink).await? {
            Begun::Telling(frame_ancestor, telling) => {
                tokio::spawn(telling);
                Ok(Page::Record(Document { frame_ancestor, framed, body }))
            }
            Begun::Asks(asks) => {
                let (session, mut story, asks) = *asks;
                match asks {
                    Asks::Differs(differing) => self.interrupt(&session, &mut story, differing).await,
                    Asks::Near(near) => self.ask_near(&session, &story, near).await,
                    Asks::Reason => self.ask_reason(&session, &story).await,
                }
            }
        }
    }

    /// The same as a searchset. Who stops waiting for it ends the opening, as a browser that closes a page.
    pub(crate) async fn searchset(
        self: Arc<Self>,
        within: Within,
        wanted: Wanted,
    ) -> Result<Searchset, Refused> {
        let (sink, given) = Sink::searchset(wanted, self.place(&within));
        match super::open(Arc::clone(&self), within, sink).await? {
            // An opening that breaks off is recorded as one that may have been shown, and nothing of it leaves.
            Begun::Telling(_, telling) => {
                tokio::spawn(telling);
                given.await.map_err(|_| super::session::broken_off())
            }
            Begun::Asks(asks) => {
                let (_, mut story, _) = *asks;
                self.on_the_page_first(&mut story).await
            }
        }
    }

    fn place(&self, within: &Within) -> Place {
        let origin = self.config.public_url.clone();
        if within.bearer.is_some() {
            return Place { origin, own: self.fhir_address(&within.sid), page: None };
        }
        let page = format!("{origin}/s/{}/", within.sid);
        Place { origin, own: format!("{page}fhir"), page: Some(page) }
    }

    async fn on_the_page_first(&self, story: &mut Story) -> Result<Searchset, Refused> {
        let entry = story.denied("the page asks first");
        match self.store.append(vec![entry], clock::millis()).await {
            Ok(_) => Ok(Searchset { status: 403, body: view::on_the_page_first(&story.reference) }),
            Err(fault) => Err(self.cannot_record(story, &fault)),
        }
    }
}

#[cfg(test)]
mod tests;
