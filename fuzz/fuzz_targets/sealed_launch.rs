//! A launch as it rests sealed: never a panic, and what is read is written the same (HAZ-001).
#![no_main]

use access::Launch;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(launch) = Launch::from_sealed_bytes(bytes) else { return };
    let once = launch.to_sealed_bytes();
    let again = Launch::from_sealed_bytes(&once).expect("HAZ-001: what was written cannot be read");
    assert_eq!(once, again.to_sealed_bytes(), "HAZ-001");
});
