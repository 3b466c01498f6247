//! Takes the matrix of medicines, gives a row for a substance and a column for a list, the difference in words; every dose
//! as it was written. Source: viewer.md section 7, Medicines; NHS CUI medication line and list; HAZ-013, HAZ-014.

/// The second view: each list as its source gives it.
mod listed;
/// What is over, and when it ended.
mod past;

use super::frame::{Frame, drawn};
use super::list::{self, Block};
use super::row::{self, Fact, Row};
use super::text::Verbatim;
use super::{Key, source_line};
use crate::page::{Freshness, Page};
use crate::words;
use askama::Template;
use listed::List;
use record::item::{Facts, Medicine, Standing};
use record::reconcile::{self, Column, MedicineMatrix};
use record::{Item, Record, Section};

const KEY: Key = Key::Section(Section::Medicines);

/// The label of a dose (MEDi-051).
const DOSE: &str = "DOSE";

#[derive(Template)]
#[template(path = "medicines.html", whitespace = "minimize")]
struct Medicines<'a> {
    frame: Frame,
    current: Table<'a>,
    unmatched: Table<'a>,
    /// Of the window that is stated, and before it.
    past: Table<'a>,
    earlier: Table<'a>,
    lists: Vec<List<'a>>,
    /// Entries the matrix has no place for: shown all the same.
    others: Option<Block<'a>>,
    differing: usize,
    empty: Option<String>,
    /// In place of current ones, where there are past ones alone.
    none_current: Option<String>,
    notices: Vec<String>,
}

/// Substances under the lists that hold one of them; a list with nothing here is named among the sources all the same.
struct Table<'a> {
    columns: Vec<String>,
    lines: Vec<Line<'a>>,
}

/// One substance across the lists.
struct Line<'a> {
    name: String,
    cells: Vec<Cell<'a>>,
    difference: String,
    differs: bool,
}

struct Cell<'a> {
    /// The list's name again, for narrow pages where the heading is out of sight.
    column: String,
    entries: Vec<Entry<'a>>,
}

/// One medicine of one list.
struct Entry<'a> {
    row: Row<'a>,
    /// As the list writes the name, where that is not the row's.
    written: Option<Verbatim<'a>>,
    doses: Vec<Verbatim<'a>>,
}

pub(super) fn draw(page: &Page, record: &Record) -> String {
    let matrix = record.medicines();
    let columns: Vec<String> = matrix.columns.iter().map(|column| head(page, record, column)).collect();
    let current = Table::of(page, &matrix.current, &columns);
    let unmatched = Table::of(page, &matrix.unmatched, &columns);
    let (past, earlier) = past::windowed(&matrix.past, fhir::date::london(page.opened_at).date());
    let past = Table::of(page, &past, &columns);
    let earlier = Table::of(page, &earlier, &columns);
    let now = current.lines.len() + unmatched.lines.len();
    let differing = current.lines.iter().chain(&unmatched.lines).filter(|line| line.differs).count();
    let others = others(page, record, &matrix);
    let shown = in_matrix(&matrix).len() + others.as_ref().map_or(0, |block| block.rows.len());
    let is_past_alone = shown > 0 && now == 0 && others.is_none();
    let frame = Frame::of(page, KEY, shown, list::entries(&record.section(Section::Medicines)).max(shown))
        .told(page, record, Section::Medicines)
        .counted(count(now, differing));
    drawn(&Medicines {
        frame,
        current,
        unmatched,
        past,
        earlier,
        lists: listed::lists(page, &matrix, &columns),
        others,
        differing,
        empty: (shown == 0).then(|| source_line::nothing(page, record, Section::Medicines)),
        none_current: is_past_alone
            .then(|| source_line::nothing_at_all(page, record, Section::Medicines, words::CURRENT_MEDICINES)),
        notices: list::notices(record, Section::Medicines),
    })
}

