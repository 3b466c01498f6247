//! Manifests and sources that reach where they may not.

use super::*;

fn messages(path: &str, text: &str) -> Vec<String> {
    let findings = check(&File { path: path.to_owned(), text: text.to_owned() });
    findings.into_iter().map(|finding| format!("{}: {}", finding.line, finding.message)).collect()
}

#[test]
fn the_gateway_never_reaches_a_sibling_it_may_not_know() {
    let text =
        "[package]\nname = \"record\"\n[dependencies]\nfhir = { workspace = true }\naudit.workspace = true\n";
    assert_eq!(messages("crates/record/Cargo.toml", text), ["5: `record` may not import `audit`"]);
}

#[test]
fn pure_crates_have_no_runtime_in_any_table() {
    for heading in ["[dependencies]", "[dev-dependencies]", "[target.'cfg(unix)'.dependencies]"] {
        let text = format!("{heading}\ntokio = \"1\"\n");
        assert_eq!(messages("crates/fhir/Cargo.toml", &text), ["2: `fhir` may not import `tokio`"]);
    }
    assert_eq!(messages("crates/record/Cargo.toml", "[dependencies.reqwest]\nversion = \"1\"\n").len(), 1);
}

#[test]
fn what_is_planted_for_tests_is_switched_on_by_tests_alone() {
    let of = |heading: &str| format!("{heading}\naudit = {{ workspace = true, features = [\"testing\"] }}\n");
    assert_eq!(messages("crates/shcr/Cargo.toml", &of("[dev-dependencies]")), [] as [&str; 0]);
    assert_eq!(messages("crates/shcr/Cargo.toml", &of("[dependencies]")).len(), 1);
    let features = "[features]\ntesting = [\"access/testing\"]\n";
    assert_eq!(messages("crates/federation/Cargo.toml", features), [] as [&str; 0]);
    assert_eq!(messages("crates/federation/Cargo.toml", "[features]\ndefault = [\"testing\"]\n").len(), 1);
}

#[test]
fn a_crate_without_a_row_is_found() {
    assert_eq!(messages("crates/shed/Cargo.toml", "").len(), 1);
    assert_eq!(messages("Cargo.toml", "[workspace.dependencies]\ntokio = \"1\"\n"), [] as [&str; 0]);
}

#[test]
fn a_source_file_may_not_use_what_its_manifest_may_not() {
    assert_eq!(messages("crates/web/src/a.rs", "use federation::Plan;\n").len(), 1);
    assert_eq!(messages("crates/web/src/a.rs", "pub use federation;\n").len(), 1);
    assert_eq!(
        messages("crates/web/src/a.rs", "pub federation: Plan,\nmod federation;\nuse federation::Plan;\n")
            .len(),
        0,
        "a name of its own"
    );
    assert_eq!(messages("crates/web/src/a.rs", "use record::Item;\n// use federation::Plan;\n").len(), 0);
}

#[test]
fn cedar_is_named_by_policy_alone() {
    assert_eq!(messages("crates/access/src/launch.rs", "use cedar_policy::Entity;\n").len(), 1);
    assert_eq!(messages("crates/access/src/policy/load.rs", "use cedar_policy::Entity;\n").len(), 0);
}

#[test]
fn one_kind_of_source_never_imports_another() {
    let path = "crates/federation/src/rest/page.rs";
    for import in [
        "use crate::gp_connect::headers;",
        "use crate::{gp_connect::headers, wire};",
        "pub(crate) use crate::gp_connect;",
    ] {
        assert_eq!(messages(path, import).len(), 1, "{import}");
    }
    assert_eq!(messages(path, "use crate::rest::link;\nuse crate::source::Source;\n").len(), 0);
    assert_eq!(
        messages("crates/federation/src/gather.rs", "use crate::{rest, gp_connect};\nuse crate::rest::X;\n")
            .len(),
        0
    );
}
