//! Takes the message Bundles of a reply, gives the events they tell of: all messages about one request for help are one
//! event, shown at its latest, its earlier messages counted. What is no event (a carried document, an acknowledgement) is
//! read elsewhere. Source: BaRS (FHIR R4 messages), ambulance handover (STU3); sources.md 13.

use super::resource::{Resource, text};
use super::surroundings::address;
use crate::category::Read;
use fhir::FhirDate;
use fhir::reply::Format;
use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};

/// One event as one entry.
mod event;
/// The entries of a message as lines.
mod lines;

/// Told in the event's own lines, so no entries of their own.
const TOLD: [&str; 13] = [
    "ServiceRequest",
    "ReferralRequest",
    "HealthcareService",
    "Encounter",
    "CarePlan",
    "Observation",
    "Condition",
    "Procedure",
    "Consent",
    "Questionnaire",
    "QuestionnaireResponse",
    "Task",
    "Communication",
];
/// Entries of their own; of several messages about one event the latest that sends each.
const OWN: [&str; 3] = ["Flag", "DocumentReference", "Appointment"];

/// The event of a handover from an ambulance, in SNOMED CT.
const HANDOVER: &str = "975701000000106";

/// The events of a reply.
#[derive(Default)]
pub(crate) struct Messages<'a> {
    /// By the header of the message that is shown.
    events: HashMap<usize, Event<'a>>,
    /// Entries that are read with an event, or were sent again later.
    told: HashSet<usize>,
}

/// One request for help and what became of it.
struct Event<'a> {
    /// The latest request, or the latest message where none is a request.
    shown: Message<'a>,
    /// The latest answer to it.
    answer: Option<Message<'a>>,
    earlier: usize,
}

/// One message that tells of an event.
#[derive(Clone)]
struct Message<'a> {
    header: Resource<'a>,
    entries: Vec<Resource<'a>>,
    request: Option<Resource<'a>>,
    encounter: Option<Resource<'a>>,
}

impl<'a> Messages<'a> {
    pub(crate) fn read(entries: &[Resource<'a>]) -> Self {
        let mut messages = Self::default();
        for group in groups(entries.iter().filter_map(Message::of).collect()) {
            messages.note(group);
        }
        messages
    }

    pub(crate) fn is_told(&self, entry: &Resource<'a>) -> bool {
        self.told.contains(&address(entry))
    }

    /// A header as the event it opens; a header of anything else is context.
    pub(crate) fn event(&self, header: &Resource<'a>) -> Read {
        self.events.get(&address(header)).map_or(Read::Context, |event| event::read(event).into())
    }

    /// Messages of one event, the latest first.
    fn note(&mut self, group: Vec<Message<'a>>) {
        let mut seen = HashSet::new();
        for entry in group.iter().flat_map(|message| &message.entries) {
            let kind = entry.resource_type.as_str();
            let sent_again = OWN.contains(&kind) && !seen.insert(same_again(entry));
            if TOLD.contains(&kind) || sent_again {
                self.told.insert(address(entry));
            }
        }
        let is_answer = |message: &&Message<'a>| message.is_answer();
        let request = group.iter().find(|message| !message.is_answer());
        let Some(shown) = request.or(group.first()).cloned() else { return };
        let answer = group.iter().find(is_answer).filter(|_| request.is_some()).cloned();
        let earlier = group.len() - 1 - usize::from(answer.is_some());
        self.events.insert(address(&shown.header), Event { shown, answer, earlier });
    }
}

/// What makes two entries of one event's messages the same entry: the id, else the words.
fn same_again(entry: &Resource<'_>) -> String {
    let own = entry.id.clone();
    let words = || {
        let members = ["category", "code", "type", "description", "start"];
        members.iter().filter_map(|member| entry.words(member)).collect::<Vec<_>>().join(" | ")
    };
    format!("{} {}", entry.resource_type, own.unwrap_or_else(words))
}

impl<'a> Message<'a> {
    /// `None` for entries that are no header, and for messages that tell of no event.
    fn of(header: &Resource<'a>) -> Option<Self> {
        let is_header = header.resource_type == "MessageHeader" && header.document.bundle.kind == "message";
        if !is_header || !(is_booking_and_referral(header) || header.document.format != Format::R4) {
            return None;
        }
        let entries: Vec<Resource<'a>> = header.siblings().collect();
        let is_request = |entry: &&Resource<'a>| {
            matches!(entry.resource_type.as_str(), "ServiceRequest" | "ReferralRequest")
        };
        let focus = header.linked("focus");
        let request = focus.iter().find(is_request).or_else(|| entries.iter().find(is_request)).cloned();
        let named = request.as_ref().and_then(|request| {
            let mut linked = request.linked("encounter");
            linked.extend(request.linked("context"));
            linked.into_iter().find(|entry| entry.resource_type == "Encounter")
        });
        let first = || entries.iter().find(|entry| entry.resource_type == "Encounter").cloned();
        let encounter = named.or_else(first);
        let tells = request.is_some() || (encounter.is_some() && is_booking_and_referral(header));
        tells.then_some(Self { header: header.clone(), entries, request, encounter })
    }

