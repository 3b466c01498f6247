//! Windows, cookies and links: the path names the person, the cookie the professional, and neither is enough alone.

use journeys::{browser::View, demo::Demo, ready::Person};

/// Reads a view and wants its own person on it, and not the other.
async fn reads_own(view: &View, own: &Person, other: &Person) {
    let page = view.read().await;
    assert!(page.is_complete(), "HAZ-002: {}", page.text());
    assert!(page.html.contains(&own.spaced()), "HAZ-002: the page's own person is missing");
    assert!(
        !page.html.contains(&other.spaced()) && !page.html.contains(&other.nhs_number),
        "HAZ-002: another person is shown"
    );
}

// shows: A31
#[tokio::test]
async fn two_windows_with_two_persons_never_mix() {
    let demo = Demo::start(&[]);
    let (doreen, other) = (demo.ready.golden_person(), demo.ready.person("dementia"));
    let first = demo.host().sign_in("dr.okafor").await.open(&doreen).await;
    let second = demo.host().sign_in("nurse.bell").await.open(&other).await;
    for _ in 0..5 {
        tokio::join!(reads_own(&first, &doreen, &other), reads_own(&second, &other, &doreen));
    }
    demo.finish();
}

#[tokio::test]
async fn a_path_without_its_own_cookie_opens_nothing() {
    let demo = Demo::start(&[]);
    let (doreen, other) = (demo.ready.golden_person(), demo.ready.person("dementia"));
    let mut first = demo.host().sign_in("dr.okafor").await.open(&doreen).await;
    let second = demo.host().sign_in("nurse.bell").await.open(&other).await;
    demo.control().forget_what_was_asked().await;

    let own = first.browser.cookie.clone();
    for cookie in [None, second.browser.cookie.clone(), Some("__Host-shcr=AAAA".to_owned())] {
        first.browser.cookie = cookie;
        let page = first.browser.get(&first.path).await;
        assert!([401, 403].contains(&page.status.as_u16()), "HAZ-002: answered with {}", page.status);
        assert!(page.text().contains("This view has ended"), "HAZ-002: {}", page.text());
        assert!(!page.html.contains(&doreen.spaced()), "HAZ-002");
    }
    assert_eq!(demo.control().asked().await, [], "HAZ-002: nobody was asked");
    first.browser.cookie = own;
    assert!(first.read().await.is_complete(), "the professional's own view is kept");
    demo.finish();
}

// shows: A1
#[tokio::test]
async fn t03_a_link_used_twice_is_refused_and_ends_the_view_it_opened() {
    let demo = Demo::start(&[]);
    let doreen = demo.ready.golden_person();
    let signed_in = demo.host().sign_in("dr.okafor").await;
    let link = signed_in.launch_link(&doreen).await;
    let browser = journeys::browser::Browser::new(&demo.ready);
    let first = browser.clone().follow(&link).await;
    assert!(first.read().await.is_complete());
    let second = browser.follow(&link).await;
    assert_eq!(second.launched.status, 403, "HAZ-046");
    assert!(
        second.launched.text().contains("This link has been used or has run out"),
        "{}",
        second.launched.text()
    );
    let after = first.browser.get(&first.path).await;
    assert!(
        after.text().contains("This view has ended"),
        "HAZ-046: the first view goes on: {}",
        after.text()
    );
    assert_eq!(demo.auditor().alerts_of("PO-23").len(), 1, "HAZ-046");
    demo.finish();
}

#[tokio::test]
async fn t04_an_unknown_link_is_answered_with_the_same_bytes_as_a_used_one() {
    let demo = Demo::start(&[]);
    let doreen = demo.ready.golden_person();
    let link = demo.host().sign_in("dr.okafor").await.launch_link(&doreen).await;
    let browser = journeys::browser::Browser::new(&demo.ready);
    assert!(browser.clone().follow(&link).await.path.starts_with("/s/"));
    let used = browser.clone().follow(&link).await.launched;
    let gateway = demo.ready.text("gateway_url");
    for handle in ["A".repeat(43), "not-a-handle".to_owned()] {
        let unknown = browser.clone().follow(&format!("{gateway}/launch/{handle}")).await.launched;
        assert_eq!((unknown.status, &unknown.html), (used.status, &used.html), "HAZ-046");
    }
    demo.finish();
}

