//! Word of alerts as a receiver hears it: over TLS, until it arrives, once, and with nobody named in it.

use crate::{
    config::alerts::Notify,
    demo::within::{self, Within},
    entries,
    program::{alerts::Rule, attention::Attention, *},
};
use audit::{Entry, Kind, Millis, Query, cause};
use rustls::pki_types::{PrivateKeyDer, pem::PemObject};
use serde_json::Value;
use std::{
    path::{Path, PathBuf},
    sync::atomic::AtomicU16,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};
use tokio_rustls::TlsAcceptor;

const TOKEN: &str = "d2Vi-aG9vaw";

/// A deployment's own address, and every byte that came to it.
struct Receiver {
    url: String,
    ca_file: PathBuf,
    token_file: PathBuf,
    heard: Arc<Mutex<Vec<String>>>,
    status: Arc<AtomicU16>,
}

impl Receiver {
    async fn start(folder: &Path) -> Self {
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let own = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
        let (ca_file, token_file) = (folder.join("receiver.pem"), folder.join("receiver.token"));
        std::fs::write(&ca_file, own.cert.pem()).unwrap();
        std::fs::write(&token_file, format!("{TOKEN}\n")).unwrap();
        let key = PrivateKeyDer::from_pem_slice(own.signing_key.serialize_pem().as_bytes()).unwrap();
        let server = rustls::ServerConfig::builder().with_no_client_auth();
        let server = server.with_single_cert(vec![own.cert.der().clone()], key).unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(server));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("https://localhost:{}/alerts", listener.local_addr().unwrap().port());
        let (heard, status) = (Arc::<Mutex<Vec<String>>>::default(), Arc::new(AtomicU16::new(204)));
        let (to, says) = (Arc::clone(&heard), Arc::clone(&status));
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let Ok(mut stream) = acceptor.accept(stream).await else { continue };
                let (mut bytes, mut some) = (Vec::new(), [0; 4096]);
                while !is_whole(&bytes) {
                    let read = stream.read(&mut some).await.unwrap_or(0);
                    bytes.extend_from_slice(&some[..read]);
                }
                to.lock().unwrap().push(String::from_utf8(bytes).unwrap());
                let status = says.load(Ordering::SeqCst);
                let answer = format!("HTTP/1.1 {status} x\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
                stream.write_all(answer.as_bytes()).await.unwrap();
                let _ = stream.shutdown().await;
            }
        });
        Self { url, ca_file, token_file, heard, status }
    }

    fn notify(&self, also: &[&str]) -> Notify {
        Notify {
            url: self.url.clone(),
            token_file: Some(self.token_file.clone()),
            tls: Some(federation::Tls { identity_file: None, ca_file: Some(self.ca_file.clone()) }),
            also: also.iter().map(|rule| (*rule).to_owned()).collect(),
        }
    }

    /// What was heard since last asked.
    fn heard(&self) -> Vec<String> {
        std::mem::take(&mut *self.heard.lock().unwrap())
    }

    fn bodies(&self) -> Vec<Value> {
        let body = |text: &String| serde_json::from_str(text.split("\r\n\r\n").nth(1).unwrap()).unwrap();
        self.heard().iter().map(body).collect()
    }
}

fn is_whole(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length =
        head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
    body.len() >= length.unwrap_or(0)
}

async fn watched(receiver: &Receiver) -> Within {
    let notify = receiver.notify(&["PO-23"]);
    within::start(|config| config.alerts.notify = Some(notify)).await
}

async fn steps(program: &Program) -> Vec<String> {
    let query = Query { kinds: vec![Kind::Alert], ..Query::default() };
    let page = program.store.watched(query).await.unwrap();
    let steps = page.entries.iter().filter(|found| found.entry.detail.contains_key("alert"));
    steps.filter_map(|found| found.entry.cause.clone()).collect()
}

/// An alert of an emergency as the way in writes it, with all that must stay inside.
fn emergency() -> Entry {
    let mut entry = entries::raised("PO-06", "0197-opening", "emergency access, start", clock::millis());
    for (key, value) in [("organisation", "ZZ910"), ("reason", "collapsed"), ("opens", "mental-health")] {
        entry.detail.insert(key.to_owned(), value.to_owned());
    }
    entry
}

