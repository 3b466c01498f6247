//! Every reason has words, and none of them names an entry.

use super::*;

#[test]
fn every_reason_has_a_sentence_with_what_it_is_about() {
    for code in ReasonCode::ALL {
        for level in [Level::Nothing, Level::Existence, Level::Summary] {
            let said = reason(&["problems", "results"], code, level, &["GP".to_owned(), "EPUT".to_owned()]);
            assert!(said.ends_with('.') && said.len() > 20, "HAZ-011: {code:?}: {said}");
            assert_eq!(code == ReasonCode::Label, said == NEVER_SHOWN, "HAZ-010: a label is nobody's");
        }
    }
    assert_eq!(
        reason(&["problems"], ReasonCode::Role, Level::Summary, &[]),
        "Problems: your role sees a summary only."
    );
    assert_eq!(
        reason(&["results"], ReasonCode::NotShared, Level::Nothing, &["Acute".to_owned()]),
        "Results: Acute does not share them yet."
    );
    assert_eq!(
        ask(&owner("CG"), "IG desk, 01632 960 102."),
        "Decided by the Caldicott Guardian; ask IG desk, 01632 960 102."
    );
}
