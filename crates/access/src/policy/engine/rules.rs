//! Takes the policy texts and the tables, gives validated rule sets: one for opening, one for each role and category.
//! Refuses a rule without `@id`, `@reason`, `@owner` or `@says`, and any rule the schema does not bear out.

use super::{About, Abouts, uid};
use crate::{
    Role,
    policy::{
        PolicyFault, ReasonCode,
        bundle::Bundle,
        cells::{self, Cap, Cell},
    },
    table::TableFault,
};
use cedar_policy::{
    ActionConstraint, EntityUid, Policy, PolicyId, PolicySet, PrincipalConstraint, ResourceConstraint,
    Schema, SlotId, ValidationMode, Validator,
};
use fhir::{Category, Level};
use std::{
    collections::{BTreeMap, HashMap},
    str::FromStr,
    sync::Arc,
};

pub(super) const POLICIES: &str = "policies.cedar";
pub(super) const MATRIX: &str = "matrix.csv";
pub(super) const CEILINGS: &str = "ceilings.csv";
/// Who owns the matrix as a whole.
const BOARD: &str = "CG+CSO";

pub(in crate::policy) struct Rules {
    pub(super) opening: PolicySet,
    by_slice: HashMap<(Role, Category), PolicySet>,
    abouts: Abouts,
    /// The classes that a ceiling of each name has lines for.
    classes: HashMap<&'static str, Vec<&'static str>>,
    cells: HashMap<(Role, Category), Level>,
    #[cfg(test)]
    pub(super) whole: PolicySet,
}

/// `cell:R6:documents`.
pub(in crate::policy) fn cell_id(role: Role, category: Category) -> String {
    format!("cell:{}:{}", role.name(), category.name())
}

impl Rules {
    pub(super) fn new(bundle: &Bundle, schema: &Schema) -> Result<Self, PolicyFault> {
        let table = |name: &str, source: TableFault| PolicyFault::Table { path: bundle.path(name), source };
        let cells = cells::matrix(bundle.text(MATRIX)?).map_err(|e| table(MATRIX, e))?;
        let caps = cells::ceilings(bundle.text(CEILINGS)?).map_err(|e| table(CEILINGS, e))?;
        let opening = named(bundle)?;
        let mut making = Making { abouts: abouts(&opening)?, texts: opening };
        let (mut whole, mut by_slice) = (making.texts.clone(), HashMap::new());
        for cell in &cells {
            let caps: Vec<&Cap> = caps.iter().filter(|cap| cap.cell.at() == cell.at()).collect();
            let mut slice = making.cut(|policy| can_matter(policy, cell))?;
            making.link(&mut slice, cell, &caps)?;
            making.link(&mut whole, cell, &caps)?;
            by_slice.insert(cell.at(), slice);
        }
        validate(&whole, schema)?;
        let names = ["organisation", "assurance", "route", "cap"];
        Ok(Self {
            opening: making.cut(speaks_of_opening)?,
            by_slice,
            abouts: Arc::new(making.abouts),
            classes: names.into_iter().map(|name| (name, cells::classes(&caps, name))).collect(),
            cells: cells.iter().map(|cell| (cell.at(), cell.level)).collect(),
            #[cfg(test)]
            whole,
        })
    }

    /// The rules that can matter to a role and a category.
    pub(super) fn of(&self, role: Role, category: Category) -> Option<&PolicySet> {
        self.by_slice.get(&(role, category))
    }

    pub(super) fn reason(&self, id: &str) -> Option<ReasonCode> {
        self.abouts.get(id).map(|about| about.reason)
    }

    pub(super) fn abouts(&self) -> &Abouts {
        &self.abouts
    }

    /// The classes that a ceiling of that name has lines for, in the order of the agreement.
    pub(in crate::policy) fn classes(&self, ceiling: &str) -> &[&'static str] {
        self.classes.get(ceiling).map_or(&[], Vec::as_slice)
    }

    /// The matrix's own cell.
    pub(in crate::policy) fn cell(&self, role: Role, category: Category) -> Level {
        self.cells.get(&(role, category)).copied().unwrap_or_default()
    }
}

/// The rules while they are put together.
struct Making {
    texts: PolicySet,
    abouts: BTreeMap<String, About>,
}

impl Making {
    /// The texts that are wanted; templates always, for their links.
    fn cut(&self, wanted: impl Fn(&Policy) -> bool) -> Result<PolicySet, PolicyFault> {
        let mut set = PolicySet::new();
        let fault = |id: &PolicyId| PolicyFault::Link(id.to_string());
        for policy in self.texts.policies().filter(|policy| wanted(policy)) {
            set.add(policy.clone()).map_err(|_| fault(policy.id()))?;
        }
        for template in self.texts.templates() {
            set.add_template(template.clone()).map_err(|_| fault(template.id()))?;
        }
        Ok(set)
    }

