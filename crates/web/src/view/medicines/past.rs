//! Takes rows of medicines that are over, gives those of the last twelve months apart from earlier ones. What has no date of
//! its end is kept with the newer. Source: viewer.md section 7, Medicines; NHS CUI MEDv-067; HAZ-013, HAZ-016.

use fhir::FhirDate;
use jiff::ToSpan;
use jiff::civil::Date;
use record::Item;
use record::item::Facts;
use record::reconcile::Row;

pub(super) fn windowed<'a>(rows: &[Row<'a>], today: Date) -> (Vec<Row<'a>>, Vec<Row<'a>>) {
    let from = today.checked_sub(1.year()).ok();
    let is_earlier = |row: &Row<'a>| {
        let ends = row.cells.iter().flatten().map(|item| ended(item));
        let newest: Option<Date> =
            ends.collect::<Option<Vec<Date>>>().and_then(|days| days.into_iter().max());
        newest.zip(from).is_some_and(|(day, from)| day < from)
    };
    rows.iter().cloned().partition(|row| !is_earlier(row))
}

/// The last day on which anything is known of it as taken.
fn ended(item: &Item) -> Option<Date> {
    let stopped = match &item.facts {
        Facts::Medicine(medicine) => medicine.stopped.as_ref(),
        _ => None,
    };
    stopped.or(item.when.to.as_ref()).and_then(FhirDate::first_day)
}
