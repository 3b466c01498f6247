//! The region's control page: takes which source is to fail and how, gives every source with its fault and what it was
//! asked. For people in a browser and for scripts alike.

/// What is wrong, for whoever teaches.
mod lessons;
/// What people say about sharing, recorded or taken back while a view is open.
mod wishes;

use crate::{
    faults::{self, Fault},
    html::{self, document, escape},
    options::RegionFault,
    world::World,
};
use axum::{
    Form, Json, Router,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use serde::Deserialize;
use serde_json::{Map, Value};
use std::sync::Arc;

/// `host_url` is where the records are opened from.
pub(crate) fn router(world: &Arc<World>, host_url: &str) -> Router {
    let host_url = escape(host_url);
    Router::new()
        .route("/", get(move |State(world): State<Arc<World>>| async move { page(&world, &host_url) }))
        .route("/style.css", get(|| async { html::style(include_str!("control/control.css")) }))
        .route("/faults", get(in_force).post(set_fault))
        .route("/asked", get(asked))
        .route("/asked/reset", post(reset_asked))
        .route("/lessons", post(lessons::set))
        .route("/wishes", post(wishes::set))
        .with_state(Arc::clone(world))
}

/// `host_url` is HTML.
fn page(world: &World, host_url: &str) -> Response {
    let rows: String = world.faults.names().iter().map(|name| row(name, world.faults.of(name))).collect();
    let (lessons, wishes) = (lessons::section(world), wishes::section(world));
    let words: String =
        WORDS.iter().map(|(fault, what)| format!("<dt><code>{fault}</code></dt><dd>{what}</dd>\n")).collect();
    let body = format!(
        "<p class=\"training\">TRAINING: everybody in this region is invented</p>\n<main>\n\
         <p><a href=\"{host_url}\">Back to the host system</a></p>\n<h1>Region control</h1>\n{lessons}\n<h2>Every fault of every source</h2>\n\
         <p>Choose what is wrong with a source, then open a record in the host system. \
         <code>gp</code> is every practice without a fault of its own, <code>gp:ZZ901</code> every service of that one.</p>\n<table>\n<thead><tr><th scope=\"col\">Source</th>\
         <th scope=\"col\">Now</th><th scope=\"col\">Change</th></tr></thead>\n<tbody>\n{rows}</tbody>\n</table>\n\
         {wishes}\n<h2>What the words mean</h2>\n<dl>\n{words}</dl>\n\
         <p>For scripts: <code>GET /faults</code>, <code>POST /faults</code> with <code>source</code> and <code>fault</code>, \
         <a href=\"/asked\"><code>GET /asked</code></a>, <code>POST /asked/reset</code>, \
         <code>POST /wishes</code> with <code>nhs_number</code>, <code>keeper</code> and <code>said</code>.</p>\n\
         <form method=\"post\" action=\"/asked/reset\"><button>Forget what was asked</button></form>\n</main>\n"
    );
    html::page(StatusCode::OK, document("Region control", &body), "'none'")
}

/// What the page offers; scripts may say any fault.
const OFFERED: [&str; 34] = [
    "none",
    "hang",
    "slow:2000",
    "slow:8000",
    "503",
    "429",
    "retry-after:30",
    "drop",
    "truncated",
    "wrong-person",
    "no-subject",
    "malformed",
    "empty",
    "duplicate-key",
    "bad-utf8",
    "deep",
    "huge",
    "endless",
    "wrong-type",
    "gzip",
    "redirect",
    "outcome:NO_PATIENT_CONSENT",
    "outcome:ACCESS DENIED",
    "outcome:PATIENT_NOT_FOUND",
    "outcome:INTERNAL_SERVER_ERROR",
    "outcome:RESOURCE_NOT_FOUND",
    "outcome:INVALIDATED_RESOURCE",
    "outcome:UNABLE_TO_CALL_SERVICE",
    "budget",
    "several",
    "blank",
    "token-expired",
    "unlogged",
    "stale",
];

/// Every word a fault is said in, and what a gateway meets then.
const WORDS: [(&str, &str); 27] = [
    ("none", "Answers as it should."),
    ("hang", "Takes the question and never answers."),
    ("slow:2000", "Answers rightly, so many milliseconds late; any number of them."),
    ("503, 429", "Answers with that HTTP status and no FHIR: out of order, too many questions; any status."),
    ("retry-after:30", "Answers 429 and asks to wait so many seconds; any number of them."),
    (
        "outcome:NO_PATIENT_CONSENT",
        "Refuses with that code in its own dialect; any code of the national services.",
    ),
    ("drop", "Sends half of its answer and breaks the connection."),
    ("truncated", "Declares the whole length and breaks off after half of it."),
    ("wrong-person", "Answers well, about somebody else."),
    ("no-subject", "Answers without saying whom anything is about."),
    ("malformed", "Answers with half of its JSON, as if that were all."),
    ("empty", "Answers that all is well, and sends nothing: not the same as holding nothing."),
    ("duplicate-key", "Answers with a key that stands twice in one object."),
    ("bad-utf8", "Answers with bytes that are no text."),
    ("deep", "Answers with ten thousand arrays inside each other."),
    ("huge", "Declares a body of a tebibyte and goes on sending."),
    ("endless", "Declares nothing and goes on sending."),
    ("wrong-type", "Answers with a web page and status 200."),
    ("gzip", "Answers compressed, though nobody asked for it."),
    ("redirect", "Sends the asker to another port."),
    ("budget", "pds: answers five questions a second, and 429 after that."),
    ("several", "sds: knows several systems where there should be one."),
    ("blank", "sds: knows the system, and neither its number nor its address."),
    ("unlogged", "Partners: answers, and leaves it out of its own access log."),
    ("stale", "Partners who send extracts: the newest was received ten days earlier than it was."),
    ("paging-loop, paging-elsewhere, paging-short, error-inside", "Partners: searches that go wrong."),
    (
        "ambiguous, merged, inactive, token-expired, token-refused",
        "Partners: several people, people replaced or not in use, tokens refused.",
    ),
];

fn row(name: &str, fault: Fault) -> String {
    let now = fault.to_string();
    let known = OFFERED.contains(&now.as_str());
    let possible = |word: &&str| word.parse().is_ok_and(|fault| faults::objection(name, fault).is_none());
    let offered = OFFERED.into_iter().filter(possible).chain((!known).then_some(now.as_str()));
    let option = |value: &str| {
        let selected = if value == now { " selected" } else { "" };
        format!("<option value=\"{0}\"{selected}>{0}</option>", escape(value))
    };
    let options: String = offered.map(option).collect();
    let name = escape(name);
    format!(
        "<tr{}><th scope=\"row\">{name}</th><td>{}</td><td><form method=\"post\" action=\"/faults\">\
         <input type=\"hidden\" name=\"source\" value=\"{name}\">\
         <select name=\"fault\" aria-label=\"Fault of {name}\">{options}</select> <button>Set</button></form></td></tr>\n",
        if fault == Fault::None { "" } else { " class=\"faulty\"" },
        escape(&now),
    )
}

async fn in_force(State(world): State<Arc<World>>) -> Json<Map<String, Value>> {
    let names = world.faults.names().iter();
    Json(names.map(|name| (name.clone(), Value::String(world.faults.of(name).to_string()))).collect())
}

#[derive(Deserialize)]
struct SetFault {
    source: String,
    fault: String,
}

/// A browser is sent back to the page; a script that asks for JSON gets the faults in force.
async fn set_fault(
    State(world): State<Arc<World>>,
    headers: HeaderMap,
    Form(form): Form<SetFault>,
) -> Response {
    let fault: Fault = match form.fault.parse() {
        Ok(fault) => fault,
        Err(not) => return (StatusCode::BAD_REQUEST, format!("{not}\n")).into_response(),
    };
    if let Err(refused) = world.faults.set(&form.source, fault) {
        let unknown = matches!(refused, RegionFault::UnknownSource(_));
        let status = if unknown { StatusCode::NOT_FOUND } else { StatusCode::BAD_REQUEST };
        return (status, format!("{refused}\n")).into_response();
    }
    let json = headers.get(header::ACCEPT).is_some_and(|accept| accept == "application/json");
    if json { in_force(State(world)).await.into_response() } else { Redirect::to("/").into_response() }
}

async fn asked(State(world): State<Arc<World>>) -> Response {
    Json(world.asked.all()).into_response()
}

async fn reset_asked(State(world): State<Arc<World>>) -> Redirect {
    world.asked.reset();
    Redirect::to("/")
}
