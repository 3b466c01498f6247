//! What was decided: per source and category a level, the rules that gave it, and what stopped the next level.
//! Made by policy only; nothing widens it.

use super::{
    Unit,
    engine::{About, Abouts},
};
use crate::{Role, session};
use fhir::{Category, Level, OdsCode, SourceId};
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// Why more is not shown: a closed list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReasonCode {
    PolicyError,
    Objection,
    Label,
    NotShared,
    SourceRelease,
    OrganisationCeiling,
    Assurance,
    Route,
    Purpose,
    Relationship,
    Role,
    BreakGlassOnly,
    NoRule,
}

impl ReasonCode {
    pub const ALL: [ReasonCode; 13] = [
        ReasonCode::PolicyError,
        ReasonCode::Objection,
        ReasonCode::Label,
        ReasonCode::NotShared,
        ReasonCode::SourceRelease,
        ReasonCode::OrganisationCeiling,
        ReasonCode::Assurance,
        ReasonCode::Route,
        ReasonCode::Purpose,
        ReasonCode::Relationship,
        ReasonCode::Role,
        ReasonCode::BreakGlassOnly,
        ReasonCode::NoRule,
    ];

    /// The name in policy texts and the audit.
    pub fn name(self) -> &'static str {
        match self {
            ReasonCode::PolicyError => "policy-error",
            ReasonCode::Objection => "objection",
            ReasonCode::Label => "label",
            ReasonCode::NotShared => "not-shared",
            ReasonCode::SourceRelease => "source-release",
            ReasonCode::OrganisationCeiling => "organisation-ceiling",
            ReasonCode::Assurance => "assurance",
            ReasonCode::Route => "route",
            ReasonCode::Purpose => "purpose",
            ReasonCode::Relationship => "relationship",
            ReasonCode::Role => "role",
            ReasonCode::BreakGlassOnly => "break-glass-only",
            ReasonCode::NoRule => "no-rule",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.name() == name)
    }
}

/// One source, one category.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    pub level: Level,
    /// Ids of the rules and cells that gave the level, sorted; empty for nothing.
    pub policies: Vec<String>,
    /// Why the next level is not given; `None` when the level is full.
    pub limited_by: Option<ReasonCode>,
    /// Ids of the rules and cells that stopped the next level, sorted.
    pub limits: Vec<String>,
}

static NOTHING: Grant = Grant {
    level: Level::Nothing,
    policies: Vec::new(),
    limited_by: Some(ReasonCode::NoRule),
    limits: Vec::new(),
};

/// What one unit of a source lets out of one category, where that is its own choice.
#[derive(Debug, Clone)]
pub(super) struct OfUnit {
    pub(super) grant: Grant,
    /// Whether it lets anything out to this asker; the role is another matter.
    pub(super) shares: bool,
}

/// By source and unit.
pub(super) type OfUnits = BTreeMap<(SourceId, Unit), BTreeMap<Category, OfUnit>>;

/// What one professional may be shown of one person, now. Cheap to clone.
#[derive(Clone)]
pub struct Permit {
    decided: Arc<Decided>,
    /// The practice that is asked, where it is known.
    practice: Option<Unit>,
}

pub(super) struct Decided {
    pub(super) policy_id: String,
    pub(super) role: Role,
    /// The facts decided on, without anybody's identity.
    pub(super) facts: String,
    pub(super) withheld: Vec<Category>,
    /// What the partners' switches let out to this asker, whatever the role sees of it.
    pub(super) shared: BTreeSet<(SourceId, Category)>,
    pub(super) grants: BTreeMap<(SourceId, Category), Grant>,
    /// Units of sources that say who recorded an entry.
    pub(super) units: OfUnits,
    /// Practices, which are each asked by themselves.
    pub(super) practices: OfUnits,
    pub(super) abouts: Abouts,
}

impl std::fmt::Debug for Permit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Permit({} {})", self.decided.policy_id, self.decided.facts)
    }
}

