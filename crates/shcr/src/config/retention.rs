//! How long the audit is kept: takes `[retention]`. The Caldicott Guardian's choice; without it nothing is ever deleted.

use audit::retention::Period;
use serde::Deserialize;

/// `[retention]`
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(crate) struct Retention {
    /// Bodies of entries, such as `8 years`.
    pub(crate) entries: Option<Period>,
    /// What each disclosure released, which may go earlier.
    pub(crate) manifests: Option<Period>,
}
