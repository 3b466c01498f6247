//! Which key is a month's, how several make one, and what a file must be to be taken for one.

use super::*;
use crate::{seal::Keys, store::Place};

fn keys(dir: &Path, key: u8) -> Keys {
    let month_keys = Some(dir.to_owned());
    Keys::of(&[key; 32], &Place { month_keys, ..Place::file(&dir.join("audit.db")) }).unwrap()
}

fn name(month: u32) -> Name {
    Name::entries(Month(month))
}

#[test]
fn a_month_is_counted_in_utc_and_ends_where_the_next_begins() {
    for (at_s, month, end_s) in [
        (0, 197_001, 2_678_400),
        (1_767_225_599, 202_512, 1_767_225_600),
        (1_767_225_600, 202_601, 1_769_904_000),
        (1_709_164_800, 202_402, 1_709_251_200),
    ] {
        assert_eq!(Month::of(at_s), Month(month), "{at_s}");
        assert_eq!(Month(month).end_s(), Some(end_s), "{month}");
    }
    assert_eq!(Month(202_613).end_s(), None);
}

#[test]
fn of_several_who_make_a_months_key_at_once_all_have_the_same() {
    let dir = tempfile::tempdir().unwrap();
    let marks: Vec<Hash> = std::thread::scope(|scope| {
        let made = || keys(dir.path(), 7).months().unwrap().key_or_new(name(202_611)).unwrap().mark;
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(made)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert!(marks.iter().all(|mark| *mark == marks[0]));
    let names = keys(dir.path(), 7).months().unwrap().names().unwrap();
    assert_eq!(names, [name(202_611), Name::manifests(Month(202_611))]);
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 2, "nothing half-made is left");
}

#[test]
fn a_destroyed_key_is_not_made_anew_while_its_month_has_another() {
    let dir = tempfile::tempdir().unwrap();
    let keys = keys(dir.path(), 7);
    let months = keys.months().unwrap();
    let manifests = Name::manifests(Month(202_611));
    months.key_or_new(name(202_611)).unwrap();
    months.destroy(manifests).unwrap();
    assert!(matches!(months.key_or_new(manifests), Err(Lost::Destroyed(_))));
    assert!(months.key(manifests).unwrap().is_none(), "nor is it remembered");
    months.key_or_new(name(202_611)).unwrap();
}

#[test]
fn a_file_that_this_store_did_not_write_under_this_name_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    keys(dir.path(), 7).months().unwrap().key_or_new(name(202_611)).unwrap();
    let file = |month: u32| dir.path().join(name(month).to_string());
    let text = fs::read_to_string(file(202_611)).unwrap();
    assert!(matches!(keys(dir.path(), 8).months().unwrap().key(name(202_611)), Err(Lost::Foreign(_))));
    for hostile in [
        text.clone(),
        String::new(),
        text.replace('\n', "00\n"),
        text.to_uppercase(),
        "01".repeat(61),
        text.chars().skip(2).collect(),
    ] {
        fs::write(file(202_612), hostile).unwrap();
        assert!(matches!(keys(dir.path(), 7).months().unwrap().key(name(202_612)), Err(Lost::Foreign(_))));
    }
    for (stray, no) in
        [("2026-1.entries", 1), ("2026-11", 2), ("2026-11.entries.bak", 3), ("x-11.entries", 4)]
    {
        fs::write(dir.path().join(stray), no.to_string()).unwrap();
    }
    assert_eq!(
        keys(dir.path(), 7).months().unwrap().names().unwrap().len(),
        3,
        "other files are none of ours"
    );
}
