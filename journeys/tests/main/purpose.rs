//! What the record is for, and what it is not for: one person's whole history, frailty first, on its way between services; not the
//! national summary, not for the person themselves, not for research or planning.

use journeys::{
    browser::{Browser, Page},
    demo::Demo,
};
use serde_json::{Value, json};

/// Doreen's record in which no answer came late: on a busy machine it is opened again.
async fn doreens(demo: &Demo, login: &str) -> Page {
    const OPENED: usize = 12;
    let doreen = demo.ready.golden_person();
    let view = demo.host().sign_in(login).await.open(&doreen).await;
    for _ in 1..OPENED {
        let page = view.read().await;
        assert!(page.is_complete(), "{}", page.text());
        if !page.html.contains("id=\"late-") {
            return page;
        }
    }
    panic!("of {OPENED} openings none had every answer in its place")
}

/// Each stands in that part, in this order where there are several.
fn holds(page: &Page, slot: &str, wanted: &[&str]) {
    let section = page.section(slot);
    let mut rest = section.as_str();
    for words in wanted {
        let found = rest.split_once(words);
        rest = found
            .unwrap_or_else(|| panic!("`{words}` is missing, or not in its place, in `{slot}`:\n{section}"))
            .1;
    }
}

// shows: R5
#[tokio::test]
async fn several_settings_merge_on_one_page_and_with_the_practice_alone_it_is_not_whole() {
    let demo = Demo::start(&[]);
    let page = doreens(&demo, "dr.okafor").await;
    holds(&page, "row", &["Penicillin", "Acute 2, GP 2"]);
    let settings = page.section("con");
    for setting in ["GP (", "Community (", "Inpatient (", "ED (", "Ambulance (", "111 ("] {
        assert!(settings.contains(setting), "`{setting}` is no setting of her contacts:\n{settings}");
    }
    assert!(page.text().contains("All 11 sources answered"), "{}", page.text());

    let sources = demo.ready.sources();
    let national = ["pds", "sds", "ssp", "gateway"];
    let others = sources.iter().map(String::as_str).filter(|name| !name.starts_with("gp:"));
    for source in others.filter(|name| !national.contains(name)).chain(["nrl"]) {
        demo.control().fault(source, "503").await;
    }
    let page = doreens(&demo, "dr.okafor").await;
    let text = page.text();
    assert!(
        text.contains("Not complete: 1 of 11 sources answered"),
        "HAZ-006: that most is missing is said:\n{text}"
    );
    assert!(page.section("med").contains("One To Be Taken Twice A Day"), "the practice's list stands");
    for silent in
        ["Acute", "EPUT", "NELFT", "Provide", "IC24", "Ambulance", "Essex CC", "Southend CC", "Thurrock C"]
    {
        assert!(page.section("src").contains(silent) && text.contains(silent), "HAZ-006: {silent} is named");
    }
    assert!(
        page.section("row").contains("Acute"),
        "HAZ-012: who did not say is named beside the practice's allergies"
    );
    demo.finish();
}

// shows: R6
#[tokio::test]
async fn one_timeline_holds_every_setting_newest_month_first_and_a_month_stays_a_month() {
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let demo = Demo::start(&[]);
    let page = doreens(&demo, "dr.okafor").await;
    let rows = page.rows("con");
    for source in ["GP", "Acute", "EPUT", "NELFT", "Provide", "IC24", "Ambulance"] {
        assert!(rows.contains(&format!("[as sent] {source}")), "{source} has no row of its own:\n{rows}");
    }
    let (_, by_month) =
        rows.split_once("Open referrals and waits").expect("what is open stands before the months");
    let mut months = Vec::new();
    for (place, _) in by_month.match_indices(" (") {
        let heading = place.checked_sub(8).and_then(|from| by_month.get(from..place)).unwrap_or_default();
        let Some((month, year)) = heading.split_once('-') else { continue };
        let Some(month) = MONTHS.iter().position(|name| *name == month) else { continue };
        months.push((year.parse::<u32>().expect("a year"), month));
    }
    assert!(months.len() >= 4, "her contacts of several months:\n{by_month}");
    assert!(months.is_sorted_by(|a, b| a > b), "newest first, each month once: {months:?}");
    let frailty = page.rows("fra");
    assert!(frailty.contains(" Feb-2026 Fall"), "HAZ-015: a month is not made a day:\n{frailty}");
    demo.finish();
}

