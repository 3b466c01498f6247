//! The way to a document, the page round it, and what stands in its frame.

use super::*;
use crate::content::{self, Caveat, NotShown};
use crate::page::{Chosen, DocumentPage, DocumentWords, Neighbour, Place};
use crate::words;
use record::item::Facts;

pub(super) fn document_page() -> DocumentPage {
    let page = fixture::page();
    DocumentPage {
        opening: "019ab1c2-0000-7000-8000-00000000c0de".into(),
        reference: page.reference,
        path: page.path,
        handle: "c2VhbGVk".into(),
        has_words: true,
        opened_at: page.opened_at,
        life: page.life,
        banner: page.banner,
        words: DocumentWords {
            title: "Clinic letter".into(),
            kind: "Letter".into(),
            date: "18-Nov-2026".into(),
            author: "Dr B Invented".into(),
            organisation: "Example Hospital".into(),
            size_bytes: "2048".into(),
            not_for_the_person: false,
        },
        source: fixture::page().sources.remove(1),
        professional: page.professional,
        organisation: page.organisation,
        training: true,
        form_token: page.form_token,
        emergency: None,
        place: None,
    }
}

fn documents_of(items: Vec<Item>) -> String {
    let mut record = fixture::waiting();
    record.add(fixture::note("acute", ReplyState::Answered), fixture::released("acute", items));
    section(&fixture::page(), &record, Key::Section(Section::Documents))
}

#[test]
fn a_document_not_to_be_shared_with_the_person_says_so_round_it_and_in_it() {
    let mut page = document_page();
    assert!(!document(&page).contains("ribbon"), "HAZ-023");
    page.words.not_for_the_person = true;
    assert!(document(&page).contains("Do not share with the person"), "HAZ-023");
    let said = words::caveat(Caveat::NotForThePerson, "Acute");
    assert_eq!(said, words::NOT_FOR_THE_PERSON, "HAZ-023: in the frame, for it may stand alone");
}

#[test]
fn the_page_of_a_document_is_as_golden() {
    check("document", &document(&document_page()));
}

#[test]
fn a_document_not_shown_is_as_golden() {
    let card = document_page().source;
    let why = words::document_not_had(&card.short, &ReplyState::DidNotAnswer(Silence::TimedOut));
    check("document-not-shown", &not_shown(&why, &card, "7K2M-9QF4"));
}

#[test]
fn the_page_of_a_document_says_whose_it_is_and_has_no_name_in_its_title_or_addresses() {
    let html = document(&document_page());
    let words = words_of(&html);
    for said in [
        "TESTPATIENT, Doreen (Mrs)",
        "Born 14-Aug-1935 (91y)",
        "NHS No. 999 123 4578",
        "Clinic letter",
        "Held by Acute partner organisation",
        "Back to the record (opens it again: every source is asked again)",
        "Wrong person, or not readable? Tell Acute partner organisation (Acute desk 01632 960099).",
        words::TRAINING,
    ] {
        assert!(words.contains(said), "HAZ-001, HAZ-020: {said} in {words}");
    }
    assert!(html.contains("<title>Shared Care Record, opening 7K2M-9QF4</title>"), "HAZ-049");
    let addresses = html.split("=\"/").skip(1).filter_map(|rest| rest.split('"').next());
    for address in addresses {
        assert!(
            !address.contains("999") && !address.to_lowercase().contains("testpatient"),
            "HAZ-049: {address}"
        );
    }
    assert!(!html.contains(" sandbox"), "the attribute would stop the browser's own reader of PDF");
}

#[test]
fn a_document_of_a_list_says_which_of_how_many_and_has_the_one_before_and_after() {
    let mut page = document_page();
    let neighbour =
        |number, title: &str| Neighbour { number, title: title.into(), date: "17-Nov-2026".into() };
    page.place = Some(Place {
        sealed: "c2VhbGVk-list".into(),
        chosen: Chosen { by: [2, 0, 1], term: "hip \"<b>".into() },
        at: 3,
        of: 41,
        chosen_words: vec!["Type: Letter".into(), "Title has: hip \"<b>".into()],
        closed: 2,
        before: Some(neighbour(7, "Falls <i>clinic")),
        after: None,
    });
    let html = document(&page);
    let words = words_of(&html);
    let said = "Document 3 of 41 in the list it was opened from. Chosen there: Type: Letter; Title has: hip";
    assert!(
        words.contains(said) && words.contains("2 more in it cannot be opened here."),
        "HAZ-017: {words}"
    );
    assert!(
        html.contains(
            "<button name=\"at\" value=\"7\">Previous: <bdi>Falls &lt;i&gt;clinic</bdi>, <span class=\"d\">17-Nov-2026</span></button>"
        ),
        "{html}"
    );
    assert!(words.contains("This is the last.") && !words.contains("This is the first."), "{words}");
    for (name, value) in [("list", "c2VhbGVk-list"), ("doc-a", "2"), ("doc-c", "1")] {
        assert!(html.contains(&format!("name=\"{name}\" value=\"{value}\"")), "{name} in {html}");
    }
    assert!(
        !html.contains("name=\"doc-b\"") && !html.contains("<b>\"") && html.contains("name=\"term\""),
        "HAZ-021"
    );
    assert!(html.contains("method=\"post\"") && html.contains("data-here=\"/s/"), "HAZ-049");
}

