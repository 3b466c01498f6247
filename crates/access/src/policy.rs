//! Takes a launch and the person's objection, gives a permit or a refusal by the sharing agreement. Pure: no clock,
//! no network, no environment. Default deny; a rule that errors never permits (HAZ-047).
//! Source: Cedar 4 policy language; the project's role and category matrix.

/// The grid of roles, categories and ceilings, read from tables.
mod cells;
/// What stands beside the launch.
mod circumstances;
/// What a decision depends on.
mod facts;
/// The agreement's files, read and hashed once.
mod bundle;
/// Parts of a partner that let out less than it.
mod unit;
/// The partners' own switches.
mod releases;
/// Who has signed what.
mod signed;
/// The agreement of an earlier day, kept and read back.
mod kept;
/// Cedar: schema, rules, one question at a time.
mod engine;
/// What was decided, for every source and category.
mod permit;
/// The grid as text.
mod print;
/// One decision, and what it would take to see more.
mod explain;

pub use cells::RELEASABLE;
pub use circumstances::{BREAK_GLASS_REASONS, BreakGlass, Circumstances, OBJECTION_OVERRIDES};
pub use engine::About;
pub use explain::{Explain, Explanation};
pub use kept::KeptFault;
pub use permit::{Grant, Permit, ReasonCode};
pub use print::{GridOf, differences};
pub use signed::{Signer, text_to_sign};
pub use unit::Unit;

use crate::{
    Launch, Objection, Refusal,
    host::NATIONAL_ROLES,
    organisation::Organisations,
    role::{Mapped, Maps, RoleMap},
    table::TableFault,
};
use engine::{Engine, Slice};
use facts::Facts;
use fhir::{Category, Level, OdsCode, SourceId};
use permit::Decided;
use releases::Releases;
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, HashMap},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
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

/// Which role map a registered host's launches are read by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HostMap {
    /// Client id.
    pub host: String,
    /// Relative to the policy directory.
    pub roles: String,
    /// Whether the national default stands behind it.
    pub national: bool,
}

/// What the deployment's configuration says beside the agreement's own files.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deployment {
    /// Synthetic people only.
    pub training: bool,
    pub hosts: Vec<HostMap>,
    /// Who may sign what. A live deployment wants two signatures on everything; training, where it names somebody.
    pub signers: Vec<Signer>,
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
    #[error(
        "`{file}` has {valid} valid signatures of those who may sign it, and needs two of different people"
    )]
    Signatures { file: String, valid: usize },
    #[error("`{key}` is not a verifier's key")]
    Signer { key: String },
}

const ORGANISATIONS: &str = "organisations.csv";
const ROLES: &str = "roles/";

/// Distinct sets of facts remembered; a shift's worth of kinds of professional.
const MEMO_MAX: usize = 512;

/// The sharing agreement, loaded and validated.
pub struct Policy {
    id: String,
    /// Shared with the agreement before where its rules, matrix and ceilings are the same.
    engine: Arc<Engine>,
    sources: Vec<SourceFacts>,
    organisations: Organisations,
    /// By client id.
    maps: BTreeMap<String, Maps>,
    /// `None` where the sources' own schedules are all there is.
    releases: Option<Releases>,
    /// What it was read from, to be kept for later questions.
    read: kept::Read,
    memo: Mutex<HashMap<Facts, Permit>>,
}

impl Policy {
    /// The agreement alone: every source lets out what its schedule says, and launches keep the role they came with.
    pub fn load(dir: &Path, sources: &[SourceFacts]) -> Result<Policy, PolicyFault> {
        Self::assemble(bundle::read(dir)?, sources, None, None)
    }

    /// As a deployment has it: signed where it must be, with the hosts' role maps and the partners' own switches. A source without
    /// a line in them lets out nothing.
    pub fn deployed(
        dir: &Path,
        sources: &[SourceFacts],
        deployment: &Deployment,
    ) -> Result<Policy, PolicyFault> {
        let bundle = bundle::read(dir)?;
        signed::check(&bundle, deployment)?;
        Self::assemble(bundle, sources, Some(deployment), None)
    }

    /// The same agreement read again: what has not changed is not made anew, so that a partner's switch costs next to nothing.
    pub fn renewed(
        &self,
        dir: &Path,
        sources: &[SourceFacts],
        deployment: &Deployment,
    ) -> Result<Policy, PolicyFault> {
        let bundle = bundle::read(dir)?;
        signed::check(&bundle, deployment)?;
        Self::assemble(bundle, sources, Some(deployment), Some(self))
    }

    /// Whatever the signatures are.
    fn assemble(
        bundle: bundle::Bundle,
        sources: &[SourceFacts],
        deployment: Option<&Deployment>,
        before: Option<&Policy>,
    ) -> Result<Policy, PolicyFault> {
        cells::check_releases(sources)?;
        let training = deployment.is_some_and(|deployment| deployment.training);
        let table = |name: &str, source| PolicyFault::Table { path: bundle.path(name), source };
        let organisations =
            Organisations::read(bundle.text(ORGANISATIONS)?).map_err(|e| table(ORGANISATIONS, e))?;
        let hosts = deployment.map(|deployment| deployment.hosts.as_slice()).unwrap_or_default();
        let maps: Result<_, PolicyFault> =
            hosts.iter().map(|host| Ok((host.host.clone(), maps(&bundle, host)?))).collect();
        // Every map is read, also one no host has: what is in the agreement is right, or the agreement is refused.
        for (name, text) in bundle.folder(ROLES).filter(|(name, _)| name.ends_with(".csv")) {
            role_map(name, text).map_err(|e| table(name, e))?;
        }
        Ok(Policy {
            id: bundle
                .id(sources, &format!("{:?}", deployment.map(|deployment| (training, &deployment.hosts)))),
            engine: match before.filter(|before| before.read.has_the_same_rules(&bundle, training)) {
                Some(before) => Arc::clone(&before.engine),
                None => Arc::new(Engine::new(&bundle, training)?),
            },
            sources: sources.to_vec(),
            organisations,
            maps: maps?,
            releases: deployment.map(|_| Releases::read(&bundle, sources)).transpose()?,
            read: kept::Read::of(&bundle, sources, deployment),
            memo: Mutex::default(),
        })
    }

