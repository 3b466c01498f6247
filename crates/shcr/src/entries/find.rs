//! Entries of direct access before there is a launch: a sign-in, an attempt to find somebody, and how it ended. They name the
//! professional, and whom they looked for by number where one was typed; other details are not written.

use access::launch::{
    Route,
    direct::{HOST, Staff, Wanted},
};
use audit::{Entry, Key, Kind, Millis, cause};
use uuid::Uuid;

/// One attempt, of one professional.
pub(crate) struct Attempt {
    id: String,
    subject: String,
    who: audit::Who,
    how: audit::How,
    by: &'static str,
    number: Option<String>,
}

impl Attempt {
    pub(crate) fn new(staff: &Staff, wanted: &Wanted, address: &str) -> Self {
        let (by, number) = match wanted {
            Wanted::Number { nhs_number, .. } => ("number", Some(nhs_number.digits().to_owned())),
            Wanted::Details { .. } => ("details", None),
        };
        Self {
            id: Uuid::now_v7().to_string(),
            subject: staff.practitioner.host_sub.clone(),
            who: super::staff::who(staff, HOST),
            how: super::staff::how(staff, (HOST, Route::Direct.name()), address),
            by,
            number,
        }
    }

    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    /// For counting; it is only ever kept as a keyed hash.
    pub(crate) fn subject(&self) -> &str {
        &self.subject
    }

    pub(crate) fn begins(&self, at: Millis) -> Entry {
        self.entry(Key::find(&self.id, 0), cause::LOOKS, at)
    }

    pub(crate) fn ended(&self, outcome: &str, at: Millis) -> Entry {
        self.entry(Key::find(&self.id, 1), outcome, at)
    }

    fn entry(&self, key: Key, cause: &str, at: Millis) -> Entry {
        let mut entry = Entry {
            software: Some(env!("CARGO_PKG_VERSION").to_owned()),
            who: Some(self.who.clone()),
            how: Some(self.how.clone()),
            cause: Some(cause.to_owned()),
            ..Entry::new(Kind::Find, key, at)
        };
        entry.whom = self.number.clone().map(|sent| audit::Whom {
            nhs_number: sent.clone(),
            sent,
            superseded: Vec::new(),
            trace: "not-asked".to_owned(),
            differed: Vec::new(),
        });
        entry.detail.insert("by".to_owned(), self.by.to_owned());
        entry
    }
}

/// A professional has signed in; nobody's record is open.
pub(crate) fn signed_in(staff: &Staff, code_hash: &[u8; 32], address: &str, at: Millis) -> Entry {
    Entry {
        software: Some(env!("CARGO_PKG_VERSION").to_owned()),
        who: Some(super::staff::who(staff, HOST)),
        how: Some(super::staff::how(staff, (HOST, Route::Direct.name()), address)),
        cause: Some(cause::SIGNED_IN_DIRECT.to_owned()),
        ..Entry::new(Kind::Session, Key::session_event(code_hash), at)
    }
}
