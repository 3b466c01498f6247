//! Takes the time of each question, gives whether it is within the budget of its second.
//! Source: PDS FHIR API, rate limiting (429 TOO_MANY_REQUESTS); sources, section 4.

use jiff::Timestamp;
use std::sync::{Mutex, PoisonError};

/// Questions a second for one application.
const PER_SECOND: u32 = 5;

/// The second that runs and how many questions came in it.
#[derive(Debug, Default)]
pub(super) struct Budget(Mutex<(i64, u32)>);

impl Budget {
    pub(super) fn allows(&self, now: Timestamp) -> bool {
        let mut spent = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if spent.0 != now.as_second() {
            *spent = (now.as_second(), 0);
        }
        spent.1 = spent.1.saturating_add(1);
        spent.1 <= PER_SECOND
    }
}

#[cfg(test)]
mod tests {
    use super::Budget;
    use jiff::Timestamp;

    #[test]
    fn the_sixth_question_of_a_second_is_one_too_many_and_the_next_second_is_new() {
        let budget = Budget::default();
        let at = |second| Timestamp::from_second(second).unwrap();
        let answers: Vec<bool> = (0..7).map(|_| budget.allows(at(100))).collect();
        assert_eq!(answers, [true, true, true, true, true, false, false]);
        assert!(budget.allows(at(101)));
    }
}
