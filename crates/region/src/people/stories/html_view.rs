//! People at Old Mill Surgery, whose record can only be had as the practice displays it.

use super::{
    character,
    gates::{attendance, ordinary, someone},
};
use crate::people::{
    Person,
    facts::*,
    partner::Partner::*,
    terms::*,
    when::When::{Day, Month, Time, Year},
};

/// HAZ-007: the practice has not switched the structured interface on; its screen can still be shown.
pub(super) fn frank() -> Person {
    let story = "Frank, registered at Old Mill Surgery, which shares its record as displayed and not structured: \
                 HTML view of all ten sections";
    let mut person =
        character("9990023239", "background", story, someone("Mr", "UNSHARED", &["Frank"], (1955, 2, 14)));
    person.practice = "ZZ904";
    let mut facts = ordinary(&[Acute, Thurrock]);
    facts.allergies = allergies();
    facts.medicines.extend(medicines());
    facts.problems.extend(problems());
    facts.measures.extend(measures());
    facts.reports = reports();
    facts.vaccines = vaccines();
    facts.visits = visits();
    facts.procedures = vec![Procedure {
        at: &[Gp],
        name: text("Excision of skin lesion, left cheek"),
        on: Day(820),
        note: Some("Histology benign"),
        ..Procedure::default()
    }];
    facts.referrals = vec![Referral {
        at: &[Gp],
        what: text("Referral to cardiology"),
        to: "Cardiology outpatients",
        reason: "Exertional chest tightness, ECG unremarkable",
        on: Day(40),
        urgent: true,
        ..Referral::default()
    }];
    facts.diary = vec![DiaryEntry {
        what: text("Diabetic annual review"),
        due: Day(-25),
        entered: Day(340),
        note: Some("Bring blood glucose diary"),
    }];
    facts.documents = vec![Document {
        at: &[Gp],
        kind: CLINIC_LETTER,
        title: "Cardiology: appointment letter",
        on: Day(33),
        author: "Dr Priya Sethi",
        body: Some("Appointment in the rapid access clinic. Please bring a list of medicines."),
        medium: Medium::Pdf,
        sent_by: Some(Acute),
        ..Document::default()
    }];
    facts.episodes.push(Episode {
        at: &[Thurrock],
        service: text("Adult social care, equipment"),
        since: Day(310),
        worker: "Placement desk",
        ..Episode::default()
    });
    person.story_facts = facts;
    person
}

fn allergies() -> Vec<Allergy> {
    vec![
        Allergy {
            at: &[Gp],
            substance: PENICILLIN_ALLERGY,
            reaction: Some(ANAPHYLAXIS),
            severity: Some("severe"),
            critical: true,
            recorded: Month(210),
            note: Some("Adrenaline given in the emergency department"),
            ..Allergy::default()
        },
        Allergy {
            at: &[Gp],
            substance: text("Elastoplast allergy"),
            recorded: Year(24),
            ended: Some((Day(900), "Patch test negative")),
            ..Allergy::default()
        },
    ]
}

fn medicines() -> Vec<Medicine> {
    vec![
        Medicine {
            at: &[Gp],
            name: METFORMIN_500,
            dose: "One To Be Taken Twice A Day With Meals",
            started: Day(1800),
            quantity: Some((56.0, "tablet")),
            issued: &[12, 40, 68],
            note: Some("Linked Problem : Type 2 diabetes mellitus"),
            ..Medicine::default()
        },
        Medicine {
            at: &[Gp],
            name: text("Doxycycline 100mg capsules"),
            dose: "Two On The First Day Then One Daily",
            supply: Supply::Acute,
            started: Day(52),
            quantity: Some((8.0, "capsule")),
            issued: &[52],
            ..Medicine::default()
        },
        Medicine {
            at: &[Gp],
            name: RAMIPRIL_5,
            dose: "One To Be Taken Each Day",
            started: Day(2200),
            stopped: Some((Day(1500), "Cough")),
            quantity: Some((28.0, "capsule")),
            issued: &[1530, 1560],
            ..Medicine::default()
        },
    ]
}

