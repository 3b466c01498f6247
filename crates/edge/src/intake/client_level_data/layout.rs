//! Takes the heading row of a file, gives which field is which column. Refuses a file that lacks a column it must have,
//! naming all of them, or has two for one. Headings that mean nothing here are kept and counted.

use super::columns::{Column, STANDARD, Taking};
use super::rows::Row;
use super::settings::Rules;
use super::words;
use std::collections::{BTreeMap, HashSet};

/// What stands in each field of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Field {
    Column(Column),
    /// Whether the NHS number is verified.
    Status,
    /// Kept with the row under its heading.
    Other(usize),
    /// Never kept.
    Left,
}

/// One file's columns.
pub(super) struct Layout {
    pub(super) fields: Vec<Field>,
    /// Headings that mean nothing here, and the rows that have something in them.
    pub(super) unknown: Vec<(String, u64)>,
    /// Headings left out because they look like money, or are configured so.
    pub(super) left_out: Vec<String>,
}

/// Parts of headings that speak of money: what they head is not for direct care.
const MONEY: [&str; 9] =
    ["cost", "price", "fund", "invoice", "payment", "charge", "contribution", "budget", "tariff"];

impl Layout {
    /// The reason a file is refused names headings as the standard or the file writes them, never a value.
    pub(super) fn read(heading: &Row, rules: &Rules) -> Result<Self, String> {
        let mut layout = Self { fields: Vec::new(), unknown: Vec::new(), left_out: Vec::new() };
        let mut met: BTreeMap<Column, &str> = BTreeMap::new();
        let mut twice: Vec<String> = Vec::new();
        for (at, name) in heading.fields().enumerate() {
            let field = layout.field(at, name, rules);
            let before = match field {
                Field::Column(column) => met.insert(column, name),
                Field::Status if layout.fields.contains(&Field::Status) => Some(name),
                _ => None,
            };
            twice.extend(before.map(|before| format!("`{}` and `{}`", before.trim(), name.trim())));
            layout.fields.push(field);
        }
        if !twice.is_empty() {
            return Err(format!("two headings mean the same column: {}", twice.join("; ")));
        }
        let needed = STANDARD
            .iter()
            .filter(|(column, _, taking)| *taking == Taking::Needed && !met.contains_key(column));
        let mut missing: Vec<String> = needed.map(|(_, name, _)| format!("`{name}`")).collect();
        if !layout.fields.contains(&Field::Status) {
            missing.extend(rules.status.as_ref().map(|status| format!("`{}`", status.name)));
        }
        if !missing.is_empty() {
            return Err(format!("columns are missing: {}", missing.join(", ")));
        }
        Ok(layout)
    }

    fn field(&mut self, at: usize, name: &str, rules: &Rules) -> Field {
        let folded = words::heading(name);
        if rules.status.as_ref().is_some_and(|status| status.heading == folded) {
            return Field::Status;
        }
        // The council's own heading goes before the standard's name, which may be another column's heading.
        let own = rules.headings.get(&folded).copied();
        let is_left_out = rules.leave_out.contains(&folded);
        match own.or_else(|| Column::named(name)) {
            Some(column) if is_left_out && !column.is_needed() => self.leave_out(name),
            Some(Column::Description) if !rules.descriptions => Field::Left,
            Some(column) => Field::Column(column),
            None if is_left_out || MONEY.iter().any(|part| folded.contains(part)) => self.leave_out(name),
            None => {
                self.unknown.push((self.unknown_name(at, name), 0));
                Field::Other(self.unknown.len() - 1)
            }
        }
    }

    fn leave_out(&mut self, name: &str) -> Field {
        self.left_out.push(name.trim().to_owned());
        Field::Left
    }

    /// Told apart by place where a heading is blank or comes again.
    fn unknown_name(&self, at: usize, name: &str) -> String {
        let taken: HashSet<&str> = self.unknown.iter().map(|(name, _)| name.as_str()).collect();
        match name.trim() {
            "" => format!("(column {})", at + 1),
            name if taken.contains(name) => format!("{name} (column {})", at + 1),
            name => name.to_owned(),
        }
    }
}

impl Layout {
    /// How a field is named in a refusal: as the standard names it, else by its heading.
    pub(super) fn name(&self, at: usize) -> Option<String> {
        match self.fields.get(at)? {
            Field::Column(column) => Some(column.name().to_owned()),
            Field::Other(of) => self.unknown.get(*of).map(|(name, _)| name.clone()),
            Field::Status => Some("NHS number status".to_owned()),
            Field::Left => None,
        }
    }
}
