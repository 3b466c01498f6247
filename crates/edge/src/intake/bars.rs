//! Messages about ambulance and 111 events. Takes one message Bundle, BaRS (R4) or the ambulance handover (STU3), as XML or
//! JSON; gives one unit. Messages never replace one another: the page tells one event from all of them. Each carries the names
//! of its event, so that one whose Patient had no number yet is held, and released when a later message brings the number
//! (HAZ-042). Refuses what is no message or says nothing of an event. A Flag is never taken out of its message: scene safety
//! means nothing without the event.
//! Source: BaRS (R4, 1.0 beta); ITK ambulance handover (STU3); sources.md 13; HAZ-005, HAZ-041, HAZ-042.

use super::whole::{self, parts, patient, subject, wire};
use crate::format::{About, Demographics, Format, Kept, Seen, Shown, Take, Unusable};
use crate::unit::{LocalId, Refused, Unit, Untraced, Whose};
use fhir::bundle::Bundle;
use fhir::{Json, Object, reply};
use record::uk_core::emit;
use serde_json::{Map, Value};
use std::io::Read;

/// Messages of one feed. BaRS and the handover are told apart by their headers.
pub struct Bars;

/// The authority of an event's names.
pub const EVENT: &str = "bars-event";
/// The authority of a message's own id: an answer names the message it answers.
pub const MESSAGE: &str = "bars-message";

const ORIGINAL: usize = 0;
const R4: usize = 1;
const KEY: &str = "key";
const MENDED: &str = "mended";

impl Format for Bars {
    fn read(&self, input: &mut dyn Read, take: Take<'_>) -> Result<Seen, Unusable> {
        let bytes = whole::read(input)?;
        let (_, text) = wire::to_json(&bytes)?;
        let _ = take(1, unit(&text, &bytes));
        Ok(Seen { units: 1, ..Seen::default() })
    }

