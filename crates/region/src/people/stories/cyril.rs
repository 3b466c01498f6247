//! Cyril: end of life at home; preferences recorded, medicines in the house.

use super::{Character, character};
use crate::people::{
    Person,
    facts::*,
    partner::Partner::*,
    terms::*,
    when::When::{Day, Time},
};

pub(super) fn cyril() -> Person {
    let story = "Cyril, end of life: EPaCCS preferences (home), anticipatory medicines in the house, hospice \
                 and district nurses";
    let who =
        Character { title: "Mr", family: "EXEMPLAR", given: &["Cyril"], preferred: None, born: (1944, 1, 9) };
    let mut person = character("9990004048", "end-of-life", story, who);
    person.story_facts = Facts {
        known_to: vec![Acute, Provide, Ic24, Ambulance],
        contacts: vec![Relation {
            name: "Ivy Exemplar",
            relationship: "Next of kin (wife)",
            telephone: "07700900311",
        }],
        problems: vec![Problem {
            at: &[Gp, Acute],
            name: text("Metastatic carcinoma of lung"),
            since: Day(420),
            major: true,
            ..Problem::default()
        }],
        medicines: medicines(),
        plans: plans(),
        decisions: vec![Decision {
            at: &[Acute],
            kind: text("Advance decision to refuse treatment"),
            scope: "adr",
            on: Day(90),
            words: "Refuses ventilation and readmission to intensive care.",
        }],
        episodes: vec![Episode {
            at: &[Provide],
            service: text("District nursing, palliative caseload"),
            since: Day(30),
            worker: "Nurse Ade Bright",
            ..Episode::default()
        }],
        visits: visits(),
        documents: documents(),
        alerts: vec![Alert {
            at: &[Ambulance],
            category: "clinical",
            what: text("End of life plan: call hospice line before conveying"),
            since: Day(12),
            ..Alert::default()
        }],
        teams: teams(),
        ..Facts::default()
    };
    person
}

fn medicines() -> Vec<Medicine> {
    let just_in_case = |name: &'static str, dose| Medicine {
        at: &[Gp, Provide],
        name: text(name),
        dose,
        supply: Supply::Acute,
        started: Day(10),
        quantity: Some((10.0, "ampoule")),
        issued: &[10],
        note: Some("Additional Information: anticipatory, in the house, not to be given without assessment"),
        ..Medicine::default()
    };
    vec![
        just_in_case(
            "Morphine 10mg/1ml solution for injection ampoules",
            "2.5mg to 5mg subcutaneously when required for pain, at most hourly",
        ),
        just_in_case(
            "Midazolam 10mg/2ml solution for injection ampoules",
            "2.5mg to 5mg subcutaneously when required for agitation",
        ),
        just_in_case(
            "Glycopyrronium bromide 200micrograms/1ml solution for injection ampoules",
            "200 micrograms subcutaneously when required for secretions",
        ),
        Medicine {
            at: &[Gp],
            name: text("Morphine 10mg modified-release tablets"),
            dose: "One To Be Taken Every 12 Hours",
            structured: Some((10.0, "mg", 2)),
            started: Day(30),
            quantity: Some((60.0, "tablet")),
            issued: &[4],
            ..Medicine::default()
        },
    ]
}

fn plans() -> Vec<Plan> {
    vec![
        Plan {
            at: &[Provide],
            kind: EPACCS,
            title: "End of life care coordination",
            on: Day(12),
            review: Some(Day(-18)),
            author: "Nurse Ade Bright",
            summary: "Last weeks of life. Aware of prognosis. Hospice at home involved.",
            lines: &[
                ("Preferred place of care", "Home"),
                ("Preferred place of death", "Home; hospice second choice"),
                ("CPR", "Not for attempted resuscitation, form in the house"),
                ("Out of hours", "Call the hospice line before 999"),
            ],
            goals: &["To see the new grandchild"],
            ..Plan::default()
        },
        Plan {
            at: &[Acute],
            kind: RESPECT,
            title: "ReSPECT",
            on: Day(35),
            author: "Dr Lena Hale",
            summary: "Cardiopulmonary resuscitation not recommended.",
            lines: &[("CPR", "Not recommended")],
            ..Plan::default()
        },
    ]
}

fn visits() -> Vec<Visit> {
    vec![
        Visit {
            at: &[Provide],
            setting: Setting::HomeVisit,
            what: text("District nursing visit"),
            on: Time(1, 15, 30),
            reason: "Symptom review",
            outcome: Some("Comfortable; one dose given"),
            clinician: "Nurse Ade Bright",
            ..Visit::default()
        },
        Visit {
            at: &[Ic24],
            setting: Setting::Telephone,
            what: text("Out of hours call"),
            on: Time(6, 2, 20),
            reason: "Breathless at night",
            outcome: Some("Visited by out of hours GP; stayed at home"),
            clinician: "Out of hours GP",
            ..Visit::default()
        },
    ]
}

fn documents() -> Vec<Document> {
    vec![
        Document {
            at: &[Provide],
            kind: EPACCS,
            title: "EPaCCS summary",
            on: Day(30),
            author: "Nurse Ade Bright",
            body: Some(
                "Preferred place of care and of death: home. Medicines for the last days are in the house.",
            ),
            medium: Medium::Pdf,
            ..Document::default()
        },
        Document {
            at: &[Ambulance],
            kind: text("Notification of end of life plan"),
            title: "End of life plan: note for crews",
            on: Day(12),
            author: "Clinical hub desk",
            body: Some("Wishes notified by the district nurses.\nCall the hospice line before conveying."),
            medium: Medium::Pdf,
            ..Document::default()
        },
    ]
}

fn teams() -> Vec<Team> {
    vec![Team {
        at: &[Provide],
        name: "Palliative care at home",
        since: Day(30),
        members: &[
            ("Nurse Ade Bright", "Key worker", "01632960913"),
            ("Hospice line", "Out of hours", "01632960950"),
        ],
    }]
}
