//! Takes the medicines of all lists, gives a matrix: a row for a substance, a column for a list, a difference in words.
//! When unsure it does not group (HAZ-013). Source: viewer.md section 7, Medicines.

use super::{Record, grouping};
use crate::category::medications::name;
use crate::item::{Facts, Item, Medicine, Standing};
use fhir::{FhirDate, SourceId};
use std::collections::BTreeSet;

/// All lists of medicines side by side.
#[derive(Debug, Clone, Default)]
pub struct MedicineMatrix<'a> {
    /// In the order of sources, then of lists.
    pub columns: Vec<Column>,
    /// Rows with at least one medicine that is not past: differences first, then by name.
    pub current: Vec<Row<'a>>,
    pub past: Vec<Row<'a>>,
    /// Current medicines without a code: never hidden, under their own heading.
    pub unmatched: Vec<Row<'a>>,
}

/// One list at one source.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Column {
    pub source: SourceId,
    /// `GP repeat`, `discharge list`, `inpatient`.
    pub list: String,
}

/// One substance.
#[derive(Debug, Clone)]
pub struct Row<'a> {
    /// The words of the first entry, as written.
    pub name: String,
    /// One cell per column, in the order of columns; a cell may hold several entries or none.
    pub cells: Vec<Vec<&'a Item>>,
    pub difference: Difference,
}

/// How the lists differ about one substance. States facts; never advice (HAZ-056).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Difference {
    /// In one list while other lists were there to hold it.
    OnlyIn(Column),
    /// Stopped in one list, still in another.
    StoppedStillListed {
        stopped: Option<FhirDate>,
        listed: Column,
    },
    DoseDiffers,
    FormDiffers,
    /// The names carry strengths, each one and not the same: the doses may still agree, so the reader compares.
    StrengthDiffers,
    /// Doses are text and the texts differ: to be compared by the reader.
    WrittenDifferently,
    Same,
    /// One source only: its own lists belong together.
    NothingToCompare,
}

impl Difference {
    /// In words; `short` gives a source's short name.
    pub fn words(&self, short: &dyn Fn(&SourceId) -> String) -> String {
        let name = |column: &Column| in_words(&short(&column.source), &column.list);
        match self {
            Difference::OnlyIn(column) => format!("Only in {}", name(column)),
            Difference::StoppedStillListed { stopped: Some(date), listed } => {
                format!("Stopped {}, still on {}", date.display_day(), name(listed))
            }
            Difference::StoppedStillListed { stopped: None, listed } => {
                format!("Stopped, date not recorded, still on {}", name(listed))
            }
            Difference::DoseDiffers => "Dose differs".into(),
            Difference::FormDiffers => "Form differs".into(),
            Difference::StrengthDiffers => "Strength differs: compare".into(),
            Difference::WrittenDifferently => "Written differently: compare".into(),
            Difference::Same => "Same".into(),
            Difference::NothingToCompare => "One source only".into(),
        }
    }

    /// Whether the row belongs under "Differences only".
    pub fn is_difference(&self) -> bool {
        !matches!(self, Difference::Same | Difference::NothingToCompare)
    }
}

/// `Acute` and `discharge list`: `Acute discharge list`; `GP` and `GP repeat`: `GP repeat list`.
fn in_words(short: &str, list: &str) -> String {
    let list = if list.ends_with("list") { list.to_owned() } else { format!("{list} list") };
    if list.starts_with(short) { list } else { format!("{short} {list}") }
}

pub(super) fn of(record: &Record) -> MedicineMatrix<'_> {
    let medicines: Vec<&Item> = record.shown().filter(|item| medicine(item).is_some()).collect();
    let columns = columns(&medicines, record.planned());
    let groups = grouping::groups_across_status(&medicines);
    let mut matrix = MedicineMatrix { columns, ..MedicineMatrix::default() };
    for group in groups {
        let row = row(group, &matrix.columns);
        let all = || row.cells.iter().flatten();
        if all().all(|item| is_past(item)) {
            matrix.past.push(row);
        } else if all().all(|item| medicine(item).is_some_and(|m| m.code.is_none())) {
            matrix.unmatched.push(row);
        } else {
            matrix.current.push(row);
        }
    }
    let order = |row: &Row<'_>| (!row.difference.is_difference(), grouping::fold(&row.name));
    for rows in [&mut matrix.current, &mut matrix.past, &mut matrix.unmatched] {
        rows.sort_by_cached_key(order);
    }
    matrix
}

fn medicine(item: &Item) -> Option<&Medicine> {
    match &item.facts {
        Facts::Medicine(medicine) => Some(medicine),
        _ => None,
    }
}

/// Over, withdrawn, or never taken: not on a list. What is suspended, provisional or unknown still is.
fn is_past(item: &Item) -> bool {
    matches!(item.status.standing, Standing::Past | Standing::Negated)
}

