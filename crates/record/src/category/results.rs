//! Takes Observations and DiagnosticReports, gives results: digits, comparator and unit as sent, the laboratory's own
//! range and flag. We compute nothing (HAZ-014, HAZ-015, HAZ-056).
//! Source: GP Connect 1.6.2 investigations and uncategorised data guidance; UK Core Observation, DiagnosticReport.

use crate::item::{Bounds, Detail, Facts, Item, Measurement, Note, Problem, ProblemKind, Section, When};
use crate::normalise::extensions::plain;
use crate::normalise::filing;
use crate::normalise::gp_connect::is_set_apart;
use crate::normalise::resource::{Resource, quantity, text, unit, words};
use crate::normalise::surroundings::Surroundings;
use fhir::coding::{Concept, SNOMED_CT};
use fhir::{Category, Json, Object};

/// "Diagnostic studies report": the one code of a practice's reports.
const ANY_REPORT: &str = "721981007";
/// "Comment note": free text of a consultation, or a filing comment under a report.
const COMMENT_NOTE: &str = "37331000000100";

pub(crate) fn observation(resource: &Resource<'_>) -> Item {
    let measurement = measure(resource);
    let (section, category) = place(resource, &measurement);
    let facts = match section {
        Section::Problems => Facts::Problem(Problem {
            kind: ProblemKind::History,
            body_site: resource.words("bodySite"),
            ..Problem::default()
        }),
        _ => Facts::Result(measurement.clone()),
    };
    let mut item = resource.item(section, category, facts);
    let (from, to) = resource.span("effective");
    item.when = When { from, to, recorded: resource.date("issued") };
    if !matches!(item.facts, Facts::Result(_)) {
        item.detail("Value", measurement.value);
        for part in measurement.components {
            let label = part.name.words().unwrap_or("Part").to_owned();
            item.details.extend(part.value.map(|value| Detail { label, value }));
        }
    }
    item.detail("Body site", resource.words("bodySite"));
    item.detail("Method", resource.words("method"));
    for header in headers(resource) {
        item.detail("Part of", Some(header));
    }
    item
}

/// The headers a practice filed it under. In R4 the same word means "computed from".
fn headers(resource: &Resource<'_>) -> Vec<String> {
    if resource.document.format == fhir::reply::Format::R4 {
        return Vec::new();
    }
    let relations = resource.object.objects("related");
    let above = relations.iter().filter(|relation| relation.text("type").as_deref() == Some("derived-from"));
    let headers = above.filter_map(|relation| resource.follow(&relation.object("target")?));
    headers.filter(|header| !is_set_apart(header)).filter_map(|header| header.words("code")).collect()
}

/// What a council recorded of someone's life (where they live, who helps) stands with their care. Else numbers and vital
/// signs are results; what is left of a practice's coded entries is history; comments belong to
/// their consultation.
fn place(resource: &Resource<'_>, measurement: &Measurement) -> (Section, Category) {
    if resource.document.searched == Some(Category::SocialCare) {
        return (Section::Care, Category::SocialCare);
    }
    let has_value =
        measurement.value.is_some() || measurement.components.iter().any(|part| part.value.is_some());
    let is_code = |code| measurement.name.has(SNOMED_CT, code);
    if is_code(COMMENT_NOTE) {
        (Section::Problems, Category::Consultations)
    } else if is_frailty(&measurement.name) {
        (Section::Frailty, if has_value { Category::Results } else { Category::Problems })
    } else if has_value || !resource.is_gp_connect() {
        (Section::Results, Category::Results)
    } else {
        (Section::Problems, Category::Problems)
    }
}

/// Frailty, falls, mobility, function and cognition as recorded; matched by code or by whole words, never computed (HAZ-056).
pub(crate) fn is_frailty(name: &Concept) -> bool {
    const CODES: [&str; 6] =
        ["1129331000000101", "763264000", "713634000", "925791000000100", "161898004", "1099481000000106"];
    const WORDS: [&str; 14] = [
        "fall",
        "falls",
        "fallen",
        "frail",
        "frailty",
        "efi",
        "efi2",
        "mobility",
        "cognitive",
        "cognition",
        "delirium",
        "4at",
        "barthel",
        "waterlow",
    ];
    let said = name.words().unwrap_or_default().to_lowercase();
    let mut spoken = said.split(|c: char| !c.is_alphanumeric());
    CODES.iter().any(|code| name.has(SNOMED_CT, code)) || spoken.any(|word| WORDS.contains(&word))
}

