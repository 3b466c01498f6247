//! Takes one ClinicalDocument, gives what is read of it: which document and version, whose, the call, who, and the sections in
//! order with all their words. Codes are read for the head only; nothing of it becomes a clinical fact.
//! Source: HL7 CDA R2; NHS 111 CDA v2-0 and Integrated Urgent Care v3-1; sources.md 11.

use super::envelope::HL7;
use super::narrative::{self, Rendered};
use crate::format::Demographics;
use crate::unit::{Untraced, Whose};
use fhir::NhsNumber;
use roxmltree::Node;

/// When, in FHIR's form.
mod time;

/// Traced, as its sender says by this root.
const TRACED: &str = "2.16.840.1.113883.2.1.4.1";
/// A number nobody has checked.
const UNVERIFIED: &str = "2.16.840.1.113883.2.1.3.2.4.18.23";
const CASE_IDS: [(&str, &str); 2] = [
    ("2.16.840.1.113883.2.1.3.2.4.18.34", "Case reference"),
    ("2.16.840.1.113883.2.1.3.2.4.18.35", "Case id"),
];

/// What a code says.
#[derive(Default, Clone)]
pub(super) struct Coded {
    pub(super) code: String,
    pub(super) system: String,
    pub(super) words: Option<String>,
}

/// A number the call is known by.
pub(super) struct CaseId {
    pub(super) root: String,
    pub(super) value: String,
    pub(super) what: &'static str,
}

/// One section: its heading, those above it before it, and its words.
#[derive(Clone)]
pub(super) struct Section {
    pub(super) title: String,
    pub(super) text: Rendered,
    pub(super) words: String,
}

/// A report, read.
pub(super) struct Report {
    pub(super) key: String,
    pub(super) version: u64,
    pub(super) kind: Coded,
    pub(super) title: String,
    /// FHIR dateTime.
    pub(super) written: Option<String>,
    pub(super) confidentiality: Option<String>,
    pub(super) encounter_kind: Option<String>,
    pub(super) case_ids: Vec<CaseId>,
    pub(super) from: Option<String>,
    pub(super) to: Option<String>,
    pub(super) disposition: Option<Coded>,
    pub(super) organisation: Option<String>,
    pub(super) author: Option<String>,
    /// Lines of the call: label and words.
    pub(super) lines: Vec<(String, String)>,
    pub(super) sections: Vec<Section>,
}

/// A node of HL7 v3, by the path to it.
pub(super) fn at<'a, 'i>(node: Node<'a, 'i>, path: &[&str]) -> Option<Node<'a, 'i>> {
    path.iter().try_fold(node, |node, name| all(node, name).into_iter().next())
}

fn all<'a, 'i>(node: Node<'a, 'i>, name: &str) -> Vec<Node<'a, 'i>> {
    node.children().filter(|child| child.has_tag_name((HL7, name))).collect()
}

fn value(node: Node<'_, '_>, path: &[&str], attribute: &str) -> Option<String> {
    let found = at(node, path)?.attribute(attribute)?.trim();
    (!found.is_empty()).then(|| found.to_owned())
}

fn said(node: Node<'_, '_>, path: &[&str]) -> Option<String> {
    Some(narrative::words(at(node, path)?)).filter(|words| !words.is_empty())
}

/// Whose it is: a number under the root of traced numbers, and only one (HAZ-042, HAZ-005).
pub(super) fn whose(document: Node<'_, '_>) -> Whose {
    let ids = at(document, &["recordTarget", "patientRole"]).map(|role| all(role, "id")).unwrap_or_default();
    let of = |root: &'static str| {
        ids.iter()
            .filter(move |id| id.attribute("root") == Some(root))
            .filter_map(|id| id.attribute("extension"))
    };
    let mut traced: Vec<&str> = of(TRACED).map(str::trim).filter(|id| !id.is_empty()).collect();
    traced.dedup();
    let persons = all(document, "recordTarget").len();
    match traced.as_slice() {
        _ if persons > 1 => Whose::Untraced(Untraced::Several),
        [] if of(UNVERIFIED).next().is_some() => Whose::Untraced(Untraced::NotVerified),
        [] => Whose::Untraced(Untraced::NoNumber),
        [one] => NhsNumber::parse(one).map_or(Whose::Untraced(Untraced::NotANumber), Whose::Person),
        _ => Whose::Untraced(Untraced::Several),
    }
}

