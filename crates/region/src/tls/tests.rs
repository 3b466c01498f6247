//! Real handshakes over loopback: with the right certificate, without one, with somebody else's.

use super::*;
use axum::{Router, routing::get};
use tokio::net::TcpListener;

async fn served(mutual: &Mutual) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let listener = TlsListener::new(listener, Arc::clone(&mutual.server)).unwrap();
    let router = Router::new().route("/", get(|| async { "in" }));
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("https://127.0.0.1:{port}/")
}

fn client(ca: &Mutual, identity: Option<&Mutual>) -> reqwest::Client {
    let read = |path: &Path| std::fs::read(path).unwrap();
    let ca = reqwest::Certificate::from_pem(&read(&ca.ca_file)).unwrap();
    let builder = reqwest::Client::builder().no_proxy().tls_certs_only([ca]);
    let builder = match identity {
        Some(identity) => {
            builder.identity(reqwest::Identity::from_pem(&read(&identity.client_identity)).unwrap())
        }
        None => builder,
    };
    builder.build().unwrap()
}

fn made(folder: &tempfile::TempDir) -> Mutual {
    // Another test may have been first.
    let _ = aws_lc_rs::default_provider().install_default();
    Mutual::make(folder.path()).unwrap()
}

#[tokio::test]
async fn only_a_client_with_the_certificate_gets_in() {
    let (folder, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (ours, theirs) = (made(&folder), made(&elsewhere));
    let url = served(&ours).await;
    let known = client(&ours, Some(&ours)).get(&url).send().await.unwrap();
    assert_eq!(known.text().await.unwrap(), "in");
    let bare = client(&ours, None).get(&url).send().await;
    assert!(bare.is_err(), "no certificate, no answer");
    let stranger = client(&ours, Some(&theirs)).get(&url).send().await;
    assert!(stranger.is_err(), "another authority's certificate");
    let other_server = client(&theirs, Some(&ours)).get(&url).send().await;
    assert!(other_server.is_err(), "a client that does not know the authority stays away");
    let by_name = url.replace("127.0.0.1", "localhost");
    assert_eq!(client(&ours, Some(&ours)).get(by_name).send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn a_client_that_never_shakes_hands_holds_up_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let mutual = made(&folder);
    let url = served(&mutual).await;
    let address = url.trim_start_matches("https://").trim_end_matches('/').to_owned();
    let _silent = tokio::net::TcpStream::connect(address).await.unwrap();
    assert_eq!(client(&mutual, Some(&mutual)).get(&url).send().await.unwrap().status(), 200);
}

#[test]
fn keys_are_readable_by_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let mutual = made(&folder);
    let mode = std::fs::metadata(&mutual.client_identity).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}
