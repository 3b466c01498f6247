//! Takes one message, gives its unit: whose, under what names, what it joins or parts; refuses by field what it cannot
//! be sure of. Source: HL7 v2 chapters 2 and 3; sources.md 10; HAZ-005, HAZ-042.

use super::Settings;
use super::event::{self, Kind};
use super::message::{Message, Segment};
use super::person::{self, NHS, NHS_UNVERIFIED};
use crate::unit::{Act, LocalId, Refused, Unit, Untraced, Whose};
use std::collections::{HashMap, HashSet};

pub(crate) fn read(message: &Message<'_>, settings: &Settings) -> Result<Unit, Refused> {
    admit(message, settings)?;
    let key = key(message)?;
    let order = event::order(message)
        .ok_or_else(|| Refused::at("MSH-7", "is no date and time, and neither is EVN-2"))?;
    let (message_type, event) = event::type_and_event(message);
    let kind = event::kind(&message_type, &event);
    if kind == Kind::Unapplied {
        let reason = format!("event {event} joins, moves or swaps in a way that is not applied here");
        return Err(Refused::at("MSH-9", reason));
    }
    let pid = pid(message, kind)?;
    has_its_content(message, kind)?;
    let mut whose =
        pid.map_or(Whose::Untraced(Untraced::NoNumber), |pid| person::whose(pid, settings.numbers));
    let mut local = pid.map(|pid| person::local_ids(pid.field(3), message)).unwrap_or_default();
    let own = pid.and_then(|pid| nhs_name(pid, &whose));
    if matches!(whose, Whose::Person(_)) {
        local.extend(own.clone());
    }
    let act = match (kind, pid) {
        (Kind::Merge | Kind::Unmerge, Some(pid)) => {
            let joined = join(message, pid, own)?;
            local.extend((!local.contains(&joined.survivor)).then(|| joined.survivor.clone()));
            if joined.is_conflict {
                whose = Whose::Untraced(Untraced::Several);
            }
            joined.act(kind)
        }
        _ => None,
    };
    Ok(Unit { whose, local, act, key, order, body: Vec::new(), names: Vec::new() })
}

/// Type, processing id and version: what an acknowledgement rejects.
fn admit(message: &Message<'_>, settings: &Settings) -> Result<(), Refused> {
    if message.field("MSH", 9).component(1).text().is_none() {
        return Err(Refused::at("MSH-9", "names no message type"));
    }
    match message.field("MSH", 11).component(1).text().as_deref() {
        Some("P") => {}
        Some("T" | "D") if settings.training => {}
        Some("T" | "D") => {
            return Err(Refused::at("MSH-11", "is for training or debugging, and this is live"));
        }
        _ => return Err(Refused::at("MSH-11", "is not P, T or D")),
    }
    match message.field("MSH", 12).component(1).text() {
        Some(version) if settings.accept.contains(&version) => Ok(()),
        _ => Err(Refused::at("MSH-12", "is not a version that is taken here")),
    }
}

/// Sending application and facility, and the control id. A field separator stands in none of them as sent.
fn key(message: &Message<'_>) -> Result<String, Refused> {
    let field = |number| message.field("MSH", number).raw();
    if message.field("MSH", 10).text().is_none() {
        return Err(Refused::at("MSH-10", "has no control id"));
    }
    Ok(format!("{}\n{}\n{}", field(3), field(4), field(10)))
}

/// The one person it is about. A message about several could not be filed under one (HAZ-004).
fn pid<'a>(message: &Message<'a>, kind: Kind) -> Result<Option<Segment<'a>>, Refused> {
    let mut all = message.all("PID");
    let first = all.next();
    let more = all.count();
    let most = usize::from(kind == Kind::Unmerge);
    if more > most || message.all("MRG").count() > 1 {
        return Err(Refused::at("PID", "occurs more often than once: one person a message is read here"));
    }
    match kind {
        Kind::Other | Kind::Acknowledgement => Ok(first),
        _ if first.is_none() => Err(Refused::at("PID", "is missing")),
        _ => Ok(first),
    }
}

