//! What is claimed of the way to a server: nobody on it can listen or answer in its place, and what opens it stays untold.

use super::{count, one, told};
use crate::{postgres::Postgres, read};
use cluster::{Cluster, PASSWORD, url};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use std::path::Path;

fn refusal(url: &str, ca_file: Option<&Path>) -> String {
    let fault = Postgres::open(url, ca_file, "test").err().expect("a refusal");
    let told = told(&fault);
    assert!(!told.contains(PASSWORD), "a password was told");
    told
}

#[test]
fn without_an_authority_only_this_machine_is_spoken_to() {
    for host in ["db.example", "10.0.0.5", "[2001:db8::1]", "localhost.example", "127.0.0.1,db.example"] {
        let told = refusal(&url(host, 5432, "store"), None);
        assert!(told.contains("on another machine") && told.contains("ca_file"), "{host}: {told}");
    }
    let told = refusal(&format!("host=localhost hostaddr=10.0.0.5 user=owner password={PASSWORD}"), None);
    assert!(told.contains("on another machine"));
    assert!(refusal(&format!("user=owner password={PASSWORD}"), None).contains("names no host"));
    for malformed in [
        format!("postgresql://owner:{PASSWORD}@localhost:port/store"),
        format!("user=owner password='{PASSWORD}"),
        PASSWORD.to_owned(),
        format!("{PASSWORD}=1"),
        String::new(),
    ] {
        let told = refusal(&malformed, None);
        assert!(told.contains("malformed") || told.contains("names no host"), "{told}");
    }
}

struct Authority(Issuer<'static, KeyPair>, String);

fn authority() -> Authority {
    let mut params = CertificateParams::new([]).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate_for(&rcgen::PKCS_ECDSA_P384_SHA384).unwrap();
    let pem = params.self_signed(&key).unwrap().pem();
    Authority(Issuer::new(params, key), pem)
}

impl Authority {
    /// Certificate and key.
    fn server(&self, name: &str) -> (String, String) {
        let key = KeyPair::generate().unwrap();
        let certificate =
            CertificateParams::new([name.to_owned()]).unwrap().signed_by(&key, &self.0).unwrap();
        (certificate.pem(), key.serialize_pem())
    }
}

#[test]
fn with_an_authority_only_a_server_of_it_is_spoken_to_and_nobody_listens() {
    let Some(cluster) = Cluster::start(&[]) else { return };
    let (ours, other) = (authority(), authority());
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, content: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        path
    };
    let (ours_file, other_file) = (file("ours.pem", &ours.1), file("other.pem", &other.1));
    let by_name = url("localhost", cluster.port, "postgres");
    assert!(refusal(&by_name, Some(&ours_file)).contains("does not support TLS"));

    let (certificate, key) = ours.server("localhost");
    cluster.place("server.pem", certificate.as_bytes());
    cluster.place("server.key", key.as_bytes());
    cluster.set("ssl_cert_file", Some(&cluster.path("server.pem").display().to_string()));
    cluster.set("ssl_key_file", Some(&cluster.path("server.key").display().to_string()));
    cluster.set("ssl", Some("on"));

    // The password is proved over this very connection (SCRAM-SHA-256-PLUS) or not at all.
    let bound = format!("{by_name}?channel_binding=require");
    let database = Postgres::open(&bound, Some(&ours_file), "test").unwrap();
    let sql = "SELECT COUNT(*) FROM pg_stat_ssl WHERE pid = pg_backend_pid() AND ssl";
    assert_eq!(read(&database, |link| one(link, sql)).unwrap(), 1);
    assert_eq!(count(&database, "holder"), 1);
    drop(database);
    drop(Postgres::open(&format!("{by_name}?sslmode=disable"), Some(&ours_file), "test").map(|database| {
        assert_eq!(read(&database, |link| one(link, sql)).unwrap(), 1, "no string turns it off");
    }));

    assert!(refusal(&by_name, Some(&other_file)).contains("certificate"));
    assert!(refusal(&url("127.0.0.1", cluster.port, "postgres"), Some(&ours_file)).contains("certificate"));
    assert!(refusal(&cluster.url("postgres"), Some(&ours_file)).contains("socket"));
    assert!(refusal(&by_name, Some(&file("empty.pem", ""))).contains("no certificates"));
    assert!(
        refusal(&by_name, Some(&file("half.pem", ours.1.get(..200).unwrap()))).contains("no certificates")
    );
    assert!(refusal(&by_name, Some(&folder.path().join("absent.pem"))).contains("absent.pem"));
    let wrong = by_name.replace(PASSWORD, "guessed");
    let told = refusal(&wrong, Some(&ours_file));
    assert!(told.contains("28P01") && !told.contains("guessed"), "{told}");
}

#[tokio::test]
async fn a_store_may_be_let_go_of_within_the_runtime() {
    let opened = tokio::task::spawn_blocking(|| {
        let cluster = Cluster::start(&[])?;
        let database = Postgres::open(&cluster.database(), None, "test").unwrap();
        assert_eq!(read(&database, |link| one(link, "SELECT 1")).unwrap(), 1);
        Some((cluster, database))
    });
    drop(opened.await.unwrap());
}
