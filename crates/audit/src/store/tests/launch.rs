//! Used once is used: assertions, handles, sessions.

use super::{conform::verified, *};

pub(super) fn handle(handle: [u8; 32], jti: u8) -> NewHandle {
    let assertion =
        AssertionKey { issuer: "host-a".to_owned(), jti_hash: [jti; 32], expires_s: NOW.seconds() + 60 };
    NewHandle { handle, assertion, launch: b"launch-content-canary".to_vec(), expires: NOW.plus_ms(60_000) }
}

pub(super) fn session(sid: [u8; 32], cookie: [u8; 32]) -> NewSession {
    NewSession {
        sid,
        cookie,
        browser: Some([9; 32]),
        content: b"session-content-canary".to_vec(),
        idle_until: NOW.plus_ms(600_000),
        absolute_until: NOW.plus_ms(3_600_000),
    }
}

pub(super) fn accepted(jti: u8) -> Entry {
    let mut entry = Entry::new(Kind::Session, Key::launch("host-a", &[jti; 32]), NOW);
    entry.cause = Some("launch-accepted".to_owned());
    entry
}

/// AU14.
pub(in crate::store) async fn of_a_hundred_who_offer_one_assertion_exactly_one_is_let_in(dir: &Path) {
    let store = sample::store(dir);
    let tasks: Vec<_> = (0..100)
        .map(|n| {
            let store = store.clone();
            tokio::spawn(async move { store.put_handle(handle([n; 32], 1), accepted(1), NOW).await })
        })
        .collect();
    let mut outcomes = Vec::new();
    for task in tasks {
        outcomes.push(task.await.unwrap());
    }
    let won = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    let replays = outcomes.iter().filter(|outcome| **outcome == Err(Fault::Rejected(Why::Replay))).count();
    assert_eq!((won, replays), (1, 99), "HAZ-046");
    assert_eq!(kinds(dir), ["replica", "session"]);
}

pub(in crate::store) async fn an_assertion_is_known_again_after_a_restart_and_its_own_handle_is_settled(
    dir: &Path,
) {
    let store = sample::store(dir);
    store.put_handle(handle([1; 32], 1), accepted(1), NOW).await.unwrap();
    store.put_handle(handle([1; 32], 1), accepted(1), NOW).await.unwrap();
    drop(store);
    let store = sample::store(dir);
    let replay = store.put_handle(handle([2; 32], 1), accepted(1), NOW).await;
    assert_eq!(replay, Err(Fault::Rejected(Why::Replay)), "HAZ-046");
    store.put_handle(handle([2; 32], 2), accepted(2), NOW).await.unwrap();
}

pub(in crate::store) async fn a_handle_opens_once_and_its_second_use_ends_the_session_of_the_first(
    dir: &Path,
) {
    let store = sample::store(dir);
    let (first, second) = ([21; 32], [22; 32]);
    store.put_handle(handle([1; 32], 1), accepted(1), NOW).await.unwrap();
    assert_eq!(store.peek_handle([1; 32], NOW).await.unwrap().unwrap(), b"launch-content-canary");
    let redeem =
        |sid: [u8; 32]| store.redeem([1; 32], session(sid, [4; 32]), sample::session_entry(sid, 0), NOW);
    assert_eq!(redeem(first).await.unwrap().launch, b"launch-content-canary");
    assert_eq!(redeem(first).await.unwrap().launch, b"launch-content-canary", "the same session is settled");
    assert_eq!(store.peek_handle([1; 32], NOW).await.unwrap(), None);
    let live = store.session(first).await.unwrap().unwrap();
    assert!(live.has_cookie(&[4; 32]) && !live.has_cookie(&[5; 32]) && live.ended.is_none());
    assert_eq!(live.content, b"session-content-canary");

    for _ in 0..2 {
        assert_eq!(redeem(second).await, Err(Fault::Rejected(Why::Replay)), "HAZ-046");
    }
    let ended = store.session(first).await.unwrap().unwrap().ended;
    assert_eq!(ended.as_deref(), Some("handle-reuse"), "HAZ-046: reuse revokes the first opening");
    assert_eq!(store.session(second).await.unwrap(), None);
    assert_eq!(kinds(dir), ["replica", "session", "session", "session"], "and is recorded once");
    verified(dir);
}

