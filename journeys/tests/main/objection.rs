//! A person who objects, to sharing as a whole or to one organisation's: what is asked, what is shown, what the page tells,
//! and what becomes of a view that is open when they say so.

use journeys::{
    browser::{Page, View},
    demo::Demo,
    ready::Person,
};
use std::time::{Duration, Instant};

const SENTENCE: &str =
    "This person has objected to sharing through this record. Contact organisations directly.";

async fn open(demo: &Demo, person: &Person) -> (View, Page) {
    let view = demo.host().sign_in("dr.okafor").await.open(person).await;
    let page = view.read().await;
    (view, page)
}

// shows: R44
#[tokio::test]
async fn an_objection_is_said_and_nothing_clinical_is_asked_or_shown() {
    let demo = Demo::start(&[]);
    let (_, page) = open(&demo, &demo.ready.person("objection")).await;
    let text = page.text();
    assert!(text.contains(SENTENCE), "HAZ-022:\n{text}");
    for slot in ["alg", "med", "pro", "res", "con", "src"] {
        assert!(!page.html.contains(&format!("s-{slot}")), "HAZ-022: `{slot}` is shown");
    }
    let others: Vec<String> = demo.control().clinical_questions().await;
    let others: Vec<_> = others.iter().filter(|name| !name.starts_with("gp:")).collect();
    assert!(others.is_empty(), "HAZ-022: asked in spite of the objection: {others:?}");
    let asked = demo.control().asked().await;
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
    let (_, page) = open(&demo, &demo.ready.person("objection")).await;
    assert!(page.html.contains("id=\"objected\""), "HAZ-022: said as soon as it is known:\n{}", page.text());
    assert!(!page.is_complete(), "HAZ-022: what came before it is not a record");
    let after = page.html.split("id=\"objected\"").nth(1).unwrap_or_default();
    assert!(!after.contains("<section"), "HAZ-022: nothing is shown after it");

    let kinds = demo.finish();
    assert!(kinds.count("objection") > 0, "HAZ-022: it is recorded: {kinds:?}");
}

// shows: R44
#[tokio::test]
async fn t71_an_objection_to_one_organisation_removes_that_one_only() {
    for (story, source, short) in
        [("objects-to-eput", "eput", "EPUT"), ("objects-to-nelft", "nelft", "NELFT")]
    {
        let demo = Demo::start(&[]);
        let (_, page) = open(&demo, &demo.ready.person(story)).await;
        let (text, sources) = (page.text(), page.section("src"));
        assert!(page.is_complete(), "{text}");
        assert!(sources.contains("Not shown: the person has objected to its sharing"), "{short}: {sources}");
        assert!(
            text.contains(&format!("{short} is not shown.")) && !text.contains(SENTENCE),
            "HAZ-022: {text}"
        );
        let asked = demo.control().clinical_questions().await;
        assert!(!asked.contains(&source.to_owned()), "HAZ-022: nothing clinical is asked of it: {asked:?}");
        let states = demo.auditor().closed().pop().expect("a close").states;
        let ended = |source: &str| states.get(source).cloned().unwrap_or_default();
        assert_eq!(ended(source), "withheld(by policy: objection)", "HAZ-022");
        for other in ["gp", "acute", "eput", "nelft"].into_iter().filter(|other| *other != source) {
            assert!(ended(other).starts_with("answered"), "HAZ-022: {other}: {states:?}");
        }
        demo.finish();
    }
}

// shows: F44
#[tokio::test]
async fn t71_a_register_that_does_not_say_withholds_its_partner_unless_that_has_chosen_otherwise() {
    let demo = Demo::start(&["--fault", "eput=503", "--fault", "nelft=503"]);
    let (_, page) = open(&demo, &demo.ready.golden_person()).await;
    let sources = page.section("src");
    assert!(page.is_complete(), "HAZ-035: {}", page.text());
    let said = "Not shown: it did not say whether the person objects to its sharing";
    assert!(sources.contains(said), "HAZ-022:\n{sources}");
    let states = demo.auditor().closed().pop().expect("a close").states;
    let ended = |source: &str| states.get(source).cloned().unwrap_or_default();
    assert_eq!(ended("eput"), "withheld(by policy: objection unknown)", "HAZ-022");
    assert_eq!(
        ended("nelft"),
        "did-not-answer(failed)",
        "its controller shares all the same, and it is down"
    );
    let asked = demo.control().clinical_questions().await;
    assert!(asked.contains(&"nelft".to_owned()) && !asked.contains(&"eput".to_owned()), "HAZ-022: {asked:?}");
    demo.finish();
}

