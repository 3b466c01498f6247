//! What stands beside a program: takes the lock file it was built by, its commit and its hash, gives what it is made of and where it comes
//! from; takes a folder with all three, says whether they belong together.

use super::{Build, PROVENANCE, SBOM, hash};
use crate::{say, step::told};
use std::path::Path;

pub(super) fn write(
    root: &Path,
    build: Build<'_>,
    result: &Path,
    (commit, program): (&str, &str),
) -> Result<(), String> {
    let put = |name: &str, text: String| {
        std::fs::write(result.join(name), text).map_err(|error| format!("`{name}`: {error}"))
    };
    let lock = told(root, "git", &["show", "HEAD:Cargo.lock"])?;
    put(SBOM, sbom(build.package, &lock))?;
    let (sbom, rustc) = (hash(&result.join(SBOM))?, told(root, "rustc", &["--version"])?);
    put(PROVENANCE, provenance(build, (commit, &rustc), (program, &sbom)))
}

/// Every crate of others that the lock file has, with the hash of what was read: of the whole workspace, its tests included.
pub(super) fn sbom(package: &str, lock: &str) -> String {
    let value = |block: &str, key: &str| {
        let line = block.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(" = "));
        line.map(|value| value.trim_matches('"').to_owned())
    };
    let component = |block: &str| {
        let [name, version, hash] = ["name", "version", "checksum"].map(|key| value(block, key));
        let (name, version, hash) = (name?, version?, hash?);
        Some(format!(
            "    {{\"type\": \"library\", \"name\": \"{name}\", \"version\": \"{version}\", \"purl\": \"pkg:cargo/{name}@{version}\", \
             \"hashes\": [{{\"alg\": \"SHA-256\", \"content\": \"{hash}\"}}]}}"
        ))
    };
    let components: Vec<String> = lock.split("[[package]]").skip(1).filter_map(component).collect();
    format!(
        "{{\n  \"bomFormat\": \"CycloneDX\", \"specVersion\": \"1.6\", \"version\": 1,\n  \
         \"metadata\": {{\"component\": {{\"type\": \"application\", \"name\": \"{package}\"}}}},\n  \
         \"components\": [\n{}\n  ]\n}}\n",
        components.join(",\n")
    )
}

fn provenance(build: Build<'_>, (commit, rustc): (&str, &str), (program, sbom): (&str, &str)) -> String {
    let Build { package, release } = build;
    let subject = |name: &str, hash: &str| {
        format!("    {{\"name\": \"{name}\", \"digest\": {{\"sha256\": \"{hash}\"}}}}")
    };
    format!(
        "{{\n  \"_type\": \"https://in-toto.io/Statement/v1\",\n  \"subject\": [\n{},\n{}\n  ],\n  \
         \"predicateType\": \"https://slsa.dev/provenance/v1\",\n  \"predicate\": {{\n    \
         \"buildDefinition\": {{\"buildType\": \"cargo xtask reproduce\", \"externalParameters\": {{\"package\": \"{package}\", \"release\": {release}}},\n      \
         \"resolvedDependencies\": [{{\"name\": \"commit\", \"digest\": {{\"gitCommit\": \"{commit}\"}}}}]}},\n    \
         \"runDetails\": {{\"builder\": {{\"id\": \"{rustc}\"}}}}\n  }}\n}}\n",
        subject(package, program),
        subject(SBOM, sbom)
    )
}

/// Every file that the provenance names is there and is what it says, and the commit is one of ours.
pub(super) fn check(root: &Path, folder: &Path) -> Result<(), String> {
    let place = folder.join(PROVENANCE);
    let text = std::fs::read_to_string(&place)
        .map_err(|error| format!("no provenance, `{}`: {error}", place.display()))?;
    let named = subjects(&text);
    if named.is_empty() {
        return Err(format!("`{}` names nothing", place.display()));
    }
    for (name, expected) in &named {
        let found = hash(&folder.join(name))?;
        if found != *expected {
            return Err(format!("`{name}` is not what was built: it is {found}, and was {expected}"));
        }
    }
    let commit = between(&text, "\"gitCommit\": \"", "\"").unwrap_or_default();
    told(root, "git", &["cat-file", "-e", &format!("{commit}^{{commit}}")])
        .map_err(|_| format!("nobody here knows the commit `{commit}`"))?;
    say::line(&format!("{} files are what was built of {commit}", named.len()));
    Ok(())
}

/// Names and hashes, as [`provenance`] writes them.
fn subjects(text: &str) -> Vec<(String, String)> {
    let list = between(text, "\"subject\": [", "],").unwrap_or_default();
    let one =
        |line: &str| Some((between(line, "\"name\": \"", "\"")?, between(line, "\"sha256\": \"", "\"")?));
    // A name that leads out of the folder is none.
    list.lines().filter_map(one).filter(|(name, _)| !name.contains('/')).collect()
}

fn between(text: &str, from: &str, to: &str) -> Option<String> {
    Some(text.split_once(from)?.1.split_once(to)?.0.to_owned())
}
