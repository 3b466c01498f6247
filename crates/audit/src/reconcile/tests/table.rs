//! Logs of practices and of the record locator as tables: what their columns may be called, one practice of many, and tables that are
//! cut, crooked or somebody else's.

use super::*;
use crate::reconcile::{HandOverFault, Ours, PRACTICE, RECORD, Wrong};
use proptest::prelude::*;

/// As the locator's and the practices' own rules of logging name what they keep.
const NAMES: &str = "Request Datetime,SSP-TraceID,HTTP Status Code,NHS Number,ASID\r\n";

/// The n-th opening, of somebody at a practice.
fn at_a_practice(n: u8, ods: &str) -> Vec<Entry> {
    let mut entries = opened(n);
    for entry in &mut entries {
        entry.sources = vec![sample::line("gp", None, (entry.kind == Kind::Close).then_some("answered"))];
    }
    entries[0].detail.insert(PRACTICE.to_owned(), ods.to_owned());
    entries
}

fn trace(n: u8) -> String {
    names().of(sample::opening(n).as_str(), "gp", RECORD).id([n; 6])
}

fn row(n: u8, person: &str) -> String {
    let time = jiff::Timestamp::from_millisecond(at(n).plus_ms(900).0).unwrap();
    format!("{time},{},200,{person},\"Z-1, \"\"spine\"\"\"\r\n", trace(n))
}

fn of_practice(entries: &[Entry], ods: Option<&str>, text: &str) -> Outcome {
    let mut ours = ods.iter().fold(Ours::new(&names(), "gp"), |ours, ods| ours.at_practice(ods));
    entries.iter().for_each(|entry| ours.take(entry));
    let terms = Terms { day: day(), handed_at: day().ends().plus_ms(3_600_000), subject_key: None };
    join(&ours, &read(text.as_bytes()).unwrap(), &terms)
}

#[test]
fn au36_a_practices_log_is_held_against_what_its_own_people_s_openings_asked_and_no_others() {
    let entries = [at_a_practice(1, "ZZ901"), at_a_practice(2, "ZZ901"), at_a_practice(3, "ZZ902")].concat();
    let both = NAMES.to_owned() + &row(1, "999 000 0018") + &row(2, sample::NHS_NUMBER);
    let outcome = of_practice(&entries, Some("zz901"), &both);
    assert_eq!((outcome.both, outcome.lines, outcome.persons_compared), (2, 2, 2), "{outcome:?}");
    assert!(outcome.items("gp@ZZ901", day()).is_empty(), "the other practice's opening is not missed here");
    assert_eq!(of_practice(&entries, None, &both).ours_only, [sample::opening(3)], "of all of them it is");

    let short = NAMES.to_owned() + &row(1, sample::NHS_NUMBER);
    assert_eq!(of_practice(&entries, Some("ZZ901"), &short).ours_only, [sample::opening(2)]);
    let elsewhere = both.clone() + &row(3, sample::NHS_NUMBER);
    let outcome = of_practice(&entries, Some("ZZ901"), &elsewhere);
    assert_eq!(outcome.theirs_only, [trace(3)], "HAZ-004: a practice was asked about another's person");
    let wrong = NAMES.to_owned() + &row(1, OTHER) + &row(2, sample::NHS_NUMBER);
    assert_eq!(
        of_practice(&entries, Some("ZZ901"), &wrong).different[&Difference::Person],
        [sample::opening(1)]
    );
    let made_up = both + "2026-11-18T00:05:00Z,0f0e1d2c-aaaa-4bbb-8ccc-000000000001,200,,\n";
    assert_eq!(of_practice(&entries, Some("ZZ901"), &made_up).theirs_only.len(), 1, "HAZ-028");
}

