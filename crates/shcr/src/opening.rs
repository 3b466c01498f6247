//! One opening: launch → person → permit → audit open → wish → plan → gather → normalise → release → reconcile → show →
//! audit close. Takes a session's request, gives a streamed page, a searchset or a refusal. Read it as a list; each step is
//! one call.

use crate::{
    entries::Story,
    program::{Program, objection::Decider},
};
use access::Permit;
use fhir::Reply;
use futures_util::future::{BoxFuture, FutureExt};
use record::Record;
use std::sync::Arc;
use web::gateway::{Refused, Within};

/// The steps every opening begins with.
mod steps;
/// Letting the questions leave.
mod questions;
/// One document of a record.
pub(crate) mod document;
/// The sealed way to one document.
pub(crate) mod handle;
/// The sealed list of a chapter's documents.
pub(crate) mod letters;
/// From our values to what the page needs before its first byte.
pub(crate) mod compose;
/// Why a section does not show more, from the permit alone.
mod why;
/// Recording what leaves before it leaves.
mod disclose;
/// What was recorded, and so may be told.
mod shown;
/// The professional's session, checked on every request.
pub(crate) mod session;
/// Whether the view still lives while its page is written.
mod watch;
/// An exception that holds for a while.
mod lasting;
/// As a page or as a searchset.
mod told;
/// The page as it is written, and whether anybody still reads it.
mod stream;

use lasting::Lasting;
use questions::Questions;
use session::Entered;
use shown::Shown;
use steps::{Asks, Who};
use stream::{Event, Out, Pace};
use told::Sink;

/// How far an opening came before anything is told.
enum Begun {
    /// What remains, to go on by itself; with the origin that may frame it.
    Telling(Option<String>, BoxFuture<'static, ()>),
    /// Something is asked of the professional first.
    Asks(Box<(Entered, Story, Asks)>),
}

/// Opens the record of the session's person. Nothing is asked of a source before the opening is durably recorded, and
/// no byte of a source leaves before its disclosure is (HAZ-029). A source's failure is a value in the page (HAZ-006).
async fn open(program: Arc<Program>, within: Within, mut sink: Sink) -> Result<Begun, Refused> {
    let session = session::enter(&program, &within).await?;
    let launch = session.content.launch.clone();
    let mut story = sink.story(&program, &session, &within.browser.address);
    let pace = Pace::begin(&program, &session, &mut story).await?;

    // PDS decides the opening; it is no source, and its answer is recorded inside the opening.
    let (person, mismatch) = match steps::person(&program, &session, &mut story).await? {
        Who::Known(person, differing) => (person, differing),
        Who::Asks(asks) => return Ok(Begun::Asks(Box::new((session, story, asks)))),
    };
    let beside = session.beside();
    let permit = steps::permit(&program, (&launch, person.practice.as_ref()), &beside, &mut story).await?;
    story.permitted(&permit, &steps::everything(&program, &permit));

    // From here on everything is accounted for, or nothing happens.
    program.account_for_own_word(&launch, &story).await?;
    let look = sink.beforehand(&program, &session, &person.person.nhs_number);
    let shows = sink.remember(&program, &session, &permit);
    let (opened, remembered, beforehand) = tokio::join!(steps::account(&program, &story), shows, look);
    let opened = Arc::new(opened?);

    // Whoever knows whether the person objects is asked first, at once; their word is waited for before anything is shown.
    let asking = compose::asking(&launch, &person, &story);
    let wishes = program.ask_wishes(&opened, &asking, None).await;
    steps::unless_hidden(&program, (&launch, &person), (&beside, &wishes), &opened, &mut story).await?;
    let mut page = compose::page(&program, &session, (&person, &permit), &story, beforehand);
    page.mismatch = mismatch.into_iter().map(|difference| difference.field).collect();
    let decider = Decider { launch: launch.clone(), beside: beside.clone(), story: story.clone() };
    let questions = Questions { program: Arc::clone(&program), opened: Arc::clone(&opened), asking, decider };
    let (order, frame) = (sink.order(), session.content.frame.clone());
    let mut out = Out::start(sink, pace, watch::watch(Arc::clone(&program), &session, remembered));
    let telling = async move {
        out.head(&page).await;
        // What the last day knows lets questions leave; without it none leaves before the fresh word is in (HAZ-022).
        let ahead = questions.ahead(&permit, &wishes);
        let Some(wish) = out.while_read(wishes.whole()).await else {
            return out.end(program.close(&opened, &story, &Record::default(), stream::GONE)).await;
        };
        page.caveats.extend(wish.said());
        let permit = steps::permit_by_wish(&program, (&launch, &person), (&beside, &wish), &mut story).await;
        let Some(mut permit) = permit else {
            drop(ahead);
            story.uniform_moment().await;
            out.objection(&page, wish.sentence()).await;
            return out.end(program.close(&opened, &story, &Record::default(), "objection")).await;
        };
        story.permitted(&permit, &steps::everything(&program, &permit));
        page = compose::anew(page, &program, &session, (&person, &permit), &story);
        let (mut replies, asked_at) = questions.replies(ahead, &permit, &wishes);
        let mut lasting = Lasting::of(&session, wish.as_decided(program.config.objection.unknown));
        out.stays(&program, questions.watched(session.sid, wish.objection), wishes);
        let mut shown = Shown::of(compose::planned(&page));
        let mut schedule = compose::schedule(&page, order);
        out.begin(&page, asked_at).await;
        while let Some(event) = out.next(&mut replies, &schedule).await {
            if let Event::Ended(ending) = event {
                out.ended(&page, ending).await;
                return out.end(program.close(&opened, &story, shown.record(), ending.code())).await;
            }
            if let Event::Replies(replies) = event {
                let under = (&mut lasting, &mut permit);
                let Some(parts) = disclosed(&questions, &mut story, under, replies).await else {
                    out.objected_late(&page).await;
                    return out.end(program.close(&opened, &story, shown.record(), "objection")).await;
                };
                parts.into_iter().for_each(|part| shown.add(part, &schedule));
            }
            out.show(&page, &shown, &mut schedule).await;
        }
        out.finish(&page, &shown, &schedule).await;
        let cause = out.ending();
        out.end(program.close(&opened, &story, shown.record(), cause)).await;
    };
    Ok(Begun::Telling(frame, telling.boxed()))
}

/// What may be shown of replies that came together, once that is recorded. `None`: nothing of the person may be any more, since an exception
/// over an objection has ended or the practice says what its silence had left open.
async fn disclosed(
    questions: &Questions,
    story: &mut Story,
    (lasting, permit): (&mut Lasting, &mut Permit),
    replies: Vec<Reply>,
) -> Option<Vec<disclose::Part>> {
    let Questions { program, opened, asking, decider } = questions;
    let mut answers = Vec::with_capacity(replies.len());
    for reply in replies {
        program.count(&reply, story, "record");
        let holds = lasting.holds(program, &decider.launch, permit).await;
        if program.hears_objection(&reply, story, permit).await || !holds {
            return None;
        }
        let released = steps::released(program, &asking.person, &reply, permit, story);
        answers.push((reply, released));
    }
    Some(disclose::record(program, opened, story, answers).await)
}

#[cfg(test)]
mod simulation;
#[cfg(test)]
mod tests;
