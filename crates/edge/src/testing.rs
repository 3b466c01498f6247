//! A whole node for tests: keys, certificates, a configuration with a feed of every format, a clock that is moved by hand, and
//! people who do not exist. Takes what a test wants changed, gives the node, its sockets and clients that may or may not come in.

use crate::{Clock, Manifest, Node, Running, receipt::Receipt};
use fhir::NhsNumber;
use jiff::Timestamp;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use reqwest::{Client, Method};
use serde_json::Value;
use std::{
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

/// A store that breaks.
pub(crate) mod breaking;
/// What is sent, format by format.
pub(crate) mod sent;

/// Where every test begins.
pub(crate) const NOW: &str = "2026-11-28T03:00:00Z";
pub(crate) const PARTNER: &str = "ZZ917";
pub(crate) const BASE: &str = "https://edge.example/fhir";
pub(crate) const KEY: &str = "1111111111111111111111111111111111111111111111111111111111111111";
pub(crate) const OTHER_KEY: &str = "2222222222222222222222222222222222222222222222222222222222222222";
pub(crate) const AUDIT_KEY: [u8; 32] = [0x33; 32];

const CONFIG: &str = r#"
partner = "ZZ917"
name = "Exampleshire Council"
training = true
state_dir = "state"

[store]
kind = "sqlite"
file = "store.db"

[key]
file = "key.hex"

[audit]
store = "audit.db"
key_file = "audit.hex"

[serve]
listen = "127.0.0.1:0"
public_url = "https://edge.example/fhir"
tls = { identity_file = "server.pem", client_ca_file = "ca.pem", clients = ["FINGERPRINT"] }

[intake]
listen = "127.0.0.1:0"
stewards = ["FINGERPRINT"]
tls = { identity_file = "server.pem", client_ca_file = "ca.pem" }

[[feeds]]
id = "asc"
title = "Adult social care"
format = "client-level-data"
mode = "snapshot"
every = "24h"
overdue_after = "26h"
withhold_after = "14d"
manifest_key_file = "sender.pub.pem"
folder = "inbox"
settings = { numbers = "traced", descriptions = true, la_codes = ["099"] }

[[feeds]]
id = "changes"
title = "Changes in social care"
format = "client-level-data"
mode = "delta"
every = "24h"
overdue_after = "26h"
withhold_after = "14d"
manifest = "plain"
settings = { numbers = "traced", descriptions = true }

[[feeds]]
id = "bulk"
title = "Community record"
format = "fhir-ndjson"
mode = "snapshot"
every = "24h"
overdue_after = "26h"
withhold_after = "14d"
manifest = "plain"
settings = { version = "r4" }

[[feeds]]
id = "pas"
title = "Hospital messages"
format = "hl7-v2"
mode = "messages"
every = "1h"
overdue_after = "26h"
withhold_after = "14d"
manifest = "none"
mllp = { listen = "127.0.0.1:0" }

[[feeds]]
id = "calls"
title = "NHS 111 reports"
format = "cda-nhs111"
mode = "messages"
every = "24h"
overdue_after = "26h"
withhold_after = "14d"
manifest = "none"

[[feeds]]
id = "ambulance"
title = "Ambulance events"
format = "bars"
mode = "messages"
every = "24h"
overdue_after = "26h"
withhold_after = "14d"
manifest = "none"

[[feeds]]
id = "letters"
title = "Letters"
format = "fhir-document"
mode = "messages"
every = "24h"
overdue_after = "26h"
withhold_after = "60d"
keep = "30d"
manifest = "none"
settings = { version = "r4" }
"#;

/// Everything around a node.
pub(crate) struct Fixture {
    pub(crate) dir: tempfile::TempDir,
    pub(crate) runtime: tokio::runtime::Runtime,
    now: Arc<AtomicI64>,
    issuer: CertifiedIssuer<'static, KeyPair>,
    sender: String,
    client: String,
}

/// A node that listens.
pub(crate) struct Live {
    pub(crate) node: Node,
    pub(crate) running: Running,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("no JSON: {}", self.text))
    }

    pub(crate) fn total(&self) -> u64 {
        assert_eq!(self.status, 200, "{}", self.text);
        self.json()["total"].as_u64().unwrap()
    }

    /// What was found, without what came along.
    pub(crate) fn matches(&self) -> Vec<Value> {
        self.entries("match")
    }

    pub(crate) fn entries(&self, mode: &str) -> Vec<Value> {
        let all = self.json()["entry"].as_array().cloned().unwrap_or_default();
        all.into_iter()
            .filter(|one| one["search"]["mode"] == mode)
            .map(|one| one["resource"].clone())
            .collect()
    }

    /// What the partner says of its own answer.
    pub(crate) fn notes(&self) -> Vec<String> {
        let outcomes = self.entries("outcome");
        let issues = outcomes.iter().flat_map(|one| one["issue"].as_array().cloned().unwrap_or_default());
        issues.map(|issue| issue["diagnostics"].as_str().unwrap().to_owned()).collect()
    }
}

