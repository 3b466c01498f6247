//! Counts and marks, over an extract of two hundred people.

use super::*;

#[test]
fn a_marked_extract_has_the_same_rows_and_a_mark_twice_in_each() {
    let folder = tempfile::tempdir().unwrap();
    let (plain, marked) = (folder.path().join("plain.csv"), folder.path().join("marked.csv"));
    let rows = write(&plain, 200, 1).unwrap();
    mark(&plain, &marked, 17).unwrap();
    let counted = |path| count(path, 50, &mut Dice(1)).unwrap();
    assert_eq!(counted(&plain).rows, rows);
    assert_eq!(counted(&plain), counted(&marked));
    assert_eq!(counted(&plain).some.len(), 50);
    let text = std::fs::read_to_string(&marked).unwrap();
    assert!(text.lines().skip(1).all(|line| line.matches("~17~").count() == 2));
    assert_eq!(text.replace(" ~17~", ""), std::fs::read_to_string(&plain).unwrap());
}

#[test]
fn a_number_passes_by_its_check_digit_alone() {
    assert!(passes("9990000018"));
    for wrong in ["", "NULL", "999000001", "9990000019", "99900000180", "999000001X", "9".repeat(10).as_str()]
    {
        assert!(!passes(wrong), "{wrong}");
    }
}
