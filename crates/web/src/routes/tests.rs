//! The router over real sockets, with a gateway that answers from memory: what is asked of it, and what every answer carries.

use super::*;
use crate::gateway::*;
use access::{Channel, Refusal};
use axum::body::Bytes;
use fake::Fake;
use futures_util::future::BoxFuture;
use futures_util::{FutureExt, StreamExt, stream};
use std::net::SocketAddr;
use std::sync::Mutex;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// The gateway behind the routes.
mod fake;
/// Other ways in.
mod ways_in;
/// Forged forms, and persons named where nobody is read.
/// The page round a document, and what stands in its frame.
mod documents;
mod forged;
/// Something looked for in a record.
mod find;
/// The record for a host's own software.
mod searchset;

const ORIGIN: &str = "https://record.example.test";
const NAVIGATE: &str = "Sec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: document\r\n";
const OWN_FORM: &str = "Origin: https://record.example.test\r\nSec-Fetch-Site: same-origin\r\n\
    Content-Type: application/x-www-form-urlencoded\r\n";

fn still(status: u16) -> StillPage {
    let frame_ancestor = Some("https://host.example.test".into());
    StillPage { status, frame_ancestor, html: "<p>still</p>".into() }
}

/// One answer, head and body as text.
struct Answered {
    status: u16,
    head: String,
    body: String,
}

impl Answered {
    fn has(&self, header: &str) -> bool {
        self.head.to_lowercase().contains(&header.to_lowercase())
    }
}

async fn serve(router: axum::Router) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    address
}

async fn send(at: SocketAddr, line: &str, headers: &str, body: &str) -> Answered {
    let mut socket = TcpStream::connect(at).await.unwrap();
    let length =
        if line.starts_with("POST") { format!("Content-Length: {}\r\n", body.len()) } else { String::new() };
    let request = format!(
        "{line} HTTP/1.1\r\nHost: record.example.test\r\nConnection: close\r\n{headers}{length}\r\n{body}"
    );
    socket.write_all(request.as_bytes()).await.unwrap();
    let mut bytes = Vec::new();
    socket.read_to_end(&mut bytes).await.unwrap();
    let text = String::from_utf8(bytes).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    Answered {
        status: head.split(' ').nth(1).unwrap().parse().unwrap(),
        head: head.to_owned(),
        body: body.to_owned(),
    }
}

async fn gateway() -> (Arc<Fake>, SocketAddr) {
    let fake = Arc::new(Fake::default());
    let settings = Settings { gateway_origin: ORIGIN.into(), training: true, ..Settings::default() };
    let at = serve(router(fake.clone(), settings)).await;
    (fake, at)
}

fn asked(fake: &Fake) -> Vec<String> {
    fake.asked.lock().unwrap().clone()
}

#[test]
fn the_table_of_routes_is_as_golden() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/routes.golden.txt");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(path, table()).unwrap();
    }
    assert_eq!(std::fs::read_to_string(path).unwrap_or_default(), table());
}

#[test]
fn no_route_has_a_person_in_its_path() {
    for row in ROUTES {
        let path = row.path.to_lowercase();
        assert!(
            !["patient", "nhs", "person", "number"].iter().any(|word| path.contains(word)),
            "HAZ-002: {path}"
        );
    }
}

#[tokio::test]
async fn every_route_of_the_table_answers_its_method_and_no_other() {
    let (_, at) = gateway().await;
    for row in ROUTES {
        let path = row.path.replace("{handle}", "h").replace("{sid}", "live").replace("{file}", "none.css");
        let path = path.replace("{host}", "host");
        let answered = send(at, &format!("{} {path}", row.method.name()), OWN_FORM, "token=t").await;
        assert_ne!(answered.status, 405, "{} {path}", row.method.name());
        let other = send(at, &format!("DELETE {path}"), "", "").await;
        assert_eq!(other.status, 405, "{path}");
        assert!(other.has("allow:"), "{path}");
    }
}

#[tokio::test]
async fn unknown_addresses_all_look_the_same() {
    let (fake, at) = gateway().await;
    let first = send(at, "GET /Patient/1", "", "").await;
    for path in ["/", "/s/live", "/s/live/Patient", "/launch", "/s/", "/admin", "/status.json", "/health"] {
        let other = send(at, &format!("GET {path}"), "", "").await;
        assert_eq!((other.status, &other.body), (404, &first.body), "HAZ-050: {path}");
    }
    assert!(asked(&fake).is_empty());
}

