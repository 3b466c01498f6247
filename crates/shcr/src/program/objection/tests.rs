//! The person's wish under every way the practice can answer, with and without a sign of objection.

use super::*;
use fhir::reply::{NotAsked, Silence};

fn objects() -> Vec<Sign> {
    let system = fhir::coding::SNOMED_CT.to_owned();
    vec![Sign { system, code: "416409005".to_owned(), effective: None, issued: None }]
}

// shows: R44
#[test]
fn only_a_whole_answer_says_that_nobody_objects() {
    let source = |why: &str| ReplyState::Withheld(Withholder::Source(why.to_owned()));
    let table = [
        (ReplyState::Answered, Objection::None),
        (source("at the person's request"), Objection::None),
        (ReplyState::AnsweredEmpty, Objection::Unknown),
        (ReplyState::AnsweredWithWarnings, Objection::Unknown),
        (ReplyState::NotShared, Objection::Unknown),
        (ReplyState::NotAsked(NotAsked("no practice to ask".to_owned())), Objection::Unknown),
        (ReplyState::DidNotAnswer(Silence::TimedOut), Objection::Unknown),
        (ReplyState::Unreadable("not a record".to_owned()), Objection::Unknown),
        (ReplyState::Withheld(Withholder::PolicyIdentity), Objection::Unknown),
        (ReplyState::Withheld(Withholder::PolicyDiffers(vec!["birth date".to_owned()])), Objection::Unknown),
    ];
    for (state, expected) in table {
        let (objection, words) = settle(&state, &[]);
        assert_eq!(objection, expected, "HAZ-022 {}", state.name());
        assert_eq!(words.is_empty(), expected == Objection::None, "HAZ-022: what is not confirmed is said");
        assert_eq!(settle(&state, &objects()).0, Objection::Objected, "HAZ-022 {}", state.name());
    }
}

#[test]
fn an_objection_always_stops_and_an_unknown_one_as_was_signed_off() {
    for when_unknown in [WhenUnknown::ShowWithCaveat, WhenUnknown::Refuse] {
        assert!(stops(Objection::Objected, when_unknown), "HAZ-022");
        assert!(!stops(Objection::None, when_unknown));
    }
    assert!(!stops(Objection::Unknown, WhenUnknown::ShowWithCaveat));
    assert!(stops(Objection::Unknown, WhenUnknown::Refuse), "HAZ-022");
}
