//! Takes a view whose person died long ago, gives the page that asks why the record is opened, before anything of it is asked
//! for. Nothing of the person stands on it. Source: access.md section 5; viewer.md section 7, Launch outcomes.

use super::frame::drawn;
use crate::{assets, words};
use access::{launch::GivenReason, person::REASONS_AFTER_DEATH};
use askama::Template;

#[derive(Template)]
#[template(path = "reason.html", whitespace = "minimize")]
struct Reason<'a> {
    title: String,
    css: &'a str,
    icon: &'a str,
    codes: [(&'static str, &'static str); REASONS_AFTER_DEATH.len()],
    shortest: usize,
    longest: usize,
    path: &'a str,
    form_token: &'a str,
    reference: &'a str,
    training: bool,
}

/// A whole page. Going back comes first and has the focus; giving a reason is a second, different act. `path` is `/s/{sid}/`.
pub fn reason(path: &str, form_token: &str, reference: &str, training: bool) -> String {
    drawn(&Reason {
        title: words::title(reference),
        css: &assets::STYLE.path,
        icon: &assets::ICON.path,
        codes: REASONS_AFTER_DEATH.map(|code| (code, words::reason_after_death(code))),
        shortest: *GivenReason::TEXT_CHARS.start(),
        longest: *GivenReason::TEXT_CHARS.end(),
        path,
        form_token,
        reference,
        training,
    })
}
