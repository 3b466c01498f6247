//! The rules that are counted over the log, by their numbers in the audit's paper; the way in raises the others.
//! Source: audit.md section 12.

use super::{DAY_MS, HOUR_MS};

/// One rule. Its number and version never change their meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Rule {
    /// Safeguarding, or mental health in full, of another organisation was shown.
    SensitiveElsewhere,
    /// Somebody who had left or was suspended did something.
    Leaver,
    /// The record of a child was opened by a role that does no work with children.
    ChildOpened,
    /// Several searches found nobody, then one did.
    MissesThenHit,
    /// More persons in an hour than is usual for the role, or than anybody needs.
    ManyPersons,
    /// No contact with the professional's organisation is near the day of the opening.
    NoRecentContact,
    /// The last contact was long ago.
    LongAfterContact,
    /// A record was opened outside rostered hours.
    OutsideRoster,
    /// One professional at two places, closer in time than travel allows.
    TwoPlaces,
    /// The same person on many days, on nothing but that the host had them open.
    SamePersonAgain,
    /// Numbers next to each other.
    NumbersInARow,
    /// The identity warning was passed over often, by one professional or from one host.
    IdentityContinued,
    /// Many prints or downloads in an hour, or more prints than openings.
    MuchPrinted,
}

impl Rule {
    pub const ALL: [Rule; 13] = [
        Rule::SensitiveElsewhere,
        Rule::Leaver,
        Rule::ChildOpened,
        Rule::MissesThenHit,
        Rule::ManyPersons,
        Rule::NoRecentContact,
        Rule::LongAfterContact,
        Rule::OutsideRoster,
        Rule::TwoPlaces,
        Rule::SamePersonAgain,
        Rule::NumbersInARow,
        Rule::IdentityContinued,
        Rule::MuchPrinted,
    ];

    /// The rule's number.
    pub fn id(self) -> &'static str {
        match self {
            Rule::SensitiveElsewhere => "PO-03",
            Rule::Leaver => "PO-11",
            Rule::ChildOpened => "PO-13",
            Rule::MissesThenHit => "PO-14",
            Rule::ManyPersons => "PO-15",
            Rule::NoRecentContact => "PO-16",
            Rule::LongAfterContact => "PO-17",
            Rule::OutsideRoster => "PO-18",
            Rule::TwoPlaces => "PO-19",
            Rule::SamePersonAgain => "PO-20",
            Rule::NumbersInARow => "PO-21",
            Rule::IdentityContinued => "PO-22",
            Rule::MuchPrinted => "PO-30",
        }
    }

    /// Goes up whenever the same entries would give other alerts under the same thresholds.
    pub fn version(self) -> u16 {
        match self {
            Rule::SensitiveElsewhere
            | Rule::Leaver
            | Rule::ChildOpened
            | Rule::MissesThenHit
            | Rule::ManyPersons
            | Rule::NoRecentContact
            | Rule::LongAfterContact
            | Rule::OutsideRoster
            | Rule::TwoPlaces
            | Rule::SamePersonAgain
            | Rule::NumbersInARow
            | Rule::IdentityContinued
            | Rule::MuchPrinted => 1,
        }
    }

    /// How far back from an alert its causes may lie. Where a rule tells of one professional once a day, that is its window
    /// before the beginning of the day.
    pub(super) fn looks_back_ms(self) -> i64 {
        match self {
            Rule::SensitiveElsewhere | Rule::Leaver | Rule::ChildOpened | Rule::OutsideRoster => DAY_MS,
            Rule::NoRecentContact | Rule::LongAfterContact => DAY_MS,
            Rule::TwoPlaces => DAY_MS + super::travel::BACK_MS,
            Rule::MissesThenHit | Rule::NumbersInARow => DAY_MS + HOUR_MS,
            Rule::ManyPersons => 29 * DAY_MS + HOUR_MS,
            Rule::SamePersonAgain => 30 * DAY_MS,
            Rule::IdentityContinued => 8 * DAY_MS,
            Rule::MuchPrinted => 2 * DAY_MS,
        }
    }
}
