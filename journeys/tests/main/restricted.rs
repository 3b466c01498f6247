//! What must not be told of anybody, and of somebody in particular: restricted information and where a person is.

use journeys::{canary::Canaries, demo::Demo};

/// What the page says where the national service did not answer.
const NOT_CHECKED: &str = "Identity not checked nationally at this opening";
/// Where the people of the stories live; a trust and a council hold it.
const ADDRESS: [&str; 2] = ["1 Sample Street", "Marshford"];

// shows: R43
#[tokio::test]
async fn t52_no_address_of_a_restricted_person_is_told_or_left_anywhere() {
    let mut demo = Demo::start_with(&[], &[("RUST_LOG", "debug")]);
    let addresses = Canaries::new(&ADDRESS);
    let signed_in = demo.host().sign_in("dr.okafor").await;
    let ordinary = signed_in.open(&demo.ready.golden_person()).await.read().await;
    assert!(!addresses.found_in(ordinary.html.as_bytes()).is_empty(), "positive control: others have one");
    demo.control().forget_what_was_asked().await;
    let unknown = signed_in.open(&demo.ready.person("pds-invalid")).await.read().await;
    let is_hidden = async |story: &str| {
        let page = signed_in.open(&demo.ready.person(story)).await.read().await;
        assert_eq!(page.status, 404, "HAZ-023 {story}");
        assert_eq!(addresses.found_in(page.html.as_bytes()), [] as [&str; 0], "HAZ-023 {story}");
        assert_eq!(page.text().len(), unknown.text().len(), "HAZ-050 {story}: as of a person nobody knows");
    };
    is_hidden("restricted").await;
    // The national service falls silent: who was hidden an hour ago still is.
    demo.control().fault("pds", "503").await;
    is_hidden("restricted").await;
    assert!(demo.control().clinical_sources_asked().await.is_empty(), "HAZ-023: no source is asked");
    // Of somebody never looked for, nobody knows that she must not be found: the record opens on the host's word.
    let silent = signed_in.open(&demo.ready.person("very-restricted")).await.read().await;
    assert!(silent.is_complete(), "{}", silent.text());
    assert_eq!(addresses.found_in(silent.html.as_bytes()), [] as [&str; 0], "HAZ-023: from no source");
    demo.control().fault("pds", "none").await;
    // The service may have been left alone after its failures, or be late: then the page says that nobody was checked.
    let mut silent = silent;
    while silent.is_complete() {
        assert!(silent.text().contains(NOT_CHECKED), "HAZ-023: shown although the service answered");
        assert_eq!(addresses.found_in(silent.html.as_bytes()), [] as [&str; 0], "HAZ-023: from no source");
        silent = signed_in.open(&demo.ready.person("very-restricted")).await.read().await;
    }
    is_hidden("very-restricted").await;
    assert!(demo.stop().success());
    let raised = demo.auditor().alerts().iter().filter(|rule| *rule == "PO-05").count();
    assert_eq!(raised, 3, "HAZ-050: the privacy officer hears of each attempt, the asker of none");
    // The partners' own systems and files lie beside, and may know where anybody lives.
    let is_the_gateways = |name: &str| name.starts_with("audit.sqlite") || name.ends_with(".log");
    for (path, bytes) in demo.written() {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if is_the_gateways(&name) {
            assert_eq!(addresses.found_in(&bytes), [] as [&str; 0], "HAZ-023, HAZ-049 in `{name}`");
        }
    }
    demo.auditor().verify();
}

// shows: R43, A18
#[tokio::test]
async fn t61_nothing_restricted_is_shown_from_practice_or_trust_and_the_rest_is() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let over = folder.path().join("partners.toml");
    let text = journeys::held::published(folder.path(), &["ZZ900", "ZZ910"]);
    std::fs::write(&over, text).expect("a file can be written");
    let demo = Demo::start(&["--with-config", &over.display().to_string()]);
    let view = demo.host().sign_in("dr.okafor").await.open(&demo.ready.person("kept-apart")).await;
    let page = view.read().await;
    assert!(page.is_complete(), "{}", page.text());
    for shown in ["Hypertension", "Amlodipine", "Outpatient attendance", "No known allergies"] {
        assert!(page.html.contains(shown), "HAZ-006: `{shown}` is hers to be treated by:\n{}", page.text());
    }
    let canaries =
        Canaries::new(&["Kept apart", "immunodeficiency", "Sexual health", "86406008", "side effects"]);
    assert_eq!(canaries.found_in(page.html.as_bytes()), [] as [&str; 0], "HAZ-010, HAZ-023: {}", page.text());
    assert!(!page.text().to_lowercase().contains("restricted"), "HAZ-010: nor that there is any");
    let held = demo.auditor().held("label");
    assert!(held >= 6, "HAZ-025: what was held stands in the manifests, {held} entries");
    let lengths: Vec<usize> = demo.auditor().sealed().iter().map(|(.., text)| text.len()).collect();
    assert!(
        lengths.len() > 2,
        "of partners with and without a key, of which something was held back or nothing"
    );
    assert!(lengths.windows(2).all(|two| two[0] == two[1]), "AU31: one length tells nothing: {lengths:?}");
    demo.finish();
}

#[tokio::test]
async fn that_some_kinds_are_never_shown_stands_on_every_record() {
    let demo = Demo::start(&[]);
    let signed_in = demo.host().sign_in("dr.okafor").await;
    for story in ["gp-refuses", "superseded"] {
        let page = signed_in.open(&demo.ready.person(story)).await.read().await;
        assert!(page.text().contains("Some kinds of information are never shown here."), "HAZ-010 {story}");
    }
    demo.finish();
}

// shows: R43
#[tokio::test]
async fn a_gateway_without_its_lists_does_not_start_and_says_which_and_what_to_do() {
    let demo = Demo::start(&[]);
    let config = demo.ready.text("config");
    let (well, said) = demo.command(&["check", "--config", &config]);
    assert!(well && said.contains("6 reference sets, the starter list, not for live use"), "{said}");
    let folder = std::path::Path::new(&config).parent().expect("a folder").join("policy/refsets");
    let list = folder.join("999004361000000107.json");
    let text = std::fs::read_to_string(&list).expect("it was unpacked");
    std::fs::remove_file(&list).expect("it can be removed");
    for command in ["check", "serve"] {
        let (well, said) = demo.command(&[command, "--config", &config]);
        let said = said.split_whitespace().filter(|word| *word != "│").collect::<Vec<_>>().join(" ");
        assert!(!well, "HAZ-023 {command}");
        assert!(
            said.contains("999004361000000107 (termination of pregnancy) is missing"),
            "{command}: {said}"
        );
        assert!(said.contains("shcr refset import"), "{command}: {said}");
    }
    std::fs::write(&list, text.replace("2025-01-01", "2024-01-01")).expect("it can be written");
    let (well, said) = demo.command(&["check", "--config", &config]);
    let said = said.split_whitespace().filter(|word| *word != "│").collect::<Vec<_>>().join(" ");
    assert!(!well && said.contains("older than the 2025-01-01 agreed"), "{said}");
    demo.finish();
}
