//! Takes the person of an opening who has objected, gives name, birth date, one sentence, and the end of the page: no list, no
//! counts, no source. Follows [`super::head`]. Source: access.md section 2; viewer.md section 7; HAZ-022.

use super::banner::Identity;
use super::finish::Footer;
use super::frame::drawn;
use crate::page::Page;
use askama::Template;

#[derive(Template)]
#[template(path = "objection.html", whitespace = "minimize")]
struct Objection<'a> {
    page: &'a Page,
    said: &'a str,
    identity: Identity<'a>,
    footer: Footer<'a>,
}

#[derive(Template)]
#[template(path = "objected_late.html", whitespace = "minimize")]
struct ObjectedLate<'a> {
    footer: Footer<'a>,
}

/// The end of a document whose practice answered late that the person has objected: by style sheet it takes the place of
/// all that was written before it, with script and without. It must be written last.
pub fn objected_late(page: &Page) -> String {
    drawn(&ObjectedLate { footer: uncounted(page) })
}

/// The rest of the document when the person has objected, or where that is not known: `said` is the one sentence.
pub fn objection(page: &Page, said: &str) -> String {
    drawn(&Objection { page, said, identity: Identity::of(page), footer: uncounted(page) })
}

/// Not even how many categories the role does not see: nothing is counted on these pages.
fn uncounted(page: &Page) -> Footer<'_> {
    Footer { not_for_role: None, ..Footer::of(page) }
}
