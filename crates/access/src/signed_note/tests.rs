//! Notes as others make them, and what a signature does not hold for.

use super::*;

/// A published example of the form.
const KEY: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const TEXT: &str =
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
const NOTE: &str = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n\u{2014} PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

#[test]
fn a_note_made_elsewhere_is_verified() {
    let key = Verifier::parse(KEY).unwrap();
    assert_eq!((key.name(), key.to_string().as_str()), ("PeterNeumann", KEY));
    assert!(key.has_signed(NOTE, TEXT), "HAZ-055");
    assert!(!key.has_signed(NOTE, "If you think\n"), "HAZ-055: part of it is not it");
    assert!(!key.has_signed(&NOTE.replace("answer", "anwser"), &TEXT.replace("answer", "anwser")), "HAZ-055");
}

#[test]
fn two_sign_one_text_and_a_changed_text_is_signed_by_nobody() {
    let (one, kept) = SigningKey::generate("one.example").unwrap();
    let (two, _) = SigningKey::generate("two.example").unwrap();
    let text = "sharing agreement 1\nabc\n";
    let note = two.sign(&one.sign("", text), text);
    let again = SigningKey::parse(&kept).unwrap();
    assert_eq!(again.sign(&note, text), note, "signing twice signs once");
    for key in [&one, &two] {
        assert!(key.verifier().has_signed(&note, text));
        assert!(!key.verifier().has_signed(&note, "sharing agreement 1\nabd\n"), "HAZ-055");
    }
    let other = "sharing agreement 1\nabd\n";
    assert!(
        !two.verifier().has_signed(&one.sign(&note, other), other),
        "HAZ-055: old signatures are dropped"
    );
}

#[test]
fn what_is_no_key_is_refused() {
    for text in [
        "",
        "a+b",
        "a+00000000+AAAA",
        &KEY.replace("c74f20a3", "c74f20a4"),
        &KEY.replace("PeterNeumann", "Peter Neumann"),
    ] {
        assert!(Verifier::parse(text).is_err(), "`{text}`");
    }
    assert!(SigningKey::parse(KEY).is_err() && SigningKey::generate("a b").is_err());
}
