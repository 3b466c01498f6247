//! A bug for each law, planted at a seam of the product that is there in tests alone: what finds none of these finds nothing.

use super::watch::Law;
use audit::store::testing::planted as store;
use federation::network;
use fhir::{Reply, ReplyState, SourceId};
use futures_util::stream::{BoxStream, StreamExt};
use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    time::Duration,
};

/// What is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::opening) enum Bug {
    DisclosureUnrecorded,
    OpenUnrecorded,
    SilenceReadAsEmpty,
    EntriesOfAnybody,
    LinkLookedAtFirst,
    LostToldAsDone,
    CeilingTwice,
    LeaseTwice,
    PageWithoutEnd,
    AnswerOfAnotherOpening,
}

impl Bug {
    /// Each with the law that it breaks.
    pub(super) const ALL: [(Self, Law); 10] = [
        (Self::DisclosureUnrecorded, Law::I1),
        (Self::OpenUnrecorded, Law::I2),
        (Self::SilenceReadAsEmpty, Law::I3),
        (Self::EntriesOfAnybody, Law::I4),
        (Self::LinkLookedAtFirst, Law::I5),
        (Self::LostToldAsDone, Law::I6),
        (Self::CeilingTwice, Law::I7),
        (Self::LeaseTwice, Law::I7),
        (Self::PageWithoutEnd, Law::I8),
        (Self::AnswerOfAnotherOpening, Law::I9),
    ];
}

thread_local! {
    static PLANTED: Cell<Option<Bug>> = const { Cell::new(None) };
    /// The last answer of each source about each person.
    static KEPT: RefCell<BTreeMap<(SourceId, String), Reply>> = const { RefCell::new(BTreeMap::new()) };
}

/// From now on, on this thread.
pub(super) fn plant(bug: Option<Bug>) {
    PLANTED.set(bug);
    KEPT.take();
    store::plant(match bug {
        Some(Bug::DisclosureUnrecorded) => Some(store::Planted::DisclosureUnrecorded),
        Some(Bug::OpenUnrecorded) => Some(store::Planted::OpenUnrecorded),
        Some(Bug::LinkLookedAtFirst) => Some(store::Planted::HandleLookedAtFirst),
        Some(Bug::LostToldAsDone) => Some(store::Planted::LostToldAsDone),
        _ => None,
    });
    network::plant(match bug {
        Some(Bug::EntriesOfAnybody) => Some(network::Planted::EntriesOfAnybody),
        Some(Bug::CeilingTwice) => Some(network::Planted::CeilingTwice),
        Some(Bug::LeaseTwice) => Some(network::Planted::LeaseTwice),
        _ => None,
    });
}

pub(in crate::opening) fn has(bug: Bug) -> bool {
    PLANTED.get() == Some(bug)
}

/// The replies of one opening about a person, with what is wrong with them.
pub(in crate::opening) fn through(
    replies: BoxStream<'static, Reply>,
    person: &fhir::NhsNumber,
) -> BoxStream<'static, Reply> {
    let person = person.digits().to_owned();
    let Some(bug) = PLANTED.get() else { return replies };
    replies
        .then(move |reply| {
            let person = person.clone();
            async move {
                match bug {
                    Bug::SilenceReadAsEmpty => read_as_empty(reply),
                    Bug::AnswerOfAnotherOpening => kept(reply, person),
                    Bug::PageWithoutEnd => {
                        if !reply.state.is_answer() {
                            tokio::time::sleep(Duration::from_secs(20)).await;
                        }
                        reply
                    }
                    _ => reply,
                }
            }
        })
        .boxed()
}

fn read_as_empty(reply: Reply) -> Reply {
    match reply.state {
        ReplyState::DidNotAnswer(_) | ReplyState::Unreadable(_) => {
            Reply { by_category: BTreeMap::new(), ..Reply::of(reply.source, ReplyState::AnsweredEmpty) }
        }
        _ => reply,
    }
}

/// As a store of results would, that nobody wants.
fn kept(reply: Reply, person: String) -> Reply {
    KEPT.with_borrow_mut(|kept| {
        let place = (reply.source.clone(), person);
        if reply.state != ReplyState::Answered {
            return reply;
        }
        kept.entry(place).or_insert(reply).clone()
    })
}
