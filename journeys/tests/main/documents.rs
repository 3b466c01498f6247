//! One document: opened from its row, shown as what it is or said in words why not, and recorded as an opening of its own.

use journeys::{
    browser::{Page, View},
    demo::Demo,
};

/// A letter in PDF at a community trust.
const PDF: &str = "Strength and balance programme: letter to GP";

/// Doreen's record as that professional reads it.
async fn opened_by(demo: &Demo, login: &str) -> (View, Page) {
    let doreen = demo.ready.golden_person();
    let view = demo.host().sign_in(login).await.open(&doreen).await;
    let page = view.read().await;
    assert!(page.is_complete(), "{}", page.text());
    (view, page)
}

/// The address of the page that "Open" on the row of that title leads to.
async fn address(view: &View, page: &Page, title: &str) -> String {
    if let Some(link) = found(page, title) {
        return link;
    }
    let number =
        number(page, title).unwrap_or_else(|| panic!("no way to open `{title}`:\n{}", page.section("doc")));
    let shell = letter(view, page, &[("at", &number)]).await;
    let frame =
        shell.html.split("<iframe name=\"document\" src=\"").nth(1).and_then(|rest| rest.split('"').next());
    frame.unwrap_or_else(|| panic!("no frame: {}", shell.text())).replace("/b/", "/d/")
}

/// Its link, where it stands outside the chapter.
fn found(page: &Page, title: &str) -> Option<String> {
    let label = format!("aria-label=\"Open: {title}, ");
    let link =
        page.html.split("<a ").find(|link| link.split('>').next().is_some_and(|tag| tag.contains(&label)))?;
    link.split("href=\"").nth(1)?.split('"').next().map(str::to_owned)
}

/// Its number in the chapter's list.
fn number(page: &Page, title: &str) -> Option<String> {
    let label = format!("aria-label=\"Open: {title}, ");
    let button = page
        .html
        .split("<button ")
        .find(|tag| tag.split('>').next().is_some_and(|tag| tag.contains(&label)))?;
    button.split("value=\"").nth(1)?.split('"').next().map(str::to_owned)
}

/// Sends the form of the chapter, or of a page that was opened from it.
async fn letter(view: &View, page: &Page, fields: &[(&str, &str)]) -> Page {
    let [token, list] = ["token", "list"].map(|name| page.field(name).expect("a form with that field"));
    let own = [("token", token.as_str()), ("list", list.as_str())];
    view.browser.post(&format!("{}letters", view.path), &[&own, fields].concat()).await
}

/// The address of the content in the frame of that page.
fn content(address: &str) -> String {
    address.replace("/d/", "/b/")
}

async fn bytes_of(view: &View, page: &Page, title: &str) -> Page {
    view.browser.get(&content(&address(view, page, title).await)).await
}

#[tokio::test]
async fn a_letter_is_opened_from_its_row_and_recorded_as_an_opening_of_its_own() {
    let demo = Demo::start(&[]);
    let (view, page) = opened_by(&demo, "dr.okafor").await;
    let address = address(&view, &page, PDF).await;
    demo.control().forget_what_was_asked().await;

    let shell = view.browser.get(&address).await;
    assert_eq!(shell.status, 200);
    let text = shell.text();
    for said in ["TESTPATIENT, Doreen", "999 123 4578", PDF, "TRAINING: not a real person"] {
        assert!(
            text.contains(said),
            "HAZ-001, HAZ-020: `{said}` is not on the page of the document:\n{text}"
        );
    }
    assert!(shell.html.contains(&format!("<iframe name=\"document\" src=\"{}\"", content(&address))));
    assert_eq!(demo.control().asked().await, [], "the page round a document asks nobody");
    assert!(!address.contains("999") && !address.to_lowercase().contains("strength"), "HAZ-049: {address}");

    let before = demo.auditor().verify();
    let file = view.browser.get(&content(&address)).await;
    assert_eq!(file.header("content-type"), Some("application/pdf"), "{}", file.text());
    assert!(file.html.starts_with("%PDF-") && file.ended);
    let policy = file.header("content-security-policy").expect("a policy");
    assert!(policy.starts_with("sandbox; default-src 'none'"), "HAZ-021: {policy}");
    let clinical = demo.control().clinical_sources_asked().await;
    assert!(clinical.contains(&"nelft".to_owned()), "{clinical:?}");
    // The practice is asked about the person's wish, and nothing else.
    let known = |name: &String| name == "nelft" || name.starts_with("gp");
    assert!(clinical.iter().all(known), "only its holder is asked: {clinical:?}");

    let after = demo.finish();
    for kind in ["open", "disclosure", "close"] {
        assert_eq!(after.count(kind), before.count(kind) + 1, "HAZ-025, HAZ-029: one more {kind}");
    }
}