// shows: A28, A29, A30
#[tokio::test]
async fn every_answer_carries_the_headers_that_keep_it_private() {
    let (_, at) = gateway().await;
    let record = send(at, "GET /s/live/", NAVIGATE, "").await;
    let missing = send(at, "GET /nowhere", "", "").await;
    for answered in [&record, &missing] {
        for header in [
            "cache-control: no-store, private",
            "referrer-policy: no-referrer",
            "x-content-type-options: nosniff",
            "cross-origin-resource-policy: same-origin",
            "cross-origin-opener-policy: same-origin",
            "strict-transport-security: max-age=31536000",
            "permissions-policy: ",
            "x-accel-buffering: no",
            "default-src 'none'; style-src 'self'; script-src 'self'",
            "require-trusted-types-for 'script'; trusted-types 'none'",
        ] {
            assert!(answered.has(header), "HAZ-049: {header} is missing: {}", answered.head);
        }
        assert!(!answered.has("x-frame-options") && !answered.has("etag"));
    }
    assert!(record.has("frame-ancestors https://host.example.test"), "HAZ-034");
    assert!(missing.has("frame-ancestors 'none'"));
}

#[tokio::test]
async fn a_framed_page_has_no_opener_policy() {
    let (_, at) = gateway().await;
    let framed = send(at, "GET /s/live/", "Sec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: iframe\r\n", "").await;
    assert_eq!(framed.status, 200);
    assert!(!framed.has("cross-origin-opener-policy"), "HAZ-034");
}

// shows: A24
#[test]
fn an_ancestor_that_is_no_origin_lets_nobody_frame_the_page() {
    for text in ["https://a.test https://b.test", "*", "https://a.test; script-src *", "javascript:1", ""] {
        let policy = headers::policy(Some(text));
        assert!(policy.to_str().unwrap().ends_with("frame-ancestors 'none'"), "{text}");
    }
}

#[tokio::test]
async fn t05_a_launch_link_is_used_up_by_a_navigation_only() {
    let (fake, at) = gateway().await;
    let unseen = [
        "",
        "Sec-Fetch-Mode: no-cors\r\nSec-Fetch-Dest: image\r\n",
        "Sec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: document\r\nSec-Purpose: prefetch;prerender\r\n",
        "Sec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: object\r\n",
    ];
    for headers in unseen {
        let answered = send(at, "GET /launch/abc", headers, "").await;
        assert!(answered.status == 200 && answered.body.contains("Open the record"), "{headers}");
    }
    assert_eq!(send(at, "HEAD /launch/abc", NAVIGATE, "").await.status, 405);
    assert!(asked(&fake).is_empty(), "the link must not be used up");
    let admitted = send(at, "GET /launch/abc", NAVIGATE, "").await;
    assert_eq!(admitted.status, 303);
    assert!(admitted.has("location: /s/sid/") && admitted.has("set-cookie: __Host-shcr=x"));
    assert_eq!(asked(&fake), ["redeem abc"]);
}

#[tokio::test]
async fn the_launch_button_works_in_old_engines_and_not_from_elsewhere() {
    let (fake, at) = gateway().await;
    let elsewhere =
        ["Origin: https://evil.example.test\r\n", "Origin: null\r\nSec-Fetch-Site: cross-site\r\n"];
    for headers in elsewhere {
        assert_eq!(send(at, "POST /launch/abc", headers, "").await.status, 403);
    }
    assert!(asked(&fake).is_empty());
    assert_eq!(send(at, "POST /launch/abc", "", "").await.status, 303);
}

#[tokio::test]
async fn an_opening_nobody_would_see_is_refused() {
    let (fake, at) = gateway().await;
    for headers in ["Sec-Purpose: prefetch\r\n", "Sec-Fetch-Dest: image\r\n", "Purpose: prefetch\r\n"] {
        assert_eq!(send(at, "GET /s/live/", headers, "").await.status, 403, "{headers}");
    }
    assert_eq!(send(at, "HEAD /s/live/", NAVIGATE, "").await.status, 405);
    assert_eq!(send(at, "GET /s/live/", "Range: bytes=0-1\r\n", "").await.status, 416);
    assert!(asked(&fake).is_empty(), "an unseen opening must not be audited as seen");
}