fn column(item: &Item) -> Column {
    Column { source: item.source.clone(), list: medicine(item).map(|m| m.list.clone()).unwrap_or_default() }
}

fn columns(medicines: &[&Item], planned: &[SourceId]) -> Vec<Column> {
    let mut columns: Vec<Column> = medicines.iter().map(|item| column(item)).collect();
    let place =
        |column: &Column| planned.iter().position(|source| *source == column.source).unwrap_or(usize::MAX);
    columns.sort_by(|a, b| place(a).cmp(&place(b)).then_with(|| a.cmp(b)));
    columns.dedup();
    columns
}

fn row<'a>(mut items: Vec<&'a Item>, columns: &[Column]) -> Row<'a> {
    let id = |item: &Item| item.provenance.id.clone();
    items.sort_by(|a, b| {
        let newest = FhirDate::newest_first(a.when.shown(), b.when.shown());
        is_past(a).cmp(&is_past(b)).then(newest).then_with(|| id(a).cmp(&id(b)))
    });
    let in_column = |wanted: &Column| items.iter().filter(|item| column(item) == *wanted).copied().collect();
    let cells: Vec<Vec<&Item>> = columns.iter().map(in_column).collect();
    let first = columns.iter().zip(&cells).find_map(|(_, cell)| cell.iter().find(|item| !is_past(item)));
    let name = first.or(items.first()).map(|item| item.words().to_owned()).unwrap_or_default();
    Row { name, difference: difference(&items, columns), cells }
}

/// Compared between sources: the lists of one source belong together.
fn difference(items: &[&Item], columns: &[Column]) -> Difference {
    let sources = |columns: &mut dyn Iterator<Item = &SourceId>| columns.collect::<BTreeSet<_>>().len();
    if sources(&mut columns.iter().map(|column| &column.source)) < 2 {
        return Difference::NothingToCompare;
    }
    let (past, current): (Vec<&Item>, Vec<&Item>) = items.iter().partition(|item| is_past(item));
    if let Some(still) = stopped_still_listed(&past, &current) {
        return still;
    }
    let Some(first) = current.first() else { return Difference::NothingToCompare };
    if sources(&mut current.iter().map(|item| &item.source)) < 2 {
        return Difference::OnlyIn(column(first));
    }
    let pairs = || current.iter().filter_map(|item| Some((medicine(first)?, medicine(item)?)));
    if pairs().any(|(a, b)| differ(&a.form, &b.form)) {
        return Difference::FormDiffers;
    }
    if pairs().any(|(a, b)| differ(&a.dose_key, &b.dose_key)) {
        return Difference::DoseDiffers;
    }
    if current.iter().any(|item| name::strengths_differ(first.words(), item.words())) {
        return Difference::StrengthDiffers;
    }
    if pairs().all(|(a, b)| same_text(&a.doses, &b.doses))
        && current.iter().all(|item| same_name(first, item))
    {
        return Difference::Same;
    }
    Difference::WrittenDifferently
}

/// A stop at one source after which another source still lists it. A course that simply ended is no stop.
fn stopped_still_listed(past: &[&Item], current: &[&Item]) -> Option<Difference> {
    let stop = past.iter().find(|item| item.status.code == "stopped")?;
    let stopped = medicine(stop)?.stopped.clone();
    let same_source = current.iter().any(|item| item.source == stop.source);
    let started_later = |item: &Item| {
        let day = |date: Option<&FhirDate>| date.and_then(FhirDate::first_day);
        matches!((day(stopped.as_ref()), day(item.when.from.as_ref())), (Some(stop), Some(start)) if start > stop)
    };
    let others = current.iter().filter(|item| item.source != stop.source && !started_later(item));
    let listed = others.into_iter().next().filter(|_| !same_source)?;
    Some(Difference::StoppedStillListed { stopped, listed: column(listed) })
}

/// Whether both say something and it is not the same.
fn differ(a: &Option<String>, b: &Option<String>) -> bool {
    matches!((a, b), (Some(a), Some(b)) if a.to_lowercase() != b.to_lowercase())
}

/// Byte for byte, blanks at the ends aside. Two silences are not the same dose.
fn same_text(a: &[String], b: &[String]) -> bool {
    let trimmed = |texts: &[String]| texts.iter().map(|text| text.trim().to_owned()).collect::<Vec<_>>();
    !a.is_empty() && trimmed(a) == trimmed(b)
}

/// The name carries the strength: `5mg` and `10mg` of one substance are never the same.
fn same_name(a: &Item, b: &Item) -> bool {
    let code = |item: &Item| medicine(item).and_then(|m| m.code.clone());
    let same_code = code(a).is_some() && code(a) == code(b);
    same_code || name::product(a.words()) == name::product(b.words())
}

#[cfg(test)]
mod tests;
