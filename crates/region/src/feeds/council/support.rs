//! What a council's words stand for in the lists of Client Level Data: a service's type and component, a person's primary
//! support reason, who provides, and for how many hours.
//! Source: Adult Social Care Client Level Data, release 1; sources, section 14.

use crate::people::{Person, partner::Partner};

/// Words of a service, its type and its component. The first that is found counts.
const SERVICES: [(&str, &str, &str); 4] = [
    ("Reablement", "Short Term Support: ST-Max", "Reablement"),
    ("Respite", "Short Term Support: Other Short Term", "Short Term Residential Care"),
    ("equipment", "Long Term Support: Community", "Equipment"),
    ("", "Long Term Support: Community", "Home Support"),
];

const REASONS: [(&str, &str); 4] = [
    ("access and mobility", "Physical Support: Access & mobility only"),
    ("personal care", "Physical Support: Personal care support"),
    ("equipment", "Physical Support: Access & mobility only"),
    ("Long term support", "Physical Support: Personal care support"),
];

/// Type and component.
pub(super) fn service(words: &str) -> (&'static str, &'static str) {
    let found = SERVICES.into_iter().find(|(word, ..)| words.contains(word));
    found.map_or(("", ""), |(_, kind, component)| (kind, component))
}

pub(super) fn reason(person: &Person, council: Partner) -> &'static str {
    if has_dementia(person) {
        return "Support with Memory & Cognition";
    }
    let mut services = person.story_facts.episodes.iter().filter(|one| one.at.contains(&council));
    let reason = services.find_map(|one| REASONS.iter().find(|(word, _)| one.service.text.contains(word)));
    reason.map_or("Unknown", |(_, reason)| reason)
}

pub(super) fn has_dementia(person: &Person) -> bool {
    person.story_facts.problems.iter().any(|problem| problem.name.text.contains("Alzheimer"))
}

pub(super) fn provider(person: &Person, council: Partner) -> Option<&'static str> {
    let mut teams = person.story_facts.teams.iter().filter(|team| team.at.contains(&council));
    let member = teams.find_map(|team| team.members.iter().find(|(_, role, _)| *role == "Care provider"));
    member.map(|(name, ..)| *name)
}

/// The word before `hours a week`.
pub(super) fn hours_a_week(words: &str) -> Option<&str> {
    words.split_once(" hours a week")?.0.rsplit(' ').next()
}
