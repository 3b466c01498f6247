//! Takes Condition, Procedure and FamilyMemberHistory, gives problems and history: original term first, certainty and
//! laterality in words (HAZ-018). Source: GP Connect 1.6.2 problems guidance; UK Core Condition, Procedure.

use crate::item::{Facts, Item, Problem, ProblemKind, Section, Standing, When};
use crate::normalise::extensions::{part, value_words};
use crate::normalise::gp_connect::{is_set_apart, named, terms};
use crate::normalise::resource::{Resource, extension_name, text, words};
use fhir::{Category, Object};

pub(crate) fn condition(resource: &Resource<'_>) -> Item {
    let (from, _) = resource.span("onset");
    let (to, _) = resource.span("abatement");
    let significance = resource.extension("problemsignificance");
    let problem = Problem {
        significance: significance.and_then(|extension| value_words(&extension)),
        certainty: resource.code("verificationStatus"),
        severity: resource.words("severity"),
        kind: ProblemKind::Problem,
        body_site: resource.words("bodySite"),
    };
    let mut item = resource.item(Section::Problems, Category::Problems, Facts::Problem(problem));
    item.when =
        When { from, to, recorded: resource.date("assertedDate").or_else(|| resource.date("recordedDate")) };
    let abated = resource.object.choice("abatement").is_some_and(|(_, value)| value.boolean() != Some(false));
    if abated && item.status.code.is_empty() {
        item.status.standing = Standing::Past;
    }
    for category in resource.concepts("category") {
        item.detail("Recorded as", category.words().map(str::to_owned));
    }
    if resource.object.boolean("abatementBoolean") == Some(true) {
        item.detail("Ended", Some("yes, date not recorded".into()));
    }
    for stage in resource.object.objects("stage") {
        item.detail("Stage", words(&stage, "summary"));
    }
    links(resource, &mut item);
    item
}

/// What a practice linked to a problem: the entry it was made from, other problems, and everything filed under it.
fn links(resource: &Resource<'_>, item: &mut Item) {
    for link in resource.object.objects("extension") {
        let name = extension_name(&link);
        match name.as_str() {
            "actualproblem" => item.detail("Made from", link_words(resource, &link)),
            "relatedclinicalcontent" => item.detail("Linked entry", link_words(resource, &link)),
            "relatedproblemheader" => {
                let kind = part(&link, "type").and_then(|kind| value_words(&kind));
                let other = part(&link, "target").and_then(|target| link_words(resource, &target));
                let label =
                    kind.map_or_else(|| "Related problem".to_owned(), |k| format!("Related problem ({k})"));
                item.detail(&label, other);
            }
            _ => {}
        }
    }
}

/// The words of an entry linked to, or the sentence that stands in its place. A sensitive one is not repeated (HAZ-010).
fn link_words<'a>(resource: &Resource<'a>, link: &Object<'a>) -> Option<String> {
    let reference = link.object("valueReference")?;
    match resource.follow(&reference) {
        Some(entry) if is_set_apart(&entry) || entry.name() == resource.name() => None,
        Some(entry) => terms(&entry).into_iter().next(),
        None => named(&reference),
    }
}

pub(crate) fn procedure(resource: &Resource<'_>) -> Item {
    let (from, to) = resource.span("performed");
    let problem =
        Problem { kind: ProblemKind::Procedure, body_site: resource.words("bodySite"), ..Problem::default() };
    let mut item = resource.item(Section::Problems, Category::Problems, Facts::Problem(problem));
    item.when = When { from, to, recorded: None };
    item.detail("Reason", resource.words("reasonCode"));
    item.detail("Outcome", resource.words("outcome"));
    item.detail(
        "Not done because",
        resource.words("notDoneReason").or_else(|| resource.words("statusReason")),
    );
    item
}

/// Whose it was stands in the main term, so that it can never be read as the person's own (HAZ-018).
pub(crate) fn family_history(resource: &Resource<'_>) -> Item {
    let problem = Problem { kind: ProblemKind::FamilyHistory, ..Problem::default() };
    let mut item = resource.item(Section::Problems, Category::Problems, Facts::Problem(problem));
    let relation = resource.words("relationship").unwrap_or_else(|| "relation not recorded".into());
    let conditions = resource.object.objects("condition");
    let named: Vec<String> = conditions.iter().filter_map(|condition| words(condition, "code")).collect();
    let named = if named.is_empty() { "no condition named".to_owned() } else { named.join(", ") };
    item.what.text = Some(format!("Family history ({relation}): {named}"));
    item.when.recorded = resource.date("date");
    for condition in &conditions {
        item.detail("Outcome", words(condition, "outcome"));
        item.detail("Onset", text(condition, "onsetString"));
    }
    item
}
