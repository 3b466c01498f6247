//! What a partner published for us to use: takes `[[partners]]`.

use serde::Deserialize;
use std::path::PathBuf;

/// `[[partners]]`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Partner {
    pub(crate) ods: fhir::OdsCode,
    /// Their public X25519 key, PEM. What is held back of their sources' answers is sealed to it.
    pub(crate) held_key_file: PathBuf,
}
