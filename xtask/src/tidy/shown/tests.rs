//! The generated page: what stands on it, and what makes it stale.

use super::*;

fn tree(test: &str, kept: &str) -> Tree {
    let file = |path: &str, text: &str| File { path: path.to_owned(), text: text.to_owned() };
    let files = vec![
        file("docs/requirements.md", "# R\n- **R2** Two.\n- **R10** Ten.\n"),
        file("docs/acceptance.md", "- **T1** One.\n"),
        file("docs/acceptance-faults.md", "- **F3** Three.\n"),
        file("docs/acceptance-attacks.md", "- **A1** One.\n- **A2** Two.\n"),
        file("docs/acceptance-audit.md", "- **AU1** One.\n- **AU12** Twelve.\n"),
        file(hazards::LOG, "### HAZ-001 One\n### HAZ-002 Two\n"),
        file("journeys/tests/main/a.rs", test),
        file(PATH, kept),
    ];
    Tree { files, open_before: None }
}

const TEST: &str = "//! Head.\n// shows: R10\n\n// HAZ-002\n#[test]\nfn it_is_so() {}\n";

#[test]
fn the_page_names_file_and_test_and_lists_the_rest_as_open() {
    let page = page(&tree(TEST, ""));
    let expected = concat!(
        "\n## Requirements: 1 of 2 shown\n\n- **R10** Ten.\n  - `journeys/tests/main/a.rs`\n\n### Requirements open: 1\n\n- R2 Two.\n",
        "\n## Acceptance: 0 of 1 shown\n\n\n### Acceptance open: 1\n\n- T1 One.\n",
        "\n## Faults: 0 of 1 shown\n\n\n### Faults open: 1\n\n- F3 Three.\n",
        "\n## Attacks: 0 of 2 shown\n\n\n### Attacks open: 2\n\n- A1 One.\n- A2 Two.\n",
        "\n## Audit: 0 of 2 shown\n\n\n### Audit open: 2\n\n- AU1 One.\n- AU12 Twelve.\n",
        "\n## Hazards: 1 of 2 shown\n\n- **HAZ-002** Two\n  - `journeys/tests/main/a.rs`: `it_is_so`\n\n### Hazards open: 1\n\n- HAZ-001 One\n"
    );
    assert_eq!(page.strip_prefix(HEAD), Some(expected));
}

#[test]
fn a_page_that_no_longer_says_what_the_tests_say_is_stale() {
    let fresh = page(&tree(TEST, ""));
    assert_eq!(check(&tree(TEST, &fresh)), []);
    assert_eq!(check(&tree("//! Head.\n", &fresh)).len(), 1);
}

#[test]
fn an_acceptance_test_of_the_audit_is_shown_by_name_or_by_word() {
    let page = page(&tree("#[test]\nfn au1_it_is_so() {\n    assert!(true, \"AU12: so\");\n}\n", ""));
    assert!(page.contains("## Audit: 2 of 2 shown"), "{page}");
    let found = check(&tree("// AU77 and PAU1\n", ""));
    assert!(found.iter().any(|finding| finding.message.contains("`AU77` is not in")), "{found:?}");
}

#[test]
fn a_fault_or_an_attack_is_shown_by_name_or_by_comment() {
    let page = page(&tree("// shows: A2, F3\n#[test]\nfn a1_it_is_so() {}\n", ""));
    assert!(page.contains("## Faults: 1 of 1 shown") && page.contains("## Attacks: 2 of 2 shown"), "{page}");
    let found = check(&tree("// shows: A9\n", ""));
    assert!(found.iter().any(|finding| finding.message.contains("`A9` is not in")), "{found:?}");
}

#[test]
fn a_requirement_that_does_not_exist_is_found() {
    let found = check(&tree("// shows: R99\n", ""));
    assert!(found.iter().any(|finding| finding.message.contains("`R99` is not in")), "{found:?}");
}
