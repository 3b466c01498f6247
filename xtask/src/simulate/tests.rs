//! What is said, and what it becomes.

use super::*;

#[test]
fn options_become_what_the_simulation_reads_and_others_are_refused() {
    let said = |text: &str| environment(&text.split_whitespace().map(str::to_owned).collect::<Vec<_>>());
    let many = ("SHCR_SIMULATE_SEEDS", "20000".to_owned());
    assert_eq!(said("").unwrap(), std::slice::from_ref(&many));
    let one = said("--seed 7 --only Slow,Crash").unwrap();
    let seed = ("SHCR_SIMULATE_SEED", "7".to_owned());
    assert_eq!(one, [many, seed, ("SHCR_SIMULATE_ONLY", "Slow,Crash".to_owned())]);
    assert_eq!(said("--seeds").unwrap_err(), USAGE);
    assert_eq!(said("--seconds 7").unwrap_err(), USAGE);
}
