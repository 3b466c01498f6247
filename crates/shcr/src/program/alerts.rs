//! Takes what happened, raises one of the numbered alerts: an entry in the audit that names rule and occasion, never a
//! person; who was concerned stands in the entries of the same opening. Never fails what it watches over.
//! Source: audit.md, alert rules.

use super::Program;
use crate::{clock, entries};
use audit::{Fault, Why};

/// The rules that the way in raises by itself; the others are counted over the audit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rule {
    /// A record opened in spite of an objection.
    ObjectionOverridden,
    /// A person whose demographics are restricted nationally, or flagged by the host.
    Restricted,
    /// A person who died more than 30 days ago.
    DiedLongAgo,
    /// A launch offered again, edited, or a link used twice.
    Replay,
    /// The cookie of one session used on another.
    ForeignCookie,
}

impl Rule {
    /// The rule's number.
    pub(crate) fn id(self) -> &'static str {
        match self {
            Rule::ObjectionOverridden => "PO-02",
            Rule::Restricted => "PO-05",
            Rule::DiedLongAgo => "PO-12",
            Rule::Replay => "PO-23",
            Rule::ForeignCookie => "PO-24",
        }
    }
}

impl Program {
    /// `about` is an opening or the hash of a secret: the same occasion is raised once.
    pub(crate) async fn raise(&self, rule: Rule, about: &str, what: &str) {
        tracing::warn!(alert = rule.id(), what, "alert raised");
        let now = clock::millis();
        match self.store.append(vec![entries::raised(rule.id(), about, what, now)], now).await {
            // The same occasion, raised before at another moment.
            Ok(_) | Err(Fault::Rejected(Why::Conflict)) => {}
            Err(_) => tracing::error!(alert = rule.id(), "an alert could not be recorded"),
        }
    }
}
