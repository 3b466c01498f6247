//! Outbound referrals: `status` says nothing, and the recipient may be a name only.
//! Source: CareConnect-GPC-ReferralRequest-1; sources, section 1.6.

use super::{
    lists, meta,
    parameters::PeriodPart,
    patient::{USUAL_GP, practitioner},
};
use crate::payload::{
    shelf::{Shelf, reference},
    wire::concept_stu3,
};
use crate::people::facts::Referral;
use serde_json::{Value, json};

pub(super) fn put(shelf: &mut Shelf<'_>, asked: &PeriodPart) {
    let mut entries = Vec::new();
    for (at, fact) in shelf.person.story_facts.referrals.iter().enumerate() {
        if shelf.holds(fact.at) && asked.period.holds(fact.on.range(shelf.today)) {
            let resource = referral(shelf, &at.to_string(), fact);
            entries.push(reference("ReferralRequest", &shelf.id("ReferralRequest", &at.to_string())));
            shelf.put(resource);
        }
    }
    lists::put(shelf, &lists::REFERRALS, entries);
}

fn referral(shelf: &mut Shelf<'_>, key: &str, fact: &Referral) -> Value {
    let id = shelf.id("ReferralRequest", key);
    let agent = practitioner(shelf, USUAL_GP);
    json!({
        "resourceType": "ReferralRequest",
        "id": id,
        "meta": meta("ReferralRequest"),
        "identifier": shelf.business(&id),
        "status": "unknown",
        "intent": "order",
        "priority": if fact.urgent { "urgent" } else { "routine" },
        "subject": shelf.subject(),
        "authoredOn": shelf.on(fact.on),
        "requester": { "agent": agent },
        "recipient": [{ "display": fact.to }],
        "reasonCode": [concept_stu3(fact.what)],
        "description": fact.reason,
        "note": [{ "text": format!("Referred to: {}", fact.to) }],
    })
}
