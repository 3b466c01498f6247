//! NHS 111 reports in their envelope: never a panic, no entity, no document type, nothing from elsewhere (HAZ-042).
#![no_main]

use edge::intake::cda::Cda;
use libfuzzer_sys::fuzz_target;

#[path = "intake.rs"]
mod intake;

fuzz_target!(|bytes: &[u8]| intake::read(&Cda { restricted_is_ordinary: false }, bytes));
