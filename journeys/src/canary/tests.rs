//! The positive control: a canary that is there is found, however it is written.

use super::*;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

#[test]
fn a_canary_is_found_in_every_encoding() {
    let canaries = Canaries::new(&["TESTPATIENT", "999 123 4578"]);
    let base64 = |text: &str| URL_SAFE_NO_PAD.encode(text);
    let hidden = [
        "x TestPatient y".to_lowercase(),
        "5445535450415449454e54".to_owned(),
        "?n=999%20123%204578".to_owned(),
        base64("TESTPATIENT, x"),
        base64("aTESTPATIENT, x"),
        base64("abTESTPATIENT"),
    ];
    for text in hidden {
        assert_eq!(canaries.found_in(text.as_bytes()).len(), 1, "HAZ-049: {text}");
    }
    assert_eq!(canaries.found_in(b"nothing of the kind"), [] as [&str; 0]);
}
