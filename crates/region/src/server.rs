//! Listens on loopback, serves until told to stop, and then stops in time even if somebody still waits for an answer.

use crate::{options::RegionFault, tls::TlsListener, world::World};
use axum::Router;
use std::{net::Ipv4Addr, sync::Arc, time::Duration};
use tokio::{net::TcpListener, task::JoinHandle};

/// How long servers have to finish what they are doing.
const FAREWELL: Duration = Duration::from_millis(1500);

/// A port that is taken and not yet served.
pub(crate) struct Door {
    listener: TcpListener,
    /// `http://127.0.0.1:<port>`, or `https:`.
    pub(crate) origin: String,
}

/// Takes one port after another: from a base on, or any free ones.
pub(crate) struct Doors {
    next: Option<u16>,
    base: Option<u16>,
}

impl Door {
    /// The same port, spoken to over TLS.
    pub(crate) fn over_tls(self) -> Self {
        Self { origin: self.origin.replacen("http:", "https:", 1), ..self }
    }
}

impl Doors {
    pub(crate) fn new(base: Option<u16>) -> Self {
        Self { next: base, base }
    }

    pub(crate) async fn open(&mut self) -> Result<Door, RegionFault> {
        let port = match (self.base, self.next) {
            (None, _) => 0,
            (Some(_), Some(port)) => port,
            (Some(base), None) => return Err(RegionFault::Ports { base }),
        };
        let listen = |source| RegionFault::Listen { port, source };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(listen)?;
        let origin = format!("http://{}", listener.local_addr().map_err(listen)?);
        self.next = port.checked_add(1);
        Ok(Door { listener, origin })
    }
}

/// Every server of a region.
#[derive(Default)]
pub(crate) struct Servers(Vec<JoinHandle<std::io::Result<()>>>);

impl Servers {
    pub(crate) fn serve(&mut self, world: &Arc<World>, door: Door, router: Router) {
        let world = Arc::clone(world);
        let until_closed = async move { world.closed().await };
        self.0.push(tokio::spawn(async move {
            axum::serve(door.listener, router).with_graceful_shutdown(until_closed).await
        }));
    }

    /// As [`Self::serve`], to those alone who pass the handshake. Must be called on a runtime.
    pub(crate) fn serve_tls(
        &mut self,
        world: &Arc<World>,
        door: Door,
        router: Router,
        config: &Arc<rustls::ServerConfig>,
    ) -> Result<(), RegionFault> {
        let listener = TlsListener::new(door.listener, Arc::clone(config));
        let listener = listener.map_err(|source| RegionFault::Listen { port: 0, source })?;
        let world = Arc::clone(world);
        let until_closed = async move { world.closed().await };
        self.0.push(tokio::spawn(async move {
            axum::serve(listener, router).with_graceful_shutdown(until_closed).await
        }));
        Ok(())
    }

    /// Waits for all of them together, then ends those that still talk. The world must have been closed.
    pub(crate) async fn finish(self) {
        let deadline = tokio::time::Instant::now() + FAREWELL;
        for mut server in self.0 {
            if tokio::time::timeout_at(deadline, &mut server).await.is_err() {
                server.abort();
            }
        }
    }
}
