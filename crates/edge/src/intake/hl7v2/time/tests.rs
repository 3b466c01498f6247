//! Times keep their precision and get London's offset where they carry none (HAZ-016).

use super::{read, time_of_day};

fn text(sent: &str) -> Option<String> {
    read(sent).map(|moment| moment.text)
}

#[test]
fn haz_016_a_time_keeps_its_precision() {
    assert_eq!(text("2018").as_deref(), Some("2018"));
    assert_eq!(text("201803").as_deref(), Some("2018-03"));
    assert_eq!(text("20180309").as_deref(), Some("2018-03-09"));
    assert_eq!(text("201803091500").as_deref(), Some("2018-03-09T15:00:00+00:00"));
    assert_eq!(text("20180309150059.123").as_deref(), Some("2018-03-09T15:00:59.123+00:00"));
}

#[test]
fn a_time_without_zone_is_londons_on_both_sides_of_the_clock_change() {
    assert_eq!(text("202403310030").as_deref(), Some("2024-03-31T00:30:00+00:00"));
    assert_eq!(text("202403310230").as_deref(), Some("2024-03-31T02:30:00+01:00"));
    assert_eq!(text("202403310130").as_deref(), Some("2024-03-31T01:30:00+00:00"), "a time the clocks skip");
    assert_eq!(
        text("202410270130").as_deref(),
        Some("2024-10-27T01:30:00+01:00"),
        "of a time told twice the first"
    );
    assert_eq!(text("20190514102527+0200").as_deref(), Some("2019-05-14T10:25:27+02:00"));
    assert_eq!(text("20190514102527-0530").as_deref(), Some("2019-05-14T10:25:27-05:30"));
    assert_eq!(read("20190514102527+0200").map(|at| at.order), read("20190514092527").map(|at| at.order));
}

#[test]
fn what_is_no_date_is_none() {
    let none = [
        "",
        "196513121515",
        "20240230",
        "2024031",
        "today",
        "20240310250000",
        "20240310+02",
        "2024031012001.5",
        "２０２４",
        "00000000",
    ];
    for sent in none {
        assert_eq!(text(sent), None, "{sent}");
    }
}

#[test]
fn a_time_of_day_is_read_to_the_second() {
    assert_eq!(time_of_day("0930").as_deref(), Some("09:30:00"));
    assert_eq!(time_of_day("093015+0000").as_deref(), Some("09:30:15"));
    assert_eq!(time_of_day("2530"), None);
}
