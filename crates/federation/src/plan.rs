//! Takes the permit, gives one question per source that may be asked and one settled reply per source that may not:
//! every configured source is in exactly one of the two (HAZ-006). Nothing outside the permit is ever asked.

use crate::{
    asking::Asking, guard::hours::Hours, open::OpenQuestion, question::Question, source::SourceConfig,
};
use fhir::{Category, Level, Reply, ReplyState, Retrieval, SourceId, reply::NotAsked};
use std::collections::BTreeMap;

/// What one opening asks, and what was clear without asking.
#[derive(Debug)]
pub struct Plan {
    pub(crate) questions: Vec<Question>,
    pub settled: Vec<Reply>,
}

const NOT_IN_ROLE: &str = "your role does not include them";
const NOT_TRACED: &str = "the registered practice could not be confirmed nationally";
/// By its partner's schedule.
pub(crate) const OUT_OF_HOURS: &str = "outside agreed hours";
const NO_PRACTICE: &str = "no registered GP practice is recorded";

/// What may be seen of one category at one source.
pub(crate) type Permitted<'a> = &'a dyn Fn(&SourceId, Category) -> Level;

pub(crate) fn plan(sources: &[SourceConfig], permitted: Permitted<'_>, asking: &Asking) -> Plan {
    let mut plan = Plan { questions: Vec::new(), settled: Vec::new() };
    for source in sources {
        match question(source, permitted, asking) {
            Ok(question) => plan.questions.push(question),
            Err(reply) => plan.settled.push(*reply),
        }
    }
    plan
}

fn question(
    source: &SourceConfig,
    permitted: Permitted<'_>,
    asking: &Asking,
) -> Result<Question, Box<Reply>> {
    let (categories, by_category) = categories(source, permitted);
    let settle = |state| {
        let reply = Reply::of(source.id.clone(), state);
        Err(Box::new(Reply { by_category: by_category.clone(), ..reply }))
    };
    if source.kind.is_none() || source.shares.is_empty() {
        return settle(ReplyState::NotShared);
    }
    if categories.is_empty() {
        return settle(not_asked(NOT_IN_ROLE));
    }
    // Before anything is asked for it, its register of objections too: what it did not say must not read as if it had been asked.
    if !Hours::of(&source.agreed_hours, &source.quiet_windows).unwrap_or_default().hold(asking.now) {
        return settle(not_asked(OUT_OF_HOURS));
    }
    let identified = &asking.person;
    match (source.kind.is_practice(), identified.traced, &identified.practice) {
        (true, false, _) => return settle(not_asked(NOT_TRACED)),
        (true, true, None) => return settle(not_asked(NO_PRACTICE)),
        _ => {}
    }
    Ok(Question { categories, settled: by_category, ..base(source, asking) })
}

/// The objection question to a practice; `None` where there is no traced practice to ask.
pub(crate) fn objection(source: &SourceConfig, asking: &Asking) -> Option<Question> {
    let practice = asking.person.practice.clone().filter(|_| asking.person.traced)?;
    let question = base(source, asking);
    Some(Question { practice: Some(practice), ..question })
}

/// The objection question to a partner's register.
pub(crate) fn consent(source: &SourceConfig, asking: &Asking) -> Question {
    base(source, asking)
}

/// The question for one document's content.
pub(crate) fn open(source: &SourceConfig, asking: &Asking, retrieval: &Retrieval) -> OpenQuestion {
    OpenQuestion {
        source: source.id.clone(),
        kind: source.kind,
        opening: asking.opening.clone(),
        person: asking.subject(),
        asker: asking.asker(),
        practice: asking.person.practice.clone(),
        now: asking.now,
        retrieval: retrieval.clone(),
        opens_restricted: asking.opens_restricted,
    }
}

fn base(source: &SourceConfig, asking: &Asking) -> Question {
    Question {
        source: source.id.clone(),
        kind: source.kind,
        categories: Vec::new(),
        settled: BTreeMap::new(),
        opening: asking.opening.clone(),
        person: asking.subject(),
        asker: asking.asker(),
        practice: asking.person.practice.clone(),
        now: asking.now,
    }
}

/// The categories to ask for, and the states of those that are not.
fn categories(
    source: &SourceConfig,
    permitted: Permitted<'_>,
) -> (Vec<Category>, BTreeMap<Category, ReplyState>) {
    let (mut asked, mut settled) = (Vec::new(), BTreeMap::new());
    for category in Category::ALL {
        if !source.shares.contains(&category) || category == Category::Restricted {
            settled.insert(category, ReplyState::NotShared);
        } else if permitted(&source.id, category) == Level::Nothing {
            settled.insert(category, not_asked(NOT_IN_ROLE));
        } else {
            asked.push(category);
        }
    }
    (asked, settled)
}

fn not_asked(reason: &str) -> ReplyState {
    ReplyState::NotAsked(NotAsked(reason.to_owned()))
}

#[cfg(test)]
mod tests;
