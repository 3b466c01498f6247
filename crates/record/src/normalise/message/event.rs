//! Takes an event, gives one contact: who asked whom for what, why, what the assessment said, what became of it. It says
//! that a person was assessed or helped, never more. Source: BaRS use cases a1 to a6; sources.md 13.

use super::super::filing;
use super::super::gp_connect;
use super::super::provenance;
use super::super::resource::{Resource, text, words};
use super::super::status;
use super::{Event, Message, identifiers, lines};
use crate::item::{Contact, Facts, Item, Original, Section, Standing, Status, When};
use fhir::coding::{Coding, Concept};
use fhir::{Category, FhirDate};

pub(super) fn read(event: &Event<'_>) -> Item {
    let shown = &event.shown;
    let mut item = shown.header.item(Section::Contacts, Category::Encounters, Facts::Contact(contact(event)));
    item.what = what(shown);
    item.when = when(shown);
    let (status, caveat) = standing(event);
    item.status = status;
    item.caveats.extend(caveat);
    let document = shown.header.document;
    item.original = Original::of(document.text, document.json.as_sent(), document.format);
    item.provenance.business = business(shown);
    item.provenance.last_updated = shown.sent_at().map(|at| at.as_sent().to_owned());
    item.provenance.organisation = sender(shown).or(item.provenance.organisation);
    for entry in told(event) {
        filing::take_on(&mut item, filing::file(entry, Category::Encounters));
    }
    describe(event, &mut item);
    item
}

/// The entries of the messages that are shown.
fn told<'e, 'a>(event: &'e Event<'a>) -> impl Iterator<Item = &'e Resource<'a>> {
    event.shown.entries.iter().chain(event.answer.iter().flat_map(|answer| &answer.entries))
}

fn contact(event: &Event<'_>) -> Contact {
    let shown = &event.shown;
    let mut said = shown.entries.iter().flat_map(lines::of).collect::<Vec<_>>();
    if let Some(answer) = &event.answer {
        said.extend(std::iter::once(super::super::gp_connect::Line {
            words: "Answer of the receiving service:".into(),
            coded: true,
        }));
        said.extend(answer.entries.iter().flat_map(lines::of));
    }
    let closed = event.answer.is_some() || is_withdrawn(shown);
    let request = shown.request.as_ref();
    Contact {
        setting: setting(shown),
        reason: reason(shown),
        service: request.and_then(service),
        place: shown.encounter.as_ref().and_then(place).or_else(|| request.and_then(request_place)),
        outcome: outcome(event),
        entries: said.iter().map(|line| line.words.clone()).collect(),
        entries_coded: said.into_iter().filter(|line| line.coded).map(|line| line.words).collect(),
        future: false,
        open_item: !closed && request.is_some_and(|r| r.text("status").as_deref() == Some("active")),
    }
}

/// The use case it names, else the kind of request.
fn use_case(message: &Message<'_>) -> Option<Coding> {
    let concepts = message.request.as_ref().map(|request| request.concepts("category")).unwrap_or_default();
    let codings: Vec<Coding> = concepts.into_iter().flat_map(|concept| concept.codings).collect();
    let is_case = |coding: &&Coding| {
        coding.system.as_deref().is_some_and(|system| system.ends_with("/usecases-categories-bars"))
    };
    codings.iter().find(is_case).or_else(|| codings.first()).cloned()
}

fn what(message: &Message<'_>) -> Concept {
    let case = use_case(message).map(|coding| Concept { text: None, codings: vec![coding] });
    let kind = |key| message.request.as_ref().and_then(|request| request.concept(key));
    let named = case.or_else(|| kind("type")).or_else(|| kind("serviceRequested"));
    named.filter(|concept| concept.words().is_some()).unwrap_or_else(|| Concept {
        text: Some("Request for help from another service".into()),
        codings: Vec::new(),
    })
}

