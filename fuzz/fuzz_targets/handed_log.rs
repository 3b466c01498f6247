//! A partner's own log as it is handed over, lines or a table: never a panic, and every line is counted (HAZ-028).
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(handed) = audit::reconcile::read(bytes) else { return };
    let twice = audit::reconcile::read(bytes).expect("HAZ-028: the same bytes, refused");
    assert_eq!(format!("{handed:?}"), format!("{twice:?}"), "HAZ-028: read otherwise the second time");
});