    fn is_answer(&self) -> bool {
        let code = self.header.object.object("eventCoding").and_then(|event| text(&event, "code"));
        self.header.object.object("response").is_some()
            || code.is_some_and(|code| code.ends_with("-response"))
    }

    fn reason(&self) -> Option<String> {
        self.header.code("reason")
    }

    /// When it was sent: the later of what the header and the Bundle say, since some senders move only one of them.
    fn sent_at(&self) -> Option<FhirDate> {
        let of = |object: &fhir::Object<'_>| text(&object.object("meta")?, "lastUpdated");
        let bundle = self.header.document.json.object().and_then(|root| of(&root));
        let both = [of(&self.header.object), bundle].into_iter().flatten();
        let mut dates: Vec<FhirDate> = both.map(|at| FhirDate::parse(&at)).collect();
        dates.sort_by(|a, b| FhirDate::newest_first(Some(a), Some(b)));
        dates.into_iter().next().or_else(|| self.header.date("timestamp"))
    }

    /// The request's own identity: id and identifiers. Addresses inside a Bundle are reused by some senders for another.
    fn requests(&self) -> Vec<String> {
        let Some(request) = &self.request else { return Vec::new() };
        request.id.iter().cloned().chain(identifiers(request)).collect()
    }

    /// The cases it belongs to, and the request's address: they decide only where a request has no identity of its own.
    fn cases(&self) -> Vec<String> {
        let encounters = self.entries.iter().filter(|entry| entry.resource_type == "Encounter");
        let address = self.request.as_ref().and_then(|request| request.address().map(str::to_owned));
        encounters.flat_map(identifiers).chain(address).collect()
    }

    /// Whether two messages tell of one event.
    fn meets(&self, other: &Self) -> bool {
        let share = |a: &[String], b: &[String]| a.iter().any(|key| b.contains(key));
        let (own, others) = (self.requests(), other.requests());
        share(&own, &others)
            || ((own.is_empty() || others.is_empty()) && share(&self.cases(), &other.cases()))
    }

    /// The latest first; of one moment what says least new last.
    fn latest_first(&self, other: &Self) -> Ordering {
        let rank = |message: &Self| match message.reason().as_deref() {
            Some("delete") => 0,
            Some("update") => 1,
            _ => 2,
        };
        let (a, b) = (self.sent_at(), other.sent_at());
        FhirDate::newest_first(a.as_ref(), b.as_ref()).then_with(|| rank(self).cmp(&rank(other)))
    }
}

fn identifiers(resource: &Resource<'_>) -> Vec<String> {
    let pair = |identifier: &fhir::Object<'_>| {
        Some(format!(
            "{}|{}",
            text(identifier, "system").unwrap_or_default().trim(),
            text(identifier, "value")?
        ))
    };
    resource.object.objects("identifier").iter().filter_map(pair).collect()
}

/// By its event's code system, or the profile its Bundle claims; the handover from an ambulance too, once it is R4.
fn is_booking_and_referral(header: &Resource<'_>) -> bool {
    let event = header.object.object("eventCoding");
    if event.as_ref().and_then(|event| text(event, "code")).as_deref() == Some(HANDOVER) {
        return true;
    }
    let event = event.and_then(|event| text(&event, "system"));
    let meta = header.document.json.object().and_then(|root| root.object("meta")).unwrap_or_default();
    let profiles = meta.items("profile");
    let claims =
        profiles.iter().any(|profile| profile.text().is_some_and(|url| url.ends_with("/BARSBundleMessage")));
    claims || event.is_some_and(|system| system.trim_end_matches('/').ends_with("/message-events-bars"))
}

/// Messages that tell of one event together, the latest first in each. A message without an identity of its own joins the
/// one event it can belong to; where that could be two, it stands alone and joins nothing together (HAZ-005).
fn groups(messages: Vec<Message<'_>>) -> Vec<Vec<Message<'_>>> {
    let (nameless, named): (Vec<_>, Vec<_>) =
        messages.into_iter().partition(|message| message.requests().is_empty());
    let mut groups: Vec<Vec<Message<'_>>> = Vec::new();
    for message in named {
        let (met, apart): (Vec<_>, Vec<_>) =
            groups.into_iter().partition(|group| group.iter().any(|other| other.meets(&message)));
        groups = apart;
        groups.push(met.into_iter().flatten().chain([message]).collect());
    }
    let mut alone: Vec<Vec<Message<'_>>> = Vec::new();
    for message in nameless {
        let meets = |group: &&mut Vec<Message<'_>>| group.iter().any(|other| other.meets(&message));
        let mut met: Vec<&mut Vec<Message<'_>>> = groups.iter_mut().filter(meets).collect();
        let same = alone.iter_mut().find(meets);
        match (met.as_mut_slice(), same) {
            ([group], _) => group.push(message),
            (_, Some(group)) => group.push(message),
            (_, None) => alone.push(vec![message]),
        }
    }
    groups.extend(alone);
    for group in &mut groups {
        group.sort_by(Message::latest_first);
    }
    groups
}

#[cfg(test)]
mod tests;
