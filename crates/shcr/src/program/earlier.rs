//! Logs that ended and that this one goes on from: takes `[[audit.earlier]]`, gives them to be read and served under their own names.
//! Refuses to begin a log that follows another without two people's word.

use crate::config::Config;
use audit::{Place, Store};
use miette::{IntoDiagnostic, WrapErr, miette};

/// The newest last.
pub(crate) fn read(config: &Config, store: &Store) -> miette::Result<Vec<Store>> {
    let earlier = config.audit.earlier.iter().map(|one| {
        let key = super::key_in(&one.key_file)?;
        let said = || format!("the earlier log in `{}` cannot be read", one.store.display());
        store.earlier(&one.place()?, &key).into_diagnostic().wrap_err_with(said)
    });
    earlier.collect()
}

/// What follows another begins with its end.
pub(crate) fn must_be_begun(config: &Config, place: &Place) -> miette::Result<()> {
    let begun = config.audit.earlier.is_empty() || audit::is_begun(place).into_diagnostic()?;
    begun.then_some(()).ok_or_else(|| {
        miette!(
            "this log goes on from another and is not begun: two people begin it with `shcr audit succeed`"
        )
    })
}

/// The last part of a log's name.
pub(crate) fn shard(origin: &str) -> &str {
    origin.rsplit('/').next().unwrap_or_default()
}
