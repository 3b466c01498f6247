//! Takes what is known of an opening, gives the parts of its page as HTML: every text escaped, every absence in words.
//! Keeps nothing and refuses nothing. Source: viewer.md sections 3 to 9; NHS CUI (ISB 1500 to 1508).

use crate::page::{self, Page, SourceCard};
use fhir::{Category, SourceId};
use record::reconcile::SECTIONS;
use record::{Record, Section};

/// Text that stands in the page byte for byte.
mod text;
/// The identity banner.
mod banner;
/// Everything before the first section.
mod begin;
/// Who answered, who did not: the sentence under each heading.
mod source_line;
/// One entry and its details.
mod row;
/// The frame every section stands in.
mod frame;
/// Why a section does not show more.
mod why;
/// Values in time, drawn.
mod graph;
/// Rows chosen without script.
pub(crate) mod filter;
/// Sections that are lists of entries, one module per section.
mod list;
mod plans;
mod frailty;
mod alerts;
mod problems;
mod immunisations;
mod contacts;
mod documents;
mod care;
mod people;
mod allergies;
mod medicines;
mod results;
mod allergy_row;
/// The summary, panel by panel.
mod panel;
/// What came since somebody last looked.
mod news;
/// What was looked for.
mod found;
mod sources;
/// The same record for a host's own software.
mod searchset;
/// What came after its section was written.
mod late;
/// A problem reported.
mod report;
/// How many answered, and the end of the page.
mod coverage;
mod finish;
/// Pages shown in place of a record.
mod objection;
mod interruption;
mod ended;
/// Emergency access: asked for, and under way.
mod break_glass;
/// The professional is near to the person.
mod near;
mod reason;
/// The page round one document.
mod document;
/// What stands inside its frame.
mod inside;
/// The pages of direct access.
pub(crate) mod direct;

pub use begin::{begin, head};
pub use break_glass::{Asked, BreakGlassPage, break_glass};
pub use document::document;
pub use ended::{ended, put_away};
pub(crate) use finish::SUMMARY;
pub use finish::finish;
pub(crate) use frame::{ROOMS, drawn};
pub(crate) use inside::POLICY as CONTENT_POLICY;
pub use inside::{content, not_shown};
pub use interruption::interruption;
pub use late::late;
pub use near::{NearPage, near};
pub use objection::{objected_late, objection};
pub use panel::Panel;
pub use reason::reason;
pub use report::{About, LONGEST, SHORTEST, report_again, reported, reported_as};
pub use searchset::{Place, in_place_of_searchset, on_the_page_first, searchset};

/// The first row of the grid below the navigation.
const FIRST_PLACE: usize = 4;

/// A part of the page that is written in one piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    AllergyRow,
    Panel(Panel),
    New,
    /// In place of every section, where something was looked for.
    Found,
    Section(Section),
    Sources,
}

/// One part, a direct child of `main`. May be written at any time after [`begin`]: what is outstanding is named.
pub fn section(page: &Page, record: &Record, key: Key) -> String {
    match key {
        Key::AllergyRow => allergy_row::draw(page, record),
        Key::Panel(panel) => panel::draw(page, record, panel),
        Key::New => news::draw(page, record),
        Key::Found => found::draw(page, record),
        Key::Sources => sources::draw(page, record),
        // What was released is shown wherever it stands: only a section without entries can be one the role does not see.
        Key::Section(section) if !is_granted(page, section) && record.section(section).is_empty() => {
            frame::not_granted(page, section)
        }
        Key::Section(Section::Allergies) => allergies::draw(page, record),
        Key::Section(Section::Medicines) => medicines::draw(page, record),
        Key::Section(Section::Results) => results::draw(page, record),
        Key::Section(Section::Contacts) => contacts::chapter::draw(page, record),
        Key::Section(Section::Documents) => documents::chapter::draw(page, record),
        Key::Section(Section::Frailty) => frailty::chapter::draw(page, record),
        Key::Section(section) => list::draw(page, record, section),
    }
}

/// The number of a source's late block, from 1: its place in the configuration.
pub fn ordinal(page: &Page, source: &SourceId) -> usize {
    page.sources.iter().position(|card| card.id == *source).map_or(0, |index| index + 1)
}

impl Key {
    /// Grid rows before the late blocks: allergy row, coverage, navigation, then every other part.
    pub const PLACES: usize = 3 + Panel::ALL.len() + 1 + SECTIONS.len() + 1;

