//! The person's wish under every way those who may know can answer, in time or not, with and without what is known from the
//! last day, under both settings.

use super::{wishes::within, *};
use fhir::{
    NhsNumber,
    reply::{NotAsked, Silence},
};
use jiff::{Timestamp, ToSpan};
use tokio::sync::oneshot;

fn objects() -> Vec<Sign> {
    let system = fhir::coding::SNOMED_CT.to_owned();
    vec![Sign { system, code: "416409005".to_owned(), effective: None, issued: None }]
}

fn said(state: &ReplyState, signs: &[Sign], kept: Option<Kept>) -> Word {
    Word::of(Place::Practice, kept, (state, signs), NoElectronicSharing::Objection)
}

fn now() -> Timestamp {
    "2026-11-22T14:05:00Z".parse().unwrap()
}

fn hours_ago(hours: i64, state: Objection) -> Kept {
    Kept { state, as_at: now().checked_sub(hours.hours()).unwrap() }
}

const SILENT: ReplyState = ReplyState::DidNotAnswer(Silence::TimedOut);

// shows: R44
#[test]
fn only_a_whole_answer_says_that_nobody_objects() {
    let source = |why: &str| ReplyState::Withheld(Withholder::Source(why.to_owned()));
    let table = [
        (ReplyState::Answered, Objection::None),
        (source("at the person's request"), Objection::Unknown),
        (ReplyState::AnsweredEmpty, Objection::Unknown),
        (ReplyState::AnsweredWithWarnings, Objection::Unknown),
        (ReplyState::NotShared, Objection::Unknown),
        (ReplyState::NotAsked(NotAsked("no practice to ask".to_owned())), Objection::Unknown),
        (SILENT, Objection::Unknown),
        (ReplyState::Unreadable("not a record".to_owned()), Objection::Unknown),
        (ReplyState::Withheld(Withholder::PolicyIdentity), Objection::Unknown),
        (ReplyState::Withheld(Withholder::PolicyDiffers(vec!["birth date".to_owned()])), Objection::Unknown),
    ];
    for (state, expected) in table {
        let wish = Wish::of(vec![said(&state, &[], None)]);
        assert_eq!(wish.objection, expected, "HAZ-022 {}", state.name());
        let is_quiet = wish.said().is_empty();
        assert_eq!(is_quiet, expected == Objection::None, "HAZ-022: what is not confirmed is said");
        let wish = Wish::of(vec![said(&state, &objects(), None)]);
        assert_eq!(wish.objection, Objection::Objected, "HAZ-022 {}", state.name());
    }
}

#[test]
fn an_objection_always_stops_and_an_unknown_one_as_was_signed_off() {
    let decided =
        |state: &ReplyState, signs: &[Sign], when| Wish::of(vec![said(state, signs, None)]).as_decided(when);
    for when_unknown in [WhenUnknown::ShowWithCaveat, WhenUnknown::Refuse] {
        let objected = decided(&ReplyState::Answered, &objects(), when_unknown);
        assert_eq!(objected, Objection::Objected, "HAZ-022");
        assert_eq!(decided(&ReplyState::Answered, &[], when_unknown), Objection::None);
    }
    assert_eq!(decided(&SILENT, &[], WhenUnknown::ShowWithCaveat), Objection::Unknown);
    assert_eq!(decided(&SILENT, &[], WhenUnknown::Refuse), Objection::Objected, "HAZ-022");
}

#[test]
fn one_objection_is_enough_and_that_nobody_objects_everybody_must_have_said() {
    let list = Place::Register(SourceId::new("list"));
    let of_list = |word: Word| Word { place: list.clone(), ..word };
    let none = || said(&ReplyState::Answered, &[], None);
    let objected = || said(&ReplyState::Answered, &objects(), None);
    let unknown = || said(&SILENT, &[], None);
    for (practice, list, expected) in [
        (none(), of_list(none()), Objection::None),
        (none(), of_list(objected()), Objection::Objected),
        (objected(), of_list(unknown()), Objection::Objected),
        (none(), of_list(unknown()), Objection::Unknown),
        (unknown(), of_list(none()), Objection::Unknown),
    ] {
        assert_eq!(Wish::of(vec![practice, list]).objection, expected, "HAZ-022");
    }
    let by_list = Wish::of(vec![none(), of_list(objected())]);
    assert_eq!(by_list.decided_by(now()), ("list", None), "the audit says whose word it was");
}

/// A word and a wait of which the test says which ends first: 1.4 s and 1.6 s of a wait of 1.5 s, without a clock.
async fn ends(first_is_the_word: bool) -> Option<&'static str> {
    let (say, word) = oneshot::channel::<&'static str>();
    let (ring, wait) = oneshot::channel::<()>();
    let heard = tokio::spawn(within(async { word.await.unwrap_or("never") }, async {
        let _ = wait.await;
    }));
    if first_is_the_word {
        say.send("said").unwrap();
    } else {
        ring.send(()).unwrap();
    }
    heard.await.unwrap()
}

