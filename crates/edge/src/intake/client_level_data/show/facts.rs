//! What a council records of the person, each the last that is known: support reason, accommodation, employment, unpaid
//! carer; dementia, impairments and autism as the council decides. A later Unknown undoes nothing; a later No does.
//! Source: sources.md 14 (to items); UK Core Observation, Flag.

use super::Told;
use super::make::{Maker, Place, subject, words};
use crate::intake::client_level_data::columns::{Column, FLAGS};
use crate::intake::client_level_data::event::{Client, Event};
use crate::intake::client_level_data::settings::FlagAs;
use crate::intake::client_level_data::words::value as folded;
use fhir::FhirDate;
use serde_json::json;
use std::collections::BTreeMap;

const OBSERVATION_CATEGORY: &str = "http://terminology.hl7.org/CodeSystem/observation-category";
const FLAG_CATEGORY: &str = "http://terminology.hl7.org/CodeSystem/flag-category";

const FACTS: [(Column, &str); 5] = [
    (Column::Client, "Known to adult social care as"),
    (Column::SupportReason, "Primary Support Reason"),
    (Column::Accommodation, "Accommodation Status"),
    (Column::Employment, "Employment Status"),
    (Column::UnpaidCarer, "Has Unpaid Carer"),
];
/// Said of carers alone, and of them only how much they do: never for whom.
const OF_CARERS: [(Column, &str); 2] = [
    (Column::HoursCaring, "Total hours caring per week"),
    (Column::AdultsCaredFor, "Number of adults cared for"),
];

pub(super) fn put(maker: &mut Maker<'_>, told: &[Told], flags: &BTreeMap<Column, FlagAs>) {
    for (column, label) in FACTS {
        if let Some((value, event)) = last(told, column) {
            fact(maker, event, "facts", (label, value));
        }
    }
    for (column, label) in OF_CARERS {
        let carers = told.iter().filter(|told| told.event.client() == Some(Client::Carer));
        if let Some((value, event)) = last(carers, column) {
            fact(maker, event, "facts", (label, value));
        }
    }
    for column in FLAGS {
        let becomes = flags.get(&column).copied().unwrap_or(FlagAs::Off);
        if let Some((value, event)) = last(told, column).filter(|_| becomes != FlagAs::Off) {
            flag(maker, event, column.name(), value, becomes);
        }
    }
}

/// The last known value of a column, with the row that says it.
pub(super) fn last<'t>(
    told: impl IntoIterator<Item = &'t Told>,
    column: Column,
) -> Option<(&'t str, &'t Event)> {
    let known = told.into_iter().filter_map(|told| Some((told, told.event.known(column)?)));
    // A safeguarding matter has its own place (HAZ-023).
    let fit = known.filter(|(_, value)| !value.to_lowercase().contains("safeguarding"));
    fit.max_by_key(|(told, _)| told.recency()).map(|(told, value)| (value, &told.event))
}

/// Yes is what the council decided; No is nothing; any other word is told as recorded, and raises no alert.
fn flag(maker: &mut Maker<'_>, event: &Event, label: &str, value: &str, becomes: FlagAs) {
    let is_yes = matches!(folded(value).as_str(), "yes" | "y");
    match becomes {
        FlagAs::Off => {}
        _ if matches!(folded(value).as_str(), "no" | "n") => {}
        FlagAs::Alert if is_yes => alert(maker, event, label),
        FlagAs::IndividualRequirement if is_yes => {
            let label = format!("Individual requirement: {label}");
            fact(maker, event, "flags", (&label, value));
        }
        _ => fact(maker, event, "flags", (label, value)),
    }
}

fn fact(maker: &mut Maker<'_>, event: &Event, dataset: &'static str, (label, value): (&str, &str)) {
    let category =
        json!({ "system": OBSERVATION_CATEGORY, "code": "social-history", "display": "Social History" });
    let members = json!({
        "status": "final",
        "category": [{ "coding": [category] }],
        "code": words(Some(label)),
        "subject": subject(),
        "effectiveDateTime": event.of(Column::PeriodEnd),
        "performer": [maker.council()],
        "valueString": value,
    });
    let name = format!("fact\u{1f}{label}\u{1f}{}", event.who());
    maker.put(&Place { resource_type: "Observation", name: &name, dataset, event }, members);
}

/// Since when it is so the standard does not say: a period would claim it.
fn alert(maker: &mut Maker<'_>, event: &Event, label: &str) {
    let day = event.of(Column::PeriodEnd).map(|day| FhirDate::parse(day).display_day());
    let kind = format!("As recorded by adult social care on {}", day.unwrap_or_default());
    let members = json!({
        "status": "active",
        "category": [{
            "coding": [{ "system": FLAG_CATEGORY, "code": "clinical", "display": "Clinical" }],
            "text": kind,
        }],
        "code": words(Some(label)),
        "subject": subject(),
        "author": maker.council(),
    });
    let name = format!("flag\u{1f}{label}\u{1f}{}", event.who());
    maker.put(&Place { resource_type: "Flag", name: &name, dataset: "flags", event }, members);
}