#[tokio::test]
async fn the_text_of_a_pdf_is_read_by_the_server_and_recorded_as_an_opening_of_its_own() {
    let demo = Demo::start(&[]);
    let (view, page) = opened_by(&demo, "dr.okafor").await;
    let address = address(&view, &page, PDF).await.replace("/d/", "/t/");
    let before = demo.auditor().verify();
    let shown = view.browser.get(&address).await;
    assert_eq!(shown.header("content-type"), Some("text/html; charset=utf-8"), "{}", shown.text());
    for said in [PDF, "Only the text of the PDF", "Page 1 of 1"] {
        assert!(shown.text().contains(said), "HAZ-021: `{said}` is not in:\n{}", shown.text());
    }
    let policy = shown.header("content-security-policy").expect("a policy");
    assert!(policy.starts_with("sandbox; default-src 'none'"), "HAZ-021: {policy}");
    let after = demo.finish();
    for kind in ["open", "disclosure", "close"] {
        assert_eq!(after.count(kind), before.count(kind) + 1, "HAZ-025, HAZ-029: one more {kind}");
    }
}

#[tokio::test]
async fn from_a_letter_one_goes_to_the_next_and_back_and_each_is_recorded_when_it_is_opened() {
    let demo = Demo::start(&[]);
    let (view, page) = opened_by(&demo, "dr.okafor").await;
    demo.control().forget_what_was_asked().await;
    let before = demo.auditor().verify();
    let first = letter(&view, &page, &[("at", "1")]).await;
    assert!(
        first.text().contains("Document 1 of ") && first.text().contains("This is the first."),
        "{}",
        first.text()
    );
    let next = next(&first).expect("a way to the next");
    let second = letter(&view, &first, &[("at", &next)]).await;
    assert!(
        second.text().contains("Document 2 of ") && second.text().contains("Previous: "),
        "{}",
        second.text()
    );
    assert_eq!(demo.control().asked().await, [], "the page round a document asks nobody");
    assert_eq!(
        demo.auditor().verify().count("open"),
        before.count("open"),
        "nothing of a document was shown yet"
    );

    let frame =
        second.html.split("<iframe name=\"document\" src=\"").nth(1).and_then(|rest| rest.split('"').next());
    let shown = view.browser.get(frame.expect("a frame")).await;
    assert_eq!(shown.status, 200);
    // A list of another session, a number nobody was offered, and no word of this session's.
    let (other, others) = opened_by(&demo, "nurse.bell").await;
    let [token, list] = ["token", "list"].map(|name| others.field(name).expect("a field"));
    let path = format!("{}letters", view.path);
    let own = page.field("token").expect("a token");
    for form in [
        [("token", own.as_str()), ("list", list.as_str()), ("at", "1")],
        [("token", token.as_str()), ("list", list.as_str()), ("at", "1")],
    ] {
        let refused = view.browser.post(&path, &form).await;
        assert!(refused.status == 403 && !refused.html.contains("<iframe"), "HAZ-002: {}", refused.text());
    }
    for number in ["0", "100000", "-1", ""] {
        let refused = letter(&other, &others, &[("at", number)]).await;
        assert!(refused.status == 403 && !refused.html.contains("<iframe"), "HAZ-002: {}", refused.text());
    }
    let after = demo.finish();
    // One record of another professional was opened, and one document.
    for kind in ["open", "close"] {
        assert_eq!(after.count(kind), before.count(kind) + 2, "HAZ-025, HAZ-029: {kind}");
    }
}

#[tokio::test]
async fn a_letter_that_was_shown_is_marked_for_whoever_opened_it_and_for_nobody_else() {
    let demo = Demo::start(&[]);
    let (view, page) = opened_by(&demo, "dr.okafor").await;
    assert!(!page.html.contains("Opened by you"), "nothing was opened yet");
    // The page round it shows nothing of it; a source that fails shows nothing either.
    let other = "Clinic letter: care of older people";
    view.browser.get(&address(&view, &page, other).await).await;
    assert!(bytes_of(&view, &page, PDF).await.html.starts_with("%PDF-"));
    demo.control().fault("nelft", "404").await;
    bytes_of(&view, &page, PDF).await;
    demo.control().fault("nelft", "none").await;

    let again = in_time(&view).await;
    let marked = |page: &Page| -> Vec<bool> {
        let rows = page.html.split("<tr ").filter(|row| row.contains(&format!("aria-label=\"Open: {PDF}, ")));
        rows.map(|row| row.contains("Opened by you ")).collect()
    };
    assert_eq!(marked(&again), [true], "{}", again.section("doc"));
    let all = again.section("doc").matches("Opened by you ").count();
    assert_eq!(all, 1, "HAZ-017: only what was shown: {}", again.section("doc"));
    let (other_view, _) = opened_by(&demo, "dr.okafor").await;
    assert_eq!(marked(&in_time(&other_view).await), [true], "in another view too");
    let (_, nurses) = opened_by(&demo, "nurse.bell").await;
    assert!(!nurses.html.contains("Opened by you"), "another professional opened nothing");
    demo.finish();
}

