//! Takes what a page is of, gives the form by which a problem with it is reported, with all filled in that the page knows; then the
//! answer to it. The text goes to the audit and to nobody's mailbox. Source: viewer.md section 7, Report a problem; HAZ-049.

use super::Key;
use super::frame::drawn;
use crate::gateway::ReportForm;
use crate::page::{Page, SourceCard};
use crate::{assets, words};
use askama::Template;
use record::reconcile::SECTIONS;

/// No more is taken.
pub const LONGEST: usize = 1_000;
/// Nobody could act on less.
pub const SHORTEST: usize = 10;

/// What `report_form.html` draws.
pub(crate) struct Form<'a> {
    pub(crate) path: &'a str,
    pub(crate) token: &'a str,
    pub(crate) opening: &'a str,
    pub(crate) reference: &'a str,
    pub(crate) opened: String,
    pub(crate) kinds: Vec<Choice<'a>>,
    pub(crate) places: Vec<Choice<'a>>,
    pub(crate) sources: Vec<Choice<'a>>,
    pub(crate) text: &'a str,
}

pub(crate) struct Choice<'a> {
    pub(crate) value: &'a str,
    pub(crate) words: &'a str,
    pub(crate) chosen: bool,
}

/// Of which opening a problem is reported.
pub struct About<'a> {
    /// `/s/{sid}/`
    pub path: &'a str,
    pub token: &'a str,
    pub opening: &'a str,
    pub reference: &'a str,
    pub opened_at: jiff::Timestamp,
    pub sources: &'a [SourceCard],
}

#[derive(Template)]
#[template(path = "report.html", whitespace = "minimize")]
struct Again<'a> {
    title: String,
    css: &'a str,
    icon: &'a str,
    training: bool,
    wrong: &'a [&'static str],
    report: Form<'a>,
}

#[derive(Template)]
#[template(path = "reported.html", whitespace = "minimize")]
struct Reported<'a> {
    title: String,
    css: &'a str,
    icon: &'a str,
    training: bool,
    path: &'a str,
    reference: &'a str,
    whom: &'a str,
}

impl<'a> About<'a> {
    pub(crate) fn of(page: &'a Page) -> Self {
        Self {
            path: &page.path,
            token: &page.form_token,
            opening: &page.opening,
            reference: &page.reference,
            opened_at: page.opened_at,
            sources: &page.sources,
        }
    }
}

impl<'a> Form<'a> {
    /// Nothing chosen yet but what is most likely.
    pub(crate) fn empty(about: &About<'a>) -> Self {
        Self::filled(about, ("", words::WHOLE_PAGE.0, "", ""))
    }

    /// For a document: of the one source that holds it.
    pub(crate) fn of_document(about: &About<'a>, source: &'a str) -> Self {
        Self::filled(about, ("", words::ONE_DOCUMENT.0, source, ""))
    }

    fn filled(about: &About<'a>, (kind, place, source, text): (&str, &str, &str, &'a str)) -> Self {
        let choice =
            |value: &'a str, words: &'a str, chosen: &str| Choice { value, words, chosen: value == chosen };
        let sections = SECTIONS.into_iter().map(|section| {
            let key = Key::Section(section);
            choice(key.area(), key.name(), place)
        });
        let around =
            [words::WHOLE_PAGE, words::ONE_DOCUMENT].map(|(value, words)| choice(value, words, place));
        let unknown = choice("", words::SOURCE_NOT_KNOWN, source);
        let named = about.sources.iter().filter(|card| card.has_source());
        let named = named.map(|card| choice(card.id.as_str(), card.short.as_str(), source));
        Self {
            path: about.path,
            token: about.token,
            opening: about.opening,
            reference: about.reference,
            opened: fhir::date::minute(about.opened_at),
            kinds: words::PROBLEMS.iter().map(|(value, words)| choice(value, words, kind)).collect(),
            places: around.into_iter().chain(sections).collect(),
            sources: std::iter::once(unknown).chain(named).collect(),
            text,
        }
    }
}

/// What a report is about, in words: `wrong content`, `Medicines`. `None` where it is none of the form's own choices.
pub fn reported_as(form: &ReportForm) -> Option<(&'static str, &'static str)> {
    let kind = words::PROBLEMS.iter().find(|(value, _)| *value == form.kind)?.1;
    let around =
        [words::WHOLE_PAGE, words::ONE_DOCUMENT].into_iter().find(|(value, _)| *value == form.section);
    let section =
        SECTIONS.into_iter().map(Key::Section).find(|key| key.area() == form.section).map(Key::name);
    Some((kind, around.map(|(_, words)| words).or(section)?))
}

/// The same form, with what is wrong with it and all that was typed. A whole page.
pub fn report_again(about: &About<'_>, form: &ReportForm, wrong: &[&'static str], training: bool) -> String {
    drawn(&Again {
        title: words::title(about.reference),
        css: &assets::STYLE.path,
        icon: &assets::ICON.path,
        training,
        wrong,
        report: Form::filled(about, (&form.kind, &form.section, &form.source, &form.text)),
    })
}

/// It is recorded; `whom` is who reads it. A whole page.
pub fn reported(path: &str, (opening, reference): (&str, &str), whom: &str, training: bool) -> String {
    drawn(&Reported {
        title: words::title(opening),
        css: &assets::STYLE.path,
        icon: &assets::ICON.path,
        training,
        path,
        reference,
        whom,
    })
}
