//! Takes what a council knows that its CSV has no column for, gives it as NDJSON: alerts, teams, plans with their words, that
//! there is a safeguarding enquiry and whom to call (HAZ-023), documents; with each person's Patient and whoever is named.
//! Source: FHIR R4 Bulk Data Access, section on file contents; sources, section 14 (alternative extracts).

use super::{Extract, Mode, Moment, Transport};
use crate::{payload, people::partner::Partner};
use jiff::Timestamp;
use serde_json::Value;
use std::collections::BTreeSet;

pub(super) const FEED: &str = "care-teams-and-alerts";

/// What has no column. Goals and files come with what refers to them.
const TOLD: [&str; 6] = ["Flag", "CareTeam", "CarePlan", "Goal", "DocumentReference", "Binary"];

/// What is told once, however many refer to it.
const SHARED: [&str; 2] = ["Organization", "Practitioner"];

pub(super) fn extract(moment: &Moment<'_>, partner: Partner, as_at: Timestamp) -> Extract {
    let slug = partner.profile().slug;
    let mut written = Written::default();
    for person in moment.people {
        let held = payload::resources(slug, person, moment.today);
        let told: Vec<&Value> = held.iter().filter(|resource| is_told(resource)).collect();
        let Some(patient) = held.first().filter(|_| !told.is_empty()) else { continue };
        let shared = held.iter().filter(|resource| SHARED.contains(&kind(resource)));
        for resource in shared.filter(|one| is_referred_to(one, told.iter().copied().chain([patient]))) {
            written.put(resource);
        }
        written.put(patient);
        told.into_iter().for_each(|resource| written.put(resource));
    }
    Extract {
        partner: slug,
        feed: FEED,
        file_name: format!("{slug}-{FEED}-{}.ndjson", as_at.strftime("%Y-%m-%d")),
        bytes: written.bytes,
        as_at,
        rows: written.names.len() as u64,
        transport: Transport::File,
        mode: Mode::Snapshot,
    }
}

#[derive(Default)]
struct Written {
    bytes: Vec<u8>,
    /// `Type/id` of every line.
    names: BTreeSet<String>,
}

impl Written {
    fn put(&mut self, resource: &Value) {
        if self.names.insert(name(resource)) {
            self.bytes.extend(payload::as_sent(resource));
            self.bytes.push(b'\n');
        }
    }
}

fn is_told(resource: &Value) -> bool {
    let safeguarding = || resource.pointer("/category/0/text").is_some_and(|text| text == "Safeguarding");
    TOLD.contains(&kind(resource)) || (kind(resource) == "ServiceRequest" && safeguarding())
}

fn kind(resource: &Value) -> &str {
    resource.get("resourceType").and_then(Value::as_str).unwrap_or_default()
}

fn name(resource: &Value) -> String {
    let id = resource.get("id").and_then(Value::as_str).unwrap_or_default();
    format!("{}/{id}", kind(resource))
}

fn is_referred_to<'a>(resource: &Value, mut by: impl Iterator<Item = &'a Value>) -> bool {
    let name = name(resource);
    by.any(|other| refers(other, &name))
}

fn refers(value: &Value, to: &str) -> bool {
    match value {
        Value::Object(members) => {
            members.get("reference").is_some_and(|reference| reference == to)
                || members.values().any(|member| refers(member, to))
        }
        Value::Array(items) => items.iter().any(|item| refers(item, to)),
        _ => false,
    }
}
