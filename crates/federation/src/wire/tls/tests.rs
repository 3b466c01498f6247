//! A server that asks for a client certificate, over a real handshake.

use crate::{ConfigFault, Federation, SourceConfig, Tls, testing::*};
use axum::serve::Listener;
use fhir::{Category::Allergies, ReplyState, reply::Silence};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::{
    RootCertStore, ServerConfig,
    pki_types::{PrivateKeyDer, pem::PemObject},
    server::WebPkiClientVerifier,
};
use std::{io, net::SocketAddr, path::PathBuf, sync::Arc};
use tempfile::TempDir;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::{TlsAcceptor, server::TlsStream};

/// Certificates by one authority, as files.
struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    folder: TempDir,
}

impl Authority {
    fn new() -> Self {
        let mut parameters = CertificateParams::new(Vec::new()).unwrap();
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer = CertifiedIssuer::self_signed(parameters, KeyPair::generate().unwrap()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("ca.pem"), issuer.pem()).unwrap();
        Self { issuer, folder }
    }

    fn certify(&self, name: &str) -> (String, KeyPair) {
        let key = KeyPair::generate().unwrap();
        let parameters = CertificateParams::new(vec![name.to_owned()]).unwrap();
        (parameters.signed_by(&key, &self.issuer).unwrap().pem(), key)
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    fn ca_file(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    fn identity(&self) -> PathBuf {
        let (certificate, key) = self.certify("gateway");
        self.write("identity.pem", &format!("{certificate}{}", key.serialize_pem()))
    }

    fn acceptor(&self) -> TlsAcceptor {
        let mut roots = RootCertStore::empty();
        roots.add(self.issuer.der().clone()).unwrap();
        let clients = WebPkiClientVerifier::builder(Arc::new(roots)).build().unwrap();
        let (certificate, key) = self.certify("127.0.0.1");
        let chain = vec![rustls::pki_types::CertificateDer::from_pem_slice(certificate.as_bytes()).unwrap()];
        let key = PrivateKeyDer::from_pem_slice(key.serialize_pem().as_bytes()).unwrap();
        let config = ServerConfig::builder().with_client_cert_verifier(clients).with_single_cert(chain, key);
        TlsAcceptor::from(Arc::new(config.unwrap()))
    }
}

struct Secured {
    listener: TcpListener,
    acceptor: TlsAcceptor,
}

impl Listener for Secured {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        loop {
            let (stream, address) = self.listener.accept().await.unwrap();
            // A handshake that fails is a client turned away.
            if let Ok(stream) = self.acceptor.accept(stream).await {
                return (stream, address);
            }
        }
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        self.listener.local_addr()
    }
}

async fn serve(fake: &Fake, authority: &Authority) -> String {
    install_tls();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let secured = Secured { listener, acceptor: authority.acceptor() };
    let router = fake.router();
    tokio::spawn(async move { axum::serve(secured, router).await });
    format!("https://{address}/fhir")
}

fn partner() -> Fake {
    Fake::default()
        .json("/fhir/metadata", capability("4.0.1", &["Patient", "AllergyIntolerance"]))
        .json("/fhir/Patient/_search", searchset(vec![patient("d1", NUMBER)]))
        .json("/fhir/AllergyIntolerance", searchset(vec![allergy("a1", "d1")]))
}

async fn ask(url: &str, identity_file: Option<PathBuf>, ca_file: Option<PathBuf>) -> ReplyState {
    let base = source("acute", kind("fhir-r4"), Some(url.to_owned()), &[Allergies]);
    let secured = SourceConfig { tls: Some(Tls { identity_file, ca_file }), ..base };
    one(&federation(vec![secured], "http://127.0.0.1:9", limits())).await.state
}

#[tokio::test]
async fn a_partner_that_wants_our_certificate_gets_it_and_its_authority_is_believed() {
    let (authority, fake) = (Authority::new(), partner());
    let url = serve(&fake, &authority).await;
    let state = ask(&url, Some(authority.identity()), Some(authority.ca_file())).await;
    assert_eq!(state, ReplyState::Answered);
}

// shows: A40, F4
#[tokio::test]
async fn a_server_or_client_without_the_right_certificate_is_not_talked_to() {
    let (authority, stranger, fake) = (Authority::new(), Authority::new(), partner());
    let url = serve(&fake, &authority).await;
    let table = [
        ("no certificate of ours", None, Some(authority.ca_file())),
        ("another authority's certificate of ours", Some(stranger.identity()), Some(authority.ca_file())),
        ("a server of another authority", Some(authority.identity()), Some(stranger.ca_file())),
        ("a server of no authority of the machine", Some(authority.identity()), None),
    ];
    for (what, identity, ca) in table {
        let state = ask(&url, identity, ca).await;
        let ReplyState::DidNotAnswer(Silence::Failed(words)) = &state else { panic!("{what}: {state:?}") };
        assert!(
            ["could not be reached", "broke off while answering"].contains(&words.as_str()),
            "{what}: {words}"
        );
        assert!(fake.seen().is_empty(), "HAZ-041: {what}");
    }
}

#[test]
fn files_that_hold_no_certificate_or_key_are_named_before_a_port_opens() {
    install_tls();
    let authority = Authority::new();
    let (certificate, _) = authority.certify("gateway");
    let other_key = KeyPair::generate().unwrap().serialize_pem();
    let files = [
        ("missing", None, "tls.identity_file"),
        ("no PEM", Some("not PEM".to_owned()), "tls.identity_file"),
        ("no key", Some(certificate.clone()), "tls.identity_file"),
        ("another's key", Some(format!("{certificate}{other_key}")), "tls.identity_file"),
        ("missing", None, "tls.ca_file"),
        ("no PEM", Some("not PEM".to_owned()), "tls.ca_file"),
        ("a key", Some(other_key.clone()), "tls.ca_file"),
    ];
    for (what, text, key) in files {
        let path = authority.folder.path().join("wrong.pem");
        let _ = std::fs::remove_file(&path);
        text.iter().for_each(|text| std::fs::write(&path, text).unwrap());
        let (identity_file, ca_file) =
            if key == "tls.ca_file" { (None, Some(path)) } else { (Some(path), None) };
        let base = source("acute", kind("fhir-r4"), Some("https://acute.example/fhir".to_owned()), &[]);
        let secured = SourceConfig { tls: Some(Tls { identity_file, ca_file }), ..base };
        let fault: ConfigFault =
            Federation::new(vec![secured], national("http://127.0.0.1:9"), limits()).err().unwrap();
        let (source, at) = fault.place().unwrap();
        assert_eq!((source.map(fhir::SourceId::as_str), at), (Some("acute"), key), "{what}: {fault}");
        assert!(!fault.fix().is_empty());
    }
}
