//! Takes a `table`, gives its headings and its rows, every cell under the heading it stands below: cells that reach over
//! several columns or rows move no other cell out of its column (HAZ-021). A table inside a cell is text of that cell.
//! Source: HTML 4.01, section 11; sources.md section 3 (no truncation, no reordering of columns).

use super::text::{Nature, Text, folded, name, nature};
use roxmltree::Node;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

/// Columns a span may reach over, and rows.
const COLUMNS_MAX: usize = 60;
const ROWS_MAX: usize = 1_000;
/// What is repeated in the rows its cell reaches over: so many bytes, in so many columns. More would let a small reply
/// grow without bound (HAZ-041).
const REPEATED_MAX: usize = 120;
const REPEATED_COLUMNS: usize = 6;
/// In place of what is too long to be repeated.
const ABOVE: &str = "As in the row above";
/// A longer heading is text, not the name of a column.
const HEADING_MAX: usize = 120;
/// Headings of the published tables and their predecessors: a first row of nothing else is no entry.
const HEADINGS: [&str; 34] = [
    "additional information",
    "contents",
    "date",
    "days duration",
    "details",
    "discontinuation details",
    "discontinuation reason",
    "discontinued date",
    "dosage instruction",
    "end date",
    "entry",
    "first prescribed date",
    "from",
    "issue date",
    "issued date",
    "last issued",
    "last issued date",
    "location of further information",
    "max issues",
    "medication item",
    "number issued",
    "number of prescriptions issued",
    "part",
    "priority",
    "quantity",
    "review date",
    "scheduled end",
    "scheduled end date",
    "significance",
    "start date",
    "title",
    "to",
    "type",
    "value",
];

#[derive(Debug, Default)]
pub(super) struct Table {
    pub(super) id: Option<String>,
    pub(super) caption: Option<String>,
    pub(super) headings: Vec<String>,
    pub(super) rows: Vec<Row>,
    /// Text in the table that stands in no cell.
    pub(super) stray: Vec<String>,
    /// Rows inside elements outside the subset: where they stand, never what they say.
    pub(super) hidden: Vec<Range<usize>>,
    pub(super) left_out: bool,
}

/// One row as displayed.
#[derive(Debug)]
pub(super) struct Row {
    /// Text by column.
    pub(super) cells: Vec<(usize, Arc<str>)>,
    pub(super) place: Range<usize>,
    pub(super) left_out: bool,
    pub(super) struck: bool,
}

/// A row before its cells have columns.
#[derive(Default)]
struct Line {
    cells: Vec<Cell>,
    place: Range<usize>,
    left_out: bool,
    struck: bool,
    in_head: bool,
}

struct Cell {
    text: Arc<str>,
    is_heading: bool,
    columns: usize,
    rows: usize,
}

impl Table {
    pub(super) fn of(node: Node<'_, '_>) -> Self {
        let mut table = Self { id: node.attribute("id").map(str::to_owned), ..Self::default() };
        let mut lines = Vec::new();
        table.lines(node, false, &mut lines);
        let body = lines.split_off(heads(&lines));
        table.headings = headings(&lines);
        for heading in table.headings.iter_mut().filter(|heading| heading.len() > HEADING_MAX) {
            table.stray.push(std::mem::take(heading));
        }
        let mut grid = Grid::default();
        table.rows = body.into_iter().map(|line| grid.row(line)).collect();
        table
    }

    fn lines(&mut self, node: Node<'_, '_>, in_head: bool, lines: &mut Vec<Line>) {
        for child in node.children() {
            if child.is_text() {
                let text = child.text().unwrap_or_default().trim();
                self.stray.extend((!text.is_empty()).then(|| text.to_owned()));
            } else if child.is_element() {
                self.element(child, in_head, lines);
            }
        }
    }

    fn element(&mut self, node: Node<'_, '_>, in_head: bool, lines: &mut Vec<Line>) {
        match name(node).as_ref() {
            "tr" => self.line(node, in_head, lines),
            "thead" => self.lines(node, true, lines),
            "caption" => self.caption = Some(Text::of(node).take()),
            other if matches!(nature(other), Nature::Foreign | Nature::Picture) => {
                self.left_out = true;
                self.hidden.extend(rows_in(node));
            }
            _ => self.lines(node, in_head, lines),
        }
    }

    fn line(&mut self, node: Node<'_, '_>, in_head: bool, lines: &mut Vec<Line>) {
        let mut line = Line { place: node.range(), in_head, ..Line::default() };
        let mut noted = Text::default();
        noted.note_attributes(node);
        (line.left_out, line.struck) = (noted.left_out, noted.struck);
        cells(node, &mut line);
        lines.push(line);
        self.hidden.extend(foreign_in(node));
    }
}

/// Where the rows of an element stand that is not shown.
pub(super) fn rows_in(node: Node<'_, '_>) -> Vec<Range<usize>> {
    node.descendants().filter(|one| one.is_element() && name(*one) == "tr").map(|row| row.range()).collect()
}

/// Rows that stand in a row, inside something that is not shown.
fn foreign_in(row: Node<'_, '_>) -> Vec<Range<usize>> {
    let is_foreign = |one: &Node<'_, '_>| one.is_element() && nature(&name(*one)) == Nature::Foreign;
    let outermost = row.descendants().filter(is_foreign);
    outermost.filter(|one| !one.ancestors().skip(1).any(|up| is_foreign(&up))).flat_map(rows_in).collect()
}