#[tokio::test]
async fn the_record_is_streamed_and_only_the_view_is_read_from_the_query() {
    let (fake, at) = gateway().await;
    let cookie = format!("{NAVIGATE}Cookie: other=1; __Host-shcr=secret\r\n");
    let record = send(at, "GET /s/live/", &cookie, "").await;
    assert!(
        record.status == 200
            && record.has("transfer-encoding: chunked")
            && record.body.contains("<p>part</p>")
    );
    send(at, "GET /s/live/?view=plain", NAVIGATE, "").await;
    send(at, "GET /s/live/?patient=9990000018&view=plain", NAVIGATE, "").await;
    assert_eq!(
        asked(&fake),
        ["open live Some(\"secret\") AsTheyLand", "open live None Plain", "open live None AsTheyLand"],
        "HAZ-002: a person in the query is not read"
    );
}

#[tokio::test]
async fn forms_need_our_own_origin_and_the_browsers_word_for_it() {
    let (fake, at) = gateway().await;
    let form = "Content-Type: application/x-www-form-urlencoded\r\n";
    for headers in [
        String::new(),
        format!("Origin: {ORIGIN}\r\n"),
        format!("Origin: {ORIGIN}\r\nSec-Fetch-Site: same-site\r\n"),
        "Origin: https://evil.example.test\r\nSec-Fetch-Site: same-origin\r\n".to_owned(),
        "Origin: null\r\nSec-Fetch-Site: cross-site\r\n".to_owned(),
    ] {
        for act in ["confirm", "extend", "print", "close"] {
            let answered =
                send(at, &format!("POST /s/live/{act}"), &format!("{headers}{form}"), "token=t").await;
            assert_eq!(answered.status, 403, "{act} {headers}");
        }
    }
    assert!(asked(&fake).is_empty());
    let null = format!("Origin: null\r\nSec-Fetch-Site: same-origin\r\n{form}");
    assert_eq!(
        send(at, "POST /s/live/extend", &null, "token=t").await.status,
        204,
        "a page without referrer sends null"
    );
    assert_eq!(send(at, "POST /s/live/confirm", OWN_FORM, "token=t").await.status, 303);
    assert_eq!(asked(&fake), ["extend live t", "confirm live t"]);
}

#[tokio::test]
async fn closing_clears_the_browser_and_says_that_the_record_is_closed() {
    let (_, at) = gateway().await;
    let closed = send(at, "POST /s/live/close", OWN_FORM, "token=t").await;
    assert!(closed.status == 200 && closed.body.contains("This record is closed"), "HAZ-003");
    assert!(closed.has("clear-site-data: \"cache\", \"storage\""), "HAZ-049");
    let framed = format!("{OWN_FORM}Sec-Fetch-Dest: iframe\r\n");
    assert_eq!(send(at, "POST /s/live/close", &framed, "token=t").await.status, 303);
}

#[tokio::test]
async fn the_state_is_204_or_410() {
    let (_, at) = gateway().await;
    let live = send(at, "GET /s/live/state", "", "").await;
    assert!(live.status == 204 && live.has("session-left: 598, 3000"), "{}", live.head);
    let gone = send(at, "GET /s/gone/state", "", "").await;
    assert_eq!((gone.status, gone.body.as_str()), (410, crate::words::VIEW_ENDED), "HAZ-003");
    let moved = send(at, "GET /s/moved/state", "", "").await;
    assert!(moved.body.starts_with("Ended: your system moved to another person."), "HAZ-003");
    assert!(moved.has("content-type: text/plain"));
    assert_eq!(
        send(at, "GET /s/unreadable/state", "", "").await.status,
        503,
        "HAZ-057: no news ends nothing"
    );
}

#[tokio::test]
async fn a_page_nobody_used_is_put_away_and_nothing_is_opened() {
    let (fake, at) = gateway().await;
    let away = send(at, "GET /s/live/ended", NAVIGATE, "").await;
    assert!(away.status == 200 && away.body.contains("href=\"/s/live/\""), "HAZ-057: the way back is there");
    assert!(away.has("frame-ancestors https://host.example.test"), "HAZ-034");
    *fake.refuse.lock().unwrap() = Some(Refusal::ViewEnded);
    let ended = send(at, "GET /s/gone/ended", NAVIGATE, "").await;
    assert!(ended.status == 401 && ended.body.contains("This view has ended"), "HAZ-003");
    assert_eq!(asked(&fake), ["put away live", "put away gone"]);
}

