//! Takes facts and slices (one source, one category), gives a grant for each, by Cedar. A rule that errors refuses its
//! decision: Cedar would skip it, and an erring forbid would let a permit stand (HAZ-047).
//! Source: Cedar 4 authorization semantics.

/// The rules, annotated, linked and cut to the few that can matter.
mod rules;

use super::{BreakGlass, Grant, PolicyFault, ReasonCode, SourceFacts, bundle::Bundle, facts::Facts};
use crate::Refusal;
use cedar_policy::{
    Authorizer, Context, Decision, Entities, Entity, EntityId, EntityTypeName, EntityUid, PolicyId,
    PolicySet, Request, RestrictedExpression, Schema,
};
use fhir::{Category, Level, OdsCode};
use rules::Rules;
pub(super) use rules::cell_id;
use std::{
    collections::{BTreeMap, HashMap, HashSet},
    str::FromStr,
    sync::Arc,
};

/// One source and one category.
#[derive(Debug, Clone)]
pub(super) struct Slice {
    pub(super) source: String,
    pub(super) partner: String,
    pub(super) kind: &'static str,
    pub(super) category: Category,
    pub(super) releases: Level,
    pub(super) releases_restricted: bool,
    pub(super) releases_on_override: bool,
}

pub(super) struct Engine {
    schema: Schema,
    pub(super) rules: Rules,
    /// Only synthetic people, and the purpose of training.
    training: bool,
}

/// What stands behind a rule's id: why, and who decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    pub reason: ReasonCode,
    /// `CG`, `CG+CSO`, `partner`, or whom a ceiling names.
    pub owner: String,
    /// What the professional is told.
    pub says: String,
}

/// Every rule, cell and ceiling by its id.
pub(super) type Abouts = Arc<BTreeMap<String, About>>;

const SCHEMA: &str = "schema.cedarschema";
/// All that an engine is made from.
pub(super) const FILES: [&str; 4] = [SCHEMA, rules::POLICIES, rules::MATRIX, rules::CEILINGS];

/// From most to least, each with its action.
const LEVELS: [(Level, &str); 3] =
    [(Level::Full, "full"), (Level::Summary, "summary"), (Level::Existence, "existence")];

impl Slice {
    /// `releases`: what the partner's switch lets out to this asker.
    pub(super) fn of(source: &SourceFacts, category: Category, releases: Level) -> Self {
        Self {
            source: source.id.as_str().to_owned(),
            partner: source.partner.as_str().to_owned(),
            kind: source.kind.name(),
            category,
            releases,
            releases_restricted: source.releases_restricted,
            releases_on_override: source.releases_on_override,
        }
    }

    /// Of a partner that is nobody's own and holds nothing back.
    pub(super) fn unlimited(category: Category) -> Self {
        let any = || "*".to_owned();
        Self {
            source: any(),
            partner: any(),
            kind: "live",
            category,
            releases: Level::Full,
            releases_restricted: true,
            releases_on_override: true,
        }
    }

    fn name(&self) -> String {
        format!("{}/{}", self.source, self.category.name())
    }
}

impl Engine {
    pub(super) fn new(bundle: &Bundle, training: bool) -> Result<Self, PolicyFault> {
        let (schema, _warnings) = Schema::from_cedarschema_str(bundle.text(SCHEMA)?)
            .map_err(|e| PolicyFault::Cedar { path: bundle.path(SCHEMA), source: e.to_string().into() })?;
        let rules = Rules::new(bundle, &schema)?;
        Ok(Self { schema, rules, training })
    }

    /// Whether a record may be opened at all.
    pub(super) fn open(&self, facts: &Facts) -> Result<(), Refusal> {
        let world = self.world(facts, &[]).ok_or(Refusal::NoRole)?;
        let person = uid("Person", "subject").ok_or(Refusal::NoRole)?;
        let answer = world.ask(&self.rules.opening, "open", person);
        if answer.allowed {
            return Ok(());
        }
        let reasons = answer.reasons(&self.rules);
        let precedence = [
            (ReasonCode::PolicyError, Refusal::NoRole),
            (ReasonCode::Role, Refusal::NoRole),
            (ReasonCode::Purpose, Refusal::Purpose),
            (ReasonCode::Relationship, Refusal::NoRelationship),
            (ReasonCode::Objection, Refusal::Objection),
        ];
        let first = precedence.into_iter().find(|(reason, _)| reasons.contains(reason));
        Err(first.map_or(Refusal::NoRole, |(_, refusal)| refusal))
    }

