//! A person whose name was mistyped in the host system and nowhere else, so that the question before the record can be
//! tried.

use super::{Character, character};
use crate::people::{
    Person,
    facts::*,
    partner::Partner::{Acute, Gp},
    terms::*,
    when::When::{Day, Time, Year},
};

/// HAZ-001: two letters changed places at reception; PDS and every partner have the right name.
pub(super) fn mistyped_at_the_host() -> Person {
    let story = "Brenda, mistyped in this system as Brneda: the record asks first whether this is the person, and \
                 stopping is the first choice";
    let who = Character {
        title: "Mrs",
        family: "KEYSTROKE",
        given: &["Brenda"],
        preferred: None,
        born: (1951, 6, 27),
    };
    let mut person = character("9990024243", "host-differs", story, who);
    person.host_given = Some(vec!["Brneda".into()]);
    person.story_facts = facts();
    person
}

fn facts() -> Facts {
    Facts {
        known_to: vec![Acute],
        allergies: vec![Allergy {
            at: &[Gp, Acute],
            substance: PENICILLIN_ALLERGY,
            recorded: Day(2600),
            ..Allergy::default()
        }],
        medicines: vec![Medicine {
            at: &[Gp],
            name: AMLODIPINE_5,
            dose: "One To Be Taken Each Day",
            started: Day(800),
            quantity: Some((28.0, "tablet")),
            issued: &[9, 37],
            ..Medicine::default()
        }],
        problems: vec![Problem {
            at: &[Gp],
            name: HYPERTENSION,
            since: Year(6),
            major: true,
            ..Problem::default()
        }],
        visits: vec![Visit {
            at: &[Acute],
            setting: Setting::Outpatient,
            what: text("Outpatient attendance"),
            on: Time(45, 10, 20),
            reason: "Review",
            clinician: "Dr Priya Sethi",
            ..Visit::default()
        }],
        ..Facts::default()
    }
}
