//! Ages by the rules for the young, the old and the dead.

use super::*;

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

#[test]
fn ages_are_in_the_units_of_the_age() {
    let age = |born: &str, on: &str| super::age(day(born), day(on)).unwrap();
    assert_eq!(age("1935-08-14", "2026-11-22"), "91y");
    assert_eq!(age("2008-11-22", "2026-11-22"), "18y");
    assert_eq!(age("2022-10-20", "2026-11-22"), "4y 1m");
    assert_eq!(age("2025-09-20", "2026-11-22"), "14m 2d");
    assert_eq!(age("2026-10-08", "2026-11-22"), "6w 3d");
    assert_eq!(super::age(day("2026-11-23"), day("2026-11-22")), None);
}

#[test]
fn cui_time_d_tb_0017_0018_0026_0027_0028_0029_0033_an_age_is_whole_numbers_of_its_units_the_larger_first() {
    for (rule, born, on, shown) in [
        ("D+Tb-0017, 0028, 0029: years, a blank, months", "2022-10-20", "2026-11-22", "4y 1m"),
        ("D+Tb-0018: whole numbers", "2022-11-30", "2026-11-22", "3y 11m"),
        ("D+Tb-0026: no month of nothing", "2022-11-22", "2026-11-22", "4y"),
        ("D+Tb-0026: no day of nothing", "2025-10-22", "2026-11-22", "13m"),
        ("D+Tb-0026: no week of nothing", "2026-11-19", "2026-11-22", "3d"),
        ("D+Tb-0026: born today", "2026-11-22", "2026-11-22", "0d"),
        ("D+Tb-0027, 0033: value and unit in one", "2026-10-08", "2026-11-22", "6w 3d"),
    ] {
        assert_eq!(super::age(day(born), day(on)).as_deref(), Some(shown), "{rule}");
    }
}

#[test]
fn a_name_is_never_cut_and_never_loses_a_part() {
    let banner = Banner {
        family: "o'brien-smith".into(),
        given: "mary ann".into(),
        title: Some("DR.".into()),
        ..Banner::default()
    };
    assert_eq!(name(&banner), "O'BRIEN-SMITH, Mary Ann (Dr)");
}
