//! Takes what the 111 and out-of-hours service did, gives a report of each contact: a CDA document in the envelope it is
//! sent in. Every fortieth person of the region also has one under a number that nobody has traced: not to be shown (HAZ-042).
//! Source: ITK NHS 111 CDA R2 message, SOAP 1.1 binding; sources, section 11.

use super::{Message, Moment, wire};
use crate::{
    html::escape,
    people::{
        Person,
        facts::{Document, Heading, Visit},
        partner::Partner,
    },
};
use jiff::Timestamp;

/// The roots a person's number stands under.
const TRACED: &str = "2.16.840.1.113883.2.1.4.1";
const UNVERIFIED: &str = "2.16.840.1.113883.2.1.3.2.4.18.23";

/// One person in so many.
const EVERY: usize = 40;

/// One contact, as the report tells it.
struct Contact<'a> {
    person: &'a Person,
    root: &'static str,
    key: String,
    from: Timestamp,
    until: Timestamp,
    what: &'a str,
    disposition: (&'static str, &'a str),
    author: &'a str,
    sections: Vec<(&'a str, &'a str)>,
}

pub(super) fn reports(moment: &Moment<'_>) -> Vec<Message> {
    let mut messages = Vec::new();
    for (place, person) in moment.people.iter().enumerate() {
        let facts = &person.story_facts;
        let here = |at: &[Partner]| at.contains(&Partner::Ic24);
        let visits = facts.visits.iter().enumerate().filter(|(_, visit)| here(visit.at));
        messages.extend(visits.filter_map(|(at, visit)| contact(moment, person, at, visit)));
        let documents = facts.documents.iter().enumerate().filter(|(_, document)| here(document.at));
        messages.extend(documents.filter_map(|(at, document)| letter(moment, person, at, document)));
        if place % EVERY == EVERY - 1 {
            messages.push(untraced(moment, person));
        }
    }
    messages
}

fn contact(moment: &Moment<'_>, person: &Person, at: usize, visit: &Visit) -> Option<Message> {
    let from = wire::moment(visit.on, moment.today)?;
    let until = visit.until.and_then(|until| wire::moment(until, moment.today));
    let outcome = visit.outcome.unwrap_or("Advice given");
    let mut sections = vec![
        ("Patient's Reported Condition", visit.reason),
        ("Pathways Disposition", outcome),
        ("Consultation Summary", visit.what.text),
    ];
    sections.extend(visit.headings.iter().map(|(title, words): &Heading| (*title, *words)));
    sections.push(("Advice Given", "To call again if anything changes or gets worse."));
    Some(message(&Contact {
        person,
        root: TRACED,
        key: format!("{} visit {at}", person.nhs_number.digits()),
        from,
        until: until.unwrap_or(wire::later(from, 14)),
        what: visit.what.text,
        disposition: ("Dx05", outcome),
        author: visit.clinician,
        sections,
    }))
}

fn letter(moment: &Moment<'_>, person: &Person, at: usize, document: &Document) -> Option<Message> {
    let from = wire::moment(document.on, moment.today)?;
    Some(message(&Contact {
        person,
        root: TRACED,
        key: format!("{} document {at}", person.nhs_number.digits()),
        from,
        until: from,
        what: document.title,
        disposition: ("Dx38", "Report only"),
        author: document.author,
        sections: vec![("Case Summary", document.title), (document.kind.text, document.body?)],
    }))
}

fn untraced(moment: &Moment<'_>, person: &Person) -> Message {
    let from = wire::later(moment.now, -60 * 24 * 9);
    let from = Timestamp::from_second(from.as_second() / 3600 * 3600).unwrap_or(from);
    message(&Contact {
        person,
        root: UNVERIFIED,
        key: format!("{} untraced", person.nhs_number.digits()),
        from,
        until: wire::later(from, 9),
        what: "NHS 111 call",
        disposition: ("Dx08", "To speak to a primary care service within 24 hours"),
        author: "111 health adviser",
        sections: vec![
            ("Patient's Reported Condition", "Number given by the caller and traced by nobody"),
            ("Pathways Disposition", "To speak to a primary care service within 24 hours"),
            ("Advice Given", "To call again if anything changes or gets worse."),
        ],
    })
}

fn message(contact: &Contact<'_>) -> Message {
    Message { on: contact.from, key: contact.key.clone(), bytes: envelope(contact).into_bytes() }
}

