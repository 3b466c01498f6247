//! The page round a document, and what stands in its frame.

use super::*;

#[tokio::test]
async fn a_documents_content_can_do_nothing_and_has_a_name_without_a_person() {
    let (_, at) = gateway().await;
    let framed = "Sec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: iframe\r\n";
    let file = send(at, "GET /s/live/b/pdf", framed, "").await;
    assert_eq!(file.status, 200);
    for header in [
        "content-type: application/pdf\r\n",
        "content-security-policy: sandbox; default-src 'none'; style-src 'sha256-",
        "; frame-ancestors 'self' https://host.example.test\r\n",
        "content-disposition: inline; filename=\"document.pdf\"",
        "x-content-type-options: nosniff",
        "cache-control: no-store, private",
        "cross-origin-resource-policy: same-origin",
    ] {
        assert!(file.has(header), "HAZ-020, HAZ-049: {header} in {}", file.head);
    }
    let page = send(at, "GET /s/live/b/words", NAVIGATE, "").await;
    assert!(page.has("content-type: text/html; charset=utf-8") && page.has("sandbox; default-src 'none'"));
    assert!(
        page.has("cross-origin-opener-policy: unsafe-none"),
        "a sandboxed page with another would not load"
    );
}

#[tokio::test]
async fn the_words_of_a_pdf_are_asked_for_at_an_address_of_their_own_and_can_do_nothing() {
    let (fake, at) = gateway().await;
    let page = send(at, "GET /s/live/t/words", NAVIGATE, "").await;
    assert!(
        page.status == 200 && page.has("content-security-policy: sandbox; default-src 'none'"),
        "HAZ-021"
    );
    send(at, "GET /s/live/b/words", NAVIGATE, "").await;
    assert_eq!(asked(&fake), ["content live 5 Words", "content live 5 ItIs"]);
}

#[tokio::test]
async fn the_page_round_a_document_may_frame_ourselves_and_is_framed_by_the_host_alone() {
    let (fake, at) = gateway().await;
    let shell = send(at, "GET /s/live/d/abc", NAVIGATE, "").await;
    assert!(shell.status == 200 && shell.body == "<p>shell</p>");
    assert!(shell.has("frame-src 'self'") && shell.has("frame-ancestors https://host.example.test"));
    assert_eq!(asked(&fake), ["document live 3"]);
}

#[tokio::test]
async fn a_letter_of_a_list_is_posted_with_what_was_chosen_and_nothing_of_it_is_in_an_address() {
    let (fake, at) = gateway().await;
    // Longer than any other form.
    let list = "A".repeat(400_000);
    let form = format!("token=t&list={list}&at=12&doc-a=3&doc-b=&doc-c=x&term=hip");
    let shell = send(at, "POST /s/live/letters", OWN_FORM, &form).await;
    assert!(shell.status == 200 && shell.body == "<p>letter</p>", "{}", shell.head);
    assert_eq!(asked(&fake), ["letter live t 400000 12 [3, 0, 0] hip"]);

    for (path, body, headers) in [
        ("/s/live/letters", "A".repeat(600_000), OWN_FORM),
        ("/s/live/find", format!("term={list}"), OWN_FORM),
        ("/s/live/letters", "at=1".to_owned(), "Content-Type: application/x-www-form-urlencoded\r\n"),
    ] {
        let refused = send(at, &format!("POST {path}"), headers, &body).await;
        assert!([400, 403].contains(&refused.status), "HAZ-002: {path}: {}", refused.head);
    }
    assert_eq!(asked(&fake).len(), 1);
}

#[tokio::test]
async fn a_document_nobody_would_see_is_not_opened() {
    let (fake, at) = gateway().await;
    for path in ["/s/live/d/abc", "/s/live/b/abc", "/s/live/t/abc"] {
        let get = format!("GET {path}");
        for headers in ["Sec-Purpose: prefetch\r\n", "Sec-Fetch-Dest: image\r\n", "Sec-Fetch-Dest: embed\r\n"]
        {
            assert_eq!(send(at, &get, headers, "").await.status, 403, "{path} {headers}");
        }
        assert_eq!(send(at, &get, "Range: bytes=0-1\r\n", "").await.status, 416, "{path}");
        assert_eq!(send(at, &format!("HEAD {path}"), NAVIGATE, "").await.status, 405, "{path}");
        assert_eq!(send(at, &format!("POST {path}"), OWN_FORM, "token=t").await.status, 405, "{path}");
    }
    assert!(asked(&fake).is_empty(), "an unseen opening must not be audited as seen");
}

#[tokio::test]
async fn a_refused_document_says_so_inside_our_own_frame() {
    let (fake, at) = gateway().await;
    *fake.refuse.lock().unwrap() = Some(Refusal::ViewEnded);
    let cookie = format!("{NAVIGATE}Cookie: __Host-shcr=secret\r\n");
    let junk = "A".repeat(8_000);
    for handle in ["x", "%00", "..%2f..%2fetc", "%F0%9F%92%A9", junk.as_str()] {
        for (kind, ancestors) in
            [("d", "frame-ancestors https://host"), ("b", "frame-ancestors 'self' https://host")]
        {
            let refused = send(at, &format!("GET /s/live/{kind}/{handle}"), &cookie, "").await;
            assert_eq!(refused.status, 403, "{kind}");
            assert!(
                refused.has(ancestors) && refused.body.contains("This view has ended"),
                "HAZ-034: {}",
                refused.head
            );
        }
    }
    assert_eq!(send(at, "GET /s/live/b/x", NAVIGATE, "").await.status, 401);
    assert_eq!(send(at, "GET /s/live/b/", NAVIGATE, "").await.status, 404);
}
