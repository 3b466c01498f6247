//! A person who objects in their GP record: nothing clinical is asked of anyone, nothing is shown, and that is said.

use journeys::demo::Demo;

// shows: R44
#[tokio::test]
async fn an_objection_is_said_and_nothing_clinical_is_asked_or_shown() {
    let demo = Demo::start(&[]);
    let person = demo.ready.person("objection");
    let page = demo.host().sign_in("dr.okafor").await.open(&person).await.read().await;
    let text = page.text();
    assert!(text.contains("This person has objected to sharing through this record."), "HAZ-022:\n{text}");
    for slot in ["alg", "med", "pro", "res", "con", "src"] {
        assert!(!page.html.contains(&format!("s-{slot}")), "HAZ-022: `{slot}` is shown");
    }
    let asked = demo.control().asked().await;
    let practice = |name: &str| name.starts_with("gp:") || ["pds", "sds", "ssp"].contains(&name);
    let others: Vec<_> = asked.iter().filter(|(name, _)| !practice(name)).collect();
    assert!(others.is_empty(), "HAZ-022: asked in spite of the objection: {others:?}");
    let questions =
        asked.iter().filter(|(name, _)| name.starts_with("gp:")).map(|(_, count)| count).sum::<u64>();
    assert_eq!(questions, 1, "the practice is asked whether the person objects, and no more: {asked:?}");

    let kinds = demo.finish();
    assert!(kinds.count("objection") > 0, "HAZ-022: it is recorded: {kinds:?}");
    assert_eq!(kinds.count("disclosure"), 0, "HAZ-022: nothing was disclosed: {kinds:?}");
}

#[tokio::test]
async fn an_objection_that_comes_after_the_wait_still_ends_the_record() {
    // The practice takes longer over the objection question than an opening waits, and then answers in full.
    let demo = Demo::start(&["--fault", "gp=slow:2000"]);
    let person = demo.ready.person("objection");
    let page = demo.host().sign_in("dr.okafor").await.open(&person).await.read().await;
    assert!(page.html.contains("id=\"objected\""), "HAZ-022: said as soon as it is known:\n{}", page.text());
    assert!(!page.is_complete(), "HAZ-022: what came before it is not a record");
    let after = page.html.split("id=\"objected\"").nth(1).unwrap_or_default();
    assert!(!after.contains("<section"), "HAZ-022: nothing is shown after it");

    let kinds = demo.finish();
    assert!(kinds.count("objection") > 0, "HAZ-022: it is recorded: {kinds:?}");
}
