//! Takes one kept document, gives the Bundle to be read, and one DocumentReference for what can be opened of it: the files that
//! came inside, then what was sent, byte by byte (R67). The reference names its Bundle in `context.related`, so that a page
//! shows the document once: as it is read, with what can be opened beside it.
//! Source: FHIR R4 DocumentReference, Binary; sources.md 12.

use super::{KEY, KIND, MENDED, ORIGINAL, R4, WIRE};
use crate::format::{About, PATIENT, Shown};
use crate::intake::whole::edit::{Change, apply};
use crate::intake::whole::parts::Body;
use crate::intake::whole::wire::Wire;
use crate::intake::whole::{dataset, subject};
use base64::{Engine, engine::general_purpose::STANDARD};
use fhir::Json;
use fhir::bundle::{Bundle, Entry};
use serde_json::{Map, Number, Value, json};

/// Headings that protect the whole document: legal information restricts it, safeguarding files it there.
const LEGAL: &str = "\"886961000000102\"";
const SAFEGUARDING: &str = "1077911000000105";

pub(super) fn resources(body: &Body<'_>, about: &About<'_>) -> Vec<Shown> {
    let (Some(key), Some(r4), Some(original)) = (body.text(KEY), body.part_text(R4), body.part(ORIGINAL))
    else {
        return Vec::new();
    };
    if body.text(KIND) == Some("resource") {
        return alone(r4).into_iter().collect();
    }
    let id = |what: &str| (about.id)(&format!("{what} {key}"));
    let Some(bundle) = Bundle::read(Json::of(r4)) else { return Vec::new() };
    let files: Vec<&Entry<'_>> = bundle.of_type("Binary").collect();
    let unit = custodian(&bundle);
    let bundle_id = id("Bundle");
    let read = subject::served(&without_files(r4, &files), &bundle_id, body.text(MENDED) == Some("yes"));
    let mut binaries: Vec<Value> = Vec::new();
    let mut contents: Vec<Value> = Vec::new();
    let labels = labels(&bundle, r4);
    for (place, file) in files.iter().enumerate() {
        let media_type = file.resource.text("contentType").unwrap_or_default().into_owned();
        let bytes = file.resource.text("data").unwrap_or_default();
        let packed: String = bytes.chars().filter(|c| !c.is_ascii_whitespace()).collect();
        let size = STANDARD.decode(&packed).map(|bytes| bytes.len()).ok();
        let file_id = id(&format!("file {place}"));
        contents.push(content(&media_type, &file_id, size, &format!("Attached file {}", place + 1)));
        binaries.push(
            json!({"resourceType": "Binary", "id": file_id, "contentType": media_type, "data": packed}),
        );
    }
    let media_type = Wire::named(body.text(WIRE).unwrap_or_default()).media_type();
    let original_id = id("original");
    contents.push(content(media_type, &original_id, Some(original.len()), "The document as it was sent"));
    binaries.push(json!({"resourceType": "Binary", "id": original_id, "contentType": media_type, "data": STANDARD.encode(original)}));
    let reference = reference(&bundle, &id("DocumentReference"), &bundle_id, contents);
    let mut shown = vec![
        Shown { unit: unit.clone(), ..one("Bundle", bundle_id, read) },
        Shown { unit: unit.clone(), ..made(labelled(reference, &labels), false) },
    ];
    shown.extend(
        binaries
            .into_iter()
            .map(|binary| Shown { unit: unit.clone(), ..made(labelled(binary, &labels), true) }),
    );
    shown
}

fn one(resource_type: &str, id: String, json: String) -> Shown {
    let dataset = dataset::of(resource_type);
    Shown { resource_type: resource_type.to_owned(), id, json, dataset, unit: None, is_context: false }
}

fn made(resource: Value, is_context: bool) -> Shown {
    let member = |key: &str| resource.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    Shown { is_context, ..one(&member("resourceType"), member("id"), resource.to_string()) }
}

fn labelled(mut resource: Value, labels: &[Value]) -> Value {
    if let Some(resource) = resource.as_object_mut().filter(|_| !labels.is_empty()) {
        resource.insert("meta".to_owned(), json!({"security": labels}));
    }
    resource
}

/// A resource that came without a document.
fn alone(text: &str) -> Option<Shown> {
    let object = Json::of(text).object()?;
    let (kind, id) = (object.text("resourceType")?, object.text("id")?);
    Some(one(&kind, id.into_owned(), subject::own(text)))
}

