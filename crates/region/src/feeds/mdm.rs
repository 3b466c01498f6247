//! Takes the documents and plans the ambulance service holds, gives each as an HL7 v2 message (MDM^T02): words line by line,
//! any other file inside as base64. A document without a body, or gone, is not sent.
//! Source: HL7 v2.4, chapter 9 (MDM^T02), chapter 3 (PID); sources, section 10.

use super::{Message, Moment, wire};
use crate::{
    payload::papers,
    people::{
        Person,
        facts::{Document, Flaw, Medium, Plan},
        partner::Partner,
    },
};
use base64::{Engine, engine::general_purpose::STANDARD};
use jiff::Timestamp;

pub(super) fn documents(moment: &Moment<'_>) -> Vec<Message> {
    let here = |at: &[Partner]| at.contains(&Partner::Ambulance);
    let mut messages = Vec::new();
    for person in moment.people.iter().filter(|person| person.is_known_to(Partner::Ambulance)) {
        let facts = &person.story_facts;
        let documents = facts.documents.iter().enumerate().filter(|(_, one)| here(one.at));
        messages.extend(documents.filter_map(|(at, one)| document(moment, person, at, one)));
        let plans = facts.plans.iter().enumerate().filter(|(_, one)| here(one.at));
        messages.extend(plans.filter_map(|(at, one)| plan(moment, person, at, one)));
    }
    messages
}

/// A document as a message tells it.
struct Told<'a> {
    person: &'a Person,
    key: String,
    on: Timestamp,
    kind: &'a str,
    title: &'a str,
    author: &'a str,
    superseded: bool,
    content: Content,
}

enum Content {
    Lines(Vec<String>),
    /// Main type, subtype and bytes.
    File(&'static str, &'static str, Vec<u8>),
}

fn document(moment: &Moment<'_>, person: &Person, at: usize, fact: &Document) -> Option<Message> {
    if matches!(fact.flaw, Flaw::Deleted | Flaw::Missing) {
        return None;
    }
    let content = match fact.medium {
        Medium::Text => Content::Lines(fact.body?.lines().map(str::to_owned).collect()),
        _ => {
            let paper = papers::paper(fact)?;
            let (main, sub) = paper.content_type.split_once('/')?;
            Content::File(main, sub, paper.bytes)
        }
    };
    Some(message(&Told {
        person,
        key: format!("document {at}"),
        on: wire::moment(fact.on, moment.today)?,
        kind: fact.kind.text,
        title: fact.title,
        author: fact.author,
        superseded: fact.superseded,
        content,
    }))
}

fn plan(moment: &Moment<'_>, person: &Person, at: usize, fact: &Plan) -> Option<Message> {
    let lines = fact.lines.iter().map(|(heading, words)| format!("{heading}: {words}"));
    let goals = fact.goals.iter().map(|goal| format!("Goal: {goal}"));
    let content = std::iter::once(fact.summary.to_owned()).chain(lines).chain(goals).collect();
    Some(message(&Told {
        person,
        key: format!("plan {at}"),
        on: wire::moment(fact.on, moment.today)?,
        kind: fact.kind.text,
        title: fact.title,
        author: fact.author,
        superseded: fact.status.is_some_and(|status| status != "active"),
        content: Content::Lines(content),
    }))
}

fn message(told: &Told<'_>) -> Message {
    let mut segments =
        vec![header(told), event(told), person(told.person), "PV1|1|E".to_owned(), index(told)];
    segments.extend(observations(told));
    let text: String = segments.iter().map(|segment| format!("{segment}\r")).collect();
    Message { on: told.on, key: told.name(), bytes: text.into_bytes() }
}

fn header(told: &Told<'_>) -> String {
    let ods = Partner::Ambulance.profile().ods;
    let time = wire::hl7_time(wire::later(told.on, 20));
    let control = wire::uuid(&format!("ambulance control {}", told.name()));
    let control: String = control.chars().take(20).collect();
    format!("MSH|^~\\&|EPCR|{ods}|EDGE|{ods}|{time}||MDM^T02^MDM_T02|{control}|P|2.4||||||UNICODE UTF-8")
}

fn event(told: &Told<'_>) -> String {
    format!("EVN|T02|{}", wire::hl7_time(wire::later(told.on, 20)))
}

/// To the thirty-second field, which says that the number was traced.
fn person(person: &Person) -> String {
    let local = wire::local(&format!("ambulance patient {}", person.nhs_number.digits()));
    let ods = Partner::Ambulance.profile().ods;
    let sex = match person.gender {
        "male" => "M",
        "female" => "F",
        "other" => "O",
        _ => "U",
    };
    let given: Vec<String> = person.given.iter().map(|name| wire::hl7_text(name)).collect();
    let (first, others) = given
        .split_first()
        .map_or((String::new(), String::new()), |(first, others)| (first.clone(), others.join(" ")));
    let (family, title) = (wire::hl7_text(&person.family), person.title.as_deref().unwrap_or_default());
    let name = format!("{family}^{first}^{others}^^{title}");
    let mut fields = vec![String::new(); 32];
    let mut put = |field: usize, text: String| {
        if let Some(slot) = fields.get_mut(field - 1) {
            *slot = text;
        }
    };
    put(1, "1".to_owned());
    put(3, format!("{}^^^NHS^NH~EPCR-{local}^^^{ods}^PI", person.nhs_number.digits()));
    put(5, name);
    put(7, wire::hl7_day(person.birth_date));
    put(8, sex.to_owned());
    put(32, "01".to_owned());
    format!("PID|{}", fields.join("|"))
}

fn index(told: &Told<'_>) -> String {
    let presentation = if matches!(told.content, Content::Lines(_)) { "TX" } else { "AP" };
    let available = if told.superseded { "OB" } else { "AV" };
    format!(
        "TXA|1|^{kind}|{presentation}|{on}|^{author}|{on}||||||DOC-{unique}^EPCR||||{title}|AU||{available}",
        kind = wire::hl7_text(told.kind),
        on = wire::hl7_time(told.on),
        author = wire::hl7_text(told.author),
        unique = wire::local(&format!("ambulance document {}", told.name())),
        title = wire::hl7_text(told.title),
    )
}

fn observations(told: &Told<'_>) -> Vec<String> {
    let named = format!("DOC^{}^L", wire::hl7_text(told.title));
    match &told.content {
        Content::Lines(lines) => {
            let line = |(place, line): (usize, &String)| {
                format!("OBX|{}|TX|{named}||{}||||||F", place + 1, wire::hl7_text(line))
            };
            lines.iter().enumerate().map(line).collect()
        }
        Content::File(main, sub, bytes) => {
            vec![format!("OBX|1|ED|{named}||EPCR^{main}^{sub}^Base64^{}||||||F", STANDARD.encode(bytes))]
        }
    }
}

impl Told<'_> {
    fn name(&self) -> String {
        format!("{} {}", self.person.nhs_number.digits(), self.key)
    }
}
