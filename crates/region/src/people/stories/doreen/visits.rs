//! Who saw Doreen: at the practice, in the emergency sixteen days ago, and at home.

use crate::people::{facts::*, partner::Partner::*, when::When::*};

pub(super) fn visits() -> Vec<Visit> {
    [at_the_practice(), urgent(), community()].concat()
}

fn at_the_practice() -> Vec<Visit> {
    vec![
        Visit {
            at: &[Gp],
            what: text("Home visit note"),
            on: Time(9, 12, 10),
            reason: "Review after discharge",
            clinician: "Dr Helen Marsh",
            headings: &[
                (
                    "History",
                    "Seen at home with daughter. Eating little. Afraid of falling again. Sleeps in chair.",
                ),
                ("Examination", "BP lying 118/66, standing 96/58. Bruise right hip, healing."),
                (
                    "Plan",
                    "Amlodipine stopped. Bloods in two weeks. Falls team to continue. Daughter will ring if \
                     worse.",
                ),
            ],
            problems: &["Falls", "Atrial fibrillation"],
            ..Visit::default()
        },
        Visit {
            at: &[Gp],
            what: text("Surgery consultation"),
            on: Time(64, 9, 25),
            reason: "Urinary symptoms",
            clinician: "Dr Idris Vane",
            headings: &[
                ("History", "Frequency and burning for 2 days."),
                ("Plan", "Urine sent. Three days of antibiotic."),
            ],
            problems: &["Cystitis"],
            ..Visit::default()
        },
        Visit {
            at: &[Gp],
            what: text("Administration note"),
            on: Day(3),
            reason: "Draft",
            clinician: "Dr Helen Marsh",
            headings: &[("Comment", "Letter to write: not finished.")],
            status: Some("unknown"),
            ..Visit::default()
        },
    ]
}

fn urgent() -> Vec<Visit> {
    vec![
        Visit {
            at: &[Ambulance],
            setting: Setting::Emergency,
            what: text("999 incident"),
            on: Time(16, 20, 35),
            until: Some(Time(16, 22, 5)),
            reason: "Fall at home, long lie",
            outcome: Some("Conveyed to emergency department"),
            clinician: "Paramedic Jo Cole",
            ..Visit::default()
        },
        Visit {
            at: &[Acute],
            setting: Setting::Emergency,
            what: text("Emergency department attendance"),
            on: Time(16, 22, 10),
            until: Some(Time(15, 3, 40)),
            reason: "Fall, hip pain",
            outcome: Some("Admitted"),
            clinician: "Dr Nils Lindqvist",
            place: Some("Emergency Department"),
            ..Visit::default()
        },
        Visit {
            at: &[Acute],
            setting: Setting::Inpatient,
            what: text("Inpatient stay, care of older people"),
            on: Time(15, 3, 40),
            until: Some(Time(11, 15, 0)),
            reason: "Fall with long lie, acute kidney injury",
            outcome: Some("Discharged home with package restarted"),
            clinician: "Dr Adaeze Okafor",
            place: Some("Saltmarsh Ward"),
            ..Visit::default()
        },
        Visit {
            at: &[Ic24],
            setting: Setting::Telephone,
            what: text("NHS 111 call"),
            on: Time(122, 21, 30),
            reason: "Fall, no injury found by carer",
            outcome: Some("Advice given; GP informed"),
            clinician: "111 clinical adviser",
            ..Visit::default()
        },
    ]
}

fn community() -> Vec<Visit> {
    vec![
        Visit {
            at: &[Nelft],
            setting: Setting::HomeVisit,
            what: text("Falls clinic assessment"),
            on: Time(95, 14, 0),
            reason: "Recurrent falls",
            outcome: Some("Strength and balance programme started"),
            clinician: "Physiotherapist Mel Sand",
            ..Visit::default()
        },
        Visit {
            at: &[Provide],
            setting: Setting::HomeVisit,
            what: text("District nursing visit"),
            on: Time(4, 11, 15),
            reason: "Skin tear right forearm, dressing",
            outcome: Some("Healing, next visit in three days"),
            clinician: "Nurse Ade Bright",
            ..Visit::default()
        },
        Visit {
            at: &[Eput],
            setting: Setting::Outpatient,
            what: text("Memory assessment"),
            on: Time(300, 10, 0),
            reason: "Forgetfulness reported by daughter",
            outcome: Some("No dementia; low mood discussed. Discharged to GP"),
            clinician: "Dr Ruth Calder",
            ..Visit::default()
        },
    ]
}
