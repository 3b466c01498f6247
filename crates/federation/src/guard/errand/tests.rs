//! What may be sent twice, and how often.

use super::{Errand, Savings};
use crate::{
    Limits,
    guard::{Agreed, Guard, Visit},
};
use proptest::prelude::*;

proptest! {
    // shows: F46
    #[test]
    fn f46_of_questions_in_any_order_no_more_than_a_tenth_is_repeated(wishes in prop::collection::vec(any::<bool>(), 0..500)) {
        let mut savings = Savings::new(&Limits::default());
        let (mut asked, mut repeated) = (0_u64, 0_u64);
        for wishes_to_repeat in wishes {
            savings.earn();
            asked += 1;
            repeated += u64::from(wishes_to_repeat && savings.spend());
            prop_assert!(repeated * 10 <= asked, "HAZ-036: {repeated} of {asked}");
        }
        prop_assert_eq!(savings.spent(), repeated);
    }

    #[test]
    fn f46_however_long_nothing_was_repeated_no_more_than_ten_are_saved(quiet in 100_u32..1000, wishes in 11_u64..40) {
        let mut savings = Savings::new(&Limits::default());
        (0..quiet).for_each(|_| savings.earn());
        let repeated = (0..wishes).filter(|_| savings.spend()).count();
        prop_assert_eq!(repeated, 10, "HAZ-036");
    }
}

/// A guard whose questions have saved so much.
fn saved(questions: u32) -> std::sync::Arc<Guard> {
    let guard = Guard::new(&Limits::default(), Agreed::ours(8));
    (0..questions).for_each(|_| guard.savings().earn());
    guard
}

#[test]
fn one_question_repeats_one_request_whatever_is_saved() {
    let guard = saved(100);
    let errand = Errand::new(&guard, false);
    assert!(errand.may_repeat() && errand.repeat());
    assert!(!errand.may_repeat() && !errand.repeat(), "HAZ-036: once");
    assert_eq!(guard.repeats(), 1);
}

#[test]
fn who_was_refused_or_finds_out_whether_a_source_is_back_does_not_insist() {
    let guard = saved(100);
    let refused = Errand::new(&guard, false);
    refused.forgo();
    assert!(!refused.repeat(), "HAZ-036");
    assert!(!Errand::new(&guard, true).repeat(), "HAZ-036");
    assert_eq!(guard.repeats(), 0);
}

#[tokio::test]
async fn a_question_earns_when_it_is_let_in() {
    let guard = saved(9);
    assert!(!Errand::new(&guard, false).repeat());
    let ticket = guard.enter(Visit::default()).await.ok().unwrap();
    assert!(ticket.errand().repeat());
}