// shows: R10
#[tokio::test]
async fn frailty_stands_first_for_whoever_looks_after_the_frail_with_scores_as_recorded() {
    let demo = Demo::start(&[]);
    for login in ["dr.okafor", "nurse.bell"] {
        let page = doreens(&demo, login).await;
        let panels: Vec<&str> =
            page.html.split(" slot\" id=\"p-").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        assert_eq!(panels.get(..5), Some(&["pla", "fra", "new", "con", "med"][..]), "HAZ-027: {login}");
        holds(
            &page,
            "p-pla",
            &["ReSPECT", "Not for attempted cardiopulmonary resuscitation", "CPR Not recommended"],
        );
        holds(
            &page,
            "p-fra",
            &[
                "10-Oct-2026",
                "Clinical frailty scale 7",
                "Electronic frailty index 0.39",
                "Fall",
                "Found on bathroom floor",
            ],
        );
        holds(&page, "p-med", &["Apixaban", "Strength differs"]);
        holds(&page, "p-con", &["District nursing visit", "Emergency department attendance"]);
        holds(&page, "p-car", &["Four visits a day"]);
        holds(
            &page,
            "fra",
            &[
                "As recorded; nothing is calculated here",
                "Before that 6, 26-Oct-2025, GP",
                "Falls",
                "3 entries in the last 12 months",
            ],
        );
    }
    // Of whom nobody recorded a score there is none: nothing is computed.
    let person = demo.ready.named("PLACEHOLDER");
    let page = demo.host().sign_in("dr.okafor").await.open(&person).await.read().await;
    let frailty = page.section("fra");
    assert!(!frailty.to_lowercase().contains("frailty scale"), "HAZ-056:\n{frailty}");
    demo.finish();
}

// shows: R12
#[tokio::test]
async fn what_the_next_service_needs_of_the_last_one_is_there() {
    let demo = Demo::start(&[]);
    let page = doreens(&demo, "nurse.bright").await;
    holds(&page, "con", &["Care of older people clinic booked", "Falls service review booked"]);
    holds(
        &page,
        "con",
        &["Open referrals and waits", "Community physiotherapy", "Reduced mobility after admission"],
    );
    holds(&page, "con", &["Inpatient stay, care of older people", "Discharged home with package restarted"]);
    holds(&page, "con", &["Emergency department attendance", "Admitted"]);
    holds(&page, "doc", &["Discharge summary"]);
    holds(&page, "car", &["Four visits a day", "Morning visit"]);
    holds(&page, "p-peo", &["District nursing, Marshford", "Nurse Ade Bright", "01632960913"]);
    holds(&page, "car", &["Adult social care, Marshford", "Sam Dean", "01632960917"]);
    for contact in ["01632 960 110", "01632 960 113", "01632 960 117"] {
        assert!(page.section("src").contains(contact), "whom to ring stands beside each source: {contact}");
    }
    demo.finish();
}

/// Every claim by which somebody would be known as a person who is cared for, and not as a professional.
const CITIZENS: [(&str, &str); 5] = [
    ("fhirUser", "https://host.example.test/fhir/Patient/1"),
    ("fhirUser", "https://host.example.test/fhir/RelatedPerson/1"),
    ("nhs_number", "9991234578"),
    ("identity_proofing_level", "P9"),
    ("vot", "P9.Cp.Cd"),
];

// shows: R19
#[tokio::test]
async fn the_person_themselves_is_let_in_by_no_door_and_has_no_page() {
    let demo = Demo::start(&[]);
    let signer = demo.signer().await;
    let doreen = demo.ready.golden_person();
    let demographics = json!({"birthDate": "1935-08-14", "name": {"family": "Testpatient", "given": ["Doreen"]}, "gender": "female"});
    for (claim, value) in CITIZENS {
        let mut claims = signer.claims(&doreen, &demographics);
        claims[claim] = json!(value);
        let granted = signer.launch(&claims).await;
        assert_eq!((granted.status, granted.error()), (400, "invalid_grant"), "{claim}: {}", granted.body);
    }
    let browser = Browser::new(&demo.ready);
    for path in ["/me", "/my-record", "/patient", "/register", "/nhs-login", "/s/", "/proxy", "/account"] {
        let page = browser.get(path).await;
        assert_eq!(page.status, 404, "`{path}`: {}", page.text());
    }
    assert_eq!(demo.control().asked().await, [], "nothing was asked of anyone");
    let refusals = demo.auditor().refusals();
    assert_eq!(refusals.len(), CITIZENS.len(), "each is recorded: {refusals:?}");
    demo.finish();
}

