//! Lock files as they are, and as somebody who means harm would have them.

use super::*;
use std::path::Path;

fn found(path: &str, text: &str) -> Vec<String> {
    let file = File { path: path.to_owned(), text: text.to_owned() };
    check(&file).into_iter().map(|finding| finding.message).collect()
}

fn ours(path: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("it stands in its workspace");
    std::fs::read_to_string(root.join(path)).expect("it can be read")
}

#[test]
fn a45_a_crate_of_another_origin_or_without_its_hash_is_refused() {
    let lock = ours("Cargo.lock");
    assert_eq!(found("Cargo.lock", &lock), [] as [&str; 0]);
    let (foreign, unhashed) =
        ("a crate of another origin than the default registry", "a crate without the hash of what was read");
    for (origin, expected) in [
        ("git+https://example.test/tokio?branch=main#abcdef", vec![foreign]),
        ("registry+https://example.test/index", vec![foreign]),
        ("sparse+https://example.test/index/", vec![foreign]),
    ] {
        let swapped = lock.replacen(REGISTRY, origin, 1);
        assert_ne!(swapped, lock);
        assert_eq!(found("Cargo.lock", &swapped), expected, "{origin}");
    }
    let (before, rest) = lock.split_once("checksum = ").expect("hashes");
    let without = [before, rest.split_once('\n').expect("a line").1].concat();
    assert_eq!(found("fuzz/Cargo.lock", &without), [unhashed]);
    let cut = lock.replacen("checksum = \"", "checksum = \"00", 1);
    assert_eq!(found("Cargo.lock", &cut), [unhashed]);
}

#[test]
fn a45_rules_that_would_let_another_origin_in_are_refused() {
    let rules = ours("deny.toml");
    assert_eq!(found("deny.toml", &rules), [] as [&str; 0]);
    for (rule, weaker) in
        [("unknown-git = \"deny\"", "unknown-git = \"warn\""), ("unknown-registry = \"deny\"", "")]
    {
        assert_eq!(found("deny.toml", &rules.replace(rule, weaker)), [format!("must say `{rule}`")]);
    }
    let opened = format!("{rules}\nallow-git = [\"https://example.test/tokio\"]\n");
    assert_eq!(found("deny.toml", &opened), ["lets another origin in"]);
}

#[test]
fn a45_a_package_from_an_address_of_its_own_or_without_its_hash_is_refused() {
    let lock = ours("journeys/browser/package-lock.json");
    let path = "journeys/browser/package-lock.json";
    assert_eq!(found(path, &lock), [] as [&str; 0]);
    let addressed = lock.replacen(
        "\"integrity\"",
        "\"resolved\": \"https://example.test/a.tgz\",\n      \"integrity\"",
        1,
    );
    assert_eq!(found(path, &addressed), ["a package from an address of its own"]);
    let unhashed = lock.replacen("\"integrity\": \"sha512-", "\"was\": \"", 1);
    assert_eq!(found(path, &unhashed), ["a package without its hash"]);
}
