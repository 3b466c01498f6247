//! Two years of Arthur's heart failure: what was measured at every visit, who saw him, and the letters about it.

use crate::people::{
    facts::*,
    partner::Partner::*,
    terms::*,
    when::When::{Day, Time},
};

/// Days ago, potassium, creatinine, eGFR: asked for by the practice, one laboratory for both.
const BLOODS: [(i32, f64, f64, f64); 9] = [
    (700, 4.3, 96.0, 68.0),
    (590, 4.4, 101.0, 64.0),
    (480, 4.4, 104.0, 62.0),
    (400, 4.6, 110.0, 57.0),
    (330, 4.5, 108.0, 59.0),
    (260, 4.6, 114.0, 54.0),
    (130, 4.8, 124.0, 49.0),
    (80, 4.9, 131.0, 46.0),
    (40, 5.1, 139.0, 42.0),
];

pub(super) fn reports() -> Vec<Report> {
    let at_nine = |panel, on, values| Report {
        at: &[Gp, Acute],
        panel,
        on: Time(on, 9, 10),
        values,
        ..Report::default()
    };
    let renal = BLOODS.map(|(on, potass, creat, rate)| {
        at_nine(RENAL_PANEL, on, vec![sodium(137.0), potassium(potass), creatinine(creat), egfr(rate)])
    });
    let diabetes = [(590, 58.0), (400, 55.0), (40, 64.0)];
    let diabetes =
        diabetes.map(|(on, value)| Report { at: &[Gp], ..at_nine(HBA1C_PANEL, on, vec![hba1c(value)]) });
    let echo = Report {
        at: &[Acute],
        panel: text("Transthoracic echocardiogram"),
        on: Time(9, 14, 30),
        imaging: true,
        text: Some(
            "Left ventricle dilated, ejection fraction 35%. Moderate mitral regurgitation. No effusion.",
        ),
        ..Report::default()
    };
    renal.into_iter().chain(diabetes).chain([echo]).collect()
}

pub(super) fn measures() -> Vec<Measure> {
    let pressures = [
        (700, 148.0, 84.0),
        (480, 142.0, 82.0),
        (330, 136.0, 78.0),
        (200, 128.0, 74.0),
        (80, 118.0, 68.0),
        (20, 106.0, 60.0),
    ];
    let pressures = pressures.map(|(on, upper, lower)| {
        measure(&[Gp], BLOOD_PRESSURE, Time(on, 9, 5), Reading::Pressure(upper, lower))
    });
    let weights = [(160, 81.5), (130, 82.0), (100, 81.0), (70, 83.4), (42, 85.2), (24, 87.6), (3, 82.8)];
    let weights = weights
        .map(|(on, kilos)| measure(&[Provide], WEIGHT, Time(on, 10, 30), Reading::Amount(kilos, "kg")));
    pressures.into_iter().chain(weights).collect()
}

pub(super) fn visits() -> Vec<Visit> {
    [at_the_practice(), from_the_nurse(), at_the_trust()].concat()
}

fn at_the_practice() -> Vec<Visit> {
    let seen = |on, reason, headings: &'static [Heading]| Visit {
        at: &[Gp],
        what: text("Surgery consultation"),
        on: Time(on, 9, 0),
        reason,
        clinician: "Dr Idris Vane",
        headings,
        ..Visit::default()
    };
    vec![
        seen(
            700,
            "Annual review",
            &[("History", "Well. Walks to the shop."), ("Plan", "Bloods, as before.")],
        ),
        seen(
            480,
            "Ankles swollen",
            &[("Examination", "Pitting to mid shin."), ("Plan", "Furosemide started.")],
        ),
        seen(330, "Review", &[("History", "Breathing easier."), ("Plan", "Bloods in two months.")]),
        seen(200, "Diabetes review", &[("History", "No hypos."), ("Plan", "Continue metformin.")]),
        seen(
            80,
            "Tired",
            &[("History", "Tired, dizzy on standing."), ("Plan", "Bloods, pressure lying and standing.")],
        ),
        seen(
            20,
            "Breathless",
            &[("Examination", "Crackles at both bases."), ("Plan", "Nurse to see this week.")],
        ),
    ]
}

