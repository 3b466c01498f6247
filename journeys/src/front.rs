//! One address before several gateways, as a load balancer is: takes connections and leads each to the gateway it is told of, gives how
//! many still stand to which. Where requests can be read, a connection carries one request, so that nobody waits on one to a gateway
//! that goes; where they are encrypted, it is led through as it is.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional},
    net::{TcpListener, TcpStream},
};

/// No request of ours has a longer head.
const HEAD_MAX_BYTES: usize = 64 * 1024;

/// Whether its requests can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Plain,
    Encrypted,
}

/// Goes on for as long as its runtime does.
pub struct Front(Arc<Mutex<State>>);

struct State {
    to: SocketAddr,
    /// How many connections stand to each.
    standing: BTreeMap<SocketAddr, usize>,
}

impl Front {
    /// Listens there, and leads to that gateway until it is told otherwise.
    pub async fn start(at: SocketAddr, to: SocketAddr, kind: Kind) -> Self {
        let listener = TcpListener::bind(at).await.expect("the region's address of the gateway is free");
        let state = Arc::new(Mutex::new(State { to, standing: BTreeMap::new() }));
        let front = Self(Arc::clone(&state));
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(lead(Arc::clone(&state), client, kind));
            }
        });
        front
    }

    /// Connections from now on.
    pub fn lead_to(&self, to: SocketAddr) {
        lock(&self.0).to = to;
    }

    /// How many connections stand to that gateway.
    pub fn standing(&self, to: SocketAddr) -> usize {
        lock(&self.0).standing.get(&to).copied().unwrap_or_default()
    }
}

async fn lead(state: Arc<Mutex<State>>, client: TcpStream, kind: Kind) {
    let to = {
        let mut state = lock(&state);
        let to = state.to;
        *state.standing.entry(to).or_default() += 1;
        to
    };
    // A connection that breaks is told to whoever waits on it by its end.
    let _ = pass(client, to, kind).await;
    *lock(&state).standing.entry(to).or_default() -= 1;
}

async fn pass(mut client: TcpStream, to: SocketAddr, kind: Kind) -> std::io::Result<()> {
    let begins = if kind == Kind::Plain { for_once(&mut client).await? } else { Vec::new() };
    let mut gateway = TcpStream::connect(to).await?;
    gateway.write_all(&begins).await?;
    copy_bidirectional(&mut client, &mut gateway).await.map(|_| ())
}

/// The head of the request, saying that no other follows on its connection, and what came with it of its body.
async fn for_once(client: &mut TcpStream) -> std::io::Result<Vec<u8>> {
    let (mut came, mut piece) = (Vec::new(), [0; 4096]);
    loop {
        if let Some(end) = came.windows(4).position(|four| four == b"\r\n\r\n") {
            let (head, body) = came.split_at(end);
            let head = String::from_utf8_lossy(head);
            let is_kept = |line: &&str| !line.to_ascii_lowercase().starts_with("connection:");
            let mut head = head.split("\r\n").filter(is_kept).collect::<Vec<_>>().join("\r\n");
            head.push_str("\r\nConnection: close");
            return Ok([head.as_bytes(), body].concat());
        }
        let length = client.read(&mut piece).await?;
        if length == 0 || came.len() > HEAD_MAX_BYTES {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        came.extend_from_slice(piece.get(..length).unwrap_or_default());
    }
}

fn lock(state: &Mutex<State>) -> std::sync::MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}
