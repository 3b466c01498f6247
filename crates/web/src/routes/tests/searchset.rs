//! The searchset's address over a socket: which questions it takes, and what it says to the others.

use super::*;

const FHIR: &str = "content-type: application/fhir+json; fhirversion=4.0";

// shows: R26
#[tokio::test]
async fn a_searchset_is_given_whole_and_by_type() {
    let (fake, at) = gateway().await;
    let all = send(at, "GET /s/live/fhir", "", "").await;
    assert_eq!((all.status, all.body.as_str()), (200, "{\"resourceType\":\"Bundle\"}"));
    assert!(all.has(FHIR) && all.has("cache-control: no-store, private"), "{}", all.head);
    let some = send(at, "GET /s/live/fhir?_type=Condition,AllergyIntolerance", NAVIGATE, "").await;
    assert_eq!(some.status, 200);
    assert_eq!(asked(&fake), ["searchset live []", "searchset live [\"Condition\", \"AllergyIntolerance\"]"]);
}

// shows: A14
#[tokio::test]
async fn t37_no_parameter_names_a_person_and_none_is_said_back() {
    let (fake, at) = gateway().await;
    for query in [
        "patient=9990000018",
        "subject=Patient/9990000018",
        "_id=9990000018",
        "_type=Condition&patient=9990000018",
        "identifier=9990000018",
        "9990000018=",
        "_type=9990000018",
        "_type=",
        "_type=Condition,",
        "_type=condition",
        "_type=Condition&_type=Observation",
        "_format=json",
        "%5Ftype=Pat%69ent9990000018",
        "pati%65nt=9990000018",
        "%ff%fe=1",
        "&&&x",
    ] {
        let refused = send(at, &format!("GET /s/live/fhir?{query}"), "", "").await;
        assert_eq!(refused.status, 400, "HAZ-002: {query}");
        assert!(refused.has(FHIR) && refused.body.contains("OperationOutcome"), "{query}: {}", refused.body);
        assert!(!refused.body.contains("9990000018"), "HAZ-049: {query}: {}", refused.body);
    }
    for (query, named) in
        [("patient=1", "patient"), ("subject:Patient=1", "subject:Patient"), ("_type=Pat", "Pat")]
    {
        let refused = send(at, &format!("GET /s/live/fhir?{query}"), "", "").await;
        assert!(refused.body.contains(named), "{query}: {}", refused.body);
    }
    assert!(asked(&fake).is_empty(), "HAZ-002: nothing reached the program");
}

#[tokio::test]
async fn what_nobody_would_see_opens_no_searchset() {
    let (fake, at) = gateway().await;
    for (headers, status) in [
        ("Sec-Purpose: prefetch\r\n", 403),
        ("Sec-Fetch-Dest: empty\r\nSec-Fetch-Mode: cors\r\nSec-Fetch-Site: cross-site\r\n", 403),
        ("Sec-Fetch-Dest: image\r\n", 403),
        ("Range: bytes=0-10\r\n", 416),
    ] {
        let refused = send(at, "GET /s/live/fhir", headers, "").await;
        assert_eq!((refused.status, refused.has(FHIR)), (status, true), "HAZ-002: {headers}");
    }
    for method in ["HEAD", "POST", "PUT", "DELETE"] {
        let refused = send(at, &format!("{method} /s/live/fhir"), OWN_FORM, "patient=1").await;
        assert_eq!(refused.status, 405, "{method}");
    }
    assert!(asked(&fake).is_empty());
}

#[tokio::test]
async fn a_refusal_is_an_outcome_in_the_words_of_the_page() {
    for (refusal, cookie, status, words) in [
        (Refusal::ViewEnded, "", 401, "Open the record again"),
        (Refusal::ViewEnded, "Cookie: __Host-shcr=x\r\n", 403, "Open the record again"),
        (Refusal::CannotRecord, "", 503, "Access cannot be recorded"),
        (Refusal::NoRole, "", 403, "Your role in your system has no access here"),
        (Refusal::NoSharedRecord, "", 404, "There is no shared record to show"),
        (Refusal::Objection, "", 403, crate::words::OBJECTION),
    ] {
        let (fake, at) = gateway().await;
        let code = refusal.code();
        *fake.refuse.lock().unwrap() = Some(refusal);
        let began = std::time::Instant::now();
        let answered = send(at, "GET /s/live/fhir", cookie, "").await;
        assert_eq!((answered.status, answered.has(FHIR)), (status, true), "{code}");
        assert!(answered.body.contains(code), "{}", answered.body);
        assert!(code == "view-ended" || answered.body.contains(words), "{}", answered.body);
        assert!(code != "no-shared-record" || began.elapsed().as_millis() >= 1_490, "HAZ-050: {code}");
    }
}

