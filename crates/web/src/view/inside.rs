//! Takes what is shown of a document, gives the page inside the frame; or the words that stand there when nothing is. Its one
//! style is named by hash, since a sandboxed page has no origin to fetch ours from. Source: CSP Level 3; viewer.md section 7.

use super::frame::drawn;
use crate::content::{Caveat, Markup};
use crate::page::SourceCard;
use crate::words;
use askama::Template;
use aws_lc_rs::digest;
use base64::{Engine, engine::general_purpose::STANDARD};
use std::sync::LazyLock;

const STYLE: &str = include_str!("../../static/content.css");

/// Everything but `frame-ancestors`.
pub(crate) static POLICY: LazyLock<String> = LazyLock::new(|| {
    let hash = STANDARD.encode(digest::digest(&digest::SHA256, STYLE.as_bytes()));
    format!(
        "sandbox; default-src 'none'; style-src 'sha256-{hash}'; img-src data:; base-uri 'none'; form-action 'none';"
    )
});

#[derive(Template)]
#[template(path = "content.html", whitespace = "minimize")]
struct Content<'a> {
    style: &'a str,
    caveats: Vec<String>,
    markup: &'a Markup,
}

#[derive(Template)]
#[template(path = "not_shown.html", whitespace = "minimize")]
struct NotShown<'a> {
    style: &'a str,
    why: &'a str,
    whom: String,
}

/// The document in a page of ours. What was changed in it stands first.
pub fn content(markup: &Markup, caveats: &[Caveat], source: &SourceCard) -> String {
    let caveats = caveats.iter().map(|caveat| words::caveat(*caveat, &source.short)).collect();
    drawn(&Content { style: STYLE, caveats, markup })
}

/// Why nothing of it is shown, and whom to ask.
pub fn not_shown(why: &str, source: &SourceCard, reference: &str) -> String {
    drawn(&NotShown { style: STYLE, why, whom: words::ask(source, reference) })
}
