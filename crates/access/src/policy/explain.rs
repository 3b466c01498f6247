//! Takes facts, one source and one category, gives the decision with every rule that granted and narrowed it, each with its owner,
//! and what it would take to see the next level. Takes facts, never a person.

use super::{
    About, BreakGlass, Circumstances, Grant, Policy, ReasonCode, Unit,
    engine::{self, Slice},
    facts::Facts,
    print::letter,
    releases::TesterOf,
};
use crate::{Objection, Refusal, Role, launch::Route};
use fhir::{Category, Level, OdsCode, SourceId};
use std::{collections::BTreeSet, fmt::Write};

/// What to explain.
#[derive(Debug, Clone)]
pub struct Explain {
    pub role: Role,
    /// The role map's cap: who the person is, and nothing else.
    pub demographics_only: bool,
    /// The professional's organisation.
    pub organisation: OdsCode,
    pub route: Route,
    pub assurance: u8,
    pub purpose: String,
    pub relationship: BTreeSet<String>,
    pub objection: Objection,
    /// The reason code of an exception under way, which opens all that one may.
    pub break_glass: Option<String>,
    pub source: SourceId,
    /// A practice, or a unit that recorded an entry; `None` for what no unit has a switch for.
    pub unit: Option<Unit>,
    pub category: Category,
}

/// One decision in all its parts.
#[derive(Debug, Clone)]
pub struct Explanation {
    pub facts: String,
    /// Why no record opens at all.
    pub refused: Option<Refusal>,
    pub level: Level,
    /// What the partner lets out to this asker.
    pub released: Level,
    pub granted_by: Vec<(String, About)>,
    pub limited_by: Option<ReasonCode>,
    pub narrowed_by: Vec<(String, About)>,
    /// Each alone, or together where it says so.
    pub needed: Vec<String>,
    /// Where it was not asked about a unit: the units of which less is let out, and how much.
    pub units: Vec<(Unit, Level)>,
}

impl Policy {
    /// `None` where the source or the organisation is not known.
    pub fn explain(&self, asked: &Explain) -> Option<Explanation> {
        let source = self.sources.iter().find(|source| source.id == asked.source)?;
        let facts = self.facts_of(asked)?;
        let slice = self.slice_of(source, (asked.category, asked.unit.as_ref()), &facts);
        let grant = self.level_of(&facts, &slice)?;
        let about = |ids: &[String]| {
            let known = |id: &String| Some((id.clone(), self.engine.abouts().get(id)?.clone()));
            ids.iter().filter_map(known).collect()
        };
        Some(Explanation {
            refused: self.decide_facts(&facts).err(),
            level: grant.level,
            released: slice.releases,
            granted_by: about(&grant.policies),
            limited_by: grant.limited_by,
            narrowed_by: about(&grant.limits),
            needed: self.needed(&facts, &slice, &grant),
            facts: facts.to_string(),
            units: self.narrower(&facts, &slice, asked),
        })
    }

    /// The units that let out less than their source, which was asked about as a whole.
    fn narrower(&self, facts: &Facts, slice: &Slice, asked: &Explain) -> Vec<(Unit, Level)> {
        let less = self.units_of(facts, slice).filter(|(_, level)| *level < slice.releases);
        less.filter(|_| asked.unit.is_none()).collect()
    }

    fn facts_of(&self, asked: &Explain) -> Option<Facts> {
        let organisation = self.organisations.find(&asked.organisation)?;
        let opens = [Category::MentalHealth, Category::Restricted].into();
        // Whoever asks about an objection and an exception asks what it would open in spite of the one.
        let over_objection = asked.objection == Objection::Objected;
        let exception = asked.break_glass.clone().map(|reason| BreakGlass { reason, opens, over_objection });
        Some(Facts {
            role: asked.role,
            demographics_only: asked.demographics_only,
            organisation: organisation.ods.to_string(),
            organisation_kind: organisation.kind.clone(),
            route: asked.route.name(),
            assurance: asked.assurance,
            purpose: asked.purpose.clone(),
            relationship: asked.relationship.clone(),
            tester_of: TesterOf::default(),
            beside: Circumstances {
                objection: asked.objection,
                break_glass: exception,
                ..Circumstances::default()
            },
        })
    }

    fn level_of(&self, facts: &Facts, slice: &Slice) -> Option<Grant> {
        self.engine.decide(facts, std::slice::from_ref(slice)).pop()
    }