/// The days on which the nurse weighed him, and what came of it.
fn from_the_nurse() -> Vec<Visit> {
    const SEEN: [(i32, &str); 12] = [
        (220, "Diary explained, weights started"),
        (190, "Stable"),
        (160, "Stable"),
        (130, "Stable"),
        (100, "Stable"),
        (84, "Telephone review: stable"),
        (70, "Up two kilograms: practice told"),
        (56, "Stable"),
        (42, "Up: furosemide raised by the practice"),
        (31, "Ankles better"),
        (24, "Up again: admission talked over"),
        (3, "Home from hospital: weight down, new list explained"),
    ];
    let seen = |(on, outcome)| Visit {
        at: &[Provide],
        setting: Setting::HomeVisit,
        what: text("Heart failure nurse visit"),
        on: Time(on, 10, 30),
        reason: "Heart failure review",
        outcome: Some(outcome),
        clinician: "Nurse Ade Bright",
        ..Visit::default()
    };
    SEEN.map(seen).into()
}

fn at_the_trust() -> Vec<Visit> {
    let clinic = |on, what, reason, outcome| Visit {
        at: &[Acute],
        setting: Setting::Outpatient,
        what: text(what),
        on: Time(on, 14, 0),
        reason,
        outcome: Some(outcome),
        clinician: "Dr Priya Sethi",
        place: Some("Outpatients 2"),
        ..Visit::default()
    };
    vec![
        clinic(450, "Cardiology clinic", "New heart failure", "Echocardiogram arranged"),
        clinic(270, "Cardiology clinic", "Heart failure", "Bisoprolol raised"),
        clinic(110, "Cardiology clinic", "Heart failure", "Nurse to visit every two weeks"),
        clinic(95, "Memory clinic", "Forgetfulness", "Referred on"),
        Visit {
            at: &[Acute],
            setting: Setting::Inpatient,
            what: text("Inpatient stay, general medicine"),
            on: Time(610, 13, 0),
            until: Some(Time(602, 11, 0)),
            reason: "Pneumonia",
            outcome: Some("Discharged home"),
            clinician: "Dr Nils Lindqvist",
            place: Some("Saltmarsh Ward"),
            ..Visit::default()
        },
        Visit {
            at: &[Acute],
            setting: Setting::Emergency,
            what: text("Emergency department attendance"),
            on: Time(12, 1, 20),
            until: Some(Time(12, 4, 10)),
            reason: "Breathless at night",
            outcome: Some("Admitted"),
            clinician: "Dr Nils Lindqvist",
            place: Some("Emergency Department"),
            ..Visit::default()
        },
    ]
}

/// A letter after every clinic and every visit that changed something: a folder in which one has to be found.
pub(super) fn letters() -> Vec<Document> {
    const CLINICS: [(i32, &str); 12] = [
        (602, "Discharge letter: general medicine"),
        (449, "Cardiology clinic: new heart failure"),
        (440, "Echocardiogram report: letter to GP"),
        (410, "Diabetic eye screening: result"),
        (380, "Podiatry: foot check"),
        (269, "Cardiology clinic: bisoprolol raised"),
        (240, "Cardiac rehabilitation: end of programme"),
        (180, "Hearing aid clinic: new moulds"),
        (150, "Urology clinic: no further review"),
        (109, "Cardiology clinic: nurse visits begin"),
        (94, "Memory clinic: first letter"),
        (60, "Diabetic eye screening: next appointment"),
    ];
    let letter = |(on, title)| Document {
        at: &[Acute],
        kind: CLINIC_LETTER,
        title,
        on: Day(on),
        author: "Dr Priya Sethi",
        body: Some("Seen as arranged. The practice is asked to carry on as before."),
        ..Document::default()
    };
    let nurse = |(on, title)| Document {
        at: &[Provide],
        kind: text("Community nursing letter"),
        author: "Nurse Ade Bright",
        ..letter((on, title))
    };
    let nurse_letters = [
        (70, "Heart failure nurse: weight up two kilograms"),
        (42, "Heart failure nurse: furosemide raised"),
        (24, "Heart failure nurse: admission talked over"),
    ];
    CLINICS.into_iter().map(letter).chain(nurse_letters.into_iter().map(nurse)).collect()
}
