//! What the post has brought to Doreen's practice over the years: every kind of file, each letter with its sender, one
//! under the wrong type, one whose size is that of another version, one that nobody has read yet.

use crate::people::{facts::*, partner::Partner::*, terms::*, when::When::*};

pub(super) fn post() -> Vec<Document> {
    [letters(), scans(), mistakes()].concat()
}

fn letter(title: &'static str, on: i32, medium: Medium, body: &'static str) -> Document {
    Document {
        at: &[Gp],
        kind: CLINIC_LETTER,
        title,
        on: Day(on),
        author: "Dr Adaeze Okafor",
        body: Some(body),
        medium,
        sent_by: Some(Acute),
        ..Document::default()
    }
}

fn letters() -> Vec<Document> {
    vec![
        letter(
            "Clinic letter: care of older people",
            152,
            Medium::Pdf,
            "Seen with her daughter. Postural drop of 22 mmHg. Frailty score 6.\n\
             Please review antihypertensives and repeat renal function in two weeks.",
        ),
        Document {
            author: "Physiotherapist Mel Sand",
            sent_by: Some(Nelft),
            ..letter(
                "Falls service: end of programme",
                30,
                Medium::Rtf,
                "Twelve weeks completed. Timed up and go 19 seconds (was 27). Frame height right.",
            )
        },
        Document {
            author: "Dr Ruth Calder",
            sent_by: Some(Eput),
            ..letter(
                "Memory service: letter to GP",
                297,
                Medium::Html,
                "No evidence of dementia.\nLow mood: talking therapy offered and accepted.",
            )
        },
        letter("Bone health clinic: treatment advice", 610, Medium::Word, "Weekly treatment for five years."),
    ]
}

fn scans() -> Vec<Document> {
    vec![
        Document {
            kind: text("Scanned hospital letters"),
            ..letter("ECG tracing, scanned", 64, Medium::Png, "Atrial fibrillation, rate 78.")
        },
        Document {
            kind: text("Scanned hospital letters"),
            ..letter("Fax from the eye unit", 1480, Medium::Tiff, "Right cataract surgery, no complication.")
        },
        // Nobody at the practice has looked at it: it is given all the same.
        Document {
            kind: text("Letter awaiting review"),
            ..letter(
                "Audiology: letter received and not yet reviewed",
                1,
                Medium::Text,
                "Hearing aid, left ear, reprogrammed. New mould ordered.",
            )
        },
    ]
}

fn mistakes() -> Vec<Document> {
    vec![
        // HAZ-041: what it is called is not what it is.
        Document {
            flaw: Flaw::DeclaredAs("text/plain"),
            ..letter(
                "Letter filed as plain text",
                240,
                Medium::Pdf,
                "Appointment moved to the spring clinic.",
            )
        },
        Document {
            flaw: Flaw::Lies,
            ..letter(
                "Letter replaced after it was filed",
                90,
                Medium::Pdf,
                "Amended: dose as in the first letter.",
            )
        },
        Document {
            confidential: true,
            ..letter("Letter marked confidential", 800, Medium::Text, "Not to leave the practice.")
        },
    ]
}
