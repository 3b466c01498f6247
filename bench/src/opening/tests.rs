//! A few openings with the program just built: every one whole, and every line of the table there.

use super::*;

#[tokio::test]
async fn openings_one_by_one_and_at_once_are_whole_and_counted() {
    let plan = Plan {
        warm: 2,
        openings: 2,
        block: 2,
        at_once: 3,
        people: 30,
        seed: 7,
        whose: "TESTPATIENT".to_owned(),
        hung: false,
    };
    let mut told = Vec::new();
    measure(&crate::kills::tests::program(), &plan, &mut |line| told.push(line.to_owned())).await.unwrap();
    for begins in ["processor, opening ", "first section ", "processor, searchset ", "at once ", "memory "] {
        assert!(told.iter().any(|line| line.starts_with(begins)), "no `{begins}`: {told:#?}");
    }
    assert!(told.iter().any(|line| line.starts_with("ended ") && line.ends_with(" 0 refused")), "{told:#?}");
}
