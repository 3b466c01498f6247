//! Beryl: the practice recorded that there is no allergy; the trust met one (HAZ-012).

use super::{Character, character};
use crate::people::{
    Person,
    facts::*,
    partner::Partner::*,
    terms::*,
    when::When::{Day, Time, Year},
};

pub(super) fn beryl() -> Person {
    let story =
        "Beryl, allergy conflict: GP says no known allergies, acute recorded anaphylaxis to penicillin";
    let who = Character {
        title: "Mrs",
        family: "PLACEHOLDER",
        given: &["Beryl"],
        preferred: None,
        born: (1948, 11, 23),
    };
    let mut person = character("9990002029", "background", story, who);
    person.story_facts = Facts {
        known_to: vec![Acute, Ic24],
        allergies: allergies(),
        medicines: medicines(),
        problems: vec![Problem {
            at: &[Gp],
            name: ASTHMA,
            since: Year(40),
            major: true,
            ..Problem::default()
        }],
        visits: visits(),
        ..Facts::default()
    };
    person
}

fn allergies() -> Vec<Allergy> {
    vec![
        Allergy { at: &[Gp], substance: NO_KNOWN_ALLERGIES, recorded: Day(2200), ..Allergy::default() },
        Allergy {
            at: &[Acute],
            substance: PENICILLIN_ALLERGY,
            reaction: Some(ANAPHYLAXIS),
            severity: Some("severe"),
            critical: true,
            recorded: Time(230, 19, 40),
            note: Some(
                "Collapse within minutes of co-amoxiclav in the emergency department. Adrenaline given.",
            ),
            ..Allergy::default()
        },
    ]
}

fn medicines() -> Vec<Medicine> {
    vec![Medicine {
        at: &[Gp],
        name: SALBUTAMOL,
        dose: "Two Puffs When Required",
        started: Year(15),
        quantity: Some((200.0, "dose")),
        issued: &[33],
        ..Medicine::default()
    }]
}

fn visits() -> Vec<Visit> {
    vec![
        Visit {
            at: &[Acute],
            setting: Setting::Emergency,
            what: text("Emergency department attendance"),
            on: Time(230, 18, 50),
            until: Some(Time(229, 2, 0)),
            reason: "Chest infection",
            outcome: Some("Discharged after observation"),
            clinician: "Dr Nils Lindqvist",
            ..Visit::default()
        },
        Visit {
            at: &[Ic24],
            setting: Setting::Telephone,
            what: text("Out of hours call"),
            on: Time(231, 22, 5),
            reason: "Cough and fever",
            outcome: Some("Advised to attend"),
            clinician: "Out of hours GP",
            ..Visit::default()
        },
    ]
}
