//! CareTeam: members are named for display, as most systems send them.
//! Source: UKCore-CareTeam.

use super::{meta, patient::span};
use crate::payload::shelf::{Shelf, put_each};
use crate::people::facts::Team;
use serde_json::{Value, json};

pub(super) fn put(shelf: &mut Shelf<'_>) {
    put_each!(shelf, teams, team);
}

fn team(shelf: &Shelf<'_>, key: &str, fact: &Team) -> Value {
    let id = shelf.id("CareTeam", key);
    let own = shelf.partner.profile().telephone;
    // CareTeam has no place for a member's telephone in R4: systems write it behind the name.
    let display = |name: &str, telephone: &str| match telephone {
        telephone if telephone == own => name.to_owned(),
        telephone => format!("{name}, telephone {telephone}"),
    };
    let participant = |(name, role, telephone): &(&str, &str, &str)| json!({ "role": [{ "text": role }], "member": { "display": display(name, telephone) } });
    json!({
        "resourceType": "CareTeam",
        "id": id,
        "meta": meta("CareTeam"),
        "identifier": shelf.business(&id),
        "status": "active",
        "name": fact.name,
        "subject": shelf.subject(),
        "period": span(shelf, fact.since, None),
        "participant": fact.members.iter().map(participant).collect::<Vec<_>>(),
        "managingOrganization": [shelf.organization()],
        "telecom": [{ "system": "phone", "value": own }],
    })
}
