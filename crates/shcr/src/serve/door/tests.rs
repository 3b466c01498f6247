//! What a caller may not do, over real sockets and byte by byte; and that nobody else is held up by it.

use super::*;
use axum::routing::{get, post};
use std::{
    net::SocketAddr,
    sync::atomic::{AtomicUsize, Ordering},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// A door with little patience, and how many requests came through it.
struct Tried {
    address: SocketAddr,
    through: Arc<AtomicUsize>,
    metrics: Arc<Metrics>,
    stop: watch::Sender<bool>,
    task: tokio::task::JoinHandle<()>,
}

async fn tried() -> Tried {
    let through = Arc::new(AtomicUsize::new(0));
    let counted = |through: &Arc<AtomicUsize>| {
        let through = Arc::clone(through);
        move || {
            through.fetch_add(1, Ordering::SeqCst);
            "through\n"
        }
    };
    let (page, form) = (counted(&through), counted(&through));
    let router = Router::new()
        .route("/{*any}", get(async move || page()))
        .route("/form", post(async move |_body: Bytes| form()));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopping) = watch::channel(false);
    let short = Duration::from_millis(300);
    let limits = Limits { head: short, body: short };
    let counted = Counted { metrics: Metrics::new(std::iter::empty(), audit::Millis(0)), listener: "public" };
    let metrics = Arc::clone(&counted.metrics);
    let door = Door { router, introduce: |_: &SocketAddr, _| {}, limits, counted };
    let task = tokio::spawn(serve(listener, door, stopping));
    Tried { address, through, metrics, stop, task }
}

impl Tried {
    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    /// Sends that and reads until the other side closes.
    async fn said(&self, sent: &str) -> String {
        let mut stream = self.connect().await;
        // It may close before everything is sent.
        let _ = stream.write_all(sent.as_bytes()).await;
        rest(&mut stream).await
    }

    /// In the order of [`crate::metrics::TURNED_AWAY`], without the handshake.
    fn turned_away(&self) -> [u64; 7] {
        let text = self.metrics.text(&crate::metrics::Now::default());
        let count = |reason: &&str| {
            let sample = format!("shcr_door_refusals_total{{listener=\"public\",reason=\"{reason}\"}} ");
            text.lines().find_map(|line| line.strip_prefix(&sample)).unwrap().parse().unwrap()
        };
        let counts: Vec<u64> = crate::metrics::TURNED_AWAY.iter().map(count).collect();
        counts[..7].try_into().unwrap()
    }

    fn through(&self) -> usize {
        self.through.load(Ordering::SeqCst)
    }
}

/// Everything up to the end, be it in order or a reset.
async fn rest(stream: &mut TcpStream) -> String {
    let mut said = Vec::new();
    let mut piece = [0; 4096];
    while let Ok(read @ 1..) = stream.read(&mut piece).await {
        said.extend_from_slice(&piece[..read]);
    }
    String::from_utf8(said).unwrap()
}

fn status(said: &str) -> &str {
    said.split(' ').nth(1).unwrap_or_default()
}

const GET: &str = "GET /page HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

// shows: A35
#[tokio::test]
async fn a_head_or_a_body_that_dawdles_is_cut_off_and_nobody_waits_for_it() {
    let door = tried().await;
    let mut head = door.connect().await;
    head.write_all(b"GET /page HTTP/1.1\r\nHost: a\r\n").await.unwrap();
    let mut body = door.connect().await;
    body.write_all(b"POST /form HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc").await.unwrap();
    let mut silent = door.connect().await;
    assert_eq!(status(&door.said(GET).await), "200", "whoever comes beside is served at once");
    assert_eq!(door.through(), 1);
    // Each ends by itself: a caller waits for the end of the connection, and it comes.
    assert!(!rest(&mut head).await.contains("200"));
    assert!(rest(&mut body).await.starts_with("HTTP/1.1 400"));
    assert_eq!(rest(&mut silent).await, "");
    assert_eq!(door.through(), 1, "neither came through");
}

