//! Takes a plan, gives one reply per source as each ends. Every question runs on its own task, so a reader that is slow
//! to take replies slows no source down, and a question that breaks is a reply too (HAZ-006, HAZ-035).

use crate::{Federation, fault, plan::Plan, question::Question, wire::Kept};
use fhir::{Reply, ReplyState, SourceId};
use futures_util::{
    StreamExt,
    future::{BoxFuture, join},
    stream::{self, BoxStream},
};
use std::{collections::HashMap, fmt, sync::Arc};
use tokio::task::{Id, JoinSet};

/// What must be known of a partner before its source is asked, or before its answer is used.
pub struct Word {
    /// `None`: as planned. Otherwise how the source ends, whatever it holds.
    pub verdict: BoxFuture<'static, Option<ReplyState>>,
    /// Whether the question may leave meanwhile: then the answer waits, and is dropped where the verdict is against it.
    pub meanwhile: bool,
}

impl fmt::Debug for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Word(meanwhile: {})", self.meanwhile)
    }
}

/// The questions on their way. Dropped, it aborts them all.
struct Outstanding {
    tasks: JoinSet<(Reply, Kept)>,
    sources: HashMap<Id, SourceId>,
    /// Room for the answers that were taken, until the last has been.
    kept: Vec<Kept>,
}

pub(crate) fn gather(
    federation: &Arc<Federation>,
    plan: Plan,
    mut words: HashMap<SourceId, Word>,
) -> BoxStream<'static, Reply> {
    let mut outstanding = Outstanding { tasks: JoinSet::new(), sources: HashMap::new(), kept: Vec::new() };
    for question in plan.questions {
        let (source, federation) = (question.source.clone(), Arc::clone(federation));
        let word = words.remove(&source);
        let task = outstanding.tasks.spawn(async move {
            let (reply, kept) = match word {
                Some(word) => after(word, &federation, &question).await,
                None => federation.ask_keeping(&question).await,
            };
            told(&question, &reply);
            (reply, kept)
        });
        outstanding.sources.insert(task.id(), source);
    }
    stream::iter(plan.settled).chain(stream::unfold(outstanding, next)).boxed()
}

async fn after(word: Word, federation: &Federation, question: &Question) -> (Reply, Kept) {
    let (against, reply) = if word.meanwhile {
        let (against, reply) = join(word.verdict, federation.ask_keeping(question)).await;
        (against, Some(reply))
    } else {
        (word.verdict.await, None)
    };
    match (against, reply) {
        (Some(state), _) => (question.reply(state), None),
        (None, Some(reply)) => reply,
        (None, None) => federation.ask_keeping(question).await,
    }
}

async fn next(mut outstanding: Outstanding) -> Option<(Reply, Outstanding)> {
    let ended = outstanding.tasks.join_next_with_id().await?;
    let reply = match ended {
        Ok((_, (reply, kept))) => {
            outstanding.kept.push(kept);
            reply
        }
        Err(error) => {
            let source = outstanding.sources.get(&error.id()).cloned()?;
            tracing::error!(source.id = %source, "a source's question ended without a reply");
            Reply::of(source, fault::our_side("something went wrong on our side"))
        }
    };
    Some((reply, outstanding))
}

/// One line per question; no person, no address.
fn told(question: &Question, reply: &Reply) {
    tracing::info!(
        opening.id = question.opening,
        source.id = %question.source,
        source.kind = question.kind.name(),
        reply.state = reply.state.name(),
        duration_ms = reply.elapsed_ms,
        size_bytes = reply.size_bytes,
        "a source's question ended"
    );
}

#[cfg(test)]
pub(crate) mod tests;
