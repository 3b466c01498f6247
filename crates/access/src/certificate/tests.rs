//! Which certificate is whose.

use super::*;
use crate::testing::certificate;

#[test]
fn a_certificate_is_known_by_thumbprint_or_by_name_and_by_nothing_else() {
    let (ours, theirs) = (certificate("pas.trust.example"), certificate("pas.other.example"));
    let named = Registered::parse("pas.trust.example").unwrap();
    assert!(named.is(&ours) && !named.is(&theirs), "HAZ-046");
    let colons: Vec<String> = ours
        .thumbprint()
        .to_uppercase()
        .as_bytes()
        .chunks(2)
        .map(|pair| String::from_utf8_lossy(pair).into())
        .collect();
    let printed = Registered::parse(&format!("sha256:{}", colons.join(":"))).unwrap();
    assert!(printed.is(&ours) && !printed.is(&theirs), "HAZ-046");
    assert!(!named.is(&Certificate::new(b"not a certificate")), "HAZ-046");
}

#[test]
fn a_registration_that_could_mean_many_is_refused() {
    for text in ["", "*.trust.example", "sha256:", "sha256:00", "127.0.0.1", "a b", "CN=pas"] {
        assert_eq!(Registered::parse(text), None, "HAZ-047: `{text}`");
    }
}
