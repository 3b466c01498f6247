//! Emergency access and records near to the professional: what is named before, what comes first, and what is said while it lasts.

use super::*;
use crate::page::{ActiveEmergency, Emergency};
use crate::words;
use access::StaffMatch;
use access::break_glass::{Barred, Offer, Unfit};
use std::collections::BTreeSet;

fn offer(over_objection: bool) -> Offer {
    let sources = |ids: &[&str]| ids.iter().map(|id| fixture::id(id)).collect::<BTreeSet<_>>();
    let classes =
        [(Category::MentalHealth, sources(&["mh"])), (Category::Restricted, sources(&["acute", "mh"]))];
    Offer {
        classes: if over_objection { Default::default() } else { classes.into() },
        sources: sources(&["acute", "mh"]),
        over_objection,
    }
}

fn asked(over_objection: bool, asked: Asked<'_>) -> String {
    let page = fixture::page();
    let short = |source: &SourceId| {
        page.sources.iter().find(|card| card.id == *source).map(|card| card.short.clone()).unwrap_or_default()
    };
    break_glass(&BreakGlassPage {
        path: "/s/sid/",
        form_token: "dG9rZW4",
        reference: "7K2M-9QF4",
        training: true,
        banner: &page.banner,
        now: page.opened_at,
        minutes: 30,
        over_objection,
        offer: &offer(over_objection),
        short: &short,
        told: &["Invented Trust".to_owned(), "MH partner organisation".to_owned()],
        asked,
    })
}

fn form<'a>(reason: &'a str, text: &'a str, wrong: &'a [Unfit]) -> Asked<'a> {
    Asked::Form { reason, text, wrong }
}

/// In the order of the keyboard, as far as the foot of the page.
fn controls(html: &str) -> Vec<String> {
    let starts = ["<a ", "<button", "<input type=\"radio\"", "<textarea"];
    let above = html.split("<footer>").next().unwrap();
    let tags = above.split('<').map(|tag| format!("<{tag}"));
    let named = tags.filter(|tag| starts.iter().any(|start| tag.starts_with(start)));
    named.map(|tag| tag.split([' ', '>']).next().unwrap_or_default().replace('<', "")).collect()
}

#[test]
fn t65_what_would_open_is_named_first_and_going_back_stands_before_the_form_and_has_the_focus() {
    let html = asked(false, form("", "", &[]));
    check("break-glass", &html);
    let words = words_of(&html);
    for named in ["Mental health entries in full, from MH", "Restricted entries, such as", "for 30 minutes"] {
        assert!(words.contains(named), "HAZ-011: {named}: {words}");
    }
    assert!(
        words
            .contains("The privacy officers of Invented Trust and MH partner organisation are told at once.")
    );
    assert_eq!(controls(&html), ["a", "input", "input", "input", "input", "textarea", "button"]);
    assert_eq!(html.matches("autofocus").count(), 1);
    assert!(
        html.contains("href=\"/s/sid/\" autofocus>Go back without it"),
        "HAZ-028: stopping is the first thing"
    );
}

#[test]
fn what_is_wrong_is_summed_up_linked_and_what_was_typed_stays() {
    let html = asked(false, form("", "<too> short", &[Unfit::Reason, Unfit::TooShort]));
    check("break-glass-wrong", &html);
    assert!(html.contains("href=\"#reason-1\"") && html.contains("href=\"#text\""), "HAZ-052");
    assert!(html.contains("&#60;too&#62; short"), "kept, and as text");
    let kept = asked(false, form("safeguarding", "x", &[Unfit::TooShort]));
    assert!(kept.contains("value=\"safeguarding\" checked"));
}

#[test]
fn t75_over_an_objection_three_reasons_are_offered_and_the_practice_is_said_to_stay_closed() {
    let html = asked(true, form("", "", &[]));
    let words = words_of(&html);
    assert!(words.contains("Threat to life, and the person lacks capacity"), "HAZ-022: {words}");
    assert!(!words.contains("The person agreed") && !html.contains("person-agreed"), "HAZ-022");
    assert!(words.contains("What the GP practice holds stays closed."), "HAZ-022");
    assert!(words.contains("What your role sees of the record, from Acute and MH"), "HAZ-011: {words}");
    assert!(html.contains("name=\"objection\" value=\"yes\""));
}

