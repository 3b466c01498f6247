//! Gives the proof that nothing is kept with its control: the program as it ships is looked through, and one that keeps on purpose must
//! be caught in every channel and every form (decision 0058). Refuses where either is not so.

use crate::demo;
use crate::step::{self, Step};
use std::path::Path;

pub(crate) fn run(root: &Path) -> Result<(), String> {
    let leaky = built(root, &["--features", "leaky"], "shcr-leaky")?;
    let plain = built(root, &[], "shcr-plain")?;
    let command =
        ["cargo", "test", "--workspace", "--locked", "--test", "main", "--", "nothing_kept", "--nocapture"];
    let environment = [("SHCR_PROGRAM", plain.as_str()), ("SHCR_LEAKY", leaky.as_str())];
    step::run(&Step { name: "nothing kept", folder: root, command: &command, environment: &environment })
        .map(drop)
}

/// As it ships, without what tests have beside it. Laid aside under a name of its own: the next build writes in its place.
fn built(root: &Path, features: &[&str], name: &str) -> Result<String, String> {
    let command = [&["cargo", "build", "--package", "shcr", "--locked"], features].concat();
    step::run(&Step { name: "build", folder: root, command: &command, environment: &[] })?;
    let to = demo::target(root).join("debug").join(name);
    // Where the old one still runs its file cannot be written.
    let _ = std::fs::remove_file(&to);
    std::fs::copy(demo::program(root), &to).map_err(|error| format!("`{}`: {error}", to.display()))?;
    Ok(to.display().to_string())
}
