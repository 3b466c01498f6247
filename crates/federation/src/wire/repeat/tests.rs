//! A server in front of a source cuts connections before a byte of an answer, and counts them.

use super::*;
use crate::{
    Federation,
    guard::{Agreed, Guard},
    limits::Limits,
    testing::*,
    wire::tls,
};
use axum::{http::HeaderValue as Value, middleware::map_response, response::Response};
use fhir::{Category::Allergies, Reply, ReplyState, reply::Silence};
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};
use std::time::Duration;
use tokio::{
    io::{AsyncReadExt, copy_bidirectional},
    net::{TcpListener, TcpStream},
};

const ORDER: Ordering = Ordering::SeqCst;

/// Every connection carries one request, so connections are requests.
#[derive(Clone, Default)]
struct Front {
    connections: Arc<AtomicUsize>,
    /// How many of the next are cut once their request has come.
    to_cut: Arc<AtomicUsize>,
}

impl Front {
    async fn before(&self, fake: &Fake) -> String {
        async fn closing(mut response: Response) -> Response {
            response.headers_mut().insert("connection", Value::from_static("close"));
            response
        }
        let (behind, front) = (listener().await, listener().await);
        let (to, address) = (behind.local_addr().unwrap(), front.local_addr().unwrap());
        let router = fake.router().layer(map_response(closing));
        tokio::spawn(async move { axum::serve(behind, router).await });
        let own = self.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = front.accept().await {
                tokio::spawn(own.clone().carry(client, to));
            }
        });
        format!("http://{address}")
    }

    async fn carry(self, mut client: TcpStream, to: std::net::SocketAddr) {
        self.connections.fetch_add(1, ORDER);
        let cut = self.to_cut.fetch_update(ORDER, ORDER, |left| left.checked_sub(1)).is_ok();
        if cut {
            let _ = client.read(&mut [0; 4096]).await;
            return;
        }
        let mut server = TcpStream::connect(to).await.unwrap();
        let _ = copy_bidirectional(&mut client, &mut server).await;
    }
}

async fn listener() -> TcpListener {
    TcpListener::bind("127.0.0.1:0").await.unwrap()
}

struct Scene {
    front: Front,
    fake: Fake,
    federation: Arc<Federation>,
}

impl Scene {
    /// Ten questions were asked, and have saved one repetition.
    async fn after_ten() -> Self {
        let scene = Self::new().await;
        for _ in 0..10 {
            assert_eq!(scene.ask().await.0, ReplyState::Answered);
        }
        scene
    }

    async fn new() -> Self {
        let fake = Fake::default()
            .json("/fhir/metadata", capability("4.0.1", &["Patient", "AllergyIntolerance"]))
            .json("/fhir/Patient/_search", searchset(vec![patient("d1", NUMBER)]))
            .json("/fhir/AllergyIntolerance", searchset(vec![allergy("a1", "d1")]));
        let front = Front::default();
        let base = format!("{}/fhir", front.before(&fake).await);
        let federation = federation(
            vec![source("cut", kind("fhir-r4"), Some(base), &[Allergies])],
            "http://127.0.0.1:9",
            Limits { total: Duration::from_secs(20), ..limits() },
        );
        Self { front, fake, federation }
    }

    /// How it ended, how many requests left, and how many of them reached the source.
    async fn ask(&self) -> (ReplyState, usize, usize) {
        let before = (self.front.connections.load(ORDER), self.fake.seen().len());
        let Reply { state, .. } = one(&self.federation).await;
        (state, self.front.connections.load(ORDER) - before.0, self.fake.seen().len() - before.1)
    }

    fn cut(&self, next: usize) {
        self.front.to_cut.store(next, ORDER);
    }

    fn repeats(&self) -> u64 {
        self.federation.repeats(&fhir::SourceId::new("cut"))
    }
}

fn broke() -> ReplyState {
    ReplyState::DidNotAnswer(Silence::Failed("broke off while answering".to_owned()))
}

