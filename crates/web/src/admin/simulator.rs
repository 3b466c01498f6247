//! Takes facts about a professional who asks, one source and one category, gives the decision with everything that granted and
//! narrowed it, and what it would take to see more. A form of its own, without script; facts only, never a person.
//! Source: access.md sections 12 and 14.

use crate::assets;
use crate::gateway::Gateway;
use crate::view::drawn;
use access::{Role, launch, policy};
use askama::Template;
use axum::extract::{Query as UrlQuery, State};
use axum::http::header;
use axum::response::{Html, IntoResponse, Response};
use fhir::Category;
use serde::Deserialize;
use std::sync::Arc;

/// The form as sent; every field is one of the agreement's words.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Query {
    pub role: String,
    /// Any value: the role map caps the role to who the person is.
    pub capped: Option<String>,
    pub organisation: String,
    pub route: String,
    pub assurance: String,
    pub relationship: String,
    pub purpose: String,
    pub objection: String,
    /// A reason code, or empty.
    pub break_glass: String,
    pub source: String,
    /// Empty for what no unit has a switch for.
    pub unit: String,
    pub category: String,
}

/// What may be chosen, and the answer to what was.
#[derive(Debug, Clone, Default)]
pub struct Simulated {
    /// The agreement's id.
    pub agreement: String,
    /// Code and name.
    pub organisations: Vec<(String, String)>,
    /// Id and short name.
    pub sources: Vec<(String, String)>,
    /// Units that have switches of their own.
    pub units: Vec<String>,
    /// `None` where nothing was asked, or something that is not the agreement's.
    pub answer: Option<Answer>,
}

/// The decision in words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answer {
    pub facts: String,
    pub level: String,
    /// What the partner lets out at most.
    pub released: String,
    /// The refusal's code, where no record opens at all.
    pub refused: Option<String>,
    pub stopped_by: Option<String>,
    pub granted_by: Vec<Rule>,
    pub narrowed_by: Vec<Rule>,
    pub needed: Vec<String>,
    /// Units of which the partner lets out less, and how much.
    pub units: Vec<(String, String)>,
}

/// A rule, a cell or a ceiling.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rule {
    pub id: String,
    pub owner: String,
    pub says: String,
}

#[derive(Template)]
#[template(path = "simulator.html", whitespace = "minimize")]
struct Page<'a> {
    css: &'a str,
    icon: &'a str,
    choices: Vec<Choice>,
    capped: bool,
    simulated: &'a Simulated,
    asked: bool,
}

/// One list to choose from.
struct Choice {
    name: &'static str,
    label: &'static str,
    /// Value and words, and whether it is the one chosen.
    options: Vec<(String, String, bool)>,
}

const PURPOSES: [&str; 4] = ["TREAT", "ETREAT", "BTG", "HTEST"];

pub(super) async fn page(
    State(gateway): State<Arc<dyn Gateway>>,
    UrlQuery(query): UrlQuery<Query>,
) -> Response {
    let asked = !query.role.is_empty();
    let simulated = gateway.simulate(asked.then(|| query.clone())).await;
    let html = drawn(&Page {
        css: &assets::STYLE.path,
        icon: &assets::ICON.path,
        choices: choices(&query, &simulated),
        capped: query.capped.is_some(),
        simulated: &simulated,
        asked,
    });
    let policy =
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'";
    ([(header::CACHE_CONTROL, "no-store"), (header::CONTENT_SECURITY_POLICY, policy)], Html(html))
        .into_response()
}

fn choices(query: &Query, simulated: &Simulated) -> Vec<Choice> {
    let plain = |values: &[&str]| values.iter().map(|value| pair(value, value)).collect::<Vec<_>>();
    let roles = Role::ALL.map(|role| pair(role.name(), &format!("{}, {}", role.name(), role.title())));
    let organisations =
        simulated.organisations.iter().map(|(code, name)| pair(code, &format!("{name}, {code}")));
    let sources = simulated.sources.iter().map(|(id, short)| pair(id, short));
    let units = simulated.units.iter().map(|unit| pair(unit, unit));
    let units = [pair("", "none that has a switch of its own")].into_iter().chain(units).collect();
    let exceptions = [pair("", "none")].into_iter().chain(plain(&policy::BREAK_GLASS_REASONS)).collect();
    let routes = launch::Route::ALL.map(|route| pair(route.name(), route.name()));
    let categories = Category::ALL.map(|category| pair(category.name(), category.name()));
    let assurances = [
        pair("2", "2, two factors"),
        pair("3", "3, hardware"),
        pair("1", "1, one factor"),
        pair("0", "0, legacy address"),
    ];
    let relationships = [
        "host-open",
        "mental-health-care",
        "caseload",
        "accepted-referral",
        "open-encounter",
        "registered-gp",
        "self-claimed",
    ];
    vec![
        Choice::of("role", "Role", roles.to_vec(), &query.role),
        Choice::of("organisation", "Organisation", organisations.collect(), &query.organisation),
        Choice::of(
            "route",
            "Way in",
            routes.to_vec(),
            if query.route.is_empty() { "signed" } else { &query.route },
        ),
        Choice::of("assurance", "Sign-in", assurances.to_vec(), &query.assurance),
        Choice::of("relationship", "Relationship", plain(&relationships), &query.relationship),
        Choice::of("purpose", "Purpose", plain(&PURPOSES), &query.purpose),
        Choice::of("objection", "Objection", plain(&["none", "unknown", "objected"]), &query.objection),
        Choice::of("break_glass", "Break-glass", exceptions, &query.break_glass),
        Choice::of("source", "Source", sources.collect(), &query.source),
        Choice::of("unit", "Unit", units, &query.unit),
        Choice::of("category", "Category", categories.to_vec(), &query.category),
    ]
}

fn pair(value: &str, words: &str) -> (String, String) {
    (value.to_owned(), words.to_owned())
}

impl Choice {
    fn of(name: &'static str, label: &'static str, options: Vec<(String, String)>, chosen: &str) -> Self {
        let options = options.into_iter().map(|(value, words)| {
            let is_chosen = value == chosen;
            (value, words, is_chosen)
        });
        Self { name, label, options: options.collect() }
    }
}

#[cfg(test)]
mod tests;
