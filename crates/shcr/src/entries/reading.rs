//! Entries of those who read the audit: sign-in, sign-out, and every question before it is answered. They name the officer, why,
//! and whom they asked about.

use access::launch::direct::{OFFICE, Staff};
use audit::{Entry, Key, Kind, Millis, cause};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Health-care operations: the purpose of everybody who reads the audit.
const PURPOSE: &str = "HCOMPL";
const ROUTE: &str = "office";

/// What is about to be read.
#[derive(Default)]
pub(crate) struct Asked<'a> {
    /// `search`, `opening`, `subject report`, `alerts`.
    pub(crate) what: &'static str,
    pub(crate) nhs_number: Option<&'a str>,
    /// As typed.
    pub(crate) professional: Option<&'a str>,
    /// An opening's id or reference.
    pub(crate) opening: Option<&'a str>,
    /// Days and kinds.
    pub(crate) bounds: String,
}

impl Asked<'_> {
    pub(crate) fn entry(&self, (staff, reason): (&Staff, &str), address: &str, at: Millis) -> Entry {
        let mut entry = of_officer(staff, address, Entry::new(Kind::AuditRead, key(), at));
        entry.cause = Some(self.what.to_owned());
        entry.why = Some(audit::Reason {
            purpose: PURPOSE.to_owned(),
            relationship: Vec::new(),
            reason_code: None,
            reason_text: Some(reason.to_owned()),
            overridden: None,
        });
        entry.whom = self.nhs_number.map(|number| audit::Whom {
            nhs_number: number.to_owned(),
            sent: number.to_owned(),
            superseded: Vec::new(),
            trace: "not-asked".to_owned(),
            differed: Vec::new(),
        });
        let told =
            [("professional", self.professional), ("opening", self.opening), ("bounds", Some(&*self.bounds))];
        let told = told.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned())));
        entry.detail = told.filter(|(_, value)| !value.is_empty()).collect::<BTreeMap<_, _>>();
        entry
    }
}

/// An officer has signed in; nothing is read yet.
pub(crate) fn signed_in(staff: &Staff, code_hash: &[u8; 32], address: &str, at: Millis) -> Entry {
    let entry = Entry::new(Kind::Session, Key::session_event(code_hash), at);
    Entry { cause: Some(cause::SIGNED_IN_TO_READ.to_owned()), ..of_officer(staff, address, entry) }
}

pub(crate) fn signed_out(staff: &Staff, cookie_hash: &[u8; 32], address: &str, at: Millis) -> Entry {
    let entry = Entry::new(Kind::Session, Key::session_event(cookie_hash), at);
    Entry { cause: Some("signed out of reading the audit".to_owned()), ..of_officer(staff, address, entry) }
}

/// What an officer did about an alert, known by where it stands in the log. Each step is taken once.
pub(crate) fn step(
    staff: &Staff,
    (alert, step, note): (u64, &str, &str),
    address: &str,
    at: Millis,
) -> Entry {
    let place = if step == cause::TAKEN { step } else { "closed" };
    let mut entry = of_officer(staff, address, Entry::new(Kind::Alert, Key::alert_step(alert, place), at));
    entry.cause = Some(step.to_owned());
    entry.detail.insert("alert".to_owned(), alert.to_string());
    if !note.is_empty() {
        entry.detail.insert("note".to_owned(), note.to_owned());
    }
    entry
}

fn key() -> Key {
    Key::audit_read(&Uuid::now_v7().to_string())
}

fn of_officer(staff: &Staff, address: &str, entry: Entry) -> Entry {
    Entry {
        software: Some(env!("CARGO_PKG_VERSION").to_owned()),
        who: Some(super::staff::who(staff, OFFICE.id)),
        how: Some(super::staff::how(staff, (OFFICE.id, ROUTE), address)),
        ..entry
    }
}