    pub(super) fn abouts(&self) -> &Abouts {
        self.rules.abouts()
    }

    /// One grant per slice, in their order.
    pub(super) fn decide(&self, facts: &Facts, slices: &[Slice]) -> Vec<Grant> {
        match self.world(facts, slices) {
            Some(world) => slices.iter().map(|slice| self.grant(&world, facts, slice)).collect(),
            None => slices.iter().map(|_| erred()).collect(),
        }
    }

    fn grant(&self, world: &World<'_>, facts: &Facts, slice: &Slice) -> Grant {
        let Some(rules) = self.rules.of(facts.role, slice.category) else { return erred() };
        self.grant_by(world, facts, slice, rules)
    }

    fn grant_by(&self, world: &World<'_>, facts: &Facts, slice: &Slice, rules: &PolicySet) -> Grant {
        let (mut limited_by, mut limits) = (None, Vec::new());
        for (level, action) in LEVELS {
            let Some(resource) = uid("Slice", &slice.name()) else { return erred() };
            let answer = world.ask(rules, action, resource);
            if answer.erred {
                return erred();
            }
            if answer.allowed {
                return Grant { level, policies: answer.rules, limited_by, limits };
            }
            // Nothing forbids it and nothing permits it: the matrix's cell ends here.
            limits = answer.rules.clone();
            if limits.is_empty() {
                limits.push(cell_id(facts.role, slice.category));
            }
            limited_by = Some(answer.reasons(&self.rules).first().copied().unwrap_or(ReasonCode::Role));
        }
        Grant { level: Level::Nothing, policies: Vec::new(), limited_by, limits }
    }

    /// Everybody and everything the rules may look at, for one set of facts.
    fn world(&self, facts: &Facts, slices: &[Slice]) -> Option<World<'_>> {
        let mut entities =
            vec![organisation(&facts.organisation, &facts.organisation_kind)?, professional(facts)?];
        let mut seen: HashSet<String> = HashSet::from([format!("organisation {}", facts.organisation)]);
        for slice in slices {
            if seen.insert(format!("organisation {}", slice.partner)) {
                entities.push(organisation(&slice.partner, "partner")?);
            }
            if seen.insert(format!("source {}", slice.source)) {
                entities.push(source(slice)?);
            }
            entities.push(entity(slice)?);
        }
        Some(World {
            principal: uid("Professional", "asker")?,
            context: context(facts, self.training)?,
            entities: Entities::from_entities(entities, Some(&self.schema)).ok()?,
            schema: &self.schema,
            authorizer: Authorizer::new(),
        })
    }
}

struct World<'a> {
    principal: EntityUid,
    context: Context,
    entities: Entities,
    schema: &'a Schema,
    authorizer: Authorizer,
}

/// What Cedar answered to one question.
struct Answer {
    allowed: bool,
    erred: bool,
    /// The rules that determined it, sorted.
    rules: Vec<String>,
}

impl World<'_> {
    fn ask(&self, rules: &PolicySet, action: &str, resource: EntityUid) -> Answer {
        let Some(request) = self.request(action, resource) else {
            return Answer { allowed: false, erred: true, rules: Vec::new() };
        };
        let response = self.authorizer.is_authorized(&request, rules, &self.entities);
        let erred = response.diagnostics().errors().next().is_some();
        if erred {
            let rules: Vec<_> = response.diagnostics().errors().map(|error| error.to_string()).collect();
            tracing::error!(?rules, "a policy rule erred: its decision is refused");
        }
        let mut rules: Vec<String> =
            response.diagnostics().reason().map(|id: &PolicyId| id.to_string()).collect();
        rules.sort();
        Answer { allowed: !erred && response.decision() == Decision::Allow, erred, rules }
    }

    fn request(&self, action: &str, resource: EntityUid) -> Option<Request> {
        let action = uid("Action", action)?;
        Request::new(self.principal.clone(), action, resource, self.context.clone(), Some(self.schema)).ok()
    }
}

impl Answer {
    /// Weightiest first.
    fn reasons(&self, rules: &Rules) -> Vec<ReasonCode> {
        let mut reasons: Vec<ReasonCode> = self.rules.iter().filter_map(|id| rules.reason(id)).collect();
        if self.erred {
            reasons.push(ReasonCode::PolicyError);
        }
        reasons.sort();
        reasons
    }
}

