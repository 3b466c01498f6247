//! What was measured of Doreen: a kidney function that falls over two years, pressures, weight, frailty as
//! recorded.

use crate::people::{facts::*, partner::Partner::*, terms::*, when::When::*};

pub(super) fn reports() -> Vec<Report> {
    vec![
        renal(740, (58.0, 84.0, 4.4)),
        renal(380, (49.0, 97.0, 4.6)),
        renal(190, (42.0, 111.0, 4.9)),
        renal(64, (38.0, 121.0, 5.0)),
        Report {
            at: &[Acute],
            text: Some("Haemolysed sample: interpret potassium with care."),
            ..renal(14, (31.0, 143.0, 5.5))
        },
        Report {
            at: &[Gp, Acute],
            panel: BLOOD_COUNT,
            on: Time(64, 8, 40),
            values: vec![haemoglobin(112.0)],
            ..Report::default()
        },
        Report {
            at: &[Acute],
            panel: BLOOD_COUNT,
            on: Time(14, 7, 5),
            values: vec![haemoglobin(98.0)],
            ..Report::default()
        },
        Report {
            at: &[Acute],
            panel: GLUCOSE_PANEL,
            on: Time(14, 7, 5),
            values: vec![glucose(10.0)],
            ..Report::default()
        },
        Report {
            at: &[Acute],
            panel: CRP_PANEL,
            on: Time(14, 7, 5),
            values: vec![crp(1.0)],
            status: Some("preliminary"),
            ..Report::default()
        },
        Report {
            at: &[Gp],
            panel: text("Urine microscopy and culture"),
            on: Day(62),
            text: Some(
                "White cells   >100 x10^6/L\nRed cells       4 x10^6/L\nCulture       Escherichia coli >10^5 cfu/mL\n\n  Nitrofurantoin   S\n  Trimethoprim     R",
            ),
            ..Report::default()
        },
        Report {
            at: &[Acute],
            panel: text("X-ray of pelvis and right hip"),
            on: Time(16, 23, 15),
            imaging: true,
            text: Some("No fracture seen. Degenerative change in both hips. Osteopenia."),
            ..Report::default()
        },
    ]
}

fn renal(days: i32, values: (f64, f64, f64)) -> Report {
    let (rate, creat, potass) = values;
    Report {
        at: &[Gp, Acute],
        panel: RENAL_PANEL,
        on: Time(days, 8, 40),
        values: vec![sodium(138.0), potassium(potass), creatinine(creat), egfr(rate)],
        ..Report::default()
    }
}

pub(super) fn measures() -> Vec<Measure> {
    let frailty = |at, on, score| measure(at, CFS, on, Reading::Words(score));
    vec![
        measure(&[Gp], BLOOD_PRESSURE, Time(52, 10, 20), Reading::Pressure(128.0, 70.0)),
        measure(&[Acute, Provide], BLOOD_PRESSURE, Time(12, 6, 30), Reading::Pressure(104.0, 58.0)),
        measure(&[Ambulance], BLOOD_PRESSURE, Time(16, 20, 48), Reading::Pressure(96.0, 54.0)),
        measure(&[Ambulance], PULSE, Time(16, 20, 48), Reading::Amount(104.0, "/min")),
        measure(&[Ambulance], OXYGEN_SATURATION, Time(16, 20, 48), Reading::Amount(95.0, "%")),
        measure(&[Acute], RESPIRATORY_RATE, Time(12, 6, 30), Reading::Amount(18.0, "/min")),
        measure(&[Acute], NEWS2, Time(12, 6, 30), Reading::Amount(3.0, "{score}")),
        measure(&[Gp], WEIGHT, Day(190), Reading::Amount(52.0, "kg")),
        measure(&[Provide], WEIGHT, Day(30), Reading::Amount(48.5, "kg")),
        frailty(&[Gp], Day(400), "6"),
        frailty(&[Provide], Day(51), "7"),
        measure(&[Gp], EFI, Day(190), Reading::Amount(0.39, "{score}")),
        Measure {
            note: Some("Found on bathroom floor by carer. No head injury. Long lie about 2 hours."),
            ..measure(&[Gp], text("Fall"), Day(16), Reading::Nothing)
        },
        measure(&[Gp], text("Fall"), Day(120), Reading::Nothing),
        measure(&[Gp], text("Fall"), Month(9), Reading::Nothing),
        measure(&[Gp], CONSENTED_SHARING, Day(3000), Reading::Nothing),
        measure(&[Gp], text("Lives alone"), Year(6), Reading::Nothing),
        Measure {
            status: Some("entered-in-error"),
            ..measure(&[Provide], WEIGHT, Day(31), Reading::Amount(84.5, "kg"))
        },
    ]
}
