//! Real published payloads served by the region: they open like any other record. Where they are not at hand it says so, loudly.

use journeys::{browser::Page, demo::Demo};
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
        // One person holds the R4 examples, in JSON and in XML, and only the acute trust knows them.
        if person.family() == "EXAMPLES" {
            acute_is_accounted_for(&page);
        } else {
            let practice = line(&page, "GP ");
            assert!(practice.contains("Answered"), "HAZ-040: the practice's reply is read: {practice}");
        }
    }
    assert!(added.iter().any(|person| person.family() == "EXAMPLES"), "the R4 examples are somebody's");
    demo.finish();
}

/// The trust's entries are counted and stand in the sections; what could not be read is said in words, or there is none.
fn acute_is_accounted_for(page: &Page) {
    let line = line(page, "Acute");
    let count = line.split_once(" entr").and_then(|(before, _)| before.split(' ').next_back());
    let count = count.and_then(|count| count.replace(',', "").parse::<u32>().ok());
    assert!(count.is_some_and(|count| count >= 1), "HAZ-040: entries of Acute are counted: {line}");
    let clinical = ["alg", "med", "pro", "imm", "res", "con", "doc"];
    let shown = clinical.into_iter().filter(|slot| page.rows(slot).contains("Acute")).count();
    assert!(shown >= 4, "HAZ-040: entries of Acute stand in {shown} sections only");
    if page.text().contains("Acute sent") {
        assert!(line.contains("unreadable"), "HAZ-040: what a section could not show is counted: {line}");
    }
}

/// What the Sources chapter says of one source.
fn line(page: &Page, source: &str) -> String {
    let sources = page.section("src");
    let (_, line) = sources.split_once(source).unwrap_or_else(|| panic!("no line for {source}: {sources}"));
    let (line, _) = line.split_once("Sharing").unwrap_or_else(|| panic!("no end of the line: {line}"));
    line.to_owned()
}
