//! Takes the partners' own switches, one file for each partner, gives what each source lets out of each category, and to whom
//! at most: nobody, named testers, named organisations, everybody. A category without a line is off.
//! Refuses a file that speaks for another partner's source, and levels that are not used for a category (HAZ-047, HAZ-055).

use super::{PolicyFault, SourceFacts, bundle::Bundle, cells, facts::Facts};
use crate::{
    Launch,
    table::{self, Row, TableFault},
};
use fhir::{Category, Level, OdsCode, SourceId};
use std::collections::{BTreeMap, BTreeSet};

const COLUMNS: [&str; 5] = ["source", "category", "switch", "level", "named"];
/// Whose presence closes a partner at once, whatever its file says and without anybody's signature: `ZZ910.off`.
const CLOSED: &str = ".off";
pub(super) const FOLDER: &str = "releases/";

/// Every switch, by source and category.
#[derive(Debug)]
pub(super) struct Releases(BTreeMap<(SourceId, Category), Switch>);

#[derive(Debug, Clone)]
struct Switch {
    to: To,
    level: Level,
}

#[derive(Debug, Clone)]
enum To {
    Nobody,
    Testers(Vec<Tester>),
    Organisations(BTreeSet<OdsCode>),
    Everybody,
}

/// One professional of a host, or everybody with one of its role claims.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Tester {
    Subject { host: String, subject: String },
    Role { host: String, claim: String },
}

impl Releases {
    pub(super) fn read(bundle: &Bundle, sources: &[SourceFacts]) -> Result<Self, PolicyFault> {
        let closed: BTreeSet<String> =
            bundle.folder(FOLDER).filter_map(|(name, _)| partner(name, CLOSED)).collect();
        let mut all = BTreeMap::new();
        for (name, text) in bundle.folder(FOLDER) {
            let Some(partner) = partner(name, ".csv").filter(|partner| !closed.contains(partner)) else {
                continue;
            };
            let fault = |source| PolicyFault::Table { path: bundle.path(name), source };
            for row in &table::read(text, &COLUMNS).map_err(fault)? {
                lines(row, (&partner, sources), &mut all).map_err(fault)?;
            }
        }
        Ok(Self(all))
    }

    /// What of a category a source lets out to this asker.
    pub(super) fn level(&self, source: &SourceId, category: Category, facts: &Facts) -> Level {
        let key = (source.clone(), category);
        let Some(switch) = self.0.get(&key) else { return Level::Nothing };
        let is_open = match &switch.to {
            To::Nobody => false,
            To::Testers(_) => facts.tester_of.contains(&key),
            To::Organisations(named) => named.iter().any(|ods| ods.as_str() == facts.organisation),
            To::Everybody => true,
        };
        if is_open { switch.level } else { Level::Nothing }
    }

    /// The switches whose named testers the asker is one of: all that a decision learns of who asks.
    pub(super) fn tester_of(&self, launch: &Launch) -> BTreeSet<(SourceId, Category)> {
        let named = |switch: &Switch| match &switch.to {
            To::Testers(testers) => testers.iter().any(|tester| tester.is(launch)),
            _ => false,
        };
        self.0.iter().filter(|(_, switch)| named(switch)).map(|(key, _)| key.clone()).collect()
    }
}

/// `ZZ910` of `releases/ZZ910.csv`.
fn partner(name: &str, ending: &str) -> Option<String> {
    name.strip_prefix(FOLDER)?.strip_suffix(ending).map(str::to_owned)
}

/// `source *` is every source of the partner, `category *` every category.
fn lines(
    row: &Row,
    (partner, sources): (&str, &[SourceFacts]),
    all: &mut BTreeMap<(SourceId, Category), Switch>,
) -> Result<(), TableFault> {
    let wanted = row.cell("source");
    let named: Vec<&SourceFacts> =
        sources.iter().filter(|source| wanted == "*" || source.id.as_str() == wanted).collect();
    let sources: Vec<&SourceFacts> =
        named.iter().copied().filter(|source| source.partner.as_str() == partner).collect();
    // A line for a source that is not configured yet opens nothing; one for another partner's is not theirs to write.
    if sources.is_empty() && wanted != "*" && !named.is_empty() {
        return Err(row.fault("not a source of this partner"));
    }
    let every = row.cell("category") == "*";
    let categories = if every { Category::ALL.to_vec() } else { vec![cells::category(row)?] };
    let switch = switch(row)?;
    for category in categories {
        let level =
            if every && !cells::is_used(category, switch.level) { Level::Nothing } else { switch.level };
        if !cells::is_used(category, level) {
            return Err(row.fault("the level is not used for this category"));
        }
        for source in &sources {
            if all.insert((source.id.clone(), category), Switch { level, ..switch.clone() }).is_some() {
                return Err(row.fault("the switch stands twice"));
            }
        }
    }
    Ok(())
}

fn switch(row: &Row) -> Result<Switch, TableFault> {
    let named: Vec<&str> = row.cell("named").split_whitespace().collect();
    let to = match (row.cell("switch"), named.is_empty()) {
        ("off", true) => To::Nobody,
        ("open", true) => To::Everybody,
        ("safety-only", false) => {
            let testers: Option<Vec<Tester>> = named.iter().map(|name| Tester::parse(name)).collect();
            To::Testers(testers.ok_or_else(|| row.fault("a tester is user:HOST/SUBJECT or role:HOST/ROLE"))?)
        }
        ("pilot", false) => {
            let codes: Result<_, _> = named.iter().map(|code| OdsCode::parse(code)).collect();
            To::Organisations(codes.map_err(|_| row.fault("a pilot names organisation codes"))?)
        }
        ("safety-only" | "pilot", true) => return Err(row.fault("nobody is named")),
        ("off" | "open", false) => return Err(row.fault("off and open name nobody")),
        _ => return Err(row.fault("a switch is off, safety-only, pilot or open")),
    };
    Ok(Switch { to, level: cells::level(row, "level")? })
}

impl Tester {
    fn parse(text: &str) -> Option<Self> {
        let (kind, rest) = text.split_once(':')?;
        let (host, name) =
            rest.split_once('/').filter(|(host, name)| !host.is_empty() && !name.is_empty())?;
        let (host, name) = (host.to_owned(), name.to_owned());
        match kind {
            "user" => Some(Self::Subject { host, subject: name }),
            "role" => Some(Self::Role { host, claim: name }),
            _ => None,
        }
    }

    fn is(&self, launch: &Launch) -> bool {
        match self {
            Tester::Subject { host, subject } => {
                *host == launch.host && *subject == launch.practitioner.host_sub
            }
            Tester::Role { host, claim } => *host == launch.host && launch.role_claims.contains(claim),
        }
    }
}
