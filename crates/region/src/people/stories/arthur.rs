//! Arthur: twelve medicines at the practice; the ward sent a list home with other doses, two stops and one of its own; the
//! memory clinic knows a third (HAZ-013).

/// Two years of his heart failure.
mod course;

use super::{Character, character};
use crate::people::{
    Person,
    facts::*,
    partner::Partner::*,
    terms::*,
    when::When::{Day, Time, Year},
};

pub(super) fn arthur() -> Person {
    let story = "Arthur, polypharmacy: lists disagree (ramipril strength, mirtazapine dose, aspirin and naproxen \
                 stopped but still on repeat, eplerenone only from the ward)";
    let who = Character {
        title: "Mr",
        family: "SAMPLE",
        given: &["Arthur", "James"],
        preferred: None,
        born: (1942, 3, 2),
    };
    let mut person = character("9990001014", "polypharmacy", story, who);
    person.practice = "ZZ902";
    person.story_facts = Facts {
        known_to: vec![Acute, Eput, Provide],
        medicines: [repeats(), sent_home_with(), from_the_memory_clinic()].concat(),
        problems: problems(),
        allergies: vec![Allergy {
            at: &[Gp, Acute],
            substance: NO_KNOWN_ALLERGIES,
            recorded: Day(700),
            ..Allergy::default()
        }],
        reports: [reports(), course::reports()].concat(),
        measures: course::measures(),
        visits: [visits(), course::visits()].concat(),
        documents: [documents(), course::letters()].concat(),
        appointments: vec![Appointment {
            at: &[Acute],
            service: "Heart failure nurse clinic",
            on: Time(-9, 11, 30),
            place: "Outpatients 2",
            ..Appointment::default()
        }],
        ..Facts::default()
    };
    person
}

fn reports() -> Vec<Report> {
    vec![
        Report {
            at: &[Gp, Acute],
            panel: RENAL_PANEL,
            on: Time(200, 8, 50),
            values: vec![potassium(4.7), creatinine(118.0), egfr(52.0)],
            ..Report::default()
        },
        Report {
            at: &[Acute],
            panel: RENAL_PANEL,
            on: Time(6, 6, 30),
            values: vec![potassium(5.6), creatinine(163.0), egfr(34.0)],
            ..Report::default()
        },
        Report {
            at: &[Gp],
            panel: HBA1C_PANEL,
            on: Time(200, 8, 50),
            values: vec![hba1c(61.0)],
            ..Report::default()
        },
    ]
}

fn visits() -> Vec<Visit> {
    vec![Visit {
        at: &[Acute],
        setting: Setting::Inpatient,
        what: text("Inpatient stay, cardiology"),
        on: Time(12, 4, 10),
        until: Some(Time(5, 16, 20)),
        reason: "Decompensated heart failure",
        outcome: Some("Discharged home"),
        clinician: "Dr Priya Sethi",
        place: Some("Coronary Care Unit"),
        ..Visit::default()
    }]
}

fn documents() -> Vec<Document> {
    vec![Document {
        at: &[Acute],
        kind: DISCHARGE_SUMMARY,
        title: "Discharge summary: cardiology",
        on: Day(5),
        author: "Dr Priya Sethi",
        body: Some(
            "Changed: ramipril 10 mg to 5 mg. Stopped: aspirin (on apixaban), naproxen (kidneys). Started: \
             eplerenone 25 mg.",
        ),
        ..Document::default()
    }]
}

fn repeats() -> Vec<Medicine> {
    let tablets = Some((28.0, "tablet"));
    let each = |name, dose, since| Medicine {
        at: &[Gp],
        name,
        dose,
        started: Day(since),
        quantity: tablets,
        issued: &[21, 49],
        ..Medicine::default()
    };
    vec![
        Medicine {
            structured: Some((10.0, "mg", 1)),
            ..each(text("Ramipril 10mg capsules"), "One To Be Taken Each Day", 1200)
        },
        each(ASPIRIN, "One To Be Taken Each Day", 3300),
        each(text("Naproxen 250mg tablets"), "One To Be Taken Twice A Day With Food", 150),
        each(APIXABAN_5, "One To Be Taken Twice A Day", 800),
        each(BISOPROLOL_25, "One To Be Taken Each Morning", 1200),
        each(FUROSEMIDE_40, "One To Be Taken Each Morning", 900),
        each(ATORVASTATIN_20, "One To Be Taken At Night", 3300),
        each(METFORMIN_500, "One To Be Taken Twice A Day With Meals", 4000),
        each(OMEPRAZOLE_20, "One To Be Taken Each Day", 3300),
        each(AMLODIPINE_10, "One To Be Taken Each Day", 2000),
        each(PARACETAMOL, "Two To Be Taken Four Times A Day When Required", 1500),
        Medicine {
            issued: &[],
            status: Some("unknown"),
            ..each(text("Lactulose 3.1-3.7g/5ml oral solution"), "15ml twice a day", 600)
        },
    ]
}

fn sent_home_with() -> Vec<Medicine> {
    let each = |name, dose, structured| Medicine {
        at: &[Acute],
        name,
        dose,
        structured: Some(structured),
        supply: Supply::Discharge,
        started: Day(5),
        quantity: Some((14.0, "tablet")),
        ..Medicine::default()
    };
    let stopped = |medicine: Medicine, why| Medicine { stopped: Some((Day(5), why)), ..medicine };
    vec![
        each(RAMIPRIL_5, "5 mg once a day by mouth", (5.0, "mg", 1)),
        each(text("apixaban 5 mg tablets"), "5 mg twice a day by mouth", (5.0, "mg", 2)),
        each(BISOPROLOL_25, "One To Be Taken Each Morning", (2.5, "mg", 1)),
        each(FUROSEMIDE_40, "80 mg each morning by mouth", (80.0, "mg", 1)),
        each(text("atorvastatin 20 mg tablets"), "One To Be Taken At Night", (20.0, "mg", 1)),
        each(text("Mirtazapine 30mg tablets"), "30 mg at night by mouth", (30.0, "mg", 1)),
        each(text("Eplerenone 25mg tablets"), "25 mg once a day by mouth", (25.0, "mg", 1)),
        stopped(each(ASPIRIN, "75 mg once a day by mouth", (75.0, "mg", 1)), "On anticoagulant"),
        stopped(
            each(text("Naproxen 250mg tablets"), "250 mg twice a day by mouth", (250.0, "mg", 2)),
            "Kidney injury",
        ),
    ]
}

/// Raised on the ward since: both say their dose in structure, and it is not the same.
fn from_the_memory_clinic() -> Vec<Medicine> {
    vec![Medicine {
        at: &[Eput],
        name: text("Mirtazapine 15mg tablets"),
        dose: "15 mg at night",
        structured: Some((15.0, "mg", 1)),
        started: Day(90),
        ..Medicine::default()
    }]
}

fn problems() -> Vec<Problem> {
    let major = |at, name, since| Problem { at, name, since, major: true, ..Problem::default() };
    vec![
        major(&[Gp, Acute], HEART_FAILURE, Day(1210)),
        major(&[Gp, Acute], ATRIAL_FIBRILLATION, Day(810)),
        Problem { medicines: &["Metformin 500mg tablets"], ..major(&[Gp], TYPE_2_DIABETES, Year(11)) },
        major(&[Gp, Acute], KIDNEY_DISEASE, Day(900)),
        Problem { at: &[Gp], name: OSTEOARTHRITIS, since: Year(14), ..Problem::default() },
    ]
}