/// `14 current, 2 differ between lists`
pub(super) fn count(current: usize, differing: usize) -> String {
    match differing {
        0 => format!("{current} current"),
        1 => format!("{current} current, 1 differs between lists"),
        n => format!("{current} current, {n} differ between lists"),
    }
}

/// Where the summary has no difference to show.
pub(super) fn none_differ(record: &Record) -> String {
    let matrix = record.medicines();
    match matrix.current.len() + matrix.unmatched.len() {
        0 => words::none_current(words::section_noun(Section::Medicines)),
        n => format!("{}. No difference between lists that can be compared.", count(n, 0)),
    }
}

/// `GP repeat`, `Acute discharge list`. Some sources name the list by themselves already.
pub(super) fn list_name(page: &Page, column: &Column) -> String {
    let short = row::short(page, &column.source);
    if column.list.starts_with(short) { column.list.clone() } else { format!("{short} {}", column.list) }
}

/// What one list says of a medicine: its dose as written, or that it was stopped.
pub(super) fn in_short(item: &Item) -> String {
    let Some(medicine) = medicine(item) else { return words::NOT_RECORDED.to_owned() };
    let stopped = medicine.stopped.as_ref().map(|date| format!("Stopped {}", date.display()));
    let over = row::status(item).filter(|_| list::is_over(item));
    let doses = (!medicine.doses.is_empty()).then(|| medicine.doses.join("; "));
    stopped.or(over).or(doses).unwrap_or_else(|| format!("dose {}", words::NOT_RECORDED.to_lowercase()))
}

/// The list's name and how fresh it is: `GP repeat, 14:02 live`.
fn head(page: &Page, record: &Record, column: &Column) -> String {
    let name = list_name(page, column);
    let card = page.sources.iter().find(|card| card.id == column.source);
    let note = record.note(&column.source);
    match (card, note) {
        (Some(card), Some(note)) if card.freshness == Freshness::Live => {
            let at = note.answered_at.as_deref().unwrap_or_default();
            format!("{name}, {} live", at.get(..5).unwrap_or(at))
        }
        (Some(card), Some(note)) => {
            let feed = source_line::feed(page, card, note).map(|feed| feed.words).unwrap_or_default();
            format!("{name}. {feed}")
        }
        _ => name,
    }
}

impl<'a> Table<'a> {
    /// `all` are the heads of every list, in the order of the cells.
    fn of(page: &'a Page, rows: &[reconcile::Row<'a>], all: &[String]) -> Self {
        let is_used =
            |column: usize| rows.iter().any(|row| row.cells.get(column).is_some_and(|cell| !cell.is_empty()));
        let used: Vec<bool> = (0..all.len()).map(is_used).collect();
        let columns =
            all.iter().zip(&used).filter(|(_, used)| **used).map(|(head, _)| head.clone()).collect();
        let lines = rows.iter().map(|row| Line::of(page, row, all, &used)).collect();
        Self { columns, lines }
    }
}

impl<'a> Line<'a> {
    fn of(page: &'a Page, row: &reconcile::Row<'a>, heads: &[String], used: &[bool]) -> Self {
        let short = |source: &fhir::SourceId| row::short(page, source).to_owned();
        let cells = row.cells.iter().zip(heads).zip(used).filter(|(_, used)| **used);
        Self {
            cells: cells.map(|((items, head), _)| cell(page, items, head, &row.name)).collect(),
            name: row.name.clone(),
            difference: row.difference.words(&short),
            differs: row.difference.is_difference(),
        }
    }
}

