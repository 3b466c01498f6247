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
        ("2026-10-25T00:30:00Z", "25-Oct-2026 01:30"),
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

#[test]
fn age_changes_on_the_birthday() {
    let date = |text: &str| text.parse::<civil::Date>().unwrap();
    assert_eq!(age_years(date("1935-08-14"), date("2026-08-13")), Some(90));
    assert_eq!(age_years(date("1935-08-14"), date("2026-08-14")), Some(91));
    assert_eq!(age_years(date("2026-08-14"), date("2025-01-01")), None);
}
