//! The part of the control page where somebody's objection is recorded or taken back, at the practice or in a partner's
//! register: takes who, where and what, gives the page again. What is open meanwhile is the gateway's to see.

use crate::{html::escape, people::partner::Partner, rest::partner::PARTNERS, wishes::Said, world::World};
use axum::{
    Form,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use fhir::NhsNumber;
use serde::Deserialize;
use std::{fmt::Write, sync::Arc};

const SAID: [(&str, &str); 3] = [
    ("objects", "objects to sharing"),
    ("withdraws", "takes the objection back"),
    ("nothing", "as the story has it"),
];

/// Those who keep such a register: the practices, and partners whose own systems answer.
fn keepers() -> impl Iterator<Item = &'static str> {
    let partners = PARTNERS.iter().filter(|partner| !partner.behind_a_node);
    std::iter::once("gp").chain(partners.map(|partner| partner.name))
}

pub(super) fn section(world: &World) -> String {
    let mut people = String::new();
    for person in world.people.iter().filter(|person| person.story_key != "background") {
        let (number, name) =
            (person.nhs_number.digits(), format!("{} {}", person.given.join(" "), person.family));
        // Writing into a string cannot fail.
        let _ = write!(people, "<option value=\"{}\">{}</option>", escape(number), escape(&name));
    }
    let options = |of: &mut dyn Iterator<Item = (&str, &str)>| -> String {
        of.map(|(value, words)| format!("<option value=\"{}\">{}</option>", escape(value), escape(words)))
            .collect()
    };
    let keepers = options(&mut keepers().map(|keeper| (keeper, keeper)));
    let said = options(&mut SAID.into_iter());
    format!(
        "<h2>What somebody says about sharing</h2>\n<form method=\"post\" action=\"/wishes\"><p>\
         <select name=\"nhs_number\" aria-label=\"Who\">{people}</select> \
         <select name=\"said\" aria-label=\"Says\">{said}</select> at \
         <select name=\"keeper\" aria-label=\"Recorded at\">{keepers}</select> <button>Record</button></p></form>"
    )
}

#[derive(Deserialize)]
pub(super) struct Recorded {
    nhs_number: String,
    keeper: String,
    said: String,
}

pub(super) async fn set(State(world): State<Arc<World>>, Form(form): Form<Recorded>) -> Response {
    let number = NhsNumber::parse(&form.nhs_number).ok();
    let person = number.and_then(|number| world.person(&number));
    let keeper = match form.keeper.as_str() {
        "gp" => Some(Partner::Gp),
        slug => keepers().find(|keeper| *keeper == slug).and_then(Partner::parse),
    };
    let (Some(person), Some(keeper), Ok(said)) = (person, keeper, form.said.parse::<Said>()) else {
        return (StatusCode::BAD_REQUEST, "nobody, nowhere or nothing of that name\n").into_response();
    };
    world.wishes.set(&person.nhs_number, keeper, said);
    Redirect::to("/").into_response()
}
