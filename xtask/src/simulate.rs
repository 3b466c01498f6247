//! Takes how many seeds or which one, gives the simulation of whole gateways, lived in a release build over all cores; refuses an option
//! it does not know. A seed that fails is told with the command that runs it again.

#[cfg(test)]
mod tests;

use crate::step::{self, Step};
use std::path::Path;

const USAGE: &str = "usage: cargo xtask simulate [--seeds N] [--from N] | --seed N [--only CLASS,CLASS]";
const TEST: &str =
    "opening::simulation::tests::whatever_fails_the_laws_hold_and_afterwards_a_record_opens_whole";
/// Unless another number is said.
const SEEDS: &str = "20000";

/// Options, and what the simulation calls them.
const OPTIONS: [(&str, &str); 4] = [
    ("--seeds", "SHCR_SIMULATE_SEEDS"),
    ("--from", "SHCR_SIMULATE_FROM"),
    ("--seed", "SHCR_SIMULATE_SEED"),
    ("--only", "SHCR_SIMULATE_ONLY"),
];

pub(crate) fn run(root: &Path, options: &[String]) -> Result<(), String> {
    let environment = environment(options)?;
    let environment: Vec<(&str, &str)> =
        environment.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let command = [
        "cargo",
        "test",
        "--release",
        "--locked",
        "--package",
        "shcr",
        "--bin",
        "shcr",
        "--",
        "--exact",
        TEST,
        "--nocapture",
    ];
    step::run(&Step { name: "simulation", folder: root, command: &command, environment: &environment })
        .map(drop)
}

fn environment(options: &[String]) -> Result<Vec<(&'static str, String)>, String> {
    let mut environment = vec![("SHCR_SIMULATE_SEEDS", SEEDS.to_owned())];
    for pair in options.chunks(2) {
        let [option, value] = pair else { return Err(USAGE.to_owned()) };
        let (_, name) = OPTIONS.into_iter().find(|(known, _)| known == option).ok_or(USAGE)?;
        environment.retain(|(known, _)| *known != name);
        environment.push((name, value.clone()));
    }
    Ok(environment)
}
