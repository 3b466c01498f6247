//! The chores of the house: takes a chore's name, gives its exit code, refuses a name it does not know.

mod demo;
mod nothing_kept;
mod reproduce;
mod say;
mod setup;
mod simulate;
mod step;
mod supply;
mod tidy;
mod validate;
mod verify;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// What a person reads who asks for nothing, or for something else.
const USAGE: &str = "usage: cargo xtask <chore>

  setup           install what the browser tests need, and only what is missing
  demo [options]  build the program and run the synthetic region with it (also: cargo demo)
  simulate        live 20,000 seeds of whole gateways, or as many as it is told
  nothing-kept    look for what a gateway keeps of its sources' answers, and for what one keeps that does so on purpose
  reproduce       build this commit twice, compare the two, and write down what it is made of and where it comes from;
                  with a package's name, of that one, unoptimised; with --check FOLDER, whether a result is still what was built
  supply          whether licences, crates and origins are as the rules have it, and whether the rules refuse what they must
  tidy [--write]  check the habits of the house; --write renews the generated lists
  validate        have what the converter gives judged by a validator that is not ours
  verify          everything a change must pass, in order (also: cargo verify)
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            say::fault(&fault);
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> Result<(), String> {
    let root = root()?;
    let (chore, rest) = arguments.split_first().ok_or(USAGE)?;
    match (chore.as_str(), rest) {
        ("setup", []) => setup::run(&root),
        ("demo", options) => demo::run(&root, options),
        ("nothing-kept", []) => nothing_kept::run(&root),
        ("reproduce", options) => reproduce::run(&root, options),
        ("simulate", options) => simulate::run(&root, options),
        ("supply", []) => supply::check(&root),
        ("tidy", []) => tidy::check(&root),
        ("tidy", [flag]) if flag == "--write" => tidy::write(&root),
        ("validate", []) => validate::run(&root),
        ("verify", []) => verify::run(&root),
        _ => Err(USAGE.to_owned()),
    }
}

/// The workspace root, wherever in it the chore was called from: as cargo says at run time, or git. Compiled in, it would make each machine's
/// program another one.
fn root() -> Result<PathBuf, String> {
    if let Some(here) = std::env::var_os("CARGO_MANIFEST_DIR") {
        let root = PathBuf::from(here).parent().map(PathBuf::from);
        return root.ok_or_else(|| "xtask stands outside its workspace".to_owned());
    }
    let asked = step::told(Path::new("."), "git", &["rev-parse", "--show-toplevel"]);
    asked
        .map(PathBuf::from)
        .map_err(|_| "the chores are done in a workspace, and there is none here".to_owned())
}