#[tokio::test]
async fn t72_a_word_within_the_wait_counts_and_one_after_it_does_not() {
    assert_eq!(ends(true).await, Some("said"), "at 1.4 s");
    assert_eq!(ends(false).await, None, "HAZ-022: at 1.6 s nothing has been said");
    let both = within(async { "said" }, async {}).await;
    assert_eq!(both, Some("said"), "HAZ-022: what is there counts");
}

// shows: R44
#[test]
fn t72_a_practice_that_answers_a_silent_one_and_one_that_is_known_from_the_last_day_under_both_settings() {
    use Objection::{None as Nobody, Objected, Unknown};
    let known = |state| Some(hours_ago(23, state));
    // What came, what is kept; what is decided where an unknown wish shows, and where it refuses; what the page says.
    let table = [
        ("answers", ReplyState::Answered, None, Nobody, Nobody, ""),
        ("answers anew", ReplyState::Answered, known(Objected), Nobody, Nobody, ""),
        (
            "down, nobody 23 h ago",
            SILENT,
            known(Nobody),
            Nobody,
            Nobody,
            "not confirmed since 21-Nov-2026 15:05",
        ),
        (
            "down, objected 23 h ago",
            SILENT,
            known(Objected),
            Objected,
            Objected,
            "not confirmed since 21-Nov-2026",
        ),
        ("down, never seen", SILENT, None, Unknown, Objected, "was not confirmed by the GP practice"),
    ];
    for (what, state, kept, shows, refuses, words) in table {
        let wish = Wish::of(vec![said(&state, &[], kept)]);
        assert_eq!(wish.as_decided(WhenUnknown::ShowWithCaveat), shows, "HAZ-022: {what}");
        assert_eq!(wish.as_decided(WhenUnknown::Refuse), refuses, "HAZ-022: {what}");
        let page = wish.said().join(" ");
        assert!(page.contains(words) && page.is_empty() == words.is_empty(), "HAZ-022: {what}: {page}");
    }
    let old = Wish::of(vec![said(&SILENT, &[], known(Nobody))]);
    assert_eq!(old.decided_by(now()), ("gp", Some(23 * 3600)), "the audit has its age");
    let fresh = Wish::of(vec![said(&ReplyState::Answered, &[], known(Nobody))]);
    assert_eq!(fresh.decided_by(now()), ("gp", None));
}

#[tokio::test]
async fn t72_a_state_is_known_for_a_day_and_names_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("audit.sqlite");
    let origin = "log.example/audit/Z99".to_owned();
    let settings = audit::Settings {
        place: audit::Place::file(&path),
        key: [7; 32],
        replica: "test".to_owned(),
        origin,
    };
    let millis = |at: Timestamp| audit::Millis(at.as_millisecond());
    let store = audit::Store::open(settings, millis(now())).unwrap();
    let (number, place) = (NhsNumber::parse("9990000018").unwrap(), Place::Practice);
    let kept = Kept { state: Objection::Objected, as_at: now() };
    kept.clone().write(&store, &number, &place).await;
    let later = |hours: i64| now().checked_add(hours.hours()).unwrap();
    let read = async |hours| Kept::read(&store, (&number, &place), later(hours)).await;
    assert_eq!(read(0).await, Some(kept.clone()));
    assert_eq!(read(23).await, Some(kept), "23 h old");
    assert_eq!(read(25).await, None, "HAZ-022: 25 h old is nothing");
    let register = Place::Register(SourceId::new("eput"));
    assert_eq!(
        Kept::read(&store, (&number, &register), later(1)).await,
        None,
        "each keeper's word is its own"
    );
    let other = NhsNumber::parse("9990000026").unwrap();
    assert_eq!(Kept::read(&store, (&other, &place), later(1)).await, None);
    drop(store);
    for entry in std::fs::read_dir(folder.path()).unwrap().flatten() {
        let bytes = std::fs::read(entry.path()).unwrap();
        let holds = |text: &str| bytes.windows(text.len()).any(|window| window == text.as_bytes());
        assert!(!holds("9990000018") && !holds("objected"), "HAZ-049: in {}", entry.path().display());
    }
}

#[test]
fn a_refusal_at_the_persons_request_is_said_as_that_and_an_entry_released_by_mistake_is_not() {
    let at_request = ReplyState::Withheld(Withholder::Source("at the person's request".to_owned()));
    let page = Wish::of(vec![said(&at_request, &[], None)]).said().join(" ");
    assert!(page.contains("at the person's request"), "HAZ-022: {page}");
    let confidential = vec![Sign {
        system: "http://read.info/readv2".to_owned(),
        code: "9R1..".to_owned(),
        effective: None,
        issued: None,
    }];
    let word = said(&ReplyState::Answered, &confidential, None);
    assert_eq!(word.caveats, [ObjectionCaveat::Confidential]);
    assert_eq!(
        Wish::of(vec![word]).said(),
        Vec::<String>::new(),
        "HAZ-010: the page does not tell that it is there"
    );
}