fn cell<'a>(page: &'a Page, items: &[&'a Item], column: &str, name: &str) -> Cell<'a> {
    let entries = items.iter().filter_map(|item| {
        let written = (item.words() != name).then(|| Verbatim(item.words()));
        let doses = medicine(item).map(|medicine| medicine.doses.iter().map(|dose| Verbatim(dose)).collect());
        Some(Entry { row: Row::of(page, &[item], facts)?, written, doses: doses.unwrap_or_default() })
    });
    Cell { column: column.to_owned(), entries: entries.collect() }
}

/// Everything of a medicine but its name and dose, structured parts in the order of MEDi-051 to 053.
pub(crate) fn facts(item: &Item) -> Vec<Fact<'_>> {
    let Some(medicine) = medicine(item) else { return super::frailty::facts(item) };
    let mut facts: Vec<Fact<'_>> = [
        Fact::maybe("Form", medicine.form.as_deref()),
        Fact::maybe("Route", medicine.route.as_deref()),
        Fact::maybe("Supply", medicine.supply.as_deref()),
        Fact::maybe("Quantity", medicine.quantity.as_deref()),
        Fact::date("Started", item.when.from.as_ref()),
        Fact::date("Last issued", medicine.last_issued.as_ref()),
        Fact::maybe("Prescriber", medicine.prescriber.as_deref()),
        Fact::maybe("Linked to", medicine.linked_to.as_deref()),
    ]
    .into_iter()
    .flatten()
    .collect();
    facts.extend(medicine.instructions.iter().filter_map(|text| Fact::maybe("Instructions", Some(text))));
    facts.extend(stopped(medicine, item));
    facts
}

/// The same with the dose first, or that there is none: where no cell of its own holds it (HAZ-013, HAZ-017).
pub(crate) fn facts_in_a_list(item: &Item) -> Vec<Fact<'_>> {
    doses(item).into_iter().chain(facts(item)).collect()
}

fn doses(item: &Item) -> Vec<Fact<'_>> {
    match medicine(item).map(|medicine| medicine.doses.as_slice()) {
        None => Vec::new(),
        Some([]) => vec![Fact::new(DOSE, words::NOT_RECORDED.to_lowercase())],
        Some(doses) => doses.iter().map(|dose| Fact::new(DOSE, dose.as_str())).collect(),
    }
}

/// A stopped medicine always says why, or that nobody recorded it, and who recorded the stop.
fn stopped<'a>(medicine: &'a Medicine, item: &'a Item) -> Vec<Fact<'a>> {
    let Some(date) = &medicine.stopped else {
        return Fact::maybe("Reason stopped", medicine.stop_reason.as_deref()).into_iter().collect();
    };
    let reason = medicine.stop_reason.as_deref().unwrap_or(words::REASON_NOT_RECORDED);
    let by = item.provenance.author.as_deref().or(item.provenance.organisation.as_deref());
    let by = by.map_or_else(|| "by whom not recorded".to_owned(), |by| format!("recorded by {by}"));
    vec![Fact::new("Stopped", format!("{}, {reason}, {by}", date.display()))]
}

/// No longer on its list.
fn is_over(item: &Item) -> bool {
    matches!(item.status.standing, Standing::Past | Standing::Negated)
}

fn medicine(item: &Item) -> Option<&Medicine> {
    match &item.facts {
        Facts::Medicine(medicine) => Some(medicine),
        _ => None,
    }
}

/// Every entry of the matrix, once: by address, since two entries may be equal in all they say.
fn in_matrix(matrix: &MedicineMatrix<'_>) -> std::collections::BTreeSet<*const Item> {
    let rows = matrix.current.iter().chain(&matrix.past).chain(&matrix.unmatched);
    rows.flat_map(|row| row.cells.iter().flatten()).map(|item| std::ptr::from_ref::<Item>(item)).collect()
}

fn others<'a>(page: &'a Page, record: &'a Record, matrix: &MedicineMatrix<'a>) -> Option<Block<'a>> {
    let placed = in_matrix(matrix);
    let groups = record.section(Section::Medicines);
    let left = groups
        .iter()
        .flat_map(|group| &group.items)
        .filter(|item| !placed.contains(&std::ptr::from_ref(**item)));
    let rows: Vec<Row<'a>> = left.filter_map(|item| Row::of(page, &[item], facts)).collect();
    (!rows.is_empty()).then(|| Block { heading: format!("Other entries ({})", rows.len()), rows })
}
