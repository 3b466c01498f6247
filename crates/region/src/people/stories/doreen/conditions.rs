//! What Doreen has and had: allergies, problems, procedures and vaccines.

use crate::people::{facts::*, partner::Partner::*, terms::*, when::When::*};

pub(super) fn allergies() -> Vec<Allergy> {
    vec![
        Allergy {
            at: &[Gp, Acute, Nelft],
            substance: PENICILLIN_ALLERGY,
            reaction: Some(RASH),
            severity: Some("moderate"),
            recorded: Day(4100),
            note: Some("Widespread rash on day 3 of amoxicillin. No breathing difficulty."),
            ..Allergy::default()
        },
        Allergy { at: &[Gp], substance: DEGRADED_ALLERGY, recorded: Year(31), ..Allergy::default() },
        Allergy {
            at: &[Acute],
            substance: text("Trimethoprim"),
            reaction: Some(text("Vomiting")),
            severity: Some("mild"),
            recorded: Day(420),
            ..Allergy::default()
        },
        Allergy {
            at: &[Gp],
            substance: text("Codeine allergy"),
            reaction: Some(text("Constipation")),
            recorded: Day(2900),
            ended: Some((Day(1400), "Side effect only, tolerated since")),
            ..Allergy::default()
        },
        Allergy {
            at: &[Acute],
            substance: text("Latex"),
            recorded: Day(900),
            verification: Some("entered-in-error"),
            ..Allergy::default()
        },
    ]
}

pub(super) fn problems() -> Vec<Problem> {
    vec![
        Problem {
            at: &[Gp, Acute],
            name: ATRIAL_FIBRILLATION,
            since: Day(985),
            major: true,
            medicines: &["Apixaban 5mg tablets", "Bisoprolol 2.5mg tablets"],
            ..Problem::default()
        },
        Problem { at: &[Gp], name: FALLS, since: Day(410), major: true, ..Problem::default() },
        Problem {
            at: &[Gp, Acute],
            name: KIDNEY_DISEASE,
            since: Month(40),
            major: true,
            note: Some("Stable on yearly bloods"),
            ..Problem::default()
        },
        Problem { at: &[Gp], name: OSTEOPOROSIS, since: Year(9), major: true, ..Problem::default() },
        Problem { at: &[Gp], name: HYPERTENSION, since: Year(24), major: true, ..Problem::default() },
        Problem {
            at: &[Gp],
            name: text("Cystitis"),
            since: Day(64),
            until: Some(Day(50)),
            ..Problem::default()
        },
        Problem {
            at: &[Acute],
            name: text("Fractured neck of femur"),
            since: Day(16),
            verification: Some("refuted"),
            note: Some("Excluded on imaging"),
            ..Problem::default()
        },
    ]
}

pub(super) fn procedures() -> Vec<Procedure> {
    vec![
        Procedure {
            at: &[Acute],
            name: text("Phacoemulsification of left cataract with lens implant"),
            on: Day(1900),
            ..Procedure::default()
        },
        Procedure {
            at: &[Acute],
            name: text("Dynamic hip screw, right"),
            on: Day(15),
            status: Some("not-done"),
            note: Some("Fracture excluded"),
        },
    ]
}

pub(super) fn vaccines() -> Vec<Vaccine> {
    let arm = Some("Left deltoid");
    vec![
        Vaccine {
            at: &[Gp, Nelft],
            name: FLU,
            on: Day(44),
            batch: Some("FL2291"),
            site: arm,
            ..Vaccine::default()
        },
        Vaccine {
            at: &[Gp],
            name: FLU,
            on: Day(408),
            batch: Some("FL1187"),
            site: arm,
            ..Vaccine::default()
        },
        Vaccine { at: &[Gp], name: PNEUMOCOCCAL, on: Year(18), ..Vaccine::default() },
        Vaccine { at: &[Gp], name: COVID, on: Day(60), refused: true, ..Vaccine::default() },
    ]
}
