//! Entries of those who read the audit: sign-in, sign-out, and every question before it is answered. They name the officer, why,
//! and whom they asked about.

use access::launch::direct::{OFFICE, Staff};
use audit::{Entry, Key, Kind, Millis, OpeningId, cause};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Health-care operations: the purpose of everybody who reads the audit.
const PURPOSE: &str = "HCOMPL";
const ROUTE: &str = "office";
/// Whoever reads with the store's own key.
const TERMINAL: &str = "command-line";
/// More of what somebody asked for instead of a partner's code says nothing.
const PARTNER_MAX: usize = 20;

/// Fewer characters give no reason; more are not read.
const REASON_CHARS: std::ops::RangeInclusive<usize> = 10..=1_000;

/// What somebody typed as a reason or as what they found, without the blanks around it. `None`: it is none.
pub(crate) fn reason(typed: &str) -> Option<&str> {
    let typed = typed.trim();
    REASON_CHARS.contains(&typed.chars().count()).then_some(typed)
}

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
        self.filled(reason, of_officer(staff, address, Entry::new(Kind::AuditRead, key(), at)))
    }

    /// By somebody at the machine of the store, who says who they are and for which organisation they read.
    pub(crate) fn at_terminal(&self, (by, organisation): (&str, &str), reason: &str, at: Millis) -> Entry {
        let mut entry = Entry::new(Kind::AuditRead, key(), at);
        entry.software = Some(env!("CARGO_PKG_VERSION").to_owned());
        entry.who = Some(audit::Who {
            host: TERMINAL.to_owned(),
            subject: by.to_owned(),
            name: audit::Name { family: by.to_owned(), given: Vec::new(), title: None },
            role: "none".to_owned(),
            claims: Vec::new(),
            organisation: organisation.to_owned(),
            organisation_name: None,
            sds_user_id: None,
            sds_role_profile_id: None,
            registration: None,
            map: None,
        });
        self.filled(reason, entry)
    }

    fn filled(&self, reason: &str, mut entry: Entry) -> Entry {
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

/// A partner's program is about to read its own part of the audit, or asked for a part that is not its own.
pub(crate) fn by_partner(
    (partner, thumbprint, address): (&str, &str, &str),
    after: Option<u64>,
    is_given: bool,
    at: Millis,
) -> Entry {
    let mut entry = Entry::new(Kind::AuditRead, key(), at);
    entry.software = Some(env!("CARGO_PKG_VERSION").to_owned());
    entry.cause = Some(if is_given { "partner feed" } else { "partner feed refused" }.to_owned());
    let after = after.map(|after| after.to_string()).unwrap_or_default();
    let partner: String = partner.chars().take(PARTNER_MAX).collect();
    let told =
        [("partner", partner.as_str()), ("certificate", thumbprint), ("address", address), ("after", &after)];
    let told = told.into_iter().filter(|(_, value)| !value.is_empty());
    entry.detail = told.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    entry
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

/// An officer leaves an opening out of the report for the person, or puts it back. It names the opening beside, not as its own: it is
/// no part of it.
pub(crate) struct Hold<'a> {
    pub(crate) opening: &'a OpeningId,
    /// How often that was done before.
    pub(crate) n: u32,
    pub(crate) step: &'static str,
    pub(crate) note: &'a str,
    /// The day on which it is looked at again; empty where it is put back.
    pub(crate) review: &'a str,
}

impl Hold<'_> {
    pub(crate) fn entry(&self, staff: &Staff, address: &str, at: Millis) -> Entry {
        let entry = Entry::new(Kind::Incident, Key::held(self.opening, self.n), at);
        let mut entry = of_officer(staff, address, entry);
        entry.cause = Some(self.step.to_owned());
        let told = [("about", self.opening.as_str()), ("note", self.note), ("review", self.review)];
        let told = told.into_iter().filter(|(_, value)| !value.is_empty());
        entry.detail.extend(told.map(|(name, value)| (name.to_owned(), value.to_owned())));
        entry
    }
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