pub(in crate::store) async fn an_unknown_or_late_handle_opens_nothing(dir: &Path) {
    let store = sample::store(dir);
    store.put_handle(handle([1; 32], 1), accepted(1), NOW).await.unwrap();
    let late = NOW.plus_ms(60_000);
    assert_eq!(store.peek_handle([1; 32], late).await.unwrap(), None);
    for (which, now) in [([1; 32], late), ([2; 32], NOW)] {
        let outcome =
            store.redeem(which, session([3; 32], [4; 32]), sample::session_entry([3; 32], 0), now).await;
        assert_eq!(outcome, Err(Fault::Rejected(Why::Unknown)));
    }
    assert_eq!(store.session([3; 32]).await.unwrap(), None);
    assert_eq!(kinds(dir), ["replica", "session"]);
}

pub(in crate::store) async fn all_sessions_of_a_host_end_together_at_most_so_many_by_one_entry(dir: &Path) {
    let store = sample::store(dir);
    let secret = |n: u32, of: u8| {
        let mut secret = [of; 32];
        secret[..4].copy_from_slice(&n.to_be_bytes());
        secret
    };
    let all = ENDED_AT_ONCE + 3;
    for n in 0..all {
        let mut new = handle(secret(n, 1), 1);
        new.assertion.jti_hash = secret(n, 2);
        let entry = Entry::new(Kind::Session, Key::session_event(&secret(n, 3)), NOW);
        store.put_handle(new, entry, NOW).await.unwrap();
        let sid = secret(n, 4);
        store.redeem(secret(n, 1), session(sid, [4; 32]), sample::session_entry(sid, 0), NOW).await.unwrap();
    }
    let host = sample::session_entry(secret(0, 4), 0).who.unwrap().host;
    let end = |host: &str, n| {
        let entry = Entry::new(Kind::Session, Key::session_event(&[n; 32]), NOW);
        store.end_sessions(Which::Host(host.to_owned()), "operator", entry, NOW)
    };
    assert_eq!(end("another-host", 1).await, Ok(0));
    assert_eq!(end(&host, 2).await, Ok(ENDED_AT_ONCE));
    assert_eq!(end(&host, 3).await, Ok(3));
    assert_eq!(end(&host, 4).await, Ok(0), "all have ended");
    assert_eq!(store.touch(secret(all - 1, 4), NOW).await, Err(Fault::Rejected(Why::Closed)));
}

pub(in crate::store) async fn sessions_end_by_id_host_session_or_browser_with_an_entry_that_lists_them(
    dir: &Path,
) {
    let store = sample::store(dir);
    for n in 1..=3 {
        store.put_handle(handle([n; 32], n), accepted(n), NOW).await.unwrap();
        let sid = [n + 100; 32];
        store.redeem([n; 32], session(sid, [4; 32]), sample::session_entry(sid, 0), NOW).await.unwrap();
    }
    let end = |which, n| store.end_sessions(which, "host-event", sample::session_entry([101; 32], n), NOW);
    assert_eq!(end(Which::HostSession("another".to_owned()), 1).await, Ok(0));
    assert_eq!(end(Which::Sid([101; 32]), 1).await, Ok(1));
    assert_eq!(end(Which::HostSession(sample::HOST_SESSION.to_owned()), 2).await, Ok(2));
    assert_eq!(end(Which::Browser([9; 32]), 3).await, Ok(0), "all have ended");
    assert_eq!(store.touch([102; 32], NOW).await, Err(Fault::Rejected(Why::Closed)));
    assert_eq!(store.touch([99; 32], NOW).await, Err(Fault::Rejected(Why::Unknown)));
    let views = inspect(&sample::settings(dir).place, KEY, &Filter::default()).unwrap();
    let last = &views.last().unwrap().entry;
    assert_eq!(last["detail"]["sessions"].as_str().unwrap().split(' ').count(), 2);
    assert_eq!(last["cause"], "host-event");
}

