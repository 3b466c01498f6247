//! The doors beside the back channel's, and emergency access, as their routes take them.

use super::*;
use access::Certificate;

// shows: R32
#[tokio::test]
async fn t28_a_launch_through_the_browser_is_a_navigation_or_nothing() {
    let (fake, at) = gateway().await;
    let form = "Content-Type: application/x-www-form-urlencoded\r\nOrigin: https://host.example.test\r\n";
    for headers in [
        String::new(),
        "Sec-Fetch-Mode: cors\r\nSec-Fetch-Dest: empty\r\n".to_owned(),
        "Sec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: object\r\n".to_owned(),
        format!("{NAVIGATE}Sec-Purpose: prefetch\r\n"),
    ] {
        send(at, "POST /launch/form", &format!("{form}{headers}"), "assertion=jwe").await;
        let told = std::mem::take(&mut *fake.asked.lock().unwrap());
        assert_eq!(told, ["knock form jwe false from Some(\"https://host.example.test\")"], "HAZ-046");
        assert_eq!(
            send(at, "GET /launch/code/h?code=c", &headers, "").await.status,
            403,
            "HAZ-046: {headers}"
        );
    }
    assert!(asked(&fake).is_empty(), "HAZ-046");
    let posted = send(at, "POST /launch/form", &format!("{form}{NAVIGATE}"), "assertion=jwe").await;
    assert!(posted.status == 303 && posted.has("location: /launch/abc"));
    let code = send(at, "GET /launch/code/h?iss=x&code=a%2Fb", NAVIGATE, "").await;
    assert!(code.status == 303 && code.has("referrer-policy: no-referrer"));
    let address = send(at, "GET /launch/url/h?data=x%2By&org=A", NAVIGATE, "").await;
    assert!(address.status == 303 && !address.head.contains("data="), "HAZ-049");
    assert_eq!(
        asked(&fake),
        [
            "knock form jwe true from Some(\"https://host.example.test\")",
            "knock code h a/b from None",
            "knock address h data=x%2By&org=A from None",
        ]
    );
    for path in [
        "/launch/code/h",
        "/launch/code/h?code=a&code=b",
        "/launch/code/h?code=%zz",
        "/launch/code/h?code=%ff",
    ] {
        assert_eq!(send(at, &format!("GET {path}"), NAVIGATE, "").await.status, 400, "HAZ-046: {path}");
    }
    let double = send(at, "POST /launch/form", &format!("{form}{NAVIGATE}"), "assertion=a&assertion=b").await;
    assert_eq!(double.status, 400, "HAZ-046");
    assert_eq!(
        send(at, "GET /launch/url/h?data=x", "Sec-Fetch-Dest: image\r\n", "").await.status,
        403,
        "HAZ-046"
    );
}

#[tokio::test]
async fn what_everybody_may_read_is_json_and_may_be_kept_for_minutes() {
    let (_, at) = gateway().await;
    let metadata = send(at, "GET /.well-known/oauth-authorization-server", "", "").await;
    assert!(metadata.status == 200 && metadata.has("content-type: application/json"));
    assert!(metadata.body.contains("Metadata") && metadata.has("max-age=300"));
    let keys = send(at, "GET /.well-known/jwks.json", "", "").await;
    assert!(keys.has("content-type: application/jwk-set+json") && keys.body.contains("Keys"));
}

#[tokio::test]
async fn the_back_channel_has_its_own_routes_and_no_other() {
    let fake = Arc::new(Fake::default());
    let at = serve(back_channel::router(fake.clone(), Settings::default())).await;
    let form = "Content-Type: application/x-www-form-urlencoded\r\n";
    assert_eq!(send(at, "POST /oauth2/token", form, "assertion=jwt").await.status, 200);
    assert_eq!(send(at, "POST /launch/event", form, "event=jwt").await.status, 204);
    assert_eq!(asked(&fake), ["token jwt", "event jwt"]);
    for line in ["GET /launch/h", "POST /launch/form", "GET /s/live/", "GET /help", "GET /"] {
        assert_eq!(send(at, line, NAVIGATE, "").await.status, 404, "{line}");
    }
    assert_eq!(send(at, "GET /oauth2/token", "", "").await.status, 405);
}

