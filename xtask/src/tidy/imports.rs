//! Takes a manifest or a source file, refuses an import the table of rooms does not allow.
//! A crate is an import rule the compiler enforces; this is where the rule is written down.

#[cfg(test)]
mod tests;

use super::Finding;
use super::rust_text;
use super::tree::File;

/// One row of the table: what a crate may use of its siblings, and what of the world it never may.
struct Room {
    name: &'static str,
    siblings: &'static [&'static str],
    never: &'static [&'static str],
}

const NETWORK: &[&str] =
    &["tokio", "tokio-stream", "axum", "hyper", "hyper-util", "reqwest", "rusqlite", "rustls", "async-std"];

const ROOMS: [Room; 14] = [
    Room { name: "fhir", siblings: &[], never: NETWORK },
    // Any of the two databases, and nothing of what is kept in it.
    Room { name: "sql", siblings: &["cluster"], never: &["axum", "reqwest", "hyper"] },
    // A database server of a test's own.
    Room { name: "cluster", siblings: &[], never: NETWORK },
    Room { name: "audit", siblings: &["cluster", "sql"], never: &["axum", "reqwest", "hyper"] },
    Room { name: "access", siblings: &["fhir"], never: &["axum", "rusqlite"] },
    Room { name: "federation", siblings: &["fhir", "access", "audit"], never: &["rusqlite", "cedar-policy"] },
    Room { name: "record", siblings: &["fhir"], never: NETWORK },
    Room {
        name: "web",
        siblings: &["record", "fhir", "access"],
        never: &["reqwest", "rusqlite", "cedar-policy"],
    },
    Room { name: "edge", siblings: &["audit", "cluster", "fhir", "record", "sql"], never: &["cedar-policy"] },
    Room { name: "region", siblings: &["fhir"], never: &["cedar-policy", "rusqlite"] },
    Room {
        name: "shcr",
        siblings: &["access", "audit", "edge", "federation", "fhir", "record", "region", "web"],
        never: &["cedar-policy", "rusqlite"],
    },
    // Stands outside the program and drives it: it may know nothing of the inside. It reads the audit as an auditor does.
    Room { name: "journeys", siblings: &["audit", "cluster"], never: &["cedar-policy", "rusqlite", "axum"] },
    // Measures the built program from outside. It asks the region for what is loaded, and knows nothing else. It serves: relays, and a peer.
    Room { name: "bench", siblings: &["region"], never: &["cedar-policy", "rusqlite"] },
    Room { name: "xtask", siblings: &[], never: NETWORK },
];

pub(crate) fn check(file: &File) -> Vec<Finding> {
    let Some((room, inside)) = room(&file.path) else { return Vec::new() };
    match (ROOMS.iter().find(|row| row.name == room), inside) {
        (None, "Cargo.toml") => {
            vec![Finding::new(&file.path, 1, format!("`{room}` has no row in the import table"))]
        }
        (Some(row), "Cargo.toml") => manifest(row, file).into_iter().chain(for_tests_alone(file)).collect(),
        (Some(row), _) if file.is_rust() => source(row, file),
        _ => Vec::new(),
    }
}

/// The crate a path belongs to, and the path within it.
fn room(path: &str) -> Option<(&str, &str)> {
    let within = path.strip_prefix("crates/").unwrap_or(path);
    let (room, inside) = within.split_once('/')?;
    (path.starts_with("crates/") || ["bench", "journeys", "xtask"].contains(&room)).then_some((room, inside))
}

fn manifest(row: &Room, file: &File) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (line, dependency) in dependencies(file) {
        let sibling = ROOMS.iter().any(|other| other.name == dependency);
        if sibling && !row.siblings.contains(&dependency) || row.never.contains(&dependency) {
            findings.push(Finding::new(
                &file.path,
                line,
                format!("`{}` may not import `{dependency}`", row.name),
            ));
        }
    }
    findings
}

