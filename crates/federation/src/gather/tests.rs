//! One dead source costs the others nothing; whoever leaves takes their questions with them.

use crate::{Kind, Limits, SourceConfig, Stance, plan, testing::*};
use fhir::{Category::Allergies, Level, ReplyState, reply::Silence};
use futures_util::{FutureExt, StreamExt};
use std::time::Duration;

pub(crate) fn server() -> Fake {
    Fake::default()
        .json("/fhir/metadata", capability("4.0.1", &["Patient", "AllergyIntolerance"]))
        .json("/fhir/Patient/_search", searchset(vec![patient("d1", NUMBER)]))
        .json("/fhir/AllergyIntolerance", searchset(vec![allergy("a1", "d1")]))
}

pub(crate) async fn at(id: &str, fake: &Fake) -> SourceConfig {
    source(id, kind("fhir-r4"), Some(format!("{}/fhir", fake.serve().await)), &[Allergies])
}

// shows: F1
#[tokio::test]
async fn a_hanging_source_comes_last_and_hides_no_other() {
    let hung = server().on("/fhir/Patient/_search", Canned::Hang);
    let city = source("city", Kind::NONE, None, &[]);
    let sources = vec![at("hung", &hung).await, at("well", &server()).await, city];
    let federation = federation(sources, "http://127.0.0.1:9", hurried());
    let replies = gather(&federation).await;
    let order: Vec<&str> = replies.iter().map(|reply| reply.source.as_str()).collect();
    assert_eq!(order, ["city", "well", "hung"], "HAZ-035: settled first, then as they end");
    assert_eq!(replies[1].state, ReplyState::Answered);
    assert_eq!(replies[2].state, ReplyState::DidNotAnswer(Silence::TimedOut), "HAZ-006: said, not left out");
}

// shows: F7
#[tokio::test]
async fn failures_open_the_breaker_and_the_source_is_left_alone() {
    let sick = server().on(
        "/fhir/Patient/_search",
        Canned::Typed { status: 500, media_type: "text/plain", body: String::new() },
    );
    let federation = federation(vec![at("sick", &sick).await], "http://127.0.0.1:9", limits());
    for _ in 0..2 {
        assert!(matches!(one(&federation).await.state, ReplyState::DidNotAnswer(Silence::Failed(_))));
    }
    let asked = sick.seen().len();
    let open = Silence::BreakerOpen { since: "14:05".to_owned() };
    assert_eq!(one(&federation).await.state, ReplyState::DidNotAnswer(open), "HAZ-036");
    assert_eq!(sick.seen().len(), asked, "HAZ-036: an open breaker asks nothing");
}

#[tokio::test]
async fn a_refusal_does_not_open_the_breaker() {
    let refusing = server().on(
        "/fhir/Patient/_search",
        Canned::Typed { status: 403, media_type: "text/plain", body: String::new() },
    );
    let federation = federation(vec![at("refusing", &refusing).await], "http://127.0.0.1:9", limits());
    for _ in 0..4 {
        assert!(matches!(one(&federation).await.state, ReplyState::Withheld(_)));
    }
}

#[tokio::test]
async fn all_are_asked_before_any_answer_is_taken_and_leaving_cancels() {
    let hung = server().on("/fhir/Patient/_search", Canned::Hang);
    let federation =
        federation(vec![at("a", &hung).await, at("b", &hung).await], "http://127.0.0.1:9", limits());
    let plan = plan::plan(federation.sources(), &|_, _| Level::Full, &asking());
    let replies = federation.gather(plan);
    while hung.count("/fhir/Patient/_search") < 2 {
        tokio::task::yield_now().await;
    }
    drop(replies);
    // The tasks hold the federation; when they are gone, only this handle is left.
    while std::sync::Arc::strong_count(&federation) > 1 {
        tokio::task::yield_now().await;
    }
}

// shows: F45
#[tokio::test]
async fn past_the_ceiling_a_source_is_not_asked_and_says_busy() {
    let hung = server().on("/fhir/Patient/_search", Canned::Hang);
    let one_place = SourceConfig { ceiling: Some(1), ..at("busy", &hung).await };
    let federation = federation(vec![one_place], "http://127.0.0.1:9", limits());
    let plan = || plan::plan(federation.sources(), &|_, _| Level::Full, &asking());
    let _first = federation.gather(plan());
    while hung.count("/fhir/Patient/_search") < 1 {
        tokio::task::yield_now().await;
    }
    let second = federation.gather(plan()).next().await.unwrap();
    let busy = fhir::reply::NotAsked("busy".to_owned());
    assert_eq!(second.state, ReplyState::NotAsked(busy), "HAZ-036");
}

#[tokio::test]
async fn a_source_that_lets_a_question_run_out_of_time_or_says_that_it_is_busy_is_asked_less() {
    let busy = Canned::Typed { status: 503, media_type: "text/plain", body: String::new() };
    let broken = Canned::Typed { status: 500, media_type: "text/plain", body: String::new() };
    for (answer, places) in [(Canned::Hang, 2), (busy, 2), (broken, 4)] {
        let fake = server().on("/fhir/Patient/_search", answer);
        let federation = federation(vec![at("strained", &fake).await], "http://127.0.0.1:9", hurried());
        let source = fhir::SourceId::new("strained");
        assert_eq!(federation.places(&source), (4, 8));
        one(&federation).await;
        assert_eq!(federation.places(&source), (places, 8), "HAZ-036");
    }
}

