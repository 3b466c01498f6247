//! Takes Lists and the reply's OperationOutcome, gives what the practice says it leaves out: fixed words, no place, no
//! count (HAZ-009, HAZ-010). Source: GP Connect 1.6.2 list warnings, disabled areas; sources.md 1.5.

use crate::normalise::Normalised;
use crate::normalise::extensions::value_words;
use crate::normalise::resource::Resource;
use crate::reconcile::SOURCE_WARNING;
use fhir::outcome::issues;
use fhir::reply::Warning;
use fhir::{Category, Object};

const CONFIDENTIAL: &str = "Items excluded due to confidentiality and/or patient preferences.";
const IN_TRANSIT: &str = "Patient record transfer from previous GP practice not yet complete";
const AWAITING: &str = "Patient record contains some items in the GP practice workflow";

/// The warnings a List carries. Those about the whole record stand once per source, with the date they name.
pub(super) fn of_list(list: &Resource<'_>, about: Option<Category>) -> Vec<Warning> {
    let extensions = list.object.objects("extension");
    let is_warning = |e: &&Object<'_>| e.text("url").is_some_and(|url| url.contains("ListWarningCode"));
    let codes = extensions.iter().filter(is_warning).filter_map(value_words);
    let notes: String = list.notes().into_iter().map(|note| note.text).collect::<Vec<_>>().join(" ");
    codes.map(|code| warning(code, about, &notes)).collect()
}

fn warning(code: String, about: Option<Category>, notes: &str) -> Warning {
    let (category, text) = match code.as_str() {
        "confidential-items" => (about, CONFIDENTIAL.to_owned()),
        "data-in-transit" => (None, sentence(notes, IN_TRANSIT)),
        "data-awaiting-filing" => (None, sentence(notes, AWAITING)),
        _ => (
            about,
            if notes.is_empty() {
                "The practice sent a warning without words.".into()
            } else {
                notes.to_owned()
            },
        ),
    };
    Warning { code, category, text }
}

/// The practice's own sentence with its date, cut out of the List's joined notes; without one, its fixed part.
fn sentence(notes: &str, start: &str) -> String {
    const END: &str = "may be missing.";
    let own = notes.find(start).and_then(|at| notes.get(at..)).and_then(|rest| {
        let end = rest.find(END)? + END.len();
        rest.get(..end)
    });
    own.map_or_else(|| format!("{start}; information may be missing."), str::to_owned)
}

/// Parameters by the category they ask for; a part of a category switched off is a warning, not the whole.
const WHOLE: [(&str, Category); 7] = [
    ("includeAllergies", Category::Allergies),
    ("includeMedication", Category::Medications),
    ("includeConsultations", Category::Consultations),
    ("includeProblems", Category::Problems),
    ("includeImmunisations", Category::Immunisations),
    ("includeInvestigations", Category::Results),
    ("DocumentReferences", Category::Documents),
];
const PARTLY: [(&str, Category); 3] = [
    ("includeUncategorisedData", Category::Results),
    ("includeReferrals", Category::Encounters),
    ("includeDiaryEntries", Category::Encounters),
];

/// Whether one warning says it already: the gateway keeps the beginning of what a source warns of when it asks.
fn is_told_by(told: &Warning, warning: &Warning) -> bool {
    let is_same_place = told.code == SOURCE_WARNING && told.category == warning.category;
    told == warning || (is_same_place && warning.text.starts_with(&told.text))
}

/// An OperationOutcome inside a reply: a disabled area is not shared, never empty; all else is said.
pub(crate) fn outcome(resource: &Resource<'_>, normalised: &mut Normalised) {
    for issue in issues(&resource.object).unwrap_or_default() {
        let parameter = issue.diagnostics.clone().or_else(|| issue.text.clone()).unwrap_or_default();
        let name = parameter.split_whitespace().next().unwrap_or_default();
        let find =
            |table: &[(&str, Category)]| table.iter().find(|(known, _)| *known == name).map(|(_, c)| *c);
        let whole = find(&WHOLE).filter(|_| issue.spine_code.as_deref() == Some("NOT_IMPLEMENTED"));
        let category = whole.or_else(|| find(&PARTLY)).or(resource.document.found_by);
        normalised.not_shared.extend(whole.filter(|category| !normalised.not_shared.contains(category)));
        let code = issue.spine_code.unwrap_or(issue.code);
        let text = issue
            .text
            .or(issue.diagnostics)
            .unwrap_or_else(|| "The source sent a warning without words.".into());
        let warning = Warning { code, category, text };
        if !normalised.warnings.iter().any(|told| is_told_by(told, &warning)) {
            normalised.warnings.push(warning);
        }
    }
}
