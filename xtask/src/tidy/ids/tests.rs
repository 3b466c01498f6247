//! Where an id stands decides which test shows it.

use super::*;

fn lines(path: &str, text: &str) -> Vec<String> {
    let file = File { path: path.to_owned(), text: text.to_owned() };
    shown(&file)
        .into_iter()
        .map(|s| format!("{} {}", s.id, s.test.unwrap_or("the file".to_owned())))
        .collect()
}

#[test]
fn a_comment_or_an_assertion_belongs_to_its_test() {
    let text = concat!(
        "//! Head. HAZ-001\n\nfn helper() {\n    x(\"HAZ-002\");\n}\n\n/// Why. HAZ-003\n// shows: R7, R9\n#[test]\nfn a() {\n",
        "    assert!(y, \"HAZ-004\");\n}\n\n#[tokio::test]\nasync fn b() { z(\"HAZ-005\") }\n"
    );
    let expected =
        ["HAZ-001 the file", "HAZ-002 the file", "HAZ-003 a", "R7 a", "R9 a", "HAZ-004 a", "HAZ-005 b"];
    assert_eq!(lines("crates/x/src/y/tests.rs", text), expected);
}

#[test]
fn a_browser_test_is_named_by_its_title() {
    let text = concat!(
        "// shows: R30\nimport x\n\ntest.describe('a cut page says so (HAZ-033)', () => {\n",
        "  test(`script on`, async () => {\n    // HAZ-034\n  });\n  // shows: R8\n  test('off', x)\n});\n"
    );
    let expected = ["R30 the file", "HAZ-033 a cut page says so (HAZ-033)", "HAZ-034 script on", "R8 off"];
    assert_eq!(lines("journeys/browser/specs/cut.spec.ts", text), expected);
}

#[test]
fn a_case_is_named_by_its_folder() {
    assert_eq!(lines("fixtures/cases/reconcile/two_lists/why.md", "HAZ-013\n"), ["HAZ-013 two_lists"]);
}

#[test]
fn only_tests_show_anything() {
    assert_eq!(lines("crates/x/src/y.rs", "// HAZ-001 shows: R1"), [] as [&str; 0]);
    assert_eq!(
        lines("xtask/src/tidy/ids/tests.rs", "// HAZ-001"),
        [] as [&str; 0],
        "these would speak of themselves"
    );
}

#[test]
fn an_example_that_must_not_compile_shows_what_stands_above_it() {
    let text = concat!(
        "//! A room. AU2, HAZ-029:\n//!\n//! ```compile_fail\n//! fn forge() {} // AU9\n//! ```\n",
        "//! ```\n//! fn right() {}\n//! ```\n\n/// Nothing. AU3\nfn a() {}\n"
    );
    let expected = ["AU2 compile_fail", "HAZ-029 compile_fail"];
    assert_eq!(lines("crates/x/src/lib.rs", text), expected);
}

#[test]
fn what_only_looks_like_an_id_is_none() {
    assert_eq!(
        lines("journeys/tests/main.rs", "// HAZ-1 HAZ-0001 HAZ- R7\n// shows: R, Rx7, X7, r8"),
        [] as [&str; 0]
    );
}

#[test]
fn an_acceptance_test_is_known_by_its_name_or_a_comment() {
    let text = "// shows: T9\n#[test]\nfn t03_used_twice() {}\n\n#[test]\nfn t_x() {}\n\n#[test]\nfn two_t4_3() {}\n";
    assert_eq!(lines("crates/x/src/y/tests.rs", text), ["T3 t03_used_twice", "T9 t03_used_twice"]);
}