#[test]
fn a_document_this_professional_opened_before_says_when_beside_its_way() {
    let mut record = fixture::waiting();
    let letters = [("one", "DocumentReference/17"), ("two", "DocumentReference/18")];
    let letters = letters.map(|(title, id)| fixture::letter("acute", title, id)).to_vec();
    record.add(fixture::note("acute", ReplyState::Answered), fixture::released("acute", letters));
    let mut page = fixture::page();
    page.opened_before.insert("DocumentReference/18".into(), "2026-11-20T09:05:00Z".parse().unwrap());
    let html = section(&page, &record, Key::Section(Section::Documents));
    let rows: Vec<String> = html.split("<tr ").skip(1).map(words_of).collect();
    let marked: Vec<bool> = rows.iter().map(|row| row.contains("Opened by you 20-Nov-2026 09:05")).collect();
    assert_eq!(marked, rows.iter().map(|row| row.contains("two")).collect::<Vec<_>>(), "HAZ-017: {rows:?}");
    assert!(html.contains("<span class=\"also\">Opened by you"), "in words, not by colour alone");
}

#[test]
fn a_pdf_has_its_text_beside_it_and_other_kinds_do_not() {
    let mut page = document_page();
    let html = document(&page);
    assert!(html.contains("/t/c2VhbGVk\" target=\"document\">Show its text</a>"), "{html}");
    assert!(html.contains("<iframe name=\"document\""));
    page.has_words = false;
    assert!(!document(&page).contains("/t/"));
}

#[test]
fn the_words_of_a_source_are_text_on_the_page_of_a_document() {
    let mut page = document_page();
    page.words.title = "\"><script>alert(1)</script>".into();
    page.words.author = "<img src=x onerror=alert(1)>".into();
    let html = document(&page);
    assert!(!html.contains("<script>") && !html.contains("<img"), "HAZ-021");
    assert!(!html.contains("title=\"Document: \">"));
}

#[test]
fn only_a_document_that_release_left_a_way_to_can_be_opened() {
    let mut closed = fixture::letter("acute", "Clinic letter", "DocumentReference/17");
    assert!(documents_of(vec![closed.clone()]).contains(">Open</button>"));
    if let Facts::Document(document) = &mut closed.facts {
        document.retrieval = None;
    }
    assert!(!documents_of(vec![closed.clone()]).contains("class=\"open\""), "HAZ-011");
    if let Facts::Document(document) = &mut closed.facts {
        document.retrieval =
            Some(fhir::Retrieval { format: Some("urn:nhs-ic:record-contact".into()), ..Default::default() });
    }
    let html = documents_of(vec![closed]);
    assert!(!html.contains("class=\"open\""));
    assert!(
        words_of(&html).contains("Exists, not retrieved its source names whom to ask, not a document"),
        "HAZ-017"
    );
}

#[test]
fn a_way_that_fits_no_address_says_that_the_document_exists() {
    let html = documents_of(vec![fixture::letter("acute", "Clinic letter", &"x".repeat(100))]);
    assert!(!html.contains("class=\"open\""));
    assert!(words_of(&html).contains("Exists, not retrieved (its address is too long"), "HAZ-017");
}

#[test]
fn a_document_that_two_sources_hold_can_be_opened_at_either() {
    let mut record = fixture::waiting();
    for source in ["gp", "acute"] {
        let mut letter = fixture::letter(source, "Clinic letter", "DocumentReference/17");
        letter.provenance.business = Some(("urn:letters".into(), "17".into()));
        record.add(fixture::note(source, ReplyState::Answered), fixture::released(source, vec![letter]));
    }
    let page = fixture::page();
    let html = section(&page, &record, Key::Section(Section::Documents));
    if record.section(Section::Documents).len() == 1 {
        assert!(html.contains(">Open (GP)</button>") && html.contains(">Open (Acute)</button>"), "HAZ-017");
    } else {
        assert_eq!(html.matches(">Open</button>").count(), 2, "HAZ-017");
    }
}