    fn link(&mut self, set: &mut PolicySet, cell: &Cell, caps: &[&Cap]) -> Result<(), PolicyFault> {
        let (id, level) = (cell_id(cell.role, cell.category), level_name(cell.level));
        let owner = BOARD;
        if cell.level > Level::Nothing {
            let principal = ("Role", cell.role.name());
            let template = format!("cell-{level}");
            self.add(set, cell, Link { template, id, principal, owner })?;
        } else {
            let says = "your role does not see this".to_owned();
            self.abouts.insert(id, About { reason: ReasonCode::Role, owner: owner.to_owned(), says });
        }
        for Cap { ceiling, class, owner, cell } in caps {
            let principal = format!("{ceiling}:{class}:{}", cell.role.name());
            let id = format!("ceiling:{principal}:{}", cell.category.name());
            let template = format!("{ceiling}-{}", level_name(cell.level));
            let principal = ("Ceiling", principal.as_str());
            self.add(set, cell, Link { template, id, principal, owner })?;
        }
        Ok(())
    }

    fn add(&mut self, set: &mut PolicySet, cell: &Cell, link: Link<'_>) -> Result<(), PolicyFault> {
        let Link { template, id, principal: (kind, name), owner } = link;
        let fault = || PolicyFault::Link(id.clone());
        let slots = HashMap::from([
            (SlotId::principal(), uid(kind, name).ok_or_else(fault)?),
            (SlotId::resource(), uid("Category", cell.category.name()).ok_or_else(fault)?),
        ]);
        set.link(PolicyId::new(&template), PolicyId::new(&id), slots).map_err(|_| fault())?;
        let about = self.abouts.get(&template).cloned().ok_or_else(fault)?;
        self.abouts.insert(id, About { owner: owner.to_owned(), ..about });
        Ok(())
    }
}

/// One cell's rule: which template, under which id, for whom.
struct Link<'a> {
    template: String,
    id: String,
    principal: (&'a str, &'a str),
    owner: &'a str,
}

/// Whether its scope lets it speak of opening a record at all; a rule about every action does.
fn speaks_of_opening(policy: &Policy) -> bool {
    let open = uid("Action", "open");
    let is_open = |action: &EntityUid| Some(action) == open.as_ref();
    match policy.action_constraint() {
        ActionConstraint::Any => true,
        ActionConstraint::Eq(action) => is_open(&action),
        ActionConstraint::In(actions) => actions.iter().any(is_open),
    }
}

fn is_only_about_opening(policy: &Policy) -> bool {
    matches!(policy.action_constraint(), ActionConstraint::Eq(_)) && speaks_of_opening(policy)
}

/// A rule for another role or another category by its scope, or about opening, can never hold for this cell.
fn can_matter(policy: &Policy, cell: &Cell) -> bool {
    let (role, category) = (uid("Role", cell.role.name()), uid("Category", cell.category.name()));
    let other_role = match policy.principal_constraint() {
        PrincipalConstraint::In(named) => Some(&named) != role.as_ref(),
        _ => false,
    };
    let other_category = match policy.resource_constraint() {
        ResourceConstraint::In(named) => Some(&named) != category.as_ref(),
        _ => false,
    };
    !is_only_about_opening(policy) && !other_role && !other_category
}

impl Cell {
    fn at(&self) -> (Role, Category) {
        (self.role, self.category)
    }
}

fn level_name(level: Level) -> &'static str {
    match level {
        Level::Nothing => "nothing",
        Level::Existence => "existence",
        Level::Summary => "summary",
        Level::Full => "full",
    }
}

/// The texts under their own `@id`s instead of their order in the file.
fn named(bundle: &Bundle) -> Result<PolicySet, PolicyFault> {
    let parsed = PolicySet::from_str(bundle.text(POLICIES)?)
        .map_err(|e| PolicyFault::Cedar { path: bundle.path(POLICIES), source: e.to_string().into() })?;
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

fn abouts(set: &PolicySet) -> Result<BTreeMap<String, About>, PolicyFault> {
    let mut all = BTreeMap::new();
    for policy in set.policies() {
        all.insert(policy.id().to_string(), about(policy.id(), |key| policy.annotation(key))?);
    }
    for template in set.templates() {
        all.insert(template.id().to_string(), about(template.id(), |key| template.annotation(key))?);
    }
    Ok(all)
}

fn about<'a>(
    id: &PolicyId,
    annotation: impl Fn(&'static str) -> Option<&'a str>,
) -> Result<About, PolicyFault> {
    let fault = || PolicyFault::Annotation { rule: id.to_string(), annotation: "reason" };
    let reason = annotation("reason").and_then(ReasonCode::parse).ok_or_else(fault)?;
    let text = |key| annotation(key).unwrap_or_default().to_owned();
    Ok(About { reason, owner: text("owner"), says: text("says") })
}

fn validate(set: &PolicySet, schema: &Schema) -> Result<(), PolicyFault> {
    let result = Validator::new(schema.clone()).validate(set, ValidationMode::Strict);
    if result.validation_passed() {
        return Ok(());
    }
    let faults: Vec<String> = result.validation_errors().map(ToString::to_string).collect();
    Err(PolicyFault::Validation(faults.join("; ")))
}
