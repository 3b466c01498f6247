//! Doreen's documents at trusts and community services: one of every kind of file, and one of every mistake about a file.

use crate::people::{facts::*, partner::Partner::*, terms::*, when::When::*};

pub(super) fn letters() -> Vec<Document> {
    [at_the_trust(), at_nelft(), elsewhere()].concat()
}

fn at_the_trust() -> Vec<Document> {
    let letter = |title, on, medium, body| Document {
        at: &[Acute],
        kind: CLINIC_LETTER,
        title,
        on: Day(on),
        author: "Dr Adaeze Okafor",
        body: Some(body),
        medium,
        ..Document::default()
    };
    vec![
        Document {
            kind: RESPECT,
            ..letter(
                "ReSPECT form (signed)",
                12,
                Medium::Pdf,
                "Not for attempted cardiopulmonary resuscitation. For hospital treatment of reversible illness.\n\
                 Discussed with the person and her daughter.",
            )
        },
        letter(
            "Falls clinic: letter to GP",
            150,
            Medium::Html,
            "Lying and standing blood pressure 142/78 and 118/70.\nFrame height corrected. Review in six months.",
        ),
        letter(
            "Request for hip radiograph, scanned",
            16,
            Medium::Png,
            "Fall from standing. Pain on rotation.",
        ),
        // HAZ-041: a script under the name of a letter.
        Document {
            flaw: Flaw::DeclaredAs("application/pdf"),
            ..letter(
                "Letter saved from a browser",
                400,
                Medium::Html,
                "Appointment moved to the following week.",
            )
        },
    ]
}

/// STU3, with addresses that are whole.
fn at_nelft() -> Vec<Document> {
    let letter = |title, on| Document {
        at: &[Nelft],
        kind: text("Falls service letter"),
        title,
        on: Day(on),
        author: "Physiotherapist Mel Sand",
        body: Some("Twelve weeks of strength and balance at home. New slippers bought."),
        medium: Medium::Pdf,
        ..Document::default()
    };
    vec![
        letter("Strength and balance programme: letter to GP", 95),
        Document { flaw: Flaw::Deleted, ..letter("Letter sent in error and deleted", 96) },
        Document { flaw: Flaw::Missing, ..letter("Letter lost in a move of systems", 1900) },
    ]
}

fn elsewhere() -> Vec<Document> {
    vec![
        Document {
            at: &[Eput],
            kind: CLINIC_LETTER,
            title: "Memory service: assessment",
            on: Day(310),
            author: "Dr Ruth Calder",
            body: Some("Addenbrooke's 88 of 100.\nMood low {PHQ-9 score 11}; sleep poor."),
            medium: Medium::Rtf,
            ..Document::default()
        },
        Document {
            at: &[Provide],
            kind: text("Wound chart"),
            title: "Wound chart, right forearm",
            on: Day(7),
            author: "Nurse Ade Bright",
            body: Some("30 by 12 mm, clean, edges in line."),
            medium: Medium::Pdf,
            inline: true,
            ..Document::default()
        },
        Document {
            at: &[Provide],
            kind: text("Community nursing letter"),
            title: "Letter replaced in the store and not in its index",
            on: Day(41),
            author: "Nurse Ade Bright",
            body: Some("Visit moved to Thursday."),
            medium: Medium::Pdf,
            flaw: Flaw::Lies,
            ..Document::default()
        },
    ]
}