/// Who saw or heard the person first: by use case, else by the words of who sent it.
fn setting(message: &Message<'_>) -> String {
    let case = use_case(message);
    let code = case.as_ref().and_then(|case| case.code.clone()).unwrap_or_default().to_lowercase();
    let by_code = match code.get(..2) {
        Some("a1" | "a2") => Some("111"),
        Some("a3" | "a4" | "a6") => Some("Ambulance"),
        Some("a5") => Some("GP"),
        _ => None,
    };
    let names: Vec<String> = [case.and_then(|case| case.display), sender(message)]
        .into_iter()
        .flatten()
        .chain(message.encounter.iter().filter_map(|encounter| provenance::read(encounter).organisation))
        .collect();
    let said = names.join(" ").to_lowercase();
    let by_words = [
        ("999", "Ambulance"),
        ("ambulance", "Ambulance"),
        ("cad ", "Ambulance"),
        ("111", "111"),
        ("out of hours", "111"),
        ("emergency department", "ED"),
        (" ed ", "ED"),
    ];
    let by_words = || by_words.iter().find(|(word, _)| said.contains(word)).map(|(_, setting)| *setting);
    by_code.or_else(by_words).unwrap_or("Referral").to_owned()
}

/// Why help was asked for: the request's own reason, else the contact reasons recorded with it.
fn reason(message: &Message<'_>) -> Option<String> {
    let own = message.request.as_ref().and_then(|request| request.words("reasonCode"));
    let finding = |entry: &&Resource<'_>| matches!(entry.resource_type.as_str(), "Observation" | "Condition");
    let stands = |entry: &&Resource<'_>| {
        !matches!(status::read(entry).standing, Standing::EnteredInError | Standing::Negated)
    };
    let findings = message.entries.iter().filter(finding).filter(stands);
    let said = |entry: &Resource<'_>| {
        let free = gp_connect::has_value_in_words(entry);
        if free { entry.words("code") } else { gp_connect::term(entry) }
    };
    let mut words: Vec<String> = findings.filter_map(said).collect();
    words.dedup();
    own.or_else(|| (!words.is_empty()).then(|| words.join("; ")))
}

fn service(request: &Resource<'_>) -> Option<String> {
    ["performer", "recipient"].iter().find_map(|key| provenance::party(request, key)?.name)
}

fn place(encounter: &Resource<'_>) -> Option<String> {
    encounter
        .object
        .objects("location")
        .iter()
        .find_map(|stay| provenance::name_in(encounter, stay, "location"))
}

fn request_place(request: &Resource<'_>) -> Option<String> {
    request.object.objects("locationReference").iter().find_map(|place| provenance::name(request, place))
}

/// Where the person went, or what became of the request.
fn outcome(event: &Event<'_>) -> Option<String> {
    let discharge = |message: &Message<'_>| {
        let stays = message.entries.iter().filter(|entry| entry.resource_type == "Encounter");
        stays.filter_map(|stay| words(&stay.object.object("hospitalization")?, "dischargeDisposition")).next()
    };
    let request = latest(event).request.as_ref().and_then(|request| request.text("status"));
    let request = request.filter(|status| !matches!(status.as_str(), "active" | "draft" | "unknown"));
    event.answer.as_ref().and_then(discharge).or_else(|| discharge(&event.shown)).or_else(|| {
        if is_withdrawn(&event.shown) {
            return Some("Request withdrawn by the sender".into());
        }
        request.map(|status| format!("Request {status}"))
    })
}

/// The message that says last how it stands.
fn latest<'e, 'a>(event: &'e Event<'a>) -> &'e Message<'a> {
    let later = |answer: &&Message<'a>| answer.latest_first(&event.shown).is_le();
    event.answer.as_ref().filter(later).unwrap_or(&event.shown)
}

fn is_withdrawn(message: &Message<'_>) -> bool {
    message.reason().as_deref() == Some("delete")
}

