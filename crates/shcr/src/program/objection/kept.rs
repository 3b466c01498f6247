//! Takes what somebody said about the person's wish, keeps it for a day: a state and a time, under a keyed hash of the number.
//! Gives it back while it is younger. Nothing else is kept of anybody. Source: access.md section 11.

use super::Place;
use access::Objection;
use audit::{Millis, Store};
use fhir::NhsNumber;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

const WHAT: &str = "objection";
/// How long it is gone by.
const LIFE_MS: i64 = 24 * 60 * 60 * 1000;

/// A state, and when it was said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Kept {
    pub(crate) state: Objection,
    pub(crate) as_at: Timestamp,
}

impl Kept {
    /// `None` where nothing is known, nothing so young, or the store does not say.
    pub(super) async fn read(
        store: &Store,
        (number, place): (&NhsNumber, &Place),
        now: Timestamp,
    ) -> Option<Self> {
        let kept = store.note(WHAT, &name(number, place), Millis(now.as_millisecond())).await;
        serde_json::from_slice(&kept.ok()??).ok()
    }

    /// A state that was not heard is not kept. What cannot be kept is asked for again.
    pub(super) async fn write(self, store: &Store, number: &NhsNumber, place: &Place) {
        let until = Millis(self.as_at.as_millisecond().saturating_add(LIFE_MS));
        let Ok(content) = serde_json::to_vec(&self) else { return };
        if store.put_note(WHAT, &name(number, place), &content, until).await.is_err() {
            tracing::warn!("what is known of an objection could not be kept");
        }
    }
}

/// The store hashes it under its own key.
fn name(number: &NhsNumber, place: &Place) -> String {
    format!("{} {}", number.digits(), place.name())
}
