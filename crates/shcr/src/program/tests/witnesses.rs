//! The log as partners meet it: witnesses over sockets, one that is away, one that complains, and a store from yesterday.

use super::super::witnesses::must_not_be_ahead;
use super::super::*;
use super::doors::Host;
use crate::entries;
use audit::{
    signed::{Signer, Signs, Verifier},
    witness::Witness,
};
use axum::{Router, http::StatusCode, routing::post};
use std::{net::SocketAddr, path::Path};
use tokio::{net::TcpListener, task::JoinHandle};
use web::gateway::LogPart;

/// A gateway that asks the witness at this address, and the folder of its state.
async fn watched_at(at: SocketAddr) -> (Arc<Program>, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let program = Program::new(config(folder.path(), at).await).unwrap();
    (program, folder)
}

async fn config(folder: &Path, at: SocketAddr) -> Config {
    let host = Host::start().await;
    let policy = format!("witness one {} http://{at}\nquorum one\n", signer().verifier());
    std::fs::write(folder.join("witnesses.policy"), policy).unwrap();
    let mut config = host.config(folder, 20);
    config.audit.policy_file = Some(folder.join("witnesses.policy"));
    config
}

fn signer() -> Signer {
    Signer::new("witness.example", Signs::Cosignatures, &[5; 32]).unwrap()
}

fn log_key(program: &Program) -> Verifier {
    let (_, key) = audit::export::log_keys(&program.config.audit.place().unwrap()).unwrap().pop().unwrap();
    Verifier::parse(&key).unwrap()
}

async fn port() -> TcpListener {
    TcpListener::bind("127.0.0.1:0").await.unwrap()
}

fn serve(listener: TcpListener, router: Router) -> JoinHandle<()> {
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() })
}

fn said(program: &Program) -> String {
    program.status_now().log
}

async fn grow(program: &Program, n: u8) {
    let entry = entries::raised("PO-23", &format!("growth-{n}"), "a test", clock::millis());
    program.store.append(vec![entry], clock::millis()).await.unwrap();
}

// shows: F39
#[tokio::test(flavor = "multi_thread")]
async fn a_witness_cosigns_what_grows_and_its_absence_is_said_and_stops_nothing() {
    let listener = port().await;
    let at = listener.local_addr().unwrap();
    let (program, folder) = watched_at(at).await;
    assert_eq!(said(&program), "not signed yet");
    program.store.checkpoint(clock::millis()).await.unwrap();
    let state = folder.path().join("witness.json");
    let witness = Arc::new(Witness::open(signer(), vec![log_key(&program)], &state).unwrap());
    let serving = serve(listener, crate::tools::witness::router(witness));
    program.sign_and_show().await;
    assert!(said(&program).ends_with("; witnessed by 1 of 1"), "{}", said(&program));
    grow(&program, 1).await;
    program.sign_and_show().await;
    assert!(
        said(&program).starts_with("2 entries") && said(&program).ends_with("1 of 1"),
        "{}",
        said(&program)
    );
    let Some(LogPart::Checkpoint(note)) = program.log_part(year(&program), "checkpoint").await else {
        panic!()
    };
    assert_eq!(note.matches("\u{2014} witness.example ").count(), 1);

    serving.abort();
    let _ = serving.await;
    grow(&program, 2).await;
    program.sign_and_show().await;
    assert!(said(&program).contains("not yet witnessed: 0 of 1 witnesses"), "{}", said(&program));
    assert!(program.store.is_writable(), "care goes on");
}

