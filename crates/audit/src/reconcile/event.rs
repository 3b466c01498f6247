//! Takes one FHIR AuditEvent, gives the request it tells of; refuses one without a moment. The person is read from the patient
//! entity, compared and not kept. Source: FHIR R4 and STU3 AuditEvent; IHE BALP 1.1 (`XrequestId`).

use super::lines::{Line, Subject, bounded, moment};
use serde::Deserialize;

const NHS_NUMBER: &str = "https://fhir.nhs.uk/Id/nhs-number";
/// The entity that names the request.
const REQUEST: &str = "XrequestId";
/// The entity that is the person.
const PERSON: &str = "1";
/// Refused by a rule; 8 and 12 are failures, after which something may have been told.
const REFUSED: &str = "4";

#[derive(Deserialize)]
struct Event {
    recorded: String,
    outcome: Option<String>,
    #[serde(default)]
    entity: Vec<Entity>,
}

#[derive(Deserialize)]
struct Entity {
    #[serde(rename = "type")]
    kind: Option<Coding>,
    what: Option<What>,
    /// In STU3, which practices speak, in place of `what`.
    identifier: Option<Identifier>,
}

#[derive(Deserialize)]
struct Coding {
    code: Option<String>,
}

#[derive(Deserialize)]
struct What {
    identifier: Option<Identifier>,
}

#[derive(Deserialize)]
struct Identifier {
    system: Option<String>,
    value: Option<String>,
}

pub(super) fn line(text: &[u8]) -> Option<Line> {
    let event: Event = serde_json::from_slice(text).ok()?;
    let of = |code: &'static str| event.entity.iter().filter(move |entity| entity.is(code));
    let request = of(REQUEST).find_map(Entity::value).map(|(_, value)| value.to_owned());
    let numbers = of(PERSON).filter_map(Entity::value);
    let number =
        numbers.filter(|(system, _)| *system == NHS_NUMBER).map(|(_, value)| value.to_owned()).next();
    Some(Line {
        request: bounded(request.unwrap_or_default()),
        at: moment(&event.recorded)?,
        is_refused: event.outcome.as_deref() == Some(REFUSED),
        subject: number.map(Subject::Number),
    })
}

impl Entity {
    fn is(&self, code: &str) -> bool {
        self.kind.as_ref().and_then(|kind| kind.code.as_deref()) == Some(code)
    }

    /// System and value.
    fn value(&self) -> Option<(&str, &str)> {
        let what = self.what.as_ref().and_then(|what| what.identifier.as_ref());
        let identifier = what.or(self.identifier.as_ref())?;
        Some((identifier.system.as_deref().unwrap_or_default(), identifier.value.as_deref()?))
    }
}
