//! Takes what one opening asks of one source, gives how it ended. A question is made by the plan alone, so only for what
//! the permit allows.

use crate::{asking::Asker, fault::Fault, guard::Verdict, source::Kind, subject::Person};
use fhir::{Category, OdsCode, Reply, ReplyState, SourceId, reply::Withholder};
use jiff::Timestamp;
use std::{collections::BTreeMap, fmt};

/// One source, one person, the categories permitted there.
pub struct Question {
    pub(crate) source: SourceId,
    pub(crate) kind: Kind,
    pub(crate) categories: Vec<Category>,
    /// States known before asking: not shared, not in the role.
    pub(crate) settled: BTreeMap<Category, ReplyState>,
    pub(crate) opening: String,
    pub(crate) person: Person,
    pub(crate) asker: Asker,
    /// The registered practice, where the source is the practice.
    pub(crate) practice: Option<OdsCode>,
    pub(crate) now: Timestamp,
}

impl Question {
    pub fn source(&self) -> &SourceId {
        &self.source
    }

    /// What will be asked for, in the matrix's order.
    pub fn categories(&self) -> &[Category] {
        &self.categories
    }

    /// Whether the source shares a category, whoever may see it.
    pub(crate) fn shares(&self, category: Category) -> bool {
        self.settled.get(&category) != Some(&ReplyState::NotShared)
    }

    /// A reply with what was settled before asking.
    pub(crate) fn reply(&self, state: ReplyState) -> Reply {
        Reply { by_category: self.settled.clone(), ..Reply::of(self.source.clone(), state) }
    }

    /// Today at the latest: the day in UTC never runs ahead of London's.
    pub(crate) fn today(&self) -> jiff::civil::Date {
        self.now.to_zoned(jiff::tz::TimeZone::UTC).date()
    }
}

impl fmt::Debug for Question {
    /// Neither the person nor the professional is printed.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Question({}, {:?})", self.source, self.categories)
    }
}

/// A reply, and what it tells the source's guard.
pub(crate) struct Ended {
    pub(crate) reply: Reply,
    pub(crate) verdict: Verdict,
}

impl Ended {
    pub(crate) fn well(reply: Reply) -> Self {
        Self { reply, verdict: Verdict::Well }
    }

    pub(crate) fn fault(question: &Question, fault: &Fault) -> Self {
        Self { reply: question.reply(fault.state()), verdict: fault.verdict() }
    }

    /// Nothing of such a reply may be named, not even which categories it held (HAZ-004).
    pub(crate) fn wrong_person(question: &Question) -> Self {
        let state = ReplyState::Withheld(Withholder::PolicyIdentity);
        Self { reply: question.reply(state), verdict: Verdict::WrongPerson }
    }
}
