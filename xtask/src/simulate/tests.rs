//! What is said, and what it becomes.

use super::*;

#[test]
fn options_become_what_the_simulation_reads_and_others_are_refused() {
    let said = |text: &str| environment(&text.split_whitespace().map(str::to_owned).collect::<Vec<_>>());
    assert_eq!(said("").unwrap(), []);
    let one = said("--seed 7 --only Slow,Crash").unwrap();
    assert_eq!(
        one,
        [("SHCR_SIMULATE_SEED", "7".to_owned()), ("SHCR_SIMULATE_ONLY", "Slow,Crash".to_owned())]
    );
    assert_eq!(said("--seeds").unwrap_err(), USAGE);
    assert_eq!(said("--seconds 7").unwrap_err(), USAGE);
}