    /// Changes that would each raise the level, found by deciding anew; where none does alone, all that stands in the way.
    fn needed(&self, facts: &Facts, slice: &Slice, grant: &Grant) -> Vec<String> {
        let (Some(_), Some(next)) = (grant.limited_by, next(grant.level)) else { return Vec::new() };
        let raises = |facts: &Facts, slice: &Slice| {
            self.level_of(facts, slice).is_some_and(|other| other.level > grant.level)
        };
        let changed = changes(facts, slice).into_iter();
        let mut needed: Vec<String> =
            changed.filter(|(_, facts, slice)| raises(facts, slice)).map(|(what, _, _)| what).collect();
        let cell = self.engine.rules.cell(facts.role, slice.category);
        if cell <= grant.level && slice.category != Category::Restricted {
            let id = engine::cell_id(facts.role, slice.category);
            needed.push(format!("{id} of the matrix at {} or above (CG+CSO)", letter(next)));
        }
        if needed.is_empty() {
            let about = |id: &String| {
                self.engine.abouts().get(id).map(|about| format!("{id} lifted ({})", about.owner))
            };
            let all: Vec<String> = grant.limits.iter().filter_map(about).collect();
            needed.extend((!all.is_empty()).then(|| format!("together: {}", all.join(" and "))));
        }
        needed
    }
}

/// One thing changed at a time, in words.
fn changes(facts: &Facts, slice: &Slice) -> Vec<(String, Facts, Slice)> {
    let with = |what: &str, facts: Facts| (what.to_owned(), facts, slice.clone());
    let related = facts.relationship.iter().cloned().chain(["mental-health-care".to_owned()]).collect();
    let opens = [Category::MentalHealth, Category::Restricted].into();
    let exception = Some(BreakGlass { reason: "emergency".to_owned(), opens, over_objection: true });
    let beside = |edit: &dyn Fn(&mut Circumstances)| {
        let mut facts = facts.clone();
        edit(&mut facts.beside);
        facts
    };
    vec![
        with("a relationship of mental health care", Facts { relationship: related, ..facts.clone() }),
        with("a sign-in with two factors", Facts { assurance: facts.assurance.max(2), ..facts.clone() }),
        with("a launch from a host system", Facts { route: Route::Signed.name(), ..facts.clone() }),
        with("a role map without its cap", Facts { demographics_only: false, ..facts.clone() }),
        with(
            "the organisation's ceiling lifted",
            Facts { organisation_kind: String::new(), ..facts.clone() },
        ),
        with("emergency access (break-glass)", beside(&|beside| beside.break_glass.clone_from(&exception))),
        with("no objection of the person", beside(&|beside| beside.objection = Objection::None)),
        (
            "the partner's switch at full for this asker".to_owned(),
            facts.clone(),
            Slice { releases: Level::Full, ..slice.clone() },
        ),
        (
            "a partner that releases restricted entries in emergency access".to_owned(),
            facts.clone(),
            Slice { releases_restricted: true, ..slice.clone() },
        ),
    ]
}

fn next(level: Level) -> Option<Level> {
    match level {
        Level::Nothing => Some(Level::Existence),
        Level::Existence => Some(Level::Summary),
        Level::Summary => Some(Level::Full),
        Level::Full => None,
    }
}

impl Explanation {
    /// In lines for a terminal.
    pub fn text(&self) -> String {
        let mut text = format!("{}\n", self.facts);
        if let Some(refusal) = &self.refused {
            let _ = writeln!(text, "opening: refused, {}", refusal.code());
        }
        let _ =
            writeln!(text, "level: {} (the partner lets out {})", letter(self.level), letter(self.released));
        list(&mut text, "given by", &self.granted_by);
        let reason = self.limited_by.map_or("nothing: the level is full", ReasonCode::name);
        let _ = writeln!(text, "next level stopped by: {reason}");
        list(&mut text, "narrowed by", &self.narrowed_by);
        for needed in &self.needed {
            let _ = writeln!(text, "would be needed: {needed}");
        }
        for (unit, level) in &self.units {
            let _ = writeln!(text, "of unit {unit} the partner lets out {} only", letter(*level));
        }
        text
    }
}

fn list(text: &mut String, title: &str, rules: &[(String, About)]) {
    for (id, about) in rules {
        let _ =
            writeln!(text, "{title}: {id}, {}, owner {}: {}", about.reason.name(), about.owner, about.says);
    }
}