#[test]
fn a_pointer_to_a_plan_is_opened_from_among_the_plans() {
    let mut pointer = fixture::letter("acute", "ReSPECT form", "DocumentReference/18");
    (pointer.section, pointer.category) = (Section::Plans, Category::CarePlans);
    let mut record = fixture::waiting();
    record.add(fixture::note("acute", ReplyState::Answered), fixture::released("acute", vec![pointer]));
    let html = section(&fixture::page(), &record, Key::Section(Section::Plans));
    assert!(html.contains(">Open</a>") && words_of(&html).contains("Author Dr B Invented"));
}

#[test]
fn every_way_a_document_does_not_come_names_its_source_and_whom_to_ask() {
    let card = document_page().source;
    let text = |text: &str| text.to_owned();
    for state in [
        ReplyState::Answered,
        ReplyState::AnsweredEmpty,
        ReplyState::DidNotAnswer(Silence::TimedOut),
        ReplyState::DidNotAnswer(Silence::Failed(text("the document is no longer there"))),
        ReplyState::DidNotAnswer(Silence::FailedOurSide(text("token"))),
        ReplyState::DidNotAnswer(Silence::BreakerOpen { since: text("13:40") }),
        ReplyState::Unreadable(String::new()),
        ReplyState::Unreadable(text("is not the document its entry describes")),
        ReplyState::Withheld(Withholder::Source(String::new())),
        ReplyState::Withheld(Withholder::Source(text("at the person's request"))),
        ReplyState::Withheld(Withholder::PolicyIdentity),
        ReplyState::Withheld(Withholder::PolicyNotRecorded),
        ReplyState::Withheld(Withholder::PolicyObjection),
        ReplyState::Withheld(Withholder::PolicyObjectionUnknown),
        ReplyState::NotShared,
        ReplyState::NotAsked(NotAsked(text("busy"))),
    ] {
        let html = not_shown(&words::document_not_had(&card.short, &state), &card, "7K2M-9QF4");
        let words = words_of(&html);
        assert!(words.contains("This document is not shown") && words.contains("Acute "), "HAZ-006: {words}");
        assert!(
            words.contains("Ask Acute partner organisation, Acute desk 01632 960099, quoting 7K2M-9QF4.")
        );
        assert!(!words.contains("token"), "what went wrong on our side is not the reader's");
    }
    for why in [
        NotShown::Empty,
        NotShown::TooLarge,
        NotShown::NotItsType,
        NotShown::Damaged,
        NotShown::Kind("a Word, Excel or Outlook file"),
    ] {
        assert!(words::document_not_shown("Acute", why, 9_000_001).ends_with('.'), "HAZ-020");
    }
}

#[test]
fn what_was_changed_in_a_document_stands_before_it() {
    let card = document_page().source;
    let shown = content::shown(b"<html><p>See <img src=x></p>", &["text/html"]).unwrap();
    let content::Form::Page(markup) = shown.form else { panic!("a page") };
    let html = super::content(&markup, &shown.caveats, &card);
    let notice = html.find("Content altered for safety: see the original at Acute.").unwrap();
    assert!(notice < html.find("See ").unwrap(), "HAZ-021");
    let pages = words::caveat(Caveat::Pages { shown: 50 }, "Acute");
    assert_eq!(pages, "Only the first 50 pages are shown: see the original at Acute.", "HAZ-017");
}

#[test]
fn the_style_inside_the_frame_is_the_one_its_policy_names() {
    let card = document_page().source;
    let html = not_shown("x", &card, "");
    let style = html.split("<style>").nth(1).unwrap().split("</style>").next().unwrap();
    use base64::{Engine, engine::general_purpose::STANDARD};
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, style.as_bytes());
    assert!(CONTENT_POLICY.contains(&format!("'sha256-{}'", STANDARD.encode(digest))));
    assert!(CONTENT_POLICY.starts_with("sandbox; default-src 'none'; "));
}

#[test]
fn t65_while_emergency_access_lasts_the_page_of_a_document_says_so_and_ends_with_it() {
    let until = "2026-11-22T14:07:00Z".parse().unwrap();
    let opens = vec![Category::Restricted];
    let active = crate::page::ActiveEmergency { until, opens, over_objection: true };
    let html = document(&DocumentPage { emergency: Some(active), ..document_page() });
    let said =
        "Emergency access active until 14:07: in spite of the person’s objection and restricted entries.";
    assert!(words_of(&html).contains(said), "HAZ-011: {}", words_of(&html));
    assert!(html.contains("data-ends=\"300000\"") && html.contains("content=\"301;url="), "HAZ-048");
}