fn problems() -> Vec<Problem> {
    vec![
        Problem { at: &[Gp], name: TYPE_2_DIABETES, since: Month(62), major: true, ..Problem::default() },
        Problem {
            at: &[Gp],
            name: text("Fracture of radius"),
            since: Year(31),
            until: Some(Year(30)),
            major: true,
            ..Problem::default()
        },
        Problem {
            at: &[Gp],
            name: text("Acute sinusitis"),
            since: Day(52),
            until: Some(Day(38)),
            note: Some("Settled with doxycycline & steam < 2 weeks"),
            ..Problem::default()
        },
    ]
}

fn measures() -> Vec<Measure> {
    vec![
        measure(&[Gp], WEIGHT, Day(70), Reading::Amount(91.5, "kg")),
        measure(&[Gp], text("Ex-smoker"), Year(12), Reading::Nothing),
        Measure {
            note: Some("Ten-point check complete, sensation present"),
            ..measure(&[Gp], text("Diabetic foot examination"), Day(340), Reading::Nothing)
        },
        measure(&[Gp], CONSENTED_SHARING, Day(1200), Reading::Nothing),
    ]
}

fn reports() -> Vec<Report> {
    vec![
        Report {
            at: &[Gp],
            panel: HBA1C_PANEL,
            on: Time(68, 8, 50),
            values: vec![hba1c(58.0)],
            ..Report::default()
        },
        Report {
            at: &[Gp],
            panel: RENAL_PANEL,
            on: Time(68, 8, 50),
            values: vec![sodium(141.0), potassium(4.6), creatinine(92.0), egfr(71.0)],
            ..Report::default()
        },
    ]
}

fn vaccines() -> Vec<Vaccine> {
    vec![
        Vaccine {
            at: &[Gp],
            name: FLU,
            on: Day(45),
            batch: Some("FL2291"),
            site: Some("Left arm"),
            refused: false,
        },
        Vaccine { at: &[Gp], name: PNEUMOCOCCAL, on: Day(2100), refused: true, ..Vaccine::default() },
    ]
}

fn visits() -> Vec<Visit> {
    let visit = |on, reason, headings| Visit {
        at: &[Gp],
        what: text("Surgery consultation"),
        on,
        reason,
        clinician: "Dr Idris Vane",
        headings,
        ..Visit::default()
    };
    vec![
        visit(
            Time(40, 10, 20),
            "Chest tightness on hills",
            &[
                ("History", "Four weeks, eases at rest."),
                ("Plan", "Cardiology, urgent. Aspirin advised against: see allergies."),
            ],
        ),
        visit(
            Time(52, 16, 5),
            "Sinus pain",
            &[
                ("Examination", "Temp 37.4, tender over both maxillae"),
                ("Plan", "Doxycycline, penicillin allergic"),
            ],
        ),
        visit(Time(340, 9, 30), "Diabetic annual review", &[("Plan", "Continue metformin; foot check done")]),
        visit(Time(900, 9, 0), "Rash under plaster", &[("Comment", "Patch test arranged")]),
        attendance(&[Acute]),
    ]
}

/// HAZ-041 at a practice: somebody pasted a page of the web into the record, and the system sends it on.
pub(super) fn hetty() -> Person {
    let story = "Hetty, HTML view with markup pasted into an encounter (script, remote picture, form), banners for a \
                 record in transit and for items left out";
    let mut person =
        character("9990025010", "background", story, someone("Mrs", "MARKUP", &["Hetty"], (1948, 6, 11)));
    person.practice = "ZZ904";
    let mut facts = ordinary(&[Acute]);
    facts.quirks = PracticeQuirks {
        confidential: true,
        in_transit_days: Some(20),
        hostile_markup: true,
        ..PracticeQuirks::default()
    };
    facts.visits = vec![Visit {
        at: &[Gp],
        what: text("New patient check"),
        on: Time(18, 11, 0),
        reason: "Registration",
        clinician: "Nurse Bea Lowe",
        headings: &[("Comment", "Old notes awaited. BP 138/80 <home reading>")],
        ..Visit::default()
    }];
    person.story_facts = facts;
    person
}
