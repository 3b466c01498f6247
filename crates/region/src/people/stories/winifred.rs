//! Winifred: the trust's newer form and the community's older one say opposite things about resuscitation
//! (HAZ-026).

use super::{Character, character};
use crate::people::{
    Person,
    facts::*,
    partner::Partner::*,
    terms::*,
    when::When::{Day, Time, Year},
};

pub(super) fn winifred() -> Person {
    let story = "Winifred, two ReSPECT forms in conflict: acute (newer) not for CPR, Provide (older) for CPR";
    let who = Character {
        title: "Mrs",
        family: "SPECIMEN",
        given: &["Winifred"],
        preferred: None,
        born: (1938, 6, 30),
    };
    let mut person = character("9990003033", "respect", story, who);
    person.story_facts = Facts {
        known_to: vec![Acute, Provide, Ambulance],
        plans: plans(),
        decisions: decisions(),
        documents: documents(),
        problems: vec![
            Problem { at: &[Gp, Acute], name: STROKE, since: Day(1600), major: true, ..Problem::default() },
            Problem { at: &[Gp], name: COPD, since: Year(13), major: true, ..Problem::default() },
        ],
        alerts: vec![Alert {
            at: &[Ambulance],
            category: "clinical",
            what: text("ReSPECT form kept in yellow folder by the telephone"),
            since: Day(600),
            ..Alert::default()
        }],
        visits: visits(),
        ..Facts::default()
    };
    person
}

fn plans() -> Vec<Plan> {
    vec![
        Plan {
            at: &[Acute],
            kind: RESPECT,
            title: "ReSPECT",
            on: Day(40),
            review: Some(Day(-140)),
            author: "Dr Adaeze Okafor",
            summary: "Cardiopulmonary resuscitation not recommended. Ward-based care.",
            lines: &[
                ("CPR", "Not recommended"),
                ("Capacity", "Lacked capacity; best-interests decision with son"),
            ],
            ..Plan::default()
        },
        Plan {
            at: &[Provide],
            kind: RESPECT,
            title: "ReSPECT",
            on: Day(610),
            review: Some(Day(245)),
            author: "Nurse Ade Bright",
            summary: "For cardiopulmonary resuscitation. For hospital admission if reversible.",
            lines: &[("CPR", "Recommended"), ("Capacity", "Had capacity")],
            ..Plan::default()
        },
        Plan {
            at: &[Acute],
            kind: TREATMENT_ESCALATION,
            title: "Treatment escalation plan",
            on: Day(40),
            author: "Dr Adaeze Okafor",
            status: Some("draft"),
            summary: "No intensive care; trial of ward treatment.",
            ..Plan::default()
        },
    ]
}

fn decisions() -> Vec<Decision> {
    vec![
        Decision {
            at: &[Acute],
            kind: text("Do not attempt cardiopulmonary resuscitation"),
            scope: "adr",
            on: Day(40),
            words: "Decision in force; review if condition improves.",
        },
        Decision {
            at: &[Provide],
            kind: text("Advance decision to refuse treatment"),
            scope: "adr",
            on: Day(2000),
            words: "Refuses artificial feeding if unable to swallow.",
        },
    ]
}

fn documents() -> Vec<Document> {
    let form = |at, on, title, superseded| Document {
        at,
        kind: RESPECT,
        title,
        on: Day(on),
        author: "Dr Adaeze Okafor",
        body: Some("Signed form; the original is held by the person."),
        medium: Medium::Pdf,
        superseded,
        ..Document::default()
    };
    vec![
        form(&[Acute], 40, "ReSPECT form", false),
        form(&[Provide], 610, "ReSPECT form (community copy)", false),
        form(&[Provide], 1500, "ReSPECT form, first version", true),
    ]
}

fn visits() -> Vec<Visit> {
    vec![Visit {
        at: &[Acute],
        setting: Setting::Inpatient,
        what: text("Inpatient stay, stroke unit"),
        on: Time(45, 13, 0),
        until: Some(Time(33, 11, 0)),
        reason: "Aspiration pneumonia",
        outcome: Some("Discharged to own home"),
        clinician: "Dr Adaeze Okafor",
        place: Some("Stroke Unit"),
        ..Visit::default()
    }]
}