    fn show(&self, kept: &[Kept<'_>], about: &About<'_>) -> Vec<Shown> {
        kept.iter().filter_map(|kept| shown(&parts::Body::read(kept.body)?, about)).collect()
    }

    fn person(&self, kept: &[Kept<'_>]) -> Option<Demographics> {
        kept.iter().rev().find_map(|kept| {
            let body = parts::Body::read(kept.body)?;
            let bundle = Bundle::read(Json::of(body.part_text(R4)?))?;
            let of_whom = bundle.of_type("Patient").next()?;
            Some(patient::demographics(&of_whom.resource))
        })
    }
}

fn unit(sent: &str, original: &[u8]) -> Result<Unit, Refused> {
    let own = Json::of(sent).object().unwrap_or_default();
    let bundle = Bundle::of(&own).filter(|bundle| bundle.kind == "message");
    let bundle = bundle.ok_or_else(|| Refused::at("Bundle.type", "no message"))?;
    let header = bundle.of_type("MessageHeader").next();
    let header = header.ok_or_else(|| Refused::at("Bundle.entry", "a message without a MessageHeader"))?;
    let is_stu3 = header.resource.get("event").is_some();
    let events = events(&bundle);
    let answered = header
        .resource
        .object("response")
        .and_then(|answer| answer.text("identifier").map(|id| id.into_owned()));
    if events.is_empty() && answered.is_none() {
        return Err(Refused::at(
            "MessageHeader.focus",
            "no request, no encounter and no message it answers: it tells of no event",
        ));
    }
    let patients = subject::patients(&bundle);
    let whose = patient::whose(&patients);
    if let Some(why) = subject::Names::of(&bundle).objection() {
        return Err(Refused::at("subject", why));
    }
    let r4 = if is_stu3 {
        emit(sent, reply::Format::Stu3)
            .ok_or_else(|| Refused::new("it has a resource that R4 does not know"))?
            .json
    } else {
        sent.to_owned()
    };
    let key = key(&own, &header.resource, header.full_url.as_deref())
        .ok_or_else(|| Refused::at("Bundle.id", "neither the message nor its header has a name"))?;
    let mut local: Vec<LocalId> = Vec::new();
    // Several people in one message: nothing it says may join or release anything (HAZ-005).
    if !matches!(whose, Whose::Untraced(Untraced::Several)) && patients.len() <= 1 {
        let named = |authority: &str, id: String| LocalId { authority: authority.to_owned(), id };
        local.extend(events.into_iter().map(|id| named(EVENT, id)));
        let messages = bundle.id.clone().into_iter().chain(answered);
        local.extend(messages.map(|id| named(MESSAGE, id)));
    }
    let is_sure = matches!(whose, Whose::Person(_));
    let mut head = Map::new();
    head.insert(KEY.to_owned(), Value::from(key.as_str()));
    head.insert(MENDED.to_owned(), Value::from(if is_sure { "no" } else { "yes" }));
    let order = order(&own, &header.resource);
    let body = parts::pack(head, &[original, r4.as_bytes()]);
    Ok(Unit { whose, local, act: None, key, order, body, names: Vec::new() })
}

/// The names of the event: the request's id and identifiers, and the case references of its encounters. An identifier without
/// a system is anybody's and names nothing.
fn events(bundle: &Bundle<'_>) -> Vec<String> {
    let mut names = Vec::new();
    for entry in &bundle.entries {
        let (kind, has_id) = match entry.resource_type.as_str() {
            "ServiceRequest" | "ReferralRequest" => ("request", true),
            "Encounter" => ("case", false),
            _ => continue,
        };
        names.extend(entry.id.as_ref().filter(|_| has_id).map(|id| format!("{kind} {id}")));
        for identifier in entry.resource.objects("identifier") {
            let (system, value) = (identifier.text("system"), identifier.text("value"));
            let both = system
                .zip(value)
                .filter(|(system, value)| !system.trim().is_empty() && !value.trim().is_empty());
            names.extend(both.map(|(system, value)| format!("{kind} {}|{}", system.trim(), value.trim())));
        }
    }
    names.sort();
    names.dedup();
    names
}

/// Senders use one Bundle id, one header and one timestamp for all messages of an event: what tells a message from the next is
/// why and when it was sent.
fn key(bundle: &Object<'_>, header: &Object<'_>, address: Option<&str>) -> Option<String> {
    let text = |object: &Object<'_>, key: &str| object.text(key).map(|text| text.into_owned());
    let id = text(header, "id").or_else(|| address.map(str::to_owned));
    let own = text(bundle, "id");
    if id.is_none() && own.is_none() {
        return None;
    }
    let updated = bundle.object("meta").and_then(|meta| text(&meta, "lastUpdated"));
    let parts = [own, id, reason(header), updated];
    Some(parts.map(Option::unwrap_or_default).join("|"))
}

fn reason(header: &Object<'_>) -> Option<String> {
    let codings = header.object("reason")?.objects("coding");
    codings.iter().find_map(|coding| coding.text("code").map(|code| code.trim().to_owned()))
}

/// When it was sent, by the later of what the Bundle and its header say; of one moment `new` comes before `update`, and `update`
/// before `delete`. Never by the timestamp where anything better is known: it stays the same through all messages of an event.
fn order(bundle: &Object<'_>, header: &Object<'_>) -> i64 {
    let at = |object: &Object<'_>, key: &str| object.text(key).as_deref().and_then(whole::moment);
    let updated = |object: &Object<'_>| object.object("meta").and_then(|meta| at(&meta, "lastUpdated"));
    let timestamp = || at(bundle, "timestamp").max(at(header, "timestamp"));
    let sent = updated(bundle).max(updated(header)).or_else(timestamp).unwrap_or(0);
    let rank = match reason(header).as_deref() {
        Some("update") => 1,
        Some("delete") => 2,
        _ => 0,
    };
    sent.saturating_mul(4).saturating_add(rank)
}

fn shown(body: &parts::Body<'_>, about: &About<'_>) -> Option<Shown> {
    let (key, r4) = (body.text(KEY)?, body.part_text(R4)?);
    body.part(ORIGINAL)?;
    let id = (about.id)(&format!("Bundle {key}"));
    let json = subject::served(r4, &id, body.text(MENDED) == Some("yes"));
    Some(Shown {
        resource_type: "Bundle".to_owned(),
        id,
        json,
        dataset: "encounters",
        unit: None,
        is_context: false,
    })
}

#[cfg(test)]
mod tests;
