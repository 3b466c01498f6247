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
use std::{
    collections::BTreeSet,
    io,
    net::SocketAddr,
    path::PathBuf,
    sync::{Arc, Mutex},
};
use tempfile::TempDir;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::{TlsAcceptor, server::TlsStream};

/// What a server here may be called beside its address.
pub(in crate::wire) const NAME: &str = "acute.example";

/// Certificates by one authority, as files.
pub(in crate::wire) struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    folder: TempDir,
}

impl Authority {
    pub(in crate::wire) fn new() -> Self {
        let mut parameters = CertificateParams::new(Vec::new()).unwrap();
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer = CertifiedIssuer::self_signed(parameters, KeyPair::generate().unwrap()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("ca.pem"), issuer.pem()).unwrap();
        Self { issuer, folder }
    }

    fn certify(&self, names: &[&str]) -> (String, KeyPair) {
        let key = KeyPair::generate().unwrap();
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let parameters = CertificateParams::new(names).unwrap();
        (parameters.signed_by(&key, &self.issuer).unwrap().pem(), key)
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    pub(in crate::wire) fn ca_file(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    pub(in crate::wire) fn identity(&self) -> PathBuf {
        let (certificate, key) = self.certify(&["gateway"]);
        self.write("identity.pem", &format!("{certificate}{}", key.serialize_pem()))
    }

    fn acceptor(&self) -> TlsAcceptor {
        self.acceptor_of(&[self])
    }

    /// A certificate of this authority, for clients of those.
    fn acceptor_of(&self, clients: &[&Authority]) -> TlsAcceptor {
        let mut roots = RootCertStore::empty();
        clients.iter().for_each(|authority| roots.add(authority.issuer.der().clone()).unwrap());
        let clients = WebPkiClientVerifier::builder(Arc::new(roots)).build().unwrap();
        let (certificate, key) = self.certify(&["127.0.0.1", NAME]);
        let chain = vec![rustls::pki_types::CertificateDer::from_pem_slice(certificate.as_bytes()).unwrap()];
        let key = PrivateKeyDer::from_pem_slice(key.serialize_pem().as_bytes()).unwrap();
        let config = ServerConfig::builder().with_client_cert_verifier(clients).with_single_cert(chain, key);
        TlsAcceptor::from(Arc::new(config.unwrap()))
    }
}

struct Secured {
    listener: TcpListener,
    acceptor: Acceptor,
}

/// Swapped while it serves, as partners do.
#[derive(Clone)]
struct Acceptor(Arc<Mutex<TlsAcceptor>>);

impl Acceptor {
    fn becomes(&self, acceptor: TlsAcceptor) {
        *self.0.lock().unwrap() = acceptor;
    }
}

impl Listener for Secured {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        loop {
            let (stream, address) = self.listener.accept().await.unwrap();
            // A handshake that fails is a client turned away.
            let acceptor = self.acceptor.0.lock().unwrap().clone();
            if let Ok(stream) = acceptor.accept(stream).await {
                return (stream, address);
            }
        }
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        self.listener.local_addr()
    }
}

pub(in crate::wire) async fn serve(fake: &Fake, authority: &Authority) -> String {
    serve_by(fake, authority).await.0
}

async fn serve_by(fake: &Fake, authority: &Authority) -> (String, Acceptor) {
    install_tls();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let acceptor = Acceptor(Arc::new(Mutex::new(authority.acceptor())));
    let secured = Secured { listener, acceptor: acceptor.clone() };
    let router = fake.router();
    tokio::spawn(async move { axum::serve(secured, router).await });
    (format!("https://{address}/fhir"), acceptor)
}

pub(in crate::wire) fn partner() -> Fake {
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

// shows: F42
#[tokio::test]
async fn our_certificate_and_a_partners_authority_are_taken_anew_while_we_run() {
    let (old, new, fake) = (Authority::new(), Authority::new(), partner());
    let (url, door) = serve_by(&fake, &old).await;
    let (identity, ca) = (old.identity(), old.ca_file());
    let base = source("acute", kind("fhir-r4"), Some(url), &[Allergies]);
    let tls = Tls { identity_file: Some(identity.clone()), ca_file: Some(ca.clone()) };
    let secured = SourceConfig { tls: Some(tls), ..base };
    let gateway = federation(vec![secured.clone()], "http://127.0.0.1:9", limits());
    // Knows what stood at the start, and is told of nothing.
    let untold = federation(vec![secured], "http://127.0.0.1:9", limits());
    assert_eq!(gateway.certificate_files(), BTreeSet::from([identity.clone(), ca.clone()]));
    assert_eq!(one(&gateway).await.state, ReplyState::Answered);

    // The overlap: each side believes the old and the new.
    std::fs::write(&ca, old.issuer.pem() + &new.issuer.pem()).unwrap();
    door.becomes(new.acceptor_of(&[&old, &new]));
    let renewed = gateway.renew(&BTreeSet::from([ca.clone()]));
    assert_eq!((renewed.taken.len(), renewed.refused.len()), (1, 0));
    assert_eq!(one(&gateway).await.state, ReplyState::Answered, "HAZ-057: theirs is new, ours is old");
    std::fs::write(&identity, std::fs::read(new.identity()).unwrap()).unwrap();
    assert_eq!(gateway.renew(&BTreeSet::from([identity.clone()])).taken.len(), 1);
    door.becomes(new.acceptor_of(&[&new]));
    std::fs::write(&ca, new.issuer.pem()).unwrap();
    assert_eq!(gateway.renew(&BTreeSet::from([ca.clone()])).taken.len(), 1);
    assert_eq!(one(&gateway).await.state, ReplyState::Answered, "HAZ-057: both are new");
    assert!(
        matches!(one(&untold).await.state, ReplyState::DidNotAnswer(_)),
        "what nobody took anew has ended"
    );

    // What cannot be used is named, and the ones before go on.
    for (path, text) in [(&identity, "not PEM".to_owned()), (&ca, String::new())] {
        let good = std::fs::read(path).unwrap();
        std::fs::write(path, text).unwrap();
        let renewed = gateway.renew(&BTreeSet::from([path.clone()]));
        assert_eq!((renewed.taken.len(), renewed.refused.len()), (0, 1), "{}", path.display());
        assert_eq!(one(&gateway).await.state, ReplyState::Answered, "HAZ-057: {}", path.display());
        std::fs::write(path, good).unwrap();
    }
    assert_eq!(gateway.renew(&BTreeSet::from([PathBuf::from("another")])).taken.len(), 0);
}

#[test]
fn files_that_hold_no_certificate_or_key_are_named_before_a_port_opens() {
    install_tls();
    let authority = Authority::new();
    let (certificate, _) = authority.certify(&["gateway"]);
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