fn envelope(contact: &Contact<'_>) -> String {
    let (message, payload) = (contact.uuid("message"), contact.uuid("payload"));
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <soap:Envelope xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\" xmlns:wsa=\"http://www.w3.org/2005/08/addressing\">\n\
         <soap:Header>\n<wsa:MessageID>urn:uuid:{message}</wsa:MessageID>\n\
         <wsa:Action>urn:nhs-itk:services:201005:SendNHS111Report-v2-0</wsa:Action>\n\
         <wsa:To>https://edge.example.test/itk</wsa:To>\n</soap:Header>\n<soap:Body>\n\
         <itk:DistributionEnvelope xmlns:itk=\"urn:nhs-itk:ns:201005\">\n\
         <itk:header service=\"urn:nhs-itk:services:201005:SendNHS111Report-v2-0\" trackingid=\"{tracking}\">\n\
         <itk:addresslist><itk:address uri=\"urn:nhs-uk:addressing:ods:{practice}\"/></itk:addresslist>\n\
         <itk:auditIdentity><itk:id uri=\"urn:nhs-uk:identity:ods:{ods}\"/></itk:auditIdentity>\n\
         <itk:manifest count=\"1\"><itk:manifestitem id=\"uuid_{payload}\" mimetype=\"text/xml\" \
         profileid=\"urn:nhs-en:profile:nhs111CDADocument-v2-0\"/></itk:manifest>\n\
         <itk:senderAddress uri=\"urn:nhs-uk:addressing:ods:{ods}\"/>\n\
         <itk:handlingSpecification><itk:spec key=\"urn:nhs-itk:ns:201005:interaction\" \
         value=\"urn:nhs-itk:interaction:copyGeneralPractitionerRecipientNHS111CDADocument-v2-0\"/></itk:handlingSpecification>\n\
         </itk:header>\n<itk:payloads count=\"1\">\n<itk:payload id=\"uuid_{payload}\">\n{document}\
         </itk:payload>\n</itk:payloads>\n</itk:DistributionEnvelope>\n</soap:Body>\n</soap:Envelope>\n",
        tracking = contact.uuid("tracking"),
        practice = contact.person.practice,
        ods = Partner::Ic24.profile().ods,
        document = document(contact),
    )
}

fn document(contact: &Contact<'_>) -> String {
    format!(
        "<ClinicalDocument xmlns=\"urn:hl7-org:v3\" classCode=\"DOCCLIN\" moodCode=\"EVN\">\n\
         <typeId root=\"2.16.840.1.113883.1.3\" extension=\"POCD_HD000040\"/>\n\
         <id root=\"{id}\"/>\n\
         <code code=\"819551000000100\" codeSystem=\"2.16.840.1.113883.2.1.3.2.4.15\" displayName=\"NHS 111 report\"/>\n\
         <title>{title}</title>\n<effectiveTime value=\"{until}\"/>\n\
         <confidentialityCode code=\"N\" codeSystem=\"2.16.840.1.113883.1.11.16926\" displayName=\"normal\"/>\n\
         <setId root=\"{set}\"/>\n<versionNumber value=\"1\"/>\n{target}{author}{custodian}{encounter}\
         <component typeCode=\"COMP\" contextConductionInd=\"true\">\n<structuredBody classCode=\"DOCBODY\" moodCode=\"EVN\">\n\
         <component typeCode=\"COMP\" contextConductionInd=\"true\">\n<section classCode=\"DOCSECT\" moodCode=\"EVN\">\n\
         <id root=\"{body}\"/>\n{sections}</section>\n</component>\n</structuredBody>\n</component>\n</ClinicalDocument>\n",
        id = contact.uuid("document"),
        title = escape(contact.what),
        until = wire::hl7_time(contact.until),
        set = contact.uuid("set"),
        target = target(contact),
        author = author(contact),
        custodian = custodian(),
        encounter = encounter(contact),
        body = contact.uuid("body"),
        sections = sections(contact),
    )
}

fn target(contact: &Contact<'_>) -> String {
    let person = contact.person;
    let (sex, sex_name) = match person.gender {
        "male" => ("1", "Male"),
        "female" => ("2", "Female"),
        "other" => ("9", "Not specified"),
        _ => ("0", "Not known"),
    };
    let lines: String = person
        .address
        .iter()
        .map(|line| format!("<streetAddressLine>{}</streetAddressLine>", escape(line)))
        .collect();
    let given: String = person.given.iter().map(|name| format!("<given>{}</given>", escape(name))).collect();
    let practice = person.practice_profile().map_or("", |practice| practice.name);
    format!(
        "<recordTarget typeCode=\"RCT\" contextControlCode=\"OP\">\n<patientRole classCode=\"PAT\">\n\
         <id root=\"{root}\" extension=\"{number}\"/>\n\
         <id root=\"2.16.840.1.113883.2.1.3.2.4.18.24\" extension=\"CASE-{case}\" assigningAuthorityName=\"{ods}:{name}\"/>\n\
         <addr use=\"H\">{lines}<postalCode>{postcode}</postalCode></addr>\n\
         <telecom use=\"EC\" value=\"tel:{telephone}\"/>\n\
         <patient classCode=\"PSN\" determinerCode=\"INSTANCE\">\n<name>{given}<family>{family}</family></name>\n\
         <administrativeGenderCode code=\"{sex}\" codeSystem=\"2.16.840.1.113883.2.1.3.2.4.16.25\" displayName=\"{sex_name}\"/>\n\
         <birthTime value=\"{born}\"/>\n</patient>\n\
         <providerOrganization classCode=\"ORG\" determinerCode=\"INSTANCE\">\
         <id root=\"2.16.840.1.113883.2.1.3.2.4.19.1\" extension=\"{practice_ods}\"/><name>{practice}</name></providerOrganization>\n\
         </patientRole>\n</recordTarget>\n",
        root = contact.root,
        number = person.nhs_number.digits(),
        case = wire::local(&contact.key),
        ods = Partner::Ic24.profile().ods,
        name = escape(Partner::Ic24.profile().name),
        postcode = escape(&person.postcode),
        telephone = person.telephone,
        family = escape(&person.family),
        born = wire::hl7_day(person.birth_date),
        practice_ods = person.practice,
        practice = escape(practice),
    )
}

