//! Whose keys what was held back is sealed to: takes the partners' published keys, gives one for every source. Of a partner that
//! published none it is sealed to a key nobody has, so that it looks the same and is lost. Refuses a file that holds no such key.

use crate::config::Config;
use audit::held::{About, HeldFault, PartnersKey};
use audit::manifest::Held;
use miette::{IntoDiagnostic, WrapErr};
use std::collections::BTreeMap;

/// The keys, by source.
pub(crate) struct HeldKeys {
    of_source: BTreeMap<String, PartnersKey>,
    nobodys: PartnersKey,
}

impl HeldKeys {
    pub(crate) fn load(config: &Config) -> miette::Result<Self> {
        let mut of_source = BTreeMap::new();
        for partner in &config.partners {
            let path = &partner.held_key_file;
            let pem = std::fs::read_to_string(path).into_diagnostic();
            let key = pem.and_then(|pem| PartnersKey::parse(&pem).into_diagnostic());
            let said =
                || format!("`{}`, the key of partner `{}`, cannot be used", path.display(), partner.ods);
            let key = key.wrap_err_with(said)?;
            let own = config.sources.iter().filter(|source| source.ods == partner.ods);
            of_source.extend(own.map(|source| (source.id.to_string(), key.clone())));
        }
        let nobodys = PartnersKey::of_nobody().into_diagnostic()?;
        Ok(Self { of_source, nobodys })
    }

    pub(crate) fn seal(&self, about: About<'_>, held: &[Held]) -> Result<String, HeldFault> {
        self.of_source.get(about.source).unwrap_or(&self.nobodys).seal(about, held)
    }
}