// shows: A36
#[tokio::test]
async fn an_address_a_head_and_headers_are_taken_up_to_their_limit_and_not_beyond() {
    let door = tried().await;
    let address = |bytes: usize| {
        format!("GET /{} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "x".repeat(bytes - 1))
    };
    for (bytes, expected) in [(ADDRESS_BYTES - 1, "200"), (ADDRESS_BYTES, "200"), (ADDRESS_BYTES + 1, "414")]
    {
        assert_eq!(status(&door.said(&address(bytes)).await), expected, "an address of {bytes} bytes");
    }
    let headers = |count: usize| {
        let more: String = (2..count).map(|place| format!("X-{place}: a\r\n")).collect();
        format!("GET /page HTTP/1.1\r\nHost: a\r\nConnection: close\r\n{more}\r\n")
    };
    for (count, expected) in [(HEADERS, "200"), (HEADERS + 1, "431")] {
        assert_eq!(status(&door.said(&headers(count)).await), expected, "{count} headers");
    }
    let cookie = |bytes: usize| {
        format!("GET /page HTTP/1.1\r\nHost: a\r\nConnection: close\r\nCookie: {}\r\n\r\n", "x".repeat(bytes))
    };
    assert_eq!(status(&door.said(&cookie(HEAD_BYTES / 2)).await), "200");
    assert_eq!(status(&door.said(&cookie(2 * HEAD_BYTES)).await), "431");
}

// shows: A32
#[tokio::test]
async fn no_request_hides_behind_another() {
    let hidden = "GET /hidden HTTP/1.1\r\nHost: a\r\n\r\n";
    let lengths = [
        // CL.TE, TE.CL and TE.TE.
        format!(
            "Content-Length: {}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{hidden}",
            hidden.len() + 5
        ),
        format!(
            "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n{:x}\r\n{hidden}\r\n0\r\n\r\n",
            hidden.len()
        ),
        format!("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n{hidden}"),
        format!("Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n{hidden}"),
        format!("Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n{hidden}"),
        format!("Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n{hidden}"),
        // Two lengths, one that is none, one below nought.
        format!("Content-Length: 0\r\nContent-Length: {}\r\n\r\n{hidden}", hidden.len()),
        format!("Content-Length: +0\r\n\r\n{hidden}"),
        format!("Content-Length: -1\r\n\r\n{hidden}"),
        // A folded header, and a line break inside a name.
        format!("X-A: b\r\n Content-Length: 0\r\n\r\n{hidden}"),
        format!("X-A\n: b\r\n\r\n{hidden}"),
    ];
    for length in lengths {
        let door = tried().await;
        let said = door.said(&format!("POST /form HTTP/1.1\r\nHost: a\r\n{length}")).await;
        assert!(status(&said).starts_with('4'), "{length:?}: {said:?}");
        assert_eq!(said.matches("HTTP/1.1 ").count(), 1, "answered once and closed: {length:?}: {said:?}");
        assert_eq!(door.through(), 0, "{length:?}");
    }
}

// shows: A34
#[tokio::test]
async fn http_2_is_not_spoken_here() {
    let door = tried().await;
    let said = door.said("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").await;
    assert!(said.is_empty() || status(&said).starts_with('4') || status(&said) == "505", "{said:?}");
    assert_eq!(door.through(), 0);
}

#[tokio::test]
async fn whoever_is_turned_away_is_counted_by_why_and_whoever_only_leaves_is_not() {
    let door = tried().await;
    let before = door.turned_away();
    assert_eq!(before, [0; 7]);
    let form = "POST /form HTTP/1.1\r\nHost: a\r\n";
    let (long, large) = ("x".repeat(2 * HEAD_BYTES), "x".repeat(2_200_000));
    for sent in [
        "GET / page HTTP/1.1\r\n\r\n".to_owned(),
        "GET /page HTTP/1.1\r\nHost: a\r\n".to_owned(),
        format!("{form}Content-Length: 9\r\n\r\nabc"),
        format!("{form}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        format!("{form}Content-Length: {0}\r\nConnection: close\r\n\r\n{1}", large.len(), large),
        format!("GET /{} HTTP/1.1\r\nHost: a\r\n\r\n", "x".repeat(ADDRESS_BYTES)),
        format!("GET /page HTTP/1.1\r\nHost: a\r\nCookie: {long}\r\n\r\n"),
    ] {
        door.said(&sent).await;
    }
    assert_eq!(door.turned_away(), [1; 7], "one of each");
    // Kept after its request, and not used again.
    assert_eq!(status(&door.said("GET /page HTTP/1.1\r\nHost: a\r\n\r\n").await), "200");
    drop(door.connect().await);
    assert_eq!(status(&door.said(GET).await), "200");
    assert_eq!(door.turned_away(), [1; 7]);
}

// shows: F48
#[tokio::test]
async fn told_to_stop_it_lets_nobody_in_and_whoever_is_there_end() {
    let door = tried().await;
    let mut there = door.connect().await;
    there.write_all(b"POST /form HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nab").await.unwrap();
    assert_eq!(status(&door.said(GET).await), "200", "the first request is surely under way");
    door.stop.send(true).unwrap();
    while TcpStream::connect(door.address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    there.write_all(b"c").await.unwrap();
    assert_eq!(status(&rest(&mut there).await), "200");
    door.task.await.unwrap();
}