/// Leaves name nobody, and still only those who show a certificate read them, and only on the listener of servers.
#[tokio::test]
async fn the_log_is_read_with_a_certificate_on_the_back_channel_and_nowhere_else() {
    let fake = Arc::new(Fake::default());
    let router = back_channel::router(fake.clone(), Settings::default());
    let at = serve(router.clone()).await;
    assert_eq!(send(at, "GET /audit/log/2026/checkpoint", "", "").await.status, 401);
    let shown = |certificate: Option<Certificate>| {
        let caller = back_channel::Caller { certificate };
        router.clone().layer(axum::Extension(caller))
    };
    let at = serve(shown(None)).await;
    assert_eq!(send(at, "GET /audit/log/2026/checkpoint", "", "").await.status, 401);
    let at = serve(shown(Some(Certificate::new(b"any")))).await;
    let checkpoint = send(at, "GET /audit/log/2026/checkpoint", "", "").await;
    assert!(
        checkpoint.status == 200
            && checkpoint.body.contains("signed")
            && checkpoint.has("cache-control: no-store")
    );
    assert!(checkpoint.has("content-type: text/plain; charset=utf-8"));
    let tile = send(at, "GET /audit/log/2026/tile/0/x001/002.p/7", "", "").await;
    assert!(tile.status == 200 && tile.body.contains("hashes") && tile.has("immutable"));
    assert!(tile.has("content-type: application/octet-stream"));
    assert_eq!(send(at, "GET /audit/log/1999/checkpoint", "", "").await.status, 404);
    assert_eq!(send(at, "GET /audit/log/2026/busy", "", "").await.status, 503);
    assert_eq!(send(at, "GET /audit/log/2026/checkpoint", NAVIGATE, "").await.status, 403, "no browser");
    assert_eq!(send(at, "POST /audit/log/2026/checkpoint", "", "").await.status, 405);
    let (_, public) = gateway().await;
    assert_eq!(send(public, "GET /audit/log/2026/checkpoint", "", "").await.status, 404);
}

/// HAZ-028: what stands in the feed names people.
#[tokio::test]
async fn a_feed_is_read_with_its_partners_own_certificate_on_the_back_channel_and_nowhere_else() {
    let fake = Arc::new(Fake::default());
    let router = back_channel::router(fake.clone(), Settings::default());
    let shown = |certificate: Option<&[u8]>| {
        let caller = back_channel::Caller { certificate: certificate.map(Certificate::new) };
        router.clone().layer(axum::Extension(caller))
    };
    let at = serve(shown(None)).await;
    assert_eq!(send(at, "GET /audit/feed/ZG1", "", "").await.status, 401);
    let at = serve(shown(Some(b"gp"))).await;
    let lines = send(at, "GET /audit/feed/ZG1?after=7", "", "").await;
    assert!(lines.status == 200 && lines.body.contains("\"next\":7") && lines.has("cache-control: no-store"));
    assert!(lines.has("content-type: application/x-ndjson"));
    for (asked, status) in [
        ("GET /audit/feed/ZA1", 403),
        ("GET /audit/feed/busy", 503),
        ("GET /audit/feed/ZG1?after=x", 400),
        ("GET /audit/feed/ZG1?after=1&after=2", 400),
        ("POST /audit/feed/ZG1", 405),
    ] {
        assert_eq!(send(at, asked, "", "").await.status, status, "{asked}");
    }
    assert_eq!(send(at, "GET /audit/feed/ZG1", NAVIGATE, "").await.status, 403, "no browser");
    let at = serve(shown(Some(b"acute"))).await;
    assert_eq!(send(at, "GET /audit/feed/ZG1", "", "").await.status, 403, "another partner's certificate");
    let (_, public) = gateway().await;
    assert_eq!(send(public, "GET /audit/feed/ZG1", "", "").await.status, 404);
}

#[tokio::test]
async fn emergency_access_is_asked_for_on_a_page_and_begun_ended_and_explained_by_our_own_forms_only() {
    let (fake, at) = gateway().await;
    let asked_for = send(at, "GET /s/live/break-glass", NAVIGATE, "").await;
    assert_eq!((asked_for.status, asked_for.body.as_str()), (200, "<p>still</p>"));
    send(at, "GET /s/live/break-glass?objection", NAVIGATE, "").await;
    send(at, "GET /s/live/break-glass?objection=1&patient=9991234578", NAVIGATE, "").await;
    let form = "token=t&reason=emergency&text=found+at+home&objection=yes";
    let begun = send(at, "POST /s/live/break-glass", OWN_FORM, form).await;
    assert!(begun.status == 303 && begun.has("location: /s/live/"), "{}", begun.head);
    let again = send(at, "POST /s/live/break-glass", OWN_FORM, "token=t").await;
    assert_eq!(again.status, 400);
    let ended = send(at, "POST /s/live/break-glass/end", OWN_FORM, "token=t").await;
    assert!(ended.status == 303 && ended.has("location: /s/live/"), "{}", ended.head);
    send(at, "POST /s/live/staff-match", OWN_FORM, "token=t&text=on+my+ward").await;
    let expected = [
        "break-glass live false",
        "break-glass live true",
        "break-glass live false",
        "begin live t emergency found at home yes",
        "begin live t   ",
        "end live t",
        "staff live t on my ward",
    ];
    assert_eq!(asked(&fake), expected);
    let foreign = "Origin: https://elsewhere.example\r\nSec-Fetch-Site: cross-site\r\n\
        Content-Type: application/x-www-form-urlencoded\r\n";
    for path in ["break-glass", "break-glass/end", "staff-match"] {
        let refused = send(at, &format!("POST /s/live/{path}"), foreign, form).await;
        assert_eq!(refused.status, 403, "HAZ-048: {path}");
    }
    let prefetched = send(at, "GET /s/live/break-glass", "Sec-Purpose: prefetch\r\n", "").await;
    assert_eq!(prefetched.status, 403, "no entry for a page nobody sees");
    assert_eq!(asked(&fake).len(), expected.len());
}
