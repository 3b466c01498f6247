//! A cookie header as any browser, or nobody's, sends it: one secret or none (HAZ-002).
#![no_main]

use access::session::{decode, encode, read_cookie};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|header: &str| {
    let Some(secret) = read_cookie(header) else { return };
    let text = encode(&secret);
    assert_eq!(decode(&text), Some(secret));
    assert!(header.contains(&text), "HAZ-002: a second spelling of a secret");
    let doubled = format!("{header}; {header}");
    assert_eq!(read_cookie(&doubled), None, "HAZ-002: two are nobody's");
});
