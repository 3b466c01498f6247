//! Takes the text of a comma-separated file, gives its rows by column name; refuses quotes, missing or extra cells
//! and unknown columns, so that a slip of the pen cannot widen a policy (HAZ-047, HAZ-055).

use std::collections::HashMap;

/// Why a table is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableFault {
    pub line: usize,
    /// Where one column of the line is at fault.
    pub column: Option<&'static str>,
    pub what: &'static str,
}

impl TableFault {
    pub(crate) fn at(line: usize, what: &'static str) -> Self {
        Self { line, column: None, what }
    }
}

impl std::error::Error for TableFault {}

impl std::fmt::Display for TableFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.column {
            Some(column) => write!(f, "line {}, column `{column}`: {}", self.line, self.what),
            None => write!(f, "line {}: {}", self.line, self.what),
        }
    }
}

/// One row, cells trimmed.
pub(crate) struct Row {
    pub(crate) line: usize,
    cells: HashMap<&'static str, String>,
}

impl Row {
    /// A cell; empty where the column is not one of the table's.
    pub(crate) fn cell(&self, column: &str) -> &str {
        self.cells.get(column).map_or("", String::as_str)
    }

    pub(crate) fn fault(&self, what: &'static str) -> TableFault {
        TableFault::at(self.line, what)
    }

    pub(crate) fn fault_in(&self, column: &'static str, what: &'static str) -> TableFault {
        TableFault { column: Some(column), ..self.fault(what) }
    }
}

/// The first line that is not a comment (`#`) must name exactly `columns`, in their order.
pub(crate) fn read(text: &str, columns: &[&'static str]) -> Result<Vec<Row>, TableFault> {
    read_as(text, &[columns])
}

/// The same for a table that may have one of several heads.
pub(crate) fn read_as(text: &str, heads: &[&[&'static str]]) -> Result<Vec<Row>, TableFault> {
    let mut lines = text
        .lines()
        .enumerate()
        .map(|(index, line)| (index + 1, line.trim()))
        .filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
    let (line, head) = lines.next().ok_or(TableFault::at(1, "the table is empty"))?;
    let named = |columns: &&&[&'static str]| head.split(',').map(str::trim).eq(columns.iter().copied());
    let columns =
        heads.iter().find(named).ok_or(TableFault::at(line, "the column names are not the expected ones"))?;
    lines.map(|(line, text)| row(line, text, columns)).collect()
}

fn row(line: usize, text: &str, columns: &[&'static str]) -> Result<Row, TableFault> {
    if text.contains('"') {
        return Err(TableFault::at(line, "quotes are not used in these tables"));
    }
    let cells: Vec<String> = text.split(',').map(|cell| cell.trim().to_owned()).collect();
    if cells.len() != columns.len() {
        return Err(TableFault::at(line, "the row has another number of cells than the head"));
    }
    Ok(Row { line, cells: columns.iter().copied().zip(cells).collect() })
}
