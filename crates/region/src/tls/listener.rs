//! Accepts connections that shake hands as the configuration asks; those that do not are dropped, and one that dawdles holds
//! up no other.

use axum::serve::Listener;
use rustls::ServerConfig;
use std::{future, io, net::SocketAddr, sync::Arc, time::Duration};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::mpsc,
};
use tokio_rustls::{TlsAcceptor, server::TlsStream};

/// How long a client may take over its handshake.
const HANDSHAKE: Duration = Duration::from_secs(5);

/// Connections through the handshake and not yet served.
const WAITING: usize = 16;

type Shaken = (TlsStream<TcpStream>, SocketAddr);

/// Hands out connections that are already encrypted.
pub(crate) struct TlsListener {
    shaken: mpsc::Receiver<Shaken>,
    address: SocketAddr,
}

impl TlsListener {
    /// Accepts until it is dropped. Must be called on a runtime.
    pub(crate) fn new(listener: TcpListener, config: Arc<ServerConfig>) -> io::Result<Self> {
        let address = listener.local_addr()?;
        let (sender, shaken) = mpsc::channel(WAITING);
        tokio::spawn(accept(listener, TlsAcceptor::from(config), sender));
        Ok(Self { shaken, address })
    }
}

async fn accept(listener: TcpListener, acceptor: TlsAcceptor, to: mpsc::Sender<Shaken>) {
    loop {
        let connected = tokio::select! {
            connected = listener.accept() => connected,
            () = to.closed() => return,
        };
        let Ok((stream, from)) = connected else {
            // Out of descriptors, most likely: trying again at once would only spin.
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        let (acceptor, to) = (acceptor.clone(), to.clone());
        tokio::spawn(async move {
            match tokio::time::timeout(HANDSHAKE, acceptor.accept(stream)).await {
                // The server may have stopped meanwhile.
                Ok(Ok(stream)) => drop(to.send((stream, from)).await),
                _ => tracing::debug!("a client did not pass the TLS handshake"),
            }
        });
    }
}

impl Listener for TlsListener {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> Shaken {
        match self.shaken.recv().await {
            Some(shaken) => shaken,
            // The accepting task ends only with this listener.
            None => future::pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.address)
    }
}
