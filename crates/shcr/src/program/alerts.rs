//! Takes what happened, raises one of the numbered alerts: an entry in the audit that names rule and occasion, never a
//! person; who was concerned stands in the entries of the same opening. Never fails what it watches over.
//! Source: audit.md, alert rules.

use super::Program;
use crate::{clock, entries};
use audit::{Fault, Why};

/// The rules that the way in raises by itself; the others are counted over the audit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rule {
    /// A record opened on the professional's own word.
    SelfClaimed,
    /// A record opened in spite of an objection.
    ObjectionOverridden,
    /// A professional asked for their own record.
    OwnRecord,
    /// Same household; same surname, where nobody could say.
    Household,
    /// The person works where the professional does.
    Colleague,
    /// The organisation wants more care with this person's record.
    Listed,
    /// A person who died more than 30 days ago.
    DiedLongAgo,
    /// A launch offered again, edited, or a link used twice.
    Replay,
    /// The cookie of one session used on another.
    ForeignCookie,
    /// A host's role never seen before, a professional's that sees more than at the last launch, or a user id that is nobody's.
    NewRole,
    /// An encrypted address was used.
    LegacyAddress,
    /// A changed agreement was refused; the one before goes on. For the operator.
    AgreementRefused,
    /// Something restricted was shown.
    RestrictedOpened,
    /// A reader of the audit looked for themselves.
    ReaderOfSelf,
    /// A person whose demographics are restricted nationally, or flagged by the host.
    RestrictedPerson,
    /// Our entries and a source's own log do not say the same.
    Reconciliation,
}

impl Rule {
    pub(crate) const ALL: [Rule; 16] = [
        Rule::SelfClaimed,
        Rule::ObjectionOverridden,
        Rule::OwnRecord,
        Rule::Household,
        Rule::Colleague,
        Rule::Listed,
        Rule::DiedLongAgo,
        Rule::Replay,
        Rule::ForeignCookie,
        Rule::NewRole,
        Rule::LegacyAddress,
        Rule::AgreementRefused,
        Rule::RestrictedOpened,
        Rule::ReaderOfSelf,
        Rule::RestrictedPerson,
        Rule::Reconciliation,
    ];

    /// The rule's number.
    pub(crate) fn id(self) -> &'static str {
        match self {
            Rule::SelfClaimed => "PO-01",
            Rule::ObjectionOverridden => "PO-02",
            Rule::OwnRecord => "PO-07",
            Rule::Household => "PO-08",
            Rule::Colleague => "PO-09",
            Rule::Listed => "PO-10",
            Rule::DiedLongAgo => "PO-12",
            Rule::Replay => "PO-23",
            Rule::ForeignCookie => "PO-24",
            Rule::NewRole => "PO-25",
            Rule::LegacyAddress => "PO-26",
            Rule::AgreementRefused => "OP-01",
            Rule::RestrictedOpened => "PO-04",
            Rule::ReaderOfSelf => "PO-27",
            Rule::RestrictedPerson => "PO-05",
            Rule::Reconciliation => "PO-28",
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
