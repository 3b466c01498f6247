//! Dates keep their precision and their order, whatever was written.

use super::*;

#[test]
fn each_precision_is_shown_as_it_was_recorded() {
    for (sent, shown) in [
        ("1935-08-14", "14-Aug-1935"),
        ("2019-11", "Nov-2019"),
        ("2019", "2019"),
        ("2026-07-01T09:05:00+01:00", "01-Jul-2026 09:05"),
        ("2026-07-01T09:05:00Z", "01-Jul-2026 10:05"),
        ("2026-01-01T09:05:00", "01-Jan-2026 09:05"),
        ("2026-10-25T00:30:00Z", "25-Oct-2026 01:30 BST"),
        ("19", "“19” as recorded"),
        ("2019-02-30", "“2019-02-30” as recorded"),
        ("0000", "“0000” as recorded"),
        ("14/08/1935", "“14/08/1935” as recorded"),
    ] {
        assert_eq!(FhirDate::parse(sent).display(), shown, "HAZ-016 {sent}");
        assert_eq!(FhirDate::parse(sent).as_sent(), sent);
    }
}

// shows: F26
#[test]
fn newest_first_puts_coarse_dates_at_the_end_of_their_start_and_unreadable_last() {
    let mut dates: Vec<FhirDate> =
        ["2019", "rubbish", "2019-11-02", "2019-11", "2020-01-01T00:00:00Z", "9999", "0001"]
            .map(FhirDate::parse)
            .to_vec();
    dates.sort_by(|a, b| FhirDate::newest_first(Some(a), Some(b)));
    let order: Vec<&str> = dates.iter().map(FhirDate::as_sent).collect();
    assert_eq!(
        order,
        ["9999", "2020-01-01T00:00:00Z", "2019-11-02", "2019-11", "2019", "0001", "rubbish"],
        "HAZ-016"
    );
}

// shows: F29
#[test]
fn f29_in_the_night_the_clocks_go_back_both_0130s_are_told_apart_and_stand_in_their_order() {
    let shown = |text: &str| FhirDate::parse(text).display();
    assert_eq!(shown("2026-10-25T01:30:00+01:00"), "25-Oct-2026 01:30 BST", "HAZ-016");
    assert_eq!(shown("2026-10-25T01:30:00+00:00"), "25-Oct-2026 01:30 GMT", "HAZ-016");
    // The hours before and after, and the night the clocks go forward, are shown once.
    for (sent, once) in [
        ("2026-10-25T00:59:59+01:00", "25-Oct-2026 00:59"),
        ("2026-10-25T02:00:00+00:00", "25-Oct-2026 02:00"),
        ("2026-03-29T00:59:00+00:00", "29-Mar-2026 00:59"),
        ("2026-03-29T02:00:00+01:00", "29-Mar-2026 02:00"),
        ("2026-10-25T01:30:00", "25-Oct-2026 01:30"),
    ] {
        assert_eq!(shown(sent), once, "HAZ-016: {sent}");
    }
    let instant = |text: &str| text.parse::<Timestamp>().unwrap();
    assert_eq!(clock(instant("2026-10-25T00:30:00Z")), "01:30 BST");
    assert_eq!(clock_seconds(instant("2026-10-25T01:30:09Z")), "01:30:09 GMT");
    let order = [
        "2026-10-25T02:00:00Z",
        "2026-10-25T01:45:00Z",
        "2026-10-25T01:15:00Z",
        "2026-10-25T01:50:00+01:00",
        "2026-10-25T01:20:00+01:00",
        "2026-10-25",
        "2026-10-24T23:59:00+01:00",
    ];
    let mut dates = order.map(FhirDate::parse);
    dates.sort_by(|a, b| FhirDate::newest_first(Some(a), Some(b)).reverse());
    dates.sort_by(|a, b| FhirDate::newest_first(Some(a), Some(b)));
    assert_eq!(
        dates.each_ref().map(FhirDate::as_sent),
        order,
        "HAZ-016: as it happened, not as clocks showed it"
    );
}

// shows: F29
#[test]
fn f29_a_leap_second_is_a_time_like_any_other() {
    let date = FhirDate::parse("2016-12-31T23:59:60Z");
    assert!(date.is_readable() && date.display().starts_with("31-Dec-2016 23:59"), "{}", date.display());
}

#[test]
fn age_changes_on_the_birthday() {
    let date = |text: &str| text.parse::<civil::Date>().unwrap();
    assert_eq!(age_years(date("1935-08-14"), date("2026-08-13")), Some(90));
    assert_eq!(age_years(date("1935-08-14"), date("2026-08-14")), Some(91));
    assert_eq!(age_years(date("2026-08-14"), date("2025-01-01")), None);
}