// shows: R44, F44
#[tokio::test]
async fn t72_a_silent_practice_under_both_settings_and_with_what_is_known_from_the_last_day() {
    for (setting, opens) in [("show-with-caveat", true), ("refuse", false)] {
        let demo = Demo::start(&["--set", &format!("objection.unknown={setting}")]);
        let doreen = demo.ready.golden_person();
        demo.control().fault("gp", "hang").await;
        let (view, page) = open(&demo, &doreen).await;
        let text = page.text();
        assert_eq!(page.is_complete(), opens, "HAZ-022: never seen, {setting}:\n{text}");
        let said = if opens {
            "not confirmed by the GP practice"
        } else {
            "could not be confirmed, so nothing is shown"
        };
        assert!(text.contains(said) && !text.contains(SENTENCE), "HAZ-022: {setting}:\n{text}");

        // Once the practice has said so, that is gone by for a day.
        demo.control().fault("gp", "none").await;
        assert!(view.read().await.is_complete(), "{setting}");
        demo.control().fault("gp", "hang").await;
        let page = view.read().await;
        let text = page.text();
        assert!(page.is_complete() && text.contains("bjection not confirmed since "), "{setting}:\n{text}");
        demo.finish();
    }
}

#[tokio::test]
async fn t72_an_objection_known_from_the_last_day_stands_while_the_practice_is_silent() {
    let demo = Demo::start(&[]);
    let (view, page) = open(&demo, &demo.ready.person("objection")).await;
    assert!(page.text().contains(SENTENCE), "{}", page.text());
    demo.control().fault("gp", "hang").await;
    demo.control().forget_what_was_asked().await;
    let page = view.read().await;
    assert!(page.text().contains(SENTENCE), "HAZ-022:\n{}", page.text());
    let asked = demo.control().clinical_questions().await;
    assert!(asked.iter().all(|name| name.starts_with("gp:")), "HAZ-022: {asked:?}");
    demo.finish();
}

