//! What a legal hold is about: one person, one professional or one opening.

use crate::{Entry, OpeningId, Whom};
use std::fmt;

/// Where a hold on a professional keeps whom it is about: the entry's own `who` is somebody who did something.
const HOST: &str = "professional_host";
const SUBJECT: &str = "professional_subject";

/// What may not be deleted.
#[derive(Clone, PartialEq, Eq)]
pub enum Held {
    /// An NHS number: as traced, as sent, or superseded.
    Person(String),
    /// A host's client id and its own id of the professional.
    Professional {
        host: String,
        subject: String,
    },
    Opening(OpeningId),
}

/// Redacted: it names somebody (HAZ-049).
impl fmt::Debug for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Held(…)")
    }
}

impl Held {
    pub(super) fn write(&self, entry: &mut Entry) {
        match self {
            Held::Person(number) => {
                entry.whom = Some(Whom {
                    nhs_number: number.clone(),
                    sent: number.clone(),
                    superseded: Vec::new(),
                    trace: "not-traced".to_owned(),
                    differed: Vec::new(),
                });
            }
            Held::Professional { host, subject } => {
                entry.detail.insert(HOST.to_owned(), host.clone());
                entry.detail.insert(SUBJECT.to_owned(), subject.clone());
            }
            Held::Opening(id) => entry.opening = Some(id.clone()),
        }
    }

    pub(super) fn read(entry: &Entry) -> Option<Self> {
        if let Some(whom) = &entry.whom {
            return Some(Held::Person(whom.nhs_number.clone()));
        }
        if let Some((host, subject)) = entry.detail.get(HOST).zip(entry.detail.get(SUBJECT)) {
            return Some(Held::Professional { host: host.clone(), subject: subject.clone() });
        }
        entry.opening.clone().map(Held::Opening)
    }

    pub(super) fn is_about(&self, entry: &Entry) -> bool {
        match self {
            Held::Person(number) => entry.whom.as_ref().is_some_and(|whom| {
                whom.nhs_number == *number || whom.sent == *number || whom.superseded.contains(number)
            }),
            Held::Professional { host, subject } => {
                entry.who.as_ref().is_some_and(|who| who.host == *host && who.subject == *subject)
            }
            Held::Opening(id) => entry.opening.as_ref() == Some(id),
        }
    }
}