impl Permit {
    pub(super) fn new(decided: Decided) -> Self {
        Self { decided: Arc::new(decided), practice: None }
    }

    /// The same where this practice is the one that is asked: its own switches hold.
    pub fn at_practice(&self, practice: Option<&OdsCode>) -> Self {
        self.at_unit(practice.map(Unit::of_practice))
    }

    /// The same, by what [`Self::practice`] gave.
    pub fn at_unit(&self, practice: Option<Unit>) -> Self {
        Self { practice, ..self.clone() }
    }

    /// The practice that is asked, where it is known.
    pub fn practice(&self) -> Option<&Unit> {
        self.practice.as_ref()
    }

    fn at_the_practice(&self, source: &SourceId, category: Category) -> Option<&OfUnit> {
        let key = (source.clone(), self.practice.clone()?);
        self.decided.practices.get(&key)?.get(&category)
    }

    /// Units of a source that let out less than the source, with what is left of each category. The source must be one whose
    /// entries say who recorded them.
    pub fn units(&self, source: &SourceId) -> impl Iterator<Item = (&Unit, Category, Level)> {
        let own = self.decided.units.iter().filter(move |((of, _), _)| of == source);
        own.flat_map(|((_, unit), of)| {
            of.iter().map(move |(category, own)| (unit, *category, own.grant.level))
        })
    }

    /// Nothing for a source that policy was not told of.
    pub fn level(&self, source: &SourceId, category: Category) -> Level {
        self.grant(source, category).level
    }

    /// Categories that may be asked of a source, in the order of the matrix.
    pub fn asked(&self, source: &SourceId) -> Vec<Category> {
        let permitted = |category: &Category| self.level(source, *category) > Level::Nothing;
        Category::ALL.into_iter().filter(permitted).collect()
    }

    pub fn grant(&self, source: &SourceId, category: Category) -> &Grant {
        if let Some(own) = self.at_the_practice(source, category) {
            return &own.grant;
        }
        self.decided.grants.get(&(source.clone(), category)).unwrap_or(&NOTHING)
    }

    /// Whether the partner shares the category with this asker at all; the role is another matter.
    pub fn is_shared(&self, source: &SourceId, category: Category) -> bool {
        self.at_the_practice(source, category).is_none_or(|own| own.shares)
            && self.decided.shared.contains(&(source.clone(), category))
    }

    /// Why, and who decides, by the id of a rule, a cell or a ceiling.
    pub fn about(&self, rule: &str) -> Option<&About> {
        self.decided.abouts.get(rule)
    }

    /// The facts decided on, as the audit keeps them: nothing in them tells who anybody is.
    pub fn facts(&self) -> &str {
        &self.decided.facts
    }

    /// Every source and category decided on.
    pub fn slices(&self) -> impl Iterator<Item = (&SourceId, Category)> {
        self.decided.grants.keys().map(|(source, category)| (source, *category))
    }

    pub fn role(&self) -> Role {
        self.decided.role
    }

    /// Categories this role sees nothing of, from policy and never from data: the same for every person (HAZ-050).
    pub fn withheld_categories(&self) -> Vec<Category> {
        self.decided.withheld.clone()
    }

    /// The bundle that decided.
    pub fn policy_id(&self) -> &str {
        &self.decided.policy_id
    }

    /// SHA-256 of the whole decision, hexadecimal: for the audit.
    pub fn digest(&self) -> String {
        let mut text = format!("permit 1\n{}\n{}\n", self.decided.policy_id, self.decided.facts);
        for ((source, category), grant) in &self.decided.grants {
            let reason = grant.limited_by.map_or("-", ReasonCode::name);
            let rules = grant.policies.join(" ");
            text += &format!("{source} {} {:?} {reason} {rules}\n", category.name(), grant.level);
        }
        for ((source, unit), of) in self.decided.units.iter().chain(&self.decided.practices) {
            for (category, own) in of {
                text += &format!("{source} unit {unit} {} {:?}\n", category.name(), own.grant.level);
            }
        }
        session::hex(&session::hash(text.as_bytes()))
    }
}
