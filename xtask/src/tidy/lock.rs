//! Takes a lock file, refuses a package that comes from elsewhere than the default registry or without the hash of what was read; takes
//! the rules of the supply chain, refuses them where they would let another origin in. What is built is what was looked at.

#[cfg(test)]
mod tests;

use super::Finding;
use super::tree::File;

/// As it stands in the lock file; which mirror serves it is the machine's setting.
const REGISTRY: &str = concat!("registry+https://github.com/rust-lang/crates", ".io-index");
/// The rules `cargo verify` holds the whole graph to.
const RULES: &str = "deny.toml";
const DENIED: [&str; 2] = ["unknown-registry = \"deny\"", "unknown-git = \"deny\""];
/// What would open them again.
const OPENED: [&str; 3] = ["allow-git", "allow-registry", "allow-org"];

pub(crate) fn check(file: &File) -> Vec<Finding> {
    if file.path == RULES {
        rules(file)
    } else if file.path.ends_with("Cargo.lock") {
        crates(file)
    } else if file.path.ends_with("package-lock.json") {
        packages(file)
    } else {
        Vec::new()
    }
}

fn rules(file: &File) -> Vec<Finding> {
    let has = |rule: &&&str| file.lines().any(|(_, line)| line.trim() == **rule);
    let missing = DENIED.iter().filter(|rule| !has(rule));
    let missing = missing.map(|rule| Finding::new(&file.path, 1, format!("must say `{rule}`")));
    let opens = |line: &str| OPENED.iter().any(|key| line.trim_start().starts_with(key));
    let opened = file.lines().filter(|(_, line)| opens(line));
    let opened = opened.map(|(number, _)| Finding::new(&file.path, number, "lets another origin in"));
    missing.chain(opened).collect()
}

/// Each package of a registry names the one, and is followed by its hash.
fn crates(file: &File) -> Vec<Finding> {
    let lines: Vec<(usize, &str)> = file.lines().collect();
    let mut findings = Vec::new();
    for (place, (number, line)) in lines.iter().enumerate() {
        let Some(source) = line.strip_prefix("source = ") else { continue };
        let mut add = |message: &str| findings.push(Finding::new(&file.path, *number, message));
        if source.trim_matches('"') != REGISTRY {
            add("a crate of another origin than the default registry");
        }
        let next = lines.get(place + 1).map_or("", |(_, next)| *next);
        let hash = next.strip_prefix("checksum = ").map(|hash| hash.trim_matches('"'));
        if !hash.is_some_and(|hash| hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit())) {
            add("a crate without the hash of what was read");
        }
    }
    findings
}

/// No address, so that the machine's own registry serves it; and a hash for each.
fn packages(file: &File) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut add = |number, message: &str| findings.push(Finding::new(&file.path, number, message));
    let mut open: Option<usize> = None;
    for (number, line) in file.lines() {
        let key = line.trim_start();
        if key.starts_with("\"resolved\"") {
            add(number, "a package from an address of its own");
        }
        if key.starts_with("\"node_modules/") {
            open.replace(number).into_iter().for_each(|at| add(at, "a package without its hash"));
        }
        if key.starts_with("\"integrity\": \"sha512-") {
            open = None;
        }
    }
    open.into_iter().for_each(|at| add(at, "a package without its hash"));
    findings
}
