//! The back channel's certificate, key and clients' authorities, changed under a gateway that serves, over real handshakes.

use super::*;
use crate::{
    program::{Doors, Program, tests::doors::Host},
    serve::door::{self, Door, LIMITS},
};
use axum::{Router, routing::get};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::{ClientConfig, pki_types::ServerName};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    sync::watch,
};
use tokio_rustls::{TlsConnector, client::TlsStream as Connected};
use web::gateway::Gateway;

struct Authority(CertifiedIssuer<'static, KeyPair>);

/// A certificate and its key, in PEM.
type Identity = (String, String);

impl Authority {
    fn new() -> Self {
        let mut parameters = CertificateParams::new(Vec::new()).unwrap();
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(parameters, KeyPair::generate().unwrap()).unwrap())
    }

    fn certify(&self, name: &str) -> Identity {
        let key = KeyPair::generate().unwrap();
        let parameters = CertificateParams::new(vec![name.to_owned()]).unwrap();
        (parameters.signed_by(&key, &self.0).unwrap().pem(), key.serialize_pem())
    }
}

fn der(pem: &str) -> CertificateDer<'static> {
    CertificateDer::from_pem_slice(pem.as_bytes()).unwrap()
}

/// A gateway's back channel on a socket, with files that may be changed.
struct Place {
    program: Arc<Program>,
    channel: BackChannel,
    address: SocketAddr,
    believed: RootCertStore,
    _stop: watch::Sender<bool>,
    _folder: TempDir,
}

impl Place {
    async fn start(own: &Identity, clients: &Authority, believed: &[&Authority]) -> Self {
        let (host, folder) = (Host::start().await, tempfile::tempdir().unwrap());
        let file = |name: &str| folder.path().join(name);
        let channel = BackChannel {
            listen: "127.0.0.1:0".parse().unwrap(),
            url: "https://localhost".to_owned(),
            certificate_file: file("own.pem"),
            key_file: file("own.key"),
            client_ca_file: file("clients.pem"),
        };
        std::fs::write(&channel.certificate_file, &own.0).unwrap();
        std::fs::write(&channel.key_file, &own.1).unwrap();
        std::fs::write(&channel.client_ca_file, clients.0.pem()).unwrap();
        let mut config = host.config(folder.path(), 1_000);
        config.back_channel = Some(channel.clone());
        let program = Program::new(config).unwrap();
        let listener = TcpListener::bind(channel.listen).await.unwrap();
        let address = listener.local_addr().unwrap();
        let guard = Guard::new(channel.clone()).unwrap();
        program.certificates.keep_for(Arc::clone(&guard));
        let counted = Counted { metrics: Arc::clone(&program.metrics), listener: "back-channel" };
        let listener = TlsListener::new(listener, guard, counted.clone()).unwrap();
        let router = Router::new().route("/", get(async || "here"));
        let (stop, stopping) = watch::channel(false);
        let door = Door { router, introduce, limits: LIMITS, counted };
        tokio::spawn(door::serve(listener, door, stopping));
        let mut roots = RootCertStore::empty();
        believed.iter().for_each(|authority| roots.add(authority.0.der().clone()).unwrap());
        Self { program, channel, address, believed: roots, _stop: stop, _folder: folder }
    }

    async fn connect(&self, identity: &Identity) -> io::Result<Connected<TcpStream>> {
        let key = PrivateKeyDer::from_pem_slice(identity.1.as_bytes()).unwrap();
        let client = ClientConfig::builder().with_root_certificates(self.believed.clone());
        let client = client.with_client_auth_cert(vec![der(&identity.0)], key).unwrap();
        let stream = TcpStream::connect(self.address).await?;
        let name = ServerName::try_from("localhost").unwrap();
        TlsConnector::from(Arc::new(client)).connect(name, stream).await
    }

    /// Which certificate somebody sees who comes now, where they are let in.
    async fn seen_by(&self, identity: &Identity) -> Option<CertificateDer<'static>> {
        let mut stream = self.connect(identity).await.ok()?;
        let seen = stream.get_ref().1.peer_certificates()?.first()?.clone();
        is_answered(&mut stream).await.then_some(seen)
    }

    /// The first look sees the change, the second that it rests.
    fn look_twice(&self) {
        self.program.look_at_certificates();
        self.program.look_at_certificates();
    }

    async fn refused(&self) -> Option<String> {
        let doors = Doors(Arc::clone(&self.program));
        let refused = doors.status().await.certificates_refused;
        let told = doors.metrics().contains("\nshcr_certificates_refused 1\n");
        assert_eq!(refused.is_some(), told, "page and metric agree");
        refused
    }
}

async fn is_answered(stream: &mut Connected<TcpStream>) -> bool {
    let mut answer = [0; 1024];
    let sent = stream.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").await;
    let read = stream.read(&mut answer).await.unwrap_or(0);
    sent.is_ok() && answer[..read].starts_with(b"HTTP/1.1 200")
}

// shows: F42
#[tokio::test]
async fn f42_whoever_comes_sees_the_new_certificate_whoever_is_there_stays_and_a_broken_file_changes_nothing() {
    let (old, new) = (Authority::new(), Authority::new());
    let (first, second) = (old.certify("localhost"), new.certify("localhost"));
    let (known, newcomer) = (old.certify("host-a"), new.certify("host-b"));
    let place = Place::start(&first, &old, &[&old, &new]).await;
    assert_eq!(place.seen_by(&known).await, Some(der(&first.0)));
    assert_eq!(place.seen_by(&newcomer).await, None, "HAZ-046: nobody knows its authority yet");
    let mut stays = place.connect(&known).await.unwrap();
    assert!(is_answered(&mut stays).await);

    std::fs::write(&place.channel.client_ca_file, old.0.pem() + &new.0.pem()).unwrap();
    std::fs::write(&place.channel.certificate_file, &second.0).unwrap();
    std::fs::write(&place.channel.key_file, &second.1).unwrap();
    place.program.look_at_certificates();
    assert_eq!(place.seen_by(&known).await, Some(der(&first.0)), "somebody may be half-way");
    place.program.look_at_certificates();
    for client in [&known, &newcomer] {
        assert_eq!(place.seen_by(client).await, Some(der(&second.0)), "both are good in the overlap");
    }
    assert!(is_answered(&mut stays).await, "HAZ-057: what was under way goes on");
    assert_eq!(place.refused().await, None);

    for (file, wrong) in [
        (&place.channel.key_file, first.1.as_str()),
        (&place.channel.certificate_file, "not PEM"),
        (&place.channel.client_ca_file, ""),
    ] {
        let good = std::fs::read(file).unwrap();
        std::fs::write(file, wrong).unwrap();
        place.look_twice();
        assert_eq!(place.seen_by(&known).await, Some(der(&second.0)), "HAZ-057: {}", file.display());
        let why = place.refused().await.unwrap();
        assert!(why.starts_with("[back_channel]") && !why.contains("PRIVATE KEY"), "{why}");
        std::fs::write(file, good).unwrap();
        place.look_twice();
        assert_eq!(place.refused().await, None, "{}", file.display());
    }
    std::fs::write(&place.channel.client_ca_file, new.0.pem()).unwrap();
    place.look_twice();
    assert_eq!(place.seen_by(&known).await, None, "HAZ-046: the old authority is believed no more");
    assert_eq!(place.seen_by(&newcomer).await, Some(der(&second.0)));
}