fn erred() -> Grant {
    let limited_by = Some(ReasonCode::PolicyError);
    Grant { level: Level::Nothing, policies: Vec::new(), limited_by, limits: Vec::new() }
}

pub(super) fn uid(kind: &str, id: &str) -> Option<EntityUid> {
    let kind = EntityTypeName::from_str(&format!("Shcr::{kind}")).ok()?;
    Some(EntityUid::from_type_name_and_id(kind, EntityId::new(id)))
}

fn text(value: &str) -> RestrictedExpression {
    RestrictedExpression::new_string(value.to_owned())
}

fn organisation(ods: &str, kind: &str) -> Option<Entity> {
    let attributes = HashMap::from([("kind".to_owned(), text(kind))]);
    Entity::new(uid("Organisation", ods)?, attributes, HashSet::new()).ok()
}

fn professional(facts: &Facts) -> Option<Entity> {
    let organisation = RestrictedExpression::new_entity_uid(uid("Organisation", &facts.organisation)?);
    let mut parents = HashSet::from([uid("Role", facts.role.name())?]);
    for class in facts.ceilings() {
        parents.insert(uid("Ceiling", &format!("{class}:{}", facts.role.name()))?);
    }
    let attributes = HashMap::from([("organisation".to_owned(), organisation)]);
    Entity::new(uid("Professional", "asker")?, attributes, parents).ok()
}

fn source(slice: &Slice) -> Option<Entity> {
    let partner = RestrictedExpression::new_entity_uid(uid("Organisation", &slice.partner)?);
    let pairs = [
        ("partner", partner),
        ("kind", text(slice.kind)),
        ("releases_restricted", RestrictedExpression::new_bool(slice.releases_restricted)),
        ("releases_on_override", RestrictedExpression::new_bool(slice.releases_on_override)),
    ];
    let attributes = pairs.map(|(key, value)| (key.to_owned(), value)).into_iter().collect();
    Entity::new(uid("Source", &slice.source)?, attributes, HashSet::new()).ok()
}

fn entity(slice: &Slice) -> Option<Entity> {
    let source = RestrictedExpression::new_entity_uid(uid("Source", &slice.source)?);
    let releases = RestrictedExpression::new_long(match slice.releases {
        Level::Nothing => 0,
        Level::Existence => 1,
        Level::Summary => 2,
        Level::Full => 3,
    });
    let attributes = HashMap::from([("source".to_owned(), source), ("releases".to_owned(), releases)]);
    let parents = HashSet::from([uid("Category", slice.category.name())?]);
    Entity::new(uid("Slice", &slice.name())?, attributes, parents).ok()
}

fn context(facts: &Facts, training: bool) -> Option<Context> {
    let relationship = RestrictedExpression::new_set(facts.relationship.iter().map(|code| text(code)));
    let objected_to: Option<Vec<_>> = facts.beside.objected_to.iter().map(organisation_name).collect();
    let mut pairs = vec![
        ("route", text(facts.route)),
        ("assurance", RestrictedExpression::new_long(facts.assurance.into())),
        ("purpose", text(&facts.purpose)),
        ("training", RestrictedExpression::new_bool(training)),
        ("relationship", relationship),
        ("objection", text(facts.beside.objection.name())),
        ("objected_to", RestrictedExpression::new_set(objected_to?)),
    ];
    if let Some(exception) = &facts.beside.break_glass {
        pairs.push(("break_glass", break_glass(exception)?));
    }
    Context::from_pairs(pairs.into_iter().map(|(key, value)| (key.to_owned(), value))).ok()
}

fn organisation_name(ods: &OdsCode) -> Option<RestrictedExpression> {
    Some(RestrictedExpression::new_entity_uid(uid("Organisation", ods.as_str())?))
}

fn break_glass(exception: &BreakGlass) -> Option<RestrictedExpression> {
    let category = |category: &Category| uid("Category", category.name());
    let opens: Option<Vec<_>> = exception.opens.iter().map(category).collect();
    let opens = opens?.into_iter().map(RestrictedExpression::new_entity_uid);
    let pairs = [
        ("reason", text(&exception.reason)),
        ("opens", RestrictedExpression::new_set(opens)),
        ("over_objection", RestrictedExpression::new_bool(exception.over_objection)),
    ];
    RestrictedExpression::new_record(pairs.map(|(key, value)| (key.to_owned(), value))).ok()
}

#[cfg(test)]
mod tests;