pub(crate) fn measure(resource: &Resource<'_>) -> Measurement {
    let (at, _) = resource.span("effective");
    let mut measurement = value(&resource.object);
    measurement.status = resource.code("status").unwrap_or_default();
    measurement.at = at.or_else(|| resource.date("issued"));
    measurement.comments = resource.notes().into_iter().map(|note| note.text).collect();
    let part = |component: &Object<'_>| Measurement { at: measurement.at.clone(), ..value(component) };
    measurement.components = resource.object.objects("component").iter().map(part).collect();
    measurement
}

/// Name, value, range and flag of an Observation or one of its components.
fn value(object: &Object<'_>) -> Measurement {
    let mut measurement = Measurement {
        name: object.object("code").map(|code| Concept::read(&code)).unwrap_or_default(),
        range: ranges(object),
        flag: flags(object),
        ..Measurement::default()
    };
    match object.choice("value") {
        Some(("valueQuantity", json)) => {
            let amount = json.object().unwrap_or_default();
            measurement.value = quantity(&amount);
            measurement.number = amount.get("value").and_then(Json::number).map(str::to_owned);
            measurement.unit = unit(&amount);
            measurement.bounds = one_range(object, &measurement.unit).unwrap_or_default();
        }
        Some((name, json)) => measurement.value = other_value(name, json),
        None => measurement.value = words(object, "dataAbsentReason").map(|why| format!("No value: {why}")),
    }
    measurement
}

fn other_value(name: &str, json: Json<'_>) -> Option<String> {
    let object = || json.object();
    match name {
        "valueCodeableConcept" => object().and_then(|o| Concept::read(&o).words().map(str::to_owned)),
        "valueRange" => object().and_then(|range| bounds(&range)),
        "valueRatio" => object().and_then(|ratio| {
            let side = |key| ratio.object(key).and_then(|amount| quantity(&amount));
            Some(format!("{} : {}", side("numerator")?, side("denominator")?))
        }),
        "valuePeriod" => object().and_then(|period| {
            let side = |key| text(&period, key);
            Some(format!("{} to {}", side("start")?, side("end")?))
        }),
        _ => plain(json).or_else(|| Some("In a form shown only as sent".into())),
    }
}

fn ranges(object: &Object<'_>) -> Option<String> {
    let ranges = object.objects("referenceRange");
    let said: Vec<String> = ranges
        .iter()
        .filter_map(|range| {
            let kind = words(range, "type").map(|kind| format!("{kind}: ")).unwrap_or_default();
            Some(format!("{kind}{}", text(range, "text").or_else(|| bounds(range))?))
        })
        .collect();
    (!said.is_empty()).then(|| said.join("; "))
}

/// The bounds of the one range there is: of several, or of one of a kind (therapeutic), none is the range; in another unit
/// they cannot be drawn (HAZ-015).
fn one_range(object: &Object<'_>, of: &Option<String>) -> Option<Bounds> {
    let ranges = object.objects("referenceRange");
    let [range] = ranges.as_slice() else { return None };
    if range.get("type").is_some() {
        return None;
    }
    let side = |key| range.object(key);
    let is_drawn = |amount: &Object<'_>| unit(amount).is_none_or(|unit| Some(unit) == *of);
    if !["low", "high"].into_iter().filter_map(side).all(|amount| is_drawn(&amount)) {
        return None;
    }
    let digits = |key| side(key)?.get("value").and_then(Json::number).map(str::to_owned);
    Some(Bounds { low: digits("low"), high: digits("high") })
}

/// Every flag the laboratory set.
fn flags(object: &Object<'_>) -> Option<String> {
    let said =
        |json: Json<'_>| plain(json).or_else(|| Concept::read(&json.object()?).words().map(str::to_owned));
    let flags: Vec<String> = object.items("interpretation").into_iter().filter_map(said).collect();
    (!flags.is_empty()).then(|| flags.join("; "))
}

