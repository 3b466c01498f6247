//! Word of an alert: takes the log's name, where the alert stands and the officers' page, posts them to the deployment's address; gives
//! whether they arrived. No person, professional, reason, organisation or rule is in what is sent, and no secret in what is said.

use super::cases::Word;
use crate::{
    config::{Config, alerts::Notify},
    posting::Posting,
    program::reported::RULE,
};
use audit::Millis;
use miette::WrapErr;
use std::{
    collections::BTreeSet,
    sync::{Mutex, PoisonError},
};

/// Sent to everybody who wants to be told at all.
const ALWAYS: [&str; 7] = ["PO-02", "PO-04", "PO-05", "PO-06", "PO-28", "PO-29", RULE];

/// Where word goes, and how.
pub(crate) struct Notifier {
    posting: Posting,
    pub(super) rules: BTreeSet<String>,
    trouble: Mutex<Option<Trouble>>,
}

/// What did not arrive.
struct Trouble {
    since: Millis,
    waiting: usize,
    why: String,
}

impl Notifier {
    /// Where the configuration has an address. Files that hold no token, certificate or key are refused.
    pub(crate) fn load(config: &Config) -> miette::Result<Option<Self>> {
        let notify = config.alerts.notify.as_ref();
        let notifier = notify.map(Self::new).transpose();
        notifier.wrap_err("nobody could be told of urgent alerts (`[alerts.notify]`)")
    }

    fn new(notify: &Notify) -> miette::Result<Self> {
        Ok(Self {
            posting: Posting::load(&notify.url, notify.token_file.as_deref(), notify.tls.as_ref())?,
            rules: ALWAYS.map(str::to_owned).into_iter().chain(notify.also.clone()).collect(),
            trouble: Mutex::default(),
        })
    }

    /// `about`: the alert and what is told of it; without one, that the log is frozen. The error says why in words without an address.
    pub(super) async fn send(
        &self,
        log: &str,
        about: Option<(u64, Word)>,
        office: &str,
    ) -> Result<(), String> {
        let body = match about {
            Some((alert, word)) => serde_json::json!({
                "log": log, "alert": alert, "what": word.name(), "see": format!("{office}/alerts#a{alert}"),
            }),
            None => serde_json::json!({ "log": log, "what": "frozen", "see": format!("{office}/alerts") }),
        };
        self.posting.post(&body).await
    }

    pub(super) fn waits(&self, why: &str, waiting: usize, now: Millis) {
        let mut trouble = self.trouble.lock().unwrap_or_else(PoisonError::into_inner);
        let since = trouble.as_ref().map_or(now, |before| before.since);
        *trouble = Some(Trouble { since, waiting, why: why.to_owned() });
    }

    pub(super) fn all_is_told(&self) {
        *self.trouble.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// For the operator.
    pub(crate) fn said(&self, now: Millis) -> String {
        let trouble = self.trouble.lock().unwrap_or_else(PoisonError::into_inner);
        match &*trouble {
            None => "everything urgent is told".to_owned(),
            Some(Trouble { since, waiting, why }) => {
                let age_s = (now.seconds() - since.seconds()).max(0);
                format!("NOT told for {age_s} s: {waiting} waiting, the receiver does not take them ({why})")
            }
        }
    }
}
