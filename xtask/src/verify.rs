//! Takes the working tree, gives every check a change must pass, in order and timed; stops at the first that fails.

use crate::reproduce::{self, Build};
use crate::step::{self, Counts, Step};
use crate::{demo, say, setup, supply, tidy, validate};
use std::path::Path;
use std::time::Instant;

/// The cheap checks stand first, so that a slip is told in seconds.
pub(crate) fn run(root: &Path) -> Result<(), String> {
    let began = Instant::now();
    let cargo =
        |name: &str, command: &[&str]| step::run(&Step { name, folder: root, command, environment: &[] });
    cargo("format", &["cargo", "fmt", "--all", "--check"])?;
    timed("tidy", || tidy::check(root))?;
    cargo("lints", &["cargo", "clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"])?;
    supply::check(root)?;
    reproduce::where_a_commit_is(root, Build { package: "xtask", release: false })?;
    let program = shipped(root)?;
    let mut counts = tests(root, &program)?;
    validate::run(root)?;
    counts.add(browser(root, &program)?);
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

/// The program as it ships, laid aside: the tests build another in its place, with what only tests may switch on.
fn shipped(root: &Path) -> Result<String, String> {
    let command = ["cargo", "build", "--package", "shcr", "--locked"];
    step::run(&Step { name: "build", folder: root, command: &command, environment: &[] })?;
    let folder = demo::target(root).join("shipped");
    let (from, to) = (demo::program(root), folder.join("shcr"));
    let fault = |error| format!("`{}`: {error}", to.display());
    std::fs::create_dir_all(&folder).map_err(fault)?;
    // A name of its own: where the old one still runs its file cannot be written.
    let _ = std::fs::remove_file(&to);
    std::fs::copy(from, &to).map_err(fault)?;
    Ok(to.display().to_string())
}

/// Journeys drive that program.
fn tests(root: &Path, program: &str) -> Result<Counts, String> {
    setup::database(root)?;
    let command = ["cargo", "test", "--workspace", "--locked"];
    let environment = [("SHCR_PROGRAM", program)];
    step::run(&Step { name: "tests", folder: root, command: &command, environment: &environment })
}

fn browser(root: &Path, program: &str) -> Result<Counts, String> {
    setup::browser(root)?;
    let folder = root.join("journeys/browser");
    let command = ["npm", "test", "--silent"];
    let environment = [("SHCR_PROGRAM", program)];
    step::run(&Step { name: "browser tests", folder: &folder, command: &command, environment: &environment })
}

fn told(counts: Counts) -> String {
    format!("{} tests passed, {} skipped", counts.passed, counts.skipped)
}
