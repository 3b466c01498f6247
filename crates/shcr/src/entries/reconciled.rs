//! Entries of reconciliation with sources: who reads the entries of a day and why, and what has to be looked into. They name sources,
//! days and requests; whom an opening concerns stands in its own entries.

use audit::{
    Entry, Key, Kind, Millis,
    reconcile::{Day, Item},
};
use uuid::Uuid;

/// Health-care operations.
const PURPOSE: &str = "HCOMPL";
/// Where somebody stands who acts for the gateway, and not from an office.
const HOST: &str = "gateway";

/// Who reconciles.
#[derive(Debug, Clone)]
pub(crate) struct Reader {
    /// A person's own word, or the replica that does it by itself.
    pub(crate) by: String,
    pub(crate) reason: String,
    /// Of whoever runs the gateway: an ODS code.
    pub(crate) organisation: String,
}

impl Reader {
    pub(crate) fn reads(&self, day: Day, sources: &[&str], at: Millis) -> Entry {
        let mut entry = Entry::new(Kind::AuditRead, Key::audit_read(&Uuid::now_v7().to_string()), at);
        entry.software = Some(env!("CARGO_PKG_VERSION").to_owned());
        entry.cause = Some("reconciliation".to_owned());
        entry.who = Some(audit::Who {
            host: HOST.to_owned(),
            subject: self.by.clone(),
            name: audit::Name { family: self.by.clone(), given: Vec::new(), title: None },
            role: "none".to_owned(),
            claims: Vec::new(),
            organisation: self.organisation.clone(),
            organisation_name: None,
            sds_user_id: None,
            sds_role_profile_id: None,
            registration: None,
            map: None,
        });
        entry.why = Some(audit::Reason {
            purpose: PURPOSE.to_owned(),
            relationship: Vec::new(),
            reason_code: None,
            reason_text: Some(self.reason.clone()),
            overridden: None,
        });
        let bounds = [("day", day.to_string()), ("sources", sources.join(" "))];
        entry.detail = bounds.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        entry
    }
}

/// For the officers of the source's partner, and the region's.
pub(crate) fn item(rule: &str, partner: &str, item: &Item, at: Millis) -> Entry {
    let mut entry = super::raised(rule, &item.occasion, &item.what, at);
    let names = (!item.names.is_empty()).then(|| ("names", item.names.join(" ")));
    let told = [("about", item.about.clone()), ("organisation", partner.to_owned())];
    entry.detail.extend(told.into_iter().chain(names).map(|(name, value)| (name.to_owned(), value)));
    entry
}