/// What the sender knows of the person.
pub(super) fn person(document: Node<'_, '_>) -> Option<Demographics> {
    let patient = at(document, &["recordTarget", "patientRole", "patient"])?;
    let name = at(patient, &["name"]);
    let given = name.map(|name| all(name, "given")).unwrap_or_default();
    let gender = match value(patient, &["administrativeGenderCode"], "code").as_deref() {
        Some("1") => Some("male"),
        Some("2") => Some("female"),
        Some("9") => Some("other"),
        Some("0") => Some("unknown"),
        _ => None,
    };
    Some(Demographics {
        family: name.and_then(|name| said(name, &["family"])),
        given: given.into_iter().map(narrative::words).filter(|given| !given.is_empty()).collect(),
        birth_date: value(patient, &["birthTime"], "value").and_then(|at| time::day(&at)),
        gender,
        deceased: None,
    })
}

/// `None` where it has neither a set nor an id of its own: then nothing could ever correct it (HAZ-043).
pub(super) fn read(document: Node<'_, '_>) -> Option<Report> {
    let id = |path: &[&str]| {
        let (root, extension) = (value(document, path, "root"), value(document, path, "extension"));
        let parts: Vec<String> = [root, extension].into_iter().flatten().collect();
        (!parts.is_empty()).then(|| parts.join("|").to_ascii_lowercase())
    };
    let call = at(document, &["componentOf", "encompassingEncounter"]);
    let in_call = |path: &[&str], attribute: &str| call.and_then(|call| value(call, path, attribute));
    let when = |sent: Option<String>| sent.map(|sent| time::date_time(&sent));
    let from = in_call(&["effectiveTime", "low"], "value").or_else(|| in_call(&["effectiveTime"], "value"));
    let kind = coded(document, &["code"]).unwrap_or_default();
    Some(Report {
        key: id(&["setId"]).or_else(|| id(&["id"]))?,
        version: value(document, &["versionNumber"], "value").and_then(|v| v.parse().ok()).unwrap_or(0),
        title: said(document, &["title"])
            .or_else(|| kind.words.clone())
            .unwrap_or_else(|| "NHS 111 report".into()),
        kind,
        written: when(value(document, &["effectiveTime"], "value")),
        confidentiality: value(document, &["confidentialityCode"], "code"),
        encounter_kind: call
            .and_then(|call| coded(call, &["code"]))
            .map(|kind| kind.words.unwrap_or(kind.code)),
        case_ids: call.map(case_ids).unwrap_or_default(),
        from: when(from),
        to: when(in_call(&["effectiveTime", "high"], "value")),
        disposition: call.and_then(|call| coded(call, &["dischargeDispositionCode"])),
        organisation: organisation(document),
        author: said(document, &["author", "assignedAuthor", "assignedPerson", "name"]),
        lines: lines(document),
        sections: sections(document),
    })
}

fn coded(node: Node<'_, '_>, path: &[&str]) -> Option<Coded> {
    let code = value(node, path, "code")?;
    let words = value(node, path, "displayName").or_else(|| said(node, path));
    Some(Coded { code, system: value(node, path, "codeSystem").unwrap_or_default(), words })
}

fn case_ids(call: Node<'_, '_>) -> Vec<CaseId> {
    let ids = all(call, "id").into_iter().filter_map(|id| {
        let (root, value) = (id.attribute("root")?.trim(), id.attribute("extension")?.trim());
        let known = CASE_IDS.iter().find(|(known, _)| *known == root);
        let what = known.map_or("Call id", |(_, what)| *what);
        (!value.is_empty()).then(|| CaseId { root: root.to_owned(), value: value.to_owned(), what })
    });
    ids.collect()
}

fn organisation(document: Node<'_, '_>) -> Option<String> {
    let paths: [&[&str]; 3] = [
        &["author", "assignedAuthor", "representedOrganization", "name"],
        &["custodian", "assignedCustodian", "representedCustodianOrganization", "name"],
        &[
            "componentOf",
            "encompassingEncounter",
            "responsibleParty",
            "assignedEntity",
            "representedOrganization",
            "name",
        ],
    ];
    paths.into_iter().find_map(|path| said(document, path))
}

