//! Real published payloads served by the region: they open like any other record. Where they are not at hand it says so, loudly.

use journeys::demo::Demo;
use std::path::{Path, PathBuf};

/// `SHCR_CORPUS`, or where it lies beside the workspace.
fn corpus() -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/corpus");
    let path = std::env::var_os("SHCR_CORPUS").map_or_else(beside, PathBuf::from);
    path.canonicalize().ok()
}

// shows: R67
#[tokio::test]
async fn real_payloads_open_like_any_other_record() {
    let Some(corpus) = corpus() else {
        println!("\n*** SKIPPED: no corpus of real payloads; set SHCR_CORPUS to its folder ***\n");
        return;
    };
    let without = Demo::start(&[]);
    let known: Vec<String> = without.ready.people().into_iter().map(|person| person.nhs_number).collect();
    without.finish();

    let demo = Demo::start(&["--corpus", &corpus.display().to_string()]);
    let added: Vec<_> =
        demo.ready.people().into_iter().filter(|person| !known.contains(&person.nhs_number)).collect();
    assert!(!added.is_empty(), "the corpus adds people");
    let signed_in = demo.host().sign_in("dr.okafor").await;
    for person in &added {
        let page = signed_in.open(person).await.read().await;
        assert!(page.is_complete(), "HAZ-040: `{}`: {}", person.story_key, page.text());
        assert!(page.section("src").contains("Answered"), "HAZ-040: {}", page.section("src"));
    }
    demo.finish();
}
