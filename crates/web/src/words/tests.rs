//! The words, whole: a change of any of them is a change of what professionals are told.

use super::*;
use fhir::reply::{NotAsked, Silence, Withholder};

#[test]
fn every_state_in_a_section_is_worded_as_agreed() {
    let say = |state: ReplyState| in_section("MH", "medicines", &state, "14:02", "7K2M-9QF4");
    let golden = [
        (ReplyState::Answered, "MH answered 14:02."),
        (ReplyState::AnsweredEmpty, "MH answered 14:02."),
        (ReplyState::AnsweredWithWarnings, "MH answered 14:02 with a warning."),
        (ReplyState::DidNotAnswer(Silence::TimedOut), "MH did not answer."),
        (ReplyState::DidNotAnswer(Silence::Failed("refused the connection".into())), "MH did not answer."),
        (ReplyState::DidNotAnswer(Silence::FailedOurSide("x".into())), "MH did not answer."),
        (
            ReplyState::DidNotAnswer(Silence::BreakerOpen { since: "13:40".into() }),
            "MH was not tried: it has been failing since 13:40.",
        ),
        (
            ReplyState::Unreadable("x".into()),
            "MH sent an answer we could not show. Ask MH, quoting 7K2M-9QF4.",
        ),
        (ReplyState::Withheld(Withholder::Source(String::new())), "MH holds back some entries."),
        (
            ReplyState::Withheld(Withholder::Source("at the person's request".into())),
            "MH holds back some entries at the person's request.",
        ),
        (
            ReplyState::Withheld(Withholder::PolicyIdentity),
            "MH is not shown: its answer could not be matched to this person with certainty.",
        ),
        (
            ReplyState::Withheld(Withholder::PolicyDiffers(vec!["birth date".into()])),
            "MH is not shown: it holds another birth date for this NHS number.",
        ),
        (
            ReplyState::Withheld(Withholder::PolicyAmbiguous),
            "MH is not shown: more than one person there matched.",
        ),
        (
            ReplyState::Withheld(Withholder::PolicyNotRecorded),
            "MH is not shown: access to it could not be recorded.",
        ),
        (
            ReplyState::Withheld(Withholder::PolicyObjection),
            "MH is not shown: the person has objected to its sharing.",
        ),
        (
            ReplyState::Withheld(Withholder::PolicyObjectionUnknown),
            "MH is not shown: it did not say whether the person objects to its sharing.",
        ),
        (ReplyState::NotShared, "MH does not share medicines yet."),
        (
            ReplyState::NotAsked(NotAsked("your role does not include them".into())),
            "MH was not asked for medicines: your role does not include them.",
        ),
    ];
    for (state, words) in golden {
        assert_eq!(say(state), words, "HAZ-006");
    }
}

#[test]
fn every_state_in_the_sources_chapter_is_worded_as_agreed() {
    let say = |state: ReplyState| in_sources(&state, "14:02:01", 31, &["showing 200 of 1,001"]);
    let golden = [
        (ReplyState::Answered, "Answered 14:02:01, 31 entries"),
        (
            ReplyState::AnsweredWithWarnings,
            "Answered with a warning 14:02:01, 31 entries: showing 200 of 1,001",
        ),
        (ReplyState::AnsweredEmpty, "Answered 14:02:01: showing 200 of 1,001"),
        (ReplyState::DidNotAnswer(Silence::TimedOut), "Did not answer: no reply in time"),
        (
            ReplyState::DidNotAnswer(Silence::Failed("refused the connection".into())),
            "Did not answer: refused the connection",
        ),
        (
            ReplyState::DidNotAnswer(Silence::BreakerOpen { since: "13:40".into() }),
            "Did not answer: resting after failures since 13:40",
        ),
        (ReplyState::Withheld(Withholder::Source("x".into())), "Holds back some entries"),
        (ReplyState::NotShared, "Does not share this yet"),
        (
            ReplyState::NotAsked(NotAsked("switched off for safety at this source.".into())),
            "Not asked: switched off for safety at this source",
        ),
    ];
    for (state, words) in golden {
        assert_eq!(say(state), words, "HAZ-006");
    }
}

#[test]
fn an_answer_that_says_why_it_is_empty_does_not_read_as_nothing_recorded() {
    let say = |state: ReplyState, warnings: &[&str]| in_sources(&state, "14:02:01", 0, warnings);
    assert_eq!(say(ReplyState::AnsweredEmpty, &[]), "Answered 14:02:01, nothing recorded");
    assert_eq!(
        say(ReplyState::AnsweredEmpty, &["the practice gave no record for this person"]),
        "Answered 14:02:01: the practice gave no record for this person",
        "HAZ-006"
    );
    let warned = say(ReplyState::AnsweredWithWarnings, &[]);
    assert_eq!(warned, "Answered with a warning 14:02:01, 0 entries", "what it warns of stands beside it");
}

#[test]
fn nothing_recorded_names_three_or_fewer_and_counts_more() {
    assert_eq!(nothing_recorded("falls", &["GP", "Acute", "MH"]), "No falls recorded by GP, Acute and MH.");
    assert_eq!(
        nothing_recorded("falls", &["a", "b", "c", "d"]),
        "No falls recorded by the 4 sources that answered."
    );
    assert_eq!(
        nothing_recorded("falls", &[]),
        "No source has answered about falls.",
        "HAZ-006: silence is no negative"
    );
}

#[test]
fn feeds_lists_and_marks_are_worded_as_agreed() {
    assert_eq!(
        periodic("Community", "nightly", "22-Nov-2026 02:10"),
        "Community: nightly, received 22-Nov-2026 02:10.",
        "HAZ-008"
    );
    assert_eq!(
        periodic("Community", "nightly", &today("02:10")),
        "Community: nightly, received 02:10 today.",
        "HAZ-008"
    );
    assert_eq!(undated("Community", "nightly"), "Community: nightly, time received not recorded.", "HAZ-008");
    assert_eq!(
        stale("Community", "nightly", "19-Nov-2026 02:10", "24 h"),
        "Community: nightly, last received 19-Nov-2026 02:10, older than agreed (24 h).",
        "HAZ-008"
    );
    assert_eq!(
        not_shared(&["County", "City"], "care packages"),
        "County and City do not share care packages yet.",
        "HAZ-007"
    );
    assert_eq!(late_heading("MH", "14:02:07", 3), "MH answered late at 14:02:07: 3 more entries", "HAZ-032");
    assert_eq!(end("Medicines", 14, 14), "End of medicines: 14 of 14", "HAZ-033");
    assert_eq!(waiting(&["MH"]), "Waiting for MH.");
    assert_eq!(
        unreadable("Acute", Some(2), "7K2M-9QF4"),
        "Acute sent 2 entries we could not show. Ask Acute, quoting 7K2M-9QF4.",
        "HAZ-017"
    );
}
