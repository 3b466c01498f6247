//! Takes a word of one run, gives a mark for each class of field, and puts them into every JSON answer and every file of a source, so
//! that whatever a gateway keeps of an answer can be told wherever it lies (HAZ-049). What is no JSON and no file stays as it is.
//! Source: FHIR R4 and STU3, HumanName, CodeableConcept, Narrative, Identifier, Attachment.

use crate::faults::gate::Gate;
use axum::{
    body::{Body, to_bytes},
    http::header,
    response::Response,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde::Serialize;
use serde_json::{Map, Value, json};

/// Whose answers are another's, marked already.
const PASS_ON: [&str; 2] = ["ssp", "gateway"];
const SYSTEM: &str = "https://region.example.test/id/mark";

/// One class of field and what is put there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Mark {
    /// `name`, `text`, `narrative`, `base64`, `pdf`, `hexadecimal` or `number`.
    pub class: &'static str,
    pub mark: String,
}

/// The marks of one run.
#[derive(Debug, Clone)]
pub(crate) struct Marks {
    name: String,
    text: String,
    narrative: String,
    base64: String,
    pdf: String,
    hexadecimal: String,
    number: String,
}

impl Marks {
    /// `word`: letters and digits that stand nowhere else, of this run alone.
    pub(crate) fn of(word: &str) -> Self {
        let mixed = word.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
        Self {
            name: format!("Qu{word}"),
            text: format!("tx{word}"),
            narrative: format!("nv{word}"),
            base64: format!("bx{word}"),
            pdf: format!("pf{word}"),
            hexadecimal: format!("{mixed:016x}"),
            // A digit longer than a person's number, so that it is nobody's.
            number: format!("81{:09}", mixed % 1_000_000_000),
        }
    }

    pub(crate) fn all(&self) -> Vec<Mark> {
        let mark = |class, mark: &String| Mark { class, mark: mark.clone() };
        vec![
            mark("name", &self.name),
            mark("text", &self.text),
            mark("narrative", &self.narrative),
            mark("base64", &self.base64),
            mark("pdf", &self.pdf),
            mark("hexadecimal", &self.hexadecimal),
            mark("number", &self.number),
        ]
    }

    fn mark(&self, value: &mut Value) {
        match value {
            Value::Object(members) => self.object(members),
            Value::Array(items) => items.iter_mut().for_each(|item| self.mark(item)),
            _ => {}
        }
    }

    fn object(&self, members: &mut Map<String, Value>) {
        self.attachment(members);
        for (name, value) in members.iter_mut() {
            match (name.as_str(), value) {
                ("text" | "title", Value::String(text)) => text.push_str(&format!(" {}", self.text)),
                ("div", Value::String(div)) => self.narrative(div),
                ("given", Value::Array(given)) => given.push(Value::from(self.name.as_str())),
                ("identifier", Value::Array(identifiers)) => identifiers.extend(
                    [&self.hexadecimal, &self.number].map(|value| json!({"system": SYSTEM, "value": value})),
                ),
                (_, value) => self.mark(value),
            }
        }
    }

    fn narrative(&self, div: &mut String) {
        if let Some(end) = div.rfind("</div>") {
            div.insert_str(end, &format!("<p>{}</p>", self.narrative));
        }
    }

    /// Inline bytes. What is declared of them would no longer be true, and is left out.
    fn attachment(&self, members: &mut Map<String, Value>) {
        let Some(kind) = members.get("contentType").and_then(Value::as_str).map(str::to_owned) else {
            return;
        };
        members.remove("size");
        members.remove("hash");
        let bytes = members.get("data").and_then(Value::as_str).and_then(|data| STANDARD.decode(data).ok());
        if let Some(bytes) = bytes {
            members.insert("data".into(), STANDARD.encode(self.file(&kind, bytes)).into());
        }
    }

    /// Behind everything its format reads.
    fn file(&self, kind: &str, mut bytes: Vec<u8>) -> Vec<u8> {
        let mark = if kind.starts_with("application/pdf") {
            format!("\n% {}\n", self.pdf)
        } else {
            format!("\n{}\n", self.base64)
        };
        bytes.extend_from_slice(mark.as_bytes());
        bytes
    }
}

/// The answer of that source, with the marks of the run in it where there are any.
pub(crate) async fn put(gate: &Gate, response: Response) -> Response {
    let Some(marks) = gate.world.marks.as_ref().filter(|_| gate.is_marked(&PASS_ON)) else { return response };
    let kind = response.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let kind = kind.unwrap_or_default().to_owned();
    if !response.status().is_success() {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    parts.headers.remove(header::CONTENT_LENGTH);
    let whole = to_bytes(body, usize::MAX).await.unwrap_or_default();
    let marked = match serde_json::from_slice::<Value>(&whole) {
        Ok(mut value) if kind.contains("json") => {
            marks.mark(&mut value);
            serde_json::to_vec(&value).unwrap_or_default()
        }
        _ if kind.starts_with("application/pdf") || kind.starts_with("text/plain") => {
            marks.file(&kind, whole.to_vec())
        }
        _ => whole.to_vec(),
    };
    Response::from_parts(parts, Body::from(marked))
}

#[cfg(test)]
mod tests;
