//! Golden pages, one per state, and the claims the page makes, each named by its hazard or display rule.

use super::*;
use crate::{assets, fixture};
use fhir::reply::{NotAsked, Silence, Withholder};
use fhir::{FhirDate, ReplyState};
use record::Item;
use record::item::{Detail, Facts, Label, Note, PlanFamily, Standing, Status};

mod chapters;
mod claims;
mod counted;
mod courses;
mod cui;
mod emergency;
mod entries;
mod found;
mod fresh;
mod news;
mod opened;
mod panels;
mod restricted;

/// Compares with `golden/{name}.html`, or writes it where `UPDATE_GOLDEN` is set.
fn check(name: &str, html: &str) {
    // One element a line, so that a change reads as one.
    let mut html = html.replace("><", ">\n<");
    for (asset, name) in [
        (&*assets::STYLE, "style.css"),
        (&*assets::COMPLETE, "complete.css"),
        (&*assets::SCRIPT, "record.js"),
        (&*assets::DOCUMENT_SCRIPT, "document.js"),
        (&*assets::ICON, "icon.svg"),
    ] {
        html = html.replace(&asset.path, name);
    }
    let path = format!("{}/golden/{name}.html", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, &html).unwrap();
    }
    let golden = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(golden == html, "{path} differs: look at the page, then run with UPDATE_GOLDEN=1");
}

/// The whole document with every part written once in page order.
fn whole_page(page: &Page, record: &Record) -> String {
    let parts = Key::in_page_order(page).into_iter().map(|key| section(page, record, key));
    let end = finish(page, record, "2026-11-22T14:02:06Z".parse().unwrap());
    [head(page), begin(page)].into_iter().chain(parts).chain([end]).collect()
}

fn without_categories(hidden: &[Category]) -> Page {
    let mut page = fixture::page();
    page.granted.retain(|category| !hidden.contains(category));
    page.not_for_role.extend(hidden);
    page.why.extend(hidden.iter().map(|category| crate::page::Why {
        in_part: false,
        category: *category,
        reason: access::policy::ReasonCode::Role,
        level: fhir::Level::Nothing,
        sources: Vec::new(),
        decided_by: crate::words::why::owner("CG+CSO"),
        ask: "Information governance, 01632 960 102".into(),
    }));
    page
}

/// Elements that do not part the words around them.
const INLINE: [&str; 6] = ["a", "b", "bdi", "i", "span", "time"];

/// A page's words, without markup.
fn words_of(html: &str) -> String {
    let mut text = String::new();
    let mut rest = html;
    while let Some((before, after)) = rest.split_once('<') {
        text.push_str(before);
        let name = after.trim_start_matches('/').split([' ', '>']).next();
        if !name.is_some_and(|name| INLINE.contains(&name)) {
            text.push(' ');
        }
        rest = after.split_once('>').map_or("", |(_, after)| after);
    }
    let joined = format!("{text}{rest}");
    joined.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn every_section_says_why_no_more_is_shown_and_one_constant_sentence() {
    let page = without_categories(&[Category::Results, Category::Consultations]);
    let of = |section| words_of(&super::section(&page, &fixture::whole(), Key::Section(section)));
    let results = of(Section::Results);
    let said = "Results: your role does not see them. Decided by the Caldicott Guardian and the Clinical Safety Officer; \
                ask Information governance, 01632 960 102.";
    assert!(results.contains(said), "HAZ-011: {results}");
    for section in record::reconcile::SECTIONS {
        let words = of(section);
        assert!(words.contains("Why am I not seeing this?"), "HAZ-011: {words}");
        assert!(words.contains("Some kinds of information are never shown here."), "HAZ-010: {words}");
    }
    assert!(
        of(Section::Problems).contains("Consultations: your role does not see them."),
        "HAZ-011: in part"
    );
    assert!(of(Section::Immunisations).contains("keeps nothing of this section from your role"), "HAZ-011");
}

#[test]
fn a_complete_page_is_as_golden() {
    check("complete", &whole_page(&fixture::page(), &fixture::whole()));
}

#[test]
fn a_page_with_one_silent_source_is_as_golden() {
    check("one-silent", &whole_page(&fixture::page(), &fixture::one_silent()));
}

#[test]
fn a_page_with_an_answer_withheld_for_identity_is_as_golden() {
    let record = fixture::with("acute", ReplyState::Withheld(Withholder::PolicyIdentity));
    check("withheld-identity", &whole_page(&fixture::page(), &record));
}

#[test]
fn the_objection_page_is_as_golden() {
    let page = fixture::page();
    check("objection", &format!("{}{}", head(&page), objection(&page, crate::words::OBJECTION)));
}

#[test]
fn a_narrow_role_is_as_golden() {
    let page = without_categories(&[Category::Results, Category::Consultations, Category::MentalHealth]);
    check(
        "narrow-role",
        &whole_page(
            &page,
            &fixture::with("mh", ReplyState::NotAsked(NotAsked("your role does not include them".into()))),
        ),
    );
}

#[test]
fn an_empty_record_is_as_golden() {
    check("empty", &whole_page(&fixture::page(), &fixture::empty()));
}

#[test]
fn a_source_that_does_not_share_is_as_golden() {
    check("not-shared", &whole_page(&fixture::page(), &fixture::with("community", ReplyState::NotShared)));
}

#[test]
fn a_stale_feed_is_as_golden() {
    let mut page = fixture::page();
    page.opened_at = "2026-11-24T14:02:00Z".parse().unwrap();
    check("stale", &whole_page(&page, &fixture::whole()));
}

#[test]
fn unreadable_entries_are_as_golden() {
    check("unreadable", &whole_page(&fixture::page(), &fixture::unreadable()));
}

#[test]
fn a_late_answer_is_as_golden() {
    let page = fixture::page();
    let mut record = fixture::waiting();
    record.add(
        fixture::note("gp", ReplyState::Answered),
        fixture::released("gp", vec![fixture::no_known("gp")]),
    );
    let before =
        section(&page, &record, Key::AllergyRow) + &section(&page, &record, Key::Section(Section::Allergies));
    let late_note = record::reconcile::SourceNote {
        missed: vec![record::Section::Allergies, record::Section::Plans],
        ..fixture::note("acute", ReplyState::Answered)
    };
    let allergy = fixture::acute_allergy();
    record.add(late_note, fixture::released("acute", vec![allergy]));
    let missed = [Section::Plans, Section::Allergies];
    let after =
        late(&page, &record, &fixture::id("acute"), &missed) + &finish(&page, &record, page.opened_at);
    check("late", &(before + &after));
}

#[test]
fn the_interruption_page_is_as_golden() {
    let given = access::person::Difference {
        field: "given name".into(),
        host: "Doreen".into(),
        national: "Dora".into(),
    };
    check("interruption", &interruption(&[given], "/s/sid/", "dG9rZW4", "7K2M-9QF4", true));
}
