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

/// The address behind "Open" on the row of that title.
fn address(page: &Page, title: &str) -> String {
    found(page, title).unwrap_or_else(|| panic!("no way to open `{title}`:\n{}", page.section("doc")))
}

fn found(page: &Page, title: &str) -> Option<String> {
    let label = format!("aria-label=\"Open: {title}, ");
    let link = page.html.split("<a ").find(|link| link.contains(&label))?;
    link.split("href=\"").nth(1)?.split('"').next().map(str::to_owned)
}

/// The address of the content in the frame of that page.
fn content(address: &str) -> String {
    address.replace("/d/", "/b/")
}

async fn bytes_of(view: &View, page: &Page, title: &str) -> Page {
    view.browser.get(&content(&address(page, title))).await
}

#[tokio::test]
async fn a_letter_is_opened_from_its_row_and_recorded_as_an_opening_of_its_own() {
    let demo = Demo::start(&[]);
    let (view, page) = opened_by(&demo, "dr.okafor").await;
    let address = address(&page, PDF);
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
    let address = address(&page, PDF).replace("/d/", "/t/");
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
    let address = address(&page, PDF);
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
    let address = content(&address(&page, PDF));
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
    assert!(found(&page, "Clinic letter: care of older people").is_none(), "HAZ-047");
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
    let address = address(&page, PDF);
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
