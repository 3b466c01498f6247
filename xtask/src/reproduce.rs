//! Builds one commit twice, in two folders, and compares what comes out, byte by byte; gives what it is made of (`sbom.cdx.json`) and where it
//! comes from (`provenance.json`) beside it. Refuses two builds that differ, and, asked to check, a program that is not the one these name.
//! Source: CycloneDX 1.6; in-toto Statement 1 with SLSA Provenance 1.

/// What stands beside a program.
mod beside;
#[cfg(test)]
mod tests;

use crate::step::{self, Step, told};
use crate::{demo, say};
use std::path::{Path, PathBuf};

/// Names of what a release has.
pub(crate) const SBOM: &str = "sbom.cdx.json";
pub(crate) const PROVENANCE: &str = "provenance.json";

/// What is built, and how.
#[derive(Clone, Copy)]
pub(crate) struct Build<'a> {
    pub(crate) package: &'a str,
    pub(crate) release: bool,
}

/// `reproduce [PACKAGE]`: the commit that is checked out; of the program itself as it ships. Says where the result lies.
pub(crate) fn run(root: &Path, options: &[String]) -> Result<(), String> {
    match options {
        [] => twice(root, Build { package: "shcr", release: true }).map(drop),
        [flag, folder] if flag == "--check" => beside::check(root, Path::new(folder)),
        [package] if !package.starts_with('-') => twice(root, Build { package, release: false }).map(drop),
        _ => Err("usage: cargo xtask reproduce [PACKAGE] | --check FOLDER".to_owned()),
    }
}

/// Where there is a commit; says loudly where there is none, as in an archive that somebody unpacked.
pub(crate) fn where_a_commit_is(root: &Path, build: Build<'_>) -> Result<(), String> {
    if told(root, "git", &["rev-parse", "HEAD"]).is_err() {
        say::line("LEFT OUT: two builds of one commit: there is no commit here");
        return Ok(());
    }
    twice(root, build).map(drop)
}

/// Both builds have one hash, or they are refused. Gives the folder of the result.
pub(crate) fn twice(root: &Path, build: Build<'_>) -> Result<PathBuf, String> {
    let commit = told(root, "git", &["rev-parse", "HEAD"])?;
    let place = demo::target(root).join("reproduce");
    // Paths of other lengths: what holds a path differs.
    let (first, second) = (place.join("one"), place.join("another/and-deeper"));
    let programs = [built(root, build, &first)?, built(root, build, &second)?];
    let [one, another] = programs.each_ref().map(|program| hash(program));
    let (one, another) = (one?, another?);
    if one != another {
        let [first, second] = programs.map(|program| program.display().to_string());
        return Err(format!("two builds of {commit} differ:\n{one} {first}\n{another} {second}"));
    }
    let result = place.join("result");
    let fault = |error| format!("`{}`: {error}", result.display());
    std::fs::create_dir_all(&result).map_err(fault)?;
    let [program, _] = programs;
    std::fs::copy(&program, result.join(build.package)).map_err(fault)?;
    beside::write(root, build, &result, (&commit, &one))?;
    say::line(&format!("two builds of {commit} are one: {one} `{}`", result.display()));
    Ok(result)
}

/// From the commit alone, in a folder of its own, with nothing of the folder in it.
fn built(root: &Path, build: Build<'_>, folder: &Path) -> Result<PathBuf, String> {
    let source = folder.join("source");
    if source.exists() {
        std::fs::remove_dir_all(&source).map_err(|error| format!("`{}`: {error}", source.display()))?;
    }
    std::fs::create_dir_all(&source).map_err(|error| format!("`{}`: {error}", source.display()))?;
    let into = source.display().to_string();
    let unpack = format!("git archive HEAD | tar -x -C '{into}'");
    step::run(&Step { name: "source", folder: root, command: &["sh", "-c", &unpack], environment: &[] })?;
    let (target, flags) = (folder.join("target").display().to_string(), flags(&source)?);
    let profile: &[&str] = if build.release { &["--release"] } else { &[] };
    let command = [&["cargo", "build", "--locked", "--package", build.package], profile].concat();
    let environment = [
        ("CARGO_TARGET_DIR", target.as_str()),
        ("CARGO_ENCODED_RUSTFLAGS", flags.as_str()),
        ("CARGO_INCREMENTAL", "0"),
        ("SOURCE_DATE_EPOCH", "0"),
    ];
    step::run(&Step { name: "build", folder: &source, command: &command, environment: &environment })?;
    let profile = if build.release { "release" } else { "debug" };
    Ok(folder.join("target").join(profile).join(build.package))
}

/// Every folder of this machine that a build writes down, under a name of its own; separated as Cargo wants them.
fn flags(source: &Path) -> Result<String, String> {
    let home = std::env::var("CARGO_HOME").or_else(|_| std::env::var("HOME").map(|home| home + "/.cargo"));
    let home = home.map_err(|_| "there is neither CARGO_HOME nor HOME".to_owned())?;
    let toolchain = told(source, "rustc", &["--print", "sysroot"])?;
    let target = source.with_file_name("target").display().to_string();
    let source = source.display().to_string();
    let named = [(source, "/source"), (target, "/target"), (home, "/cargo"), (toolchain, "/rust")];
    let named = named.map(|(folder, name)| format!("--remap-path-prefix={folder}={name}"));
    Ok(named.join("\u{1f}"))
}

/// SHA-256 of a file, hexadecimal.
fn hash(file: &Path) -> Result<String, String> {
    // From where the chore was called: there its path leads.
    let said = told(Path::new("."), "sha256sum", &["--", &file.display().to_string()])?;
    said.split_whitespace().next().map(str::to_owned).ok_or_else(|| "`sha256sum` said nothing".to_owned())
}
