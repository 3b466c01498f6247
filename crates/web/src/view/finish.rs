//! Takes the record as it stands at the end, gives the end mark with the final count of answers, the footer, the closing tags.
//! Only this makes the page complete: it must be written last. Source: viewer.md sections 3.1, 3.7 and 5; HAZ-033, HAZ-053.

use super::coverage::{self, Coverage};
use super::frame::drawn;
use crate::assets;
use crate::page::{NeverShown, Page};
use crate::words;
use askama::Template;
use fhir::date;
use record::Record;

#[derive(Template)]
#[template(path = "finish.html", whitespace = "minimize")]
struct Finish<'a> {
    coverage: Coverage,
    at: String,
    complete_css: &'a str,
    footer: Footer<'a>,
}

/// The same on every page of an opening.
pub(crate) struct Footer<'a> {
    pub(crate) page: &'a Page,
    pub(crate) opened: String,
    pub(crate) not_for_role: Option<String>,
    /// Only of a record.
    pub(crate) never_shown: bool,
}

impl<'a> Footer<'a> {
    pub(crate) fn of(page: &'a Page) -> Self {
        let hidden = page.not_for_role.len();
        Self {
            page,
            opened: date::minute(page.opened_at),
            not_for_role: (hidden > 0).then(|| words::not_for_role(hidden)),
            never_shown: false,
        }
    }

    /// At the end of a record what was held back is known.
    fn ending(page: &'a Page, record: &Record) -> Self {
        let never_shown = page.never_shown == NeverShown::Constant || record.holds_restricted_back();
        Self { never_shown, ..Self::of(page) }
    }
}

/// The end of the document.
pub fn finish(page: &Page, record: &Record, at: jiff::Timestamp) -> String {
    drawn(&Finish {
        coverage: coverage::of(page, record),
        at: date::clock_seconds(at),
        complete_css: &assets::COMPLETE.path,
        footer: Footer::ending(page, record),
    })
}