impl Fixture {
    pub(crate) fn new() -> Self {
        Self::with(|config| config)
    }

    /// `change` may alter the configuration's text.
    pub(crate) fn with(change: impl FnOnce(String) -> String) -> Self {
        // Another test may have been first.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let mut authority = CertificateParams::new(Vec::new()).unwrap();
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
        let signing = KeyPair::generate_for(&rcgen::PKCS_ECDSA_P384_SHA384).unwrap();
        let now: Timestamp = NOW.parse().unwrap();
        let mut fixture = Self {
            dir: tempfile::tempdir().unwrap(),
            runtime,
            now: Arc::new(AtomicI64::new(now.as_millisecond())),
            issuer,
            sender: signing.serialize_pem(),
            client: String::new(),
        };
        std::fs::create_dir_all(fixture.state().join("inbox")).unwrap();
        let (server, _) = fixture.certify("127.0.0.1");
        let (client, fingerprint) = fixture.certify("gateway");
        fixture.client = client;
        fixture.put("server.pem", &server);
        fixture.put("ca.pem", &fixture.issuer.pem());
        fixture.put("sender.pub.pem", &signing.public_key_pem());
        fixture.put("audit.hex", &"33".repeat(32));
        fixture.put("key.hex", KEY);
        fixture.configure(&change(CONFIG.replace("FINGERPRINT", &fingerprint)));
        fixture
    }

