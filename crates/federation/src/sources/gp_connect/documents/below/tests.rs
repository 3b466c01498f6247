//! What lies below a practice's root, and what only looks so.

use super::path;

const ROOT: &str = "https://gp.example/ZZ901/documents/fhir";

#[test]
fn an_address_below_the_root_gives_its_path() {
    let table = [
        ("https://gp.example/ZZ901/documents/fhir/Binary/b1", "Binary/b1"),
        ("https://GP.example:443/ZZ901/documents/fhir/Binary/b1", "Binary/b1"),
        (
            "https://gp.example/ZZ901/documents/fhir/Patient/p1/DocumentReference?page=2",
            "Patient/p1/DocumentReference?page=2",
        ),
        ("Binary/b1", "Binary/b1"),
    ];
    for (address, expected) in table {
        assert_eq!(path(ROOT, address).as_deref(), Some(expected));
        assert_eq!(path(&format!("{ROOT}/"), address).as_deref(), Some(expected));
    }
}

#[test]
fn no_other_address_is_followed() {
    let long = format!("{ROOT}/Binary/{}", "b".repeat(3000));
    let table = [
        "https://elsewhere.example/ZZ901/documents/fhir/Binary/b1",
        "http://gp.example/ZZ901/documents/fhir/Binary/b1",
        "https://gp.example:8443/ZZ901/documents/fhir/Binary/b1",
        "https://gp.example/ZZ901/documents/fhirs/Binary/b1",
        "https://gp.example/ZZ902/documents/fhir/Binary/b1",
        "https://gp.example/ZZ901/documents/fhir/../../ZZ902/Binary/b1",
        "https://gp.example/ZZ901/documents/fhir/%2e%2e/structured/Binary/b1",
        "https://gp.example/ZZ901/documents/fhir/x%2f..%2f..%2fb1",
        "https://user@gp.example/ZZ901/documents/fhir/Binary/b1",
        "https://gp.example/ZZ901/documents/fhir/Binary/b1#x",
        "//elsewhere.example/ZZ901/documents/fhir/Binary/b1",
        "/Binary/b1",
        "https://gp.example/ZZ901/documents/fhir/",
        "javascript:alert(1)",
        "file:///etc/passwd",
        "",
        &long,
    ];
    for address in table {
        assert_eq!(path(ROOT, address), None, "HAZ-041: {address}");
    }
}