/// The record with every source's answer in its own place: on a busy machine it is opened again.
async fn in_time(view: &View) -> Page {
    let mut page = view.read().await;
    for _ in 0..8 {
        if !page.html.contains(" id=\"late-") {
            break;
        }
        page = view.read().await;
    }
    page
}

/// The number behind "Next".
fn next(page: &Page) -> Option<String> {
    let button = page.html.split("<button ").find(|tag| tag.contains(">Next: "))?;
    button.split("value=\"").nth(1)?.split('"').next().map(str::to_owned)
}

#[tokio::test]
async fn every_kind_of_file_is_shown_as_what_it_is_or_not_at_all() {
    let demo = Demo::start(&[]);
    let (view, page) = opened_by(&demo, "dr.okafor").await;
    for (title, media_type) in [
        ("Request for hip radiograph, scanned", "text/html; charset=utf-8"),
        ("Clinic letter: care of older people", "application/pdf"),
        (PDF, "application/pdf"),
        ("Wound chart, right forearm", "application/pdf"),
    ] {
        let file = bytes_of(&view, &page, title).await;
        assert_eq!(file.header("content-type"), Some(media_type), "{title}: {}", file.text());
    }
    for (title, said) in [
        ("Memory service: assessment", "Mood low {PHQ-9 score 11}; sleep poor."),
        ("Memory service: assessment", "Shown as text, without its layout."),
        ("Falls clinic: letter to GP", "Frame height corrected. Review in six months."),
        ("Falls clinic: letter to GP", "Content altered for safety: see the original at Acute."),
        ("Audiology: letter received and not yet reviewed", "New mould ordered."),
        ("Bone health clinic: treatment advice", "This kind of file is not opened here"),
    ] {
        let shown = bytes_of(&view, &page, title).await;
        assert!(shown.text().contains(said), "HAZ-021: {title}: {}", shown.text());
        for hostile in ["<script", "onload", "tracker.example", "<form", "<img"] {
            assert!(!shown.html.contains(hostile), "HAZ-021: {title} has `{hostile}`");
        }
    }
    let fax = bytes_of(&view, &page, "Fax from the eye unit").await;
    assert!(fax.html.contains("<img alt=\"Page 1\" src=\"data:image/png;base64,"), "{}", fax.text());
    demo.finish();
}

#[tokio::test]
async fn a_document_that_is_not_what_its_entry_says_is_not_shown() {
    let demo = Demo::start(&[]);
    let (view, page) = opened_by(&demo, "dr.okafor").await;
    for (title, said) in [
        ("Letter saved from a browser", "its type is not what its entry says"),
        ("Letter filed as plain text", "its type is not what its entry says"),
        ("Letter replaced in the store and not in its index", "is not the document its entry describes"),
        ("Letter sent in error and deleted", "the document was deleted at its source"),
        ("Letter lost in a move of systems", "the document is no longer there"),
    ] {
        let shown = bytes_of(&view, &page, title).await;
        let text = shown.text();
        assert_eq!(shown.header("content-type"), Some("text/html; charset=utf-8"), "HAZ-020: {title}");
        assert!(
            text.contains("This document is not shown") && text.contains(said),
            "HAZ-020: {title}: {text}"
        );
        assert!(text.contains("Ask "), "HAZ-020: whom to ask is said: {text}");
        assert!(!text.contains("Appointment moved") && !text.contains("Visit moved"), "HAZ-020: {title}");
    }
    demo.finish();
}

#[tokio::test]
async fn a_source_that_fails_says_so_in_the_frame() {
    for (fault, said) in [
        ("503", "NELFT did not send it: "),
        ("hang", "NELFT did not answer."),
        (
            "wrong-person",
            "NELFT is not shown: its answer could not be matched to this person with certainty.",
        ),
    ] {
        let demo = Demo::start(&[]);
        let (view, page) = opened_by(&demo, "dr.okafor").await;
        demo.control().fault("nelft", fault).await;
        let shown = bytes_of(&view, &page, PDF).await;
        let text = shown.text();
        assert!(
            shown.status == 200 && text.contains("This document is not shown"),
            "HAZ-006: {fault}: {text}"
        );
        assert!(text.contains(said) && text.contains("quoting "), "HAZ-006: {fault}: {text}");
        assert!(!shown.html.contains("%PDF"), "HAZ-004: {fault}");
        let kinds = demo.finish();
        assert_eq!(kinds.count("open"), kinds.count("close"), "HAZ-031: {fault}");
    }
}

