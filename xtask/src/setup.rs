//! Takes the machine as it is, gives it what the browser tests need; refuses, naming the command, where it may not install.
//! Only what is missing is installed: Chromium and a font from Debian, and the Node modules pinned in `journeys/browser`.

use crate::say;
use crate::step::{self, Step};
use std::path::Path;
use std::process::{Command, Stdio};

/// Debian's packages, each with the file that shows it is there.
const PACKAGES: [(&str, &str); 2] =
    [("chromium", "/usr/bin/chromium"), ("fonts-liberation", "/usr/share/fonts/truetype/liberation")];

/// Runs every part; each does nothing where its result already stands.
pub(crate) fn run(root: &Path) -> Result<(), String> {
    packages(root)?;
    node_modules(&root.join("journeys/browser"))
}

fn packages(root: &Path) -> Result<(), String> {
    let missing: Vec<&str> =
        PACKAGES.iter().filter(|(_, file)| !Path::new(file).exists()).map(|(name, _)| *name).collect();
    if missing.is_empty() {
        say::line("setup: Chromium and its font are installed");
        return Ok(());
    }
    let mut install = vec!["apt-get", "install", "-y", "--no-install-recommends"];
    install.extend(&missing);
    if !is_root() || !Path::new("/usr/bin/apt-get").exists() {
        let command = install.join(" ");
        return Err(format!(
            "the browser tests need {}. As root, run:\n   apt-get update && {command}",
            missing.join(", ")
        ));
    }
    let quiet = [("DEBIAN_FRONTEND", "noninteractive")];
    let update = ["apt-get", "update", "--quiet"];
    step::run(&Step { name: "package lists", folder: root, command: &update, environment: &quiet })?;
    step::run(&Step { name: "packages", folder: root, command: &install, environment: &quiet }).map(drop)
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
