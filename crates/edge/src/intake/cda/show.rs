//! Takes one report, gives an Encounter that holds its sections whole and in order, a DocumentReference that names the report,
//! and the report twice as a Binary: as a page of ours and as the XML that was sent, byte by byte (R67).
//! Source: UK Core R4 Encounter and DocumentReference; sources.md 11.

use super::Cda;
use super::narrative::escape;
use super::report::{Coded, Report};
use crate::format::{About, PATIENT, Shown};
use crate::intake::whole::CONFIDENTIALITY;
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Map, Value, json};
use std::fmt::Write;

const SNOMED_CT_OID: &str = "2.16.840.1.113883.2.1.3.2.4.15";
/// The heading that stands before the sections of the report.
const CALL: &str = "The call";

pub(super) fn resources(report: &Report, xml: &str, settings: &Cda, about: &About<'_>) -> Vec<Shown> {
    let id = |what: &str| (about.id)(&format!("{what} {}", report.key));
    let ids = Ids {
        encounter: id("Encounter"),
        reference: id("DocumentReference"),
        page: id("page"),
        original: id("original"),
    };
    let page = page(report);
    let security = security(report, settings);
    let with = |mut resource: Value| {
        if let (Some(code), Some(resource)) = (&security, resource.as_object_mut()) {
            resource.insert("meta".to_owned(), json!({"security": [label(code)]}));
        }
        resource
    };
    let organisation = report.organisation.clone().unwrap_or_else(|| about.partner.to_owned());
    let encounter = with(encounter(report, &ids, &organisation));
    let mut document = with(document(report, &ids, &organisation, (page.len(), xml.len())));
    if let (Some(code), Some(document)) = (&security, document.as_object_mut()) {
        document.insert("securityLabel".to_owned(), json!([{"coding": [label(code)]}]));
    }
    let binary = |id: &str, kind: &str, bytes: &str| {
        with(json!({"resourceType": "Binary", "id": id, "contentType": kind, "data": STANDARD.encode(bytes)}))
    };
    let shown = |resource: Value, dataset, is_context| Shown {
        resource_type: resource.get("resourceType").and_then(Value::as_str).unwrap_or_default().to_owned(),
        id: resource.get("id").and_then(Value::as_str).unwrap_or_default().to_owned(),
        json: resource.to_string(),
        dataset,
        unit: report.organisation.clone(),
        is_context,
    };
    vec![
        shown(encounter, "encounters", false),
        shown(document, "documents", false),
        shown(binary(&ids.page, "text/html", &page), "documents", true),
        shown(binary(&ids.original, "application/xml", xml), "documents", true),
    ]
}

struct Ids {
    encounter: String,
    reference: String,
    page: String,
    original: String,
}

/// V restricts; R does where the feed says so; N says nothing more than that.
fn security(report: &Report, settings: &Cda) -> Option<String> {
    let code = report.confidentiality.clone()?;
    let is_restricted = code == "V" || (code == "R" && !settings.restricted_is_ordinary);
    is_restricted.then_some(code)
}

fn label(code: &str) -> Value {
    let words = if code == "V" { "very restricted" } else { "restricted" };
    json!({"system": CONFIDENTIALITY, "code": code, "display": words})
}

fn encounter(report: &Report, ids: &Ids, organisation: &str) -> Value {
    let mut made = Map::new();
    let mut put = |key: &str, value: Value| made.insert(key.to_owned(), value);
    put("resourceType", json!("Encounter"));
    put("id", json!(ids.encounter));
    put(
        "text",
        json!({"status": "additional", "div": format!("<div xmlns=\"http://www.w3.org/1999/xhtml\">{}</div>", sections(report, "h3"))}),
    );
    let cases = report.case_ids.iter();
    let cases: Vec<Value> = cases
        .map(|case| json!({"type": {"text": case.what}, "system": format!("urn:oid:{}", case.root), "value": case.value}))
        .collect();
    if !cases.is_empty() {
        put("identifier", Value::from(cases));
    }
    // A call whose end was told is over; of any other nothing is known.
    put("status", json!(if report.to.is_some() { "finished" } else { "unknown" }));
    put(
        "class",
        json!({"system": "http://terminology.hl7.org/CodeSystem/v3-NullFlavor", "code": "UNK", "display": "unknown"}),
    );
    let mut types = vec![kind(report)];
    types.extend(report.encounter_kind.iter().map(|kind| json!({"text": kind})));
    put("type", Value::from(types));
    put("subject", json!({"reference": PATIENT}));
    if let Some(author) = &report.author {
        put("participant", json!([{"individual": {"display": author}}]));
    }
    let period = period(report);
    if !period.is_empty() {
        put("period", Value::from(period));
    }
    if let Some(reason) = reason(report) {
        put("reasonCode", json!([{"text": reason}]));
    }
    if let Some(disposition) = &report.disposition {
        put("hospitalization", json!({"dischargeDisposition": disposed(disposition)}));
    }
    put("serviceProvider", json!({"display": organisation}));
    Value::Object(made)
}

