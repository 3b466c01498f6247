//! Takes problems, procedures and history, gives them under their headings with certainty and laterality in words.
//! Source: viewer.md section 7, Problems and history; HAZ-018, HAZ-019.

use super::list::{Sorted, is_past};
use super::row::Fact;
use record::Item;
use record::item::{Facts, ProblemKind};
use record::reconcile::Group;

pub(crate) fn facts(item: &Item) -> Vec<Fact<'_>> {
    let Facts::Problem(problem) = &item.facts else { return super::frailty::facts(item) };
    [
        Fact::maybe("Certainty", problem.certainty.as_deref()),
        Fact::maybe("Severity", problem.severity.as_deref()),
        Fact::maybe("Significance", problem.significance.as_deref()),
        Fact::maybe("Site", problem.body_site.as_deref()),
    ]
    .into_iter()
    .flatten()
    .collect()
}

pub(crate) fn sorted<'g, 'a>(groups: &'g [Group<'a>]) -> Sorted<'g, 'a> {
    const HEADINGS: [&str; 5] =
        ["Active problems", "Past problems", "Procedures", "Family history", "Other history"];
    HEADINGS.into_iter().map(|heading| (heading.to_owned(), under(groups, heading))).collect()
}

fn under<'g, 'a>(groups: &'g [Group<'a>], heading: &str) -> Vec<&'g Group<'a>> {
    groups.iter().filter(|group| heading_of(group) == heading).collect()
}

/// A problem that is not over: no procedure, no history.
pub(crate) fn is_active(group: &Group<'_>) -> bool {
    heading_of(group) == "Active problems"
}

fn heading_of(group: &Group<'_>) -> &'static str {
    let kind = group.items.first().map(|item| match &item.facts {
        Facts::Problem(problem) => problem.kind,
        _ => ProblemKind::History,
    });
    match kind.unwrap_or_default() {
        ProblemKind::Problem if is_past(group) => "Past problems",
        ProblemKind::Problem => "Active problems",
        ProblemKind::Procedure => "Procedures",
        ProblemKind::FamilyHistory => "Family history",
        ProblemKind::History => "Other history",
    }
}