fn author(contact: &Contact<'_>) -> String {
    format!(
        "<author typeCode=\"AUT\" contextControlCode=\"OP\">\n\
         <functionCode code=\"OA\" codeSystem=\"2.16.840.1.113883.2.1.3.2.4.17.178\" displayName=\"Originating Author\"/>\n\
         <time value=\"{time}\"/>\n<assignedAuthor classCode=\"ASSIGNED\">\n\
         <id root=\"2.16.840.1.113883.2.1.3.2.4.18.24\" extension=\"STAFF-{id}\"/>\n\
         <assignedPerson classCode=\"PSN\" determinerCode=\"INSTANCE\"><name>{name}</name></assignedPerson>\n{organization}\
         </assignedAuthor>\n</author>\n",
        time = wire::hl7_time(contact.until),
        id = wire::local(contact.author),
        name = escape(contact.author),
        organization = organization("representedOrganization"),
    )
}

fn custodian() -> String {
    format!(
        "<custodian typeCode=\"CST\">\n<assignedCustodian classCode=\"ASSIGNED\">\n{}</assignedCustodian>\n</custodian>\n",
        organization("representedCustodianOrganization")
    )
}

fn organization(element: &str) -> String {
    let profile = Partner::Ic24.profile();
    format!(
        "<{element} classCode=\"ORG\" determinerCode=\"INSTANCE\">\
         <id root=\"2.16.840.1.113883.2.1.3.2.4.19.2\" extension=\"{}\"/><name>{}</name></{element}>\n",
        profile.ods,
        escape(profile.name),
    )
}

fn encounter(contact: &Contact<'_>) -> String {
    let (code, display) = contact.disposition;
    format!(
        "<componentOf typeCode=\"COMP\">\n<encompassingEncounter classCode=\"ENC\" moodCode=\"EVN\">\n\
         <id root=\"2.16.840.1.113883.2.1.3.2.4.18.34\" extension=\"{journey}\"/>\n\
         <id root=\"2.16.840.1.113883.2.1.3.2.4.18.35\" extension=\"CASE-{case}\"/>\n\
         <code code=\"NHS111Encounter\" codeSystem=\"2.16.840.1.113883.2.1.3.2.4.17.326\" displayName=\"NHS111 Encounter\"/>\n\
         <effectiveTime><low value=\"{low}\"/><high value=\"{high}\"/></effectiveTime>\n\
         <dischargeDispositionCode code=\"{code}\" codeSystem=\"2.16.840.1.113883.2.1.3.2.4.17.325\" displayName=\"{display}\"/>\n\
         </encompassingEncounter>\n</componentOf>\n",
        journey = contact.uuid("journey"),
        case = wire::local(&contact.key),
        low = wire::hl7_time(contact.from),
        high = wire::hl7_time(contact.until),
        display = escape(display),
    )
}

fn sections(contact: &Contact<'_>) -> String {
    let section = |(place, (title, words)): (usize, &(&str, &str))| {
        let lines: Vec<String> =
            words.lines().map(|line| format!("<content>{}</content>", escape(line))).collect();
        format!(
            "<component typeCode=\"COMP\" contextConductionInd=\"true\">\n<section classCode=\"DOCSECT\" moodCode=\"EVN\">\n\
             <id root=\"{}\"/>\n<title>{}</title>\n<text mediaType=\"text/x-hl7-text+xml\">{}</text>\n</section>\n</component>\n",
            contact.uuid(&format!("section {place}")),
            escape(title),
            lines.join("<br/>"),
        )
    };
    contact.sections.iter().enumerate().map(section).collect()
}

impl Contact<'_> {
    fn uuid(&self, part: &str) -> String {
        wire::uuid(&format!("ic24 {} {part}", self.key)).to_uppercase()
    }
}
