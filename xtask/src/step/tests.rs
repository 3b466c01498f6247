//! The counting of tests, and the words of a failed step.

use super::*;

#[test]
fn both_runners_summaries_are_counted() {
    let cargo =
        "test result: ok. 31 passed; 2 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s";
    assert_eq!(counted(cargo), Counts { passed: 31, failed: 2, skipped: 1 });
    assert_eq!(counted("  12 passed (9.1s)"), Counts { passed: 12, failed: 0, skipped: 0 });
    assert_eq!(counted("  2 skipped"), Counts { passed: 0, failed: 0, skipped: 2 });
}

#[test]
fn a_line_that_only_speaks_of_tests_is_not_counted() {
    assert_eq!(counted("test counts::passed ... ok"), Counts::default());
    assert_eq!(counted("12 passed over in silence"), Counts::default());
    assert_eq!(counted(""), Counts::default());
}

#[test]
fn a_failed_step_names_the_command_that_repeats_it() {
    let step =
        Step { name: "no", folder: Path::new("/"), command: &["false", "a b"], environment: &[("K", "v")] };
    let fault = run(&step).expect_err("`false` fails");
    assert!(fault.contains("(cd / && K=v false 'a b')"), "{fault}");
}

#[test]
fn a_program_that_is_not_there_is_said() {
    let step =
        Step { name: "no", folder: Path::new("/"), command: &["no-such-program-here"], environment: &[] };
    assert!(run(&step).expect_err("absent").contains("cannot be started"));
}