fn period(report: &Report) -> Map<String, Value> {
    let ends = [("start", &report.from), ("end", &report.to)];
    ends.into_iter().filter_map(|(key, at)| Some((key.to_owned(), Value::from(at.as_deref()?)))).collect()
}

fn kind(report: &Report) -> Value {
    if report.kind.code.is_empty() {
        return json!({"text": report.title});
    }
    json!({"coding": [coding(&report.kind)], "text": report.title})
}

fn coding(coded: &Coded) -> Value {
    let system = match coded.system.as_str() {
        SNOMED_CT_OID => fhir::coding::SNOMED_CT.to_owned(),
        other => format!("urn:oid:{other}"),
    };
    let mut made = json!({"system": system, "code": coded.code});
    if let (Some(words), Some(made)) = (&coded.words, made.as_object_mut()) {
        made.insert("display".to_owned(), Value::from(words.as_str()));
    }
    made
}

fn disposed(disposition: &Coded) -> Value {
    json!({"coding": [coding(disposition)], "text": disposition_words(disposition)})
}

fn disposition_words(disposition: &Coded) -> String {
    match &disposition.words {
        Some(words) => format!("{words} ({})", disposition.code),
        None => disposition.code.clone(),
    }
}

/// What the person said is wrong, in the words of the section that is about it.
fn reason(report: &Report) -> Option<String> {
    let is_about = |title: &str| title.to_lowercase().contains("reported condition");
    let section = report.sections.iter().find(|section| is_about(&section.title))?;
    Some(section.words.clone()).filter(|words| !words.is_empty())
}

fn document(report: &Report, ids: &Ids, organisation: &str, sizes: (usize, usize)) -> Value {
    let attachment = |kind: &str, id: &str, size: usize, title: &str| json!({"attachment": {"contentType": kind, "url": format!("Binary/{id}"), "size": size, "title": title}});
    let mut made = json!({
        "resourceType": "DocumentReference", "id": ids.reference, "status": "current", "type": kind(report),
        "subject": {"reference": PATIENT}, "description": report.title,
        "author": [{"display": report.author.as_deref().unwrap_or(organisation)}], "custodian": {"display": organisation},
        "content": [
            attachment("text/html", &ids.page, sizes.0, &report.title),
            attachment("application/xml", &ids.original, sizes.1, "The report as it was sent"),
        ],
        "context": {"encounter": [{"reference": format!("Encounter/{}", ids.encounter)}]},
    });
    let zoned = |at: &&String| at.parse::<jiff::Timestamp>().is_ok();
    if let (Some(at), Some(made)) = (report.written.as_ref().filter(zoned), made.as_object_mut()) {
        made.insert("date".to_owned(), Value::from(at.as_str()));
    }
    made
}

/// Headings and text, the call's own lines first. `heading` is the element of a heading.
fn sections(report: &Report, heading: &str) -> String {
    let mut html = String::new();
    if !report.lines.is_empty() {
        let _ = write!(html, "<{heading}>{CALL}</{heading}><ul>");
        for (label, words) in &report.lines {
            let _ = write!(html, "<li>{}: {}</li>", escape(label), escape(words));
        }
        html.push_str("</ul>");
    }
    for section in &report.sections {
        let _ =
            write!(html, "<{heading}>{}</{heading}><div>{}</div>", escape(&section.title), section.text.html);
    }
    html
}

/// The report as a page: what it is, then the call, then every section.
fn page(report: &Report) -> String {
    let mut rows: Vec<(&str, String)> = Vec::new();
    let mut row = |label, words: Option<String>| rows.extend(words.map(|words| (label, words)));
    row("Written", report.written.as_ref().map(|at| fhir::FhirDate::parse(at).display()));
    row("Version", (report.version > 0).then(|| report.version.to_string()));
    row("Organisation", report.organisation.clone());
    row("Author", report.author.clone());
    row("Call began", report.from.as_ref().map(|at| fhir::FhirDate::parse(at).display()));
    row("Call ended", report.to.as_ref().map(|at| fhir::FhirDate::parse(at).display()));
    row("Disposition", report.disposition.as_ref().map(disposition_words));
    for case in &report.case_ids {
        row(case.what, Some(case.value.clone()));
    }
    row("Confidentiality code as sent", report.confidentiality.clone());
    let mut html = format!(
        "<!DOCTYPE html><html><head><meta charset=\"utf-8\"/><title>{0}</title></head><body><h1>{0}</h1>",
        escape(&report.title)
    );
    html.push_str("<table><tbody>");
    for (label, words) in rows {
        let _ = write!(html, "<tr><th>{label}</th><td>{}</td></tr>", escape(&words));
    }
    let _ = write!(html, "</tbody></table>{}</body></html>", sections(report, "h2"));
    html
}
