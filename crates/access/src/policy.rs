//! Takes a launch and the person's objection, gives a permit or a refusal by the sharing agreement. Pure: no clock,
//! no network, no environment. Default deny; a rule that errors never permits (HAZ-047).
//! Source: Cedar 4 policy language; the project's role and category matrix.

/// The grid of roles, categories and ceilings, read from tables.
mod cells;
/// What stands beside the launch.
mod circumstances;
/// The agreement's files, read and hashed once.
mod bundle;
/// Cedar: schema, rules, one question at a time.
mod engine;
/// What was decided, for every source and category.
mod permit;
/// The grid as text, and the reasons in words.
mod print;

pub use cells::RELEASABLE;
pub use circumstances::{BREAK_GLASS_REASONS, BreakGlass, Circumstances, OBJECTION_OVERRIDES};
pub use permit::{Grant, Permit, ReasonCode};
pub use print::Explain;

use crate::{Launch, Refusal, table::TableFault};
use engine::{Engine, Facts, Slice};
use fhir::{Category, Level, OdsCode, SourceId};
use permit::Decided;
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, HashMap},
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

/// What policy may know of a source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceFacts {
    pub id: SourceId,
    pub partner: OdsCode,
    pub kind: PartnerKind,
    /// What the partner's switch releases at most; an absent category is not shared.
    pub releases: BTreeMap<Category, Level>,
    /// Whether its controller lets restricted items out under break-glass.
    #[serde(default)]
    pub releases_restricted: bool,
    /// Whether its controller lets an objection be overridden under break-glass.
    #[serde(default)]
    pub releases_on_override: bool,
}

/// How a partner answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PartnerKind {
    Gp,
    Live,
    Edge,
}

impl PartnerKind {
    pub fn name(self) -> &'static str {
        match self {
            PartnerKind::Gp => "gp",
            PartnerKind::Live => "live",
            PartnerKind::Edge => "edge",
        }
    }
}

/// Why the agreement is refused, before a port opens.
#[derive(Debug, thiserror::Error)]
pub enum PolicyFault {
    #[error("`{path}` cannot be read")]
    Read { path: PathBuf, source: std::io::Error },
    #[error("`{path}` is refused")]
    Table { path: PathBuf, source: TableFault },
    #[error("`{path}` is not a policy text")]
    Cedar { path: PathBuf, source: Box<dyn std::error::Error + Send + Sync> },
    #[error("rule `{rule}` lacks `@{annotation}`, or it is not one of the agreement's words")]
    Annotation { rule: String, annotation: &'static str },
    #[error("the rules do not fit the schema: {0}")]
    Validation(String),
    #[error("rule or cell `{0}` cannot be added")]
    Link(String),
    #[error("source `{source_id}` releases `{category}` at a level that is not used for it")]
    Release { source_id: SourceId, category: &'static str },
}

/// Distinct sets of facts remembered; a shift's worth of kinds of professional.
const MEMO_MAX: usize = 512;

/// The sharing agreement, loaded and validated.
pub struct Policy {
    id: String,
    engine: Engine,
    sources: Vec<SourceFacts>,
    memo: Mutex<HashMap<Facts, Permit>>,
}

impl Policy {
    /// Reads `schema.cedarschema`, `policies.cedar`, `matrix.csv`, `ceilings.csv`, `organisations.csv` and `roles/`.
    pub fn load(dir: &Path, sources: &[SourceFacts]) -> Result<Policy, PolicyFault> {
        cells::check_releases(sources)?;
        let bundle = bundle::read(dir)?;
        let id = bundle.id(sources);
        let engine = Engine::new(&bundle)?;
        Ok(Policy { id, engine, sources: sources.to_vec(), memo: Mutex::default() })
    }

    /// SHA-256 of everything the decisions rest on, hexadecimal: for every audit entry.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// What this professional may be shown of this person, from every source. Refusals about the professional come
    /// first, so that they cannot tell anything about the person.
    pub fn decide(&self, launch: &Launch, beside: &Circumstances) -> Result<Permit, Refusal> {
        let role = launch.role.ok_or(Refusal::NoRole)?;
        self.decide_facts(&Facts::of(launch, role, beside))
    }

    fn decide_facts(&self, facts: &Facts) -> Result<Permit, Refusal> {
        let remembered = self.memo.lock().unwrap_or_else(PoisonError::into_inner).get(facts).cloned();
        if let Some(permit) = remembered {
            return Ok(permit);
        }
        let permit = self.decide_fresh(facts)?;
        let mut memo = self.memo.lock().unwrap_or_else(PoisonError::into_inner);
        if memo.len() >= MEMO_MAX {
            memo.clear();
        }
        memo.insert(facts.clone(), permit.clone());
        Ok(permit)
    }

    fn decide_fresh(&self, facts: &Facts) -> Result<Permit, Refusal> {
        let about_professional = facts.without_the_persons_word();
        self.engine.open(&about_professional)?;
        let reach = self.reach(&about_professional);
        if reach.iter().all(|(_, grant)| grant.level == Level::Nothing) {
            return Err(Refusal::NoRole);
        }
        self.engine.open(facts)?;
        let slices = self.sources.iter().flat_map(|source| Category::ALL.map(|category| (source, category)));
        let slices: Vec<Slice> = slices.map(|(source, category)| Slice::of(source, category)).collect();
        let grants = self.engine.decide(facts, &slices);
        let keys = slices.iter().map(|slice| (SourceId::new(&slice.source), slice.category));
        Ok(Permit::new(Decided {
            policy_id: self.id.clone(),
            role: facts.role,
            facts: facts.to_string(),
            withheld: withheld(&reach),
            grants: keys.zip(grants).collect(),
        }))
    }

    /// What the professional could see of a source that releases everything: the agreement's own limits.
    fn reach(&self, facts: &Facts) -> Vec<(Category, Grant)> {
        let slices = Category::ALL.map(Slice::unlimited);
        Category::ALL.into_iter().zip(self.engine.decide(facts, &slices)).collect()
    }
}

/// From policy, never from data. `restricted` is nobody's and has its own constant sentence (HAZ-010, HAZ-050).
fn withheld(reach: &[(Category, Grant)]) -> Vec<Category> {
    let nothing = reach.iter().filter(|(_, grant)| grant.level == Level::Nothing);
    nothing.map(|(category, _)| *category).filter(|category| *category != Category::Restricted).collect()
}

impl std::fmt::Debug for Policy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Policy({})", self.id)
    }
}

#[cfg(test)]
mod tests;
