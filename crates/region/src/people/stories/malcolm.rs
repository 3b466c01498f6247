//! Malcolm: a mental-health crisis plan in two versions, the older revoked (HAZ-026).

use super::{Character, character};
use crate::people::{
    Person,
    facts::*,
    partner::Partner::*,
    terms::*,
    when::When::{Day, Time, Year},
};

pub(super) fn malcolm() -> Person {
    let story = "Malcolm, mental-health crisis plan at EPUT (two versions, the older revoked), lithium at GP, \
                 NELFT knows an old admission";
    let who = Character {
        title: "Mr",
        family: "INVENTED",
        given: &["Malcolm"],
        preferred: None,
        born: (1968, 4, 17),
    };
    let mut person = character("9990006067", "crisis", story, who);
    person.story_facts = Facts {
        known_to: vec![Eput, Nelft, Acute],
        problems: vec![Problem {
            at: &[Gp, Eput, Nelft],
            name: BIPOLAR,
            since: Year(22),
            major: true,
            ..Problem::default()
        }],
        medicines: medicines(),
        plans: plans(),
        episodes: episodes(),
        reports: reports(),
        visits: visits(),
        documents: documents(),
        measures: vec![measure(&[Nelft], WEIGHT, Day(2395), Reading::Amount(96.0, "kg"))],
        ..Facts::default()
    };
    person
}

fn medicines() -> Vec<Medicine> {
    vec![
        Medicine {
            at: &[Gp, Eput],
            name: text("Lithium carbonate 400mg modified-release tablets"),
            dose: "Two To Be Taken At Night. Same brand always",
            structured: Some((800.0, "mg", 1)),
            started: Day(3000),
            quantity: Some((56.0, "tablet")),
            issued: &[15],
            ..Medicine::default()
        },
        Medicine {
            at: &[Gp],
            name: text("Aripiprazole 400mg prolonged-release injection"),
            dose: "Given every month by the mental health trust",
            supply: Supply::Elsewhere,
            started: Day(500),
            ..Medicine::default()
        },
        Medicine {
            at: &[Nelft],
            name: text("Olanzapine 10mg tablets"),
            dose: "10 mg at night",
            started: Day(2400),
            stopped: Some((Day(2000), "Weight gain")),
            ..Medicine::default()
        },
    ]
}

fn plans() -> Vec<Plan> {
    let plan = |on, status, summary| Plan {
        at: &[Eput],
        kind: CRISIS_PLAN,
        title: "Crisis and safety plan",
        on: Day(on),
        review: Some(Day(on - 365)),
        author: "Community nurse Cas Grey",
        status,
        summary,
        lines: &[
            ("Early signs", "Not sleeping, spending, talking fast"),
            ("What helps", "Quiet room, sister on the telephone"),
            ("Who to call", "Crisis line, 01632960911"),
            ("What does not help", "Police at the door"),
        ],
        goals: &["To stay in my flat"],
    };
    vec![
        plan(30, None, "Current plan, made with Malcolm and his sister."),
        plan(420, Some("revoked"), "Replaced by the plan of this year."),
    ]
}

fn episodes() -> Vec<Episode> {
    vec![
        Episode {
            at: &[Eput],
            service: text("Community mental health team"),
            since: Day(1100),
            worker: "Community nurse Cas Grey",
            ..Episode::default()
        },
        Episode {
            at: &[Nelft],
            service: text("Inpatient admission, detained under section 2"),
            since: Day(2420),
            until: Some(Day(2390)),
            worker: "Dr Omar Reed",
            ..Episode::default()
        },
    ]
}

fn reports() -> Vec<Report> {
    vec![Report {
        at: &[Gp, Acute],
        panel: text("Lithium level"),
        on: Time(35, 9, 10),
        values: vec![Value {
            test: text("Serum lithium"),
            value: 0.7,
            places: 1,
            unit: "mmol/L",
            ucum: "mmol/L",
            low: Some(0.4),
            high: Some(1.0),
            comment: Some("12 hours after dose"),
            ..Value::default()
        }],
        ..Report::default()
    }]
}

fn visits() -> Vec<Visit> {
    vec![
        Visit {
            at: &[Eput],
            setting: Setting::HomeVisit,
            what: text("Community psychiatric nurse visit"),
            on: Time(8, 10, 0),
            reason: "Routine",
            outcome: Some("Well, sleeping"),
            clinician: "Community nurse Cas Grey",
            ..Visit::default()
        },
        Visit {
            at: &[Nelft],
            setting: Setting::Inpatient,
            what: text("Mental health inpatient stay"),
            on: Time(2420, 3, 0),
            until: Some(Time(2390, 12, 0)),
            reason: "Manic episode",
            outcome: Some("Discharged to community team"),
            clinician: "Dr Omar Reed",
            ..Visit::default()
        },
    ]
}

fn documents() -> Vec<Document> {
    vec![Document {
        at: &[Eput],
        kind: CRISIS_PLAN,
        title: "Crisis and safety plan (signed)",
        on: Day(30),
        author: "Community nurse Cas Grey",
        body: Some("Signed copy of the crisis plan."),
        medium: Medium::Pdf,
        ..Document::default()
    }]
}
