//! Takes Flags and safeguarding requests, gives alerts: what, since when, whom to ask. A safeguarding entry says that a
//! concern exists, never what it is about (HAZ-023). Source: UK Core Flag; sources.md 15; access.md 6.

use super::encounters::said;
use crate::item::{Facts, Item, Section, When};
use crate::normalise::extensions::value_words;
use crate::normalise::provenance;
use crate::normalise::resource::Resource;
use fhir::Category;

/// Whether words in lower case name a safeguarding status.
pub(crate) fn is_safeguarding(words: &str) -> bool {
    const SAFEGUARDING: [&str; 5] =
        ["safeguarding", "child protection", "looked after child", "female genital mutilation", "fgm"];
    SAFEGUARDING.iter().any(|word| words.contains(word))
}

pub(crate) fn read(resource: &Resource<'_>) -> Item {
    let words = said(resource, &["code", "category"]);
    let category = if is_safeguarding(&words) { Category::Safeguarding } else { Category::Alerts };
    let what_to_do = resource.extension_like("action").or_else(|| resource.extension_like("detail"));
    let facts = Facts::Alert { what_to_do: what_to_do.and_then(|extension| value_words(&extension)) };
    let mut item = resource.item(Section::Alerts, category, facts);
    let (from, to) = resource.period("period");
    item.when = When { from, to, recorded: None };
    for kind in resource.concepts("category") {
        item.detail("Kind", kind.words().map(str::to_owned));
    }
    if is_about_the_scene(resource, &words) {
        item.detail("For visiting staff", Some("Not reviewed as a fact about the person".into()));
    }
    item
}

/// Safety of a place or of staff, as an ambulance service sends it (sources.md 13).
fn is_about_the_scene(resource: &Resource<'_>, words: &str) -> bool {
    const WORDS: [&str; 6] =
        ["scene safe", "scene is", "scene unsafe", "risk to staff", "staff safety", "visiting staff"];
    let codings = resource.concepts("category").into_iter().flat_map(|concept| concept.codings);
    let by_code = codings.into_iter().any(|coding| {
        coding.code.as_deref() == Some("SS")
            && coding.system.as_deref().is_some_and(|system| system.ends_with("/flag-categories-bars"))
    });
    by_code || WORDS.iter().any(|part| words.contains(part))
}

/// A safeguarding request: existence, team and status.
pub(crate) fn concern(resource: &Resource<'_>) -> Item {
    let mut item = resource.item(Section::Alerts, Category::Safeguarding, Facts::Alert { what_to_do: None });
    item.when = When { from: resource.date("authoredOn"), to: None, recorded: None };
    let team = ["performer", "recipient"].iter().find_map(|key| provenance::party(resource, key)?.name);
    item.detail("Team", team);
    item.detail("Kind", resource.words("category"));
    item
}
