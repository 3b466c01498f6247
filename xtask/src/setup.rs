//! Takes the machine as it is, gives it what the tests need; refuses, naming the command, where it may not install.
//! Only what is missing is installed: PostgreSQL's programs, Chromium, Firefox and a font from Debian, and the Node modules pinned in
//! `journeys/browser`. No server is made or started: the tests make their own.

use crate::say;
use crate::step::{self, Step};
use std::path::Path;
use std::process::{Command, Stdio};

/// Debian's packages, each with the file that shows it is there.
const PACKAGES: [(&str, &str); 3] = [
    ("chromium", "/usr/bin/chromium"),
    ("firefox-esr", "/usr/bin/firefox-esr"),
    ("fonts-liberation", "/usr/share/fonts/truetype/liberation"),
];

/// Where Debian puts each version of the server's programs.
const DATABASES: &str = "/usr/lib/postgresql";
/// Says whether installing the server's programs makes a server as well.
const DATABASE_MADE: &str = "/etc/postgresql-common/createcluster.conf";

/// Runs every part; each does nothing where its result already stands.
pub(crate) fn run(root: &Path) -> Result<(), String> {
    database(root)?;
    browser(root)
}

/// What the browser tests need.
pub(crate) fn browser(root: &Path) -> Result<(), String> {
    let missing: Vec<&str> =
        PACKAGES.iter().filter(|(_, file)| !Path::new(file).exists()).map(|(name, _)| *name).collect();
    if missing.is_empty() {
        say::line("setup: Chromium, Firefox and their font are installed");
    } else {
        may_install("the browser tests", &missing)?;
        lists(root)?;
        install(root, &missing)?;
    }
    node_modules(&root.join("journeys/browser"))
}

/// What the tests of the edge node's store on a server need.
pub(crate) fn database(root: &Path) -> Result<(), String> {
    let versions = std::fs::read_dir(DATABASES).into_iter().flatten().flatten();
    if versions.into_iter().any(|version| version.path().join("bin/initdb").exists()) {
        say::line("setup: PostgreSQL's programs are installed");
        return Ok(());
    }
    may_install("the tests of a store on a server", &["postgresql"])?;
    lists(root)?;
    install(root, &["postgresql-common"])?;
    let fault = |error| format!("`{DATABASE_MADE}`: {error}");
    let before = std::fs::read_to_string(DATABASE_MADE).map_err(fault)?;
    std::fs::write(DATABASE_MADE, without_a_server(&before)).map_err(fault)?;
    let installed = install(root, &["postgresql"]);
    std::fs::write(DATABASE_MADE, before).map_err(fault)?;
    installed
}

/// The same settings, but no server comes of an installation.
fn without_a_server(settings: &str) -> String {
    let others = settings.lines().filter(|line| !line.trim_start().starts_with("create_main_cluster"));
    others.chain(["create_main_cluster = false"]).map(|line| format!("{line}\n")).collect()
}

fn may_install(whom: &str, packages: &[&str]) -> Result<(), String> {
    if is_root() && Path::new("/usr/bin/apt-get").exists() {
        return Ok(());
    }
    let (what, command) = (packages.join(", "), installation(packages).join(" "));
    Err(format!("{whom} need {what}. As root, run:\n   apt-get update && {command}"))
}

fn installation<'a>(packages: &[&'a str]) -> Vec<&'a str> {
    let command = ["apt-get", "install", "-y", "--no-install-recommends"];
    command.into_iter().chain(packages.iter().copied()).collect()
}

fn lists(root: &Path) -> Result<(), String> {
    apt(root, "package lists", &["apt-get", "update", "--quiet"])
}

fn install(root: &Path, packages: &[&str]) -> Result<(), String> {
    apt(root, "packages", &installation(packages))
}

fn apt(root: &Path, name: &str, command: &[&str]) -> Result<(), String> {
    let quiet = [("DEBIAN_FRONTEND", "noninteractive")];
    step::run(&Step { name, folder: root, command, environment: &quiet }).map(drop)
}

/// The modules pinned in a folder, installed where they are not yet.
pub(crate) fn node_modules(folder: &Path) -> Result<(), String> {
    if !Command::new("npm")
        .arg("--version")
        .stdout(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
    {
        return Err(
            "the checks need Node 20 or later with npm. As root, run:\n   apt-get install -y nodejs npm"
                .to_owned(),
        );
    }
    if is_fresh(folder) {
        say::line("setup: the Node modules are installed");
        return Ok(());
    }
    let command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"];
    let environment = [("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")];
    step::run(&Step { name: "Node modules", folder, command: &command, environment: &environment }).map(drop)
}

/// npm writes its hidden lock file last; older than the committed one means another set of modules.
fn is_fresh(folder: &Path) -> bool {
    let changed = |file: &str| folder.join(file).metadata().and_then(|meta| meta.modified()).ok();
    match (changed("node_modules/.package-lock.json"), changed("package-lock.json")) {
        (Some(installed), Some(wanted)) => installed >= wanted,
        _ => false,
    }
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output();
    id.is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_installation_is_told_to_make_no_server() {
        let settings =
            "# Default values\n\n#create_main_cluster = true\ncreate_main_cluster = true\nssl = on\n";
        let without = without_a_server(settings);
        assert_eq!(
            without,
            "# Default values\n\n#create_main_cluster = true\nssl = on\ncreate_main_cluster = false\n"
        );
        assert_eq!(without_a_server(&without), without);
    }
}