#[test]
fn t65_whoever_may_not_ask_is_told_why_and_is_shown_no_form_and_no_offer() {
    for why in [Barred::Route, Barred::Role, Barred::NoEmergencyAccess, Barred::Assurance] {
        let html = asked(false, Asked::Barred(why));
        assert!(words_of(&html).contains(words::barred(why)), "HAZ-011");
        assert!(!html.contains("<form") && !html.contains("Mental health"), "HAZ-048: {why:?}");
        assert_eq!(controls(&html), ["a"]);
    }
    let stale = asked(false, Asked::Stale { text: "found at home, unconscious" });
    let words = words_of(&stale);
    assert!(
        words.contains("Sign in again in your own system") && !stale.contains("<form"),
        "HAZ-048: {words}"
    );
    assert!(words.contains("found at home, unconscious"), "what was typed is not lost");
    assert!(words_of(&asked(false, Asked::Nothing)).contains("nothing that emergency access could open"));
}

fn under_way() -> Page {
    let active = ActiveEmergency {
        until: "2026-11-22T14:32:00Z".parse().unwrap(),
        opens: vec![Category::MentalHealth, Category::Restricted],
        over_objection: false,
    };
    Page { emergency: Emergency { active: Some(active), ..Emergency::default() }, ..fixture::page() }
}

#[test]
fn t65_while_it_lasts_every_page_says_so_until_when_and_how_to_end_it() {
    let page = under_way();
    let words = words_of(&begin(&page));
    assert!(
        words.contains("Emergency access active until 14:32: mental health in full and restricted entries."),
        "HAZ-011: {words}"
    );
    assert!(words.contains("The privacy officers have been told.") && words.contains("End it now"));
    assert!(begin(&page).contains("data-ends=\"1800000\""), "it is not left on the screen");
    let rests = format!("content=\"{};url=", page.life.put_away_s());
    assert!(head(&page).contains(&rests), "the view rests first");
    let late = Page { opened_at: "2026-11-22T14:31:00Z".parse().unwrap(), ..under_way() };
    assert!(head(&late).contains("content=\"61;url="), "nor without script");
    let quiet = begin(&fixture::page());
    assert!(!quiet.contains("mergency"), "HAZ-028: nobody is asked who did not ask");
}

#[test]
fn it_is_offered_from_the_record_or_the_objection_only_where_it_may_be() {
    let offered = Page {
        emergency: Emergency { offered: true, offered_over_objection: false, active: None },
        ..fixture::page()
    };
    assert!(begin(&offered).contains("break-glass\">Emergency access</a>"), "HAZ-011");
    assert!(!objection(&offered, crate::words::OBJECTION).contains("break-glass"), "HAZ-022");
    let over = Page {
        emergency: Emergency { offered: false, offered_over_objection: true, active: None },
        ..fixture::page()
    };
    assert!(!begin(&over).contains("break-glass"));
    assert!(
        objection(&over, crate::words::OBJECTION).contains("break-glass?objection\">Emergency access</a>"),
        "HAZ-022"
    );
}

fn near_page(what: StaffMatch, wrong: &[Unfit], stale: bool) -> String {
    near(&NearPage {
        what,
        path: "/s/sid/",
        form_token: "dG9rZW4",
        reference: "7K2M-9QF4",
        training: true,
        text: "short",
        wrong,
        stale,
    })
}

#[test]
fn t66_a_household_is_warned_of_and_a_listed_record_asks_for_a_fresh_sign_in() {
    let household = near_page(StaffMatch::Household, &[], false);
    check("near-household", &household);
    assert_eq!(controls(&household), ["button", "textarea", "button"], "stopping comes first");
    let listed = near_page(StaffMatch::Listed, &[], true);
    let words = words_of(&listed);
    assert!(words.contains("Sign in again in your own system"), "HAZ-048: {words}");
    assert!(!listed.contains("staff-match"), "HAZ-048: no way on");
    assert!(near_page(StaffMatch::Listed, &[Unfit::TooShort], false).contains("href=\"#text\""), "HAZ-052");
}

#[test]
fn every_page_that_asks_first_has_the_foot_of_every_other_page() {
    let pages = [
        asked(false, form("", "", &[])),
        asked(false, Asked::Barred(Barred::Role)),
        near_page(StaffMatch::Household, &[], false),
        interruption(&[], "/s/sid/", "token", "7K2M-9QF4", true),
        reason("/s/sid/", "token", "7K2M-9QF4", true),
    ];
    for html in pages {
        let (_, foot) = html.split_once("</main><footer>").unwrap();
        for way in ["/help", "/help/contacts", "/help/limits", "/help/accessibility", "/help/safety"] {
            assert!(foot.contains(&format!("href=\"{way}\"")), "{way}: {html}");
        }
        assert!(words_of(foot).starts_with(words::STANDING_FOOTER), "HAZ-010: {foot}");
    }
}
