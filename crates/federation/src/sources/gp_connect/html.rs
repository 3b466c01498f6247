//! Takes the permitted categories where a practice has no structured record, asks for one section of its HTML view per
//! call, safety first and at most three at once, and gives what each said. The rows are read by the normaliser; here only
//! whether a section shows any, and whose it is. Source: GP Connect Access Record: HTML 0.7.4 (FHIR DSTU2).

use super::{
    GpConnect, Record,
    capability::HTML_VIEW,
    exchange::{self, Condemned, End, Received},
    reply::{Brought, Part, not_empty, warning},
    route::{Request, Who},
};
use crate::{fault::Fault, guard::Verdict, wire::Bounds};
use fhir::{
    Category, ReplyState,
    reply::{Format, Payload},
};
use futures_util::{FutureExt, StreamExt, stream};
use reqwest::Method;
use says::Says;
use section::{Section, Shown};
use serde_json::{Value, json};
use std::{collections::BTreeMap, sync::OnceLock};

/// The sections, and reading a reply that holds one.
mod section;
/// What a section's text says of itself.
mod says;

const AT_ONCE: usize = 3;
const NOT_CODED: &str = "This practice does not send coded records: shown as it displays them";

/// `None` where the practice does not have this either.
pub(super) async fn ask(
    gp: &GpConnect,
    who: &Who<'_>,
    permitted: &[Category],
    bounds: &Bounds,
) -> Result<Option<Record>, Condemned> {
    let sections = section::of(permitted);
    if gp.route.reach(who, &HTML_VIEW, bounds).await.is_err_and(|missing| missing.is_not_registered()) {
        return Ok(None);
    }
    // Once asked to wait, no further section is asked for (HAZ-036).
    let wait = OnceLock::new();
    let asked = sections.iter().map(|section| {
        let wait = &wait;
        async move {
            if let Some(wait) = wait.get() {
                return End::Fault(Fault::AskedToWait(*wait));
            }
            let end = one(gp, who, section, bounds).await;
            if let Verdict::Wait(asked) = exchange::verdict([&end]) {
                wait.get_or_init(|| asked);
            }
            end
        }
        .boxed()
    });
    let asked: Vec<_> = asked.collect();
    let ends: Vec<End<Shown>> = stream::iter(asked).buffered(AT_ONCE).collect().await;
    if let Some(condemned) = Condemned::heaviest(&ends) {
        return Err(condemned);
    }
    if ends.iter().all(End::is_off) {
        return Ok(None);
    }
    let verdict = exchange::verdict(&ends);
    let part = part(sections.into_iter().zip(ends).collect());
    Ok(Some(Record { parts: vec![part], verdict }))
}

async fn one(gp: &GpConnect, who: &Who<'_>, section: &'static Section, bounds: &Bounds) -> End<Shown> {
    let request = Request {
        capability: &HTML_VIEW,
        method: Method::POST,
        path: "Patient/$gpc.getcarerecord".to_owned(),
        query: Vec::new(),
        body: Some(body(who.number(), section.code).to_string()),
    };
    let code = section.code;
    exchange::exchange(gp, who, &request, bounds, move |bundle, asked| section::inspect(bundle, asked, code))
        .await
}

/// No `timePeriod`: half of the sections refuse it, and a filter hides.
fn body(nhs_number: &str, section: &str) -> Value {
    let number = json!({ "system": crate::national::token::dstu2::NHS_NUMBER, "value": nhs_number });
    let code = json!({ "system": section::SYSTEM, "code": section });
    json!({
        "resourceType": "Parameters",
        "parameter": [
            { "name": "patientNHSNumber", "valueIdentifier": number },
            { "name": "recordSection", "valueCodeableConcept": { "coding": [code] } },
        ],
    })
}

type Ends = Vec<(&'static Section, End<Shown>)>;

fn part(ends: Ends) -> Part {
    let covers: Vec<Category> = ends.iter().map(|(section, _)| section.category).collect();
    let own = covers.iter().filter_map(|category| Some((*category, category_state(&ends, *category)?)));
    let own: BTreeMap<Category, ReplyState> = own.collect();
    let first = ends.iter().find_map(|(_, end)| end.state());
    let came = ends.iter().any(|(_, end)| matches!(end, End::Received(_)));
    match first.filter(|_| !came) {
        Some(state) => Part { own, ..Part::without(covers, state) },
        None => Part { covers, own, outcome: Ok(brought(ends)) },
    }
}

fn brought(ends: Ends) -> Brought {
    let mut brought =
        Brought { warnings: vec![warning("html-view", None, NOT_CODED)], warns: true, ..Brought::default() };
    for (section, end) in ends {
        brought.warnings.extend(untold(section, &end));
        let End::Received(Received { text, seen }) = end else { continue };
        brought.has_items |= seen.says.shows();
        brought.practice_name = brought.practice_name.or(seen.practice_name);
        brought.warnings.extend(seen.warnings);
        brought.payloads.push(Payload { format: Format::GpConnectHtml, category: None, text });
    }
    brought
}

/// A part of a category that did not come is said, whatever else of the category did (HAZ-017).
fn untold(section: &Section, end: &End<Shown>) -> Option<fhir::reply::Warning> {
    let why = match (state(end)?, end) {
        (ReplyState::AnsweredEmpty, End::Received(_)) => return None,
        (ReplyState::NotShared, _) => "does not share",
        (ReplyState::Withheld(_), _) => "keeps back",
        _ => "did not send",
    };
    Some(warning("html-section", Some(section.category), &format!("the practice {why} {}", section.words)))
}

/// What the sections of one category say together; `None` where they say what the whole reply does.
fn category_state(ends: &Ends, category: Category) -> Option<ReplyState> {
    let own = ends.iter().filter(|(section, _)| section.category == category);
    let states: Vec<Option<ReplyState>> = own.map(|(_, end)| state(end)).collect();
    let is_silent =
        |state: &&ReplyState| matches!(state, ReplyState::DidNotAnswer(_) | ReplyState::Unreadable(_));
    if let Some(silent) = states.iter().flatten().find(is_silent) {
        return Some(silent.clone());
    }
    // Sections that disagree make no state: the reply's own stands, and each is said apart.
    let first = states.first()?.clone()?;
    states.iter().all(|state| state.as_ref() == Some(&first)).then_some(first)
}

/// The state of one section; `None` where it shows something.
fn state(end: &End<Shown>) -> Option<ReplyState> {
    match end {
        End::Received(received) => received.seen.says.state(),
        // A practice that gave no record has not said that nothing is recorded.
        end => end.state().as_ref().map(not_empty),
    }
}

impl Says {
    fn shows(self) -> bool {
        self.state().is_none()
    }
}
