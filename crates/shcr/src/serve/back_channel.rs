//! The back channel's listener: takes the certificate of the gateway and the authorities of hosts, gives connections that have
//! shaken hands, each with the certificate its caller showed and proved. Whoever shows none may still speak, so that it can be
//! told and recorded; whoever shows one of another authority may not. One that dawdles holds up no other.
//! Source: RFC 8446 section 4.4.2; RFC 8705 section 2.

use super::door::Counted;
use crate::config::back_channel::BackChannel;
use access::Certificate;
use axum::{extract::ConnectInfo, http::Extensions, serve::Listener};
use miette::{IntoDiagnostic, WrapErr};
use rustls::{
    RootCertStore, ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    server::WebPkiClientVerifier,
};
use std::{
    future, io,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::mpsc,
};
use tokio_rustls::{TlsAcceptor, server::TlsStream};
use web::routes::back_channel::Caller;

/// How long a client may take over its handshake.
const HANDSHAKE: Duration = Duration::from_secs(5);
/// Connections through the handshake and not yet served.
const WAITING: usize = 32;

/// What shakes hands now, and what another is made from when its files change.
pub(crate) struct Guard {
    config: BackChannel,
    now: RwLock<Arc<ServerConfig>>,
}

impl Guard {
    pub(crate) fn new(config: BackChannel) -> miette::Result<Arc<Self>> {
        let now = RwLock::new(guard(&config)?);
        Ok(Arc::new(Self { config, now }))
    }

    pub(crate) fn files(&self) -> [PathBuf; 3] {
        self.config.files()
    }

    /// Certificate, key and clients' authorities as they stand in their files now, for whoever connects from now on; whoever is
    /// connected stays. Where they cannot be used, those before go on.
    pub(crate) fn renew(&self) -> miette::Result<()> {
        let anew = guard(&self.config)?;
        *self.now.write().unwrap_or_else(PoisonError::into_inner) = anew;
        Ok(())
    }

    fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(Arc::clone(&self.now.read().unwrap_or_else(PoisonError::into_inner)))
    }
}

/// What shakes hands. TLS 1.2 and 1.3, as the library offers no older ones.
pub(crate) fn guard(config: &BackChannel) -> miette::Result<Arc<ServerConfig>> {
    let chain = certificates(&config.certificate_file)?;
    let key = PrivateKeyDer::from_pem_file(&config.key_file)
        .into_diagnostic()
        .wrap_err_with(|| format!("`{}` holds no private key in PEM", config.key_file.display()))?;
    let mut roots = RootCertStore::empty();
    for authority in certificates(&config.client_ca_file)? {
        roots.add(authority).into_diagnostic().wrap_err_with(|| {
            format!("`{}` holds a certificate that is no authority's", config.client_ca_file.display())
        })?;
    }
    let verifier = WebPkiClientVerifier::builder(Arc::new(roots))
        .allow_unauthenticated()
        .build()
        .into_diagnostic()
        .wrap_err("the back channel's client authorities cannot be used")?;
    let mut server = ServerConfig::builder()
        .with_client_cert_verifier(verifier)
        .with_single_cert(chain, key)
        .into_diagnostic()
        .wrap_err("the back channel's certificate and key do not go together")?;
    server.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(server))
}

fn certificates(path: &Path) -> miette::Result<Vec<CertificateDer<'static>>> {
    let read = CertificateDer::pem_file_iter(path).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let read = read
        .into_diagnostic()
        .wrap_err_with(|| format!("`{}` holds no certificate in PEM", path.display()))?;
    if read.is_empty() {
        return Err(miette::miette!("`{}` holds no certificate in PEM", path.display()));
    }
    Ok(read)
}

/// Puts what the handshake showed into a request, where the routes look for it.
pub(crate) fn introduce(peer: &Peer, extensions: &mut Extensions) {
    extensions.insert(ConnectInfo(peer.address));
    extensions.insert(Caller { certificate: peer.certificate.clone() });
}

/// Who stands at the other end.
#[derive(Debug, Clone)]
pub(crate) struct Peer {
    address: SocketAddr,
    certificate: Option<Certificate>,
}

type Shaken = (TlsStream<TcpStream>, Peer);

/// Hands out connections that are already encrypted.
pub(crate) struct TlsListener {
    shaken: mpsc::Receiver<Shaken>,
    address: SocketAddr,
}

impl TlsListener {
    /// Accepts until it is dropped. Must be called on a runtime.
    pub(crate) fn new(listener: TcpListener, guard: Arc<Guard>, counted: Counted) -> io::Result<Self> {
        let address = listener.local_addr()?;
        let (sender, shaken) = mpsc::channel(WAITING);
        tokio::spawn(accept(listener, (guard, counted), sender));
        Ok(Self { shaken, address })
    }
}

async fn accept(listener: TcpListener, (guard, counted): (Arc<Guard>, Counted), to: mpsc::Sender<Shaken>) {
    loop {
        let connected = tokio::select! {
            connected = listener.accept() => connected,
            () = to.closed() => return,
        };
        let Ok((stream, address)) = connected else {
            // Out of descriptors, most likely: trying again at once would only spin.
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        let (acceptor, counted, to) = (guard.acceptor(), counted.clone(), to.clone());
        tokio::spawn(async move {
            match tokio::time::timeout(HANDSHAKE, acceptor.accept(stream)).await {
                Ok(Ok(stream)) => {
                    let shown = stream.get_ref().1.peer_certificates().and_then(<[_]>::first);
                    let certificate = shown.map(|shown| Certificate::new(shown));
                    // The server may have stopped meanwhile.
                    drop(to.send((stream, Peer { address, certificate })).await);
                }
                _ => {
                    counted.turned_away("handshake");
                    tracing::warn!("a caller did not pass the handshake of the back channel");
                }
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
        Ok(Peer { address: self.address, certificate: None })
    }
}
