//! Takes how asking for one document ended and what was found in it, gives the exact words for it and whom to ask.
//! Source: viewer.md sections 4 and 7, Documents; HAZ-006, HAZ-020, HAZ-021.

use super::{trimmed, withheld};
use crate::content::{Caveat, NotShown};
use crate::page::SourceCard;
use fhir::ReplyState;
use fhir::reply::{Silence, Withholder};

/// Above a frame that may stay empty.
pub(crate) const NO_PDF_HERE: &str = "Nothing to see below? Not every browser shows a PDF.";

/// In place of a page's words.
pub(crate) const PAGE_WITHOUT_TEXT: &str =
    "No text was found on this page. It may be a picture, as of a scan: read it in the document itself.";

/// Beside the way to a document, where the audit has that it was shown to this professional.
pub(crate) fn opened_by_you(at: jiff::Timestamp) -> String {
    format!("Opened by you {}", fhir::date::minute(at))
}

/// In a chapter whose list does not fit a form.
pub(crate) const TOO_MANY_TO_WALK: &str =
    "There are too many documents here to go from one to the next: each is opened from this list.";

/// Where an opened document stands in the list it was opened from.
pub(crate) fn place(at: usize, of: usize, chosen: &[String], closed: usize) -> String {
    let chosen =
        if chosen.is_empty() { String::new() } else { format!(" Chosen there: {}.", chosen.join("; ")) };
    let closed = match closed {
        0 => String::new(),
        1 => " 1 more in it cannot be opened here.".to_owned(),
        n => format!(" {n} more in it cannot be opened here."),
    };
    format!("Document {at} of {of} in the list it was opened from.{chosen}{closed}")
}

/// How asking for one document ended, where nothing of it came.
pub fn document_not_had(short: &str, state: &ReplyState) -> String {
    use ReplyState::*;
    match state {
        Answered | AnsweredWithWarnings | AnsweredEmpty => format!("{short} answered without the document."),
        DidNotAnswer(Silence::TimedOut) => format!("{short} did not answer."),
        DidNotAnswer(Silence::Failed(reason)) => format!("{short} did not send it: {}.", trimmed(reason)),
        DidNotAnswer(Silence::FailedOurSide(_)) => {
            format!("{short} was not asked: our request could not be made; we have been told.")
        }
        DidNotAnswer(Silence::BreakerOpen { since }) => {
            format!("{short} was not tried: it has been failing since {since}.")
        }
        Unreadable(reason) if reason.trim().is_empty() => {
            format!("{short} sent something we could not show.")
        }
        Unreadable(reason) => format!("{short} sent something we could not show: {}.", trimmed(reason)),
        Withheld(Withholder::Source(reason)) if reason.is_empty() => {
            format!("{short} holds this document back.")
        }
        Withheld(Withholder::Source(reason)) if reason.starts_with("at ") => {
            format!("{short} holds this document back {}.", trimmed(reason))
        }
        Withheld(Withholder::Source(reason)) => {
            format!("{short} holds this document back: {}.", trimmed(reason))
        }
        Withheld(by) => withheld(short, by),
        NotShared => format!("{short} does not share the content of its documents yet."),
        NotAsked(fhir::reply::NotAsked(reason)) => format!("{short} was not asked: {}.", trimmed(reason)),
    }
}

/// A document that came and is not shown. What it says is not known, so it is said of the file alone (HAZ-020).
pub fn document_not_shown(short: &str, why: NotShown, size_bytes: usize) -> String {
    match why {
        NotShown::Empty => format!("{short} sent an empty file."),
        NotShown::TooLarge => {
            format!("The file is larger than is opened here ({} MB).", size_bytes.div_ceil(1_000_000))
        }
        NotShown::NotItsType => {
            format!("It was not shown: its type is not what its entry says ({size_bytes} bytes).")
        }
        NotShown::Damaged => {
            format!("It was not shown: the file is incomplete or damaged ({size_bytes} bytes).")
        }
        NotShown::Kind(kind) => {
            format!("This kind of file is not opened here: {kind}, {size_bytes} bytes.")
        }
        NotShown::Locked => {
            format!("Its text was not read: the file asks for a password ({size_bytes} bytes).")
        }
        NotShown::NotRead => {
            format!("Its text could not be read here ({size_bytes} bytes). The document itself may open.")
        }
        NotShown::NoText => {
            "No text was found in this PDF. Its pages may be pictures, as a scan's are, or its text cannot be read here: read the document itself."
                .to_owned()
        }
    }
}

/// What of a shown document is not as in its original (HAZ-021).
pub fn caveat(caveat: Caveat, short: &str) -> String {
    match caveat {
        Caveat::AsText => "Shown as text, without its layout.".to_owned(),
        Caveat::TextOfPdf => format!(
            "Only the text of the PDF, in the order it stands on the page. Pictures, handwriting, ticks, lines struck through and what somebody filled in may be missing: see the original at {short}."
        ),
        Caveat::Recognised => {
            "Some of this text was read from a picture by a machine, and may be wrong.".to_owned()
        }
        Caveat::Altered => format!("Content altered for safety: see the original at {short}."),
        Caveat::Pages { shown } => {
            format!("Only the first {shown} pages are shown: see the original at {short}.")
        }
        Caveat::NotForThePerson => super::NOT_FOR_THE_PERSON.to_owned(),
    }
}

/// Whom to ask for what could not be shown.
pub fn ask(source: &SourceCard, reference: &str) -> String {
    let contact = source.contact.trim();
    let contact = if contact.is_empty() { String::new() } else { format!(", {contact}") };
    format!("Ask {}{contact}, quoting {reference}.", source.partner)
}

/// Beside every document: the wrong person's letter must have somewhere to go (HAZ-020).
pub fn report_document(source: &SourceCard) -> String {
    let contact = source.contact.trim();
    let contact = if contact.is_empty() { String::new() } else { format!(" ({contact})") };
    format!("Wrong person, or not readable? Tell {}{contact}.", source.partner)
}
