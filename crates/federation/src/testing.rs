//! Fault servers over real sockets for this crate's tests, and the person and sources they are asked with.

use crate::{Asking, Federation, Kind, Limits, NationalConfig, SourceConfig, plan};
use access::{
    launch::Practitioner,
    person::{Identified, ShownPerson},
};
use axum::{
    Router,
    body::{Body, Bytes},
    extract::{Request, State},
    response::Response,
};
use fhir::{Category, FhirDate, Level, NhsNumber, OdsCode, Reply, SourceId};
use futures_util::{StreamExt, stream};
use serde_json::{Value, json};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};

pub(crate) const NUMBER: &str = "9990000018";
pub(crate) const OTHER_NUMBER: &str = "9990000026";

/// How a fault server answers one path.
#[derive(Clone)]
pub(crate) enum Canned {
    Json(Value),
    Typed {
        status: u16,
        media_type: &'static str,
        body: String,
    },
    Hang,
    /// One byte at a time, for ever.
    Drip,
    /// Half a document, then the connection is reset.
    Reset,
    /// With headers of its own.
    Headed {
        status: u16,
        headers: Vec<(&'static str, String)>,
        body: Vec<u8>,
    },
    /// One after the other; the last for ever.
    InTurn(Vec<Canned>),
}

impl Canned {
    /// What is answered now; the rest stays.
    fn next(&mut self) -> Canned {
        match self {
            Canned::InTurn(turns) if turns.len() > 1 => turns.remove(0),
            Canned::InTurn(turns) => turns[0].clone(),
            other => other.clone(),
        }
    }
}

/// One request as it arrived.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) headers: HashMap<String, String>,
    pub(crate) body: String,
}

