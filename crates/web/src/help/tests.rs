//! Every help page by its address and its links; what has no page is refused.

use super::*;
use crate::routes::{Contact, Shared, View};
use crate::view::Panel;

fn settings(training: bool) -> Settings {
    Settings {
        training,
        contacts: vec![Contact { name: "Clinical safety".into(), contact: "01632 960 101".into() }],
        shared: vec![Shared {
            short: "Acute".into(),
            partner: "Example Hospital".into(),
            freshness: "Live".into(),
            shares: "allergies and medicines".into(),
            contact: "Acute desk 01632 960099".into(),
        }],
        ..Settings::default()
    }
}

/// shows: R28, R68
#[test]
fn every_help_page_is_reached_from_every_other_and_from_its_own_address() {
    for page in PAGES {
        let html = help(page.slug(), &settings(true)).unwrap();
        for other in PAGES {
            assert!(html.contains(&format!("href=\"{}\"", other.address())), "{page:?} to {other:?}");
        }
        assert!(html.contains(&format!("<h1>{}</h1>", page.name())), "{page:?}");
        for link in html.split("href=\"/help").skip(1).map(|rest| rest.split('"').next().unwrap()) {
            assert!(help(link.trim_start_matches('/'), &settings(true)).is_some(), "{page:?}: /help{link}");
        }
    }
    for none in ["nowhere", "../", "STATES", "states/", "tour?x"] {
        assert!(help(none, &settings(true)).is_none(), "{none}");
    }
}

#[test]
fn the_states_are_explained_in_the_words_of_the_page() {
    let html = help("states", &settings(false)).unwrap();
    for words in [
        "Acute did not answer.",
        "Acute does not share medicines yet.",
        "Waiting for MH.",
        words::NOT_FINISHED,
    ] {
        assert!(html.contains(words), "HAZ-006: {words}");
    }
}

#[test]
fn every_line_of_the_glossary_is_a_term_and_its_meaning_in_order() {
    assert_eq!(GLOSSARY.len(), include_str!("../../help/glossary.txt").lines().count());
    let folded: Vec<String> = GLOSSARY.iter().map(|(term, _)| term.to_lowercase().replace('+', "")).collect();
    assert!(folded.is_sorted(), "{folded:?}");
    assert!(GLOSSARY.iter().all(|(term, meaning)| !term.is_empty() && meaning.ends_with('.')));
}

/// shows: R46, R55
#[test]
fn contacts_and_what_each_partner_shares_come_from_the_deployment() {
    let contacts = help("contacts", &settings(false)).unwrap();
    assert!(contacts.contains("01632 960 101") && contacts.contains("Acute desk 01632 960099"));
    let partners = help("partners", &settings(false)).unwrap();
    assert!(partners.contains("Example Hospital") && partners.contains("allergies and medicines"));
    assert!(help("contacts", &Settings::default()).unwrap().contains("Ask your own service desk."));
}

/// shows: R28
#[test]
fn the_quick_start_says_the_order_of_the_summary_that_is_configured() {
    let order = vec![Panel::Medicines, Panel::New, Panel::Appointments];
    let views = vec![View { who: "Pharmacist".into(), order }];
    let html = help("", &Settings { views, ..Settings::default() }).unwrap();
    let said = "<dt>Pharmacist</dt><dd>Medicines that differ, What’s new, Appointments and waits</dd>";
    assert!(html.contains(said), "HAZ-027: {html}");
    assert!(!help("", &Settings::default()).unwrap().contains("order of the summary"), "HAZ-027");
}

#[test]
fn cui_time_d_tb_0032_times_are_said_to_be_of_the_24_hour_clock() {
    assert!(help("states", &Settings::default()).unwrap().contains("Times are of the 24-hour clock"));
}

#[test]
fn cui_sex_cgs_0004_0018_every_value_of_gender_has_its_meaning_in_the_glossary() {
    let html = help("glossary", &Settings::default()).unwrap();
    for value in ["Female, Male", "Other Specific", "Not Known", "Not Specified", "Gender"] {
        assert!(html.contains(&format!("<dt>{value}</dt><dd>")), "{value}");
    }
}

#[test]
fn the_tour_is_for_training_alone() {
    assert!(help("tour", &settings(false)).is_none(), "HAZ-054");
    assert!(!help("", &settings(false)).unwrap().contains("/help/tour"));
    assert!(help("tour", &settings(true)).unwrap().contains(words::TRAINING), "HAZ-054");
}
