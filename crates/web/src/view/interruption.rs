//! Takes the identity fields that differ between host and national record, gives a page that shows both and stops unless the
//! professional says otherwise. Source: viewer.md section 7, Launch outcomes; access.md section 5; HAZ-001.

use super::frame::drawn;
use crate::assets;
use crate::words;
use access::person::Difference;
use askama::Template;

#[derive(Template)]
#[template(path = "interruption.html", whitespace = "minimize")]
struct Interruption<'a> {
    title: String,
    css: &'a str,
    icon: &'a str,
    differences: &'a [Difference],
    path: &'a str,
    form_token: &'a str,
    reference: &'a str,
    training: bool,
}

/// A whole page. "Stop and go back" comes first and has the focus; going on is a second, different act.
/// `path` is `/s/{sid}/`.
pub fn interruption(
    differences: &[Difference],
    path: &str,
    form_token: &str,
    reference: &str,
    training: bool,
) -> String {
    drawn(&Interruption {
        title: words::title(reference),
        css: &assets::STYLE.path,
        icon: &assets::ICON.path,
        differences,
        path,
        form_token,
        reference,
        training,
    })
}
