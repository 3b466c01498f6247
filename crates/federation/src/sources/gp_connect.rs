//! Takes one question for the person's registered practice, gives one reply: the structured record and the practice's
//! documents are asked for side by side, and the HTML view where the practice sends no structured record.
//! Source: GP Connect 1.6.2, Access Record: Structured and Access Document (FHIR STU3); Access Record: HTML 0.7.4 (DSTU2).

use crate::{
    asking::ObjectionReply,
    fault::Fault,
    guard::Verdict,
    open::{OpenQuestion, Opening},
    question::{Ended, Question},
    source::{ConfigFault, SourceConfig},
    sources::{KindOfSource, Source, Surroundings},
    wire::Bounds,
};
use documents::Documents;
use exchange::{Condemned, End};
use fhir::{Category, Reply, ReplyState, reply::Format};
use futures_util::{FutureExt, future::BoxFuture};
use reply::{Brought, Part};
use route::{Route, Who};
use std::{pin::pin, sync::Arc};
use tokio::time::timeout;

/// What may be asked of a practice at all.
mod capability;
/// Through the proxy, or through the national gateway.
mod route;
/// One request, its answer classified.
mod exchange;
/// What the Spine's error codes mean.
mod refused;
/// The structured record.
mod structured;
/// What is asked for, and in which of its two requests.
mod parameters;
/// Reading the Bundle a practice answers with.
mod record;
/// The view that stands in where there is no structured record.
mod html;
/// The practice's documents.
mod documents;
/// What all of it together says.
mod reply;
/// The objection question.
pub(crate) mod objection;

const LINKED_DOCUMENTS: &str = "only documents that stand in a consultation are listed";

/// The registered practice of each person, over GP Connect.
pub(crate) const KIND: KindOfSource = KindOfSource {
    name: "gp-connect",
    speaks: "GP Connect (FHIR STU3, or DSTU2 for the HTML view)",
    is_practice: true,
    // Practices are reached by the national services' own credentials.
    takes: &["route", "supplier_ceiling"],
    build,
};

/// The way to every practice.
struct GpConnect {
    route: Route,
}

fn build(source: &SourceConfig, around: &Surroundings) -> Result<Arc<dyn Source>, ConfigFault> {
    Ok(Arc::new(GpConnect { route: Route::new(source, around)? }))
}

impl Source for GpConnect {
    fn ask<'a>(&'a self, question: &'a Question, bounds: &'a Bounds) -> BoxFuture<'a, Ended> {
        ask(self, question, bounds).boxed()
    }

    fn open<'a>(&'a self, question: &'a OpenQuestion, bounds: &'a Bounds) -> BoxFuture<'a, Opening> {
        documents::open(self, question, bounds).boxed()
    }

    fn objection<'a>(
        &'a self,
        question: &'a Question,
        bounds: &'a Bounds,
    ) -> BoxFuture<'a, (ObjectionReply, Verdict)> {
        objection::ask(self, question, bounds).boxed()
    }
}

/// What the record itself brought, and what that tells the practice's guard.
struct Record {
    parts: Vec<Part>,
    verdict: Verdict,
}

/// Asks. Ends within the bounds' deadline; cancel-safe.
async fn ask(gp: &GpConnect, question: &Question, bounds: &Bounds) -> Ended {
    let Some(who) = Who::of(question) else {
        return Ended::well(question.reply(crate::fault::failed("no practice to ask")));
    };
    let (record, documents) = both(gp, &who, &question.categories, bounds).await;
    let (record, documents) = match (record, documents) {
        (Ok(record), Ok(documents)) => (record, documents),
        // Another person in either condemns both.
        (Err(Condemned::WrongPerson), _) | (_, Err(Condemned::WrongPerson)) => {
            return Ended::wrong_person(question);
        }
        (Err(condemned), _) | (_, Err(condemned)) => return withheld(question, &who, &condemned),
    };
    let verdict = verdict(&record, &documents);
    let mut parts = record.parts;
    parts.extend(documents.part(&parts));
    Ended { reply: reply::combine(question, who.practice, parts), verdict }
}

