//! The agreement as text: the grid of roles and categories printed by evaluating policy, for every way in and every kind of
//! sign-in. Takes facts, never a person.

use super::{
    BreakGlass, Circumstances, Grant, Policy, Unit, engine::Slice, facts::Facts, releases::TesterOf,
};
use crate::{Role, launch::Route};
use fhir::{Category, Level, OdsCode, SourceId};
use std::collections::{BTreeSet, HashMap};

/// For whom a grid is printed.
#[derive(Debug, Clone)]
pub struct GridOf {
    pub route: Route,
    pub assurance: u8,
    /// One of the kinds of organisation; `none` for one without a ceiling.
    pub kind: String,
    /// The asker's, for switches that name organisations.
    pub organisation: Option<OdsCode>,
    /// A source as it lets out, or a unit of it; `None` for one that releases everything.
    pub source: Option<(SourceId, Option<Unit>)>,
}

/// Classes of assurance that the agreement tells apart.
const ASSURANCES: [(u8, &str); 3] = [(2, "assurance 2 and above"), (1, "assurance 1"), (0, "assurance 0")];
const NO_KIND: &str = "none";
/// The professional's own organisation in printed grids.
const OWN: &str = "own";

impl Policy {
    /// One block for each route and class of assurance; kinds of organisation with a ceiling have theirs under the default route.
    /// A grid that stands above already is named, not printed again.
    pub fn matrix_text(&self) -> String {
        let mut text = String::from(
            "Role by category, printed by evaluating policy for a source that releases everything.\n\
             F full  S summary  E existence  - nothing. Relationship: host-open, or self-claimed where direct. Purpose: TREAT.\n",
        );
        let mut printed = HashMap::new();
        // The default way first: it is what the others are read against.
        let others = Route::ALL.into_iter().filter(|route| *route != Route::Signed);
        for route in std::iter::once(Route::Signed).chain(others) {
            for (assurance, words) in ASSURANCES {
                self.block(route, (assurance, words), &mut printed, &mut text);
            }
        }
        text
    }

    fn block(
        &self,
        route: Route,
        (assurance, words): (u8, &str),
        printed: &mut HashMap<String, String>,
        text: &mut String,
    ) {
        let title = format!("route {}, {words}", route.name());
        let mut add = |title: String, body: String| match printed.get(&body) {
            Some(above) => *text += &format!("\n== {title}: as {above}\n"),
            None => {
                *text += &format!("\n== {title}\n{body}");
                printed.insert(body, title);
            }
        };
        add(title.clone(), self.grid(&facts(route, assurance, NO_KIND)));
        if route == Route::Signed {
            for kind in self.engine.rules.classes("organisation") {
                add(format!("{title}, organisation {kind}"), self.grid(&facts(route, assurance, kind)));
            }
        }
        add(format!("{title}, where it differs"), self.exceptions(&facts(route, assurance, NO_KIND)));
    }

    /// One grid; `None` where the source is not known.
    pub fn grid_text(&self, of: &GridOf) -> Option<String> {
        let title =
            format!("route {}, assurance {}, organisation {}", of.route.name(), of.assurance, of.kind);
        let plain = facts(of.route, of.assurance, &of.kind);
        let Some((source, unit)) = &of.source else {
            return Some(format!("== {title}\n{}", self.grid(&plain)));
        };
        let organisation = of.organisation.as_ref().map_or(OWN, OdsCode::as_str).to_owned();
        let facts = Facts { organisation, ..plain };
        let source = self.sources.iter().find(|one| one.id == *source)?;
        let slices = Category::ALL.map(|category| self.slice_of(source, (category, unit.as_ref()), &facts));
        let grid = self.grid_of(&facts, &slices);
        let unit = unit.as_ref().map(|unit| format!(", unit {unit}")).unwrap_or_default();
        Some(format!("== {title}, as source {}{unit} lets out\n{grid}", source.id))
    }

    fn grid(&self, facts: &Facts) -> String {
        self.grid_of(facts, &Category::ALL.map(Slice::unlimited))
    }

