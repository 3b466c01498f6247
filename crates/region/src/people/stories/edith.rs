//! Edith: dementia, and a husband who cares for her alone.

use super::{Character, character};
use crate::people::{
    Person,
    facts::*,
    partner::Partner::*,
    terms::*,
    when::When::{Day, Month, Year},
};

pub(super) fn edith() -> Person {
    let story = "Edith, dementia with a carer: husband cares alone, contingency plan, About me, two cognition \
                 scores over time";
    let who = Character {
        title: "Mrs",
        family: "FICTION",
        given: &["Edith", "May"],
        preferred: Some("Edie"),
        born: (1941, 9, 5),
    };
    let mut person = character("9990005052", "dementia", story, who);
    person.story_facts = Facts {
        known_to: vec![Acute, Eput, Essex, Provide],
        contacts: vec![Relation {
            name: "Harold Fiction",
            relationship: "Carer (husband)",
            telephone: "07700900512",
        }],
        problems: problems(),
        medicines: medicines(),
        measures: measures(),
        plans: plans(),
        forms: forms(),
        referrals: referrals(),
        teams: vec![Team {
            at: &[Provide],
            name: "Dementia support, Marshford",
            since: Day(600),
            members: &[
                ("Nurse Ade Bright", "Named nurse", "01632960913"),
                ("Harold Fiction", "Carer (husband)", "07700900512"),
            ],
        }],
        episodes: vec![Episode {
            at: &[Eput],
            service: text("Older adult community mental health team"),
            since: Day(770),
            worker: "Community nurse Cas Grey",
            ..Episode::default()
        }],
        alerts: vec![Alert {
            at: &[Acute],
            category: "behavioral",
            what: text("May leave the ward: tell the husband at once"),
            since: Day(220),
            ..Alert::default()
        }],
        ..Facts::default()
    };
    person
}

fn problems() -> Vec<Problem> {
    vec![
        Problem {
            at: &[Gp, Eput],
            name: ALZHEIMERS,
            since: Day(760),
            major: true,
            medicines: &["Donepezil 10mg tablets"],
            ..Problem::default()
        },
        Problem { at: &[Gp], name: HYPERTENSION, since: Year(17), major: true, ..Problem::default() },
    ]
}

fn medicines() -> Vec<Medicine> {
    vec![
        Medicine {
            at: &[Gp, Eput],
            name: text("Donepezil 10mg tablets"),
            dose: "One To Be Taken At Night",
            structured: Some((10.0, "mg", 1)),
            started: Day(640),
            quantity: Some((28.0, "tablet")),
            issued: &[12, 40],
            ..Medicine::default()
        },
        Medicine {
            at: &[Gp],
            name: AMLODIPINE_5,
            dose: "One To Be Taken Each Day",
            started: Month(80),
            quantity: Some((28.0, "tablet")),
            issued: &[12],
            ..Medicine::default()
        },
    ]
}

fn measures() -> Vec<Measure> {
    let score = |days, words| {
        measure(
            &[Gp, Eput],
            text("Addenbrooke's cognitive examination score"),
            Day(days),
            Reading::Words(words),
        )
    };
    vec![
        score(760, "71/100"),
        score(190, "58/100"),
        measure(&[Gp], text("Has a carer"), Day(700), Reading::Nothing),
    ]
}

fn plans() -> Vec<Plan> {
    vec![
        Plan {
            at: &[Essex],
            kind: CONTINGENCY_PLAN,
            title: "Carer contingency plan",
            on: Day(80),
            review: Some(Day(-285)),
            author: "Sam Dean, social worker",
            summary: "If the husband is ill or away: emergency respite at Seaview House, then daughter from \
                      Leeds.",
            lines: &[
                ("First call", "Duty desk 01632960917"),
                ("Second call", "Daughter, arrives within a day"),
            ],
            ..Plan::default()
        },
        Plan {
            at: &[Eput],
            kind: text("Dementia care plan"),
            title: "Dementia care plan",
            on: Day(180),
            review: Some(Day(-2)),
            author: "Dr Ruth Calder",
            summary: "Walks at dusk; calm voice, photograph album. Avoid sedation.",
            lines: &[("Distress", "Offer the album and a walk")],
            goals: &["To go on singing in the choir"],
            ..Plan::default()
        },
    ]
}

fn forms() -> Vec<Form> {
    vec![Form {
        at: &[Provide],
        title: "About me",
        on: Day(75),
        author: "Nurse Ade Bright",
        answers: &[
            ("What matters to me", "Harold, and singing"),
            ("What upsets me", "Being rushed; strangers in the bedroom"),
        ],
    }]
}

fn referrals() -> Vec<Referral> {
    vec![Referral {
        at: &[Essex],
        what: text("Carer's assessment"),
        to: "Carers team",
        reason: "Husband tired, wishes to go on caring",
        on: Day(85),
        status: Some("completed"),
        ..Referral::default()
    }]
}
