//! One source hangs, errs, lies or refuses: it is named for what it did, nothing of it is guessed, and the others are as they were.

use journeys::{
    browser::Page,
    demo::Demo,
    ready::{Person, Ready},
};

/// Doreen's record with one source under a fault.
async fn with_fault(source: &str, fault: &str) -> (Demo, Page) {
    let demo = Demo::start(&[]);
    demo.control().fault(source, fault).await;
    let doreen = demo.ready.golden_person();
    let page = demo.host().sign_in("dr.okafor").await.open(&doreen).await.read().await;
    (demo, page)
}

/// Nobody but the person asked for is on the page.
fn holds_nobody_else(page: &Page, ready: &Ready, person: &Person) {
    let text = page.html.to_uppercase();
    for other in ready.people().iter().filter(|other| other.nhs_number != person.nhs_number) {
        assert!(
            !text.contains(&other.nhs_number) && !text.contains(&other.spaced()),
            "HAZ-004: another's number is shown"
        );
        assert!(!text.contains(&format!("{},", other.family())), "HAZ-004: `{}` is shown", other.story_key);
    }
}

// shows: R53, F1
#[tokio::test]
async fn a_hung_source_is_named_as_missing_and_the_others_are_shown() {
    let (demo, page) = with_fault("acute", "hang").await;
    assert!(page.is_complete(), "HAZ-035: the page ends whatever one source does");
    let text = page.text();
    assert!(text.contains("Acute did not answer"), "HAZ-006: its silence is said:\n{text}");
    let medicines = page.section("med");
    assert!(medicines.contains("One To Be Taken Twice A Day"), "the practice's list stands:\n{medicines}");
    assert!(page.section("src").contains("Did not answer: no reply in time"), "{}", page.section("src"));
    assert!(
        page.section("row").contains("Acute"),
        "HAZ-012: the allergy row names the silent source:\n{}",
        page.section("row")
    );
    demo.finish();
}

/// The practice keeps the person's wish, so a page waits for its word; its silence is not waited for twice.
// shows: F1
#[tokio::test]
async fn a_silent_practice_holds_no_section_back_longer_than_another_source_does() {
    let demo = Demo::start(&[]);
    let doreen = demo.ready.golden_person();
    let known = demo.host().sign_in("dr.okafor").await.open(&doreen).await.read().await;
    assert!(known.is_complete(), "the day's word on sharing is known");
    for source in ["gp", "acute"] {
        demo.control().fault(source, "hang").await;
    }
    let page = demo.host().sign_in("dr.okafor").await.open(&doreen).await.read().await;
    assert!(page.is_complete(), "{}", page.text());
    let contacts = page.section("con");
    for silent in ["GP", "Acute"] {
        assert!(
            contacts.contains(&format!("{silent} had not answered at")),
            "HAZ-035: what others say stands before {silent} is given up:\n{contacts}"
        );
    }
    demo.finish();
}

#[tokio::test]
async fn a_silent_allergy_source_never_leaves_no_known_allergies_alone() {
    let demo = Demo::start(&[]);
    demo.control().fault("acute", "503").await;
    let person = demo.ready.named("PLACEHOLDER");
    let page = demo.host().sign_in("dr.okafor").await.open(&person).await.read().await;
    let row = page.section("row");
    assert!(row.contains("Acute"), "HAZ-006, HAZ-012: the row names who did not answer:\n{row}");
    demo.finish();
}

// shows: R52, F19
#[tokio::test]
async fn a_source_that_answers_about_another_person_is_withheld_whole_and_it_is_said() {
    let (demo, page) = with_fault("acute", "wrong-person").await;
    let doreen = demo.ready.golden_person();
    let text = page.text();
    assert!(page.is_complete());
    assert!(text.contains("Acute is not shown"), "HAZ-004: that it is withheld is said:\n{text}");
    holds_nobody_else(&page, &demo.ready, &doreen);
    for held in ["Haemolysed sample", "Phacoemulsification"] {
        assert!(!text.contains(held), "HAZ-004: `{held}` of it is shown");
    }
    assert!(text.contains("One To Be Taken Twice A Day"), "the practice's answer stands");
    demo.finish();
}

#[tokio::test]
async fn a_practice_that_answers_about_another_person_is_withheld_too() {
    let (demo, page) = with_fault("gp", "wrong-person").await;
    let doreen = demo.ready.golden_person();
    assert!(page.text().contains("GP is not shown"), "HAZ-004:\n{}", page.text());
    holds_nobody_else(&page, &demo.ready, &doreen);
    demo.finish();
}

#[tokio::test]
async fn an_answer_that_is_no_record_never_reads_as_nothing_recorded() {
    for fault in ["malformed", "drop", "empty", "500"] {
        let (demo, page) = with_fault("acute", fault).await;
        assert!(page.is_complete(), "{fault}");
        let sources = page.section("src");
        let said = sources.contains("Did not answer") || sources.contains("unreadable");
        assert!(said, "HAZ-038: `{fault}` at a source is said:\n{sources}");
        let text = page.text();
        let answered = |hour: char| text.contains(&format!("Acute answered {hour}"));
        assert!(
            !"012".chars().any(answered) && !text.contains("recorded by Acute."),
            "HAZ-038: `{fault}` is no answer:\n{text}"
        );
        demo.finish();
    }
}

#[tokio::test]
async fn a_practice_that_refuses_is_said_to_hold_back() {
    let demo = Demo::start(&[]);
    let person = demo.ready.person("gp-refuses");
    let page = demo.host().sign_in("dr.okafor").await.open(&person).await.read().await;
    assert!(page.is_complete(), "{}", page.text());
    assert!(page.text().contains("GP holds back some entries"), "HAZ-010, HAZ-022:\n{}", page.text());
    demo.finish();
}

// shows: R11
#[tokio::test]
async fn the_national_services_are_missed_and_the_record_still_opens() {
    for service in ["pds", "sds"] {
        let (demo, page) = with_fault(service, "503").await;
        assert!(page.is_complete(), "HAZ-044: `{service}` off: {}", page.text());
        assert!(
            page.text().contains("Trimethoprim"),
            "HAZ-044: with `{service}` off the trust's answer stands"
        );
        let sources = page.section("src");
        assert!(
            !sources.contains("GP Answered"),
            "HAZ-044: without `{service}` no practice is chosen by guess:\n{sources}"
        );
        demo.finish();
    }
}

// shows: R51, R64, F30
#[tokio::test]
async fn a_stale_feed_says_when_it_was_received() {
    let demo = Demo::start(&[]);
    let doreen = demo.ready.golden_person();
    let page = demo.host().sign_in("dr.okafor").await.open(&doreen).await.read().await;
    let text = page.text();
    assert!(
        text.contains("Thurrock C: nightly, last received"),
        "HAZ-008: five days old, and it says so:\n{text}"
    );
    assert!(text.contains("older than agreed"), "HAZ-008");
    assert!(text.contains("Essex CC: nightly, received"), "HAZ-008: a fresh feed says when, too");
    demo.finish();
}
