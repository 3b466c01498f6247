//! Takes a view that has opened, asks again every so often whether the person objects, and ends the view when they newly do:
//! within a minute of the entry (HAZ-022). One watch for each live session, recorded each time; it ends with the session.
//! Source: access.md sections 4 and 11.

use super::{Place, Wishes};
use crate::{clock, entries::Story, opening::session, program::Program};
use access::{
    Objection,
    session::{self as secret, Ending},
};
use audit::{Fault, Opened, Why};
use federation::Asking;
use fhir::OdsCode;
use std::{
    collections::{BTreeSet, HashMap},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

/// The views that are watched: of each session its latest opening.
#[derive(Default)]
pub(crate) struct Watches {
    /// By the hash of the session's secret.
    latest: Mutex<HashMap<[u8; 32], u64>>,
    count: AtomicU64,
}

impl Watches {
    fn begin(&self, sid: &[u8; 32]) -> u64 {
        let own = self.count.fetch_add(1, Ordering::Relaxed);
        self.latest().insert(secret::hash(sid), own);
        own
    }

    fn is_latest(&self, sid: &[u8; 32], own: u64) -> bool {
        self.latest().get(&secret::hash(sid)) == Some(&own)
    }

    fn end(&self, sid: &[u8; 32], own: u64) {
        if self.is_latest(sid, own) {
            self.latest().remove(&secret::hash(sid));
        }
    }

    fn latest(&self) -> MutexGuard<'_, HashMap<[u8; 32], u64>> {
        self.latest.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One open view, and what was known of the person's wish when it opened.
pub(crate) struct Watched {
    pub(crate) sid: [u8; 32],
    pub(crate) opened: Arc<Opened>,
    pub(crate) asking: Asking,
    pub(crate) story: Story,
    /// Of sharing as a whole; an exception may have opened the view in spite of it.
    pub(crate) objection: Objection,
}

/// What may newly stand against a view.
type Against = (Objection, BTreeSet<OdsCode>);

impl Program {
    /// Takes the place of the watch of an earlier opening in the same session.
    /// `wishes`: the words the view opened by.
    pub(crate) fn watch(self: &Arc<Self>, watched: Watched, wishes: Wishes) {
        let (program, own) = (Arc::clone(self), self.watches.begin(&watched.sid));
        tokio::spawn(async move {
            let before = (watched.objection, wishes.objected_to().await);
            let mut times = 0;
            loop {
                tokio::time::sleep(program.config.objection.recheck).await;
                let is_over = !program.watches.is_latest(&watched.sid, own)
                    || session::ended(&program, watched.sid).await.is_some();
                if is_over {
                    break;
                }
                times += 1;
                let now = program.ask_again(&watched, times).await;
                if is_new(&before, &now) {
                    if !program.end_view(watched.sid, Ending::Objected).await {
                        tracing::error!(opening.id = %watched.story.opening, "a view of a person who has objected could not be ended");
                    }
                    break;
                }
            }
            program.watches.end(&watched.sid, own);
        });
    }

    async fn ask_again(self: &Arc<Self>, watched: &Watched, times: u32) -> Against {
        // The moment of a question is its own, and not that of the opening: tokens run out.
        let asking = Asking { now: clock::now(), ..watched.asking.clone() };
        let wishes = self.ask_wishes(&watched.opened, &asking, None).await;
        let (wish, objected_to) = futures_util::future::join(wishes.whole(), wishes.objected_to()).await;
        let mut story = watched.story.clone();
        story.objection(&wish, clock::now());
        let entry = story.asked_again(times, &objected_to, clock::millis());
        if self.store.append(vec![entry], clock::millis()).await.is_err() {
            tracing::error!(opening.id = %story.opening, "that an open view asked again could not be recorded");
        }
        (wish.objection, objected_to)
    }

    /// Whose word it was that the person objects. Never fails what it tells of.
    pub(crate) async fn record_objection(&self, story: &Story, place: &Place) {
        let entry = story.objected(place.name(), clock::millis());
        match self.store.append(vec![entry], clock::millis()).await {
            // Said once for every source of a partner.
            Ok(_) | Err(Fault::Rejected(Why::Conflict)) => {}
            Err(_) => {
                tracing::error!(opening.id = %story.opening, "an objection could not be recorded; nothing is shown");
            }
        }
    }
}

/// Silence takes nothing away, and what was known when the view opened is not new.
fn is_new((objection, partners): &Against, now: &Against) -> bool {
    let of_whole = now.0 == Objection::Objected && *objection != Objection::Objected;
    of_whole || !now.1.is_subset(partners)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn against(objection: Objection, partners: &[&str]) -> Against {
        (objection, partners.iter().map(|ods| OdsCode::parse(ods).unwrap()).collect())
    }

    #[test]
    fn t73_a_view_ends_for_what_is_new_and_for_nothing_else() {
        use Objection::{None, Objected, Unknown};
        let table = [
            (against(None, &[]), against(Objected, &[]), true),
            (against(Unknown, &[]), against(Objected, &[]), true),
            (against(None, &[]), against(None, &["ZZ911"]), true),
            (against(None, &["ZZ911"]), against(None, &["ZZ911", "ZZ912"]), true),
            (against(None, &["ZZ911"]), against(None, &["ZZ911"]), false),
            (against(None, &["ZZ911"]), against(Unknown, &[]), false),
            (against(None, &[]), against(Unknown, &[]), false),
            (against(Objected, &[]), against(Objected, &[]), false),
        ];
        for (before, now, ends) in table {
            assert_eq!(is_new(&before, &now), ends, "HAZ-022: {before:?} then {now:?}");
        }
    }
}