/// The feature of tests, under which faults and bugs can be planted, is switched on by dependencies of tests and nowhere else: then no
/// program that is built to be run has it.
fn for_tests_alone(file: &File) -> Vec<Finding> {
    let mut heading = "";
    let mut findings = Vec::new();
    for (number, line) in file.lines() {
        let line = line.trim();
        if line.starts_with('[') {
            heading = line;
        } else if line.contains("\"testing\"") && !heading.starts_with("[dev-dependencies") {
            let message = "`testing` is switched on under `[dev-dependencies]` alone";
            findings.push(Finding::new(&file.path, number, message));
        }
    }
    findings
}

/// The names under every heading of dependencies, those for development and for one platform too.
fn dependencies(file: &File) -> Vec<(usize, &str)> {
    let mut named = Vec::new();
    let mut within = false;
    for (number, line) in file.lines() {
        let line = line.trim();
        if let Some(heading) = line.strip_prefix('[') {
            let heading = heading.trim_end_matches(']');
            within = heading.ends_with("dependencies");
            let one = heading.rsplit_once("dependencies.").map(|(_, name)| (number, name.trim_matches('"')));
            named.extend(one);
        } else if within && !line.starts_with('#') {
            let key = line.split(['=', '.']).next().unwrap_or_default().trim().trim_matches('"');
            named.extend((!key.is_empty()).then_some((number, key)));
        }
    }
    named
}

fn source(row: &Room, file: &File) -> Vec<Finding> {
    let code = rust_text::code(&file.text);
    let mut findings = Vec::new();
    for (index, line) in code.lines().enumerate() {
        let mut add = |message: String| findings.push(Finding::new(&file.path, index + 1, message));
        if let Some(sibling) = ROOMS
            .iter()
            .find(|other| uses(line, other.name) && !allowed(row, other.name) && !own(&code, other.name))
        {
            add(format!("`{}` may not import `{}`", row.name, sibling.name));
        }
        if line.contains("cedar_policy") && !file.path.starts_with("crates/access/src/policy") {
            add("only `crates/access/src/policy*` may name `cedar_policy`".to_owned());
        }
        if let Some(kind) = other_source(&file.path, line) {
            add(format!("one kind of source never imports another (`{kind}`)"));
        }
    }
    findings
}

fn allowed(row: &Room, name: &str) -> bool {
    row.name == name || row.siblings.contains(&name)
}

/// A module of the file's own may bear a crate's name; then that is what `use` means.
fn own(code: &str, name: &str) -> bool {
    code.contains(&format!("mod {name};"))
}

fn uses(line: &str, name: &str) -> bool {
    let words = line.trim_start().trim_start_matches("pub ").trim_start_matches("pub(crate) ");
    let imported = words.strip_prefix("use ").or_else(|| words.strip_prefix("extern crate "));
    imported.and_then(|path| path.strip_prefix(name)).is_some_and(|after| after.starts_with([':', ';', ' ']))
}

/// Kinds of source, each a file or a folder of `federation`: what two of them need stands outside both.
const KINDS: [&str; 2] = ["gp_connect", "rest"];

fn other_source(path: &str, line: &str) -> Option<&'static str> {
    let own = path.strip_prefix("crates/federation/src/")?.split(['/', '.']).next()?;
    let is_kind = KINDS.contains(&own);
    let imports = |kind: &&&str| **kind != own && has_path(line, kind);
    KINDS.iter().find(imports).filter(|_| is_kind).copied()
}

/// Whether that module's name stands here at the head or within a path, as in `crate::{rest::link}`.
fn has_path(line: &str, module: &str) -> bool {
    let part = |piece: &str| !piece.ends_with(|c: char| c.is_alphanumeric() || c == '_');
    let path = format!("{module}::");
    let end = format!("crate::{module}");
    line.match_indices(&path).any(|(offset, _)| line.get(..offset).is_some_and(part))
        || line.trim_end_matches(';').ends_with(&end)
}
