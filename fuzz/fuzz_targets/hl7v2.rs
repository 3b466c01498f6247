//! HL7 v2 messages, alone and in batches: never a panic, every one told, and what was taken can be shown (HAZ-042).
#![no_main]

use edge::intake::hl7v2::Hl7v2;
use libfuzzer_sys::fuzz_target;

#[path = "intake.rs"]
mod intake;

fuzz_target!(|bytes: &[u8]| intake::read(&Hl7v2::default(), bytes));
