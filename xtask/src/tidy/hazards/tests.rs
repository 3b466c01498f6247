//! The log, the open list and the tests, each out of step with the others in turn.

use super::*;

const TWO: &str = "# Log\n### HAZ-001 One\nwhy\n### HAZ-002 Two\nwhy\n";

fn tree(log: &str, open: &str, test: &str, before: Option<&str>) -> Tree {
    let file = |path: &str, text: &str| File { path: path.to_owned(), text: text.to_owned() };
    let files = vec![file(LOG, log), file(OPEN, open), file("crates/x/src/tests.rs", test)];
    Tree { files, open_before: before.map(str::to_owned) }
}

fn messages(log: &str, open: &str, test: &str, before: Option<&str>) -> Vec<String> {
    check(&tree(log, open, test, before))
        .into_iter()
        .map(|f| format!("{}:{}: {}", f.path, f.line, f.message))
        .collect()
}

#[test]
fn a_named_hazard_and_an_open_one_are_in_step() {
    assert_eq!(messages(TWO, "# open\nHAZ-002\n", "// HAZ-001", Some("HAZ-001\nHAZ-002\n")), [] as [&str; 0]);
}

#[test]
fn a_test_may_not_name_a_hazard_that_is_not_in_the_log() {
    let found = messages(TWO, "", "// HAZ-001 HAZ-002\n// HAZ-003", None);
    assert_eq!(found, ["crates/x/src/tests.rs:2: `HAZ-003` is not in docs/hazards.md"]);
}

#[test]
fn a_hazard_a_test_names_may_not_stay_open() {
    let found = messages(TWO, "HAZ-001\nHAZ-002\n", "// HAZ-001", None);
    assert_eq!(
        found,
        ["docs/hazards-open.txt:1: `HAZ-001` is named by crates/x/src/tests.rs:1: take it off this list"]
    );
}

#[test]
fn a_hazard_no_test_names_must_be_listed() {
    let found = messages(TWO, "", "// HAZ-001", None);
    assert_eq!(found, ["docs/hazards.md:4: `HAZ-002` is named by no test and not listed open"]);
}

#[test]
fn the_open_list_may_only_shrink() {
    let found = messages(TWO, "HAZ-002\n", "// HAZ-001", Some("# none\n"));
    assert_eq!(found, ["docs/hazards-open.txt:1: `HAZ-002` was not open before: this list may only shrink"]);
}

#[test]
fn an_id_is_never_used_twice() {
    let found = messages(&format!("{TWO}### HAZ-001 Again\n"), "", "// HAZ-001 HAZ-002", None);
    assert_eq!(found, ["docs/hazards.md:6: `HAZ-001` stands in the log twice"]);
}

#[test]
fn writing_takes_off_and_never_adds() {
    assert_eq!(shrunk(&tree(TWO, "HAZ-001\n", "// HAZ-001", None)), OPEN_HEAD);
    assert_eq!(shrunk(&tree(TWO, "", "// HAZ-001", None)), format!("{OPEN_HEAD}HAZ-002\n"));
}
