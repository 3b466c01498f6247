//! Takes the record as it stands at the end, gives the end mark with the final count of answers, the footer, the closing tags.
//! Only this makes the page complete: it must be written last. Source: viewer.md sections 3.1, 3.7 and 5; HAZ-033, HAZ-053.

use super::banner::Identity;
use super::coverage::{self, Coverage};
use super::frame::drawn;
use super::{Key, found, report};
use crate::assets;
use crate::page::{NeverShown, Page};
use crate::words;
use askama::Template;
use fhir::date;
use record::Record;

/// The panels of the summary, as they are chosen for a print.
pub(crate) const SUMMARY: &str = "sum";

#[derive(Template)]
#[template(path = "finish.html", whitespace = "minimize")]
struct Finish<'a> {
    coverage: Coverage,
    /// For whoever looks for something in the page as it stands.
    unsearched: String,
    at: String,
    page: &'a Page,
    identity: Identity<'a>,
    opened: String,
    sheets: Vec<Sheet>,
    complete_css: &'a str,
    footer: Footer<'a>,
}

/// A part that may be left out of a print.
struct Sheet {
    area: &'static str,
    name: &'static str,
}

impl Sheet {
    /// In the order of the page, the summary as one. The allergy row is no choice.
    fn all(page: &Page) -> Vec<Self> {
        let mut sheets: Vec<Self> = Vec::new();
        for key in Key::in_page_order(page) {
            match key {
                Key::AllergyRow => {}
                Key::Panel(_) if sheets.is_empty() => {
                    sheets.push(Self { area: SUMMARY, name: "Summary" });
                }
                Key::Panel(_) => {}
                key => sheets.push(Self { area: key.area(), name: key.name() }),
            }
        }
        sheets
    }
}

/// The same on every page of an opening.
pub(crate) struct Footer<'a> {
    pub(crate) page: &'a Page,
    pub(crate) opened: String,
    pub(crate) report: report::Form<'a>,
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
            // No list of partners where nothing is shown (HAZ-022).
            report: report::Form::empty(&report::About { sources: &[], ..report::About::of(page) }),
            not_for_role: (hidden > 0).then(|| words::not_for_role(hidden)),
            never_shown: false,
        }
    }

    /// At the end of a record what was held back is known.
    fn ending(page: &'a Page, record: &Record) -> Self {
        let never_shown = page.never_shown == NeverShown::Constant || record.holds_restricted_back();
        Self { never_shown, report: report::Form::empty(&report::About::of(page)), ..Self::of(page) }
    }
}

/// The end of the document.
pub fn finish(page: &Page, record: &Record, at: jiff::Timestamp) -> String {
    drawn(&Finish {
        coverage: coverage::of(page, record),
        unsearched: found::unsearched(page, record),
        at: date::clock_seconds(at),
        page,
        identity: Identity::of(page),
        opened: date::minute(page.opened_at),
        sheets: Sheet::all(page),
        complete_css: &assets::COMPLETE.path,
        footer: Footer::ending(page, record),
    })
}
