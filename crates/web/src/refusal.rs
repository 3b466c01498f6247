//! Takes a refusal, gives the status and the page a browser is shown: what is so, whom to ask, a reference to quote; never
//! the evidence. Source: access.md section 2; HAZ-023, HAZ-034, HAZ-050.

use crate::assets;
use crate::gateway::Refused;
use crate::outcome::{Issue, Outcome, REFUSAL};
use crate::routes::{Contact, Settings};
use crate::words;
use access::Refusal;
use askama::Template;

#[derive(Template)]
#[template(path = "refusal.html", whitespace = "minimize")]
struct Page<'a> {
    title: &'a str,
    css: &'a str,
    icon: &'a str,
    training: bool,
    heading: &'a str,
    paragraphs: Vec<String>,
    reference: &'a str,
    contacts: &'a [Contact],
    /// Where a press asks for the same once more.
    again: Option<&'a str>,
}

/// The status and the whole page. `again`: where the same may be asked for once more, should there be no room just now; nothing
/// of it was used up. `cookie` says whether the browser sent a session cookie: without one, a view that has
/// ended is answered 401, with one 403, and the body is the same.
pub fn page(refused: &Refused, settings: &Settings, cookie: bool, again: Option<&str>) -> (u16, String) {
    let refusal = &refused.refusal;
    let page = Page {
        again: again.filter(|_| *refusal == Refusal::Busy),
        reference: &refused.reference,
        ..empty(settings, heading(refusal), paragraphs(refusal))
    };
    (status(refusal, cookie), crate::view::drawn(&page))
}

/// The same for a program. Nothing is ever found under an objection, so that is no success for it.
pub fn outcome(refused: &Refused, cookie: bool) -> (u16, String) {
    let status = match refused.refusal {
        Refusal::Objection => 403,
        ref other => status(other, cookie),
    };
    let code = match refused.refusal {
        Refusal::ViewEnded => "login",
        Refusal::NoSharedRecord => "not-found",
        Refusal::CannotRecord | Refusal::Busy | Refusal::HostUnreachable => "transient",
        Refusal::Objection => "suppressed",
        _ => "forbidden",
    };
    let text = paragraphs(&refused.refusal).join(" ");
    let issue = Issue::error(code, text).coded(REFUSAL, refused.refusal.code());
    (status, Outcome::of(&refused.reference, vec![issue]).to_json())
}

fn status(refusal: &Refusal, cookie: bool) -> u16 {
    match refusal {
        Refusal::ViewEnded if !cookie => 401,
        Refusal::ViewEnded => 403,
        other => other.status(),
    }
}

/// After the professional closed the record.
pub fn closed(settings: &Settings) -> String {
    draw(settings, "This record is closed", vec![words::CLOSED.to_owned()])
}

/// What every address without a page answers, so that addresses tell nothing.
pub fn not_found(settings: &Settings) -> String {
    draw(settings, "There is no page here", vec!["Open the record from your own system.".to_owned()])
}

/// A request that no person makes: a prefetch, a part of a page, a form from elsewhere.
pub fn not_for_machines(settings: &Settings) -> String {
    let text = "A record is opened by a person, one page at a time. Open it again from your own system.";
    draw(settings, "This page was not opened", vec![text.to_owned()])
}

fn draw(settings: &Settings, heading: &str, paragraphs: Vec<String>) -> String {
    crate::view::drawn(&empty(settings, heading, paragraphs))
}

fn empty<'a>(settings: &'a Settings, heading: &'a str, paragraphs: Vec<String>) -> Page<'a> {
    Page {
        title: words::SERVICE,
        css: &assets::STYLE.path,
        icon: &assets::ICON.path,
        training: settings.training,
        heading,
        paragraphs,
        reference: "",
        contacts: &settings.contacts,
        again: None,
    }
}

fn heading(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::ViewEnded => "This view has ended",
        Refusal::Objection => "This person has objected",
        Refusal::Busy => "The service is busy",
        Refusal::NoSharedRecord => "There is no shared record to show",
        Refusal::CannotRecord => "Nothing can be shown",
        _ => "The record was not opened",
    }
}

fn paragraphs(refusal: &Refusal) -> Vec<String> {
    let one = |text: &str| vec![text.to_owned()];
    match refusal {
        Refusal::LaunchUsedOrExpired => {
            one("This link has been used or has run out. Open the record again from your system.")
        }
        Refusal::LaunchNotAccepted => one("Your system’s request could not be verified."),
        Refusal::LaunchIncomplete => one("Your system did not send everything needed."),
        Refusal::HostUnreachable => one("Your system could not confirm the request."),
        Refusal::NoRole => one(
            "Your role in your system has no access here. Your organisation’s privacy officer decides which roles have.",
        ),
        Refusal::NoRelationship => one(
            "Your system sent no evidence that you are involved in this person’s care. Your organisation’s privacy officer decides what counts as evidence.",
        ),
        Refusal::Purpose => one(
            "The purpose your system sent is not one this record may be opened for. Your organisation’s privacy officer can say which are.",
        ),
        Refusal::OwnRecord => one("You cannot open your own record here."),
        Refusal::IdentityMismatch { fields } => mismatch(fields),
        Refusal::NoSharedRecord => one(
            "There is no shared record to show for this request. If you expected one, ask the organisations directly.",
        ),
        Refusal::Objection => one(words::OBJECTION),
        Refusal::CannotRecord => one(
            "Access cannot be recorded, so nothing can be shown. Ask the organisations directly by telephone.",
        ),
        Refusal::Busy => one("Nothing has been opened. Wait a moment and try the same link again."),
        Refusal::ViewEnded => one(words::VIEW_ENDED),
    }
}

/// Which fields, and no values from anywhere.
fn mismatch(fields: &[String]) -> Vec<String> {
    let fields: Vec<&str> = fields.iter().map(String::as_str).collect();
    let which = if fields.is_empty() { "identity details".to_owned() } else { words::and(&fields) };
    vec![
        format!(
            "The {which} your system sent differs from the national record, so the record was not opened."
        ),
        "Check that you have the right person, and correct the details in your system.".to_owned(),
    ]
}

#[cfg(test)]
mod tests;
