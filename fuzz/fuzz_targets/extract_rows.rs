//! A council's extract: never a panic, every row told, and what was taken can be shown (HAZ-042).
#![no_main]

use edge::intake::client_level_data::{ClientLevelData, Settings};
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;

#[path = "intake.rs"]
mod intake;

static FORMAT: LazyLock<ClientLevelData> = LazyLock::new(|| {
    let settings: Settings = serde_json::from_str(r#"{"numbers": "traced", "descriptions": true}"#).expect("settings");
    ClientLevelData::new(&settings, None).expect("the settings are in order")
});

fuzz_target!(|bytes: &[u8]| intake::read(&*FORMAT, bytes));
