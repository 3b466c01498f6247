//! What is told of a program that is not the one that was built, and of what it is made of. That two builds are one is lived by
//! `cargo verify`, on this very program.

use super::*;
use std::path::Path;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("it stands in its workspace").to_owned()
}

/// A folder as `twice` leaves one, of a program of a few words.
fn result() -> PathBuf {
    static COUNT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
    let count = COUNT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    let folder = std::env::temp_dir().join(format!("shcr-reproduce-{}-{count}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder can be made");
    std::fs::write(folder.join("program"), "as it was built").expect("a file can be written");
    let commit = told(&root(), "git", &["rev-parse", "HEAD"]).expect("a clone");
    let hash = hash(&folder.join("program")).expect("a hash");
    let build = Build { package: "program", release: true };
    beside::write(&root(), build, &folder, (&commit, &hash)).expect("all is written");
    folder
}

#[test]
fn a48_an_altered_program_a_missing_provenance_and_an_unknown_commit_are_refused() {
    if told(&root(), "git", &["rev-parse", "HEAD"]).is_err() {
        return say::line("LEFT OUT: what is refused of a result: there is no commit here");
    }
    let folder = result();
    assert_eq!(beside::check(&root(), &folder), Ok(()));
    let refused = |folder: &Path| beside::check(&root(), folder).expect_err("it is refused");

    std::fs::write(folder.join("program"), "as it was not built").expect("a file can be written");
    assert!(refused(&folder).contains("`program` is not what was built"));
    std::fs::write(folder.join("program"), "as it was built").expect("a file can be written");
    std::fs::write(folder.join(SBOM), "{}").expect("a file can be written");
    assert!(refused(&folder).contains("`sbom.cdx.json` is not what was built"));

    let folder = result();
    let text = std::fs::read_to_string(folder.join(PROVENANCE)).expect("it is there");
    let commit = told(&root(), "git", &["rev-parse", "HEAD"]).expect("a clone");
    std::fs::write(folder.join(PROVENANCE), text.replace(&commit, &"0".repeat(40)))
        .expect("it can be written");
    assert!(refused(&folder).contains("nobody here knows the commit"));
    std::fs::remove_file(folder.join(PROVENANCE)).expect("it was there");
    assert!(refused(&folder).contains("no provenance"));
}

#[test]
fn a48_what_it_is_made_of_names_every_crate_of_the_lock_file_with_its_hash() {
    let lock = std::fs::read_to_string(root().join("Cargo.lock")).expect("it can be read");
    let told = beside::sbom("shcr", &lock);
    let hashes = lock.lines().filter_map(|line| line.strip_prefix("checksum = \"")?.strip_suffix('"'));
    let missing = hashes.filter(|hash| !told.contains(*hash)).count();
    assert_eq!(missing, 0);
    let tokio = told.lines().find(|line| line.contains("\"name\": \"tokio\"")).expect("we use it");
    assert!(tokio.contains("\"purl\": \"pkg:cargo/tokio@1"), "{tokio}");
}