#[tokio::test]
async fn a_refusal_can_be_read_inside_the_hosts_frame() {
    let (fake, at) = gateway().await;
    *fake.refuse.lock().unwrap() = Some(Refusal::ViewEnded);
    let refused = send(at, "GET /s/live/", NAVIGATE, "").await;
    assert_eq!(refused.status, 401);
    assert!(refused.has("frame-ancestors https://host.example.test"), "HAZ-034");
    *fake.refuse.lock().unwrap() = Some(Refusal::Busy);
    assert!(send(at, "GET /launch/abc", NAVIGATE, "").await.has("retry-after: "));
}

// shows: F45
#[tokio::test]
async fn where_nothing_was_used_up_a_press_asks_once_more_and_elsewhere_there_is_none() {
    let (fake, at) = gateway().await;
    *fake.refuse.lock().unwrap() = Some(Refusal::Busy);
    let find = "token=t&term=falls";
    for (request, body, again) in [
        ("GET /launch/abc", "", Some("href=\"\"")),
        ("GET /s/live/", "", Some("href=\"\"")),
        ("GET /s/live/b/handle", "", Some("href=\"\"")),
        ("POST /s/live/find", find, Some("href=\"./\"")),
        ("POST /s/live/extend", "token=t", None),
    ] {
        let headers = if body.is_empty() { NAVIGATE } else { OWN_FORM };
        let answer = send(at, request, headers, body).await;
        assert_eq!(answer.status, 503, "{request}");
        assert!(answer.body.contains("The service is busy"), "{request}");
        let pressed = answer.body.split_once(">Try again</a>").map(|(before, _)| before);
        assert_eq!(pressed.is_some(), again.is_some(), "HAZ-057: {request}");
        assert!(again.is_none_or(|again| pressed.unwrap().ends_with(again)), "HAZ-057: {request}");
    }
}

// shows: F45
#[test]
fn those_who_are_turned_away_come_back_within_five_seconds_and_not_all_at_once() {
    let reference = |n: u32| format!("7K2M-{n:04}");
    let waits: std::collections::BTreeSet<u32> = (0..200)
        .map(|n| super::still::retry_after(&reference(n)).to_str().unwrap().parse().unwrap())
        .collect();
    assert_eq!(waits.into_iter().collect::<Vec<_>>(), [1, 2, 3, 4, 5]);
}

#[tokio::test]
async fn no_shared_record_takes_its_time_whatever_the_reason() {
    let (fake, at) = gateway().await;
    *fake.refuse.lock().unwrap() = Some(Refusal::NoSharedRecord);
    let before = tokio::time::Instant::now();
    assert_eq!(send(at, "GET /s/live/", NAVIGATE, "").await.status, 404);
    assert!(before.elapsed() >= std::time::Duration::from_millis(1_500), "HAZ-050");
}

#[tokio::test]
async fn t12_a_token_request_too_long_or_unreadable_never_reaches_the_gateway() {
    let (fake, at) = gateway().await;
    let form = "Content-Type: application/x-www-form-urlencoded\r\n";
    let long = format!("assertion={}", "a".repeat(70_000));
    for (headers, body) in [
        (form, long.as_str()),
        ("Content-Type: application/json\r\n", "{}"),
        (form, "assertion=a&assertion=b"),
    ] {
        let answered = send(at, "POST /oauth2/token", headers, body).await;
        assert_eq!(answered.status, 400);
        assert!(answered.body.contains("invalid_request"));
    }
    assert!(asked(&fake).is_empty());
    let good = send(at, "POST /oauth2/token", form, "assertion=jwt&grant_type=x").await;
    assert!(good.status == 200 && good.has("cache-control: no-store"));
    assert_eq!(asked(&fake), ["token jwt"]);
}

#[tokio::test]
async fn assets_are_kept_for_ever_and_help_has_no_person() {
    let (_, at) = gateway().await;
    let css = send(at, &format!("GET {}", crate::assets::STYLE.path), "", "").await;
    assert!(css.status == 200 && css.has("immutable") && css.has("content-type: text/css"));
    let help = send(at, "GET /help/states", "", "").await;
    assert_eq!(send(at, "GET /help", "", "").await.status, 200);
    assert_eq!(send(at, "GET /help/nowhere", "", "").await.status, 404);
    assert_eq!(help.status, 200);
    assert!(help.body.contains("Acute did not answer.") && help.body.contains("TRAINING"));
    assert_eq!(send(at, "GET /favicon.ico", "", "").await.status, 200);
}

