//! Rosa: a safeguarding concern. What it is about stands nowhere; that there is one, and whom to call, does
//! (HAZ-023).

use super::{Character, character};
use crate::people::{
    Person,
    facts::*,
    partner::Partner::*,
    terms::*,
    when::When::{Day, Time, Year},
};

pub(super) fn rosa() -> Person {
    let story = "Rosa, safeguarding: an open concern at Southend (existence only), closed one at Thurrock; \
                 nothing of it at GP or acute";
    let who =
        Character { title: "Ms", family: "NOBODY", given: &["Rosa"], preferred: None, born: (1951, 12, 12) };
    let mut person = character("9990007071", "safeguarding", story, who);
    person.story_facts = Facts {
        known_to: vec![Acute, Southend, Thurrock],
        referrals: referrals(),
        alerts: vec![Alert {
            at: &[Southend],
            category: "safety",
            what: text("Safeguarding: speak to the team before visiting"),
            since: Day(17),
            ..Alert::default()
        }],
        episodes: vec![Episode {
            at: &[Southend],
            service: text("Adult social care, physical support: personal care support"),
            since: Day(200),
            worker: "Lee Hart, social worker",
            ..Episode::default()
        }],
        problems: vec![Problem {
            at: &[Gp, Acute],
            name: COPD,
            since: Year(8),
            major: true,
            ..Problem::default()
        }],
        medicines: medicines(),
        visits: visits(),
        ..Facts::default()
    };
    person
}

fn referrals() -> Vec<Referral> {
    vec![
        Referral {
            at: &[Southend],
            what: text("Safeguarding enquiry (section 42)"),
            to: "Safeguarding adults team, 01632960918",
            reason: "",
            on: Day(17),
            safeguarding: true,
            ..Referral::default()
        },
        Referral {
            at: &[Thurrock],
            what: text("Safeguarding enquiry (section 42)"),
            to: "Safeguarding adults team, 01632960919",
            reason: "",
            on: Day(800),
            safeguarding: true,
            status: Some("completed"),
            ..Referral::default()
        },
    ]
}

fn medicines() -> Vec<Medicine> {
    vec![Medicine {
        at: &[Gp],
        name: SALBUTAMOL,
        dose: "Two Puffs When Required",
        started: Year(8),
        quantity: Some((200.0, "dose")),
        issued: &[55],
        ..Medicine::default()
    }]
}

fn visits() -> Vec<Visit> {
    vec![Visit {
        at: &[Acute],
        setting: Setting::Emergency,
        what: text("Emergency department attendance"),
        on: Time(19, 20, 15),
        until: Some(Time(19, 23, 50)),
        reason: "Wrist injury",
        outcome: Some("Discharged"),
        clinician: "Dr Nils Lindqvist",
        ..Visit::default()
    }]
}