fn year(program: &Program) -> &str {
    program.store.origin().rsplit('/').next().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_is_served_under_its_own_year_alone() {
    let (program, _folder) = watched_at(port().await.local_addr().unwrap()).await;
    program.store.checkpoint(clock::millis()).await.unwrap();
    let year = year(&program).to_owned();
    assert!(matches!(program.log_part(&year, "checkpoint").await, Some(LogPart::Checkpoint(_))));
    assert!(matches!(program.log_part(&year, "tile/entries/000.p/1").await, Some(LogPart::Tile(_))));
    for (shard, path) in [
        ("1999", "checkpoint"),
        ("", "checkpoint"),
        (year.as_str(), "tile/0/000"),
        (year.as_str(), "../audit.key"),
    ] {
        assert_eq!(program.log_part(shard, path).await, None, "{shard} {path}");
    }
}

// shows: F39
/// AU19: a complaint is evidence, not a command.
#[tokio::test(flavor = "multi_thread")]
async fn au19_a_complaint_stops_a_log_that_is_wrong_and_not_one_that_is_right() {
    for wrong in [false, true] {
        let listener = port().await;
        let at = listener.local_addr().unwrap();
        let (mut program, folder) = watched_at(at).await;
        for n in 0..3 {
            let raised = |m| entries::raised("PO-23", &format!("growth-{n}-{m}"), "a test", clock::millis());
            program.store.append((0..100).map(raised).collect(), clock::millis()).await.unwrap();
        }
        program.store.checkpoint(clock::millis()).await.unwrap();
        if wrong {
            let store = program.config.audit.store.clone();
            drop(program);
            tampered(&store);
            program = Program::new(config(folder.path(), at).await).unwrap();
        }
        let complains = || async { (StatusCode::UNPROCESSABLE_ENTITY, "no\n") };
        let _serving = serve(listener, Router::new().route("/add-checkpoint", post(complains)));
        program.sign_and_show().await;
        program.sign_and_show().await;
        assert_eq!(program.store.is_writable(), !wrong, "HAZ-030: {}", said(&program));
        if wrong {
            assert!(
                said(&program)
                    .starts_with("FROZEN: witness `one` complained, and the log is wrong at index 5"),
                "{}",
                said(&program)
            );
            continue;
        }
        let key = audit::hash::unhex(&"42".repeat(32)).unwrap();
        let filter = audit::Filter { kind: Some(audit::Kind::Alert), ..audit::Filter::default() };
        let raised = audit::inspect(&program.config.audit.place().unwrap(), key, &filter).unwrap();
        let causes = raised.iter().filter(|view| view.entry["cause"] == "PO-29").count();
        assert_eq!(causes, 1, "told once, not at every attempt");
    }
}

/// As somebody with the file in hand would: one digit of the leaf at index 5, which lies in a full tile.
fn tampered(store: &Path) {
    let mut bytes = std::fs::read(store).unwrap();
    let leaf = b"\"n\":5,\"prev\"";
    // Pages that were split keep old copies; the one that counts may be any of them.
    let places: Vec<usize> =
        (0..bytes.len() - leaf.len()).filter(|at| bytes[*at..].starts_with(leaf)).collect();
    assert!(!places.is_empty(), "the leaf is in the file");
    places.into_iter().for_each(|at| bytes[at + 4] = b'6');
    std::fs::write(store, bytes).unwrap();
}

// shows: F40
/// AU23.
#[tokio::test(flavor = "multi_thread")]
async fn au23_a_gateway_over_a_store_from_the_past_does_not_start_and_says_why() {
    let listener = port().await;
    let at = listener.local_addr().unwrap();
    let (program, folder) = watched_at(at).await;
    program.store.checkpoint(clock::millis()).await.unwrap();
    let state = folder.path().join("witness.json");
    let witness = Arc::new(Witness::open(signer(), vec![log_key(&program)], &state).unwrap());
    let _serving = serve(listener, crate::tools::witness::router(witness));
    must_not_be_ahead(&config(folder.path(), at).await).await.expect("nothing was seen yet");
    grow(&program, 1).await;
    program.sign_and_show().await;
    must_not_be_ahead(&config(folder.path(), at).await).await.expect("the store is as far as the witness");
    // The same deployment with an empty disk: its store is gone, and the witness remembers it.
    let elsewhere = tempfile::tempdir().unwrap();
    let empty = config(elsewhere.path(), at).await;
    let refused = must_not_be_ahead(&empty).await.unwrap_err().to_string();
    assert!(refused.contains("has seen 2 entries") && refused.contains("holds 0"), "{refused}");
    assert!(!empty.audit.store.exists(), "HAZ-030: nothing was written");
}