// shows: R20
#[tokio::test]
async fn research_planning_and_payment_open_nothing_and_there_is_no_way_to_ask_about_many() {
    const OTHER: [&str; 8] =
        ["HRESCH", "PUBHLTH", "HOPERAT", "HPAYMT", "HMARKT", "PATRQT", "HQUALIMP", "CLINTRCH"];
    let demo = Demo::start(&[]);
    let signer = demo.signer().await;
    let doreen = demo.ready.golden_person();
    let demographics = json!({"birthDate": "1935-08-14", "name": {"family": "Testpatient", "given": ["Doreen"]}, "gender": "female"});
    for purpose in OTHER {
        let mut claims = signer.claims(&doreen, &demographics);
        claims["extensions"]["ihe_iua"]["purpose_of_use"] = json!([purpose]);
        let granted = signer.launch(&claims).await;
        // What is signed and whole is granted a link: it then says to the professional, in words, why nothing opens.
        if granted.status == 200 {
            let view = Browser::new(&demo.ready).follow(&granted.link()).await;
            assert_eq!(view.launched.status, 403, "{purpose}: {}", view.launched.text());
        }
    }
    assert_eq!(demo.control().asked().await, [], "nothing was asked of anyone");
    let refused = demo.auditor().refused();
    assert_eq!(refused.len(), OTHER.len(), "each is recorded: {refused:?}");

    let view = demo.host().sign_in("dr.okafor").await.open(&doreen).await;
    let other = demo.ready.named("PLACEHOLDER");
    let number = &other.nhs_number;
    for path in [
        "$export".to_owned(),
        "fhir/$export".to_owned(),
        "fhir/Patient/$export".to_owned(),
        "fhir/Group/1/$export".to_owned(),
        "fhir/Patient".to_owned(),
        "fhir/Patient/1/$everything".to_owned(),
        "fhir/Observation?code=1".to_owned(),
        "export".to_owned(),
        "cohort".to_owned(),
    ] {
        let page = view.browser.get(&format!("{}{path}", view.path)).await;
        assert_eq!(page.status, 404, "`{path}`: {}", page.text());
    }
    for query in [
        format!("?patient.identifier=https://fhir.nhs.uk/Id/nhs-number|{number}"),
        format!("?patient=Patient/{number}"),
        format!("?_has:Observation:patient:code=1&identifier={number}"),
    ] {
        let page = view.browser.get(&format!("{}fhir{query}", view.path)).await;
        assert!(page.status.is_client_error(), "`{query}` was answered with {}", page.status);
        let answer: Value = serde_json::from_str(&page.html).unwrap_or_default();
        assert_eq!(answer["resourceType"], "OperationOutcome", "it is said why: {}", page.html);
    }
    demo.finish();
}

// shows: R59
#[tokio::test]
async fn two_professionals_at_the_same_moment_are_each_answered_from_every_source() {
    let demo = Demo::start(&[]);
    let doreen = demo.ready.golden_person();
    let ward = demo.host().sign_in("dr.okafor").await.open(&doreen).await;
    assert!(ward.read().await.is_complete());
    demo.control().forget_what_was_asked().await;
    assert!(ward.read().await.is_complete());
    let once = demo.control().asked().await;

    let other = demo.host().sign_in("nurse.bell").await.open(&doreen).await;
    demo.control().forget_what_was_asked().await;
    let (first, second) = tokio::join!(ward.read(), other.read());
    assert!(first.is_complete() && second.is_complete());
    let both = demo.control().asked().await;
    let count = |all: &[(String, u64)], name: &str| {
        all.iter().find(|(source, _)| source == name).map_or(0, |(_, count)| *count)
    };
    let national = ["pds", "sds", "ssp", "gateway"];
    for (source, asked) in once.iter().filter(|(name, _)| !national.contains(&name.as_str())) {
        assert!(
            count(&both, source) > *asked,
            "{source} was asked {asked} times for one and {} for two at once",
            count(&both, source)
        );
    }
    demo.finish();
}
