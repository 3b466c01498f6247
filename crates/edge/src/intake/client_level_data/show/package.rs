//! Open services of one service type as one package, a line for each. Those of different teams stand apart, so that a
//! partner can hold back one team's. The period has no end: the page reads it as the day a review is due, and the
//! standard tells only of reviews that were.
//! Source: UK Core CarePlan; sources.md 14.

use super::Told;
use super::events::is_open;
use super::make::{Maker, Place, subject, words};
use crate::intake::client_level_data::columns::Column;
use crate::intake::client_level_data::event::{Event, Kind};
use crate::intake::client_level_data::words::value as folded;
use fhir::FhirDate;
use serde_json::{Value, json};
use std::collections::BTreeMap;

pub(super) fn put(maker: &mut Maker<'_>, told: &[Told]) {
    let mut packages: BTreeMap<String, Vec<&Told>> = BTreeMap::new();
    let services = told.iter().filter(|told| told.event.kind() == Some(Kind::Service));
    for service in services.filter(|told| is_open(&told.event) && !told.event.is_safeguarding()) {
        let kind = folded(service.event.of(Column::ServiceType).unwrap_or_default());
        let name = [kept_by(&service.event), kind].join("\u{1f}");
        packages.entry(name).or_default().push(service);
    }
    for (name, services) in packages {
        let Some(last) = services.iter().max_by_key(|told| told.recency()) else { continue };
        let reviewed = last_review(told, &last.event);
        let since = services.iter().filter_map(|told| told.event.of(Column::Start)).min();
        let mut lines: Vec<Value> = services.iter().map(|told| line(&told.event)).collect();
        lines.extend(reviewed.map(|day| activity("Last review", &shown(day), "completed")));
        let title = last.event.of(Column::ServiceType).unwrap_or("Service, type not recorded");
        let members = json!({
            "status": "active",
            "intent": "plan",
            "category": [words(Some("Adult social care package"))],
            "title": title,
            "subject": subject(),
            "period": { "start": since },
            "contributor": [maker.council()],
            "activity": lines,
        });
        let place = Place { resource_type: "CarePlan", name: &name, dataset: "services", event: &last.event };
        maker.put(&place, members);
    }
}

/// The person's number at the council, and the team.
fn kept_by(event: &Event) -> String {
    [event.who(), folded(event.of(Column::Team).unwrap_or_default())].join("\u{1f}")
}

/// The day alone: what came of it belongs to the review itself, which a partner may hold back.
fn last_review<'t>(told: &'t [Told], package: &Event) -> Option<&'t str> {
    let reviews = told.iter().map(|told| &told.event).filter(|event| event.kind() == Some(Kind::Review));
    let own = reviews.filter(|event| kept_by(event) == kept_by(package) && !event.is_safeguarding());
    own.filter_map(|event| event.of(Column::End)).max()
}

fn line(event: &Event) -> Value {
    let of = |column| event.of(column).map(str::to_owned);
    let provider = match (of(Column::ProviderName), of(Column::ProviderId)) {
        (Some(name), Some(id)) => Some(format!("{name} (CQC {id})")),
        (name, id) => name.or_else(|| id.map(|id| format!("CQC {id}"))),
    };
    let parts = [
        provider,
        of(Column::Mechanism),
        of(Column::PlannedUnits).map(|units| format!("{units} planned units a week")),
        event.of(Column::Start).map(|day| format!("since {}", shown(day))),
        event.of(Column::End).map(|day| format!("planned to end {}", shown(day))),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    activity(event.of(Column::Component).unwrap_or("Service"), &parts.join(", "), "in-progress")
}

fn activity(what: &str, description: &str, status: &str) -> Value {
    json!({ "detail": { "code": words(Some(what)), "status": status, "description": description } })
}

fn shown(day: &str) -> String {
    FhirDate::parse(day).display_day()
}
