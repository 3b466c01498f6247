//! The table of display rules: what counts as shown, and what makes it stale or wrong.

use super::*;
use crate::tidy::tree::File;

const LIST: &str = "# Head.\n\n[banner] Banner\nPAB-0016 order\nPAB-0007 hovering; deviates: details (HAZ-052)\nPAB-0099 top\n\n[date] Date\nD+Ta-0006 short\n";

fn tree(rules: &str, test: &str, kept: &str) -> Tree {
    let file = |path: &str, text: &str| File { path: path.to_owned(), text: text.to_owned() };
    let files = vec![file(RULES, rules), file("crates/a/src/tests.rs", test), file(PATH, kept)];
    Tree { files, open_before: None }
}

fn test(name: &str) -> String {
    format!("//! Head.\n#[test]\nfn {name}() {{}}\n")
}

#[test]
fn a_rule_is_met_by_the_test_that_names_it_else_told_or_open() {
    let page = page(&tree(LIST, &test("cui_banner_pab_0016_0099_in_order"), ""));
    let met = "| PAB-0016 | order | met: `cui_banner_pab_0016_0099_in_order` |";
    assert!(page.contains("## Banner: 3 of 3 told") && page.contains(met), "{page}");
    assert!(page.contains("| PAB-0007 | hovering | deviates: details (HAZ-052) |"), "{page}");
    assert!(page.contains("## Date: 0 of 1 told") && page.contains("| D+Ta-0006 | short | no test yet |"));
}

#[test]
fn an_id_with_a_plus_is_named_by_an_underscore() {
    let page = page(&tree(LIST, &test("cui_date_d_ta_0006_rows"), ""));
    assert!(page.contains("## Date: 1 of 1 told"), "{page}");
}

#[test]
fn a_test_of_a_rule_nobody_listed_a_rule_listed_twice_and_a_broken_id_are_told() {
    let said = |rules: &str, name: &str| {
        let kept = page(&tree(rules, &test(name), ""));
        let findings = check(&tree(rules, &test(name), &kept));
        findings.iter().map(|finding| finding.message.clone()).collect::<Vec<_>>().join("\n")
    };
    assert_eq!(said(LIST, "cui_banner_pab_0016_in_order"), "");
    assert!(said(LIST, "cui_banner_pab_0001_gone").contains("`cui_banner_pab_0001`"));
    assert!(said(&format!("{LIST}D+Ta-0006 again\n"), "a").contains("stands twice"));
    assert!(said(&format!("{LIST}PAB16 none\n"), "a").contains("is not letters"));
    assert!(said(LIST, "cui_banner_pab_0007_hovers").contains("`PAB-0007`, which"), "told both ways");
    assert!(
        said(&format!("{LIST}D+Ta-0007 day; or month\n"), "a").contains("after `; `"),
        "no way of doing otherwise"
    );
}

#[test]
fn a_table_that_no_longer_says_what_the_tests_say_is_stale() {
    let fresh = page(&tree(LIST, "", ""));
    assert_eq!(check(&tree(LIST, "", &fresh)), []);
    assert_eq!(check(&tree(LIST, &test("cui_banner_pab_0016_x"), &fresh)).len(), 1);
}
