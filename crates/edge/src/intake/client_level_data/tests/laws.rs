//! What holds of every extract, whatever the order of its columns and rows.

use super::*;
use crate::intake::client_level_data::decode::{Encoding, Text};
use crate::intake::client_level_data::rows::{Row, Rows};
use proptest::prelude::*;
use proptest::sample::{Index, select};

fn any_row() -> impl Strategy<Value = Fields> {
    let kinds = select(vec!["Request", "Assessment", "Service", "Review"]);
    let periods = select(vec!["31/12/2025", "31/03/2026", "2026-06-30"]);
    let reasons = select(vec!["Unknown", "", "Mental Health Support", "Learning Disability Support"]);
    let teams = select(vec!["", "North", "South"]);
    let clients = select(vec!["Service User", "Carer", "Carer known by association"]);
    (kinds, periods, reasons, teams, clients, 1..4_u8, any::<bool>(), "[ -~–é\n]{0,12}").prop_map(
        |(kind, period, reason, team, client, day, ended, text)| {
            let mut fields = row(&[("Reporting Period End Date", period), ("Event Type", kind)]);
            fields.insert("Primary Support Reason", reason.into());
            fields.insert("Team", team.into());
            fields.insert("Client Type", client.into());
            fields.insert("Event Start Date", format!("0{day}/06/2025"));
            let end = if ended || kind != "Service" { "01/02/2026" } else { "" };
            fields.insert("Event End Date", end.into());
            fields.insert("Event Outcome", text);
            fields
        },
    )
}

/// The same things in an order drawn by the indices.
fn permuted<T: Clone>(things: &[T], draws: &[Index]) -> Vec<T> {
    let mut left = things.to_vec();
    let mut drawn = Vec::new();
    for draw in draws {
        if !left.is_empty() {
            drawn.push(left.remove(draw.index(left.len())));
        }
    }
    drawn.extend(left);
    drawn
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn columns_in_any_order_make_the_same_units(
        rows in prop::collection::vec(any_row(), 1..4),
        draws in prop::collection::vec(any::<Index>(), STANDARD.len()),
    ) {
        let names: Vec<&str> = STANDARD.iter().map(|(_, name, _)| *name).collect();
        let format = format(PLAIN);
        let before = units(&format, &table(&names, &rows));
        let after = units(&format, &table(&permuted(&names, &draws), &rows));
        for (a, b) in before.iter().zip(&after) {
            prop_assert!(a.key == b.key && a.order == b.order && a.body == b.body);
        }
        prop_assert_eq!(before.len(), after.len());
    }

    #[test]
    fn rows_of_the_same_orders_show_the_same_in_any_order(
        rows in prop::collection::vec(any_row(), 1..8),
        draws in prop::collection::vec(any::<Index>(), 8),
    ) {
        let format = format(PLAIN);
        let units = units(&format, &file(&rows));
        let kept: Vec<Kept<'_>> = units.iter().map(|unit| Kept { order: unit.order, body: &unit.body }).collect();
        let about = About { ods: "X99", partner: "Example Council", feed: "care", id: &|name| name.to_owned() };
        let before = format.show(&kept, &about);
        let again = permuted(&kept, &draws);
        prop_assert!(before == format.show(&again, &about));
        prop_assert!(format.person(&kept) == format.person(&again));
        let mut ids: Vec<_> = before.iter().map(|one| (&one.resource_type, &one.id)).collect();
        ids.dedup();
        prop_assert_eq!(ids.len(), before.len(), "no two resources have one id");
    }

    #[test]
    fn everything_shown_is_read_by_the_gateway(rows in prop::collection::vec(any_row(), 1..6)) {
        page(&shown(PLAIN, &rows));
    }

    #[test]
    fn what_the_csv_crate_writes_is_read_to_the_letter(
        rows in prop::collection::vec(prop::collection::vec("[ -~\r\n\té€\"',;]{0,20}", 2..5), 1..6),
    ) {
        let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
        for row in &rows {
            writer.write_record(row).unwrap();
        }
        let bytes = writer.into_inner().unwrap();
        let mut input = bytes.as_slice();
        let mut reader = Rows::new(Text::new(&mut input, Encoding::Utf8), b',');
        let mut row = Row::default();
        for written in &rows {
            prop_assert!(reader.next(&mut row).unwrap());
            prop_assert_eq!(row.fields().collect::<Vec<_>>(), written.iter().map(String::as_str).collect::<Vec<_>>());
            prop_assert!(row.fault.is_none());
        }
        prop_assert!(!reader.next(&mut row).unwrap());
    }

    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..2000), declared in 0..3_usize) {
        let encoding = ["auto", "utf-8", "windows-1252"][declared];
        let format = format(&format!("numbers = \"traced\"\nencoding = \"{encoding}\"\ndates = [\"serial\", \"dd/mm/yyyy\"]"));
        let _ = read(&format, &bytes);
        let body = [file(&[]).as_bytes(), &bytes].concat();
        let _ = read(&format, &body);
    }

    #[test]
    fn no_value_panics(column in 0..STANDARD.len(), value in "\\PC{0,30}") {
        let fields = row(&[(STANDARD[column].1, &value)]);
        let format = format(PLAIN);
        let (seen, taken) = read(&format, file(&[fields]).as_bytes());
        prop_assert_eq!(seen.unwrap().units, taken.len() as u64);
        let units: Vec<Unit> = taken.into_iter().filter_map(|(_, unit)| unit.ok()).collect();
        page(&show(&format, &units));
    }
}
