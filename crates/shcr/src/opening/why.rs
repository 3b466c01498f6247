//! Takes a permit, gives why it shows less than everything of each category: the reasons, for which sources, who decided and whom to
//! ask. Nothing of any person goes into it, so it is the same for all (HAZ-010, HAZ-011).

use crate::program::Program;
use access::{
    Permit,
    policy::{Grant, ReasonCode},
};
use federation::SourceConfig;
use fhir::{Category, Level};
use std::collections::BTreeMap;
use web::{page::Why, words};

/// What is said alike, and of which sources it is. The last: of parts of them only.
type Said<'a> = BTreeMap<(ReasonCode, Level, String, bool), Vec<&'a SourceConfig>>;

/// Whose choice it is what its parts share.
const PARTNER: &str = "partner";

pub(super) fn reasons(program: &Program, permit: &Permit) -> Vec<Why> {
    let sources: Vec<&SourceConfig> =
        program.federation.sources().iter().filter(|source| !source.kind.is_none()).collect();
    // What is never shown has a sentence of its own, the same everywhere.
    let categories = Category::ALL.into_iter().filter(|category| *category != Category::Restricted);
    categories.flat_map(|category| of_category(program, permit, &sources, category)).collect()
}

fn of_category(
    program: &Program,
    permit: &Permit,
    sources: &[&SourceConfig],
    category: Category,
) -> Vec<Why> {
    let mut said = Said::new();
    for source in sources {
        let grant = permit.grant(&source.id, category);
        for (reason, owner) in limits(permit, grant) {
            said.entry((reason, grant.level, owner, false)).or_default().push(source);
        }
        if permit.units(&source.id).any(|(_, of, _)| of == category) {
            let alike = (ReasonCode::SourceRelease, grant.level, PARTNER.to_owned(), true);
            said.entry(alike).or_default().push(source);
        }
    }
    let sharing = sources.iter().filter(|source| permit.is_shared(&source.id, category)).count();
    said.into_iter().map(|(key, of)| why(program, category, key, of, sharing)).collect()
}

/// Each reason once, with its owner. A partner that shares nothing is the reason, whatever the role would see.
fn limits(permit: &Permit, grant: &Grant) -> Vec<(ReasonCode, String)> {
    let mut all: Vec<(ReasonCode, String)> = grant
        .limits
        .iter()
        .filter_map(|rule| permit.about(rule))
        .map(|about| (about.reason, about.owner.clone()))
        .filter(|(reason, _)| *reason != ReasonCode::Label)
        .collect();
    if grant.limits.is_empty() {
        all.extend(grant.limited_by.map(|reason| (reason, "CG".to_owned())));
    }
    all.sort();
    all.dedup();
    if all.iter().any(|(reason, _)| *reason == ReasonCode::NotShared) {
        all.retain(|(reason, _)| *reason == ReasonCode::NotShared);
    }
    all
}

/// What partners decide is asked of them; what the agreement decides is asked of its keeper, and names sources only where it does not
/// hold for all that share.
fn why(
    program: &Program,
    category: Category,
    (reason, level, owner, in_part): (ReasonCode, Level, String, bool),
    of: Vec<&SourceConfig>,
    sharing: usize,
) -> Why {
    let by_partners = matches!(reason, ReasonCode::NotShared | ReasonCode::SourceRelease);
    let names = of.iter().map(|source| source.short.clone()).collect();
    let (decided_by, ask) = match (by_partners, of.as_slice()) {
        (true, [one]) => (words::why::owner(&owner), one.contact.clone()),
        (true, _) => (words::why::EACH_PARTNER.to_owned(), words::why::ASK_EACH.to_owned()),
        (false, _) => (words::why::owner(&owner), program.config.contact.information_governance.clone()),
    };
    let sources = if !by_partners && of.len() >= sharing { Vec::new() } else { names };
    Why { category, reason, level, in_part, sources, decided_by, ask }
}