/// `3.9 to 5.6 mmol/L`, the digits as sent; `150 mg to 1 g` where the units are two.
fn bounds(range: &Object<'_>) -> Option<String> {
    let side = |key| range.object(key);
    let number = |amount: &Object<'_>| amount.get("value").and_then(Json::number).map(str::to_owned);
    match (side("low"), side("high")) {
        (Some(low), Some(high)) => match (quantity(&low), quantity(&high)) {
            (Some(both), Some(end)) => {
                let in_one_unit = unit(&low).is_none() || unit(&low) == unit(&high);
                Some(format!("{} to {end}", number(&low).filter(|_| in_one_unit).unwrap_or(both)))
            }
            (low, high) => low.map(|low| format!("from {low}")).or(high.map(|high| format!("up to {high}"))),
        },
        (Some(low), None) => Some(format!("from {}", quantity(&low)?)),
        (None, Some(high)) => Some(format!("up to {}", quantity(&high)?)),
        (None, None) => None,
    }
}

pub(crate) fn report<'a>(resource: &Resource<'a>, around: &Surroundings<'a>) -> Item {
    let members = around.results_of(resource);
    let holds = |member: &&Resource<'_>| !is_comment(member) || !is_set_apart(member);
    let (comments, results): (Vec<_>, Vec<_>) =
        members.iter().filter(holds).partition(|member| is_comment(member));
    let facts = Facts::Report {
        results: results.iter().map(|member| measure(member)).collect(),
        conclusion: resource.text("conclusion"),
    };
    let mut item = resource.item(Section::Results, Category::Results, facts);
    item.notes.extend(comments.iter().flat_map(|comment| filing_comment(comment)));
    name_by_panels(&mut item, around.panels_of(resource));
    let (from, to) = resource.span("effective");
    item.when = When { from, to, recorded: resource.date("issued") };
    for member in &members {
        filing::take_on(&mut item, filing::file(member, Category::Results));
    }
    let specimens = resource.linked("specimen");
    item.parts = members.iter().filter(holds).chain(&specimens).filter_map(Resource::part).collect();
    for specimen in specimens {
        item.detail("Specimen", specimen.words("type"));
        let collected = specimen.object.object("collection").and_then(|c| text(&c, "collectedDateTime"));
        item.detail("Collected", collected.map(|at| fhir::FhirDate::parse(&at).display()));
        item.notes.extend(specimen.notes());
    }
    for form in resource.object.objects("presentedForm") {
        item.detail("Attached, shown only as sent", Some(attached(&form)));
    }
    item.detail("Laboratory service", resource.words("category"));
    item.detail(
        "Coded conclusion",
        resource.words("conclusionCode").or_else(|| resource.words("codedDiagnosis")),
    );
    item
}

/// A report may be nothing but a file: that it exists is said (HAZ-017).
pub(crate) fn attached(form: &Object<'_>) -> String {
    let kind = text(form, "contentType").unwrap_or_else(|| "type not given".into());
    let title = text(form, "title").map(|title| format!(", {title}"));
    format!("{kind}{}", title.unwrap_or_default())
}

/// A practice codes every report "Diagnostic studies report"; what was examined is the name of its test groups.
fn name_by_panels(item: &mut Item, panels: Vec<String>) {
    if !item.what.has(SNOMED_CT, ANY_REPORT) || panels.is_empty() {
        return;
    }
    item.detail("Recorded as", item.what.words().map(str::to_owned));
    item.what.text = Some(panels.join(", "));
}

pub(crate) fn is_comment_note(code: &Concept) -> bool {
    code.has(SNOMED_CT, COMMENT_NOTE)
}

/// Free text and nothing else.
pub(crate) fn is_comment(resource: &Resource<'_>) -> bool {
    let comment = resource.concept("code").is_some_and(|code| is_comment_note(&code));
    comment && resource.object.choice("value").is_none()
}

/// A filing comment: who filed it with what words, and when.
fn filing_comment(resource: &Resource<'_>) -> Vec<Note> {
    let (at, _) = resource.span("effective");
    let by = crate::normalise::provenance::party(resource, "performer").and_then(|party| party.name);
    let filed = at.map(|at| format!("filed {}", at.display()));
    let by = [by, filed].into_iter().flatten().collect::<Vec<_>>().join(", ");
    let by = (!by.is_empty()).then_some(by);
    resource.notes().into_iter().map(|note| Note { by: note.by.or_else(|| by.clone()), ..note }).collect()
}
