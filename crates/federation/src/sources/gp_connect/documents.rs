//! Takes the wish for the practice's documents, gives what its own capability lists of them; and one document's content,
//! when a professional opens it. Both through the capability's own address: the structured record's is another.
//! Source: GP Connect Access Document 1.6.2 (FHIR STU3).

use super::{
    GpConnect,
    capability::FIND_PATIENT,
    exchange::{self, Condemned, End, Received},
    reply::{Brought, Part, warning},
    route::{Request, Who},
};
use crate::{
    guard::Verdict,
    open::{OpenQuestion, Opening},
    wire::Bounds,
};
use fhir::{
    Category, ReplyState, nhs_number,
    reply::{Format, Payload},
};
use patient::Found;
use reqwest::Method;
use search::Listed;

/// The one Patient this capability knows.
mod patient;
/// The search, to its last page.
mod search;
/// An address below the practice's own.
mod below;
/// One document's content.
mod binary;

/// What the capability says.
pub(super) enum Documents {
    NotPermitted,
    /// The practice does not have it, or this route does not carry it.
    Off,
    /// What it brought or why not, and what that tells the practice's guard.
    Part(Part, Verdict),
}

/// Asks for the list of documents. Cancel-safe.
pub(super) async fn ask(
    gp: &GpConnect,
    who: &Who<'_>,
    permitted: &[Category],
    bounds: &Bounds,
) -> Result<Documents, Condemned> {
    if !permitted.contains(&Category::Documents) {
        return Ok(Documents::NotPermitted);
    }
    let found = match find(gp, who, bounds).await {
        End::Received(received) => received,
        end => return ended(end),
    };
    let Some((one, warnings)) = found.seen else {
        // The same words as a practice that says so with an error: nothing here reads as empty (HAZ-006).
        return Ok(without(ReplyState::AnsweredEmpty, Verdict::Well));
    };
    match search::to_the_end(gp, who, &one, bounds).await {
        End::Received(Received { seen: listed, .. }) => {
            let verdict = listed.wait.unwrap_or(Verdict::Well);
            Ok(Documents::Part(part(listed, warnings), verdict))
        }
        end => ended(end),
    }
}

/// The content of one. Cancel-safe.
pub(super) async fn open(gp: &GpConnect, question: &OpenQuestion, bounds: &Bounds) -> Opening {
    match Who::of_document(question) {
        Some(who) => binary::open(gp, &who, question, bounds).await,
        None => Opening::well(crate::fault::failed("no practice to ask")),
    }
}

/// The structured reply's Patient id does not cross over: the two are asked side by side, at addresses of their own.
async fn find(gp: &GpConnect, who: &Who<'_>, bounds: &Bounds) -> End<Found> {
    let request = Request {
        capability: &FIND_PATIENT,
        method: Method::GET,
        path: "Patient".to_owned(),
        // The specification has it in the address; no address is ever logged (HAZ-049).
        query: vec![("identifier", format!("{}|{}", nhs_number::SYSTEM, who.number()))],
        body: None,
    };
    exchange::exchange(gp, who, &request, bounds, patient::inspect).await
}

fn ended<T>(end: End<T>) -> Result<Documents, Condemned> {
    match end {
        End::Condemned(condemned) => Err(condemned),
        end if end.is_off() => Ok(Documents::Off),
        end => Ok(without(end.state().unwrap_or(ReplyState::NotShared), end.verdict())),
    }
}

fn without(state: ReplyState, verdict: Verdict) -> Documents {
    Documents::Part(Part::without(vec![Category::Documents], state), verdict)
}

fn part(listed: Listed, warnings: Vec<fhir::reply::Warning>) -> Part {
    let paging = listed.cut.map(|words| warning("paging", Some(Category::Documents), &words));
    let own = match (listed.count, &paging) {
        (0, _) if listed.is_off => [(Category::Documents, ReplyState::NotShared)].into(),
        // A list that warns of something is not an empty one (HAZ-006).
        (0, None) if listed.warnings.is_empty() => [(Category::Documents, ReplyState::AnsweredEmpty)].into(),
        _ => Default::default(),
    };
    let payload = |text| Payload { format: Format::Stu3, category: Some(Category::Documents), text };
    let brought = Brought {
        payloads: listed.pages.into_iter().map(payload).collect(),
        has_items: listed.count > 0,
        warns: paging.is_some() || !warnings.is_empty() || !listed.warnings.is_empty(),
        warnings: warnings.into_iter().chain(listed.warnings).chain(paging).collect(),
        practice_name: None,
    };
    Part { covers: vec![Category::Documents], own, outcome: Ok(brought) }
}
