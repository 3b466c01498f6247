//! Takes how near the professional is to the person, gives the page that says so and asks why the record is opened; going back comes
//! first. Source: access.md section 10; HAZ-048.

use super::frame::drawn;
use crate::assets;
use crate::words;
use access::StaffMatch;
use access::break_glass::{TEXT_MAX_CHARS, TEXT_MIN_CHARS, Unfit};
use askama::Template;

/// Everything the page is drawn from.
pub struct NearPage<'a> {
    pub what: StaffMatch,
    /// `/s/{sid}/`
    pub path: &'a str,
    pub form_token: &'a str,
    pub reference: &'a str,
    pub training: bool,
    pub text: &'a str,
    pub wrong: &'a [Unfit],
    /// The sign-in is too old for what is asked.
    pub stale: bool,
}

#[derive(Template)]
#[template(path = "near.html", whitespace = "minimize")]
struct Near<'a> {
    page: &'a NearPage<'a>,
    title: String,
    css: &'a str,
    icon: &'a str,
    heading: &'static str,
    why: &'static str,
    wrong: Option<String>,
}

/// A whole page. Nothing has been asked of a source yet.
pub fn near(page: &NearPage<'_>) -> String {
    let [heading, why] = words::near(page.what);
    drawn(&Near {
        page,
        title: words::title(page.reference),
        css: &assets::STYLE.path,
        icon: &assets::ICON.path,
        heading,
        why,
        wrong: page.wrong.first().map(|what| words::unfit(*what)),
    })
}