    /// `slices`: of every category, in their order.
    fn grid_of(&self, facts: &Facts, slices: &[Slice]) -> String {
        let mut text = format!("{:14}", "");
        for role in Role::ALL {
            text += &format!(" {:>3}", role.name());
        }
        text.push('\n');
        let of = |role| self.engine.decide(&Facts { role, ..facts.clone() }, slices);
        let columns: Vec<Vec<Grant>> = Role::ALL.map(of).to_vec();
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

    /// Cells that a relationship, one's own organisation, a capped role or emergency access changes.
    fn exceptions(&self, plain: &Facts) -> String {
        let with = |code: &str| {
            let relationship = plain.relationship.iter().cloned().chain([code.to_owned()]).collect();
            Facts { relationship, ..plain.clone() }
        };
        let opens = [Category::MentalHealth, Category::Restricted].into();
        let exception = BreakGlass { reason: "emergency".to_owned(), opens, over_objection: false };
        let beside = Circumstances { break_glass: Some(exception), ..Circumstances::default() };
        let cases = [
            ("with mental-health-care", with("mental-health-care"), "*"),
            ("own organisation's source", plain.clone(), OWN),
            ("in break-glass", Facts { beside, ..plain.clone() }, "*"),
        ];
        let roles: Vec<Role> = Role::ALL.into_iter().filter(|role| self.can_differ(*role)).collect();
        let plain: HashMap<Role, Vec<Grant>> =
            roles.iter().map(|role| (*role, self.column(plain, *role, "*"))).collect();
        let mut text = String::new();
        for (title, facts, partner) in cases {
            for role in roles.iter().copied() {
                let before = plain.get(&role).map(Vec::as_slice).unwrap_or_default();
                let after = self.column(&facts, role, partner);
                for (category, (before, after)) in
                    Category::ALL.into_iter().zip(before.iter().zip(after.iter()))
                {
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

    /// A role that sees nothing of anybody is told so by its column.
    fn can_differ(&self, role: Role) -> bool {
        Category::ALL.into_iter().any(|category| self.engine.rules.cell(role, category) > Level::Nothing)
    }
}

/// The cells in which two printed agreements differ, with the block each stands in; empty where none does.
pub fn differences(old: &str, new: &str) -> String {
    let (old, new) = (cells(old), cells(new));
    let places: BTreeSet<&(String, String)> = old.keys().chain(new.keys()).collect();
    let mut text = String::new();
    for place in places {
        let levels = |all: &HashMap<(String, String), String>| {
            all.get(place).cloned().unwrap_or_else(|| "absent".to_owned())
        };
        let (before, after) = (levels(&old), levels(&new));
        if before != after {
            text += &format!("{}: {}: {before} -> {after}\n", place.0, place.1);
        }
    }
    text
}

/// Every cell by its block and its name, `R6 documents`; other lines by themselves. A block that stands as another has its cells.
fn cells(text: &str) -> HashMap<(String, String), String> {
    let mut blocks: Vec<(String, Vec<(String, String)>)> = Vec::new();
    let mut roles: Vec<&str> = Vec::new();
    for line in text.lines() {
        let mut words = line.split_whitespace();
        if let Some(title) = line.strip_prefix("== ") {
            let (title, above) = title.split_once(": as ").unwrap_or((title, ""));
            let same = blocks.iter().find(|(other, _)| other == above).map(|(_, cells)| cells.clone());
            blocks.push((title.to_owned(), same.unwrap_or_default()));
        } else if words.clone().next() == Some("R1") {
            roles = words.collect();
        } else if let (Some(name), Some((_, block))) = (words.next(), blocks.last_mut()) {
            match Category::parse(name) {
                Some(_) => block.extend(
                    roles.iter().zip(words).map(|(role, level)| (format!("{role} {name}"), level.to_owned())),
                ),
                None => block.push((line.to_owned(), "stands".to_owned())),
            }
        }
    }
    let of_block = |(title, cells): (String, Vec<(String, String)>)| {
        cells.into_iter().map(move |(name, level)| ((title.clone(), name), level))
    };
    blocks.into_iter().flat_map(of_block).collect()
}

fn facts(route: Route, assurance: u8, kind: &str) -> Facts {
    let relationship = if route == Route::Direct { "self-claimed" } else { "host-open" };
    Facts {
        role: Role::R1,
        demographics_only: false,
        organisation: OWN.to_owned(),
        organisation_kind: kind.to_owned(),
        route: route.name(),
        assurance,
        purpose: "TREAT".to_owned(),
        relationship: BTreeSet::from([relationship.to_owned()]),
        tester_of: TesterOf::default(),
        beside: Circumstances::default(),
    }
}

pub(super) fn letter(level: Level) -> &'static str {
    match level {
        Level::Full => "F",
        Level::Summary => "S",
        Level::Existence => "E",
        Level::Nothing => "-",
    }
}