    /// SHA-256 of everything the decisions rest on, hexadecimal: for every audit entry.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// What this professional may be shown of this person, from every source. Refusals about the professional come
    /// first, so that they cannot tell anything about the person.
    pub fn decide(&self, launch: &Launch, beside: &Circumstances) -> Result<Permit, Refusal> {
        self.decide_facts(&Facts::of(self, launch, beside).ok_or(Refusal::NoRole)?)
    }

    /// The same decision from the facts an audit entry keeps; `None` where the line is none of ours.
    pub fn decide_as_recorded(&self, facts: &str) -> Option<Result<Permit, Refusal>> {
        Facts::parse(facts).map(|facts| self.decide_facts(&facts))
    }

    /// The hash of the role map that speaks for this launch now, for the audit.
    pub fn map_version(&self, launch: &Launch) -> String {
        self.maps.get(&launch.host).map_or_else(|| launch.role_map_version.clone(), Maps::version)
    }

    /// The role as the map in force has it, whatever it was at the launch: a map that was narrowed narrows what is open (HAZ-047).
    fn standing(&self, launch: &Launch) -> Option<Mapped> {
        match self.maps.get(&launch.host) {
            Some(maps) => {
                let on = fhir::date::london(launch.received_at).date();
                maps.find(&launch.claimed(), &launch.organisation.ods, on)
            }
            None => launch.role.map(|role| Mapped {
                role,
                emergency_access: launch.emergency_access,
                demographics_only: launch.demographics_only,
            }),
        }
    }

    pub(crate) fn maps(&self, host: &str) -> Option<&Maps> {
        self.maps.get(host)
    }

    /// The role a host's role name is mapped to, on one day; for whoever asks before anybody launches.
    pub fn map(
        &self,
        host: &str,
        claim: &str,
        organisation: &OdsCode,
        on: jiff::civil::Date,
    ) -> Option<Mapped> {
        let (claims, smartcard) = ([claim.to_owned()], Default::default());
        let claimed = crate::role::Claimed { claims: &claims, job_role: None, smartcard: &smartcard };
        self.maps.get(host)?.find(&claimed, organisation, on)
    }

    pub fn organisations(&self) -> &Organisations {
        &self.organisations
    }

    pub fn sources(&self) -> impl Iterator<Item = &SourceId> {
        self.sources.iter().map(|source| &source.id)
    }

    /// Whether the second role sees more of anything than the first, of a source that lets out everything.
    pub fn is_raised(&self, before: crate::Role, after: crate::Role) -> bool {
        let of = |role, category| self.engine.rules.cell(role, category);
        Category::ALL.into_iter().any(|category| of(after, category) > of(before, category))
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
        let slices: Vec<Slice> =
            slices.map(|(source, category)| self.slice(source, category, facts)).collect();
        let key = |slice: &Slice| (SourceId::new(&slice.source), slice.category);
        let grants: BTreeMap<(SourceId, Category), Grant> =
            slices.iter().map(key).zip(self.engine.decide(facts, &slices)).collect();
        if facts.beside.objection == Objection::Objected
            && grants.values().all(|grant| grant.level == Level::Nothing)
        {
            // Overridden, and nobody lets anything out on that: it is an objection like any other.
            return Err(Refusal::Objection);
        }
        let (practices, units) = self.of_units(facts, &grants);
        let lets_out = |slice: &&Slice| slice.releases > Level::Nothing;
        Ok(Permit::new(Decided {
            policy_id: self.id.clone(),
            role: facts.role,
            facts: facts.to_string(),
            withheld: withheld(&reach),
            shared: slices.iter().filter(lets_out).map(key).collect(),
            grants,
            practices,
            units,
            abouts: self.engine.abouts().clone(),
        }))
    }

    /// What a source lets out to this asker: its schedule, and within it the partner's switch.
    fn slice(&self, source: &SourceFacts, category: Category, facts: &Facts) -> Slice {
        let scheduled = source.releases.get(&category).copied().unwrap_or_default();
        let switched = self.releases.as_ref().map(|all| all.level(&source.id, category, facts));
        Slice::of(source, category, switched.map_or(scheduled, |level| level.min(scheduled)))
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

/// Own map and, where the host is registered for it, the national default.
fn maps(bundle: &bundle::Bundle, host: &HostMap) -> Result<Maps, PolicyFault> {
    let map = |name: &str| {
        let fault = |source| PolicyFault::Table { path: bundle.path(name), source };
        role_map(name, bundle.text(name)?).map_err(fault)
    };
    let national = host.national.then(|| map(NATIONAL_ROLES)).transpose()?;
    Ok(Maps::new(map(&host.roles)?, national))
}

fn role_map(name: &str, text: &str) -> Result<RoleMap, TableFault> {
    if name == NATIONAL_ROLES { RoleMap::read_national(text) } else { RoleMap::read(text) }
}

impl std::fmt::Debug for Policy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Policy({})", self.id)
    }
}

#[cfg(test)]
mod tests;
