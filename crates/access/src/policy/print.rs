//! The agreement as text: the grid of roles and categories printed by evaluating policy, and one decision explained.
//! Takes facts, never a person.

use super::{
    Circumstances, Grant, Policy, ReasonCode,
    engine::{Facts, Slice},
};
use crate::{Objection, Role, launch::Route, organisation::KINDS};
use fhir::{Category, Level, SourceId};
use std::{collections::BTreeSet, fmt::Write};

/// What to explain.
#[derive(Debug, Clone)]
pub struct Explain {
    pub role: Role,
    /// The professional's organisation, by code and kind.
    pub organisation: (String, String),
    pub assurance: u8,
    pub purpose: String,
    pub relationship: BTreeSet<String>,
    pub objection: Objection,
    pub source: SourceId,
    pub category: Category,
}

impl Policy {
    /// One block for each assurance class of signed launches and each kind of organisation that has a ceiling.
    pub fn matrix_text(&self) -> String {
        let mut text = String::from(
            "Role by category, printed by evaluating policy for a source that releases everything.\n\
             F full  S summary  E existence  - nothing. Route: signed. Relationship: host-open. Purpose: TREAT.\n",
        );
        for (assurance, title) in [(1, "assurance 1"), (2, "assurance 2 and above")] {
            let plain = facts(assurance, "none");
            let without = self.grid(&plain);
            text += &format!("\n== {title}, organisations without a ceiling\n{without}");
            for kind in KINDS {
                let grid = self.grid(&facts(assurance, kind));
                if grid != without {
                    text += &format!("\n== {title}, organisation: {kind}\n{grid}");
                }
            }
            text += &format!("\n== {title}, where it differs\n{}", self.differences(&plain));
        }
        text
    }

    fn grid(&self, facts: &Facts) -> String {
        let mut text = format!("{:14}", "");
        for role in Role::ALL {
            text += &format!(" {:>3}", role.name());
        }
        text.push('\n');
        let columns: Vec<Vec<Grant>> = Role::ALL.map(|role| self.column(facts, role, "*")).to_vec();
        for (row, category) in Category::ALL.into_iter().enumerate() {
            text += &format!("{:14}", category.name());
            for column in &columns {
                let level = column.get(row).map_or(Level::Nothing, |grant| grant.level);
                text += &format!(" {:>3}", letter(level));
            }
            text.push('\n');
        }
        text
    }

    fn column(&self, facts: &Facts, role: Role, partner: &str) -> Vec<Grant> {
        let slice = |category| Slice { partner: partner.to_owned(), ..Slice::unlimited(category) };
        self.engine.decide(&Facts { role, ..facts.clone() }, &Category::ALL.map(slice))
    }

    /// Cells that a relationship or one's own organisation changes.
    fn differences(&self, plain: &Facts) -> String {
        let related = Facts { relationship: set(&["host-open", "mental-health-care"]), ..plain.clone() };
        let cases = [("with mental-health-care", &related, "*"), ("own organisation's source", plain, OWN)];
        let mut text = String::new();
        for (title, facts, partner) in cases {
            for role in Role::ALL {
                let (before, after) = (self.column(plain, role, "*"), self.column(facts, role, partner));
                for (category, (before, after)) in Category::ALL.into_iter().zip(before.iter().zip(&after)) {
                    if before.level != after.level {
                        let (role, name) = (role.name(), category.name());
                        let (from, to) = (letter(before.level), letter(after.level));
                        text += &format!("{title}: {role} {name} {from} -> {to}\n");
                    }
                }
            }
        }
        if text.is_empty() { "nowhere\n".to_owned() } else { text }
    }

    /// The level, the rules that gave it, and what stopped the next; in lines for a terminal.
    pub fn explain(&self, asked: &Explain) -> String {
        let Some(source) = self.sources.iter().find(|source| source.id == asked.source) else {
            return format!("no source `{}` is configured\n", asked.source);
        };
        let facts = Facts {
            role: asked.role,
            organisation: asked.organisation.0.clone(),
            organisation_kind: asked.organisation.1.clone(),
            route: Route::Signed.name(),
            assurance: asked.assurance,
            purpose: asked.purpose.clone(),
            relationship: asked.relationship.clone(),
            beside: asked.objection.into(),
        };
        let mut text = format!("{facts}\nsource={} category={}\n", asked.source, asked.category.name());
        if let Err(refusal) = self.decide_facts(&facts) {
            let _ = writeln!(text, "opening: refused, {}", refusal.code());
        }
        for grant in self.engine.decide(&facts, &[Slice::of(source, asked.category)]) {
            let _ = writeln!(text, "level: {}", letter(grant.level));
            let _ = writeln!(text, "given by: {}", or_none(&grant.policies));
            let reason = grant.limited_by.map_or("nothing: the level is full", ReasonCode::name);
            let _ = writeln!(text, "next level stopped by: {reason} ({})", or_none(&grant.limits));
        }
        text
    }
}

/// The professional's own organisation in printed grids.
const OWN: &str = "own";

fn facts(assurance: u8, kind: &str) -> Facts {
    Facts {
        role: Role::R1,
        organisation: OWN.to_owned(),
        organisation_kind: kind.to_owned(),
        route: Route::Signed.name(),
        assurance,
        purpose: "TREAT".to_owned(),
        relationship: set(&["host-open"]),
        beside: Circumstances::default(),
    }
}

fn set(codes: &[&str]) -> BTreeSet<String> {
    codes.iter().map(|code| (*code).to_owned()).collect()
}

fn letter(level: Level) -> &'static str {
    match level {
        Level::Full => "F",
        Level::Summary => "S",
        Level::Existence => "E",
        Level::Nothing => "-",
    }
}

fn or_none(ids: &[String]) -> String {
    if ids.is_empty() { "none".to_owned() } else { ids.join(" ") }
}
