//! Takes an AllergyIntolerance, gives an allergy or a coded statement that there is none; the two never mix (HAZ-012).
//! Source: GP Connect 1.6.2 allergies guidance; UK Core AllergyIntolerance; sources.md 1.6.

use crate::item::{Allergy, Facts, Item, Reaction, Section, Standing, When};
use crate::normalise::extensions::{part, value_words};
use crate::normalise::provenance;
use crate::normalise::resource::{Resource, date, extension, text, words};
use fhir::coding::{Concept, SNOMED_CT};
use fhir::{Category, Object};

/// "No known allergy" and its predecessor: nothing of any kind is known.
pub(crate) const NO_KNOWN_ALLERGY: [&str; 2] = ["716186003", "160244002"];
/// Descendants: nothing known of one kind. A negative, but never the whole.
const NO_KNOWN_OF_A_KIND: [&str; 6] =
    ["409137002", "428607008", "429625007", "428197003", "716184000", "716220001"];
/// Transfer-degraded allergy entries: the original term is the text.
const DEGRADED: [&str; 2] = ["196461000000101", "196471000000108"];

pub(crate) fn read(resource: &Resource<'_>) -> Item {
    let what = resource.concept("code").unwrap_or_default();
    let (ended, end_reason) = end(resource);
    let (from, _) = resource.span("onset");
    let no_known = is_one_of(&what, &NO_KNOWN_ALLERGY) || is_one_of(&what, &NO_KNOWN_OF_A_KIND);
    let allergy = Allergy {
        reactions: resource.object.objects("reaction").iter().map(reaction).collect(),
        criticality: resource.text("criticality"),
        kinds: kinds(resource),
        no_known,
        degraded: !no_known && (is_one_of(&what, &DEGRADED) || !is_coded(&what)),
        end_reason,
        asserter: provenance::party(resource, "asserter").and_then(|party| party.name),
    };
    let degraded = allergy.degraded;
    let mut item = resource.item(Section::Allergies, Category::Allergies, Facts::Allergy(allergy));
    if ended.is_some() && item.status.standing == Standing::Unknown {
        item.status.standing = Standing::Past;
    }
    item.when = When {
        from,
        to: ended,
        recorded: resource.date("assertedDate").or_else(|| resource.date("recordedDate")),
    };
    if item.what.words().is_none() {
        // Named only by what the person reacted to: a known allergen is never "no name recorded" (HAZ-012).
        let reactions = resource.object.objects("reaction");
        item.what.text = reactions.iter().find_map(|described| words(described, "substance"));
    }
    item.detail("Last occurrence", resource.date("lastOccurrence").map(|date| date.display()));
    item.detail("Type", resource.code("type"));
    for described in resource.object.objects("reaction") {
        item.detail("Reaction as described", text(&described, "description"));
        item.detail("Reaction to", words(&described, "substance"));
        item.detail("Exposure", words(&described, "exposureRoute"));
        item.detail("Reaction began", date(&described, "onset").map(|date| date.display()));
    }
    if degraded {
        item.caveats.push("Not coded: will not trigger checks in other systems".into());
    }
    item
}

pub(crate) fn is_one_of(concept: &Concept, codes: &[&str]) -> bool {
    codes.iter().any(|code| concept.has(SNOMED_CT, code))
}

fn is_coded(concept: &Concept) -> bool {
    let is_null = |system: &str| system.to_ascii_lowercase().contains("nullflavor");
    concept.codings.iter().any(|c| c.code.is_some() && !c.system.as_deref().is_some_and(is_null))
}

fn kinds(resource: &Resource<'_>) -> Vec<String> {
    let categories = resource.object.items("category");
    categories.into_iter().filter_map(|code| code.text().map(|text| text.into_owned())).collect()
}

/// End date and reason, from the resource (STU3) or its clinical status (UK Core since 2025).
fn end(resource: &Resource<'_>) -> (Option<fhir::FhirDate>, Option<String>) {
    let on_status = || extension(&resource.object.object("clinicalStatus")?, "allergyintoleranceend");
    let Some(end) = resource.extension("allergyintoleranceend").or_else(on_status) else {
        return (None, None);
    };
    let date = part(&end, "endDate")
        .and_then(|part| date(&part, "valueDateTime").or_else(|| date(&part, "valueDate")));
    let reason = part(&end, "reasonEnded").or_else(|| part(&end, "endReason"));
    (date, reason.and_then(|part| value_words(&part)))
}

/// Manifestations as written. A code that only says nothing is known gives way to the description.
fn reaction(object: &Object<'_>) -> Reaction {
    let concepts: Vec<Concept> = object.objects("manifestation").iter().map(Concept::read).collect();
    let said = |concept: &Concept| is_coded(concept) || concept.text.is_some();
    let mut manifestations: Vec<String> =
        concepts.iter().filter(|c| said(c)).filter_map(|c| c.words().map(str::to_owned)).collect();
    if manifestations.is_empty() {
        manifestations.extend(text(object, "description"));
    }
    // Somebody asked and the person could not say: that is an answer, unlike a code that only fills the place.
    let asked =
        concepts.iter().any(|c| c.codings.iter().any(|coding| coding.code.as_deref() == Some("ASKU")));
    if manifestations.is_empty() && asked {
        manifestations.push("Asked, not known".into());
    }
    Reaction { manifestations, severity: text(object, "severity") }
}