#[tokio::test]
async fn a_new_person_from_the_same_host_session_ends_the_earlier_view() {
    let demo = Demo::start(&[]);
    let (doreen, other) = (demo.ready.golden_person(), demo.ready.person("dementia"));
    let signed_in = demo.host().sign_in("dr.okafor").await;
    let first = signed_in.open(&doreen).await;
    assert!(first.read().await.is_complete());
    let second = signed_in.open(&other).await;
    reads_own(&second, &other, &doreen).await;
    let after = first.browser.get(&first.path).await;
    assert!(after.text().contains("This view has ended"), "HAZ-003: {}", after.text());
    demo.finish();
}

#[tokio::test]
async fn closing_needs_the_pages_own_form_and_then_ends_the_view() {
    let demo = Demo::start(&[]);
    let doreen = demo.ready.golden_person();
    let view = demo.host().sign_in("dr.okafor").await.open(&doreen).await;
    let page = view.read().await;
    let close = format!("{}close", view.path);
    let forged = view.browser.post(&close, &[("token", "AAAA")]).await;
    assert!(forged.status.is_client_error(), "a forged form was taken: {}", forged.status);
    let token = page.field("token").expect("the page's forms carry a token");
    let closed = view.browser.post(&close, &[("token", &token)]).await;
    assert!(!closed.status.is_client_error(), "{} {}", closed.status, closed.text());
    let after = view.browser.get(&view.path).await;
    assert!(after.text().contains("This view has ended"), "HAZ-003: {}", after.text());
    demo.finish();
}

/// What an open page is told when it asks for its state.
async fn state(view: &View) -> (u16, String) {
    let page = view.browser.get(&format!("{}state", view.path)).await;
    (page.status.as_u16(), page.html)
}

#[tokio::test]
async fn t38_the_host_moves_to_another_person_and_the_view_ends_with_words() {
    let demo = Demo::start(&[]);
    let (doreen, other) = (demo.ready.golden_person(), demo.ready.person("dementia"));
    let signed_in = demo.host().sign_in("dr.okafor").await;
    let view = signed_in.open(&doreen).await;
    assert!(view.read().await.is_complete());
    signed_in.look_at(&doreen).await;
    assert_eq!(state(&view).await.0, 204, "the same chart is no other");
    signed_in.look_at(&other).await;
    let (status, words) = state(&view).await;
    assert_eq!(status, 410, "HAZ-003");
    assert!(words.starts_with("Ended: your system moved to another person."), "HAZ-003: {words}");

    let view = signed_in.open(&other).await;
    assert!(view.read().await.is_complete());
    signed_in.sign_out().await;
    let (status, words) = state(&view).await;
    assert!(status == 410 && words.contains("you signed out"), "HAZ-003: {status} {words}");
    let after = view.browser.get(&format!("{}ended", view.path)).await;
    assert!(after.text().contains("This view has ended"), "HAZ-003: {}", after.text());
    demo.finish();
}

#[tokio::test]
async fn the_operator_ends_a_suspended_professionals_views_from_the_command_line() {
    let demo = Demo::start(&[]);
    let (doreen, other) = (demo.ready.golden_person(), demo.ready.person("dementia"));
    let view = demo.host().sign_in("dr.okafor").await.open(&doreen).await;
    let another = demo.host().sign_in("nurse.bell").await.open(&other).await;
    let operator = demo.ready.text("admin_url");
    let end = [
        "session",
        "end",
        "--host",
        "demo-host",
        "--professional",
        "--reason",
        "suspended",
        "--by",
        "A. Officer",
        "--operator",
        &operator,
    ];
    let (well, said) = demo.command_told(&end, "dr.okafor\n");
    assert!(well && said.contains("1 ended"), "{said}");
    assert_eq!(state(&view).await.0, 410, "HAZ-047: a suspended professional looks no longer");
    assert_eq!(state(&another).await.0, 204, "nobody else's view has ended");
    let (well, said) = demo.command_told(&end, "dr.okafor\n");
    assert!(well && said.contains("0 ended"), "{said}");
    demo.finish();
}
