//! Takes the working tree, gives every check a change must pass, in order and timed; stops at the first that fails.

use crate::step::{self, Counts, Step};
use crate::{demo, say, setup, tidy, validate};
use std::path::Path;
use std::time::Instant;

/// Its findings change with its version, so the version changes on purpose.
const CARGO_DENY: &str = "0.20.2";

/// The cheap checks stand first, so that a slip is told in seconds.
pub(crate) fn run(root: &Path) -> Result<(), String> {
    let began = Instant::now();
    let cargo =
        |name: &str, command: &[&str]| step::run(&Step { name, folder: root, command, environment: &[] });
    cargo("format", &["cargo", "fmt", "--all", "--check"])?;
    timed("tidy", || tidy::check(root))?;
    cargo("lints", &["cargo", "clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"])?;
    supply_chain(root)?;
    // What the tests are built with, too: one crate alone has other features, and is built beside what the tests need.
    cargo("build", &["cargo", "test", "--workspace", "--locked", "--no-run"])?;
    let mut counts = tests(root)?;
    validate::run(root)?;
    counts.add(browser(root)?);
    say::line(&format!("── verified in {}: {}", step::seconds(began.elapsed()), told(counts)));
    Ok(())
}

fn timed(name: &str, check: impl Fn() -> Result<(), String>) -> Result<(), String> {
    let began = Instant::now();
    say::line(&format!("── {name}: cargo xtask {name}"));
    check()
        .map_err(|fault| format!("{fault}\n── {name} FAILED. Run it again with:\n   cargo xtask {name}"))?;
    say::line(&format!("── {name}: done in {}", step::seconds(began.elapsed())));
    Ok(())
}

/// Licences, bans and sources. The checker is built once, into the target folder, and unoptimised: it has little to read.
fn supply_chain(root: &Path) -> Result<(), String> {
    let folder = demo::target(root).join("tools");
    let program = folder.join("bin/cargo-deny").display().to_string();
    if !Path::new(&program).exists() {
        let folder = folder.display().to_string();
        let command = [
            "cargo",
            "install",
            "--debug",
            "--locked",
            "--version",
            CARGO_DENY,
            "--root",
            folder.as_str(),
            "cargo-deny",
        ];
        step::run(&Step { name: "cargo-deny", folder: root, command: &command, environment: &[] })?;
    }
    let command = [program.as_str(), "--log-level", "error", "check", "bans", "licenses", "sources"];
    step::run(&Step { name: "supply chain", folder: root, command: &command, environment: &[] }).map(drop)
}

/// Journeys drive the program just built, and need not look for it.
fn tests(root: &Path) -> Result<Counts, String> {
    setup::database(root)?;
    let program = demo::program(root).display().to_string();
    let command = ["cargo", "test", "--workspace", "--locked"];
    step::run(&Step {
        name: "tests",
        folder: root,
        command: &command,
        environment: &[("SHCR_PROGRAM", &program)],
    })
}

fn browser(root: &Path) -> Result<Counts, String> {
    setup::browser(root)?;
    let folder = root.join("journeys/browser");
    let program = demo::program(root).display().to_string();
    let command = ["npm", "test", "--silent"];
    let environment = [("SHCR_PROGRAM", program.as_str())];
    step::run(&Step { name: "browser tests", folder: &folder, command: &command, environment: &environment })
}

fn told(counts: Counts) -> String {
    format!("{} tests passed, {} skipped", counts.passed, counts.skipped)
}