/// The encounter's standing, but for a request taken back: that is struck through. A service that does not take a request
/// on does not undo what happened before.
fn standing(event: &Event<'_>) -> (Status, Option<String>) {
    let latest = latest(event);
    let request = latest.request.as_ref().map(status::read);
    let taken_back =
        request.filter(|status| matches!(status.standing, Standing::Negated | Standing::EnteredInError));
    if is_withdrawn(&event.shown) {
        return (Status { code: "delete".into(), standing: Standing::Negated }, None);
    }
    if let Some(status) = taken_back {
        return (status, None);
    }
    let encounter = latest.encounter.as_ref().or(event.shown.encounter.as_ref()).map(status::read);
    let own = || event.shown.request.as_ref().map(status::read);
    let unknown = Status { code: String::new(), standing: Standing::Unknown };
    let refused =
        event.answer.as_ref().is_some_and(|answer| answer_status(answer).as_deref() == Some("cancelled"));
    let caveat = refused.then(|| "The receiving service did not take this request on".to_owned());
    (encounter.or_else(own).unwrap_or(unknown), caveat)
}

/// The status of what an answer is about.
fn answer_status(answer: &Message<'_>) -> Option<String> {
    answer.header.linked("focus").iter().find_map(|focus| focus.text("status"))
}

fn when(message: &Message<'_>) -> When {
    let (from, to) = message.encounter.as_ref().map_or((None, None), |encounter| encounter.period("period"));
    let request = message.request.as_ref();
    let occurs = || request.and_then(|request| request.span("occurrence").0);
    let authored = || request.and_then(|request| request.date("authoredOn"));
    When { from: from.or_else(occurs).or_else(authored), to, recorded: message.sent_at() }
}

/// The request's identity, else the case's.
fn business(message: &Message<'_>) -> Option<(String, String)> {
    let pair = |resource: &Resource<'_>| {
        let own = resource.object.objects("identifier");
        own.iter().find_map(|identifier| {
            Some((text(identifier, "system")?.trim().to_owned(), text(identifier, "value")?))
        })
    };
    let request = message.request.as_ref();
    let id = || request.and_then(|request| Some(("ServiceRequest.id".to_owned(), request.id.clone()?)));
    let case = || message.encounter.as_ref().and_then(pair);
    id().or_else(|| request.and_then(pair)).or_else(case)
}

fn sender(message: &Message<'_>) -> Option<String> {
    let parties = ["sender", "responsible", "author"].iter().find_map(|key| {
        message.header.object.object(key).and_then(|party| provenance::name(&message.header, &party))
    });
    parties.or_else(|| message.header.object.object("source").and_then(|source| text(&source, "name")))
}

fn describe(event: &Event<'_>, item: &mut Item) {
    let shown = &event.shown;
    item.detail("From", sender(shown));
    let request = shown.request.as_ref();
    item.detail("Kind of request", request.and_then(|r| r.words("category").or_else(|| r.words("type"))));
    item.detail("Priority", request.and_then(|request| request.text("priority")));
    let case = shown.encounter.as_ref().map(identifiers).unwrap_or_default().into_iter().next();
    item.detail("Case number", case.and_then(|case| case.rsplit('|').next().map(str::to_owned)));
    for other in others(event) {
        item.detail("Also seen by", Some(other));
    }
    let said = |message: &Message<'_>| {
        let reason = message.reason().unwrap_or_else(|| "sent".into());
        let at = message.sent_at().map(|at| format!(", {}", FhirDate::display(&at))).unwrap_or_default();
        format!("{reason}{at}")
    };
    item.detail("Last message", Some(said(shown)));
    let answer = event.answer.as_ref().map(|answer| {
        format!("{}; {}", answer_status(answer).unwrap_or_else(|| "status not given".into()), said(answer))
    });
    item.detail("Answer", answer);
    item.detail("Earlier versions", Some(event.earlier.to_string()).filter(|_| event.earlier > 0));
}

/// The other organisations' encounters of the event: who, and how it stands there.
fn others(event: &Event<'_>) -> Vec<String> {
    let main = event.shown.encounter.as_ref().and_then(Resource::name);
    let is_other = |entry: &&Resource<'_>| entry.resource_type == "Encounter" && entry.name() != main;
    let mut said: Vec<String> = Vec::new();
    for stay in told(event).filter(is_other) {
        let who = provenance::read(stay).organisation.unwrap_or_else(|| "another service".into());
        let status = stay.text("status").unwrap_or_else(|| "status not given".into());
        let line = format!("{who}: {status}");
        if !said.contains(&line) {
            said.push(line);
        }
    }
    said
}
