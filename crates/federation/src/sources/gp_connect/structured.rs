//! Takes the permitted categories, asks for them in at most two requests side by side, so that a slow history holds no
//! allergy up, and gives what each brought. Over the national gateway one request brings the whole record.
//! Source: GP Connect Access Record: Structured 1.6.2 (FHIR STU3).

use super::{
    GpConnect,
    capability::STRUCTURED,
    exchange::{self, End, Received},
    parameters::{self, Area, Ask},
    record::{self, Facts},
    reply::{Brought, Part, warning},
    route::{Request, Who},
};
use crate::{fault::failed, wire::Bounds};
use fhir::{
    Category, ReplyState,
    reply::{Format, Payload},
};
use futures_util::future::join_all;
use reqwest::Method;
use std::collections::BTreeMap;

/// Each request and how it ended.
pub(super) type Asked = Vec<(Ask, End<Facts>)>;

/// Asks for everything permitted. Empty where nothing of it is in a structured record.
pub(super) async fn ask(gp: &GpConnect, who: &Who<'_>, permitted: &[Category], bounds: &Bounds) -> Asked {
    let asks = if gp.route.brings_all() { parameters::whole(permitted) } else { parameters::asks(permitted) };
    if asks.is_empty() {
        return Vec::new();
    }
    if let Err(missing) = gp.route.reach(who, &STRUCTURED, bounds).await {
        return asks.into_iter().map(|ask| (ask, End::Unreached(missing.clone()))).collect();
    }
    let ends = join_all(asks.iter().map(|ask| one(gp, who, ask, bounds))).await;
    asks.into_iter().zip(ends).collect()
}

/// One request and its answer, classified.
pub(super) async fn one(gp: &GpConnect, who: &Who<'_>, ask: &Ask, bounds: &Bounds) -> End<Facts> {
    let request = Request {
        capability: &STRUCTURED,
        method: Method::POST,
        path: "Patient/$gpc.getstructuredrecord".to_owned(),
        query: Vec::new(),
        body: Some(parameters::body(who.number(), &ask.areas).to_string()),
    };
    exchange::exchange(gp, who, &request, bounds, record::inspect).await
}

/// What each request says of its categories.
pub(super) fn parts(asked: Asked) -> Vec<Part> {
    asked.into_iter().map(|(ask, end)| part(&ask.areas, end)).collect()
}

fn part(areas: &[Area], end: End<Facts>) -> Part {
    let covers = areas.iter().map(|area| area.category).collect();
    match (end.state(), end) {
        (_, End::Received(received)) => {
            let own = area_states(areas, &received.seen);
            Part { covers, own, outcome: Ok(brought(areas, received)) }
        }
        (state, _) => Part::without(covers, state.unwrap_or(ReplyState::NotShared)),
    }
}

fn brought(areas: &[Area], received: Received<Facts>) -> Brought {
    let facts = received.seen;
    let told = facts.warnings.iter().any(|warning| warning.code != record::TRACE_ID);
    let lists_missing = areas.iter().any(|area| !facts.lists.contains(area.list));
    let off = areas.iter().filter(|area| facts.switched_off.contains(area.parameter));
    let off = off.map(|area| {
        let text = format!("the practice does not share {}", area.words);
        warning("not-implemented", Some(area.category), &text)
    });
    Brought {
        warnings: off.chain(facts.warnings).collect(),
        payloads: vec![Payload { format: Format::GpConnectStu3, category: None, text: received.text }],
        has_items: facts.has_items,
        warns: facts.lists_warn || told || lists_missing,
        practice_name: facts.practice_name,
    }
}

/// The states of categories that differ: all their areas off, or an area for which no List came.
fn area_states(areas: &[Area], facts: &Facts) -> BTreeMap<Category, ReplyState> {
    let is_off = |area: &&Area| facts.switched_off.contains(area.parameter);
    let mut states = BTreeMap::new();
    for area in areas {
        let own = || areas.iter().filter(|other| other.category == area.category);
        if own().all(|area| is_off(&area)) {
            states.insert(area.category, ReplyState::NotShared);
        } else if own().any(|area| !is_off(&area) && !facts.lists.contains(area.list)) {
            states.insert(area.category, failed("its list of them did not come"));
        }
    }
    states
}
