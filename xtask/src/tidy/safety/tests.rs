//! The safety case, the partner's pack and the hazard log, each out of step with the others in turn.

use super::*;
use crate::tidy::tree::File;

const LOG: &str = "### HAZ-001 One\nwhy\n### HAZ-002 Two\nwhy\n";
const ROWS: &str = "| HAZ-001 | host | look |\n| HAZ-002 | none | |\n";
const MANIFEST: &str = "[workspace]\nmembers = []\n\n[workspace.package]\nversion = \"0.3.0\"\n\n[workspace.dependencies]\nx = 1\n";

fn blank(version: &str, officer: &str, approved: &str) -> String {
    format!("# Case\n{VERSION} {version}\n\n{FROM}{TO}\n\n{OFFICER}{officer}\n{APPROVED}{approved}\n")
}

fn tree(log: &str, case: &str, pack: &str) -> Tree {
    let file = |path: &str, text: &str| File { path: path.to_owned(), text: text.to_owned() };
    let files = vec![
        file(hazards::LOG, log),
        file(CASE, case),
        file(PACK, pack),
        file(WORKSPACE, MANIFEST),
        file("docs/requirements.md", "- **R1** One.\n- **R2** Two.\n"),
        file(
            "crates/x/src/a/tests.rs",
            "#[test]\nfn one() {\n    // HAZ-001\n}\n#[test]\nfn two() {\n    // HAZ-001\n}\n",
        ),
        file("journeys/tests/main/a.rs", "//! HAZ-001, shows: R2\n#[test]\nfn one() {}\n"),
        file("journeys/browser/specs/a.spec.ts", "test('it (HAZ-001)', async () => {\n"),
    ];
    Tree { files, open_before: None }
}

/// A case as the chore writes it.
fn written(case: &str) -> String {
    super::case(&tree(LOG, case, ROWS))
}

fn messages(log: &str, case: &str, pack: &str) -> Vec<String> {
    check(&tree(log, case, pack))
        .into_iter()
        .map(|f| format!("{}:{}: {}", f.path, f.line, f.message))
        .collect()
}

#[test]
fn each_hazard_has_a_row_with_its_tests_by_kind_and_empty_cells_for_the_officer() {
    let case = written(&blank("0.3.0", "", ""));
    assert!(
        case.contains("| HAZ-001 | One | 2 | 1 | 1 |  |  |  |\n| HAZ-002 | Two | 0 | 0 | 0 |  |  |  |\n"),
        "{case}"
    );
    assert!(
        case.contains(
            "2 hazards; named by no test: HAZ-002. In all lists, what no test names yet: R1, HAZ-002.\n"
        ),
        "{case}"
    );
    assert_eq!(messages(LOG, &case, ROWS), [] as [&str; 0]);
}

#[test]
fn a_hazard_that_is_missing_from_the_table_is_named_and_so_is_a_stale_count() {
    let case = written(&blank("0.3.0", "", ""));
    let without = case.replace("| HAZ-002 | Two | 0 | 0 | 0 |  |  |  |\n", "");
    let stale = format!("{CASE}:1: stale: run `cargo xtask tidy --write`");
    assert_eq!(
        messages(LOG, &without, ROWS),
        [format!("{CASE}:1: `HAZ-002` is missing from its table"), stale.clone()]
    );
    assert_eq!(messages(LOG, &case.replace("| 2 | 1 | 1 |", "| 2 | 1 | 4 |"), ROWS), [stale]);
    let unmarked = messages(LOG, &case.replace(TO, ""), ROWS);
    assert_eq!(unmarked, [format!("{CASE}:1: the marks around its generated table are missing")]);
}

#[test]
fn a_case_of_another_version_is_refused() {
    let other = written(&blank("0.2.0", "", ""));
    let expected = format!("{CASE}:1: speaks of version `0.2.0`, the workspace is `0.3.0`");
    assert_eq!(messages(LOG, &other, ROWS), [expected]);
    let none = written(&blank("0.3.0", "", "")).replace("- Version: 0.3.0\n", "");
    assert!(messages(LOG, &none, ROWS).iter().any(|message| message.contains("speaks of version ``")));
}

#[test]
fn a_pack_has_one_row_for_each_hazard_and_none_for_another() {
    let case = written(&blank("0.3.0", "", ""));
    let found = |pack: &str| messages(LOG, &case, pack);
    assert_eq!(found("| HAZ-001 | host | look |\n"), [format!("{PACK}:1: `HAZ-002` has no row")]);
    assert_eq!(
        found(&format!("{ROWS}| HAZ-002 | host | |\n")),
        [format!("{PACK}:3: `HAZ-002` has two rows")]
    );
    assert_eq!(
        found(&format!("{ROWS}\nSee HAZ-044 too.\n")),
        [format!("{PACK}:4: `HAZ-044` is not in docs/hazards.md")]
    );
}

const RATED_CELLS: &str = "| 0 | 0 | 0 | major, low: 3 | major, very low: 2 | A. B. |";

/// The second hazard rated and accepted.
fn rated(case: &str) -> String {
    written(case).replace("| 0 | 0 | 0 |  |  |  |", RATED_CELLS)
}

#[test]
fn what_the_officer_wrote_is_kept_and_nobody_else_may_rate() {
    let rated_by_somebody = rated(&blank("0.3.0", " A. Example, 0000", ""));
    assert_eq!(messages(LOG, &rated_by_somebody, ROWS), [] as [&str; 0]);
    let with_another = super::case(&tree(&format!("{LOG}### HAZ-003 Three\n"), &rated_by_somebody, ROWS));
    assert!(with_another.contains(&format!("| HAZ-002 | Two {RATED_CELLS}\n")), "{with_another}");
    assert!(with_another.contains("| HAZ-003 | Three | 0 | 0 | 0 |  |  |  |\n"), "{with_another}");

    let expected = format!("{CASE}:1: `HAZ-002` is rated, and no Clinical Safety Officer is named");
    assert_eq!(messages(LOG, &rated(&blank("0.3.0", "", "")), ROWS), [expected]);
}

#[test]
fn an_approval_is_somebodys_for_this_version_and_of_every_hazard() {
    let whole = |officer: &str, approved: &str| {
        rated(&blank("0.3.0", officer, approved))
            .replace("| 2 | 1 | 1 |  |  |  |", "| 2 | 1 | 1 | a: 1 | a: 1 | A. B. |")
    };
    let (somebody, now) = (" A. Example, 0000", " 0.3.0");
    assert_eq!(messages(LOG, &whole(somebody, now), ROWS), [] as [&str; 0]);

    let left = messages(LOG, &rated(&blank("0.3.0", somebody, now)), ROWS);
    assert_eq!(left, [format!("{CASE}:1: `HAZ-001` is not rated and accepted, and the case is approved")]);
    for (officer, approved) in [(somebody, " 0.2.0"), ("", now)] {
        let found = messages(LOG, &whole(officer, approved), ROWS);
        let expected = format!("{CASE}:1: approved for `{}`, by nobody or not for `0.3.0`", approved.trim());
        assert!(found.contains(&expected), "{found:?}");
    }
    let unsigned = written(&blank("0.3.0", "", "")).replace(APPROVED, "- Approved:");
    assert!(messages(LOG, &unsigned, ROWS).iter().any(|message| message.contains("wants a line")));
}
