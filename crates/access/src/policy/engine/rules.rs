//! Takes the policy texts and the tables, gives validated rule sets: one for opening, one for each role and category.
//! Refuses a rule without `@id`, `@reason`, `@owner` or `@says`, and any rule the schema does not bear out.

use super::uid;
use crate::{
    Role,
    policy::{
        PolicyFault, ReasonCode,
        bundle::Bundle,
        cells::{self, Cap, Cell},
    },
};
use cedar_policy::{PolicyId, PolicySet, Schema, SlotId, ValidationMode, Validator};
use fhir::{Category, Level};
use std::{
    collections::{BTreeMap, HashMap},
    str::FromStr,
};

pub(in crate::policy) struct Rules {
    pub(super) opening: PolicySet,
    by_slice: HashMap<(Role, Category), PolicySet>,
    reasons: BTreeMap<String, ReasonCode>,
    #[cfg(test)]
    pub(super) whole: PolicySet,
}

/// `cell:R6:documents`.
pub(super) fn cell_id(role: Role, category: Category) -> String {
    format!("cell:{}:{}", role.name(), category.name())
}

impl Rules {
    pub(super) fn new(bundle: &Bundle, schema: &Schema) -> Result<Self, PolicyFault> {
        let table = |(path, _): &(std::path::PathBuf, String), source| PolicyFault::Table {
            path: path.clone(),
            source,
        };
        let cells = cells::matrix(&bundle.matrix.1).map_err(|e| table(&bundle.matrix, e))?;
        let caps = cells::ceilings(&bundle.ceilings.1).map_err(|e| table(&bundle.ceilings, e))?;
        let texts = named(bundle)?;
        let mut rules = Self {
            reasons: reasons(&texts)?,
            by_slice: HashMap::new(),
            #[cfg(test)]
            whole: texts.clone(),
            opening: texts,
        };
        let mut whole = rules.opening.clone();
        for cell in &cells {
            let caps: Vec<&Cap> = caps.iter().filter(|cap| cap.cell.at() == cell.at()).collect();
            let mut slice = rules.opening.clone();
            rules.link(&mut slice, cell, &caps)?;
            rules.link(&mut whole, cell, &caps)?;
            rules.by_slice.insert(cell.at(), slice);
        }
        validate(&whole, schema)?;
        #[cfg(test)]
        {
            rules.whole = whole;
        }
        Ok(rules)
    }

    /// The rules that can matter to a role and a category.
    pub(super) fn of(&self, role: Role, category: Category) -> Option<&PolicySet> {
        self.by_slice.get(&(role, category))
    }

    pub(super) fn reason(&self, id: &str) -> Option<ReasonCode> {
        self.reasons.get(id).copied()
    }

    fn link(&mut self, set: &mut PolicySet, cell: &Cell, caps: &[&Cap]) -> Result<(), PolicyFault> {
        if let Some(level) = level_name(cell.level).filter(|_| cell.level > Level::Nothing) {
            let id = cell_id(cell.role, cell.category);
            let principal = ("Role", cell.role.name());
            self.add(set, cell, Link { template: format!("cell-{level}"), id, principal })?;
        }
        for Cap { ceiling, class, cell } in caps {
            let principal = format!("{ceiling}:{class}:{}", cell.role.name());
            let id = format!("ceiling:{principal}:{}", cell.category.name());
            let level = level_name(cell.level).unwrap_or_default();
            let principal = ("Ceiling", principal.as_str());
            self.add(set, cell, Link { template: format!("{ceiling}-{level}"), id, principal })?;
        }
        Ok(())
    }

    fn add(&mut self, set: &mut PolicySet, cell: &Cell, link: Link<'_>) -> Result<(), PolicyFault> {
        let Link { template, id, principal: (kind, name) } = link;
        let fault = || PolicyFault::Link(id.clone());
        let slots = HashMap::from([
            (SlotId::principal(), uid(kind, name).ok_or_else(fault)?),
            (SlotId::resource(), uid("Category", cell.category.name()).ok_or_else(fault)?),
        ]);
        set.link(PolicyId::new(&template), PolicyId::new(&id), slots).map_err(|_| fault())?;
        let reason = self.reason(&template).ok_or_else(fault)?;
        self.reasons.insert(id, reason);
        Ok(())
    }
}

/// One cell's rule: which template, under which id, for whom.
struct Link<'a> {
    template: String,
    id: String,
    principal: (&'a str, &'a str),
}

impl Cell {
    fn at(&self) -> (Role, Category) {
        (self.role, self.category)
    }
}

fn level_name(level: Level) -> Option<&'static str> {
    match level {
        Level::Nothing => Some("nothing"),
        Level::Existence => Some("existence"),
        Level::Summary => Some("summary"),
        Level::Full => Some("full"),
    }
}

/// The texts under their own `@id`s instead of their order in the file.
fn named(bundle: &Bundle) -> Result<PolicySet, PolicyFault> {
    let (path, text) = &bundle.policies;
    let parsed = PolicySet::from_str(text)
        .map_err(|e| PolicyFault::Cedar { path: path.clone(), source: e.to_string().into() })?;
    let mut set = PolicySet::new();
    for policy in parsed.policies() {
        let id = required(policy.id(), |key| policy.annotation(key))?;
        set.add(policy.new_id(PolicyId::new(&id))).map_err(|_| PolicyFault::Link(id))?;
    }
    for template in parsed.templates() {
        let id = required(template.id(), |key| template.annotation(key))?;
        set.add_template(template.new_id(PolicyId::new(&id))).map_err(|_| PolicyFault::Link(id))?;
    }
    Ok(set)
}

/// The `@id`, once all four annotations are there.
fn required<'a>(
    at: &PolicyId,
    annotation: impl Fn(&'static str) -> Option<&'a str>,
) -> Result<String, PolicyFault> {
    let rule = annotation("id").map_or_else(|| at.to_string(), str::to_owned);
    for key in ["id", "reason", "owner", "says"] {
        if annotation(key).is_none_or(str::is_empty) {
            return Err(PolicyFault::Annotation { rule, annotation: key });
        }
    }
    Ok(rule)
}

fn reasons(set: &PolicySet) -> Result<BTreeMap<String, ReasonCode>, PolicyFault> {
    let policies = set.policies().map(|policy| (policy.id().to_string(), policy.annotation("reason")));
    let templates =
        set.templates().map(|template| (template.id().to_string(), template.annotation("reason")));
    policies
        .chain(templates)
        .map(|(rule, reason)| match reason.and_then(ReasonCode::parse) {
            Some(reason) => Ok((rule, reason)),
            None => Err(PolicyFault::Annotation { rule, annotation: "reason" }),
        })
        .collect()
}

fn validate(set: &PolicySet, schema: &Schema) -> Result<(), PolicyFault> {
    let result = Validator::new(schema.clone()).validate(set, ValidationMode::Strict);
    if result.validation_passed() {
        return Ok(());
    }
    let faults: Vec<String> = result.validation_errors().map(ToString::to_string).collect();
    Err(PolicyFault::Validation(faults.join("; ")))
}