#[tokio::test]
async fn an_operator_ends_a_professionals_or_a_hosts_sessions_from_the_operators_own_listener() {
    let fake = Arc::new(Fake::default());
    let at = serve(crate::admin::router(fake.clone())).await;
    let form = "Content-Type: application/x-www-form-urlencoded\r\n";
    let here = format!("{form}Origin: http://record.example.test\r\n");
    let elsewhere = format!("{form}Origin: https://evil.example.test\r\n");
    let body = "host=demo-host&sub=u-1&by=operator&reason=left";
    assert_eq!(send(at, "POST /sessions/end", &elsewhere, body).await.status, 400);
    for half in [
        "host=demo-host&sub=u-1&by=+&reason=left",
        "host=demo-host&sub=u-1&by=operator&reason=",
        "host=demo-host&sub=&by=operator&reason=left",
        "host=demo-host&sub=u-1&all=true&by=operator&reason=left",
        "host=&all=true&by=operator&reason=left",
    ] {
        assert_eq!(send(at, "POST /sessions/end", &here, half).await.status, 400, "{half}");
    }
    let ended = send(at, "POST /sessions/end", &here, body).await;
    assert_eq!((ended.status, ended.body.as_str()), (200, "2 ended\n"));
    let of_host = "host=demo-host&all=true&by=operator&reason=key+stolen";
    assert_eq!(send(at, "POST /sessions/end", &here, of_host).await.status, 200);
    assert_eq!(asked(&fake), ["end demo-host u-1 by operator", "end demo-host all by operator"]);
}

#[tokio::test]
async fn the_operators_listener_has_its_own_routes() {
    let at = serve(crate::admin::router(Arc::new(Fake::default()))).await;
    let health = send(at, "GET /health", "", "").await;
    assert!(health.status == 200 && health.body.contains("ok"));
    assert!(send(at, "GET /status.json", "", "").await.body.contains("\"audit\":\"ok\""));
    assert!(send(at, "GET /", "", "").await.body.contains("Records can be opened."));
    assert_eq!(send(at, "GET /s/live/", NAVIGATE, "").await.status, 404);
}

// shows: R46
#[tokio::test]
async fn how_and_why_information_is_shared_is_a_link_away_from_every_page() {
    let notice = "https://sharing.example";
    let settings =
        Settings { gateway_origin: ORIGIN.into(), sharing_notice: notice.into(), ..Settings::default() };
    let refusal = Refused { refusal: Refusal::NoRole, reference: "7K2M-9QF4".into(), frame_ancestor: None };
    let (_, refused) = crate::refusal::page(&refusal, &settings, true, None);
    let page = crate::fixture::page();
    for html in [refused, crate::view::objection(&page, crate::words::OBJECTION)] {
        assert!(html.contains("href=\"/help/sharing\">MyCareRecord"), "{html}");
    }
    let at = serve(router(Arc::new(Fake::default()), settings)).await;
    let help = send(at, "GET /help/sharing", "", "").await.body;
    assert!(help.contains("id=\"sharing\"") && help.contains(&format!("href=\"{notice}\"")), "{help}");
    assert!(help.contains("opt-out from planning and research"), "told apart from an objection");
}

#[tokio::test]
async fn a_reason_is_given_by_the_pages_own_form_and_what_is_none_is_refused() {
    let (fake, at) = gateway().await;
    let form = |text: &str| format!("token=t&code=family-care&text={text}");
    let given = send(at, "POST /s/live/reason", OWN_FORM, &form("His+daughter+asks+about+it")).await;
    assert_eq!(given.status, 303);
    let short = send(at, "POST /s/live/reason", OWN_FORM, &form("too+short")).await;
    assert_eq!(short.status, 400);
    assert!(!short.body.contains("too short"), "nothing typed is given back");
    let foreign =
        send(at, "POST /s/live/reason", "Content-Type: application/x-www-form-urlencoded\r\n", &form("x"))
            .await;
    assert_eq!(foreign.status, 403, "a form from elsewhere");
    assert_eq!(asked(&fake), ["reason live t family-care", "reason live t family-care"]);
}