#[tokio::test]
async fn a_request_that_nobody_began_to_answer_is_sent_once_more_out_of_what_was_saved() {
    let scene = Scene::after_ten().await;
    let (_, usual, _) = scene.ask().await;
    scene.cut(1);
    assert_eq!(scene.ask().await, (ReplyState::Answered, usual + 1, usual), "HAZ-036: one more");
    assert_eq!(scene.repeats(), 1);
    let ids: Vec<String> =
        scene.fake.seen().iter().filter_map(|seen| seen.headers.get(REQUEST_ID).cloned()).collect();
    let distinct: std::collections::HashSet<&String> = ids.iter().collect();
    assert_eq!(distinct.len(), ids.len(), "HAZ-030: each request has an id of its own");
    scene.cut(1);
    assert_eq!(scene.ask().await, (broke(), 1, 0), "HAZ-036: nothing is saved any more");
}

#[tokio::test]
async fn whoever_is_cut_off_twice_is_not_asked_a_third_time() {
    let scene = Scene::after_ten().await;
    scene.cut(2);
    assert_eq!(scene.ask().await, (broke(), 2, 0), "HAZ-036");
}

#[tokio::test]
async fn a_source_of_which_few_questions_were_asked_is_asked_once() {
    let scene = Scene::new().await;
    scene.ask().await;
    scene.cut(1);
    assert_eq!(scene.ask().await, (broke(), 1, 0), "HAZ-036");
}

#[tokio::test]
async fn a_refusal_or_a_failure_that_was_answered_is_not_asked_again() {
    let scene = Scene::after_ten().await;
    for status in [401, 403, 404, 429, 500, 503] {
        let canned = Canned::Typed { status, media_type: "text/plain", body: String::new() };
        scene.fake.set("/fhir/Patient/_search", canned);
        let (_, left, reached) = scene.ask().await;
        assert_eq!(left, reached, "{status}");
        assert_eq!((left <= 1, scene.repeats()), (true, 0), "HAZ-036: {status}");
    }
}

/// Bounds of a question whose source has saved enough, after some of its time.
fn bounds(gone: Duration) -> Bounds {
    let limits = Arc::new(Limits::default());
    let guard = Guard::new(&limits, Agreed::ours(8));
    guard.save_for_tests();
    let started = Instant::now() - gone;
    let errand = guard.errand_for_tests();
    Bounds::new(&limits, started, started + limits.total).sent_by(&errand)
}

#[tokio::test]
async fn past_half_of_its_time_nothing_is_sent_again() {
    assert!(bounds(Duration::ZERO).may_repeat().await);
    assert!(!bounds(Duration::from_millis(3_001)).may_repeat().await, "HAZ-035");
    let nearer = bounds(Duration::from_secs(1));
    let nearer = nearer.until(nearer.started + Duration::from_millis(1_500));
    assert!(!nearer.may_repeat().await, "HAZ-035: a nearer deadline is the one that counts");
}

#[tokio::test]
async fn who_was_refused_once_does_not_insist_elsewhere() {
    for (status, may) in [(200, true), (500, true), (401, false), (403, false), (404, false), (429, false)] {
        let bounds = bounds(Duration::ZERO);
        let answer = Answer { status, media_type: String::new(), retry_after: None, body: Vec::new() };
        bounds.heard(&Ok(answer));
        assert_eq!(bounds.may_repeat().await, may, "HAZ-036: {status}");
    }
}

#[test]
fn only_what_reads_is_sent_again() {
    install_tls();
    let request = |method: Method, path: &str| {
        reqwest::Client::new().request(method, format!("https://a.example/fhir/{path}")).build().unwrap()
    };
    assert!(is_read(&request(Method::GET, "Observation?patient=p1")));
    assert!(is_read(&request(Method::POST, "Patient/_search")));
    assert!(!is_read(&request(Method::POST, "Patient/$gpc.getstructuredrecord")));
    assert!(!is_read(&request(Method::POST, "token")));
    assert!(!is_read(&request(Method::PUT, "Patient/_search")));
}

// shows: F4
#[tokio::test]
async fn f4_a_certificate_that_is_refused_is_refused_once() {
    install_tls();
    let authority = tls::tests::Authority::new();
    let url = tls::tests::serve(&Fake::default(), &authority).await;
    let error = reqwest::Client::new().get(&url).send().await.unwrap_err();
    assert!(error.is_connect() && !may_repeat(&error), "HAZ-036: no trust, no second try");
    let gone = listener().await.local_addr().unwrap();
    let error = reqwest::Client::new().get(format!("http://{gone}/")).send().await.unwrap_err();
    assert!(may_repeat(&error), "nobody listens: whoever starts again soon may");
}