/// AU37: a notification carries the alert's reference, and nothing else.
#[tokio::test(flavor = "multi_thread")]
async fn au37_word_of_an_urgent_alert_arrives_once_and_names_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let receiver = Receiver::start(folder.path()).await;
    let within = watched(&receiver).await;
    let program = &within.program;
    let index = program.store.append(vec![emergency()], clock::millis()).await.unwrap()[0].index;
    program.raise(Rule::LegacyAddress, "a-hash", "a link to a legacy address").await;
    Attention::default().go_on(program).await;
    let heard = receiver.heard();
    assert_eq!(heard.len(), 1, "PO-26 is not urgent: {heard:?}");
    let office = &program.office.as_ref().unwrap().url;
    let (head, body) = heard[0].split_once("\r\n\r\n").unwrap();
    assert!(head.to_lowercase().contains(&format!("authorization: bearer {}", TOKEN.to_lowercase())));
    let expected = serde_json::json!({
        "alert": index, "log": program.store.origin(), "see": format!("{office}/alerts#a{index}"), "what": "raised",
    });
    assert_eq!(serde_json::from_str::<Value>(body).unwrap(), expected);
    for kept in ["ZZ910", "collapsed", "mental", "emergency", "0197-opening", "PO-06"] {
        assert!(!heard[0].contains(kept), "HAZ-049: `{kept}` in {}", heard[0]);
    }
    // As after a restart: the log alone says what was told.
    Attention::default().go_on(program).await;
    assert!(receiver.heard().is_empty());
    assert_eq!(steps(program).await, [cause::TOLD]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_did_not_arrive_is_said_and_sent_again_also_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let receiver = Receiver::start(folder.path()).await;
    let within = watched(&receiver).await;
    let program = &within.program;
    assert_eq!(program.status_now().alerts, "everything urgent is told");
    receiver.status.store(503, Ordering::SeqCst);
    program.raise(Rule::ObjectionOverridden, "one", "over an objection").await;
    program.raise(Rule::Replay, "two", "a launch was used again").await;
    let mut attention = Attention::default();
    attention.go_on(program).await;
    assert_eq!(receiver.heard().len(), 1, "the second waits for the first");
    let said = program.status_now().alerts;
    assert!(
        said.starts_with("NOT told for") && said.contains("2 waiting") && said.contains("status 503"),
        "{said}"
    );
    attention.go_on(program).await;
    assert!(receiver.heard().is_empty(), "a receiver in trouble is left alone for a while");
    assert!(steps(program).await.is_empty());

    receiver.status.store(204, Ordering::SeqCst);
    Attention::default().go_on(program).await;
    assert_eq!(receiver.heard().len(), 2, "nothing is lost over a restart");
    assert_eq!(steps(program).await, [cause::TOLD, cause::TOLD]);
    assert_eq!(program.status_now().alerts, "everything urgent is told");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alert_nobody_took_on_is_raised_again_once_and_told_whatever_its_rule() {
    let folder = tempfile::tempdir().unwrap();
    let receiver = Receiver::start(folder.path()).await;
    let within = watched(&receiver).await;
    let program = &within.program;
    let long_ago = Millis(clock::millis().0 - 9 * 24 * 60 * 60 * 1000);
    let raised = |about: &str, at| entries::raised("PO-15", about, "many", at);
    let old = vec![raised("old", long_ago), raised("new", clock::millis())];
    let index = program.store.append(old, clock::millis()).await.unwrap()[0].index;
    for _ in 0..2 {
        Attention::default().go_on(program).await;
    }
    let bodies = receiver.bodies();
    assert_eq!(bodies.len(), 1, "{bodies:?}");
    assert_eq!((&bodies[0]["what"], &bodies[0]["alert"]), (&"escalated".into(), &index.into()));
    assert_eq!(steps(program).await, [cause::ESCALATED, cause::ESCALATION_TOLD]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_of_another_authority_is_told_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (receiver, other) = (Receiver::start(folder.path()).await, tempfile::tempdir().unwrap());
    let stranger = Receiver::start(other.path()).await;
    let notify = Notify { tls: receiver.notify(&[]).tls, ..stranger.notify(&[]) };
    let within = within::start(|config| config.alerts.notify = Some(notify)).await;
    within.program.raise(Rule::ObjectionOverridden, "one", "over an objection").await;
    Attention::default().go_on(&within.program).await;
    assert!(stranger.heard().is_empty(), "HAZ-041");
    assert!(
        within.program.status_now().alerts.contains("1 waiting"),
        "{}",
        within.program.status_now().alerts
    );
}

/// HAZ-030: a log that can record nothing any more cannot hold the alert that says so.
#[tokio::test(flavor = "multi_thread")]
async fn a_frozen_log_is_told_once_without_an_alert() {
    let folder = tempfile::tempdir().unwrap();
    let receiver = Receiver::start(folder.path()).await;
    let within = watched(&receiver).await;
    let program = &within.program;
    audit::freeze(&program.config.audit.store, "two histories were signed").unwrap();
    assert!(!program.store.is_writable(), "as whoever wants to open a record finds it");
    let mut attention = Attention::default();
    for _ in 0..2 {
        attention.go_on(program).await;
    }
    let office = &program.office.as_ref().unwrap().url;
    let expected = serde_json::json!({
        "log": program.store.origin(), "see": format!("{office}/alerts"), "what": "frozen",
    });
    assert_eq!(receiver.bodies(), [expected]);
}
