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
fn a_name_is_never_cut_and_never_loses_a_part() {
    let banner = Banner {
        family: "o'brien-smith".into(),
        given: "mary ann".into(),
        title: Some("DR.".into()),
        ..Banner::default()
    };
    assert_eq!(name(&banner), "O'BRIEN-SMITH, Mary Ann (Dr)");
}