#[test]
fn columns_are_known_by_their_names_in_any_order_and_others_are_not_read() {
    let id = trace(1);
    for (text, is_refused) in [
        (format!("_time,X-Request-ID,status\n2026-11-18T00:01:00.120+0000,{id},404\n"), true),
        (format!("\u{feff}\"x-request-id\",\"Time\"\r\n\"{id}\",\"2026-11-18 00:01:00Z\""), false),
        (
            format!("note,SSP-TraceID,X-Request-ID,Timestamp\n\"a\nb\",,{id},2026-11-18T01:01:00+01:00\n\n"),
            false,
        ),
        (format!("subject,request,recorded,status\n{},{id},2026-11-18T00:01:00Z,\n", "AB".repeat(32)), false),
    ] {
        let handed = read(text.as_bytes()).unwrap_or_else(|fault| panic!("{fault}: {text}"));
        let [line] = handed.lines.as_slice() else { panic!("{text}") };
        assert_eq!((line.request.as_str(), line.is_refused), (id.as_str(), is_refused), "{text}");
        assert_eq!(line.at.seconds(), at(1).seconds(), "{text}");
    }
    let twice = NAMES.to_owned() + &row(1, "").repeat(3);
    let handed = read(twice.as_bytes()).unwrap();
    assert_eq!((handed.lines.len(), handed.repeated), (1, 2), "the same row again is the same request");
    assert!(read(NAMES.as_bytes()).unwrap().lines.is_empty(), "a day on which nobody asked");
}

#[test]
fn a_table_that_is_not_whole_is_refused_with_the_number_of_its_line() {
    let good = row(1, sample::NHS_NUMBER);
    let table = |bad: &str| format!("{NAMES}{good}{bad}");
    let long = format!("2026-11-18T00:01:00Z,r,200,,{}\n", "x".repeat(70_000));
    for (text, line, wrong) in [
        ("time,note\n".to_owned(), 1, Wrong::NoRequest),
        ("request,note\n".to_owned(), 1, Wrong::NoTime),
        ("request,time,Request Datetime\n".to_owned(), 1, Wrong::TwoColumns),
        ("request,time\",status\n".to_owned(), 1, Wrong::Quoted),
        (table("2026-11-18T00:01:00Z,r,200,\n"), 3, Wrong::Cells),
        (table("2026-11-18T00:01:00Z,r,200,,,\n"), 3, Wrong::Cells),
        (table("18/11/2026 00:01,r,200,,\n"), 3, Wrong::Time),
        (table("2026-11-18T00:01:00,r,200,,\n"), 3, Wrong::Time),
        (table(",r,200,,\n"), 3, Wrong::Time),
        (table("2026-11-18T00:01:00Z,r,OK,,\n"), 3, Wrong::Status),
        (table("2026-11-18T00:01:00Z,r,-1,,\n"), 3, Wrong::Status),
        (table("2026-11-18T00:01:00Z,r,200,99900,\n"), 3, Wrong::Person),
        (table("2026-11-18T00:01:00Z,r,200,99900000\u{0661}8,\n"), 3, Wrong::Person),
        (table("2026-11-18T00:01:00Z,r\"x,200,,\n"), 3, Wrong::Quoted),
        (table("2026-11-18T00:01:00Z,\"r\"x,200,,\n"), 3, Wrong::Quoted),
        (table("2026-11-18T00:01:00Z,\"r,200,,\n2026,\n"), 3, Wrong::Quoted),
        (table("2026-11-18T00:01:00Z,r\rx,200,,\n"), 3, Wrong::Quoted),
        (table(&format!("\n\r\n{long}")), 5, Wrong::TooLong),
        (table(&format!("2026-11-18T00:01:00Z,r,200,,\"a\nb\"\n{}", "cut")), 5, Wrong::Cells),
        ("request,time,subject\nr,2026-11-18T00:01:00Z,9990000018\n".to_owned(), 2, Wrong::Subject),
    ] {
        let fault = read(text.as_bytes()).unwrap_err();
        assert_eq!(fault, HandOverFault::Table(line, wrong), "{:.90}", text);
        let said = fault.to_string();
        assert!(said.starts_with(&format!("line {line} of the table ")) && !said.contains("99900"), "{said}");
    }
    let no_text = [table("").as_bytes(), b"2026-11-18T00:01:00Z,\xff,200,,\n"].concat();
    assert_eq!(read(&no_text).unwrap_err(), HandOverFault::Table(3, Wrong::NotText));
}