/// Asks as the page's own script does, until the view has ended.
async fn ends(view: &View) -> bool {
    let began = Instant::now();
    while began.elapsed() < Duration::from_secs(60) {
        if view.browser.get(&format!("{}state", view.path)).await.status == 410 {
            return true;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    false
}

#[tokio::test]
async fn t73_an_objection_recorded_while_a_view_is_open_ends_it() {
    for (keeper, said_anew) in [("gp", SENTENCE), ("eput", "the person has objected to its sharing")] {
        let demo = Demo::start(&["--set", "objection.recheck=1s"]);
        let doreen = demo.ready.golden_person();
        let (view, page) = open(&demo, &doreen).await;
        assert!(page.is_complete(), "{}", page.text());
        demo.control().wish(&doreen, keeper, "objects").await;
        assert!(ends(&view).await, "HAZ-022: recorded at {keeper}, and the view is open a minute later");
        assert!(view.read().await.text().contains("This view has ended"), "HAZ-022");
        let (_, page) = open(&demo, &doreen).await;
        assert!(page.text().contains(said_anew), "HAZ-022: {keeper}:\n{}", page.text());

        demo.control().wish(&doreen, keeper, "withdraws").await;
        let (view, page) = open(&demo, &doreen).await;
        assert!(page.is_complete() && !page.text().contains(said_anew), "taken back:\n{}", page.text());
        tokio::time::sleep(Duration::from_secs(3)).await;
        let state = view.browser.get(&format!("{}state", view.path)).await;
        assert_eq!(state.status, 204, "nothing new was said, and the view goes on");
        assert!(demo.finish().count("objection") > 1, "HAZ-022: each time it asks again is recorded");
    }
}

/// With the person, the opening and its moment taken out.
fn bare((view, page): &(View, Page), person: &Person) -> String {
    let mut html = page.html.replace(&view.path, "/s/");
    let reference =
        html.split("opening ").nth(1).and_then(|rest| rest.get(..9)).unwrap_or_default().to_owned();
    html = html.replace(&reference, "REFERENCE");
    for hidden in ["token", "opening"] {
        let mark = format!("name=\"{hidden}\" value=\"");
        let mut parts = html.split(&mark);
        let first = parts.next().unwrap_or_default().to_owned();
        let rest = parts.filter_map(|part| part.split_once('"')).map(|(_, rest)| format!("{mark}\"{rest}"));
        html = rest.fold(first, |all, part| all + &part);
    }
    for word in person.name.split(' ') {
        html = html.replace(word, "NAME").replace(&word.to_uppercase(), "NAME");
    }
    let words = html.split('>').map(|part| {
        let is_moment = part.contains("-20") || part.contains("-19");
        if is_moment {
            part.chars().filter(|letter| !letter.is_ascii_digit() && !letter.is_alphabetic()).collect()
        } else {
            part.to_owned()
        }
    });
    words.collect::<Vec<String>>().join(">")
}

#[tokio::test]
async fn t74_the_page_under_objection_tells_name_and_birth_date_and_nothing_of_any_source() {
    let demo = Demo::start(&[]);
    let (olive, doreen, percy) =
        (demo.ready.person("objection"), demo.ready.golden_person(), demo.ready.person("sparse"));
    let mut pages = Vec::new();
    for person in [&olive, &doreen, &percy] {
        // One whom three partners know, one whom all know, one whom nobody knows.
        demo.control().wish(person, "gp", "objects").await;
        pages.push((open(&demo, person).await, person));
    }
    for (opened, person) in &pages {
        let text = opened.1.text();
        assert!(
            text.contains(&person.family()) && text.contains("Born") && text.contains(SENTENCE),
            "{text}"
        );
        // Whom the professional works for is theirs to read.
        let text = text.replace("Mid and South Essex NHS Foundation Trust (demonstration)", "");
        for source in ["Acute", "EPUT", "NELFT", "Provide", "IC24", "Ambulance", "Essex", "GP", "NRL"] {
            assert!(!text.contains(source), "HAZ-022: `{source}` is named:\n{text}");
        }
        for hint in ["answered", "Answered", "entries", "asked", "sources", "complete", &person.spaced()] {
            assert!(!text.contains(hint), "HAZ-022: `{hint}` stands on it:\n{text}");
        }
        assert_eq!(
            bare(opened, person),
            bare(&pages[0].0, pages[0].1),
            "HAZ-050: the same page for everybody"
        );
    }
    demo.finish();
}

#[tokio::test]
async fn t74_where_the_guardian_wants_it_an_objection_looks_like_a_person_nobody_knows() {
    let demo = Demo::start(&["--set", "objection.page=uniform"]);
    let (_, objected) = open(&demo, &demo.ready.person("objection")).await;
    let (_, restricted) = open(&demo, &demo.ready.person("restricted")).await;
    assert_eq!((objected.status.as_u16(), restricted.status.as_u16()), (404, 404), "{}", objected.text());
    let alike = |page: &Page| {
        let reference = page
            .html
            .split("Quote this reference: <b>")
            .nth(1)
            .and_then(|rest| rest.get(..9))
            .unwrap_or_default();
        page.html.replace(reference, "")
    };
    assert_eq!(alike(&objected), alike(&restricted), "HAZ-050");
    let because: Vec<_> =
        demo.auditor().refused().into_iter().filter_map(|mut reasons| reasons.pop()).collect();
    assert!(because.contains(&"objection".to_owned()), "HAZ-022: the audit knows: {because:?}");
    assert!(demo.control().clinical_questions().await.iter().all(|name| name.starts_with("gp:")), "HAZ-022");
    demo.finish();
}

// shows: R44
#[tokio::test]
async fn a_practices_refusal_at_the_persons_request_withholds_its_record_and_is_said_as_that() {
    let demo = Demo::start(&[]);
    let (_, page) = open(&demo, &demo.ready.person("gp-refuses")).await;
    let text = page.text();
    assert!(page.is_complete(), "{text}");
    assert!(text.contains("olds back some entries"), "HAZ-022:\n{text}");
    assert!(
        text.contains("holds its own record back at the person"),
        "HAZ-022: the caveat says why:\n{text}"
    );
    let states = demo.auditor().closed().pop().expect("a close").states;
    let ended = |source: &str| states.get(source).cloned().unwrap_or_default();
    assert_eq!(ended("gp"), "withheld(by the source)", "HAZ-022");
    assert!(ended("acute").starts_with("answered"), "HAZ-022: the others are shown: {states:?}");
    demo.finish();
}
