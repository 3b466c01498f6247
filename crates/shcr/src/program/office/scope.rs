//! Takes an officer's organisation, says which entries are theirs to see: what its professionals did, and what was shown of its
//! own data. The region's officers see every partner's.

use audit::{Entry, SourceLine};
use std::collections::BTreeSet;

/// What an officer may see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Scope {
    /// `None`: every partner.
    organisation: Option<String>,
}

impl Scope {
    pub(crate) fn of(organisation: &str, region: &BTreeSet<String>) -> Self {
        let own = (!region.contains(organisation)).then(|| organisation.to_owned());
        Self { organisation: own }
    }

    pub(super) fn is_region(&self) -> bool {
        self.organisation.is_none()
    }

    /// Done by one of their own professionals.
    pub(super) fn is_by_own(&self, entry: &Entry) -> bool {
        let by = entry.who.as_ref().map(|who| who.organisation.as_str());
        self.organisation.as_deref().is_none_or(|own| by == Some(own))
    }

    /// A source of their own.
    pub(super) fn is_own(&self, line: &SourceLine) -> bool {
        self.organisation.as_deref().is_none_or(|own| line.partner.as_deref() == Some(own))
    }

    /// What was held back is the partner's own to know, and nobody else's, the region's officers included.
    pub(super) fn may_know_held(&self, line: &SourceLine) -> bool {
        self.organisation.is_some() && self.is_own(line)
    }

    /// Of an organisation by its code.
    pub(super) fn is_of(&self, organisation: &str) -> bool {
        self.organisation.as_deref().is_none_or(|own| own == organisation)
    }

    pub(super) fn sees(&self, entry: &Entry) -> bool {
        self.is_by_own(entry) || entry.sources.iter().any(|line| self.is_own(line))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use audit::{Key, Kind, Millis};

    fn of_source(partner: &str) -> Entry {
        let mut entry = Entry::new(Kind::Close, Key::raised("x", "y"), Millis(0));
        entry.sources = vec![SourceLine { partner: Some(partner.to_owned()), ..SourceLine::default() }];
        entry
    }

    #[test]
    fn an_officer_sees_their_own_organisation_and_the_regions_officer_everything() {
        let region = BTreeSet::from(["ZZ998".to_owned()]);
        let (own, all) = (Scope::of("ZZ910", &region), Scope::of("ZZ998", &region));
        assert!(own.sees(&of_source("ZZ910")) && !own.sees(&of_source("ZZ911")));
        assert!(all.sees(&of_source("ZZ911")) && all.is_region() && !own.is_region());
        let [line] = &*of_source("ZZ910").sources else { panic!() };
        assert!(own.may_know_held(line), "AU31: the partner whose source it is");
        assert!(!all.may_know_held(line), "AU31: and nobody else");
    }
}
