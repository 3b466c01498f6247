//! Takes a council's adult social care extract, a CSV file shaped on Client Level Data, and gives a unit for each row;
//! shows requests, assessments, services, reviews and what is recorded of the person as UK Core R4. Refuses a file
//! without a mandatory column and a row whose values cannot be read, naming column and line. Never takes cost or
//! funding, never shows another person.
//! Source: Adult Social Care Client Level Data, release 1; sources.md 14 and 16; HAZ-023, HAZ-042, HAZ-043.

use crate::format::{About, Demographics, Format, Kept, Seen, Shown, Take, Unusable};
use decode::Text;
use layout::Layout;
use rows::{Row, Rows};
use settings::Rules;
use std::{io::Read, path::Path};

/// What a feed is configured with.
mod settings;
/// Bytes to text.
mod decode;
/// Text to rows, in bounded memory.
mod rows;
/// The standard's columns, and what becomes of each.
mod columns;
/// The heading row of a file.
mod layout;
/// A row to a unit.
mod row;
/// Dates in the forms a feed declares.
mod dates;
/// How headings and values are compared.
mod words;
/// What is kept of a row.
mod event;
/// What was kept, as resources.
mod show;

pub use dates::DateForm;
pub use decode::Encoding;
pub use settings::{FlagAs, Misconfigured, Numbers, Settings};

/// One feed of adult social care extracts.
#[derive(Debug)]
pub struct ClientLevelData {
    rules: Rules,
}

impl ClientLevelData {
    /// Reads the file [`Settings::columns_file`] names, from `base` where its path is relative.
    pub fn load(settings: &Settings, base: &Path) -> Result<Self, Misconfigured> {
        let text = settings.columns_file.as_ref().map(|path| std::fs::read_to_string(base.join(path)));
        let text = text.transpose().map_err(|error| Misconfigured::File(error.to_string()))?;
        Self::new(settings, text.as_deref())
    }

    /// `columns_file` is the text of the file [`Settings::columns_file`] names.
    pub fn new(settings: &Settings, columns_file: Option<&str>) -> Result<Self, Misconfigured> {
        Ok(Self { rules: Rules::of(settings, columns_file)? })
    }

    fn heading(&self, rows: &mut Rows<'_>) -> Result<Layout, Unusable> {
        let mut row = Row::default();
        while rows.next(&mut row)? {
            let line = row.line;
            let refuse = |reason: String| Unusable::Line { line, reason };
            if row.fault.is_some() {
                return Err(refuse(
                    "the heading row is too long, or its quotation marks are not in order".into(),
                ));
            }
            if row.fields().any(|name| name.contains('\0')) {
                return Err(Unusable::Whole(decode::Broken::Utf16.reason().into()));
            }
            if !is_blank(&row) {
                return Layout::read(&row, &self.rules).map_err(refuse);
            }
        }
        Err(Unusable::Whole("the file is empty".into()))
    }
}

impl Format for ClientLevelData {
    fn read(&self, input: &mut dyn Read, take: Take<'_>) -> Result<Seen, Unusable> {
        let mut rows = Rows::new(Text::new(input, self.rules.encoding), self.rules.delimiter);
        let mut layout = self.heading(&mut rows)?;
        let mut seen = Seen::default();
        let mut blank: u64 = 0;
        let mut row = Row::default();
        while rows.next(&mut row)? {
            if is_blank(&row) {
                blank += 1;
                continue;
            }
            seen.units += 1;
            let unit = row::read(&row, seen.units, &mut layout, &self.rules);
            if take(row.line, unit).is_break() {
                break;
            }
        }
        seen.remarks.push(rows.remark());
        if blank > 0 {
            seen.remarks.push(format!("rows with nothing in them: {blank}"));
        }
        if !layout.left_out.is_empty() {
            seen.remarks.push(format!("columns not taken: {}", layout.left_out.join(", ")));
        }
        seen.unknown = layout.unknown;
        Ok(seen)
    }

    fn show(&self, kept: &[Kept<'_>], about: &About<'_>) -> Vec<Shown> {
        show::resources(kept, about, &self.rules.flags)
    }

    fn person(&self, kept: &[Kept<'_>]) -> Option<Demographics> {
        show::demographics(kept)
    }
}

fn is_blank(row: &Row) -> bool {
    row.fault.is_none() && row.fields().all(|field| words::clean(field).is_none())
}

#[cfg(test)]
mod tests;
