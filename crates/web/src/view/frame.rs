//! Takes a part of the page, gives what every section has: place, heading, the cut mark, who answered, the end mark.
//! Source: viewer.md sections 3.2 and 5; HAZ-033.

use super::Key;
use super::source_line::{self, Line};
use super::why;
use crate::page::Page;
use crate::words;
use askama::Template;
use record::{Record, Section};

/// What `templates/frame.html` draws round a section's own content.
pub(crate) struct Frame {
    /// Classes that say where it stands: `at-04`.
    pub(crate) place: String,
    pub(crate) area: &'static str,
    pub(crate) name: &'static str,
    /// Beside the heading: `14 current, 2 differ`.
    pub(crate) count: Option<String>,
    pub(crate) lines: Vec<Line>,
    /// Where the record is opened anew; empty for parts that do not offer it, being beside a chapter that does.
    pub(super) path: String,
    /// Why less than everything is shown; empty for parts that are no section of the record.
    pub(crate) why: Vec<String>,
    pub(crate) end: String,
}

/// From here a section is long, in entries: more than stand on a few screens, so that it is drawn as it comes near one.
const LONG: usize = 300;

/// As many powers of two of rows have a rule of their own.
pub(crate) const ROOMS: u32 = 17;

/// The further classes of a section that holds so many entries in so many rows: while it is not drawn it has the height of the next power
/// of two of rows. A guess too low would leave what stands last of it out of reach.
pub(crate) fn long(entries: usize, rows: usize) -> String {
    let room = (usize::BITS - rows.leading_zeros()).min(ROOMS);
    if entries < LONG { String::new() } else { format!(" long room-{room}") }
}

/// A section the role does not see: words only, the same whatever there is (HAZ-010, HAZ-011).
#[derive(Template)]
#[template(path = "not_granted.html", whitespace = "minimize")]
struct NotGranted {
    frame: Frame,
    sentence: String,
}

impl Frame {
    /// `shown` of `of` entries stand in the section.
    pub(crate) fn of(page: &Page, key: Key, shown: usize, of: usize) -> Self {
        Self {
            place: key.place(page) + &long(shown, shown),
            area: key.area(),
            name: key.name(),
            count: None,
            lines: Vec::new(),
            path: match key {
                Key::Section(_) => page.path.clone(),
                _ => String::new(),
            },
            why: match key {
                Key::Section(section) => why::lines(page, section),
                Key::AllergyRow | Key::Panel(_) | Key::New | Key::Found | Key::Sources => Vec::new(),
            },
            end: words::end(key.name(), shown, of),
        }
    }

    /// With the sentences of its sources.
    pub(crate) fn told(mut self, page: &Page, record: &Record, section: Section) -> Self {
        self.lines = source_line::lines(page, record, section);
        self
    }

    /// The way to ask again, where a source failed that may answer the next time.
    pub(crate) fn again(&self) -> Option<&str> {
        let has_failed = self.lines.iter().any(|line| line.again);
        Some(self.path.as_str()).filter(|path| has_failed && !path.is_empty())
    }

    pub(crate) fn counted(mut self, count: String) -> Self {
        self.count = Some(count);
        self
    }
}

pub(crate) fn not_granted(page: &Page, section: Section) -> String {
    let frame = Frame::of(page, Key::Section(section), 0, 0);
    let end = format!("End of {}", words::section_name(section).to_lowercase());
    drawn(&NotGranted { frame: Frame { end, ..frame }, sentence: words::section_not_asked(section) })
}

/// Rendering into a `String` fails only if a value's own `Display` does, and none of ours can.
/// Were it to happen, the part would be missing its end mark and so say itself that it is cut off.
pub(crate) fn drawn(template: &impl Template) -> String {
    let mut html = String::with_capacity(template_size(template));
    if template.render_into(&mut html).is_err() {
        tracing::error!("a part of the page could not be drawn");
    }
    html
}

fn template_size<T: Template>(_: &T) -> usize {
    T::SIZE_HINT.saturating_mul(2)
}
