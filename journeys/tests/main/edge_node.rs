//! A partner that cannot answer live, at its own edge node: what rests there, who decides of it, and who is told who looked.

use journeys::{canary::Canaries, demo::Demo};

/// What the partner's own operator runs.
fn edge(demo: &Demo, words: &[&str]) -> String {
    let config = demo.ready.edge("essex");
    let own = ["edge", words[0], "--config", &config, "--by", "r.steward"];
    let (well, said) = demo.command(&[&own, &words[1..]].concat());
    assert!(well, "`edge {}`: {said}", words.join(" "));
    said
}

// shows: R62, R66
#[tokio::test]
async fn a_dataset_its_partner_switches_off_is_gone_from_the_next_page_and_said_to_be() {
    let demo = Demo::start(&[]);
    let doreen = demo.ready.golden_person();
    let signed_in = demo.host().sign_in("dr.okafor").await;
    let said = "services not shared at present";
    let before = signed_in.open(&doreen).await.read().await;
    assert!(before.text().contains("Long Term Support"), "positive control:\n{}", before.text());
    assert!(!before.text().contains(said), "positive control:\n{}", before.text());

    edge(&demo, &["hold", "dataset", "adult-social-care/services"]);
    let held = signed_in.open(&doreen).await.read().await;
    assert!(held.text().contains(said), "HAZ-007:\n{}", held.text());
    assert!(!held.text().contains("Long Term Support"), "HAZ-047:\n{}", held.text());

    edge(&demo, &["release", "dataset", "adult-social-care/services"]);
    let after = signed_in.open(&doreen).await.read().await;
    assert!(after.text().contains("Long Term Support") && !after.text().contains(said), "{}", after.text());
    demo.finish();
}

// shows: R49, R66
#[tokio::test]
async fn the_partner_is_told_who_was_answered_about_whom() {
    let demo = Demo::start(&[]);
    let doreen = demo.ready.golden_person();
    assert!(!edge(&demo, &["viewed"]).contains(&doreen.nhs_number), "nobody has looked yet");
    assert!(demo.host().sign_in("dr.okafor").await.open(&doreen).await.read().await.is_complete());
    let viewed = edge(&demo, &["viewed"]);
    for told in ["Okafor", "ZZ910", &doreen.nhs_number] {
        assert!(viewed.contains(told), "`{told}` is missing:\n{viewed}");
    }
    demo.finish();
}

// shows: R58, R63
#[tokio::test]
async fn what_a_partner_sent_rests_sealed_with_that_partner_and_nowhere_else() {
    let mut demo = Demo::start(&[]);
    let doreen = demo.ready.golden_person();
    let page = demo.host().sign_in("dr.okafor").await.open(&doreen).await.read().await;
    let held = ["9991234578", "TESTPATIENT", "Doreen", "Long Term Support"];
    let canaries = Canaries::new(&held);
    assert!(!canaries.found_in(page.html.as_bytes()).is_empty(), "positive control: the page holds them");
    assert!(demo.stop().success());
    let stores: Vec<_> =
        demo.written().into_iter().filter(|(path, _)| path.ends_with("essex/edge.sqlite")).collect();
    assert_eq!(stores.len(), 1, "the partner's own store and no copy of it");
    for (path, bytes) in demo.written() {
        assert_eq!(canaries.found_in(&bytes), [] as [&str; 0], "HAZ-049: in `{}`", path.display());
    }
    demo.auditor().verify();
}
