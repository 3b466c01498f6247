//! Replies that are there are taken together, and nobody waits for those that are not.

use super::*;
use fhir::{ReplyState, reply::NotAsked};
use futures_util::stream;

fn reply(source: &str) -> Reply {
    Reply::of(SourceId::new(source), ReplyState::NotAsked(NotAsked("busy".to_owned())))
}

#[tokio::test]
async fn what_has_come_meanwhile_is_taken_with_the_first_and_what_has_not_is_left() {
    let (here, later) = (["gp", "acute", "mh"], stream::once(std::future::pending()));
    let mut replies: Replies = stream::iter(here.map(reply)).chain(later).boxed().fuse();
    let first = replies.next().await.unwrap();
    let Event::Replies(taken) = with_the_next(first, &mut replies) else { panic!("replies were there") };
    let sources: Vec<&str> = taken.iter().map(|reply| reply.source.as_str()).collect();
    assert_eq!(sources, here, "HAZ-032: none of them is called late");
    assert!(!replies.is_terminated(), "the last is still waited for");

    let mut all: Replies = stream::iter(here.map(reply)).boxed().fuse();
    let first = all.next().await.unwrap();
    let Event::Replies(taken) = with_the_next(first, &mut all) else { panic!("replies were there") };
    assert_eq!((taken.len(), all.is_terminated()), (3, true));
}
