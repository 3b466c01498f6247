//! George: four double-handed visits a day; the review of the package was due.

use super::{Character, character};
use crate::people::{
    Person,
    facts::*,
    partner::Partner::*,
    terms::*,
    when::When::{Day, Time},
};

pub(super) fn george() -> Person {
    let story = "George, care package: four double-handed visits a day, key worker, two carers, equipment; \
                 review overdue at Essex";
    let who = Character {
        title: "Mr",
        family: "TEMPLATE",
        given: &["George", "Alfred"],
        preferred: None,
        born: (1937, 2, 28),
    };
    let mut person = character("9990008086", "care-package", story, who);
    person.practice = "ZZ903";
    person.story_facts = Facts {
        known_to: vec![Acute, Essex, Provide],
        contacts: vec![Relation {
            name: "Maud Template",
            relationship: "Carer (sister)",
            telephone: "07700900221",
        }],
        episodes: episodes(),
        plans: plans(),
        teams: teams(),
        alerts: alerts(),
        problems: problems(),
        measures: vec![
            measure(&[Provide], CFS, Day(100), Reading::Words("8")),
            measure(&[Gp], CFS, Day(500), Reading::Words("7")),
        ],
        visits: visits(),
        allergies: vec![Allergy {
            at: &[Gp],
            substance: NO_KNOWN_ALLERGIES,
            recorded: Day(1000),
            ..Allergy::default()
        }],
        ..Facts::default()
    };
    person
}

fn episodes() -> Vec<Episode> {
    vec![
        Episode {
            at: &[Essex],
            service: text("Long term support: community, access and mobility"),
            since: Day(520),
            worker: "Sam Dean, social worker",
            ..Episode::default()
        },
        Episode {
            at: &[Provide],
            service: text("District nursing caseload, catheter care"),
            since: Day(260),
            worker: "Nurse Ade Bright",
            ..Episode::default()
        },
    ]
}

fn plans() -> Vec<Plan> {
    vec![Plan {
        at: &[Essex],
        kind: CARE_AND_SUPPORT_PLAN,
        title: "Care and support plan",
        on: Day(520),
        review: Some(Day(155)),
        author: "Sam Dean, social worker",
        summary: "Four visits a day, two carers each, 28 hours a week. Tidewater Care since 17 months. Review \
                  was due.",
        lines: &[
            ("Morning visit", "08:00, 60 minutes, two carers: hoist, wash, catheter bag, breakfast"),
            ("Lunch visit", "12:30, 30 minutes, two carers: meal, turn"),
            ("Tea visit", "17:00, 30 minutes, two carers: meal, medicines given"),
            ("Night visit", "21:00, 45 minutes, two carers: hoist to bed, night bag"),
            ("Equipment", "Ceiling hoist, profiling bed, pendant alarm"),
        ],
        goals: &["To sit in the garden on dry days"],
        ..Plan::default()
    }]
}

fn teams() -> Vec<Team> {
    let nurses = Team {
        at: &[Provide],
        name: "District nursing, Thornfield",
        since: Day(260),
        members: &[
            ("Nurse Ade Bright", "Named nurse", "01632960913"),
            ("Maud Template", "Carer (sister)", "07700900221"),
        ],
    };
    let council = Team {
        at: &[Essex],
        name: "Adult social care, Thornfield",
        since: Day(520),
        members: &[
            ("Sam Dean", "Key worker, social worker", "01632960917"),
            ("Tidewater Care", "Care provider", "01632960931"),
            ("Maud Template", "Carer (sister)", "07700900221"),
        ],
    };
    vec![council, nurses]
}

fn alerts() -> Vec<Alert> {
    vec![
        Alert {
            at: &[Essex, Provide],
            category: "safety",
            what: text("Dog in the house: telephone first"),
            since: Day(500),
            ..Alert::default()
        },
        Alert {
            at: &[Essex],
            category: "admin",
            what: text("Direct payment: no. Managed personal budget: yes"),
            since: Day(520),
            ..Alert::default()
        },
    ]
}

fn problems() -> Vec<Problem> {
    vec![
        Problem { at: &[Gp, Acute], name: STROKE, since: Day(600), major: true, ..Problem::default() },
        Problem {
            at: &[Gp],
            name: text("Long-term urinary catheter"),
            since: Day(260),
            major: true,
            ..Problem::default()
        },
    ]
}

fn visits() -> Vec<Visit> {
    vec![Visit {
        at: &[Provide],
        setting: Setting::HomeVisit,
        what: text("Catheter change"),
        on: Time(20, 9, 40),
        reason: "Planned",
        outcome: Some("Next in twelve weeks"),
        clinician: "Nurse Ade Bright",
        ..Visit::default()
    }]
}
