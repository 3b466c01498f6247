//! Ten kills over a small extract, with the program just built: `SHCR_PROGRAM`, or that of this workspace.
// shows: R62

use super::*;
use std::process::Command;

pub(crate) fn program() -> PathBuf {
    if let Some(named) = std::env::var_os("SHCR_PROGRAM") {
        return PathBuf::from(named);
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let build =
        Command::new("cargo").args(["build", "--quiet", "--package", "shcr"]).current_dir(root).status();
    assert!(build.unwrap().success(), "the program cannot be built: cargo build --package shcr");
    let target =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), |path| root.join(path));
    target.join("debug/shcr")
}

// shows: F30
/// HAZ-042: what is answered after a kill is the extract before or the extract after, whole.
#[tokio::test]
async fn a_load_killed_at_any_moment_leaves_one_extract_or_the_other_and_never_a_mix() {
    let plan = Plan { kills: 10, people: 1_500, seed: 7 };
    let told = run(&program(), plan, &mut |_| {}).await.unwrap();
    assert_eq!(told.kills(), 10);
    assert!(told.ended_old() > 0, "no kill came in time: {told}");
    assert!(told.ended_old() < 10, "none was published: {told}");
}
