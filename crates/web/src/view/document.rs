//! Takes a document that a row listed, gives the page round it: whose it is, what it is called, who holds it, and a frame for
//! the document itself. Asks nobody, and has nothing of the content. Source: viewer.md sections 5 and 7; HAZ-001, HAZ-020.

use super::banner::Identity;
use super::begin::refresh;
use super::break_glass::Active;
use super::frame::drawn;
use super::report;
use crate::assets;
use crate::page::{DocumentPage, DocumentWords, Place};
use crate::words;
use askama::Template;

#[derive(Template)]
#[template(path = "document.html", whitespace = "minimize")]
struct Document<'a> {
    page: &'a DocumentPage,
    identity: Identity<'a>,
    title: String,
    css: &'a str,
    icon: &'a str,
    script: &'a str,
    heading: &'a str,
    facts: Vec<(&'static str, &'a str)>,
    content: String,
    words: Option<String>,
    opened: String,
    active: Option<Active>,
    refresh: String,
    report: report::Form<'a>,
    place: Option<(&'a Place, String)>,
    /// What Reload and Back ask for where the page came by a form.
    here: Option<String>,
}

/// The whole page.
pub fn document(page: &DocumentPage) -> String {
    let active = page.emergency.as_ref().map(|active| Active::of(active, page.opened_at));
    let about = report::About {
        path: &page.path,
        token: &page.form_token,
        opening: &page.opening,
        reference: &page.reference,
        opened_at: page.opened_at,
        sources: std::slice::from_ref(&page.source),
    };
    drawn(&Document {
        page,
        report: report::Form::of_document(&about, page.source.id.as_str()),
        identity: Identity::on(&page.banner, page.opened_at),
        title: words::title(&page.reference),
        css: &assets::STYLE.path,
        icon: &assets::ICON.path,
        script: &assets::DOCUMENT_SCRIPT.path,
        heading: or_else(&page.words.title, &page.words.kind),
        facts: facts(&page.words, &page.source.partner),
        content: format!("{}b/{}", page.path, page.handle),
        words: page.has_words.then(|| format!("{}t/{}", page.path, page.handle)),
        opened: fhir::date::minute(page.opened_at),
        refresh: refresh(page.life, active.as_ref(), &page.path),
        place: page.place.as_ref().map(|place| (place, in_words(place))),
        here: page.place.is_some().then(|| format!("{}d/{}", page.path, page.handle)),
        active,
    })
}

fn in_words(place: &Place) -> String {
    words::place(place.at, place.of, &place.chosen_words, place.closed)
}

/// What the row said of it. A blank value is left out: an empty label would read as a negative.
fn facts<'a>(words: &'a DocumentWords, partner: &'a str) -> Vec<(&'static str, &'a str)> {
    let kind = if words.kind == words.title { "" } else { words.kind.as_str() };
    let all = [
        ("Type", kind),
        ("Date", words.date.as_str()),
        ("Author", words.author.as_str()),
        ("Organisation", words.organisation.as_str()),
        ("Held by", partner),
        ("Size in bytes", words.size_bytes.as_str()),
    ];
    all.into_iter().filter(|(_, value)| !value.trim().is_empty()).collect()
}

fn or_else<'a>(text: &'a str, otherwise: &'a str) -> &'a str {
    match (text.trim().is_empty(), otherwise.trim().is_empty()) {
        (false, _) => text,
        (true, false) => otherwise,
        (true, true) => "Document",
    }
}
