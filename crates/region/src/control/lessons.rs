//! The part of the control page for whoever teaches: takes a source and what is to be wrong with it, said in words, makes that the one
//! thing wrong in the region, gives the page again. A lesson a source cannot have is refused. Source: viewer.md section 7, Training mode.

use crate::{
    faults::{self, Fault},
    html::escape,
    rest::partner::PARTNERS,
    world::World,
};
use axum::{
    Form,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;
use std::sync::Arc;

/// What a trainer chooses, the fault it is, and what the page is to say then.
struct Lesson {
    name: &'static str,
    words: &'static str,
    fault: &'static str,
    look: &'static str,
}

const LESSONS: [Lesson; 7] = [
    Lesson {
        name: "slow",
        words: "is slow",
        fault: "slow:1800",
        look: "Its answer lands late, under “Late answers”, and nothing that was being read has moved.",
    },
    Lesson {
        name: "silent",
        words: "says nothing",
        fault: "hang",
        look: "“did not answer”, in every section it would have a part in. The rest is there.",
    },
    Lesson {
        name: "broken",
        words: "is out of order",
        fault: "503",
        look: "“did not answer”, at once. Loading the page again asks every source again.",
    },
    Lesson {
        name: "unreadable",
        words: "sends what nobody can read",
        fault: "malformed",
        look: "“sent an answer we could not show”, and whom to ask.",
    },
    Lesson {
        name: "refusing",
        words: "refuses",
        fault: "outcome:NO_PATIENT_CONSENT",
        look: "“is not shown”, or of a practice “holds back”: not the same as holding nothing.",
    },
    Lesson {
        name: "stale",
        words: "sends nothing new",
        fault: "stale",
        look: "“older than agreed”, with the day of its last extract: in its sections and beside the count of sources. Only ic24, \
            the ambulance service and the councils can: the others answer live.",
    },
    Lesson {
        name: "wrong-person",
        words: "answers about somebody else",
        fault: "wrong-person",
        look: "All it sent is withheld, and it is not asked again until an operator has looked.",
    },
];

/// Lessons that need no button: they come with a person.
const PEOPLE: &str = "<p>Other lessons come with a person: Winifred SPECIMEN has two resuscitation forms that contradict each other, Olive DUMMY \
    objects, Brenda KEYSTROKE has another name in this host, Grace WITHHELD is restricted. Thurrock’s extract is older than agreed \
    from the start, whoever is opened.</p>";

fn sources() -> impl Iterator<Item = &'static str> {
    std::iter::once("gp").chain(PARTNERS.iter().map(|partner| partner.name))
}

pub(super) fn section(world: &World) -> String {
    let wrong: Vec<String> = world.faults.names().iter().filter_map(|name| said(world, name)).collect();
    let now = if wrong.is_empty() { "All is well.".to_owned() } else { wrong.join(" ") };
    let option =
        |value: &str, words: &str| format!("<option value=\"{}\">{}</option>", escape(value), escape(words));
    let sources: String = sources().map(|source| option(source, source)).collect();
    let lessons: String = LESSONS.iter().map(|lesson| option(lesson.name, lesson.words)).collect();
    let looks: String = LESSONS
        .iter()
        .map(|lesson| format!("<dt>{}</dt><dd>{}</dd>\n", escape(lesson.words), escape(lesson.look)))
        .collect();
    format!(
        "<h2>A lesson</h2>\n<p id=\"now\" role=\"status\"><b>{}</b></p>\n<form method=\"post\" action=\"/lessons\"><p>\
         <select name=\"source\" aria-label=\"Which source\">{sources}</select> \
         <select name=\"lesson\" aria-label=\"What is wrong\">{lessons}</select> <button>Make it so</button></p></form>\n\
         <form method=\"post\" action=\"/lessons\"><input type=\"hidden\" name=\"lesson\" value=\"none\">\
         <button>Make all well again</button></form>\n<p>Then open a record in the host system, and look for:</p>\n<dl>\n{looks}</dl>\n{PEOPLE}\n",
        escape(&now),
    )
}

/// What is wrong with it now, in a lesson's words where it is one.
fn said(world: &World, name: &str) -> Option<String> {
    let fault = world.faults.of_its_own(name);
    let lesson = LESSONS.iter().find(|lesson| lesson.fault == fault.to_string());
    match lesson {
        _ if fault == Fault::None => None,
        Some(lesson) => Some(format!("{name} {}.", lesson.words)),
        None => Some(format!("{name} has the fault {fault}.")),
    }
}

#[derive(Deserialize)]
pub(super) struct Chosen {
    #[serde(default)]
    source: String,
    lesson: String,
}

/// One thing is wrong at a time: what was wrong before is lifted.
pub(super) async fn set(State(world): State<Arc<World>>, Form(form): Form<Chosen>) -> Response {
    let lesson = LESSONS.iter().find(|lesson| lesson.name == form.lesson);
    let fault: Option<Fault> = lesson.and_then(|lesson| lesson.fault.parse().ok());
    let is_possible = |fault: &Fault| {
        sources().any(|source| source == form.source) && faults::objection(&form.source, *fault).is_none()
    };
    match fault.filter(is_possible) {
        None if form.lesson != "none" => {
            (StatusCode::BAD_REQUEST, "no such source, or not this lesson with it\n").into_response()
        }
        fault => {
            world.faults.lift_all();
            let set = fault.map_or(Ok(()), |fault| world.faults.set(&form.source, fault));
            match set {
                Ok(()) => Redirect::to("/").into_response(),
                Err(refused) => (StatusCode::BAD_REQUEST, format!("{refused}\n")).into_response(),
            }
        }
    }
}