    pub fn all() -> Vec<Key> {
        let panels = Panel::ALL.into_iter().map(Key::Panel);
        let sections = SECTIONS.into_iter().map(Key::Section);
        let before = [Key::AllergyRow].into_iter().chain(panels).chain([Key::New, Key::Found]);
        before.chain(sections).chain([Key::Sources]).collect()
    }

    /// The panels of the role's view in its order, then every chapter in the one order of all roles, so that none is missing
    /// (HAZ-011). Roles without allergies have no allergy row.
    pub fn in_page_order(page: &Page) -> Vec<Key> {
        if page.sought.is_some() {
            return vec![Key::Found, Key::Sources];
        }
        let row = is_granted(page, Section::Allergies).then_some(Key::AllergyRow);
        let panels = page.order.iter().copied().map(Key::Panel);
        let sections = SECTIONS.into_iter().map(Key::Section);
        row.into_iter().chain(panels).chain([Key::New]).chain(sections).chain([Key::Sources]).collect()
    }

    /// The name of its slot; the section's is the same after `s-`.
    pub fn area(self) -> &'static str {
        match self {
            Key::AllergyRow => "row",
            Key::Panel(panel) => panel.area(),
            Key::New => "new",
            Key::Found => "fnd",
            Key::Sources => "src",
            Key::Section(Section::Plans) => "pla",
            Key::Section(Section::Frailty) => "fra",
            Key::Section(Section::Alerts) => "ale",
            Key::Section(Section::Allergies) => "alg",
            Key::Section(Section::Medicines) => "med",
            Key::Section(Section::Problems) => "pro",
            Key::Section(Section::Immunisations) => "imm",
            Key::Section(Section::Results) => "res",
            Key::Section(Section::Contacts) => "con",
            Key::Section(Section::Documents) => "doc",
            Key::Section(Section::Care) => "car",
            Key::Section(Section::People) => "peo",
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Key::AllergyRow => "Allergies",
            Key::Panel(panel) => panel.heading(),
            Key::New => "What’s new",
            Key::Found => "Found",
            Key::Sources => "Sources",
            Key::Section(section) => crate::words::section_name(section),
        }
    }

    pub(crate) fn short(self) -> &'static str {
        match self {
            Key::Section(section) => crate::words::section_short(section),
            other => other.name(),
        }
    }

    /// Its classes on this page: its own row of the grid and, for a panel, where it stands where the page is wide
    /// enough for two columns.
    pub(crate) fn place(self, page: &Page) -> String {
        let order = Self::in_page_order(page);
        let below = order.iter().filter(|other| **other != Key::AllergyRow);
        let index = below.clone().position(|other| *other == self).unwrap_or(0);
        let row = match self {
            Key::AllergyRow => 1,
            Key::Sources => Self::PLACES,
            _ => index + FIRST_PLACE,
        };
        let side = match self {
            Key::Panel(panel) => panel::beside(&page.order, panel),
            _ => String::new(),
        };
        format!("at-{row:02}{side}")
    }

    /// The sources this part can hold something of, for what this role sees, in configured order.
    pub(crate) fn contributors(self, page: &Page) -> Vec<&SourceCard> {
        match self {
            Key::Sources => page.sources.iter().collect(),
            Key::New | Key::Found | Key::Panel(Panel::New) => {
                page.sources.iter().filter(|card| !card.shares.is_empty()).collect()
            }
            Key::AllergyRow => sharing(page, &granted(page, Section::Allergies)),
            Key::Section(section) => sharing(page, &granted(page, section)),
            Key::Panel(panel) => {
                panel.section().map_or_else(Vec::new, |section| sharing(page, &granted(page, section)))
            }
        }
    }
}

/// The categories of a section that this role sees at some level.
fn granted(page: &Page, section: Section) -> Vec<Category> {
    page::categories(section).iter().copied().filter(|category| page.granted.contains(category)).collect()
}

/// How a source sends what it holds.
pub(crate) fn freshness(card: &SourceCard) -> String {
    sources::freshness(card)
}

/// The same for a line that may wrap.
pub(crate) fn wrapped(text: &str) -> impl askama::filters::HtmlSafe {
    text::Wrapped(text)
}

/// Text as element content, every character of it.
pub(crate) fn escaped(text: &str) -> String {
    text::Verbatim(text).to_string()
}

fn is_granted(page: &Page, section: Section) -> bool {
    !granted(page, section).is_empty()
}

fn sharing<'a>(page: &'a Page, wanted: &[Category]) -> Vec<&'a SourceCard> {
    page.sources.iter().filter(|card| card.shares.iter().any(|category| wanted.contains(category))).collect()
}

#[cfg(test)]
mod tests;
