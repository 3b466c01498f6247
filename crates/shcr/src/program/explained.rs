//! The agreement asked about itself on the operator's page: takes facts as typed, gives the decision in words. No person goes in, and
//! none comes out.

use super::Program;
use access::{
    Objection, Role,
    launch::Route,
    policy::{About, Explain, Explanation, Unit},
};
use fhir::{Category, OdsCode, SourceId};
use std::collections::BTreeSet;
use web::admin::simulator::{Answer, Query, Rule, Simulated};

impl Program {
    /// What may be chosen, and the answer; none where something typed is not one of the agreement's words.
    pub(super) fn simulated(&self, query: Option<&Query>) -> Simulated {
        let policy = self.policy();
        let organisations = policy.organisations().all();
        let sources = self.federation.sources().iter().filter(|source| !source.kind.is_none());
        Simulated {
            agreement: policy.id().to_owned(),
            organisations: organisations.map(|one| (one.ods.to_string(), one.name.clone())).collect(),
            sources: sources.clone().map(|source| (source.id.to_string(), source.short.clone())).collect(),
            units: sources
                .flat_map(|source| policy.units(&source.id).into_keys())
                .map(|unit| unit.to_string())
                .collect(),
            answer: query.and_then(asked).and_then(|asked| policy.explain(&asked)).map(answer),
        }
    }
}

fn asked(query: &Query) -> Option<Explain> {
    let objection = [Objection::None, Objection::Unknown, Objection::Objected]
        .into_iter()
        .find(|state| state.name() == query.objection)?;
    let relationship: BTreeSet<String> = [query.relationship.clone()].into();
    Some(Explain {
        role: Role::parse(&query.role)?,
        demographics_only: query.capped.is_some(),
        organisation: OdsCode::parse(query.organisation.trim()).ok()?,
        route: Route::parse(&query.route)?,
        assurance: query.assurance.parse().ok().filter(|level| *level <= 3)?,
        purpose: query.purpose.clone(),
        relationship,
        objection,
        break_glass: Some(query.break_glass.clone()).filter(|reason| !reason.is_empty()),
        source: SourceId::new(&query.source),
        unit: match query.unit.trim() {
            "" => None,
            code => Some(Unit::parse(code)?),
        },
        category: Category::parse(&query.category)?,
    })
}

fn answer(found: Explanation) -> Answer {
    let rules = |all: &[(String, About)]| all.iter().map(|(id, about)| rule(id, about)).collect();
    Answer {
        level: format!("{:?}", found.level).to_lowercase(),
        released: format!("{:?}", found.released).to_lowercase(),
        refused: found.refused.map(|refusal| refusal.code().to_owned()),
        stopped_by: found.limited_by.map(|reason| reason.name().to_owned()),
        granted_by: rules(&found.granted_by),
        narrowed_by: rules(&found.narrowed_by),
        needed: found.needed,
        units: found
            .units
            .iter()
            .map(|(unit, level)| (unit.to_string(), format!("{level:?}").to_lowercase()))
            .collect(),
        facts: found.facts,
    }
}

fn rule(id: &str, about: &About) -> Rule {
    Rule { id: id.to_owned(), owner: about.owner.clone(), says: about.says.clone() }
}