/// A report without an order, a result under none, or a document without its header would be shown as nothing.
fn has_its_content(message: &Message<'_>, kind: Kind) -> Result<(), Refused> {
    let place = |name: &str| message.segments().iter().position(|segment| segment.name == name);
    match kind {
        Kind::Result if place("OBR").is_none() => Err(Refused::at("OBR", "is missing")),
        Kind::Result
            if place("OBX").is_some_and(|result| place("OBR").is_some_and(|order| result < order)) =>
        {
            Err(Refused::at("OBX", "stands under no OBR"))
        }
        Kind::Document if place("TXA").is_none() => Err(Refused::at("TXA", "is missing")),
        _ => Ok(()),
    }
}

/// The NHS number as a name of the person.
fn nhs_name(pid: Segment<'_>, whose: &Whose) -> Option<LocalId> {
    match whose {
        Whose::Person(number) => Some(LocalId { authority: NHS.into(), id: number.digits().into() }),
        _ => {
            let claimed = person::nhs_claims(pid.field(3)).next()?;
            Some(LocalId { authority: NHS_UNVERIFIED.into(), id: claimed.replace(' ', "") })
        }
    }
}

/// The two names a merge is about.
struct Joined {
    retired: LocalId,
    survivor: LocalId,
    /// The two have different NHS numbers: nothing is joined until somebody has looked.
    is_conflict: bool,
}

impl Joined {
    fn act(self, kind: Kind) -> Option<Act> {
        if self.is_conflict || self.retired == self.survivor {
            return None;
        }
        Some(match kind {
            Kind::Unmerge => Act::Unmerge { restored: self.retired, from: self.survivor },
            _ => Act::Merge { retired: self.retired, survivor: self.survivor },
        })
    }
}

/// PID is the survivor, MRG the retired; an A37 may name the restored record in a second PID.
fn join(message: &Message<'_>, pid: Segment<'_>, own: Option<LocalId>) -> Result<Joined, Refused> {
    let merged = message.first("MRG").map(|mrg| ("MRG-1", mrg.field(1)));
    let parted = message.all("PID").nth(1).map(|pid| ("PID-3", pid.field(3)));
    let (place, prior) = merged.or(parted).ok_or_else(|| Refused::at("MRG", "is missing"))?;
    let prior_ids = person::local_ids(prior, message);
    let survivors = person::local_ids(pid.field(3), message);
    let claims = |field| person::nhs_claims(field).map(|text| text.replace(' ', ""));
    let theirs: Vec<String> = claims(prior).collect();
    let ours: HashSet<String> = claims(pid.field(3)).collect();
    let is_conflict =
        place == "MRG-1" && !ours.is_empty() && theirs.iter().any(|number| !ours.contains(number));
    let by_authority: HashMap<&str, &LocalId> =
        survivors.iter().rev().map(|survivor| (survivor.authority.as_str(), survivor)).collect();
    let paired = prior_ids.iter().find_map(|retired| {
        let survivor = by_authority.get(retired.authority.as_str())?;
        Some((retired.clone(), (*survivor).clone()))
    });
    let alone = || match (prior_ids.as_slice(), survivors.as_slice()) {
        ([retired], [survivor]) => Some((retired.clone(), survivor.clone())),
        ([retired], []) => own.clone().map(|own| (retired.clone(), own)),
        _ => None,
    };
    let numbered = || {
        let number = theirs.first().filter(|_| prior_ids.is_empty())?;
        let retired = LocalId { authority: NHS_UNVERIFIED.into(), id: number.clone() };
        survivors.first().cloned().or(own.clone()).map(|survivor| (retired, survivor))
    };
    let (retired, survivor) = paired
        .or_else(alone)
        .or_else(numbered)
        .ok_or_else(|| Refused::at(place, "has no id that pairs with one of PID-3"))?;
    Ok(Joined { retired, survivor, is_conflict })
}

#[cfg(test)]
mod tests;
