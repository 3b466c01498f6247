//! What is planned for Doreen, what she wishes, and the letters about it.

use super::DISCHARGED;
use crate::people::{facts::*, partner::Partner::*, terms::*, when::When::*};

pub(super) fn plans() -> Vec<Plan> {
    vec![
        Plan {
            at: &[Acute],
            kind: RESPECT,
            title: "ReSPECT",
            on: Day(12),
            review: Some(Day(-170)),
            author: "Dr Adaeze Okafor",
            summary: "Not for attempted cardiopulmonary resuscitation. For hospital treatment of reversible \
                      illness.",
            lines: &[
                ("CPR", "Not recommended"),
                ("Priority", "Comfort and staying at home where possible"),
                ("Treatment", "Oral and intravenous antibiotics yes; intensive care no"),
                ("Capacity", "Had capacity; daughter present"),
            ],
            goals: &["To be at home with the cat"],
            ..Plan::default()
        },
        Plan {
            at: &[Essex],
            kind: CARE_AND_SUPPORT_PLAN,
            title: "Care and support plan",
            on: Day(60),
            review: Some(Day(-120)),
            author: "Sam Dean, social worker",
            summary: "Four visits a day, single handed. Harbour Home Care, 21 hours a week, since 14 months.",
            lines: &[
                ("Morning visit", "45 minutes: washing, dressing, breakfast, medicines prompted"),
                ("Lunch visit", "30 minutes: meal and drink"),
                ("Tea visit", "30 minutes: meal, medicines prompted"),
                ("Bed visit", "30 minutes: undressing, call pendant checked"),
                ("Equipment", "Walking frame, raised toilet seat, pendant alarm"),
            ],
            goals: &["To walk to the garden gate"],
            ..Plan::default()
        },
        Plan {
            at: &[Provide],
            kind: text("Wound care plan"),
            title: "Skin tear, right forearm",
            on: Day(7),
            review: Some(Day(-7)),
            author: "Nurse Ade Bright",
            summary: "Silicone dressing every three days.",
            lines: &[("Dressing", "Every three days")],
            ..Plan::default()
        },
        Plan {
            at: &[Nelft],
            kind: text("Falls plan"),
            title: "Strength and balance programme",
            on: Day(95),
            author: "Physiotherapist Mel Sand",
            summary: "Twelve weeks at home; frame height corrected.",
            lines: &[("Exercise", "Twice a week with therapist"), ("Footwear", "New slippers bought")],
            ..Plan::default()
        },
    ]
}

pub(super) fn decisions() -> Vec<Decision> {
    vec![Decision {
        at: &[Acute],
        kind: text("Lasting power of attorney for health and welfare"),
        scope: "treatment",
        on: Day(800),
        words: "Attorney: daughter. Document seen on the ward.",
    }]
}

pub(super) fn forms() -> Vec<Form> {
    vec![Form {
        at: &[Provide],
        title: "About me",
        on: Day(29),
        author: "Nurse Ade Bright",
        answers: &[
            ("What matters to me", "My cat, the garden and being asked before anything is done"),
            ("How to talk with me", "Slowly and facing me: hearing aid in the left ear"),
        ],
    }]
}

pub(super) fn documents() -> Vec<Document> {
    vec![
        Document {
            at: &[Gp, Acute],
            kind: DISCHARGE_SUMMARY,
            title: "Discharge summary: care of older people",
            on: DISCHARGED,
            author: "Dr Adaeze Okafor",
            body: Some(
                "Admitted after a fall with long lie. No fracture. Acute kidney injury, improving.\n\
                 Apixaban reduced to 2.5 mg twice a day. Please stop amlodipine if postural drop persists.",
            ),
            medium: Medium::Pdf,
            sent_by: Some(Acute),
            ..Document::default()
        },
        Document {
            at: &[Eput],
            kind: CLINIC_LETTER,
            title: "Memory service: letter to GP",
            on: Day(298),
            author: "Dr Ruth Calder",
            body: Some("No evidence of dementia. Low mood; talking therapy offered."),
            ..Document::default()
        },
        Document {
            at: &[Gp],
            kind: text("Scanned hospital letters"),
            title: "Old paper record, scanned",
            on: Day(2500),
            author: "Records team",
            body: None,
            ..Document::default()
        },
        Document {
            at: &[Provide],
            kind: text("Community nursing letter"),
            title: "Skin tear: wound care at home",
            on: Day(7),
            author: "Nurse Ade Bright",
            body: Some("Right forearm, healing. Silicone dressing every three days until closed."),
            ..Document::default()
        },
        Document {
            at: &[Ambulance],
            kind: text("Patient care record"),
            title: "999 patient care record",
            on: Time(16, 22, 5),
            author: "Paramedic Jo Cole",
            body: Some("Found on floor. Alert. Right hip pain, no shortening. Conveyed."),
            ..Document::default()
        },
        Document {
            at: &[Gp],
            kind: text("Safeguarding letter"),
            title: "Letter about a third party",
            on: Day(700),
            author: "Dr Helen Marsh",
            body: Some("Concern about a visitor, followed up and closed."),
            not_for_patient: true,
            ..Document::default()
        },
    ]
}
