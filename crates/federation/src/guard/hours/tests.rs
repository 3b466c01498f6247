//! Hours as a schedule writes them, by the clock in London.

use super::*;

fn hours(asked: &[&str], quiet: &[&str]) -> Hours {
    let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
    Hours::of(&texts(asked), &texts(quiet)).unwrap()
}

fn holds(hours: &Hours, at: &str) -> bool {
    hours.hold(at.parse().unwrap())
}

#[test]
fn without_hours_a_source_is_always_asked() {
    assert!(holds(&Hours::default(), "2026-11-29T03:00:00Z"));
}

#[test]
fn a_day_begins_and_ends_as_agreed_in_summer_and_winter() {
    let hours = hours(&["mon-fri 07:30-18:30", "sat 09:00-12:00"], &[]);
    for (at, expected) in [
        ("2026-11-30T07:29:59Z", false),
        ("2026-11-30T07:30:00Z", true),
        ("2026-11-30T18:29:59Z", true),
        ("2026-11-30T18:30:00Z", false),
        ("2026-11-28T11:00:00Z", true),
        ("2026-11-28T15:00:00Z", false),
        ("2026-11-29T11:00:00Z", false),
        // A Monday in June: London is an hour ahead.
        ("2026-06-29T06:30:00Z", true),
        ("2026-06-29T17:30:00Z", false),
    ] {
        assert_eq!(holds(&hours, at), expected, "HAZ-036: {at}");
    }
}

#[test]
fn what_goes_past_midnight_belongs_to_the_day_it_begins() {
    let nights = hours(&["fri-sat 22:00-06:00"], &[]);
    for (at, expected) in [
        ("2026-11-27T05:00:00Z", false),
        ("2026-11-27T22:00:00Z", true),
        ("2026-11-29T05:59:00Z", true),
        ("2026-11-29T06:00:00Z", false),
        ("2026-11-29T23:00:00Z", false),
    ] {
        assert_eq!(holds(&nights, at), expected, "HAZ-036: {at}");
    }
    assert!(holds(&hours(&["sat-mon 00:00-24:00"], &[]), "2026-11-30T23:59:00Z"), "over the week's end");
}

#[test]
fn quiet_windows_come_out_of_the_hours() {
    let hours = hours(&["mon-sun 00:00-24:00"], &["02:00-04:00"]);
    assert!(!holds(&hours, "2026-11-30T02:00:00Z"), "HAZ-036");
    assert!(holds(&hours, "2026-11-30T04:00:00Z"));
}

#[test]
fn what_is_no_window_is_refused() {
    for text in [
        "",
        "always",
        "mon",
        "07:30",
        "07:30-07:30",
        "7:30-18:30",
        "07:60-18:30",
        "07:30-24:01",
        "24:00-06:00",
        "mon-fri",
        "mon-fry 07:30-18:30",
        "Mon 07:30-18:30",
        "mon  07:30-18:30",
        "+7:30-18:30",
    ] {
        assert!(Window::of(text).is_none(), "`{text}`");
    }
}
