//! Takes nothing, gives what a row of the table is made of: a fault at a place, and how it must read in the audit and on the page.

use std::time::Duration;

/// One fault at one place.
#[derive(Clone, Copy)]
pub(super) struct Row {
    /// As the table names the kind of source, and how it is reached.
    pub(super) kind: &'static str,
    /// Where the region breaks it, as its faults go by.
    pub(super) at: &'static str,
    pub(super) fault: &'static str,
    pub(super) expected: Expected,
    /// How long whoever was asked wants to be left alone afterwards, where nobody can clear that.
    pub(super) rest: Duration,
}

/// How a fault must read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Expected {
    /// As the audit has it; where chance decides between two, both with ` or ` between them.
    pub(super) state: &'static str,
    /// What stands in its place in the Sources chapter, or part of it; of two likewise.
    pub(super) said: &'static str,
    /// Whatever else of the source was in order is held back with it.
    pub(super) is_whole: bool,
}

impl Expected {
    /// Something of the source may be shown.
    pub(super) fn is_answer(self) -> bool {
        self == AS_BEFORE || self.state.starts_with("answered")
    }

    /// The whole reply is held back, whatever else of it was in order.
    pub(super) fn condemns(self) -> bool {
        self.is_whole || self.state.starts_with("withheld(by policy")
    }

    /// Whether chance decides between two.
    pub(super) fn is_either(self) -> bool {
        [self.state, self.said].iter().any(|text| text.contains(" or "))
    }

    /// The same state, said more exactly.
    pub(super) const fn saying(self, said: &'static str) -> Self {
        Self { said, ..self }
    }

    /// One part of a source says so for all of it.
    pub(super) const fn of_the_whole(self) -> Self {
        Self { is_whole: true, ..self }
    }
}

/// In place of a state where nobody was asked.
pub(super) const NO_OPENING: &str = "no opening";

const fn expected(state: &'static str, said: &'static str) -> Expected {
    Expected { state, said, is_whole: false }
}

/// Nothing came of it: the source answers as it does when all is well.
pub(super) const AS_BEFORE: Expected = expected("as before", "Answered");
pub(super) const WARNED: Expected = expected("answered-with-warnings", "Answered with a warning");
pub(super) const TIMED_OUT: Expected =
    expected("did-not-answer(timed out)", "Did not answer: no reply in time");
pub(super) const FAILED: Expected = expected("did-not-answer(failed)", "Did not answer: ");
pub(super) const OUR_SIDE: Expected = expected(
    "did-not-answer(failed: our side)",
    "Did not answer: our request could not be made; we have been told",
);
pub(super) const UNREADABLE: Expected = expected("unreadable", "Answer unreadable: ");
pub(super) const HELD_BACK: Expected = expected("withheld(by the source)", "Holds back some entries");
/// A person who has dissented at one door of a practice is shown through none (HAZ-022).
pub(super) const DISSENTED: Expected = HELD_BACK.of_the_whole();
pub(super) const SOMEBODY_ELSE: Expected =
    expected("withheld(by policy: identity)", "Answer not shown: who it is about is not certain");
/// Its register of objections did not say, and nothing is known from the last day (HAZ-022).
pub(super) const OBJECTION_UNKNOWN: Expected = expected(
    "withheld(by policy: objection unknown)",
    "Not shown: it did not say whether the person objects to its sharing",
);
pub(super) const SEVERAL: Expected =
    expected("withheld(by policy: ambiguous)", "Answer not shown: who it is about is not certain");
pub(super) const NOT_SHARED: Expected = expected("not-shared", "Does not share this yet");
pub(super) const NOT_ASKED: Expected = expected("not-asked", "Not asked: ");
/// A practice whose word on sharing is known from the last day is asked for it anew and for its record at once. Which of the two
/// it asks to wait first is chance; the other is then not asked, or was on its way.
pub(super) const ASKED_TO_WAIT: Expected =
    expected("did-not-answer(failed) or not-asked", "asked us to wait");
/// Whether it is too long or too late first is chance.
pub(super) const WITHOUT_END: Expected = expected(
    "did-not-answer(timed out)",
    "Did not answer: no reply in time or Answer unreadable: sent more than can be read here",
);
/// The practice has no record to give, and does not say why: it is an answer, and no category of it reads as empty.
pub(super) const NO_RECORD: Expected = expected("answered-empty", "Did not answer: no record given");
/// The locator knows of no plan, which is not to say that there is none.
pub(super) const NO_POINTER: Expected = expected("answered-empty", "there may be one all the same");
/// Nobody was asked: there is no such person nationally, or another one.
pub(super) const NOT_SHOWN: Expected = expected(NO_OPENING, "There is no shared record to show");
pub(super) const NOT_OPENED: Expected = expected(NO_OPENING, "The record was not opened");

/// A fault and how it must read, before it is known where.
pub(super) type Line = (&'static str, Expected);

/// The lines of a list as rows at one place.
pub(super) fn rows(kind: &'static str, at: &'static str, lines: &[Line]) -> Vec<Row> {
    let row = |(fault, expected): &Line| Row { kind, at, fault, expected: *expected, rest: Duration::ZERO };
    lines.iter().map(row).collect()
}

/// The same, for a service that remembers for a while that it was asked to wait, or that it was refused.
pub(super) fn rows_with_rest(kind: &'static str, at: &'static str, lines: &[Line]) -> Vec<Row> {
    rows(kind, at, lines).into_iter().map(|row| Row { rest: Duration::from_millis(2100), ..row }).collect()
}
