//! Dirt met in real extracts, as sources.md 14 lists it.
// shows: R62

use super::*;

fn remarks(bytes: &[u8]) -> String {
    read(&format(PLAIN), bytes).0.unwrap().remarks.join("; ")
}

/// As a spreadsheet on an English desktop saves it: an en dash is one byte.
fn windows(text: &str) -> Vec<u8> {
    encoding_rs::WINDOWS_1252.encode(text).0.into_owned()
}

#[test]
fn a_byte_order_mark_is_no_part_of_the_first_heading() {
    let text = format!("\u{feff}{}", file(&[row(&[])]));
    assert_eq!(units(&format(PLAIN), &text).len(), 1);
    assert!(remarks(text.as_bytes()).contains("byte order mark"));
}

#[test]
fn an_undeclared_windows_1252_file_is_read_and_said() {
    let outcome = "No services provided – other";
    let bytes = windows(&file(&[event("Request", &[("Event Outcome", outcome)])]));
    assert!(std::str::from_utf8(&bytes).is_err());
    let (seen, taken) = read(&format(PLAIN), &bytes);
    assert_eq!(kept(taken[0].1.as_ref().unwrap(), Column::Outcome).as_deref(), Some(outcome));
    assert_eq!(seen.unwrap().remarks, ["read as windows-1252"]);
}

#[test]
fn utf_8_needs_no_mark() {
    let text = file(&[row(&[("Last Name", "Ünal")])]);
    assert_eq!(kept(&units(&format(PLAIN), &text)[0], Column::LastName).as_deref(), Some("Ünal"));
    assert_eq!(remarks(text.as_bytes()), "read as UTF-8");
    assert!(remarks(file(&[row(&[])]).as_bytes()).contains("ASCII"));
}

#[test]
fn a_file_in_two_encodings_is_refused_at_its_line() {
    let mut bytes = file(&[row(&[("Last Name", "Ünal")])]).into_bytes();
    bytes.extend(windows("0,–\n"));
    let refusal = read(&format(PLAIN), &bytes).0.unwrap_err().to_string();
    assert_eq!(refusal, "line 3: is not UTF-8, and lines before it are: declare the encoding");
}

#[test]
fn a_declared_encoding_is_held_to() {
    let bytes = windows(&file(&[row(&[("Last Name", "Ünal")])]));
    let utf8 = format("numbers = \"traced\"\nencoding = \"utf-8\"");
    assert!(matches!(read(&utf8, &bytes).0, Err(Unusable::Line { line: 2, .. })));
    let ansi = format("numbers = \"traced\"\nencoding = \"windows-1252\"");
    let (_, taken) = read(&ansi, &bytes);
    assert_eq!(kept(taken[0].1.as_ref().unwrap(), Column::LastName).as_deref(), Some("Ünal"));
    let marked = format!("\u{feff}{}", file(&[]));
    assert!(matches!(read(&ansi, marked.as_bytes()).0, Err(Unusable::Whole(_))));
}

#[test]
fn utf_16_is_refused_with_what_to_do() {
    let units = file(&[row(&[])]).encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let marked = [&[0xff, 0xfe], units.as_slice()].concat();
    for bytes in [units, marked] {
        let refusal = read(&format(PLAIN), &bytes).0.unwrap_err().to_string();
        assert!(refusal.contains("UTF-16"), "{refusal}");
    }
}

#[test]
fn a_quoted_value_may_run_over_lines_and_rows_keep_the_line_they_begin_on() {
    let mut first = row(&[("Provider CQC Location Name", "Example Care\r\nSouth")]);
    first.insert("First Name", "A\nB\nC".into());
    let bad = row(&[("Event Start Date", "soon")]);
    let (_, taken) = read(&format(PLAIN), file(&[first, bad, row(&[])]).as_bytes());
    let lines: Vec<u64> = taken.iter().map(|(line, _)| *line).collect();
    assert_eq!(lines, [2, 6, 7]);
    let provider = kept(taken[0].1.as_ref().unwrap(), Column::ProviderName);
    assert_eq!(provider.as_deref(), Some("Example Care\r\nSouth"));
}

#[test]
fn lines_may_end_in_any_of_three_ways() {
    let text = file(&[row(&[]), row(&[("Event Start Date", "bad")])]);
    for end in ["\r\n", "\r", "\n"] {
        let (seen, taken) = read(&format(PLAIN), text.replace('\n', end).as_bytes());
        assert_eq!(seen.unwrap().units, 2);
        assert_eq!(taken.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [2, 3]);
    }
}

#[test]
fn thousands_separators_are_taken_out_and_digits_stay_as_sent() {
    for (sent, read) in [("1,234.50", "1234.50"), ("14", "14"), ("7.00", "7.00"), ("1,000,000", "1000000")] {
        let unit = unit(row(&[("Planned units per week", sent)]));
        assert_eq!(kept(&unit, Column::PlannedUnits).as_deref(), Some(read));
    }
    for odd in ["1,23", "1.000,5", "12,34,567", "-3", "3 hours", ",", "1234,567"] {
        let refusal = refused(row(&[("Planned units per week", odd)]));
        assert_eq!(refusal.to_string(), "`Planned units per week`: is not a number", "{odd}");
    }
}

#[test]
fn the_literal_null_is_a_blank() {
    for null in ["NULL", "Invalid/NULL", "null", "invalid/null", "  NULL "] {
        let unit = unit(row(&[("Event End Date", null), ("Last Name", null), ("NHS Number", null)]));
        assert_eq!(kept(&unit, Column::End), None);
        assert_eq!(kept(&unit, Column::LastName), None);
        assert_eq!(untraced(&unit.whose), Some(Untraced::NoNumber));
    }
    assert_eq!(
        kept(&unit(row(&[("Last Name", "Nullarbor")])), Column::LastName).as_deref(),
        Some("Nullarbor")
    );
}

