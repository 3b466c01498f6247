//! What a decision depends on, as one line of text and back: nothing in it tells who anybody is.

use super::{BreakGlass, Circumstances, Policy, Unit, releases::TesterOf};
use crate::{Launch, Objection, Role, launch::Route, role::Mapped};
use fhir::{Category, OdsCode, SourceId};
use std::{collections::BTreeSet, fmt};

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Facts {
    pub(super) role: Role,
    /// The role sees who the person is, and nothing else.
    pub(super) demographics_only: bool,
    pub(super) organisation: String,
    pub(super) organisation_kind: String,
    pub(super) route: &'static str,
    pub(super) assurance: u8,
    pub(super) purpose: String,
    pub(super) relationship: BTreeSet<String>,
    /// Switches that name this professional.
    pub(super) tester_of: TesterOf,
    pub(super) beside: Circumstances,
}

impl Facts {
    /// By the role map and the organisations in force; `None` where either knows nothing of the professional any more.
    pub(super) fn of(policy: &Policy, launch: &Launch, beside: &Circumstances) -> Option<Self> {
        let Mapped { role, demographics_only, .. } = policy.standing(launch)?;
        let organisation = policy.organisations.find(&launch.organisation.ods)?;
        Some(Self {
            role,
            demographics_only,
            organisation: organisation.ods.as_str().to_owned(),
            organisation_kind: organisation.kind.clone(),
            route: launch.route.name(),
            assurance: launch.assurance,
            purpose: launch.purpose.code().to_owned(),
            relationship: launch.relationship_codes(),
            tester_of: policy.releases.as_ref().map(|all| all.tester_of(launch)).unwrap_or_default(),
            beside: beside.clone(),
        })
    }

    /// The professional alone: what they could see of anybody.
    pub(super) fn without_the_persons_word(&self) -> Self {
        let beside =
            Circumstances { break_glass: self.beside.break_glass.clone(), ..Circumstances::default() };
        Self { beside, ..self.clone() }
    }

    /// The classes of ceiling that apply.
    pub(super) fn ceilings(&self) -> Vec<String> {
        let mut classes =
            vec![format!("organisation:{}", self.organisation_kind), format!("route:{}", self.route)];
        if self.assurance < 1 {
            classes.push("assurance:0".to_owned());
        }
        if self.assurance < 2 {
            classes.push("assurance:below-2".to_owned());
        }
        if self.demographics_only {
            classes.push("cap:demographics".to_owned());
        }
        classes
    }

    /// Reads back what `Display` wrote; `None` for anything else.
    pub(super) fn parse(line: &str) -> Option<Self> {
        let mut facts = Self {
            role: Role::R11,
            demographics_only: false,
            organisation: String::new(),
            organisation_kind: String::new(),
            route: Route::Signed.name(),
            assurance: 0,
            purpose: String::new(),
            relationship: BTreeSet::new(),
            tester_of: TesterOf::default(),
            beside: Circumstances::default(),
        };
        for word in line.split_whitespace() {
            let (key, value) = word.split_once('=')?;
            facts.take(key, value)?;
        }
        (facts.to_string() == line).then_some(facts)
    }

    fn take(&mut self, key: &str, value: &str) -> Option<()> {
        let text = || value.to_owned();
        match key {
            "role" => self.role = Role::parse(value)?,
            "cap" => self.demographics_only = value == "demographics",
            "organisation" => self.organisation = text(),
            "kind" => self.organisation_kind = text(),
            "route" => self.route = Route::parse(value)?.name(),
            "assurance" => self.assurance = value.parse().ok()?,
            "purpose" => self.purpose = text(),
            "relationship" => self.relationship = listed(value).map(str::to_owned).collect(),
            "tester-of" => self.tester_of.whole.extend([switch(value)?]),
            "tester-of-unit" => self.tester_of.units.extend([unit_switch(value)?]),
            "objection" => self.beside.objection = objection(value)?,
            "objected-to" => self.beside.objected_to.extend([OdsCode::parse(value).ok()?]),
            "break-glass" => self.beside.break_glass = Some(exception(value)?),
            _ => return None,
        }
        Some(())
    }
}

fn listed(text: &str) -> impl Iterator<Item = &str> {
    text.split('+').filter(|part| !part.is_empty())
}

fn switch(text: &str) -> Option<(SourceId, Category)> {
    let (source, category) = text.rsplit_once('/')?;
    Some((SourceId::new(source), Category::parse(category)?))
}

fn unit_switch(text: &str) -> Option<((SourceId, Category), Unit)> {
    let (key, unit) = text.rsplit_once('/')?;
    Some((switch(key)?, Unit::parse(unit)?))
}

fn objection(name: &str) -> Option<Objection> {
    [Objection::None, Objection::Objected, Objection::Unknown].into_iter().find(|state| state.name() == name)
}

fn exception(text: &str) -> Option<BreakGlass> {
    let (reason, opens) = text.split_once(':')?;
    let (opens, over_objection) = match opens.strip_suffix(":over-objection") {
        Some(opens) => (opens, true),
        None => (opens, false),
    };
    let opens = listed(opens).map(Category::parse).collect::<Option<_>>()?;
    Some(BreakGlass { reason: reason.to_owned(), opens, over_objection })
}

impl fmt::Display for Facts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let relationship = self.relationship.iter().map(String::as_str).collect::<Vec<_>>().join("+");
        write!(f, "role={} ", self.role.name())?;
        if self.demographics_only {
            f.write_str("cap=demographics ")?;
        }
        write!(f, "organisation={} kind={}", self.organisation, self.organisation_kind)?;
        write!(f, " route={} assurance={} purpose={}", self.route, self.assurance, self.purpose)?;
        write!(f, " relationship={relationship}")?;
        for (source, category) in &self.tester_of.whole {
            write!(f, " tester-of={source}/{}", category.name())?;
        }
        for ((source, category), unit) in &self.tester_of.units {
            write!(f, " tester-of-unit={source}/{}/{unit}", category.name())?;
        }
        write!(f, " objection={}", self.beside.objection.name())?;
        for partner in &self.beside.objected_to {
            write!(f, " objected-to={partner}")?;
        }
        if let Some(exception) = &self.beside.break_glass {
            let opens: Vec<&str> = exception.opens.iter().map(|category| category.name()).collect();
            write!(f, " break-glass={}:{}", exception.reason, opens.join("+"))?;
            if exception.over_objection {
                f.write_str(":over-objection")?;
            }
        }
        Ok(())
    }
}