pub(in crate::store) async fn a_session_is_put_off_to_its_absolute_end_at_most(dir: &Path) {
    let store = sample::store(dir);
    store.put_handle(handle([1; 32], 1), accepted(1), NOW).await.unwrap();
    store.redeem([1; 32], session([3; 32], [4; 32]), sample::session_entry([3; 32], 0), NOW).await.unwrap();
    for (to, until) in [(700_000, 700_000), (650_000, 700_000), (9_999_999, 3_600_000)] {
        store.touch([3; 32], NOW.plus_ms(to)).await.unwrap();
        assert_eq!(store.session([3; 32]).await.unwrap().unwrap().idle_until, NOW.plus_ms(until));
    }
    store.sweep(NOW, NOW.plus_ms(3 * 24 * 3_600_000)).await.unwrap();
    assert_eq!(store.session([3; 32]).await.unwrap(), None, "a day after its end nothing of it is kept");
}

pub(in crate::store) async fn sessions_are_found_by_their_browser_until_somebody_ends_them(dir: &Path) {
    let store = sample::store(dir);
    for n in 1..=2 {
        store.put_handle(handle([n; 32], n), accepted(n), NOW).await.unwrap();
        let sid = [n + 100; 32];
        store.redeem([n; 32], session(sid, [4; 32]), sample::session_entry(sid, 0), NOW).await.unwrap();
    }
    let found = store.sessions_of_browser([9; 32]).await.unwrap();
    assert_eq!(found.len(), 2);
    assert!(found.iter().all(|one| one.content == b"session-content-canary" && one.has_cookie(&[4; 32])));
    assert!(store.sessions_of_browser([8; 32]).await.unwrap().is_empty());
    let entry = sample::session_entry([101; 32], 1);
    store.end_sessions(Which::Sid([101; 32]), "closed", entry, NOW).await.unwrap();
    assert_eq!(store.sessions_of_browser([9; 32]).await.unwrap().len(), 1);
}

pub(in crate::store) async fn what_outlives_its_time_is_ended_once_with_its_cause(dir: &Path) {
    let store = sample::store(dir);
    for n in 1..=2 {
        store.put_handle(handle([n; 32], n), accepted(n), NOW).await.unwrap();
        let sid = [n + 100; 32];
        store.redeem([n; 32], session(sid, [4; 32]), sample::session_entry(sid, 0), NOW).await.unwrap();
    }
    store.touch([102; 32], NOW.plus_ms(9_999_999)).await.unwrap();
    assert_eq!(store.end_expired_sessions(NOW.plus_ms(599_999)).await, Ok(0), "not a moment too soon");
    assert_eq!(store.end_expired_sessions(NOW.plus_ms(600_000)).await, Ok(1));
    assert_eq!(store.end_expired_sessions(NOW.plus_ms(600_000)).await, Ok(0), "each once");
    assert_eq!(store.end_expired_sessions(NOW.plus_ms(3_600_000)).await, Ok(1));
    let ended = async |sid| store.session(sid).await.unwrap().unwrap().ended.unwrap();
    assert_eq!((ended([101; 32]).await.as_str(), ended([102; 32]).await.as_str()), ("idle", "absolute"));
    let views = inspect(&sample::settings(dir).place, KEY, &Filter::default()).unwrap();
    let causes: Vec<_> = views.iter().rev().take(2).map(|view| view.entry["cause"].clone()).collect();
    assert_eq!(causes, ["absolute", "idle"], "HAZ-003: an end is recorded with its cause");
}