#[tokio::test]
async fn a_handle_that_is_not_this_sessions_opens_nothing_and_is_recorded() {
    let demo = Demo::start(&[]);
    let (view, page) = opened_by(&demo, "dr.okafor").await;
    let (other, _) = opened_by(&demo, "nurse.bell").await;
    let address = address(&view, &page, PDF).await;
    let handle = address.rsplit('/').next().expect("a handle").to_owned();
    demo.control().forget_what_was_asked().await;
    let before = demo.auditor().verify();

    let mut changed = handle.clone();
    changed.replace_range(40..41, if changed.get(40..41) == Some("A") { "B" } else { "A" });
    let mut refusals = 0;
    for (view, handle) in [(&view, changed.as_str()), (&view, "AAAA"), (&other, handle.as_str())] {
        for kind in ["d", "b"] {
            let refused = view.browser.get(&format!("{}{kind}/{handle}", view.path)).await;
            assert_eq!(refused.status, 403, "HAZ-002");
            assert!(refused.text().contains("This view has ended"), "HAZ-002: {}", refused.text());
            refusals += 1;
        }
    }
    // The session's own path with somebody else's cookie is nobody's request: there is no one to record.
    let mut stranger = View { browser: other.browser.clone(), path: view.path.clone(), launched: page };
    for cookie in [None, other.browser.cookie.clone()] {
        stranger.browser.cookie = cookie;
        let refused = stranger.browser.get(&content(&address)).await;
        assert!([401, 403].contains(&refused.status.as_u16()), "HAZ-002: {}", refused.status);
    }
    assert_eq!(demo.control().asked().await, [], "HAZ-002: nobody was asked");
    assert_eq!(
        demo.finish().count("refused"),
        before.count("refused") + refusals,
        "HAZ-029: each is recorded"
    );
}

#[tokio::test]
async fn a_document_is_not_asked_for_while_access_cannot_be_recorded() {
    let demo = Demo::start(&[]);
    let (view, page) = opened_by(&demo, "dr.okafor").await;
    let address = content(&address(&view, &page, PDF).await);
    demo.control().forget_what_was_asked().await;
    demo.auditor().hold();
    let refused = view.browser.get(&address).await;
    demo.auditor().release();
    assert!(!refused.html.contains("%PDF"), "HAZ-029");
    assert!(!refused.status.is_success(), "HAZ-029: {}", refused.text());
    assert_eq!(demo.control().clinical_sources_asked().await, Vec::<String>::new(), "HAZ-029");
    demo.finish();
}

#[tokio::test]
async fn a_role_that_may_not_open_documents_has_no_way_to_one() {
    let demo = Demo::start(&[]);
    for login in ["clerk.ellis", "care.hale"] {
        let (_, page) = opened_by(&demo, login).await;
        assert!(!page.html.contains("class=\"open\""), "HAZ-047: {login}");
    }
    // A summary has discharge summaries whole, and other documents as a list.
    let (_, page) = opened_by(&demo, "pharm.foss").await;
    let title = "Clinic letter: care of older people";
    assert!(found(&page, title).is_none() && number(&page, title).is_none(), "HAZ-047");
    assert!(page.section("doc").contains("Listed only: not opened for your role"), "{}", page.section("doc"));
    demo.finish();
}

#[tokio::test]
async fn what_a_source_does_not_send_is_a_row_without_a_way() {
    let demo = Demo::start(&[]);
    let (_, page) = opened_by(&demo, "dr.okafor").await;
    let rows = page.section("doc");
    assert!(rows.contains("Exists, not retrieved"), "HAZ-017: {rows}");
    demo.finish();
}

#[tokio::test]
async fn a_closed_session_ends_every_way_into_it() {
    let demo = Demo::start(&[]);
    let (view, page) = opened_by(&demo, "dr.okafor").await;
    let address = address(&view, &page, PDF).await;
    let token = page.field("token").expect("the page's forms carry a token");
    view.browser.post(&format!("{}close", view.path), &[("token", &token)]).await;
    demo.control().forget_what_was_asked().await;
    for address in [content(&address), address] {
        let refused = view.browser.get(&address).await;
        assert!(refused.text().contains("This view has ended"), "HAZ-003: {}", refused.text());
    }
    assert_eq!(demo.control().asked().await, [], "HAZ-003: nobody was asked");
    demo.finish();
}
