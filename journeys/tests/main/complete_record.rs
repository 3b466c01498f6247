//! The golden person with every source up: one page, every partner on it, every look recorded.

use journeys::demo::Demo;

/// As the deployment's configuration names them, those that answer.
const SOURCES: [&str; 10] =
    ["GP", "Acute", "EPUT", "NELFT", "Provide", "IC24", "Ambulance", "Essex CC", "Southend CC", "Thurrock C"];

// shows: R1, R3, R7, R15, R21, R29, R30, R31, R65
#[tokio::test]
async fn a_doctor_reads_one_record_drawn_live_from_every_partner() {
    let demo = Demo::start(&[]);
    let doreen = demo.ready.golden_person();
    let page = demo.host().sign_in("dr.okafor").await.open(&doreen).await.read().await;

    assert_eq!(page.status, 200, "{}", page.text());
    assert!(page.is_complete(), "HAZ-033: the last byte says that it is the last");
    let text = page.text();
    for words in ["TESTPATIENT, Doreen (Mrs)", "14-Aug-1935", "999 123 4578", "TRAINING: not a real person"] {
        assert!(text.contains(words), "`{words}` is missing from:\n{text}");
    }
    let sources = page.section("src");
    for source in SOURCES {
        assert!(sources.contains(source), "`{source}` is missing from:\n{sources}");
    }
    assert!(!sources.contains("Did not answer"), "everything is up:\n{sources}");
    assert!(sources.contains("ICB"), "R23: a partner that only looks is named:\n{sources}");

    let asked = demo.control().clinical_sources_asked().await;
    for source in demo.ready.sources().iter().filter(|name| !name.starts_with("gp:")) {
        assert!(asked.contains(source), "`{source}` was not asked: {asked:?}");
    }
    assert_eq!(
        asked.iter().filter(|name| name.starts_with("gp:")).count(),
        1,
        "the registered practice alone: {asked:?}"
    );
    demo.finish();
}

// shows: R3, R67
#[tokio::test]
async fn what_partners_hold_stands_in_its_section_in_their_own_words() {
    let demo = Demo::start(&[]);
    let doreen = demo.ready.golden_person();
    let page = demo.host().sign_in("dr.okafor").await.open(&doreen).await.read().await;
    let expected = [
        ("alg", "Trimethoprim"),
        ("med", "2.5 mg twice a day by mouth. Dose reduced: age, weight and creatinine"),
        ("med", "One To Be Taken Twice A Day"),
        ("pro", "Osteoporosis"),
        ("imm", "FL2291"),
        ("res", "Haemolysed sample: interpret potassium with care."),
        ("con", "Afraid of falling again"),
        ("pla", "ReSPECT"),
        ("doc", "Discharge summary: care of older people"),
    ];
    for (slot, words) in expected {
        let section = page.section(slot);
        assert!(section.contains(words), "HAZ-014, HAZ-018: `{words}` is missing from `{slot}`:\n{section}");
    }
    assert!(
        page.section("row").to_lowercase().contains("penicillin"),
        "HAZ-012, HAZ-027: the allergy row names it"
    );
    assert!(
        page.section("med").contains("Strength differs: compare"),
        "HAZ-013: two lists disagree on apixaban, and it is said"
    );
    demo.finish();
}

// shows: R9
#[tokio::test]
async fn allergy_from_two_partners_is_shown_once_with_both_sources() {
    let demo = Demo::start(&[]);
    let doreen = demo.ready.golden_person();
    let page = demo.host().sign_in("dr.okafor").await.open(&doreen).await.read().await;
    let allergies = page.section("alg");
    let (known, _) = allergies.split_once("Ended or refuted").expect("she has an ended one too");
    let agents = known.matches("Penicillin allergy Type").count();
    assert_eq!(agents, 1, "HAZ-012: one line for one agent:\n{known}");
    assert!(known.contains("GP") && known.contains("Acute"), "both sources are named:\n{known}");
    demo.finish();
}

#[tokio::test]
async fn no_section_denies_what_it_shows() {
    let demo = Demo::start(&[]);
    let doreen = demo.ready.golden_person();
    let page = demo.host().sign_in("dr.okafor").await.open(&doreen).await.read().await;
    for slot in ["pla", "alg", "med", "pro", "imm", "res", "con", "doc", "car"] {
        let section = page.section(slot);
        // Why no more is shown is told by category, also of those that are not the section's own.
        let section = section.split("Why am I not seeing this?").next().unwrap_or_default();
        let denies = |sentence: &&str| sentence.contains("not share") && sentence.ends_with("yet.");
        let not_shared = section.split_inclusive('.').filter(denies);
        let denied: Vec<&str> = not_shared
            .flat_map(|sentence| SOURCES.into_iter().filter(|name| sentence.contains(name)))
            .collect();
        for name in denied {
            let row = format!("[as sent] {name} ");
            assert!(
                !page.rows(slot).contains(&row),
                "HAZ-007: `{slot}` says that {name} does not share it, and shows it"
            );
        }
    }
    demo.finish();
}

// shows: R60, R61
#[tokio::test]
async fn opening_again_asks_every_source_again_and_is_recorded_again() {
    let demo = Demo::start(&[]);
    let doreen = demo.ready.golden_person();
    let view = demo.host().sign_in("dr.okafor").await.open(&doreen).await;
    assert!(view.read().await.is_complete());
    let first = demo.control().clinical_sources_asked().await;

    demo.control().forget_what_was_asked().await;
    assert!(view.read().await.is_complete());
    assert_eq!(
        demo.control().clinical_sources_asked().await,
        first,
        "nothing is kept from the first opening"
    );

    let kinds = demo.finish();
    assert_eq!(
        (kinds.count("open"), kinds.count("close")),
        (2, 2),
        "HAZ-031: each opening is opened and closed: {kinds:?}"
    );
    assert!(
        kinds.count("disclosure") >= 2 * 8,
        "each source's release is recorded in each opening: {kinds:?}"
    );
}

// shows: R14, R16
#[tokio::test]
async fn nothing_can_be_written_and_no_address_takes_a_person() {
    use reqwest::{Method, StatusCode};
    let demo = Demo::start(&[]);
    let doreen = demo.ready.golden_person();
    let view = demo.host().sign_in("dr.okafor").await.open(&doreen).await;
    for method in [Method::PUT, Method::PATCH, Method::DELETE, Method::POST] {
        let status = view.browser.send(method.clone(), &view.path).await.status;
        assert_eq!(status, StatusCode::METHOD_NOT_ALLOWED, "{method} on the record");
    }
    for path in ["/s/", "/patients", "/Patient?identifier=1", "/s/x/y/z", "/../etc/passwd"] {
        let page = view.browser.get(path).await;
        assert!(page.status.is_client_error(), "`{path}` was answered with {}", page.status);
    }
    demo.finish();
}