#[test]
fn a_line_of_json_that_is_cut_makes_no_table_of_those_behind_it() {
    let good = line(4, 700, sample::NHS_NUMBER);
    for cut in [
        "quest\":\"\",\"time\":\"2026-11-18T00:04:00Z\"}",
        "[\"request\",\"time\"]",
        "a, b, c",
        "{\"request\",\"time\"",
    ] {
        let handed = read(format!("{cut}\n{good}").as_bytes()).unwrap();
        assert_eq!((handed.unreadable, handed.lines.len()), (1, 1), "{cut}");
    }
}

#[test]
fn lines_that_cannot_be_read_are_named_by_their_numbers() {
    let text = format!("{{cut\n\n{}{{cut again\n", line(4, 700, sample::NHS_NUMBER));
    let outcome = reconciled(&opened(4), &text);
    assert_eq!((outcome.unreadable, outcome.both), (2, 1));
    let item = outcome.items("acute", day()).remove(0);
    assert!(item.what.ends_with("cannot be read: 1, 4"), "{}", item.what);
    let cut: String = (0..99).map(|n| format!("{{cut {n}\n")).collect();
    let many = reconciled(&opened(4), &(cut + &text));
    assert_eq!(many.unreadable_at.len(), 20, "the first of them");
}

/// In STU3, which practices speak, an entity's identifier stands in the entity itself.
#[test]
fn an_audit_event_of_stu3_is_read_like_one_of_r4() {
    let id = trace(1);
    let event = format!(
        "{{\"resourceType\":\"AuditEvent\",\"recorded\":\"2026-11-18T00:01:01Z\",\"outcome\":\"0\",\"entity\":[\
         {{\"type\":{{\"code\":\"XrequestId\"}},\"identifier\":{{\"value\":\"{id}\"}}}},\
         {{\"type\":{{\"code\":\"1\"}},\"identifier\":{{\"system\":\"https://fhir.nhs.uk/Id/nhs-number\",\"value\":\"{}\"}}}}]}}",
        sample::NHS_NUMBER
    );
    let outcome = of_practice(&at_a_practice(1, "ZZ901"), Some("ZZ901"), &event);
    assert_eq!((outcome.both, outcome.persons_compared), (1, 1), "{outcome:?}");
}

proptest! {
    /// Whatever is in a cell, the row is read as it was written, and nothing is lost.
    #[test]
    fn every_row_that_was_written_is_read(cells in prop::collection::vec("[ -~\n\r\u{e9}]{0,12}", 1..6)) {
        let quoted = |cell: &String| format!("\"{}\"", cell.replace('"', "\"\""));
        let rows: Vec<String> = cells.iter().enumerate()
            .map(|(n, cell)| format!("{},id-{n},2026-11-18T00:01:00Z\r\n", quoted(cell))).collect();
        let handed = read(format!("note,request,time\r\n{}", rows.concat()).as_bytes()).unwrap();
        let ids: Vec<String> = handed.lines.iter().map(|line| line.request.clone()).collect();
        let written: Vec<String> = (0..cells.len()).map(|n| format!("id-{n}")).collect();
        prop_assert_eq!(ids, written);
    }

    /// What is no table is refused or read as lines; nothing stops the reader.
    #[test]
    fn no_bytes_stop_the_reader(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let text = [NAMES.as_bytes(), &bytes].concat();
        if let Ok(handed) = read(&text) {
            prop_assert_eq!(handed.unreadable, 0);
        }
        let _ = read(&bytes);
    }
}
