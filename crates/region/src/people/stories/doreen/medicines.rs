//! What Doreen takes: the practice repeats one dose of apixaban, the ward sent her home with another
//! (HAZ-013).

use crate::people::{facts::*, partner::Partner::*, terms::*, when::When::*};

pub(super) fn medicines() -> Vec<Medicine> {
    [at_the_practice(), at_the_trust()].concat()
}

fn at_the_practice() -> Vec<Medicine> {
    vec![
        Medicine {
            at: &[Gp],
            name: APIXABAN_5,
            dose: "One To Be Taken Twice A Day",
            structured: Some((5.0, "mg", 2)),
            started: Day(980),
            quantity: Some((56.0, "tablet")),
            issued: &[19, 47, 75],
            ..Medicine::default()
        },
        Medicine {
            at: &[Gp, Acute],
            name: BISOPROLOL_25,
            dose: "One To Be Taken Each Morning",
            structured: Some((2.5, "mg", 1)),
            started: Day(1500),
            quantity: Some((28.0, "tablet")),
            issued: &[19, 47],
            ..Medicine::default()
        },
        Medicine {
            at: &[Gp],
            name: PARACETAMOL,
            dose: "Two To Be Taken Up To Four Times A Day When Required For Pain",
            started: Day(2100),
            quantity: Some((100.0, "tablet")),
            issued: &[47],
            ..Medicine::default()
        },
        Medicine {
            at: &[Gp],
            name: AMLODIPINE_5,
            dose: "One To Be Taken Each Morning",
            structured: Some((5.0, "mg", 1)),
            started: Day(2600),
            stopped: Some((Day(9), "Postural drop after fall; advice of discharge summary")),
            quantity: Some((28.0, "tablet")),
            issued: &[47, 75],
            ..Medicine::default()
        },
        Medicine {
            at: &[Gp],
            name: text("Colecalciferol 800unit capsules"),
            dose: "As directed by the specialist",
            started: Month(26),
            quantity: Some((30.0, "capsule")),
            issued: &[19],
            note: Some("Patient Notes: take with food"),
            ..Medicine::default()
        },
        Medicine {
            at: &[Gp],
            name: text("Nitrofurantoin 100mg modified-release capsules"),
            dose: "One To Be Taken Twice A Day For Three Days",
            supply: Supply::Acute,
            started: Day(64),
            quantity: Some((6.0, "capsule")),
            issued: &[64],
            ..Medicine::default()
        },
    ]
}

fn at_the_trust() -> Vec<Medicine> {
    vec![
        Medicine {
            at: &[Acute],
            name: APIXABAN_25,
            dose: "2.5 mg twice a day by mouth. Dose reduced: age, weight and creatinine",
            structured: Some((2.5, "mg", 2)),
            supply: Supply::Discharge,
            started: Day(11),
            quantity: Some((28.0, "tablet")),
            ..Medicine::default()
        },
        Medicine {
            at: &[Acute],
            name: PARACETAMOL,
            dose: "1 g up to four times a day when required for pain",
            supply: Supply::Elsewhere,
            started: Day(15),
            ..Medicine::default()
        },
        Medicine {
            at: &[Acute],
            name: text("Enoxaparin sodium 20mg/0.2ml solution for injection pre-filled syringes"),
            dose: "20 mg once a day subcutaneously while an inpatient",
            supply: Supply::Inpatient,
            started: Day(16),
            stopped: Some((Day(11), "Discharged")),
            ..Medicine::default()
        },
    ]
}
