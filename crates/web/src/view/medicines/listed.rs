//! Takes the matrix, gives each list for itself, unmerged and in the source's own words: name, dose and status of every
//! medicine in it; what else is known stands side by side. Source: viewer.md section 7, Medicines ("as listed by each source"); HAZ-013, HAZ-014.

use super::super::row::{Fact, Row};
use crate::page::Page;
use record::Item;
use record::reconcile::MedicineMatrix;

/// One list of one source.
pub(super) struct List<'a> {
    pub(super) head: String,
    pub(super) rows: Vec<Row<'a>>,
}

/// In the order of the columns; what is over stands after what is not, in the order of names the matrix has.
pub(super) fn lists<'a>(page: &'a Page, matrix: &MedicineMatrix<'a>, heads: &[String]) -> Vec<List<'a>> {
    let now = matrix.current.iter().chain(&matrix.unmatched);
    let rows: Vec<_> = now.chain(&matrix.past).collect();
    let list = |(place, head): (usize, &String)| {
        let items = rows.iter().filter_map(|row| row.cells.get(place)).flatten();
        let mut items: Vec<&'a Item> = items.copied().collect();
        items.sort_by_key(|item| super::is_over(item));
        let rows = items.into_iter().filter_map(|item| Row::of(page, &[item], dose_and_stop));
        List { head: head.clone(), rows: rows.collect() }
    };
    heads.iter().enumerate().map(list).filter(|list| !list.rows.is_empty()).collect()
}

fn dose_and_stop(item: &Item) -> Vec<Fact<'_>> {
    let stop = super::medicine(item).map(|medicine| super::stopped(medicine, item));
    super::doses(item).into_iter().chain(stop.unwrap_or_default()).collect()
}