#[tokio::test]
async fn outside_its_agreed_hours_a_source_is_not_asked_and_says_so() {
    let (fake, night) = (server(), || vec!["14:00-14:10".to_owned()]);
    let quiet = SourceConfig { quiet_windows: night(), ..at("quiet", &fake).await };
    let open = SourceConfig { agreed_hours: night(), ..at("open", &server()).await };
    let federation = federation(vec![quiet, open], "http://127.0.0.1:9", limits());
    let replies = gather(&federation).await;
    let state = |id: &str| replies.iter().find(|reply| reply.source.as_str() == id).unwrap().state.clone();
    let why = fhir::reply::NotAsked("outside agreed hours".to_owned());
    assert_eq!(state("quiet"), ReplyState::NotAsked(why), "HAZ-006, HAZ-036");
    assert_eq!(fake.seen().len(), 0, "HAZ-036");
    assert_eq!(state("open"), ReplyState::Answered, "14:05 is the opening's hour");
}

// shows: F46
#[tokio::test]
async fn f46_whoever_found_a_source_away_comes_back_with_it_and_there_is_no_second_peak() {
    const SEARCH: &str = "/fhir/Patient/_search";
    let fake =
        server().on(SEARCH, Canned::Typed { status: 500, media_type: "text/plain", body: String::new() });
    let limits = Limits { ceiling: 8, breaker_first: Duration::from_millis(50), ..hurried() };
    let federation = federation(vec![at("back", &fake).await], "http://127.0.0.1:9", limits);
    let storm = async || {
        let plan = || plan::plan(federation.sources(), &|_, _| Level::Full, &asking());
        let all = (0..40).map(|_| federation.gather(plan()).into_future());
        let all = futures_util::future::join_all(all).await;
        all.into_iter().filter_map(|(reply, _)| Some(reply?.state)).collect::<Vec<_>>()
    };
    while federation.stance(&fhir::SourceId::new("back")) != Stance::Open {
        one(&federation).await;
    }
    // It is well again, but slow: what is asked of it stays under way.
    fake.set(SEARCH, Canned::Hang);
    let before = fake.count(SEARCH);
    while fake.count(SEARCH) == before {
        storm().await;
    }
    assert_eq!(fake.count(SEARCH) - before, 1, "HAZ-036: of forty at once one finds out");
    fake.set(SEARCH, Canned::Json(searchset(vec![patient("d1", NUMBER)])));
    while one(&federation).await.state != ReplyState::Answered {}
    fake.set(SEARCH, Canned::Hang);
    let before = fake.count(SEARCH);
    let states = storm().await;
    assert_eq!(fake.count(SEARCH) - before, 2, "HAZ-036: a quarter of its ceiling, and nobody asks twice");
    let busy = states.iter().filter(|state| matches!(state, ReplyState::NotAsked(_))).count();
    assert_eq!((states.len(), busy), (40, 38), "HAZ-006: each is told what became of it");
}

/// What a partner's register says, in its own time.
fn word(said: futures_util::future::BoxFuture<'static, Option<ReplyState>>, meanwhile: bool) -> crate::Word {
    crate::Word { verdict: said, meanwhile }
}

async fn after(fake: &Fake, word: crate::Word) -> (fhir::Reply, usize) {
    let federation = federation(vec![at("kept", fake).await], "http://127.0.0.1:9", limits());
    let plan = plan::plan(federation.sources(), &|_, _| Level::Full, &asking());
    let words = std::collections::HashMap::from([(fhir::SourceId::new("kept"), word)]);
    let reply = federation.gather_after(plan, words).next().await.unwrap();
    (reply, fake.seen().len())
}

#[tokio::test]
async fn t71_nothing_of_a_partner_is_asked_before_its_word_and_nothing_used_against_it() {
    let objected = || ReplyState::Withheld(fhir::reply::Withholder::PolicyObjection);
    let against = |state| async move { Some(state) }.boxed();
    let (reply, asked) = after(&server(), word(against(objected()), false)).await;
    assert_eq!((reply.state, asked), (objected(), 0), "HAZ-022: not one question left");
    let (reply, asked) = after(&server(), word(against(objected()), true)).await;
    assert!(asked > 0, "known from before: asked meanwhile");
    assert_eq!(reply.state, objected(), "HAZ-022: and dropped");
    assert!(reply.payloads.is_empty(), "HAZ-022");
    for meanwhile in [true, false] {
        let (reply, _) = after(&server(), word(async { None }.boxed(), meanwhile)).await;
        assert_eq!(reply.state, ReplyState::Answered);
    }
}

#[tokio::test]
async fn t71_an_answer_waits_for_the_word_of_its_partner_and_no_other_does() {
    let (say, said) = tokio::sync::oneshot::channel::<()>();
    let slow = async move {
        let _ = said.await;
        None
    };
    let sources = vec![at("kept", &server()).await, at("free", &server()).await];
    let federation = federation(sources, "http://127.0.0.1:9", limits());
    let plan = plan::plan(federation.sources(), &|_, _| Level::Full, &asking());
    let words = std::collections::HashMap::from([(fhir::SourceId::new("kept"), word(slow.boxed(), true))]);
    let mut replies = federation.gather_after(plan, words);
    assert_eq!(replies.next().await.unwrap().source.as_str(), "free", "HAZ-035");
    let waiting = tokio::time::timeout(std::time::Duration::from_millis(50), replies.next()).await;
    assert!(waiting.is_err(), "HAZ-022: its answer is held until its word is in");
    say.send(()).unwrap();
    assert_eq!(replies.next().await.unwrap().source.as_str(), "kept");
}