    /// Another certificate of the same authority with its key, and its fingerprint.
    pub(crate) fn certify(&self, name: &str) -> (String, String) {
        let key = KeyPair::generate().unwrap();
        let certificate =
            CertificateParams::new(vec![name.to_owned()]).unwrap().signed_by(&key, &self.issuer).unwrap();
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, certificate.der());
        let pem = certificate.pem() + &key.serialize_pem();
        (pem, crate::vault::held_back::hex(digest.as_ref()))
    }

    pub(crate) fn state(&self) -> PathBuf {
        self.dir.path().join("state")
    }

    pub(crate) fn config_path(&self) -> PathBuf {
        self.dir.path().join("edge.toml")
    }

    pub(crate) fn configure(&self, text: &str) {
        std::fs::write(self.config_path(), text).unwrap();
    }

    pub(crate) fn reconfigure(&self, from: &str, to: &str) {
        let text = std::fs::read_to_string(self.config_path()).unwrap();
        assert!(text.contains(from), "{from}");
        self.configure(&text.replacen(from, to, 1));
    }

    /// A file of the state folder that only its owner may read.
    pub(crate) fn put(&self, name: &str, text: &str) -> PathBuf {
        use std::os::unix::fs::PermissionsExt;
        let path = self.state().join(name);
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o600)).unwrap();
        path
    }

    pub(crate) fn at(&self, moment: &str) {
        let moment: Timestamp = moment.parse().unwrap();
        self.now.store(moment.as_millisecond(), Ordering::SeqCst);
    }

    pub(crate) fn now(&self) -> Timestamp {
        Timestamp::from_millisecond(self.now.load(Ordering::SeqCst)).unwrap()
    }

    pub(crate) fn clock(&self) -> Clock {
        let now = Arc::clone(&self.now);
        Arc::new(move || Timestamp::from_millisecond(now.load(Ordering::SeqCst)).unwrap())
    }

    /// A node that has just stopped may have a step of its upkeep under way, and holds its store until that has ended.
    pub(crate) fn try_open(&self) -> Result<Node, crate::NodeFault> {
        let _on = self.runtime.enter();
        for _ in 0..100 {
            match Node::open(&self.config_path(), self.clock()) {
                Err(crate::NodeFault::Store(crate::sql::StoreFault::Held)) => {
                    std::thread::sleep(std::time::Duration::from_millis(20));
                }
                opened => return opened,
            }
        }
        Node::open(&self.config_path(), self.clock())
    }

    pub(crate) fn open(&self) -> Node {
        self.try_open().unwrap_or_else(|fault| panic!("{fault}"))
    }

    pub(crate) fn start(&self) -> Live {
        let node = self.open();
        let running = self.runtime.block_on(node.clone().start()).unwrap_or_else(|fault| panic!("{fault}"));
        Live { node, running }
    }

    pub(crate) fn stop(&self, live: Live) {
        let Live { node, running } = live;
        drop(node);
        self.runtime.block_on(running.stop());
    }

    /// One that trusts this fixture's authority, with the certificate and key given.
    pub(crate) fn client_with(&self, identity: Option<&str>) -> Client {
        let authority = reqwest::Certificate::from_pem(self.issuer.pem().as_bytes()).unwrap();
        let mut builder = Client::builder().no_proxy().tls_certs_only([authority]);
        if let Some(identity) = identity {
            builder = builder.identity(reqwest::Identity::from_pem(identity.as_bytes()).unwrap());
        }
        builder.timeout(std::time::Duration::from_secs(20)).build().unwrap()
    }

    pub(crate) fn gateway(&self) -> Client {
        self.client_with(Some(&self.client))
    }

    pub(crate) fn send(&self, request: reqwest::RequestBuilder) -> Answer {
        self.try_send(request).unwrap_or_else(|error| panic!("{error:?}"))
    }

    pub(crate) fn try_send(&self, request: reqwest::RequestBuilder) -> Result<Answer, reqwest::Error> {
        self.runtime.block_on(async {
            let response = request.send().await?;
            let (status, headers) = (response.status().as_u16(), response.headers().clone());
            Ok(Answer {
                status,
                headers,
                text: String::from_utf8_lossy(&response.bytes().await?).into_owned(),
            })
        })
    }

    /// `path` below the FHIR base.
    pub(crate) fn get(&self, live: &Live, path: &str) -> Answer {
        self.send(self.gateway().get(live.url(path)))
    }

    /// The Patient search the gateway makes: the number in the body.
    pub(crate) fn find(&self, live: &Live, number: &NhsNumber) -> Answer {
        let identifier = format!("{}|{}", fhir::nhs_number::SYSTEM, number.digits());
        self.send(self.gateway().post(live.url("Patient/_search")).form(&[("identifier", identifier)]))
    }

    /// What a person has of a type; `None` where nobody here knows the person.
    pub(crate) fn ask(&self, live: &Live, kind: &str, number: &NhsNumber) -> Option<Answer> {
        let found = self.find(live, number);
        assert_eq!(found.status, 200, "{}", found.text);
        let id = found.matches().first()?["id"].as_str()?.to_owned();
        Some(self.get(live, &format!("{kind}?patient={id}")))
    }

    /// The manifest of these bytes, as the sender of a feed makes it.
    pub(crate) fn manifest(&self, feed: &str, sequence: i64, content: &str) -> Manifest {
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, content.as_bytes());
        let lines = content.lines().filter(|line| !line.is_empty()).count() as u64;
        let (mode, heading) =
            if feed == "changes" { ("delta", 1) } else { ("snapshot", u64::from(feed == "asc")) };
        Manifest {
            partner: PARTNER.to_owned(),
            feed: feed.to_owned(),
            file: format!("{feed}-{sequence}.txt"),
            sha256: crate::vault::held_back::hex(digest.as_ref()),
            size_bytes: content.len() as u64,
            rows: lines.saturating_sub(heading),
            as_at: self.now(),
            sequence,
            mode: mode.to_owned(),
            after: (mode == "delta" && sequence > 1).then_some(sequence - 1),
        }
    }

    /// As it travels: signed where the feed wants that.
    pub(crate) fn sealed(&self, manifest: &Manifest) -> Vec<u8> {
        match manifest.feed.as_str() {
            "changes" | "bulk" => serde_json::to_vec(manifest).unwrap(),
            _ => manifest.signed(self.sender.as_bytes()).unwrap().into_bytes(),
        }
    }

    /// Puts the file somewhere and loads it, with the manifest that is right for it.
    pub(crate) fn load(&self, node: &Node, feed: &str, sequence: i64, content: &str) -> Receipt {
        self.load_as(node, &self.manifest(feed, sequence, content), content)
    }

    pub(crate) fn load_as(&self, node: &Node, manifest: &Manifest, content: &str) -> Receipt {
        self.try_load(node, manifest, content).unwrap_or_else(|fault| panic!("{fault}"))
    }

    pub(crate) fn try_load(
        &self,
        node: &Node,
        manifest: &Manifest,
        content: &str,
    ) -> Result<Receipt, crate::NodeFault> {
        let path = self.dir.path().join(&manifest.file);
        std::fs::write(&path, content).unwrap();
        let feed = if node.feed(&manifest.feed).is_ok() { manifest.feed.as_str() } else { "asc" };
        node.load_file(feed, &path, Some(&self.sealed(manifest)), false, &mut |_| {})
    }

    /// The entries of the log of one kind, oldest first.
    pub(crate) fn logged(&self, kind: audit::Kind) -> Vec<Value> {
        let filter = audit::Filter { kind: Some(kind), ..audit::Filter::default() };
        let entries =
            audit::inspect(&audit::Place::file(&self.state().join("audit.db")), AUDIT_KEY, &filter).unwrap();
        entries.into_iter().map(|one| one.entry).collect()
    }

    pub(crate) fn verify_log(&self) -> audit::Verified {
        audit::verify(&self.state().join("audit.db"), Some(AUDIT_KEY), None)
            .unwrap_or_else(|fault| panic!("{fault}"))
    }
}