/// Side by side. The list of documents holds no allergy up: once the record is in, it has little time left (HAZ-035).
async fn both(
    gp: &GpConnect,
    who: &Who<'_>,
    permitted: &[Category],
    bounds: &Bounds,
) -> (Result<Record, Condemned>, Result<Documents, Condemned>) {
    let mut record = pin!(record(gp, who, permitted, bounds));
    let mut documents = pin!(documents::ask(gp, who, permitted, bounds));
    tokio::select! {
        documents = &mut documents => (record.await, documents),
        record = &mut record => {
            let alone = record.as_ref().is_ok_and(|record| record.parts.is_empty());
            let left = if alone { bounds.limits.total } else { bounds.limits.beside };
            let documents = timeout(left, documents).await.unwrap_or_else(|_| Ok(Documents::late()));
            (record, documents)
        }
    }
}

/// The record speaks for the practice; the documents do where nothing else was asked, or where they ask us to wait.
fn verdict(record: &Record, documents: &Documents) -> Verdict {
    match (record.verdict, documents) {
        (Verdict::Wait(_), _) => record.verdict,
        (_, Documents::Part(_, own @ Verdict::Wait(_))) => *own,
        (_, Documents::Part(_, own)) if record.parts.is_empty() => *own,
        (verdict, _) => verdict,
    }
}

fn withheld(question: &Question, who: &Who<'_>, condemned: &Condemned) -> Ended {
    let asked = Some(who.practice.to_string());
    Ended::well(Reply { asked, ..question.reply(condemned.state()) })
}

/// The structured record, or the HTML view where the practice has it and no structured record.
async fn record(
    gp: &GpConnect,
    who: &Who<'_>,
    permitted: &[Category],
    bounds: &Bounds,
) -> Result<Record, Condemned> {
    let asked = structured::ask(gp, who, permitted, bounds).await;
    let ends = || asked.iter().map(|(_, end)| end);
    if let Some(condemned) = Condemned::heaviest(ends()) {
        return Err(condemned);
    }
    if !asked.is_empty() && ends().all(End::is_off) {
        let shown = html::ask(gp, who, permitted, bounds).await?;
        if let Some(shown) = shown {
            return Ok(shown);
        }
    }
    let verdict = exchange::verdict(ends());
    Ok(Record { parts: structured::parts(asked), verdict })
}

impl Documents {
    fn late() -> Self {
        let part = Part::without(vec![Category::Documents], Fault::TimedOut.state());
        Documents::Part(part, Verdict::Well)
    }

    /// Without the capability, a structured record still names the documents of its consultations.
    fn part(self, record: &[Part]) -> Option<Part> {
        match self {
            Documents::NotPermitted => None,
            Documents::Part(part, _) => Some(part),
            Documents::Off if record.is_empty() => {
                Some(Part::without(vec![Category::Documents], ReplyState::NotShared))
            }
            Documents::Off => record.iter().any(names_linked_documents).then(linked_documents),
        }
    }
}

fn names_linked_documents(part: &Part) -> bool {
    let is_structured =
        |brought: &Brought| brought.payloads.iter().any(|payload| payload.format == Format::GpConnectStu3);
    part.covers.contains(&Category::Consultations) && part.outcome.as_ref().is_ok_and(is_structured)
}

fn linked_documents() -> Part {
    let warning = reply::warning("linked-documents-only", Some(Category::Documents), LINKED_DOCUMENTS);
    Part {
        covers: vec![Category::Documents],
        own: [(Category::Documents, ReplyState::AnsweredWithWarnings)].into(),
        outcome: Ok(Brought { warnings: vec![warning], warns: true, ..Brought::default() }),
    }
}

#[cfg(test)]
mod tests;