async fn back_channel(certificate: Option<&[u8]>) -> (Arc<Fake>, SocketAddr) {
    let fake = Arc::new(Fake::default());
    let caller = back_channel::Caller { certificate: certificate.map(access::Certificate::new) };
    let router = back_channel::router(fake.clone(), Settings::default()).layer(axum::Extension(caller));
    (fake, serve(router).await)
}

// shows: R32
#[tokio::test]
async fn t36_on_the_back_channel_a_token_is_wanted_and_a_cookie_is_none() {
    let (fake, at) = back_channel(Some(b"der")).await;
    for (headers, token) in [
        ("Authorization: Bearer abc\r\n", "Some(\"abc\")"),
        ("authorization: bearer abc\r\n", "Some(\"abc\")"),
        ("Authorization: Basic abc\r\n", "None"),
        ("Authorization: Bearer\r\n", "None"),
        ("Authorization: Bearer a\r\nAuthorization: Bearer b\r\n", "None"),
        ("Cookie: __Host-shcr=x\r\n", "None"),
        ("", "None"),
    ] {
        assert_eq!(send(at, "GET /s/live/fhir", headers, "").await.status, 200);
        let last = asked(&fake).pop().unwrap();
        assert!(
            last.starts_with(&format!("searchset live [] {token} Back(Some(")),
            "HAZ-002: {headers}: {last}"
        );
    }
    let long = format!("Authorization: Bearer {}\r\n", "a".repeat(257));
    send(at, "GET /s/live/fhir", &long, "").await;
    assert!(asked(&fake).pop().unwrap().contains(" None Back"), "HAZ-041");
    let before = asked(&fake).len();
    for headers in [OWN_FORM, NAVIGATE, "Origin: https://attacker.example\r\n"] {
        assert_eq!(
            send(at, "GET /s/live/fhir", headers, "").await.status,
            403,
            "a browser speaks for no server"
        );
    }
    assert_eq!(send(at, "GET /s/live/fhir?patient=1", "Authorization: Bearer abc\r\n", "").await.status, 400);
    assert_eq!(send(at, "GET /s/live/", "Authorization: Bearer abc\r\n", "").await.status, 404);
    assert_eq!(asked(&fake).len(), before);
}

#[tokio::test]
async fn a_token_that_is_not_taken_is_challenged_and_a_cookie_is_not() {
    for (headers, challenge) in [
        ("Authorization: Bearer abc\r\n", "www-authenticate: bearer error=\"invalid_token\""),
        ("", "www-authenticate: bearer\r\n"),
        ("Authorization: Bearer abc\r\nCookie: __Host-shcr=x\r\n", "bearer error=\"invalid_request\""),
    ] {
        let (fake, at) = back_channel(None).await;
        *fake.refuse.lock().unwrap() = Some(Refusal::ViewEnded);
        let refused = send(at, "GET /s/live/fhir", headers, "").await;
        assert_eq!(refused.status, 401, "RFC 6750: {headers}");
        let head = format!("{}\r\n", refused.head.to_lowercase());
        assert!(head.contains(challenge), "RFC 6750: {head}");
    }
    let (fake, at) = gateway().await;
    *fake.refuse.lock().unwrap() = Some(Refusal::ViewEnded);
    let refused = send(at, "GET /s/live/fhir", "Cookie: __Host-shcr=x\r\n", "").await;
    assert_eq!((refused.status, refused.has("www-authenticate")), (403, false));
    // A token where browsers come has shown no certificate, and the program is told so.
    let public = send(at, "GET /s/live/fhir", "Authorization: Bearer abc\r\n", "").await;
    assert!(public.status == 401 && asked(&fake).pop().unwrap().ends_with("Some(\"abc\") Public"), "HAZ-046");
}

#[test]
fn a_token_prints_itself_nowhere() {
    let bearer = Bearer { token: Some("secret".into()), channel: Channel::Public };
    assert!(!format!("{bearer:?}").contains("secret"), "HAZ-049");
}
