//! Access that cannot be recorded: nothing is asked, nothing is shown, the page says so with contacts, and it mends without a restart.

use journeys::demo::Demo;

// shows: F34
#[tokio::test]
async fn nothing_is_asked_while_access_cannot_be_recorded() {
    let demo = Demo::start(&[]);
    let doreen = demo.ready.golden_person();
    let view = demo.host().sign_in("dr.okafor").await.open(&doreen).await;
    demo.control().forget_what_was_asked().await;

    demo.auditor().hold();
    let page = view.read().await;
    assert_eq!(page.status, 503, "HAZ-029: {}", page.text());
    assert!(page.text().contains("cannot be recorded"), "HAZ-029: {}", page.text());
    assert!(page.text().contains("01632 960 1"), "HAZ-029: whom to ring is said: {}", page.text());
    assert!(
        !page.text().contains("Trimethoprim") && !page.html.contains("s-med"),
        "HAZ-029: nothing clinical is shown"
    );
    assert_eq!(
        demo.control().clinical_sources_asked().await,
        [] as [String; 0],
        "HAZ-029: no source is asked"
    );

    demo.auditor().release();
    assert!(view.read().await.is_complete(), "HAZ-029: it recovers without a restart");
    demo.finish();
}

// shows: R18
#[tokio::test]
async fn the_hosts_own_page_works_while_no_launch_can_be_recorded() {
    let demo = Demo::start(&[]);
    let doreen = demo.ready.golden_person();
    let signed_in = demo.host().sign_in("dr.okafor").await;
    demo.auditor().hold();
    let page = signed_in.open_in_panel(&doreen).await;
    assert!(page.contains(&doreen.spaced()), "the host still shows its own patient");
    assert!(page.contains("01632 960"), "HAZ-029: and a number to ring:\n{}", journeys::words::text(&page));
    demo.auditor().release();
    assert!(signed_in.open(&doreen).await.read().await.is_complete(), "HAZ-029");
    demo.finish();
}
