//! Everything coded that is nothing else: pressures, weights, falls, frailty as recorded, and the objection
//! codes.
//! Source: GP Connect 1.6.2, uncategorised data; sources, sections 1.6 and 15.

use super::{lists, observation, parameters::PeriodPart};
use crate::payload::{
    shelf::Shelf,
    wire::{amount, concept_stu3, pressure},
};
use crate::people::facts::{Measure, Reading};
use serde_json::{Value, json};

pub(super) fn put(shelf: &mut Shelf<'_>, asked: &PeriodPart) {
    let mut entries = Vec::new();
    for (at, fact) in shelf.person.story_facts.measures.iter().enumerate() {
        if shelf.holds(fact.at) && asked.period.holds(fact.on.range(shelf.today)) {
            entries.push(observation::put(shelf, ("Observation", &at.to_string()), fact.on, own(fact)));
        }
    }
    lists::put(shelf, &lists::UNCATEGORISED, entries);
}

fn own(fact: &Measure) -> Value {
    let mut own = json!({
        "status": fact.status.unwrap_or("final"),
        "code": concept_stu3(fact.what),
        "comment": fact.note,
    });
    let (name, value) = match fact.reading {
        Reading::Amount(value, unit) => ("valueQuantity", amount(value, unit)),
        Reading::Words(words) => ("valueString", json!(words)),
        Reading::Pressure(systolic, diastolic) => ("component", pressure(systolic, diastolic)),
        Reading::Nothing => return own,
    };
    if let Some(members) = own.as_object_mut() {
        members.insert(name.into(), value);
    }
    own
}
