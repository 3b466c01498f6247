//! The supply chain: takes the lock file and the rules (`deny.toml`), refuses a licence, a crate or an origin that these do not allow; tries the
//! same rules on lock files somebody who means harm would have, and refuses to go on where one of them passes.

use crate::demo;
use crate::say;
use crate::step::{self, Step};
use std::path::Path;
use std::process::Command;

/// Versions that were taken back.
mod yanked;

/// Its findings change with its version, so the version changes on purpose.
const CARGO_DENY: &str = "0.20.2";
/// What must be refused: the crate's name, how it is had, and what the checker says of it.
const WRONG: [(&str, &str, &str); 3] = [
    ("tokoi", "git = \"file://{}\"", "source-not-allowed"),
    ("openssl", "path = \"{}\"", "banned"),
    ("josekit", "path = \"{}\"", "banned"),
];

/// Licences, bans and sources. The checker is built once, into the target folder, and unoptimised: it has little to read.
pub(crate) fn check(root: &Path) -> Result<(), String> {
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
    step::run(&Step { name: "supply chain", folder: root, command: &command, environment: &[] })?;
    refuses(root, &program)?;
    yanked::check(root)
}

/// The rules' own control.
fn refuses(root: &Path, program: &str) -> Result<(), String> {
    for (name, had, said) in WRONG {
        let folder = demo::target(root).join("tools/wrong").join(name);
        let place =
            lay(root, &folder, (name, had)).map_err(|error| format!("`{}`: {error}", folder.display()))?;
        let ran = Command::new(program)
            .args(["--log-level", "error", "check", "bans", "sources"])
            .current_dir(&place)
            .output()
            .map_err(|error| format!("`{program}` cannot be started: {error}"))?;
        let told = String::from_utf8_lossy(&ran.stderr);
        if ran.status.success() || !told.contains(said) {
            return Err(format!("the rules of the supply chain let `{name}` in: {told}"));
        }
    }
    say::line(&format!("supply chain: {} wrong lock files are refused", WRONG.len()));
    Ok(())
}

/// A workspace of two crates under our rules, one of which is had in a way that it may not be.
fn lay(root: &Path, folder: &Path, (name, had): (&str, &str)) -> std::io::Result<std::path::PathBuf> {
    if folder.exists() {
        std::fs::remove_dir_all(folder)?;
    }
    let (other, own) = (folder.join("other"), folder.join("own"));
    let had = had.replace("{}", &other.display().to_string());
    for (place, package, more) in
        [(&other, name, String::new()), (&own, "wrong", format!("{name} = {{ {had}, version = \"1\" }}\n"))]
    {
        std::fs::create_dir_all(place.join("src"))?;
        std::fs::write(place.join("src/lib.rs"), "")?;
        let text = format!(
            "[package]\nname = \"{package}\"\nversion = \"1.0.0\"\nedition = \"2024\"\nlicense = \"MIT\"\npublish = false\n\
             [dependencies]\n{more}[workspace]\n"
        );
        std::fs::write(place.join("Cargo.toml"), text)?;
    }
    std::fs::copy(root.join("deny.toml"), own.join("deny.toml"))?;
    let git = |arguments: &[&str]| {
        let name = ["-c", "user.name=nobody", "-c", "user.email=nobody@example.invalid"];
        Command::new("git").args(name).args(arguments).current_dir(&other).output().map(drop)
    };
    git(&["init", "--quiet"])?;
    git(&["add", "."])?;
    git(&["commit", "--quiet", "--message", "a crate"])?;
    Ok(own)
}
