//! Takes every source's allergies, gives one line per agent with its reactions, ended ones apart, recorded negatives last.
//! Never merges anything into a negative. Source: viewer.md section 7; NHS CUI adverse reactions; HAZ-012.

use super::frame::{Frame, drawn};
use super::row::{Dated, Fact, Row};
use super::{Key, list, source_line};
use crate::page::Page;
use crate::words;
use askama::Template;
use record::item::{Allergy, Facts};
use record::reconcile::Group;
use record::{Item, Record, Section};

#[derive(Template)]
#[template(path = "allergies.html", whitespace = "minimize")]
struct Allergies<'a> {
    frame: Frame,
    active: Vec<Agent<'a>>,
    ended: Vec<Agent<'a>>,
    negatives: Vec<Row<'a>>,
    /// `GP: no known allergies. Acute: penicillin.`
    disagreement: Option<String>,
    empty: Option<String>,
    notices: Vec<String>,
}

struct Agent<'a> {
    row: Row<'a>,
    reactions: String,
    entered: Dated,
    coded: bool,
    /// Said once: its own caveat may say it already.
    says_not_coded: bool,
}

pub(super) fn draw(page: &Page, record: &Record) -> String {
    let groups = record.section(Section::Allergies);
    let (negatives, agents): (Vec<_>, Vec<_>) = groups.iter().partition(|group| is_negative(group));
    let (ended, active): (Vec<_>, Vec<_>) = agents.into_iter().partition(|group| list::is_past(group));
    let drawn_rows = Allergies {
        active: by_name(page, &active),
        ended: by_name(page, &ended),
        disagreement: disagreement(page, &negatives, &active),
        negatives: negatives.iter().filter_map(|group| Row::of(page, &group.items, facts)).collect(),
        empty: groups.is_empty().then(|| source_line::nothing(page, record, Section::Allergies)),
        notices: list::notices(record, Section::Allergies),
        frame: frame(page, record, &groups, active.len()),
    };
    drawn(&drawn_rows)
}

fn frame(page: &Page, record: &Record, groups: &[Group<'_>], active: usize) -> Frame {
    let all = list::entries(groups);
    let key = Key::Section(Section::Allergies);
    let frame = Frame::of(page, key, all, all).told(page, record, Section::Allergies);
    if active > 0 { frame.counted(active.to_string()) } else { frame }
}

/// Agents stand by name (ADR-0009), whatever order they came in.
fn by_name<'a>(page: &'a Page, groups: &[&Group<'a>]) -> Vec<Agent<'a>> {
    let mut agents: Vec<Agent<'a>> = groups.iter().filter_map(|group| Agent::of(page, group)).collect();
    agents.sort_by_cached_key(|agent| agent.row.what.to_lowercase());
    agents
}

impl<'a> Agent<'a> {
    fn of(page: &'a Page, group: &Group<'a>) -> Option<Self> {
        let item = group.items.first()?;
        let row = Row::of(page, &group.items, facts)?;
        let entered = Dated::of(item.when.recorded.as_ref().or(item.when.from.as_ref()));
        let coded = group.items.iter().any(|item| allergy(item).is_some_and(|allergy| !allergy.degraded));
        let says_not_coded = !coded && !row.caveats.iter().any(|caveat| caveat == words::NOT_CODED);
        Some(Self { row, reactions: reactions(group), entered, coded, says_not_coded })
    }
}

/// Together `+`, apart a comma; every source's reactions, each once (ADR-0021 to 0023).
pub(super) fn reactions(group: &Group<'_>) -> String {
    reactions_of(&group.items)
}

fn reactions_of(items: &[&Item]) -> String {
    let mut all: Vec<String> = Vec::new();
    for reaction in items.iter().filter_map(|item| allergy(item)).flat_map(|allergy| &allergy.reactions) {
        let severity =
            reaction.severity.as_deref().map(|severity| format!(" ({severity})")).unwrap_or_default();
        let text = format!("{}{severity}", reaction.manifestations.join(" + "));
        if !reaction.manifestations.is_empty() && !all.contains(&text) {
            all.push(text);
        }
    }
    if all.is_empty() { words::REACTION_NOT_RECORDED.to_owned() } else { all.join(", ") }
}

pub(crate) fn facts(item: &Item) -> Vec<Fact<'_>> {
    let Some(allergy) = allergy(item) else { return super::frailty::facts(item) };
    let kinds = (!allergy.kinds.is_empty()).then(|| Fact::new("Type", allergy.kinds.join(", ")));
    [
        kinds,
        Fact::maybe("Criticality", allergy.criticality.as_deref()),
        Fact::maybe("Reason ended", allergy.end_reason.as_deref()),
        Fact::maybe("Said by", allergy.asserter.as_deref()),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The same with the reaction first: where no cell of its own holds it (HAZ-012, HAZ-017).
pub(crate) fn facts_in_a_list(item: &Item) -> Vec<Fact<'_>> {
    let reaction = allergy(item).filter(|allergy| !allergy.no_known);
    let reaction = reaction.map(|_| Fact::new("Reaction", reactions_of(&[item])));
    reaction.into_iter().chain(facts(item)).collect()
}

fn allergy(item: &Item) -> Option<&Allergy> {
    match &item.facts {
        Facts::Allergy(allergy) => Some(allergy),
        _ => None,
    }
}

fn is_negative(group: &Group<'_>) -> bool {
    group.items.first().and_then(|item| allergy(item)).is_some_and(|allergy| allergy.no_known)
}

fn disagreement(page: &Page, negatives: &[&Group<'_>], active: &[&Group<'_>]) -> Option<String> {
    let said = |group: &&Group<'_>| {
        let item = group.items.first()?;
        Some(format!("{}: {}.", super::row::short(page, &item.source), item.words()))
    };
    let both = !negatives.is_empty() && !active.is_empty();
    both.then(|| negatives.iter().chain(active).filter_map(said).collect::<Vec<_>>().join(" "))
}