/// What a reader of the call wants beside its sections, each as it was sent.
fn lines(document: Node<'_, '_>) -> Vec<(String, String)> {
    let mut lines = Vec::new();
    let mut add =
        |label: &str, words: Option<String>| lines.extend(words.map(|words| (label.to_owned(), words)));
    for informant in all(document, "informant") {
        add("Told by", party(informant, "relatedEntity", "relatedPerson"));
    }
    for participant in all(document, "participant") {
        let label = match participant.attribute("typeCode") {
            Some("CALLBCK") => "To call back",
            Some("REFT") => "Referred to",
            _ => "Also involved",
        };
        add(label, party(participant, "associatedEntity", "associatedPerson"));
    }
    for recipient in all(document, "informationRecipient") {
        let label = if recipient.attribute("typeCode") == Some("TRC") { "Copy sent to" } else { "Sent to" };
        add(label, said(recipient, &["intendedRecipient", "receivedOrganization", "name"]));
        add(label, said(recipient, &["intendedRecipient", "informationRecipient", "name"]));
    }
    add(
        "Registered practice",
        said(document, &["recordTarget", "patientRole", "providerOrganization", "name"]),
    );
    for authorization in all(document, "authorization") {
        let consent = coded(authorization, &["consent", "code"]);
        add(
            "Consent, as recorded in this call",
            consent.map(|consent| consent.words.unwrap_or(consent.code)),
        );
    }
    lines
}

/// Who somebody is to the person, their name, their organisation, their telephones.
fn party(node: Node<'_, '_>, entity: &str, person: &str) -> Option<String> {
    let entity = at(node, &[entity])?;
    let role = coded(entity, &["code"]).and_then(|code| code.words);
    let names = [said(entity, &[person, "name"]), said(entity, &["scopingOrganization", "name"])];
    let numbers = all(entity, "telecom").into_iter().filter_map(|telecom| telecom.attribute("value"));
    let numbers = numbers.map(|number| number.strip_prefix("tel:").unwrap_or(number).trim().to_owned());
    let parts: Vec<String> = role.into_iter().chain(names.into_iter().flatten()).chain(numbers).collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// Every section under the body, in order; what has no words says what it has instead.
fn sections(document: Node<'_, '_>) -> Vec<Section> {
    let mut sections = Vec::new();
    for component in all(document, "component") {
        for body in all(component, "structuredBody") {
            gather(body, "", &mut sections);
        }
        if at(component, &["nonXMLBody"]).is_some() {
            sections.push(told("Body", "The report is a file of another kind, kept in the original."));
        }
    }
    sections
}

fn gather(holder: Node<'_, '_>, above: &str, sections: &mut Vec<Section>) {
    for component in all(holder, "component") {
        for section in all(component, "section") {
            let own = said(section, &["title"]).unwrap_or_default();
            let title = match (above.is_empty(), own.is_empty()) {
                (true, _) => own,
                (false, true) => above.to_owned(),
                (false, false) => format!("{above}, {own}"),
            };
            note(section, &title, sections);
            gather(section, &title, sections);
        }
    }
}

fn note(section: Node<'_, '_>, title: &str, sections: &mut Vec<Section>) {
    let texts = all(section, "text");
    let heading = || if title.is_empty() { "Without a heading".to_owned() } else { title.to_owned() };
    for text in &texts {
        let (text, words) = (narrative::render(*text), narrative::words(*text));
        sections.push(Section { title: heading(), text, words });
    }
    let entries = all(section, "entry").len();
    let is_outline = texts.is_empty()
        && entries == 0
        && all(section, "component").iter().any(|c| at(*c, &["section"]).is_some());
    match (texts.is_empty(), entries) {
        (true, 0) if is_outline && title.is_empty() => {}
        (true, 0) if is_outline => sections.push(told(title, "")),
        (true, 0) => sections.push(told(&heading(), "Nothing was sent under this heading.")),
        (_, 0) => {}
        (_, count) => {
            let what = if count == 1 { "entry" } else { "entries" };
            sections
                .push(told(&heading(), &format!("{count} coded or attached {what}, in the original only.")));
        }
    }
}

/// A sentence of ours.
fn told(title: &str, sentence: &str) -> Section {
    let html =
        if sentence.is_empty() { String::new() } else { format!("<p>[{}]</p>", narrative::escape(sentence)) };
    Section { title: title.to_owned(), text: Rendered { html, altered: 0 }, words: String::new() }
}
