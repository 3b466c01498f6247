//! Forms from other sites, and persons named where no route reads one: by path, query, body, header and method.

use super::*;

// shows: A25
/// Servers speak to us; a browser that does so was made to by somebody else.
#[tokio::test]
async fn t42_no_post_of_the_table_can_be_forged_from_another_site() {
    let (fake, at) = gateway().await;
    let form = "Content-Type: application/x-www-form-urlencoded\r\n";
    let body = "token=t&event=e&logout_token=l&assertion=a&grant_type=g";
    // A host's page may post a launch: what it brings is signed, and which pages may is the registration's to say.
    let is_ours = |path: &str| path != "/launch/form";
    for row in ROUTES.iter().filter(|row| row.method == Post && is_ours(row.path)) {
        let path = row.path.replace("{handle}", "h").replace("{sid}", "live");
        for browser in [
            "Origin: https://evil.example.test\r\nSec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\n",
            "Origin: null\r\nSec-Fetch-Site: cross-site\r\n",
            "Origin: https://evil.example.test\r\n",
            "Origin: https://other.record.example.test\r\nSec-Fetch-Site: same-site\r\n",
        ] {
            let forged = send(at, &format!("POST {path}"), &format!("{browser}{form}"), body).await;
            assert_eq!(forged.status, 403, "HAZ-047: {path} {browser}");
        }
    }
    assert_eq!(asked(&fake), Vec::<String>::new());
    assert_eq!(send(at, "POST /launch/event", form, body).await.status, 204);
    assert_eq!(send(at, "POST /logout/backchannel", form, body).await.status, 200);
    assert_eq!(send(at, "POST /logout/backchannel", form, "x=y").await.status, 400);
    assert_eq!(asked(&fake), ["event e", "signed out l"]);
}

// shows: R39, A14
#[tokio::test]
async fn t37_nobody_is_named_by_path_query_body_header_or_method() {
    const NUMBER: &str = "9990000018";
    let (fake, at) = gateway().await;
    let plain = send(at, "GET /s/live/", NAVIGATE, "").await;
    let named =
        format!("{NAVIGATE}X-Patient: {NUMBER}\r\nNHS-Number: {NUMBER}\r\nX-HTTP-Method-Override: PUT\r\n");
    for query in [
        format!("?patient={NUMBER}"),
        format!("?subject=Patient/{NUMBER}&nhs={NUMBER}"),
        "?_method=DELETE".into(),
    ] {
        let other = send(at, &format!("GET /s/live/{query}"), &named, "").await;
        assert_eq!((other.status, &other.body), (200, &plain.body), "HAZ-002: {query}");
    }
    let opened = asked(&fake);
    assert!(opened.iter().all(|asked| asked == &opened[0]), "HAZ-002: {opened:?}");
    let missing = send(at, "GET /nowhere", "", "").await;
    for path in [
        format!("/s/live/Patient/{NUMBER}"),
        format!("/s/live/{NUMBER}"),
        format!("/s/live/..%2f{NUMBER}%2f"),
        format!("/s/%2e%2e/{NUMBER}"),
        format!("/s/live/b/x/{NUMBER}"),
        format!("/s/live%2f{NUMBER}"),
    ] {
        let other = send(at, &format!("GET {path}"), NAVIGATE, "").await;
        assert_eq!((other.status, &other.body), (404, &missing.body), "HAZ-050: {path}");
    }
    for method in ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "HEAD"] {
        assert_eq!(send(at, &format!("{method} /s/live/"), &named, "").await.status, 405, "{method}");
    }
    let overridden = format!("{named}{OWN_FORM}X-Method-Override: GET\r\n");
    assert_eq!(send(at, "POST /s/live/", &overridden, &format!("patient={NUMBER}")).await.status, 405);
    assert_eq!(asked(&fake).len(), opened.len(), "nothing else was asked");
}
