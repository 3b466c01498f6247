//! Signed notes, checkpoints and proofs as anybody may send them: what is read is written as it was (HAZ-030).
#![no_main]

use audit::signed::{Note, Verifier, checkpoint::Checkpoint, proof::TlogProof};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(note) = Note::parse(text) {
        assert!(text.starts_with(&note.text), "HAZ-030");
    }
    if let Some(checkpoint) = Checkpoint::parse(text) {
        assert_eq!(checkpoint.text(), text, "HAZ-030: two texts of one checkpoint");
    }
    if let Some(proof) = TlogProof::parse(text) {
        let again = TlogProof::parse(&proof.text());
        assert_eq!(again.as_ref(), Some(&proof), "HAZ-030");
        proof.holds(&[7; 32]);
    }
    if let Ok(verifier) = Verifier::parse(text) {
        assert_eq!(verifier.to_string(), text, "HAZ-030: two texts of one key");
    }
});