fn cells(node: Node<'_, '_>, line: &mut Line) {
    for child in node.children() {
        if child.is_text() {
            let text = child.text().unwrap_or_default().trim();
            if !text.is_empty() {
                line.cells.push(Cell::bare(text));
            }
        } else if child.is_element() {
            match nature(&name(child)) {
                Nature::Cell => line.cells.push(Cell::of(child, &mut line.left_out, &mut line.struck)),
                Nature::Foreign => line.left_out = true,
                _ => cells(child, line),
            }
        }
    }
}

impl Cell {
    fn bare(text: &str) -> Self {
        Self { text: Arc::from(text), is_heading: false, columns: 1, rows: 1 }
    }

    fn of(node: Node<'_, '_>, left_out: &mut bool, struck: &mut bool) -> Self {
        let mut text = Text::of(node);
        text.note_attributes(node);
        *left_out |= text.left_out;
        *struck |= text.struck;
        let span = |key: &str| node.attribute(key).and_then(|n| n.trim().parse::<usize>().ok());
        Self {
            text: Arc::from(text.take()),
            is_heading: name(node) == "th",
            columns: span("colspan").unwrap_or(1).clamp(1, COLUMNS_MAX),
            rows: match span("rowspan") {
                // "To the end of the table".
                Some(0) => ROWS_MAX,
                span => span.unwrap_or(1).min(ROWS_MAX),
            },
        }
    }
}

/// How many lines are headings: those of `thead`, or a first line of `th` or of known headings. Cells in `thead` below its
/// first line are entries all the same.
fn heads(lines: &[Line]) -> usize {
    let in_head = lines
        .iter()
        .enumerate()
        .take_while(|(place, line)| line.in_head && (*place == 0 || line.is_all_th()));
    let in_head = in_head.count();
    let first = lines.first().is_some_and(|line| {
        line.is_known_heading() || (line.is_all_th() && line.cells.len() > 1 && lines.len() > 1)
    });
    in_head.max(usize::from(first))
}

impl Line {
    fn is_all_th(&self) -> bool {
        self.cells.iter().all(|cell| cell.is_heading)
    }

    fn is_known_heading(&self) -> bool {
        let known = |cell: &Cell| HEADINGS.binary_search(&folded(&cell.text).as_str()).is_ok();
        self.cells.len() > 1 && self.cells.iter().all(known)
    }
}

/// One heading for a column; of several lines of headings all that stand above it.
fn headings(lines: &[Line]) -> Vec<String> {
    let mut grid = Grid { spreads: true, ..Grid::default() };
    let mut headings: Vec<String> = Vec::new();
    for line in lines {
        for (column, text) in grid.cells(&line.cells) {
            if headings.len() <= column {
                headings.resize(column + 1, String::new());
            }
            let Some(heading) = headings.get_mut(column) else { continue };
            if heading.is_empty() {
                *heading = text.as_ref().to_owned();
            } else if !text.is_empty() && !heading.ends_with(text.as_ref()) {
                *heading = format!("{heading}: {text}");
            }
        }
    }
    headings
}

/// Where the next row's cells go: columns that a cell above reaches into are taken.
#[derive(Default)]
struct Grid {
    /// By column: for how many rows more, and with what text.
    taken: BTreeMap<usize, (usize, Arc<str>)>,
    /// A heading over several columns is the heading of each.
    spreads: bool,
}

impl Grid {
    fn row(&mut self, line: Line) -> Row {
        Row {
            cells: self.cells(&line.cells),
            place: line.place,
            left_out: line.left_out,
            struck: line.struck,
        }
    }

    fn cells(&mut self, cells: &[Cell]) -> Vec<(usize, Arc<str>)> {
        let mut above = std::mem::take(&mut self.taken);
        let mut placed: Vec<(usize, Arc<str>)> = Vec::with_capacity(cells.len());
        let mut column = 0;
        for cell in cells {
            while let Some((left, text)) = above.remove(&column) {
                self.reach(column, left - 1, &text);
                placed.push((column, text));
                column += 1;
            }
            let spread = if self.spreads { cell.columns } else { 1 };
            placed.extend((column..column + spread).map(|column| (column, Arc::clone(&cell.text))));
            for offset in 0..cell.columns {
                let text = if offset < spread { cell.text.as_ref() } else { "" };
                self.begin(column + offset, cell.rows - 1, text);
            }
            column += cell.columns;
        }
        for (column, (left, text)) in above {
            self.reach(column, left - 1, &text);
            placed.push((column, text));
        }
        placed
    }

    /// A cell that reaches over rows below.
    fn begin(&mut self, column: usize, rows: usize, text: &str) {
        if rows > 0 && column < COLUMNS_MAX {
            let fits = text.is_empty() || (text.len() <= REPEATED_MAX && column < REPEATED_COLUMNS);
            self.reach(column, rows, &Arc::from(if fits { text } else { ABOVE }));
        }
    }

    fn reach(&mut self, column: usize, rows: usize, text: &Arc<str>) {
        if rows > 0 {
            self.taken.insert(column, (rows, Arc::clone(text)));
        }
    }
}
