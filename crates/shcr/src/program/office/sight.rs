//! A store as somebody may read it, at the officers' pages or at a terminal: what it gives is the same at both.

use super::Scope;
use audit::Store;
use federation::SourceConfig;

pub(crate) struct Sight<'a> {
    pub(crate) store: &'a Store,
    /// Partners' names.
    pub(crate) sources: &'a [SourceConfig],
    pub(crate) scope: Scope,
}

impl Sight<'_> {
    /// The partner's name, by its source's id.
    pub(super) fn partner_named(&self, source: &str) -> String {
        let known = self.sources.iter().find(|known| known.id.to_string() == source);
        known.map_or_else(|| source.to_owned(), |known| known.partner.clone())
    }
}
