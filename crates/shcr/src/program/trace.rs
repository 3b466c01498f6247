//! Takes an NHS number, gives what the national service says of it now and, while it is silent, what it said within the last
//! day. What is kept of an answer is its outcome, the practice and the time, under a keyed hash of the number. A person who is
//! hidden is told to a privacy officer. Source: access.md section 5; audit.md, alert rules; HAZ-023, HAZ-044.

use super::{Program, alerts::Rule};
use crate::{clock, entries::Story};
use access::{
    Launch,
    person::{LastTrace, Trace},
};
use audit::Millis;
use fhir::NhsNumber;

const WHAT: &str = "trace";

impl Program {
    /// The trace of this opening; beside it the last one, where this one was not answered.
    pub(crate) async fn trace(&self, number: &NhsNumber, opening: &str) -> (Trace, Option<LastTrace>) {
        let now = clock::now();
        let trace = self.federation.trace(number, opening, now).await;
        let Some(kept) = LastTrace::of(&trace, now) else {
            let last = self.store.note(WHAT, number.digits(), clock::millis()).await.ok().flatten();
            return (trace, last.and_then(|content| serde_json::from_slice(&content).ok()));
        };
        let (store, number) = (self.store.clone(), number.digits().to_owned());
        // Nobody waits for it: what is not kept is missed only while the service is silent.
        tokio::spawn(async move {
            let Ok(content) = serde_json::to_vec(&kept) else { return };
            if store.put_note(WHAT, &number, &content, Millis(kept.until_ms())).await.is_err() {
                tracing::warn!("the outcome of a trace could not be kept");
            }
        });
        (trace, None)
    }

    /// What the audit knows and the page does not say: why there is no record to show.
    pub(crate) async fn hidden(&self, launch: &Launch, trace: &Trace, story: &mut Story) {
        let why = match trace {
            _ if launch.person.sensitive => "flagged as sensitive by the host",
            Trace::NotFound => "unknown nationally",
            Trace::Invalidated => "invalidated nationally",
            Trace::Found(traced) if traced.restricted => "restricted nationally",
            Trace::DidNotAnswer => "not traced at this opening",
            Trace::Found(_) => return,
        };
        story.because(why);
        if matches!(trace, Trace::Found(traced) if traced.restricted) || launch.person.sensitive {
            let what = "the record of a person with restricted demographics was asked for";
            self.raise(Rule::RestrictedPerson, story.opening.as_str(), what).await;
        }
    }
}