#[test]
fn dashes_blanks_and_case_make_no_other_event_and_are_shown_as_written() {
    let written =
        ["Short Term Support - Other", "short term support – other ", "SHORT TERM  SUPPORT — Other"];
    let units: Vec<Unit> = written.iter().map(|kind| unit(row(&[("Service Type", kind)]))).collect();
    assert_eq!(units[0].key, units[1].key);
    assert_eq!(units[0].key, units[2].key);
    assert_eq!(kept(&units[1], Column::ServiceType).as_deref(), Some("short term support – other"));
    assert_ne!(units[0].key, unit(row(&[])).key);
}

#[test]
fn event_and_client_types_are_known_in_any_case() {
    let unit = unit(row(&[("Event Type", " SERVICE "), ("Client Type", "service user\u{a0}")]));
    assert!(matches!(unit.whose, Whose::Person(_)));
}

#[test]
fn trailing_blanks_are_no_part_of_a_value() {
    let unit = unit(row(&[("LA Person Unique Identifier", "P0042  "), ("Last Name", "\u{a0}Example\t ")]));
    assert_eq!(kept(&unit, Column::Person).as_deref(), Some("P0042"));
    assert_eq!(kept(&unit, Column::LastName).as_deref(), Some("Example"));
}

#[test]
fn a_number_that_lost_its_leading_zero_is_held_and_never_mended() {
    // HAZ-042
    for number in
        ["999000001", "99900000", "9.99E+09", "9990000018.0", "999-000-0018", "9990000019", "９９９0000018"]
    {
        let unit = unit(row(&[("NHS Number", number)]));
        assert_eq!(untraced(&unit.whose), Some(Untraced::NotANumber), "{number}");
        assert_eq!(unit.local.len(), 1, "a later trace can release it");
    }
    assert!(matches!(unit(row(&[("NHS Number", "999 000 0018")])).whose, Whose::Person(_)));
}

#[test]
fn what_is_typed_in_place_of_a_number_belongs_to_nobody() {
    // HAZ-042: the check digit holds, and many people's rows would come together under it.
    let countdown: String = ('0'..='9').rev().collect();
    for number in ["0".repeat(10), "9".repeat(10), "1".repeat(10), countdown] {
        assert!(fhir::NhsNumber::parse(&number).is_ok());
        let unit = unit(row(&[("NHS Number", &number)]));
        assert_eq!(untraced(&unit.whose), Some(Untraced::NotANumber));
    }
}

#[test]
fn other_numbers_stay_as_written() {
    let unit = unit(row(&[("LA Code", "0099"), ("Provider CQC Location ID", "01-000123")]));
    assert_eq!(kept(&unit, Column::LaCode).as_deref(), Some("0099"));
    assert_eq!(kept(&unit, Column::ProviderId).as_deref(), Some("01-000123"));
    assert!(unit.local[0].authority == "0099" && unit.local[0].id == "P0042");
}

#[test]
fn dates_are_read_in_both_usual_forms_to_one() {
    let written = [
        "02/06/2025",
        "2/6/2025",
        "2025-06-02",
        "02/06/2025 00:00",
        "2025-06-02T00:00:00",
        "2025-06-02 00:00:00.000",
    ];
    for date in written {
        let unit = unit(row(&[("Event Start Date", date)]));
        assert_eq!(kept(&unit, Column::Start).as_deref(), Some("2025-06-02"), "{date}");
    }
}

#[test]
fn spreadsheet_serials_are_dates_only_where_declared() {
    let serial = row(&[("Event Start Date", "45810")]);
    assert_eq!(refused(serial.clone()).field.as_deref(), Some("Event Start Date"));
    let declared = format("numbers = \"traced\"\ndates = [\"dd/mm/yyyy\", \"serial\"]");
    let unit = units(&declared, &file(&[serial])).remove(0);
    assert_eq!(kept(&unit, Column::Start).as_deref(), Some("2025-06-02"));
}

#[test]
fn a_number_is_relied_on_only_where_its_row_says_verified() {
    // HAZ-042
    let rule =
        r#"numbers = { status-column = { heading = "NHS Status", verified = ["Verified", "01 - traced"] } }"#;
    let rows = ["Verified", "01 – Traced", "Not verified", "", "NULL"];
    let mut lines = file(&rows.map(|_| row(&[]))).lines().map(str::to_owned).collect::<Vec<_>>();
    lines[0].push_str(",nhs_status");
    for (line, status) in lines.iter_mut().skip(1).zip(rows) {
        line.push_str(&format!(",{status}"));
    }
    let found: Vec<_> =
        units(&format(rule), &lines.join("\n")).iter().map(|unit| untraced(&unit.whose)).collect();
    let held = Some(Untraced::NotVerified);
    assert_eq!(found, [None, None, held, held, held]);
    let refusal = read(&format(rule), file(&[row(&[])]).as_bytes()).0.unwrap_err().to_string();
    assert_eq!(refusal, "line 1: columns are missing: `NHS Status`");
}

#[test]
fn rows_with_nothing_in_them_are_counted_and_make_no_unit() {
    let text = format!("{}\n{}\n  \n", file(&[row(&[])]), ",".repeat(STANDARD.len() - 1));
    let (seen, taken) = read(&format(PLAIN), text.as_bytes());
    let seen = seen.unwrap();
    assert_eq!((seen.units, taken.len()), (1, 1));
    assert!(seen.remarks.contains(&"rows with nothing in them: 3".to_owned()), "{:?}", seen.remarks);
}
