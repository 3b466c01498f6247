//! Who looks after Doreen: episodes, appointments, referrals, the diary, teams and alerts.

use super::DISCHARGED;
use crate::people::{facts::*, partner::Partner::*, when::When::*};

pub(super) fn episodes() -> Vec<Episode> {
    let episode = |at: Holders, service: &'static str, since, worker| Episode {
        at,
        service: text(service),
        since: Day(since),
        worker,
        ..Episode::default()
    };
    vec![
        episode(&[Essex], "Long term support: community, personal care", 420, "Sam Dean, social worker"),
        episode(&[Provide], "District nursing caseload", 30, "Nurse Ade Bright"),
        episode(&[Nelft], "Community falls service", 96, "Physiotherapist Mel Sand"),
        Episode {
            until: Some(Day(290)),
            ..episode(&[Eput], "Older adult memory service", 330, "Dr Ruth Calder")
        },
        Episode {
            until: Some(Day(1400)),
            ..episode(&[Southend], "Reablement after hospital", 1450, "Reablement team")
        },
        Episode { until: Some(Day(700)), ..episode(&[Thurrock], "Respite stay", 714, "Placement desk") },
    ]
}

pub(super) fn appointments() -> Vec<Appointment> {
    let booked = |at, service, on, place| Appointment { at, service, on, place, ..Appointment::default() };
    vec![
        booked(&[Acute], "Care of older people clinic", Time(-18, 10, 40), "Outpatients 3"),
        booked(&[Nelft], "Falls service review", Time(-6, 14, 0), "Home"),
        Appointment {
            status: Some("cancelled"),
            ..booked(&[Acute], "Bone health clinic", Time(-3, 9, 0), "Outpatients 1")
        },
    ]
}

pub(super) fn referrals() -> Vec<Referral> {
    vec![
        Referral {
            at: &[Gp],
            what: text("Referral to falls service"),
            to: "Community falls service",
            reason: "Three falls in a year",
            on: Day(118),
            ..Referral::default()
        },
        Referral {
            at: &[Acute],
            what: text("Community physiotherapy"),
            to: "Community therapy team",
            reason: "Reduced mobility after admission",
            on: DISCHARGED,
            urgent: true,
            ..Referral::default()
        },
        Referral {
            at: &[Essex],
            what: text("Carer's assessment requested"),
            to: "Carers team",
            reason: "Daughter under strain",
            on: Day(8),
            ..Referral::default()
        },
    ]
}

pub(super) fn diary() -> Vec<DiaryEntry> {
    vec![
        DiaryEntry {
            what: text("Renal function tests due"),
            due: Day(-5),
            entered: Day(9),
            note: Some("After stopping amlodipine"),
        },
        DiaryEntry { what: text("Medication review"), due: Day(20), entered: Day(380), note: None },
    ]
}

pub(super) fn alerts() -> Vec<Alert> {
    vec![
        Alert {
            at: &[Provide, Essex],
            category: "safety",
            what: text("Key safe by the side door: ask the office for the code"),
            since: Day(400),
            ..Alert::default()
        },
        Alert {
            at: &[Acute],
            category: "clinical",
            what: text("High risk of falls"),
            since: Day(15),
            ..Alert::default()
        },
        Alert {
            at: &[Acute],
            category: "contact",
            what: text("Reasonable adjustment: hearing aid, left ear"),
            since: Day(420),
            ..Alert::default()
        },
        Alert {
            at: &[Ambulance],
            category: "safety",
            what: text("Narrow stairs: carry chair needed"),
            since: Day(16),
            ..Alert::default()
        },
        Alert {
            at: &[Acute],
            category: "clinical",
            what: text("MRSA colonisation"),
            since: Day(2000),
            until: Some(Day(1900)),
            status: Some("inactive"),
        },
    ]
}

pub(super) fn teams() -> Vec<Team> {
    vec![
        Team {
            at: &[Essex],
            name: "Adult social care, Marshford",
            since: Day(420),
            members: &[
                ("Sam Dean", "Key worker, social worker", "01632960917"),
                ("Harbour Home Care", "Care provider", "01632960930"),
                ("Janet Example", "Carer (daughter)", "07700900457"),
            ],
        },
        Team {
            at: &[Provide],
            name: "District nursing, Marshford",
            since: Day(30),
            members: &[
                ("Nurse Ade Bright", "Named nurse", "01632960913"),
                ("Janet Example", "Next of kin (daughter)", "07700900457"),
            ],
        },
    ]
}
