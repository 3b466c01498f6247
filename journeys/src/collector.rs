//! A collector of traces in the test itself: listens, takes what is posted, answers as it is told: takes it, refuses it or never answers.

use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU8, AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// How it answers.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Temper {
    Takes,
    Refuses,
    Hangs,
}

/// A running one. It listens until the test's runtime ends.
pub struct Collector {
    address: SocketAddr,
    temper: Arc<AtomicU8>,
    asked: Arc<AtomicUsize>,
    taken: Arc<Mutex<Vec<u8>>>,
}

impl Collector {
    pub async fn start(temper: Temper) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let address = listener.local_addr().expect("it is bound");
        let collector = Self {
            address,
            temper: Arc::new(AtomicU8::new(temper as u8)),
            asked: Arc::default(),
            taken: Arc::default(),
        };
        let (temper, asked, taken) =
            (Arc::clone(&collector.temper), Arc::clone(&collector.asked), Arc::clone(&collector.taken));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&temper), Arc::clone(&asked), Arc::clone(&taken)));
            }
        });
        collector
    }

    /// What a configuration says of it.
    pub fn configuration(&self) -> String {
        format!("[traces]\nurl = \"http://{}/v1/traces\"\n", self.address)
    }

    pub fn becomes(&self, temper: Temper) {
        self.temper.store(temper as u8, Ordering::Relaxed);
    }

    /// How often it was posted something, whatever became of it.
    pub fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }

    /// Every body it was sent, a line each, heads and all of requests that it refused too.
    pub fn taken(&self) -> Vec<u8> {
        self.taken.lock().expect("nobody fell").clone()
    }

    /// Every span, in the order in which they came.
    pub fn spans(&self) -> Vec<serde_json::Value> {
        let text = String::from_utf8(self.taken()).expect("JSON is text");
        let requests = text.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
        let spans = requests.map(|request| request.pointer("/resourceSpans/0/scopeSpans/0/spans").cloned());
        spans.flatten().flat_map(|spans| spans.as_array().cloned().unwrap_or_default()).collect()
    }

    /// Waits until so many openings have been told of.
    pub async fn openings(&self, count: usize) {
        let is_whole = |span: &serde_json::Value| span.get("name").is_some_and(|name| name == "opening");
        while self.spans().iter().filter(|span| is_whole(span)).count() < count {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

/// One connection, request after request.
async fn serve(
    mut stream: TcpStream,
    temper: Arc<AtomicU8>,
    asked: Arc<AtomicUsize>,
    taken: Arc<Mutex<Vec<u8>>>,
) {
    let mut bytes = Vec::new();
    loop {
        let Some((head, body)) = request(&mut stream, &mut bytes).await else { return };
        asked.fetch_add(1, Ordering::Relaxed);
        {
            let mut taken = taken.lock().expect("nobody fell");
            taken.extend_from_slice(head.replace('\r', "").as_bytes());
            taken.extend_from_slice(&body);
            taken.push(b'\n');
        }
        let now = temper.load(Ordering::Relaxed);
        if now == Temper::Hangs as u8 {
            // Until whoever asked has had enough.
            let _ = stream.read(&mut [0; 1]).await;
            return;
        }
        let status = if now == Temper::Takes as u8 { "200 OK" } else { "503 Service Unavailable" };
        let answer =
            format!("HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{{}}");
        if stream.write_all(answer.as_bytes()).await.is_err() {
            return;
        }
    }
}

/// The next head and body.
async fn request(stream: &mut TcpStream, bytes: &mut Vec<u8>) -> Option<(String, Vec<u8>)> {
    loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(bytes.get(..end + 4)?).into_owned();
            let length = head.to_lowercase().lines().find_map(|line| {
                line.strip_prefix("content-length:").and_then(|length| length.trim().parse::<usize>().ok())
            });
            let whole = end + 4 + length.unwrap_or_default();
            if bytes.len() >= whole {
                let body = bytes.get(end + 4..whole)?.to_vec();
                bytes.drain(..whole);
                return Some((head, body));
            }
        }
        let mut more = [0; 64 * 1024];
        let read = stream.read(&mut more).await.ok().filter(|read| *read > 0)?;
        bytes.extend_from_slice(more.get(..read)?);
    }
}
