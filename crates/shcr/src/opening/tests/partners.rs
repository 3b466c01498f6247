//! A partner's server on a socket: one person with one allergy and one contact, and whatever it is told to do wrong. Knows which opening every request
//! was for, and how many still wait.

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{Request, State},
    response::Response,
};
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use serde_json::{Value, json};
use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

const NUMBER: &str = "9990000018";

/// What becomes of a search.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Behaves {
    Well,
    Slow(u64),
    Status(u16),
    /// No JSON.
    Broken,
    /// Half of it, and then the connection breaks.
    Torn,
    /// About somebody else.
    Another,
    /// Nothing comes.
    Hangs,
}

#[derive(Clone)]
pub(super) struct Partner {
    pub(super) id: &'static str,
    ods: &'static str,
    url: String,
    shared: Arc<Shared>,
}

struct Shared {
    id: &'static str,
    behaves: Mutex<Behaves>,
    asked: Mutex<Vec<String>>,
    waiting: AtomicUsize,
}

impl Partner {
    pub(super) async fn start(id: &'static str, ods: &'static str) -> Self {
        let shared = Arc::new(Shared {
            id,
            behaves: Mutex::new(Behaves::Well),
            asked: Mutex::default(),
            waiting: AtomicUsize::new(0),
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/fhir", listener.local_addr().unwrap());
        let router = Router::new().fallback(answer).with_state(Arc::clone(&shared));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { id, ods, url, shared }
    }

    /// As the gateway's configuration has it.
    pub(super) fn config(&self) -> federation::SourceConfig {
        let text = format!(
            "id = \"{id}\"\nshort = \"{id}\"\npartner = \"Trust {id}\"\nods = \"{ods}\"\nkind = \"fhir-r4\"\n\
             base_url = \"{url}\"\nshares = [\"allergies\", \"encounters\"]\ncontact = \"switchboard\"\n",
            id = self.id,
            ods = self.ods,
            url = self.url
        );
        toml::from_str(&text).unwrap()
    }

    pub(super) fn behave(&self, behaves: Behaves) {
        *self.shared.behaves.lock().unwrap() = behaves;
    }

    /// For which openings it was asked.
    pub(super) fn asked(&self) -> Vec<String> {
        self.shared.asked.lock().unwrap().clone()
    }

    /// Requests it has not answered, and whose asker still waits.
    pub(super) fn waiting(&self) -> usize {
        self.shared.waiting.load(Ordering::SeqCst)
    }

    /// What a page says of its allergy and its contact.
    pub(super) fn mark(&self) -> String {
        mark(self.id)
    }

    /// An entry of it read again by its id, as any client reads it.
    pub(super) async fn read(&self, kind: &str, id: &str) -> Vec<u8> {
        let url = format!("{}/{kind}/{id}", self.url);
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        client.get(url).send().await.unwrap().bytes().await.unwrap().to_vec()
    }
}

fn mark(id: &str) -> String {
    format!("Known to {id} alone")
}

/// Counted for as long as its request waits.
struct Waits(Arc<Shared>);

impl Drop for Waits {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, Ordering::SeqCst);
    }
}

async fn answer(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    shared.waiting.fetch_add(1, Ordering::SeqCst);
    let _waits = Waits(Arc::clone(&shared));
    let (head, body) = request.into_parts();
    let opening = head.headers.get("x-correlation-id").and_then(|id| id.to_str().ok());
    shared.asked.lock().unwrap().extend(opening.map(str::to_owned));
    let _ = to_bytes(body, 1 << 20).await;
    let path: Vec<&str> = head.uri.path().trim_start_matches("/fhir/").split('/').collect();
    let behaves = *shared.behaves.lock().unwrap();
    let text = match path.as_slice() {
        ["metadata"] => return json_of(&capability().to_string()),
        ["Patient", ..] => searchset(vec![patient()]),
        [kind, id] if *id != "_search" => return json_of(&resource(shared.id, kind).to_string()),
        [kind, ..] => searchset(vec![resource(shared.id, kind)]),
        [] => Value::Null,
    };
    let text = text.to_string();
    match behaves {
        Behaves::Well => json_of(&text),
        Behaves::Slow(ms) => {
            tokio::time::sleep(Duration::from_millis(ms)).await;
            json_of(&text)
        }
        Behaves::Status(status) => with(status, Body::from("no")),
        Behaves::Broken => with(200, Body::from(half(&text))),
        Behaves::Torn => {
            let half = half(&text);
            let torn = stream::iter([Ok(half), Err(std::io::Error::other("torn"))]);
            with(200, Body::from_stream(torn.boxed()))
        }
        Behaves::Another => {
            json_of(&text.replace(NUMBER, "9990000026").replace("Testpatient", "Somebodyelse"))
        }
        Behaves::Hangs => {
            std::future::pending::<()>().await;
            json_of("{}")
        }
    }
}

fn half(text: &str) -> Bytes {
    Bytes::copy_from_slice(&text.as_bytes()[..text.len() / 2])
}

fn json_of(text: &str) -> Response {
    with(200, Body::from(text.to_owned()))
}

fn with(status: u16, body: Body) -> Response {
    Response::builder().status(status).header("content-type", "application/fhir+json").body(body).unwrap()
}

fn searchset(resources: Vec<Value>) -> Value {
    let entry = |resource| json!({"resource": resource, "search": {"mode": "match"}});
    let entries: Vec<Value> = resources.into_iter().map(entry).collect();
    json!({"resourceType": "Bundle", "type": "searchset", "total": entries.len(), "entry": entries})
}

fn patient() -> Value {
    json!({
        "resourceType": "Patient", "id": "d1", "birthDate": "1935-08-14", "gender": "female",
        "identifier": [{"system": fhir::nhs_number::SYSTEM, "value": NUMBER, "extension": [{
            "url": "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-NHSNumberVerificationStatus",
            "valueCodeableConcept": {"coding": [{"code": "01"}]},
        }]}],
        "name": [{"use": "usual", "family": "Testpatient", "given": ["Doreen"]}],
    })
}

fn resource(id: &str, kind: &str) -> Value {
    if kind == "Encounter" {
        return json!({
            "resourceType": "Encounter", "id": "e1", "meta": {"versionId": "1"}, "status": "finished",
            "class": {"code": "AMB"}, "subject": {"reference": "Patient/d1"},
            "period": {"start": "2019-03-04", "end": "2019-03-04"}, "type": [{"text": mark(id)}],
        });
    }
    json!({
        "resourceType": "AllergyIntolerance", "id": "a1", "meta": {"versionId": "3"},
        "clinicalStatus": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical", "code": "active"}]},
        "verificationStatus": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/allergyintolerance-verification", "code": "confirmed"}]},
        "code": {"text": mark(id)}, "patient": {"reference": "Patient/d1"},
    })
}

fn capability() -> Value {
    let of = |kind: &str| {
        json!({
            "type": kind, "interaction": [{"code": "read"}, {"code": "search-type"}],
            "searchParam": [{"name": "patient"}, {"name": "date"}],
        })
    };
    let resources = ["Patient", "AllergyIntolerance", "Encounter"].map(of);
    json!({"resourceType": "CapabilityStatement", "fhirVersion": "4.0.1", "rest": [{"mode": "server", "resource": resources}]})
}