/// A server that answers what it was told to, by path (with the query, first) and by the beginning of the path.
#[derive(Clone, Default)]
pub(crate) struct Fake {
    answers: Arc<Mutex<HashMap<String, Canned>>>,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Fake {
    pub(crate) fn on(self, path: &str, answer: Canned) -> Self {
        self.set(path, answer);
        self
    }

    pub(crate) fn json(self, path: &str, value: Value) -> Self {
        self.on(path, Canned::Json(value))
    }

    pub(crate) fn set(&self, path: &str, answer: Canned) {
        self.answers.lock().unwrap().insert(path.to_owned(), answer);
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    pub(crate) fn count(&self, path: &str) -> usize {
        self.seen().iter().filter(|seen| seen.path.starts_with(path)).count()
    }

    /// Listens on a free port; gives `http://127.0.0.1:port`.
    pub(crate) async fn serve(&self) -> String {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = self.router();
        tokio::spawn(async move { axum::serve(listener, router).await });
        format!("http://{address}")
    }

    pub(crate) fn router(&self) -> Router {
        Router::new().fallback(answer).with_state(self.clone())
    }
}

async fn answer(State(fake): State<Fake>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, 1 << 20).await.unwrap();
    let (path, query) = (parts.uri.path().to_owned(), parts.uri.query().unwrap_or_default().to_owned());
    let headers = parts.headers.iter().map(|(k, v)| (k.to_string(), v.to_str().unwrap_or("").to_owned()));
    let seen = Seen {
        method: parts.method.to_string(),
        path: path.clone(),
        query: query.clone(),
        headers: headers.collect(),
        body: String::from_utf8_lossy(&body).into_owned(),
    };
    let seen_body = seen.body.clone();
    fake.seen.lock().unwrap().push(seen);
    let canned = {
        let mut answers = fake.answers.lock().unwrap();
        // A key may end in `#text`: for requests whose body holds that text.
        let by_body = answers.keys().find(|key| {
            key.strip_prefix(&path)
                .and_then(|rest| rest.strip_prefix('#'))
                .is_some_and(|t| seen_body.contains(t))
        });
        let by_query = Some(format!("{path}?{query}")).filter(|key| answers.contains_key(key));
        let key = by_body.cloned().or(by_query).unwrap_or(path);
        answers.get_mut(&key).map_or_else(|| Canned::Json(searchset(vec![])), Canned::next)
    };
    match canned {
        Canned::Json(value) => respond(200, "application/fhir+json", Body::from(value.to_string())),
        Canned::Typed { status, media_type, body } => respond(status, media_type, Body::from(body)),
        Canned::Headed { status, headers, body } => {
            let start = Response::builder().status(status);
            let response =
                headers.into_iter().fold(start, |response, (name, value)| response.header(name, value));
            response.body(Body::from(body)).unwrap()
        }
        Canned::InTurn(_) => unreachable!("`next` gives one of them"),
        Canned::Hang => {
            std::future::pending::<()>().await;
            respond(200, "text/plain", Body::empty())
        }
        Canned::Drip => {
            let drops = stream::unfold((), |()| async {
                tokio::time::sleep(Duration::from_millis(20)).await;
                Some((Ok::<_, std::io::Error>(Bytes::from_static(b" ")), ()))
            });
            respond(200, "application/fhir+json", Body::from_stream(drops))
        }
        Canned::Reset => {
            let half = stream::iter([Ok(Bytes::from_static(b"{\"resourceType\":\"Bundle\","))]);
            let broken = stream::once(async {
                tokio::time::sleep(Duration::from_millis(20)).await;
                Err(std::io::Error::other("reset"))
            });
            respond(200, "application/fhir+json", Body::from_stream(half.chain(broken)))
        }
    }
}

fn respond(status: u16, media_type: &str, body: Body) -> Response {
    Response::builder().status(status).header("content-type", media_type).body(body).unwrap()
}

pub(crate) fn searchset(resources: Vec<Value>) -> Value {
    let total = resources.len();
    let entries: Vec<Value> =
        resources.into_iter().map(|r| json!({ "resource": r, "search": { "mode": "match" } })).collect();
    json!({ "resourceType": "Bundle", "type": "searchset", "total": total, "entry": entries })
}

pub(crate) fn outcome(severity: &str, code: &str, diagnostics: &str) -> Value {
    let coding =
        json!([{ "system": "https://fhir.nhs.uk/STU3/CodeSystem/Spine-ErrorOrWarningCode-1", "code": code }]);
    json!({
        "resourceType": "OperationOutcome",
        "issue": [{ "severity": severity, "code": "invalid", "details": { "coding": coding }, "diagnostics": diagnostics }],
    })
}

pub(crate) fn patient(id: &str, number: &str) -> Value {
    let status = json!([{
        "url": "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-NHSNumberVerificationStatus",
        "valueCodeableConcept": { "coding": [{ "code": "01" }] },
    }]);
    json!({
        "resourceType": "Patient", "id": id, "birthDate": "1935-08-14", "gender": "female",
        "identifier": [{ "system": fhir::nhs_number::SYSTEM, "value": number, "extension": status }],
        "name": [{ "use": "usual", "family": "Testpatient", "given": ["Doreen"] }],
    })
}

pub(crate) fn allergy(id: &str, patient: &str) -> Value {
    json!({ "resourceType": "AllergyIntolerance", "id": id, "patient": { "reference": format!("Patient/{patient}") } })
}

/// A statement that declares searching for these types by patient and date, with the usual includes.
pub(crate) fn capability(version: &str, types: &[&str]) -> Value {
    let resources: Vec<Value> = types
        .iter()
        .map(|kind| {
            json!({
                "type": kind, "interaction": [{ "code": "read" }, { "code": "search-type" }],
                "searchParam": [{ "name": "patient" }, { "name": "date" }],
                "searchInclude": [format!("{kind}:medication")],
            })
        })
        .collect();
    let rest = json!([{ "mode": "server", "resource": resources }]);
    json!({ "resourceType": "CapabilityStatement", "fhirVersion": version, "rest": rest })
}

pub(crate) fn kind(name: &str) -> Kind {
    Kind::named(name).unwrap()
}

pub(crate) fn number(text: &str) -> NhsNumber {
    NhsNumber::parse(text).unwrap()
}

/// Generous where a test must not be hurried, small where only a fault reaches it.
pub(crate) fn limits() -> Limits {
    Limits {
        total: Duration::from_secs(5),
        first_byte: Duration::from_secs(3),
        objection: Duration::from_secs(5),
        floor_after: Duration::from_millis(60),
        floor_window: Duration::from_millis(60),
        floor_bytes: 100,
        page_bytes: 64 * 1024,
        source_bytes: 200 * 1024,
        pages: 4,
        breaker_failures: 2,
        breaker_first: Duration::from_secs(60),
        capability_deadline: Duration::from_secs(3),
        ceiling_wait: Duration::from_millis(50),
        per_second: 1000,
        ..Limits::default()
    }
}

/// For what is expected to run out of time.
pub(crate) fn hurried() -> Limits {
    let short = Duration::from_millis(300);
    Limits { first_byte: short, total: Duration::from_millis(600), capability_deadline: short, ..limits() }
}

pub(crate) fn source(id: &str, kind: Kind, base_url: Option<String>, shares: &[Category]) -> SourceConfig {
    SourceConfig {
        id: SourceId::new(id),
        short: id.to_owned(),
        partner: id.to_owned(),
        ods: OdsCode::parse("ZZ910").unwrap(),
        kind,
        base_url,
        api_key_file: None,
        api_key_header: None,
        oauth2: None,
        tls: None,
        addresses: Default::default(),
        person_search: Default::default(),
        says_who: false,
        route: Default::default(),
        retrieve_from: Vec::new(),
        consent: Default::default(),
        keys_on_superseded: false,
        access_log: None,
        releases_restricted: false,
        releases_on_override: false,
        shares: shares.to_vec(),
        feed: None,
        contact: "01632 960000".to_owned(),
        ceiling: None,
        adapts: true,
        supplier_ceiling: None,
        per_second: None,
        agreed_hours: Vec::new(),
        quiet_windows: Vec::new(),
    }
}

/// Nothing national is asked unless a test says where.
pub(crate) fn national(url: &str) -> NationalConfig {
    NationalConfig {
        pds_url: url.to_owned(),
        sds_url: url.to_owned(),
        ssp_url: url.to_owned(),
        asid: "200000000115".to_owned(),
        sds_api_key_file: None,
        gateway_url: None,
        gateway_token_file: None,
        pds_oauth2: None,
        pds_per_second: 1000,
        keep_endpoints: None,
        tls: None,
        addresses: Default::default(),
    }
}

pub(crate) fn federation(sources: Vec<SourceConfig>, national_url: &str, limits: Limits) -> Arc<Federation> {
    install_tls();
    Arc::new(Federation::new(sources, national(national_url), limits).unwrap())
}

pub(crate) fn install_tls() {
    // Another test of this process may have been first.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
}

pub(crate) fn asking() -> Asking {
    let person = ShownPerson {
        nhs_number: number(NUMBER),
        birth_date: FhirDate::parse("1935-08-14"),
        family: "TESTPATIENT".to_owned(),
        given: vec!["Doreen".to_owned()],
        gender: "female".to_owned(),
        title: None,
        preferred: None,
        deceased: None,
        address: None,
        telephone: None,
    };
    let practice = Some(OdsCode::parse("ZZ901").unwrap());
    let practitioner = Practitioner {
        host_sub: "dr.okafor".to_owned(),
        display: "Dr Ada Okafor".to_owned(),
        family: Some("Okafor".to_owned()),
        given: vec!["Ada".to_owned()],
        title: Some("Dr".to_owned()),
        sds_user_id: None,
        sds_role_profile_id: Some("555254240100".to_owned()),
        sds_job_role: None,
        local_user_id: None,
        registration: None,
    };
    Asking {
        opening: "0197-opening".to_owned(),
        person: Identified { person, traced: true, practice, superseded: None, caveats: Vec::new() },
        practitioner,
        organisation: (OdsCode::parse("ZZ910").unwrap(), "Marlowe Hospital".to_owned()),
        role: "Consultant".to_owned(),
        now: "2026-11-22T14:05:00Z".parse().unwrap(),
        opens_restricted: false,
    }
}

/// Plans with everything permitted and gathers every reply.
pub(crate) async fn gather(federation: &Arc<Federation>) -> Vec<Reply> {
    let plan = plan::plan(federation.sources(), &|_, _| Level::Full, &asking());
    federation.gather(plan).collect().await
}

/// The reply of the only source.
pub(crate) async fn one(federation: &Arc<Federation>) -> Reply {
    let mut replies = gather(federation).await;
    assert_eq!(replies.len(), 1);
    replies.remove(0)
}