/// A file is opened by its address; inside the Bundle its name and kind stay, without its bytes.
fn without_files(text: &str, files: &[&Entry<'_>]) -> String {
    let stub = |file: &&Entry<'_>| {
        let mut stub = Map::new();
        for key in ["resourceType", "id", "contentType"] {
            stub.extend(
                file.resource.text(key).map(|value| (key.to_owned(), Value::from(value.into_owned()))),
            );
        }
        Change::of(text, file.json, Value::Object(stub).to_string())
    };
    apply(text, files.iter().filter_map(stub).collect())
}

fn content(media_type: &str, id: &str, size: Option<usize>, title: &str) -> Value {
    let mut attachment = json!({"contentType": media_type, "url": format!("Binary/{id}"), "title": title});
    if let (Some(size), Some(attachment)) = (size, attachment.as_object_mut()) {
        attachment.insert("size".to_owned(), Value::from(size));
    }
    json!({"attachment": attachment})
}

fn reference(bundle: &Bundle<'_>, id: &str, bundle_id: &str, contents: Vec<Value>) -> Value {
    let mut made = Map::new();
    let mut put = |key: &str, value: Value| made.insert(key.to_owned(), value);
    put("resourceType", json!("DocumentReference"));
    put("id", json!(id));
    put("status", json!("current"));
    let composition = bundle.entries.first().map(|entry| &entry.resource);
    let sent = |key: &str| {
        let value = composition.and_then(|composition| composition.get(key))?;
        Some(as_sent(value))
    };
    if let Some(kind) = sent("type") {
        put("type", kind);
    }
    if let Some(title) = sent("title") {
        put("description", title);
    }
    if let Some(identifier) = sent("identifier") {
        put("masterIdentifier", identifier);
    }
    put("subject", json!({"reference": PATIENT}));
    let zoned = |at: &Value| at.as_str().is_some_and(|at| at.parse::<jiff::Timestamp>().is_ok());
    if let Some(at) = sent("date").filter(zoned) {
        put("date", at);
    }
    if sections(bundle).contains(&format!("\"{SAFEGUARDING}\"")) {
        let coding =
            json!({"system": "http://snomed.info/sct", "code": SAFEGUARDING, "display": "Safeguarding"});
        put("category", json!([{"coding": [coding]}]));
    }
    put("content", Value::from(contents));
    put("context", json!({"related": [{"reference": format!("Bundle/{bundle_id}")}]}));
    Value::Object(made)
}

/// By our own reader: serde_json's refuses numbers that FHIR allows and takes one key for a value of its own, and a label that it cannot
/// read would protect nothing any more (HAZ-023). A number beyond its range becomes text.
fn as_sent(json: Json<'_>) -> Value {
    if let Some(object) = json.object() {
        return Value::Object(
            object.members().map(|(key, value)| (key.to_string(), as_sent(value))).collect(),
        );
    }
    if json.as_sent().starts_with('[') {
        return Value::Array(json.items().into_iter().map(as_sent).collect());
    }
    let number =
        |digits: &str| serde_json::from_str::<Number>(digits).map_or_else(|_| json!(digits), Value::Number);
    let text = json.text().map(|text| json!(text));
    text.or_else(|| json.boolean().map(Value::Bool))
        .or_else(|| json.number().map(number))
        .unwrap_or(Value::Null)
}

fn sections<'a>(bundle: &Bundle<'a>) -> &'a str {
    let composition = bundle.entries.first().map(|entry| &entry.resource);
    composition.and_then(|composition| composition.get("section")).map(Json::as_sent).unwrap_or_default()
}

/// Whoever keeps the document, by name.
fn custodian(bundle: &Bundle<'_>) -> Option<String> {
    let custodian = bundle.entries.first()?.resource.object("custodian")?;
    let behind = custodian
        .text("reference")
        .and_then(|name| subject::Names::of(bundle).find(&name)?.resource.text("name"));
    behind.or_else(|| custodian.text("display")).map(|name| name.into_owned())
}

/// What protects the Bundle or its Composition protects its files too (HAZ-023).
fn labels(bundle: &Bundle<'_>, text: &str) -> Vec<Value> {
    let mut labels: Vec<Value> = Vec::new();
    let root = Json::of(text).object().unwrap_or_default();
    let composition = bundle.entries.first().map(|entry| entry.resource.clone()).unwrap_or_default();
    for meta in [root.object("meta"), composition.object("meta")].into_iter().flatten() {
        for label in meta.items("security") {
            labels.push(as_sent(label));
        }
    }
    let own = composition.text("confidentiality").filter(|code| *code != "N");
    let label = |code: &str| json!({"system": crate::intake::whole::CONFIDENTIALITY, "code": code});
    labels.extend(own.map(|code| label(&code)));
    if sections(bundle).contains(LEGAL) {
        labels.push(label("R"));
    }
    labels
}
