//! Mutual TLS for whatever listens: takes a certificate, a key and the authority of those who may come, gives connections that
//! have shaken hands; one that dawdles holds up no other. Source: RFC 8446 section 4.4.2.

/// Taken anew.
pub(crate) mod renewal;

use crate::config::Tls;
use aws_lc_rs::digest;
use axum::{
    extract::connect_info::Connected,
    serve::{IncomingStream, Listener},
};
use rustls::{
    RootCertStore, ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    server::WebPkiClientVerifier,
};
use std::{
    future, io,
    path::Path,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::mpsc,
};
use tokio_rustls::{TlsAcceptor, server::TlsStream};

/// How long a client may take over its handshake.
const HANDSHAKE: Duration = Duration::from_secs(5);
/// Connections through the handshake and not yet served.
const WAITING: usize = 32;

/// Who may come in.
#[derive(Clone)]
pub(crate) struct Guard {
    now: Arc<RwLock<Arc<ServerConfig>>>,
    tls: Tls,
    /// Fingerprints; empty: everybody of the authority.
    clients: Arc<Vec<String>>,
}

impl Guard {
    /// Words for the operator where the files are not what they should be.
    pub(crate) fn of(tls: &Tls) -> Result<Self, String> {
        let now = Arc::new(RwLock::new(server(tls)?));
        let clients = tls.clients.iter().map(|one| one.to_ascii_lowercase().replace(':', "")).collect();
        Ok(Self { now, tls: tls.clone(), clients: Arc::new(clients) })
    }

    /// Certificate, key and authorities as they stand in their files now, for whoever connects from now on; whoever is connected stays.
    /// Where they cannot be used, those before go on.
    pub(crate) fn renew(&self) -> Result<(), String> {
        let anew = server(&self.tls)?;
        *self.now.write().unwrap_or_else(PoisonError::into_inner) = anew;
        Ok(())
    }

    pub(crate) fn files(&self) -> [&Path; 2] {
        [&self.tls.identity_file, &self.tls.client_ca_file]
    }

    /// Shakes hands, and compares the certificate with those that are let in.
    pub(crate) async fn greet(&self, stream: TcpStream) -> io::Result<TlsStream<TcpStream>> {
        let now = Arc::clone(&self.now.read().unwrap_or_else(PoisonError::into_inner));
        let acceptor = TlsAcceptor::from(now);
        let shaken = tokio::time::timeout(HANDSHAKE, acceptor.accept(stream));
        let stream = shaken.await.map_err(|_| io::Error::from(io::ErrorKind::TimedOut))??;
        if !self.clients.is_empty() && !self.clients.contains(&peer(&stream).fingerprint) {
            tracing::warn!("a client whose certificate is not on the list was turned away");
            return Err(io::ErrorKind::PermissionDenied.into());
        }
        Ok(stream)
    }
}

/// What shakes hands, of the files as they are.
fn server(tls: &Tls) -> Result<Arc<ServerConfig>, String> {
    let said = |path: &Path, what: &str| format!("`{}` {what}", path.display());
    let identity = &tls.identity_file;
    let chain: Result<Vec<_>, _> = CertificateDer::pem_file_iter(identity)
        .map_err(|error| said(identity, &format!("cannot be read: {error}")))?
        .collect();
    let chain = chain.map_err(|_| said(identity, "holds no certificate in PEM"))?;
    let key =
        PrivateKeyDer::from_pem_file(identity).map_err(|_| said(identity, "holds no private key in PEM"))?;
    let mut roots = RootCertStore::empty();
    let authorities = CertificateDer::pem_file_iter(&tls.client_ca_file)
        .map_err(|error| said(&tls.client_ca_file, &format!("cannot be read: {error}")))?;
    for authority in authorities {
        let authority = authority.map_err(|_| said(&tls.client_ca_file, "is not PEM"))?;
        roots
            .add(authority)
            .map_err(|_| said(&tls.client_ca_file, "holds a certificate that cannot be used"))?;
    }
    let verifier = WebPkiClientVerifier::builder(Arc::new(roots))
        .build()
        .map_err(|_| said(&tls.client_ca_file, "holds no authority"))?;
    let server = ServerConfig::builder()
        .with_client_cert_verifier(verifier)
        .with_single_cert(chain, key)
        .map_err(|error| said(identity, &format!("cannot be used: {error}")))?;
    Ok(Arc::new(server))
}

fn peer(stream: &TlsStream<TcpStream>) -> Peer {
    let shown = stream.get_ref().1.peer_certificates().and_then(<[_]>::first);
    let print = |certificate: &CertificateDer<'_>| {
        crate::vault::held_back::hex(digest::digest(&digest::SHA256, certificate.as_ref()).as_ref())
    };
    Peer { fingerprint: shown.map(print).unwrap_or_default() }
}

/// Who stands at the other end.
#[derive(Debug, Clone)]
pub(crate) struct Peer {
    /// SHA-256 of the certificate it showed, hexadecimal.
    pub(crate) fingerprint: String,
}

type Shaken = (TlsStream<TcpStream>, Peer);

impl Connected<IncomingStream<'_, TlsListener>> for Peer {
    fn connect_info(stream: IncomingStream<'_, TlsListener>) -> Self {
        stream.remote_addr().clone()
    }
}

/// Hands out connections that are already encrypted.
pub(crate) struct TlsListener {
    shaken: mpsc::Receiver<Shaken>,
}

impl TlsListener {
    /// Accepts until it is dropped. Must be called on a runtime.
    pub(crate) fn new(listener: TcpListener, guard: Guard) -> Self {
        let (sender, shaken) = mpsc::channel(WAITING);
        tokio::spawn(accept(listener, guard, sender));
        Self { shaken }
    }
}

async fn accept(listener: TcpListener, guard: Guard, to: mpsc::Sender<Shaken>) {
    loop {
        let connected = tokio::select! {
            connected = listener.accept() => connected,
            () = to.closed() => return,
        };
        let Ok((stream, _)) = connected else {
            // Out of descriptors, most likely: trying again at once would only spin.
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        let (guard, to) = (guard.clone(), to.clone());
        tokio::spawn(async move {
            if let Ok(stream) = guard.greet(stream).await {
                let peer = peer(&stream);
                // The server may have stopped meanwhile.
                drop(to.send((stream, peer)).await);
            }
        });
    }
}

impl Listener for TlsListener {
    type Io = TlsStream<TcpStream>;
    type Addr = Peer;

    async fn accept(&mut self) -> Shaken {
        match self.shaken.recv().await {
            Some(shaken) => shaken,
            // The accepting task ends only with this listener.
            None => future::pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<Peer> {
        Ok(Peer { fingerprint: String::new() })
    }
}
