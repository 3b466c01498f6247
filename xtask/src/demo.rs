//! Takes the demo's options, gives the built program running in this process's place; refuses when the build fails.

use crate::step::{self, Step};
use std::path::Path;
use std::process::Command;

/// Builds the program, then becomes it, so that Ctrl-C reaches it directly and its exit code is ours.
pub(crate) fn run(root: &Path, options: &[String]) -> Result<(), String> {
    let command = ["cargo", "build", "--package", "shcr"];
    step::run(&Step { name: "build", folder: root, command: &command, environment: &[] })?;
    // `cargo demo -- --seed 3` and `cargo demo --seed 3` mean the same: people write both.
    let options = options.strip_prefix(&["--".to_owned()]).unwrap_or(options);
    let program = program(root);
    Err(become_it(Command::new(&program).arg("demo").args(options).current_dir(root), &program))
}

/// The program as the build leaves it.
pub(crate) fn program(root: &Path) -> std::path::PathBuf {
    target(root).join("debug/shcr")
}

/// Where cargo puts what it builds.
pub(crate) fn target(root: &Path) -> std::path::PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), |folder| root.join(folder))
}

#[cfg(unix)]
fn become_it(command: &mut Command, program: &Path) -> String {
    use std::os::unix::process::CommandExt;
    let error = command.exec();
    format!("`{}` cannot be started: {error}", program.display())
}

#[cfg(not(unix))]
fn become_it(command: &mut Command, program: &Path) -> String {
    match command.status() {
        Ok(status) => std::process::exit(status.code().unwrap_or(1)),
        Err(error) => format!("`{}` cannot be started: {error}", program.display()),
    }
}