impl Live {
    pub(crate) fn address(&self, name: &str) -> String {
        self.running.addresses()[name].as_str().unwrap().to_owned()
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("https://{}/fhir/{path}", self.address("serve"))
    }

    pub(crate) fn intake(&self, path: &str) -> String {
        format!("https://{}{path}", self.address("intake"))
    }
}

/// A request at the intake.
pub(crate) fn at_intake(
    fixture: &Fixture,
    live: &Live,
    method: Method,
    path: &str,
) -> reqwest::RequestBuilder {
    fixture.gateway().request(method, live.intake(path))
}

/// The how-manieth invented number: 999…, with its check digit.
pub(crate) fn number(nth: usize) -> NhsNumber {
    let valid = (0..1_000_000u32).filter_map(|middle| {
        let nine = format!("999{middle:06}");
        let sum: u32 =
            nine.bytes().zip((2..=10u32).rev()).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
        match 11 - sum % 11 {
            10 => None,
            11 => Some(format!("{nine}0")),
            check => Some(format!("{nine}{check}")),
        }
    });
    NhsNumber::parse(&valid.skip(nth + 1).step_by(1).next().unwrap()).unwrap()
}

/// Every file below a folder.
pub(crate) fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut waiting = vec![folder.to_owned()];
    while let Some(folder) = waiting.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                waiting.push(path)
            } else if path.is_file() {
                found.push(path)
            }
        }
    }
    found
}
