//! Takes the text of a comma-separated file, gives its rows by column name; refuses quotes, missing or extra cells
//! and unknown columns, so that a slip of the pen cannot widen a policy (HAZ-047, HAZ-055).

use std::collections::HashMap;

/// Why a table is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {what}")]
pub struct TableFault {
    pub line: usize,
    pub what: &'static str,
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
        TableFault { line: self.line, what }
    }
}

/// The first line that is not a comment (`#`) must name exactly `columns`, in their order.
pub(crate) fn read(text: &str, columns: &[&'static str]) -> Result<Vec<Row>, TableFault> {
    let mut lines = text
        .lines()
        .enumerate()
        .map(|(index, line)| (index + 1, line.trim()))
        .filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
    let (line, head) = lines.next().ok_or(TableFault { line: 1, what: "the table is empty" })?;
    if head.split(',').map(str::trim).ne(columns.iter().copied()) {
        return Err(TableFault { line, what: "the column names are not the expected ones" });
    }
    lines.map(|(line, text)| row(line, text, columns)).collect()
}

fn row(line: usize, text: &str, columns: &[&'static str]) -> Result<Row, TableFault> {
    if text.contains('"') {
        return Err(TableFault { line, what: "quotes are not used in these tables" });
    }
    let cells: Vec<String> = text.split(',').map(|cell| cell.trim().to_owned()).collect();
    if cells.len() != columns.len() {
        return Err(TableFault { line, what: "the row has another number of cells than the head" });
    }
    Ok(Row { line, cells: columns.iter().copied().zip(cells).collect() })
}
